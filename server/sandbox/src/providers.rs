//! Mailbox providers that remember who sent them what. Off unless switched on; in memory only.
//!
//! A provider keeps a record of each pool of IPs, each From domain and each mailbox (From address) that wrote to it: mails
//! delivered, complaints, unknown users, mails blocked. Each counts 1000 when it happens and loses a quarter with every whole
//! day, so that half is forgotten in about two and a half days. All arithmetic is on integers.
//!
//! - The score of a record is 1000 − 1000 · (100 · complaints + 10 · unknown users) / (delivered + unknown users + 500), at
//!   least 0. 500 mails that never were keep the first few from deciding. At 0.3 % complaints or 3 % unknown users a big
//!   sender loses 300, at 1 % or 10 % everything.
//! - The score of a mail is the mean of its three records', weighted as the provider does (`weights`): some look at the IPs more,
//!   some at the domain.
//! - 900 and more: the inbox. Down to 500 a growing share goes to spam, from there on everything. Below 500 a growing share is
//!   also deferred first (all of it at 200), below 200 a growing share is blocked (all of it at 0). Which mails these are is
//!   a function of the seed of `people`, the address and the number of mails to it before.
//! - In the spam folder one in ten does what it would do in the inbox: opens, complains, answers.
//! - A complaint is in the records at once. Google tells SES of none.
//!
//! So a bad list hurts its own mailbox and domain at those providers, and others only by the pool that it shares with them.

mod record;

use crate::exchangers;
use crate::people::Fate;
use crate::people::shares::roll;
use crate::records::{self, Record as DnsRecord, RecordKind, parse_mx};
use record::Record;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Whose machines take the mail.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    Google,
    Microsoft,
    Yahoo,
    Apple,
    Gmx,
    MailRu,
    Yandex,
    /// A company's own machine; each has a memory of its own.
    Own,
}

/// Where a mail ended at a recipient.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Placement {
    Inbox,
    Spam,
    Blocked,
}

/// What a provider does with a mail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ruling {
    pub(crate) provider: Provider,
    pub(crate) placement: Placement,
    /// At the second attempt.
    pub(crate) deferred: bool,
}

/// By what a sender is known.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) pool: String,
    pub(crate) domain: String,
    pub(crate) mailbox: String,
}

#[derive(Default)]
pub(crate) struct Providers {
    on: bool,
    /// By whose machines and, of a company's own, its domain.
    memories: BTreeMap<(Provider, String), Memory>,
}

#[derive(Default)]
struct Memory {
    pools: BTreeMap<String, Record>,
    domains: BTreeMap<String, Record>,
    mailboxes: BTreeMap<String, Record>,
}

/// What a record counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mark {
    Delivered,
    Complaint,
    UnknownUser,
    Blocked,
}

/// A provider's name for somebody's mailbox: whose it is, and, of a company's own machine, where.
pub(crate) type Home = (Provider, String);

const SPAM_BELOW: u32 = 900;
const NO_INBOX_BELOW: u32 = 500;
const BLOCK_BELOW: u32 = 200;

/// Hosts end so.
const HOSTS: [(Provider, &[&str]); 7] = [
    (Provider::Google, &["google.com"]),
    (Provider::Microsoft, &["outlook.com"]),
    (Provider::Yahoo, &["yahoodns.net"]),
    (Provider::Apple, &["icloud.com"]),
    (Provider::Gmx, &["gmx.net", "web.de"]),
    (Provider::MailRu, &["mail.ru"]),
    (Provider::Yandex, &["yandex.ru", "yandex.net"]),
];

impl Provider {
    /// Of pool, domain and mailbox. Their sum is 10.
    fn weights(self) -> [u32; 3] {
        match self {
            Self::Google => [2, 5, 3],
            Self::Microsoft => [5, 3, 2],
            Self::Yahoo | Self::Apple | Self::MailRu | Self::Yandex => [3, 4, 3],
            Self::Gmx | Self::Own => [5, 4, 1],
        }
    }

    fn tells_of_complaints(self) -> bool {
        self != Self::Google
    }
}

