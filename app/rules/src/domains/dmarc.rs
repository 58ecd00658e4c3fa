//! One DMARC record, read strictly (RFC 9989): what a team meant and receivers do not see is said. Never asks anybody.

/// What receivers are asked to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DmarcRecord {
    pub policy: Policy,
    /// Of names below, where they have no record of their own.
    pub subdomains: Policy,
    /// Of names below that do not exist.
    pub nonexistent: Policy,
    /// The team only tries it: each policy counts as the next weaker one.
    pub is_test: bool,
    pub is_strict_dkim: bool,
    pub is_strict_spf: bool,
    /// Where reports on all mail go.
    pub reports: Vec<String>,
    /// Tags that receivers skip: unknown, or taken out of the standard.
    pub skipped: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Policy {
    None,
    Quarantine,
    Reject,
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DmarcError {
    #[error("There are {count} DMARC records, so receivers use none. Keep one.")]
    Several { count: usize },
    #[error("The record does not begin with v=DMARC1 in just these capitals, so receivers do not see it.")]
    Version,
    #[error("“{tag}” is no tag. Write it like p=none, with ; between tags.")]
    Tag { tag: String },
    #[error("{name}= stands there twice. Keep one.")]
    Repeated { name: String },
    #[error("{name}={value} is not known. Use {known}.")]
    Value { name: &'static str, value: String, known: &'static str },
    #[error("{name}= names “{uri}”, which is no address for reports. Write mailto:reports@example.com.")]
    Report { name: &'static str, uri: String },
    #[error("There is no p= and nobody to report to, so receivers do nothing. Add p=none.")]
    PolicyMissing,
}

impl Policy {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }

    const fn weaker(self) -> Self {
        match self {
            Self::None | Self::Quarantine => Self::None,
            Self::Reject => Self::Quarantine,
        }
    }
}

/// Whether a TXT is meant as one, also where receivers do not see it.
fn is_meant_as_dmarc(text: &str) -> bool {
    let first = text.split(';').next().unwrap_or_default();
    first.split_once('=').is_some_and(|(name, value)| {
        is_tag(name, "v") && blanks_off(value).get(..5).is_some_and(|word| word.eq_ignore_ascii_case("DMARC"))
    })
}

/// RFC 9989 4.7: the version comes first and its value is case-sensitive.
pub fn is_dmarc(text: &str) -> bool {
    let first = text.split(';').next().unwrap_or_default();
    first.split_once('=').is_some_and(|(name, value)| is_tag(name, "v") && blanks_off(value) == "DMARC1")
}

/// The one among the TXT records at a `_dmarc` name; `None` where there is none.
pub fn find_dmarc(answers: &[String]) -> Option<Result<DmarcRecord, DmarcError>> {
    let records: Vec<&String> = answers.iter().filter(|text| is_dmarc(text)).collect();
    match records.as_slice() {
        [] => answers.iter().any(|text| is_meant_as_dmarc(text)).then_some(Err(DmarcError::Version)),
        [record] => Some(DmarcRecord::parse(record)),
        several => Some(Err(DmarcError::Several { count: several.len() })),
    }
}

impl DmarcRecord {
    pub fn parse(text: &str) -> Result<Self, DmarcError> {
        if !is_dmarc(text) {
            return Err(DmarcError::Version);
        }
        let tags = tags(text)?;
        let value = |name: &str| tags.iter().find(|(found, _)| found == name).map(|(_, value)| *value);
        check_values(value)?;
        let reports = uris("rua", value("rua"))?;
        uris("ruf", value("ruf"))?;
        let policy = match policy("p", value("p"))? {
            Some(policy) => policy,
            // RFC 9989 4.7: a record that only asks for reports is one.
            None if !reports.is_empty() => Policy::None,
            None => return Err(DmarcError::PolicyMissing),
        };
        let subdomains = policy_or("sp", value("sp"), policy)?;
        Ok(Self {
            policy,
            subdomains,
            nonexistent: policy_or("np", value("np"), subdomains)?,
            is_test: value("t").is_some_and(|value| value.eq_ignore_ascii_case("y")),
            is_strict_dkim: value("adkim").is_some_and(|value| value.eq_ignore_ascii_case("s")),
            is_strict_spf: value("aspf").is_some_and(|value| value.eq_ignore_ascii_case("s")),
            reports,
            skipped: tags.iter().map(|(name, _)| name).filter(|name| !READ.contains(&name.as_str())).cloned().collect(),
        })
    }

    /// What is asked for mail of the name itself, as a trial lowers it.
    pub const fn in_force(&self) -> Policy {
        if self.is_test { self.policy.weaker() } else { self.policy }
    }
}

const READ: &[&str] = &["v", "p", "sp", "np", "t", "adkim", "aspf", "fo", "psd", "rua", "ruf"];

/// Names in lower case, values without blanks around them.
fn tags(text: &str) -> Result<Vec<(String, &str)>, DmarcError> {
    let mut tags: Vec<(String, &str)> = Vec::new();
    let specs: Vec<&str> = text.split(';').map(blanks_off).collect();
    // One may end with a semicolon.
    let specs = specs.strip_suffix(&[""]).unwrap_or(&specs);
    for spec in specs {
        let refused = || DmarcError::Tag { tag: (*spec).to_owned() };
        let (name, value) = spec.split_once('=').ok_or_else(refused)?;
        let (name, value) = (blanks_off(name).to_ascii_lowercase(), blanks_off(value));
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_name || value.is_empty() || !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return Err(refused());
        }
        if tags.iter().any(|(known, _)| *known == name) {
            return Err(DmarcError::Repeated { name });
        }
        tags.push((name, value));
    }
    Ok(tags)
}

