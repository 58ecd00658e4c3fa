//! The DNS records that a domain needs, and what an answer says about each. Every record is judged by its own look-up.

use super::dmarc::{DmarcRecord, is_dmarc};
use super::spf::{SpfRecord, is_spf};
use super::{OWNERSHIP_LABEL, OWNERSHIP_PREFIX, RETURN_PATH_LABEL};
use crate::addresses::DomainName;

/// What a record is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Purpose {
    /// Proves to us that the team can change the domain's DNS.
    Ownership,
    /// Lets SES sign as the domain (RFC 6376).
    Dkim,
    /// The same for the account that the team moves to; asked for beside the other, by which its mail is signed meanwhile.
    NextDkim,
    /// Lets bounces come back under the domain, so that SPF aligns with it (RFC 7208).
    ReturnPath,
    /// Says what receivers do with mail that fails both (RFC 9989).
    Dmarc,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecordKind {
    Txt,
    Cname,
    Mx,
}

/// One record to be published.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WantedRecord {
    pub purpose: Purpose,
    /// Which of several with one purpose, from 0.
    pub slot: i16,
    pub kind: RecordKind,
    /// The whole name: lower case, no trailing dot.
    pub name: String,
    /// A TXT's text without quotes, a CNAME's target, an MX's host.
    pub value: String,
    /// Of an MX.
    pub priority: Option<i16>,
}

/// What a resolver said about one name and kind. Names in values are lower case without trailing dot; an MX is
/// `10 host`; a TXT's strings are joined.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Lookup {
    Present(Vec<String>),
    /// NXDOMAIN, or the name without this kind.
    Absent,
    /// The resolver failed, timed out or refused: nothing is known.
    Unknown,
}

/// What one look said about one record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Observation {
    NotFound,
    /// Something else stands there.
    Wrong,
    /// The right one with others beside it that break it.
    Several,
    /// It was entered with the domain twice: `x.example.com.example.com`.
    Doubled,
    Found,
}

/// What SES gave to be published for DKIM: tokens and the zone they are in.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Keys<'a> {
    pub now: Option<(&'a [String], &'a str)>,
    /// Of the account that the team moves to.
    pub next: Option<(&'a [String], &'a str)>,
}

/// All records of `domain` that are known: those of DKIM once SES has given their tokens and zone, those of the return path
/// once it is known in which `region` of SES they are.
pub fn wanted_records(domain: &DomainName, challenge: &str, dkim: Keys<'_>, region: Option<&str>) -> Vec<WantedRecord> {
    let record = |purpose, slot, kind, name, value| WantedRecord { purpose, slot, kind, name, value, priority: None };
    let mut wanted = vec![record(
        Purpose::Ownership,
        0,
        RecordKind::Txt,
        format!("{OWNERSHIP_LABEL}.{domain}"),
        format!("{OWNERSHIP_PREFIX}{challenge}"),
    )];
    for (purpose, keys) in [(Purpose::Dkim, dkim.now), (Purpose::NextDkim, dkim.next)] {
        let Some((tokens, zone)) = keys else { continue };
        for (slot, token) in (0..).zip(tokens) {
            let name = format!("{token}._domainkey.{domain}");
            wanted.push(record(purpose, slot, RecordKind::Cname, name, format!("{token}.{zone}")));
        }
    }
    if let Some(region) = region {
        let name = return_path(domain);
        let host = format!("feedback-smtp.{region}.amazonses.com");
        let mx = record(Purpose::ReturnPath, 0, RecordKind::Mx, name.clone(), host);
        wanted.push(WantedRecord { priority: Some(10), ..mx });
        let spf = "v=spf1 include:amazonses.com ~all".to_owned();
        wanted.push(record(Purpose::ReturnPath, 1, RecordKind::Txt, name, spf));
    }
    wanted.push(record(Purpose::Dmarc, 0, RecordKind::Txt, format!("_dmarc.{domain}"), "v=DMARC1; p=none;".to_owned()));
    wanted
}

