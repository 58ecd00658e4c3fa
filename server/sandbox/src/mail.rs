//! Captured mail: in a folder as much as fits there, in memory only the newest. Of a mail in the folder, memory holds no more
//! than where it stands.

use crate::log::{Log, Place};
use crate::moment;
use crate::providers::Placement;
use crate::state::ACCOUNT;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A mail that SES took.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Mail {
    pub message_id: String,
    /// Epoch seconds.
    pub at: f64,
    /// The one that sent it.
    #[serde(default = "home")]
    pub account: String,
    pub region: String,
    pub tenant: Option<String>,
    pub configuration_set: Option<String>,
    pub from: String,
    /// Every recipient, whatever header names it.
    pub to: Vec<String>,
    pub tags: BTreeMap<String, String>,
    /// As it would leave, with SES's own Message-ID and Date.
    #[serde(serialize_with = "as_text", skip_deserializing)]
    pub raw: Vec<u8>,
    /// It went to nobody: every recipient is on a suppression list.
    pub suppressed: bool,
    /// Where it ended, by recipient, while providers have a memory.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub placements: BTreeMap<String, Placement>,
}

fn home() -> String {
    ACCOUNT.to_owned()
}

/// Which mails, the oldest first: without a beginning the newest.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// One of the recipients.
    to: Option<String>,
    /// Taken then or later, in epoch seconds.
    since: Option<f64>,
    /// Taken after the mail of this id.
    after: Option<String>,
    limit: Option<usize>,
}

#[derive(Default)]
pub(crate) struct Outbox(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// `None`: memory only.
    log: Option<Log>,
    entries: VecDeque<Entry>,
    /// How many came before the oldest entry.
    gone: u64,
    /// Of mails in memory.
    bytes: usize,
}

/// Small: there may be millions.
struct Entry {
    /// Of the message id.
    hash: u64,
    at: i64,
    body: Body,
}

enum Body {
    Memory(Arc<Mail>),
    Log(Place),
}

const MAILS_SHOWN: usize = 10_000;
const BYTES_SHOWN: usize = 64 * 1_048_576;
const DISK_BYTES_MAX: u64 = 4 * 1_073_741_824;
const SEGMENT_BYTES: u64 = 64 * 1_048_576;

impl Wanted {
    pub(crate) const NEWEST: Self = Self { to: None, since: None, after: None, limit: None };
}