/// By the first of its mail exchangers; `None`: nobody takes its mail.
pub(crate) fn home(address: &str, records: &[DnsRecord]) -> Option<Home> {
    let domain = address.rsplit_once('@')?.1.to_ascii_lowercase();
    let published = records::at(records, &domain, RecordKind::Mx).filter_map(|record| parse_mx(&record.value)).min();
    let (_, host) = match published {
        Some(exchanger) => exchanger,
        None if records.iter().any(|record| record.name == domain) => return None,
        None => exchangers::of(&domain, Some(RecordKind::Mx))?.iter().find_map(|record| parse_mx(&record.value))?,
    };
    let ends = |suffix: &&str| host.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    match HOSTS.iter().find(|(_, suffixes)| suffixes.iter().any(ends)) {
        Some((provider, _)) => Some((*provider, String::new())),
        None => Some((Provider::Own, domain)),
    }
}

impl Providers {
    /// Off: everything is forgotten.
    pub(crate) fn switch(&mut self, on: bool) {
        *self = Self { on, memories: if on { std::mem::take(&mut self.memories) } else { BTreeMap::new() } };
    }

    pub(crate) fn is_on(&self) -> bool {
        self.on
    }

    /// Before the mail is in any record.
    pub(crate) fn rule(&mut self, home: &Home, sent: &Sent, day: i64, seed: u64, address: &str, number: u32) -> Ruling {
        let scores = self.records(home, sent).map(|record| record.at(day).score());
        let weights = home.0.weights();
        let score = scores.iter().zip(weights).map(|(score, weight)| score * weight).sum::<u32>() / 10;
        let falls = |what: &str, share: u32| roll(seed, what, address, number) * 1000.0 < f64::from(share);
        let placement = if falls("block", share(score, BLOCK_BELOW, 0)) {
            Placement::Blocked
        } else if falls("spam", share(score, SPAM_BELOW, NO_INBOX_BELOW)) {
            Placement::Spam
        } else {
            Placement::Inbox
        };
        let deferred = placement != Placement::Blocked && falls("defer", share(score, NO_INBOX_BELOW, BLOCK_BELOW));
        Ruling { provider: home.0, placement, deferred }
    }

    pub(crate) fn mark(&mut self, home: &Home, sent: &Sent, day: i64, mark: Mark) {
        self.records(home, sent).into_iter().for_each(|record| record.at(day).add(mark));
    }

    fn records(&mut self, home: &Home, sent: &Sent) -> [&mut Record; 3] {
        let memory = self.memories.entry(home.clone()).or_default();
        [
            memory.pools.entry(sent.pool.clone()).or_default(),
            memory.domains.entry(sent.domain.clone()).or_default(),
            memory.mailboxes.entry(sent.mailbox.clone()).or_default(),
        ]
    }

    pub(crate) fn shown(&self, day: i64) -> Value {
        let show = |records: &BTreeMap<String, Record>| -> Value {
            records.iter().map(|(key, record)| (key.clone(), record.clone().at(day).shown())).collect()
        };
        let memories = self.memories.iter().map(|((provider, domain), memory)| {
            json!({
                "provider": provider,
                "domain": Some(domain).filter(|domain| !domain.is_empty()),
                "pools": show(&memory.pools),
                "domains": show(&memory.domains),
                "mailboxes": show(&memory.mailboxes),
            })
        });
        json!({ "reputation": self.on, "providers": memories.collect::<Vec<_>>() })
    }
}

impl Ruling {
    /// Of a mail that is not blocked. `looks`: the recipient sees it.
    pub(crate) fn fate(self, would: Fate, looks: bool) -> Fate {
        match would {
            Fate::Complained if looks && self.provider.tells_of_complaints() => Fate::Complained,
            Fate::OutOfOffice if looks => Fate::OutOfOffice,
            _ if self.deferred => Fate::Deferred(self.provider),
            Fate::Complained | Fate::OutOfOffice => Fate::Delivered,
            would => would,
        }
    }
}

/// In thousandths: none at `none`, growing to all at `all`.
fn share(score: u32, none: u32, all: u32) -> u32 {
    none.saturating_sub(score).saturating_mul(1000).checked_div(none - all).unwrap_or_default().min(1000)
}