/// The domain's MAIL FROM name at SES.
pub fn return_path(domain: &DomainName) -> String {
    format!("{RETURN_PATH_LABEL}.{domain}")
}

impl Purpose {
    pub const ALL: [Self; 5] = [Self::Ownership, Self::Dkim, Self::NextDkim, Self::ReturnPath, Self::Dmarc];

    /// Whether mail leaves without it. DMARC is the team's own word to receivers: asked for, never forced.
    pub const fn is_required(self) -> bool {
        match self {
            Self::Ownership | Self::Dkim | Self::ReturnPath => true,
            Self::NextDkim | Self::Dmarc => false,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ownership => "ownership",
            Self::Dkim => "dkim",
            Self::NextDkim => "next_dkim",
            Self::ReturnPath => "return_path",
            Self::Dmarc => "dmarc",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text)
    }
}

impl RecordKind {
    /// As DNS and its forms write it, and as it stands in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Txt => "TXT",
            Self::Cname => "CNAME",
            Self::Mx => "MX",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Txt, Self::Cname, Self::Mx].into_iter().find(|kind| kind.as_str() == text)
    }
}

impl Observation {
    const ALL: [Self; 5] = [Self::NotFound, Self::Wrong, Self::Several, Self::Doubled, Self::Found];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Wrong => "wrong",
            Self::Several => "several",
            Self::Doubled => "doubled",
            Self::Found => "found",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|observation| observation.as_str() == text)
    }
}

impl WantedRecord {
    /// The name as forms want it that append the zone by themselves; `@` for the zone itself.
    pub fn relative_name(&self, zone: &DomainName) -> &str {
        let name = self.name.as_str();
        if name == zone.as_str() {
            return "@";
        }
        name.strip_suffix(zone.as_str()).and_then(|name| name.strip_suffix('.')).unwrap_or(name)
    }

    /// The value as one line of a zone has it: an MX with its priority.
    pub fn full_value(&self) -> String {
        match self.priority {
            Some(priority) => format!("{priority} {}", self.value),
            None => self.value.clone(),
        }
    }

    /// What `answers`, all records of its kind at its name, say about this one.
    pub fn judge(&self, answers: &[String]) -> Observation {
        match (self.purpose, self.kind) {
            (Purpose::Dmarc, _) => one_policy(answers, is_dmarc, |text| DmarcRecord::parse(text).is_ok()),
            (Purpose::ReturnPath, RecordKind::Txt) => one_policy(answers, is_spf, includes_ses),
            (Purpose::ReturnPath, _) => {
                // SES wants exactly one MX there; its priority is nobody's business.
                let hosts: Vec<&str> = answers.iter().map(|mx| mx.rsplit(' ').next().unwrap_or(mx)).collect();
                match hosts.as_slice() {
                    [] => Observation::NotFound,
                    [host] if *host == self.value => Observation::Found,
                    hosts if hosts.contains(&self.value.as_str()) => Observation::Several,
                    _ => Observation::Wrong,
                }
            }
            (Purpose::Ownership | Purpose::Dkim | Purpose::NextDkim, _) => match answers {
                [] => Observation::NotFound,
                answers if answers.contains(&self.value) => Observation::Found,
                _ => Observation::Wrong,
            },
        }
    }

    /// Where else to look when nothing stands at the name: one that was entered with the zone twice, or the policy that
    /// the registrable name has for all below it.
    pub fn second_name(&self, root: &DomainName) -> String {
        match self.purpose {
            Purpose::Dmarc if self.name != format!("_dmarc.{root}") => format!("_dmarc.{root}"),
            Purpose::Ownership | Purpose::Dkim | Purpose::NextDkim | Purpose::ReturnPath | Purpose::Dmarc => {
                format!("{}.{root}", self.name)
            }
        }
    }