fn check_values<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Result<(), DmarcError> {
    for (name, letters, known) in
        [("adkim", "rs", "r or s"), ("aspf", "rs", "r or s"), ("psd", "ynu", "y, n or u"), ("t", "yn", "y or n")]
    {
        if let Some(value) = value(name).filter(|value| !is_letter_of(value, letters)) {
            return Err(DmarcError::Value { name, value: value.to_owned(), known });
        }
    }
    match value("fo") {
        Some(value) if !value.split(':').all(|part| is_letter_of(blanks_off(part), "01ds")) => {
            Err(DmarcError::Value { name: "fo", value: value.to_owned(), known: "0, 1, d and s, with : between them" })
        }
        _ => Ok(()),
    }
}

fn is_letter_of(value: &str, letters: &str) -> bool {
    value.len() == 1 && letters.contains(&value.to_ascii_lowercase())
}

fn policy(name: &'static str, value: Option<&str>) -> Result<Option<Policy>, DmarcError> {
    let Some(value) = value else { return Ok(None) };
    let known = [Policy::None, Policy::Quarantine, Policy::Reject];
    let found = known.into_iter().find(|policy| value.eq_ignore_ascii_case(policy.as_str()));
    let refused = || DmarcError::Value { name, value: value.to_owned(), known: "none, quarantine or reject" };
    found.map(Some).ok_or_else(refused)
}

fn policy_or(name: &'static str, value: Option<&str>, otherwise: Policy) -> Result<Policy, DmarcError> {
    Ok(policy(name, value)?.unwrap_or(otherwise))
}

/// RFC 3986 with commas between; a size behind `!`, as the standard once had it, is left out.
fn uris(name: &'static str, value: Option<&str>) -> Result<Vec<String>, DmarcError> {
    let uris = value.into_iter().flat_map(|value| value.split(',')).map(blanks_off);
    uris.map(|uri| {
        let bare = uri.split('!').next().unwrap_or_default();
        let is_one = bare.split_once(':').is_some_and(|(scheme, rest)| match scheme.to_ascii_lowercase().as_str() {
            "mailto" => rest.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.')),
            scheme => {
                let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
                scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                    && scheme.bytes().all(is_scheme)
                    && !rest.is_empty()
            }
        });
        let is_plain = bare.bytes().all(|byte| byte.is_ascii_graphic());
        let refused = || DmarcError::Report { name, uri: uri.to_owned() };
        if is_one && is_plain { Ok(bare.to_owned()) } else { Err(refused()) }
    })
    .collect()
}

fn is_tag(text: &str, name: &str) -> bool {
    blanks_off(text).eq_ignore_ascii_case(name)
}

fn blanks_off(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str) -> Result<DmarcRecord, DmarcError> {
        find_dmarc(&[text.to_owned()]).unwrap()
    }

    #[test]
    fn what_is_asked_for_is_read() {
        let record = find(
            "v = DMARC1 ;\tp=ReJect; np=none; t=y; aspf=s; fo=0:d; pct=50; x=1; rua=mailto:d@acme.example!10m, \
             https://r.example/d;",
        );
        let record = record.unwrap();
        assert_eq!(
            (record.policy, record.subdomains, record.nonexistent),
            (Policy::Reject, Policy::Reject, Policy::None)
        );
        assert_eq!(record.in_force(), Policy::Quarantine);
        assert_eq!((record.is_strict_spf, record.is_strict_dkim), (true, false));
        assert_eq!(record.reports, ["mailto:d@acme.example", "https://r.example/d"]);
        assert_eq!(record.skipped, ["pct", "x"]);
        assert_eq!(find("v=DMARC1; p=none; sp=quarantine").unwrap().nonexistent, Policy::Quarantine);
        assert_eq!(find("V=DMARC1; rua=mailto:d@acme.example").unwrap().policy, Policy::None);
    }

    #[test]
    fn what_receivers_do_not_see_is_told() {
        for tags in [
            "",
            "p",
            "p=",
            "p=maybe",
            "p=none; p=none",
            "p=none;; sp=none",
            "p=none; sp=x",
            "p=none; np=x",
            "p=none; fo=x",
            "p=none; fo=0:",
            "p=none; psd=x",
            "p=none; t=1",
            "p=none; adkim=strict",
            "p=none; rua=d@acme.example",
            "p=none; rua=__mailto:d@acme.example",
            "p=none; rua=mailto:nobody",
            "p=none; ruf=mailto:d@acme.example,",
            "p=none p=none",
        ] {
            assert!(find(&format!("v=DMARC1; {tags}")).is_err(), "{tags}");
        }
        assert_eq!(find("v=dmarc1; p=none"), Err(DmarcError::Version));
        assert_eq!(find("v=DMARC1 p=none"), Err(DmarcError::Version));
        let two = ["v=DMARC1; p=none".to_owned(), "v=DMARC1; p=reject".to_owned()];
        assert_eq!(find_dmarc(&two), Some(Err(DmarcError::Several { count: 2 })));
        assert_eq!(find_dmarc(&["v=spf1 -all".to_owned()]), None);
    }
}
