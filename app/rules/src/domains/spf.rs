//! One SPF record, read strictly (RFC 7208): a receiver gives up on a record of which it cannot read one term, wherever that
//! stands. Never asks anybody: what another name's record says is only named.

use super::macros;
use std::net::{Ipv4Addr, Ipv6Addr};

/// What a receiver reads.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SpfRecord {
    pub mechanisms: Vec<Mechanism>,
    /// The name whose record counts where nothing matches.
    pub redirect: Option<String>,
    pub explanation: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mechanism {
    /// `+`, `-`, `~` or `?`.
    pub qualifier: char,
    /// In lower case, like `include`.
    pub name: String,
    /// As written: a domain, or a network of `ip4` and `ip6`. Empty where there is none.
    pub target: String,
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SpfError {
    #[error("There are {count} SPF records. A name has one: put all terms into it.")]
    Several { count: usize },
    #[error("“{term}” is no term of SPF. Check how it is spelt.")]
    Unknown { term: String },
    #[error("“{term}”: {why}")]
    Term { term: String, why: &'static str },
    #[error("{name}= stands there twice. Keep one.")]
    Repeated { name: &'static str },
    #[error(
        "The record needs {count} look-ups of its own, and receivers stop after {LOOKUPS_MAX}. Take out what sends no mail."
    )]
    Lookups { count: usize },
    #[error("The record includes itself. Take {term} out.")]
    Loop { term: String },
}

/// RFC 7208 4.6.4: terms that ask the DNS, over all records that are included.
pub const LOOKUPS_MAX: usize = 10;

const NO_DOMAIN: &str = "a domain name with a dot must follow, like example.com.";
const NO_LENGTH: &str = "the length of a network is 0 to 32 behind /, and 0 to 128 behind //.";

/// RFC 7208 4.5: whether a TXT is one.
pub fn is_spf(text: &str) -> bool {
    text.split(' ').next().is_some_and(|version| version.eq_ignore_ascii_case("v=spf1"))
}

/// The one among the TXT records of `domain`; `None` where there is none.
pub fn find_spf(domain: &str, answers: &[String]) -> Option<Result<SpfRecord, SpfError>> {
    let records: Vec<&String> = answers.iter().filter(|text| is_spf(text)).collect();
    match records.as_slice() {
        [] => None,
        [record] => Some(SpfRecord::parse(record).and_then(|record| record.check(domain))),
        several => Some(Err(SpfError::Several { count: several.len() })),
    }
}

impl SpfRecord {
    /// Of a text that [`is_spf`].
    pub fn parse(text: &str) -> Result<Self, SpfError> {
        let mut record = Self::default();
        for term in text.split(' ').skip(1).filter(|term| !term.is_empty()) {
            match term.split_once('=').filter(|(name, _)| is_name(name)) {
                Some((name, value)) => record.modifier(term, name, value)?,
                None => record.mechanisms.push(mechanism(term)?),
            }
        }
        Ok(record)
    }

    /// Terms that ask the DNS. A redirection behind `all` is never followed.
    pub fn lookups(&self) -> usize {
        let asks = |mechanism: &&Mechanism| ["include", "a", "mx", "ptr", "exists"].contains(&mechanism.name.as_str());
        self.mechanisms.iter().filter(asks).count() + usize::from(self.followed_redirect().is_some())
    }

    /// The names whose own records count as well, without those that only a receiver can know.
    pub fn others(&self) -> impl Iterator<Item = &str> {
        let included = self.mechanisms.iter().filter(|one| one.name == "include").map(|one| one.target.as_str());
        included.chain(self.followed_redirect()).filter(|name| !name.contains('%'))
    }

    /// Whether mail from `name`'s servers passes: it is included before `all`.
    pub fn includes(&self, name: &str) -> bool {
        let mut before_all = self.mechanisms.iter().take_while(|one| one.name != "all");
        before_all.any(|one| one.name == "include" && one.qualifier == '+' && same_name(&one.target, name))
    }

    /// What stands at the end says about all other mail.
    pub fn all(&self) -> Option<char> {
        self.mechanisms.iter().find(|one| one.name == "all").map(|one| one.qualifier)
    }

    fn followed_redirect(&self) -> Option<&str> {
        self.redirect.as_deref().filter(|_| self.all().is_none())
    }

    fn check(self, domain: &str) -> Result<Self, SpfError> {
        if let Some(term) = self.others().find(|name| same_name(name, domain)) {
            return Err(SpfError::Loop { term: term.to_owned() });
        }
        match self.lookups() {
            count if count > LOOKUPS_MAX => Err(SpfError::Lookups { count }),
            _ => Ok(self),
        }
    }

    fn modifier(&mut self, term: &str, name: &str, value: &str) -> Result<(), SpfError> {
        let refused = |why| SpfError::Term { term: term.to_owned(), why };
        let (slot, name) = match name.to_ascii_lowercase().as_str() {
            "redirect" => (&mut self.redirect, "redirect"),
            "exp" => (&mut self.explanation, "exp"),
            // One that nobody knows yet is skipped (RFC 7208 6).
            _ if macros::is_macro_string(value) => return Ok(()),
            _ => return Err(refused("this is no text that SPF can read.")),
        };
        if !macros::is_domain_spec(value) {
            return Err(refused(NO_DOMAIN));
        }
        match slot.replace(value.to_owned()) {
            None => Ok(()),
            Some(_) => Err(SpfError::Repeated { name }),
        }
    }
}

/// RFC 7208 4.6.1 `name`.
fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn same_name(one: &str, other: &str) -> bool {
    one.trim_end_matches('.').eq_ignore_ascii_case(other.trim_end_matches('.'))
}

fn mechanism(term: &str) -> Result<Mechanism, SpfError> {
    let refused = |why| SpfError::Term { term: term.to_owned(), why };
    let bare = term.strip_prefix(['+', '-', '~', '?']).unwrap_or(term);
    let qualifier = term.chars().next().filter(|_| bare.len() < term.len()).unwrap_or('+');
    let end = bare.find([':', '/']).unwrap_or(bare.len());
    let (name, rest) = bare.split_at(end);
    let name = name.to_ascii_lowercase();
    let argument = rest.strip_prefix(':');
    let target = match name.as_str() {
        "all" if rest.is_empty() => "",
        "all" => return Err(refused("nothing follows all.")),
        "include" | "exists" => {
            argument.filter(|target| macros::is_domain_spec(target)).ok_or_else(|| refused(NO_DOMAIN))?
        }
        "ptr" => match argument {
            None if rest.is_empty() => "",
            Some(target) if macros::is_domain_spec(target) => target,
            _ => return Err(refused(NO_DOMAIN)),
        },
        "a" | "mx" => {
            let (target, lengths) = without_lengths(rest);
            if !are_lengths(lengths) {
                return Err(refused(NO_LENGTH));
            }
            match target.strip_prefix(':') {
                None if target.is_empty() => "",
                Some(target) if macros::is_domain_spec(target) => target,
                _ => return Err(refused(NO_DOMAIN)),
            }
        }
        "ip4" => argument
            .filter(|network| is_network(network, 32, |address| address.parse::<Ipv4Addr>().is_ok()))
            .ok_or_else(|| refused("this is no IPv4 address or network, like 192.0.2.0/24."))?,
        "ip6" => argument
            .filter(|network| is_network(network, 128, |address| address.parse::<Ipv6Addr>().is_ok()))
            .ok_or_else(|| refused("this is no IPv6 address or network, like 2001:db8::/32."))?,
        _ => return Err(SpfError::Unknown { term: term.to_owned() }),
    };
    Ok(Mechanism { qualifier, name, target: target.to_owned() })
}

/// `:example.com/24//64` in two. A slash within a macro is one of its delimiters.
fn without_lengths(rest: &str) -> (&str, &str) {
    let is_length = |letter: char| letter.is_ascii_digit() || letter == '/';
    let target = rest.trim_end_matches(is_length);
    let lengths = &rest[target.len()..];
    // Digits right behind the name belong to it.
    let digits = lengths.find('/').unwrap_or(lengths.len());
    rest.split_at(target.len() + digits)
}

/// RFC 7208 5.6 `dual-cidr-length`.
fn are_lengths(text: &str) -> bool {
    let (four, six) = match text.split_once("//") {
        Some((four, six)) => (four, Some(six)),
        None => (text, None),
    };
    let is_four = four.is_empty() || four.strip_prefix('/').is_some_and(|length| is_length(length, 32));
    is_four && six.is_none_or(|length| is_length(length, 128))
}

fn is_network(text: &str, most: u8, is_address: fn(&str) -> bool) -> bool {
    match text.split_once('/') {
        None => is_address(text),
        Some((address, length)) => is_address(address) && is_length(length, most),
    }
}

fn is_length(text: &str, most: u8) -> bool {
    let is_number = text == "0" || !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number && text.parse::<u8>().is_ok_and(|length| length <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str) -> Result<SpfRecord, SpfError> {
        find_spf("acme.example", &[text.to_owned()]).unwrap()
    }

    #[test]
    fn a_record_is_read_term_by_term() {
        let record =
            find("V=SPF1 ip4:192.0.2.0/24 IP6:2001:db8::/32  +a mx:%{d}/24//64 include:b.example -ALL exp=x.%{d}");
        let record = record.unwrap();
        let shown: Vec<String> =
            record.mechanisms.iter().map(|one| format!("{}{} {}", one.qualifier, one.name, one.target)).collect();
        assert_eq!(
            shown,
            ["+ip4 192.0.2.0/24", "+ip6 2001:db8::/32", "+a ", "+mx %{d}", "+include b.example", "-all "]
        );
        assert_eq!((record.lookups(), record.all(), record.explanation.as_deref()), (3, Some('-'), Some("x.%{d}")));
        assert!(record.includes("B.example") && !record.includes("example"));
        assert_eq!(record.others().collect::<Vec<_>>(), ["b.example"]);
    }

    #[test]
    fn every_term_of_the_standard_is_taken() {
        for term in [
            "a",
            "a/24",
            "a//64",
            "a:b.example/0",
            "a:b.example1/24",
            "~ptr",
            "ptr:b.example",
            "exists:%{ir}.%{l1r-}._spf.%{d2}",
            "exists:exists:%{i}.b.example",
            "redirect=%{d}._spf.b.example.",
            "MS=83859DAEBD",
            "x-y.z=%%%_%-",
        ] {
            assert!(find(&format!("v=spf1 {term}")).is_ok(), "{term}: {:?}", find(&format!("v=spf1 {term}")));
        }
    }

    #[test]
    fn what_no_receiver_reads_is_refused() {
        for term in [
            "all:b.example",
            "include:",
            "include",
            "include: b.example",
            "include:b",
            "include:b.example/24",
            "exists",
            "a:",
            "a:b.1",
            "a:%{?}",
            "a/33",
            "a/024",
            "a//129",
            "a/",
            "mx:b.example/24/64",
            "ip4:b.example",
            "ip4:192.0.2.1/99",
            "ip4:192.0.2",
            "ip4:%{i}",
            "ip4:2001:db8::1",
            "ip6:192.0.2.1",
            "ip6:2001:db8::1/130",
            "ip4:192.0.2.1~all",
            "ptr:",
            "exp=%{z}",
            "redirect=",
            "exp=%{c}.b.example",
            "extra",
            "a\tmx",
            "1x=y",
            "x=%",
        ] {
            assert!(find(&format!("v=spf1 {term} -all")).is_err(), "{term}");
        }
        let twice = find("v=spf1 redirect=a.example redirect=b.example");
        assert_eq!(twice, Err(SpfError::Repeated { name: "redirect" }));
    }

    #[test]
    fn look_ups_are_counted_against_ten() {
        let record =
            |count: usize| format!("v=spf1 {} ip4:192.0.2.1 -all redirect=b.example", "a:b.example ".repeat(count));
        assert_eq!(find(&record(10)).map(|record| record.lookups()), Ok(10));
        assert_eq!(find(&record(11)), Err(SpfError::Lookups { count: 11 }));
        assert_eq!(find("v=spf1 redirect=b.example").map(|record| record.lookups()), Ok(1));
    }

    #[test]
    fn a_name_has_one_record_that_is_not_itself() {
        let answers = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(find_spf("a.example", &answers(&["other", "v=spf10 -all"])), None);
        let two = find_spf("a.example", &answers(&["v=spf1 -all", "v=spf1 ~all"]));
        assert_eq!(two, Some(Err(SpfError::Several { count: 2 })));
        assert!(matches!(find("v=spf1 include:Acme.example -all"), Err(SpfError::Loop { .. })));
        assert!(matches!(find("v=spf1 redirect=acme.example"), Err(SpfError::Loop { .. })));
    }
}