impl Outbox {
    /// With the mails that a process before this one left in the folder.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let mut kept = Kept::default();
        let log = Log::open(folder, SEGMENT_BYTES, &mut |place, record| match read(record) {
            Some(mail) => kept.entries.push_back(Entry::new(&mail, Body::Log(place))),
            None => tracing::warn!(at = place.at, "a captured mail cannot be read"),
        })?;
        kept.log = Some(log);
        Ok(Self(Mutex::new(kept)))
    }

    pub(crate) fn push(&self, mut mail: Mail) -> Arc<Mail> {
        let raw = std::mem::take(&mut mail.raw);
        let head = serde_json::to_vec(&mail).unwrap_or_default(); // text has a form in JSON
        mail.raw = raw;
        let mail = Arc::new(mail);
        let mut kept = self.kept();
        let kept = &mut *kept;
        match &mut kept.log {
            Some(log) => match log.append(&[&head, b"\n", &mail.raw], true) {
                Ok(place) => {
                    kept.entries.push_back(Entry::new(&mail, Body::Log(place)));
                    let begins = log.shorten(DISK_BYTES_MAX);
                    while kept.entries.front().is_some_and(|oldest| oldest.is_before(begins)) {
                        kept.drop_oldest();
                    }
                }
                Err(error) => tracing::error!(%error, id = mail.message_id, "a mail is not kept"),
            },
            None => {
                kept.bytes += mail.raw.len();
                kept.entries.push_back(Entry::new(&mail, Body::Memory(mail.clone())));
                while kept.entries.len() > MAILS_SHOWN || kept.bytes > BYTES_SHOWN {
                    kept.drop_oldest();
                }
            }
        }
        mail
    }

    pub(crate) fn clear(&self) {
        let mut kept = self.kept();
        kept.gone += kept.entries.len() as u64;
        kept.entries.clear();
        kept.bytes = 0;
        if let Some(Err(error)) = kept.log.as_mut().map(Log::clear) {
            tracing::error!(%error, "no mail can be kept any more");
        }
    }

    /// At most 10 000 and about 64 MB. `None`: there is no mail to be after.
    pub(crate) fn page(&self, wanted: &Wanted) -> Option<Vec<Arc<Mail>>> {
        let limit = wanted.limit.unwrap_or(MAILS_SHOWN).min(MAILS_SHOWN);
        let since = wanted.since.map(moment::millis);
        let (mut page, mut bytes) = (Vec::new(), 0);
        // False: no more. Nobody is held up for longer than one mail takes.
        let mut look = |number: u64| {
            let Some(mail) = self.kept().mail(number, since) else { return true };
            if wanted.to.as_ref().is_some_and(|to| !mail.to.iter().any(|address| address.eq_ignore_ascii_case(to))) {
                return true;
            }
            bytes += mail.raw.len();
            page.push(mail);
            page.len() < limit && bytes < BYTES_SHOWN
        };
        let (gone, end) = self.kept().numbers();
        let from = match &wanted.after {
            Some(id) => Some(self.find(id)?.0 + 1),
            None => since.map(|_| gone),
        };
        match from {
            _ if limit == 0 => {}
            Some(from) => drop((from..end).all(&mut look)),
            None => drop((gone..end).rev().all(&mut look)),
        }
        if from.is_none() {
            page.reverse();
        }
        Some(page)
    }

    pub(crate) fn get(&self, message_id: &str) -> Option<Arc<Mail>> {
        Some(self.find(message_id)?.1)
    }

    fn find(&self, message_id: &str) -> Option<(u64, Arc<Mail>)> {
        let hash = hash(message_id);
        let kept = self.kept();
        let (gone, end) = kept.numbers();
        let same = (gone..end).rev().zip(kept.entries.iter().rev()).filter(|(_, entry)| entry.hash == hash);
        let mut found = same.filter_map(|(number, _)| Some((number, kept.mail(number, None)?)));
        found.find(|(_, mail)| mail.message_id == message_id)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Of the oldest mail, and of the next that comes.
    fn numbers(&self) -> (u64, u64) {
        (self.gone, self.gone + self.entries.len() as u64)
    }

    fn mail(&self, number: u64, since: Option<i64>) -> Option<Arc<Mail>> {
        let index = usize::try_from(number.checked_sub(self.gone)?).ok()?;
        let entry = self.entries.get(index).filter(|entry| since.is_none_or(|since| entry.at >= since))?;
        match &entry.body {
            Body::Memory(mail) => Some(mail.clone()),
            Body::Log(place) => match self.log.as_ref()?.read(*place) {
                Ok(record) => read(&record).map(Arc::new),
                Err(error) => {
                    tracing::error!(%error, at = place.at, "a captured mail cannot be read");
                    None
                }
            },
        }
    }

    fn drop_oldest(&mut self) {
        let Some(oldest) = self.entries.pop_front() else { return };
        self.gone += 1;
        if let Body::Memory(mail) = oldest.body {
            self.bytes -= mail.raw.len();
        }
    }
}

impl Entry {
    fn new(mail: &Mail, body: Body) -> Self {
        Self { hash: hash(&mail.message_id), at: moment::millis(mail.at), body }
    }

    fn is_before(&self, begins: u64) -> bool {
        matches!(self.body, Body::Log(place) if place.at < begins)
    }
}

/// A line of JSON without the message, then the message.
fn read(record: &[u8]) -> Option<Mail> {
    let end = record.iter().position(|byte| *byte == b'\n')?;
    let (head, raw) = record.split_at_checked(end)?;
    let mut mail: Mail = serde_json::from_slice(head).ok()?;
    mail.raw = raw.get(1..)?.to_vec();
    Some(mail)
}

fn hash(message_id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    message_id.hash(&mut hasher);
    hasher.finish()
}

fn as_text<S: Serializer>(raw: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(raw))
}
