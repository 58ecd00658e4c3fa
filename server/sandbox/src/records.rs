//! DNS records in this world and what a question finds among them. It knows no packets.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

/// `value`: a TXT's text unquoted, `10 host` for MX, the target for CNAME and NS, an address for A and AAAA. Names are
/// kept in lower case without the trailing dot.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Record {
    pub name: String,
    pub kind: RecordKind,
    pub value: String,
    #[serde(default = "five_minutes")]
    pub ttl: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordKind {
    Txt,
    Cname,
    Mx,
    A,
    Aaaa,
    Ns,
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum RecordError {
    #[error("{0:?} is not a name in DNS.")]
    Name(String),
    #[error("{0:?} is not the value of an MX record. One looks like \"10 mail.example.com\".")]
    Mx(String),
    #[error("{0:?} is not an IP address of this kind.")]
    Address(String),
    #[error("A TXT record holds at most 60 000 bytes, and each of its strings 255.")]
    Long,
    #[error("Only a TXT record is written in several strings.")]
    Strings,
}

/// What a question finds, the CNAMEs on the way first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Found {
    pub(crate) records: Vec<Record>,
    /// Whether the name at the end of the CNAMEs exists. Without records this parts "no data" from NXDOMAIN.
    pub(crate) exists: bool,
    /// Of texts that are cut otherwise than into the longest strings: how long each string is.
    pub(crate) cuts: BTreeMap<String, Vec<usize>>,
}

/// How the texts at each name are cut into strings, where someone has said so.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Cuts(BTreeMap<String, BTreeMap<String, Vec<usize>>>);

pub(crate) const TXT_STRING_BYTES_MAX: usize = 255;
const TXT_BYTES_MAX: usize = 60_000; // a DNS message ends at 65 535
const CNAMES_FOLLOWED_MAX: usize = 8;

impl Record {
    pub(crate) fn normal(self) -> Result<Self, RecordError> {
        let value = match self.kind {
            RecordKind::Txt if self.value.len() > TXT_BYTES_MAX => return Err(RecordError::Long),
            RecordKind::Txt => self.value,
            RecordKind::Cname | RecordKind::Ns => normal_name(&self.value)?,
            RecordKind::Mx => {
                let (preference, host) = parse_mx(&self.value).ok_or_else(|| RecordError::Mx(self.value.clone()))?;
                format!("{preference} {host}")
            }
            RecordKind::A => match self.value.parse::<Ipv4Addr>() {
                Ok(address) => address.to_string(),
                Err(_) => return Err(RecordError::Address(self.value)),
            },
            RecordKind::Aaaa => match self.value.parse::<Ipv6Addr>() {
                Ok(address) => address.to_string(),
                Err(_) => return Err(RecordError::Address(self.value)),
            },
        };
        Ok(Self { name: normal_name(&self.name)?, value, ..self })
    }
}

/// Preference and host. A host of nothing is the null MX (RFC 7505).
pub(crate) fn parse_mx(value: &str) -> Option<(u16, String)> {
    let (preference, host) = value.trim().split_once(' ')?;
    let host = host.trim();
    let host = if host == "." { String::new() } else { normal_name(host).ok()? };
    Some((preference.parse().ok()?, host))
}

pub(crate) fn normal_name(name: &str) -> Result<String, RecordError> {
    let wrong = || RecordError::Name(name.to_owned());
    let normal = name.trim().trim_end_matches('.').to_ascii_lowercase();
    let is_label = |label: &str| !label.is_empty() && label.len() <= 63 && label.bytes().all(|b| b.is_ascii_graphic());
    if normal.len() > 253 || !normal.split('.').all(is_label) { Err(wrong()) } else { Ok(normal) }
}

impl Cuts {
    pub(crate) fn set(&mut self, name: &str, value: &str, lengths: Vec<usize>) {
        self.0.entry(name.to_owned()).or_default().insert(value.to_owned(), lengths);
    }

    /// Of one text, or of all at that name.
    pub(crate) fn forget(&mut self, name: &str, value: Option<&str>) {
        if let (Some(value), Some(here)) = (value, self.0.get_mut(name)) {
            here.remove(value);
        }
        if value.is_none() || self.0.get(name).is_some_and(BTreeMap::is_empty) {
            self.0.remove(name);
        }
    }

    pub(crate) fn at(&self, name: &str) -> BTreeMap<String, Vec<usize>> {
        self.0.get(name).cloned().unwrap_or_default()
    }
}

/// Adds a normal record. Of one that is there already only the time to live changes.
pub(crate) fn publish(records: &mut Vec<Record>, record: Record) {
    records.retain(|there| (&there.name, there.kind, &there.value) != (&record.name, record.kind, &record.value));
    let at = records.partition_point(|there| *there < record);
    records.insert(at, record);
}

pub(crate) fn at<'a>(records: &'a [Record], name: &'a str, kind: RecordKind) -> impl Iterator<Item = &'a Record> {
    records.iter().filter(move |record| record.kind == kind && record.name == name)
}

/// `kind`: `None` for a kind that this world does not hold. `name` is normal.
pub(crate) fn find(records: &[Record], name: &str, kind: Option<RecordKind>) -> Found {
    let mut name = name.to_owned();
    let mut found = Vec::new();
    for _ in 0..=CNAMES_FOLLOWED_MAX {
        let here = kind.map_or_else(Vec::new, |kind| at(records, &name, kind).cloned().collect());
        let cname = at(records, &name, RecordKind::Cname).next().cloned();
        match cname {
            Some(cname) if here.is_empty() => {
                name.clone_from(&cname.value);
                found.push(cname);
            }
            Some(_) | None => {
                found.extend(here);
                break;
            }
        }
    }
    Found { records: found, exists: exists(records, &name), cuts: BTreeMap::new() }
}

fn exists(records: &[Record], name: &str) -> bool {
    records.iter().any(|record| {
        record.name.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')) || name.is_empty()
    })
}

pub(crate) fn five_minutes() -> u32 {
    300
}