    /// What the answers at [`Self::second_name`] mean, when there were none at the name.
    pub fn judge_second(&self, root: &DomainName, answers: &[String]) -> Observation {
        let doubled = self.second_name(root).starts_with(&self.name);
        match (self.judge(answers), doubled) {
            (Observation::Found, true) => Observation::Doubled,
            (Observation::Found, false) => Observation::Found,
            _ => Observation::NotFound,
        }
    }
}

/// SPF and DMARC allow one record each at a name; TXT records of others beside it do not matter.
fn one_policy(answers: &[String], is_one: fn(&str) -> bool, is_right: fn(&str) -> bool) -> Observation {
    let policies: Vec<&String> = answers.iter().filter(|text| is_one(text)).collect();
    match policies.as_slice() {
        [] if answers.is_empty() => Observation::NotFound,
        [] => Observation::Wrong,
        [policy] if is_right(policy) => Observation::Found,
        [_] => Observation::Wrong,
        _ => Observation::Several,
    }
}

/// By whole terms: `include:amazonses.com.example.net` is something else. A receiver gives up on one that it cannot read.
fn includes_ses(spf: &str) -> bool {
    SpfRecord::parse(spf).is_ok_and(|record| record.includes("amazonses.com"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> DomainName {
        DomainName::parse(text).unwrap()
    }

    fn records() -> Vec<WantedRecord> {
        let tokens = ["aaa", "bbb", "ccc"].map(str::to_owned);
        let zone = "dkim.amazonses.com";
        let dkim = Keys { now: Some((tokens.as_slice(), zone)), next: None };
        wanted_records(&name("mail.acme.com"), "secret", dkim, Some("eu-west-1"))
    }

    fn judge(purpose: Purpose, slot: i16, answers: &[&str]) -> Observation {
        let record = records().into_iter().find(|record| (record.purpose, record.slot) == (purpose, slot)).unwrap();
        record.judge(&answers.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn every_record_has_its_name_and_value() {
        let shown: Vec<String> = records()
            .iter()
            .map(|record| {
                let relative = record.relative_name(&name("acme.com"));
                format!("{} {} {relative} {}", record.kind.as_str(), record.name, record.full_value())
            })
            .collect();
        assert_eq!(
            shown,
            [
                "TXT _ownlane-verify.mail.acme.com _ownlane-verify.mail ownlane-verify=secret",
                "CNAME aaa._domainkey.mail.acme.com aaa._domainkey.mail aaa.dkim.amazonses.com",
                "CNAME bbb._domainkey.mail.acme.com bbb._domainkey.mail bbb.dkim.amazonses.com",
                "CNAME ccc._domainkey.mail.acme.com ccc._domainkey.mail ccc.dkim.amazonses.com",
                "MX bounce.mail.acme.com bounce.mail 10 feedback-smtp.eu-west-1.amazonses.com",
                "TXT bounce.mail.acme.com bounce.mail v=spf1 include:amazonses.com ~all",
                "TXT _dmarc.mail.acme.com _dmarc.mail v=DMARC1; p=none;",
            ]
        );
    }

    #[test]
    fn while_a_team_moves_the_keys_of_both_accounts_are_asked_for() {
        let [now, next] = ["aaa", "ddd"].map(|token| [token.to_owned()]);
        let (now, next) = ((now.as_slice(), "dkim.amazonses.com"), (next.as_slice(), "dkim.us-east-1.amazonses.com"));
        let keys = Keys { now: Some(now), next: Some(next) };
        let wanted = wanted_records(&name("acme.com"), "secret", keys, Some("us-east-1"));
        let next: Vec<_> = wanted.iter().filter(|record| record.purpose == Purpose::NextDkim).collect();
        let [next] = next.as_slice() else { panic!("{wanted:?}") };
        assert_eq!(
            (next.name.as_str(), next.value.as_str()),
            ("ddd._domainkey.acme.com", "ddd.dkim.us-east-1.amazonses.com")
        );
        assert!(!next.purpose.is_required(), "mail leaves without it");
        assert_eq!(next.judge(std::slice::from_ref(&next.value)), Observation::Found);
        assert!(wanted.is_sorted_by_key(|record| (record.purpose, record.slot)), "as they are read");
    }

    #[test]
    fn a_record_is_judged_by_what_stands_at_its_own_name() {
        use Observation::{Found, NotFound, Several, Wrong};
        let check = |purpose, slot, answers: &[&str], expected| {
            assert_eq!(judge(purpose, slot, answers), expected, "{purpose:?} {slot} {answers:?}");
        };
        check(Purpose::Ownership, 0, &[], NotFound);
        check(Purpose::Ownership, 0, &["google-site-verification=1", "ownlane-verify=secret"], Found);
        check(Purpose::Ownership, 0, &["ownlane-verify=old"], Wrong);
        check(Purpose::Dkim, 1, &["bbb.dkim.amazonses.com"], Found);
        check(Purpose::Dkim, 1, &["aaa.dkim.amazonses.com"], Wrong);
        let (ours, theirs) = ("10 feedback-smtp.eu-west-1.amazonses.com", "10 mx.acme.com");
        check(Purpose::ReturnPath, 0, &[ours], Found);
        check(Purpose::ReturnPath, 0, &["5 feedback-smtp.eu-west-1.amazonses.com"], Found);
        check(Purpose::ReturnPath, 0, &[theirs], Wrong);
        check(Purpose::ReturnPath, 0, &[theirs, ours], Several);
    }

    #[test]
    fn policies_are_read_by_their_own_grammar() {
        use Observation::{Found, NotFound, Several, Wrong};
        let spf =
            |answers: &[&str], expected| assert_eq!(judge(Purpose::ReturnPath, 1, answers), expected, "{answers:?}");
        spf(&["v=spf1 include:amazonses.com ~all"], Found);
        spf(&["v=spf1 ip4:192.0.2.1 include:AmazonSES.com -all", "other"], Found);
        spf(&["v=spf1 include:amazonses.com.example.net ~all"], Wrong);
        spf(&["v=spf1 -all include:amazonses.com"], Wrong);
        spf(&["v=spf1 include:amazonses.com ip4:192.0.2 ~all"], Wrong);
        spf(&["v=spf10 include:amazonses.com ~all"], Wrong);
        spf(&["v=spf1 -all", "v=spf1 include:amazonses.com ~all"], Several);
        let dmarc = |answers: &[&str], expected| assert_eq!(judge(Purpose::Dmarc, 0, answers), expected, "{answers:?}");
        dmarc(&[], NotFound);
        dmarc(&["v=DMARC1; p=reject; rua=mailto:d@acme.com"], Found);
        dmarc(&["v=dmarc1; p=none"], Wrong);
        dmarc(&["v=DMARC1; p=maybe"], Wrong);
        dmarc(&["v=DMARC1; p=none", "v=DMARC1; p=reject"], Several);
    }

    #[test]
    fn a_name_entered_with_the_zone_twice_is_recognised() {
        let root = name("acme.com");
        let records = records();
        let (dkim, dmarc) = (&records[1], &records[6]);
        assert_eq!(dkim.second_name(&root), "aaa._domainkey.mail.acme.com.acme.com");
        let answers = ["aaa.dkim.amazonses.com".to_owned()];
        assert_eq!(dkim.judge_second(&root, &answers), Observation::Doubled);
        assert_eq!(dkim.judge_second(&root, &["else.example".to_owned()]), Observation::NotFound);
        assert_eq!(dmarc.second_name(&root), "_dmarc.acme.com");
        assert_eq!(dmarc.judge_second(&root, &["v=DMARC1; p=reject".to_owned()]), Observation::Found);
    }
}
