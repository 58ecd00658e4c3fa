//! What happens to the messages of all queues, written down as it happens, so that a later process finds what is left. It
//! has the bodies too: a queue holds no more than where they stand. In memory only, it is the bodies themselves.

use super::message::Extras;
use crate::log::{Log, Place};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// Clones share one. `None`: memory only.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal(Option<Arc<Mutex<Log>>>);

/// The part of one queue.
#[derive(Debug, Default)]
pub(crate) struct Line {
    journal: Journal,
    region: String,
    queue: String,
}

#[derive(Debug)]
pub(crate) enum Body {
    Memory(Box<str>),
    Log(Place),
}

#[derive(Serialize, Deserialize)]
pub(crate) enum Change<'a> {
    Put {
        id: u64,
        #[serde(with = "in_hex")]
        message_id: Uuid,
        sent: i64,
        due: i64,
        first_received: i64,
        receives: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        extras: Option<Cow<'a, Extras>>,
    },
    /// Or made visible at another time.
    Received {
        id: u64,
        due: i64,
        first_received: i64,
        receives: u32,
    },
    Gone {
        id: u64,
    },
}

/// A record begins with it; a line end and the body follow.
#[derive(Serialize, Deserialize)]
struct Head<'a>(Cow<'a, str>, Cow<'a, str>, Change<'a>);

const SEGMENT_BYTES: u64 = 64 * 1_048_576;

impl Journal {
    /// `tell` learns region and name of a queue, what happens there and with which body, and gives back the body that is
    /// of no use any more.
    pub(super) fn open(
        folder: &Path,
        tell: &mut dyn FnMut(&str, &str, Change, Body) -> Option<Body>,
    ) -> io::Result<Self> {
        let mut of_no_use = Vec::new();
        let mut log = Log::open(folder, SEGMENT_BYTES, &mut |place, record| {
            let Some((Head(region, queue, change), body)) = read(place, record) else {
                tracing::warn!(at = place.at, "a message of a queue cannot be read");
                of_no_use.push(place.at);
                return;
            };
            if !matches!(change, Change::Put { .. }) {
                of_no_use.push(place.at);
            }
            if let Some(Body::Log(place)) = tell(&region, &queue, change, Body::Log(body)) {
                of_no_use.push(place.at);
            }
        })?;
        for at in of_no_use {
            log.forget(at);
        }
        Ok(Self(Some(Arc::new(Mutex::new(log)))))
    }

    pub(super) fn line(&self, region: &str, queue: &str) -> Line {
        Line { journal: self.clone(), region: region.to_owned(), queue: queue.to_owned() }
    }

    pub(super) fn clear(&self) {
        if let Some(Err(error)) = self.log().map(|mut log| log.clear()) {
            tracing::error!(%error, "no message of a queue can be kept any more");
        }
    }

    fn log(&self) -> Option<MutexGuard<'_, Log>> {
        Some(self.0.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Line {
    /// What cannot be written stays in memory.
    pub(super) fn put(&self, change: &Change, text: &str) -> Body {
        let Some(mut log) = self.journal.log() else { return Body::Memory(text.into()) };
        let head = self.head(change);
        match log.append(&[&head, text.as_bytes()], true) {
            Ok(Place { at, len }) => Body::Log(body(Place { at, len }, head.len() - 1)),
            Err(error) => {
                tracing::error!(%error, queue = self.queue, "a message is kept in memory only");
                Body::Memory(text.into())
            }
        }
    }

    pub(super) fn note(&self, change: &Change) {
        if let Some(mut log) = self.journal.log()
            && let Err(error) = log.append(&[&self.head(change)], false)
        {
            tracing::error!(%error, queue = self.queue, "a message may come once more after a restart");
        }
    }

    pub(super) fn forget(&self, id: u64, body: &Body) {
        self.note(&Change::Gone { id });
        if let (Body::Log(place), Some(mut log)) = (body, self.journal.log()) {
            log.forget(place.at);
        }
    }

    pub(super) fn read(&self, body: &Body) -> Option<String> {
        let place = match body {
            Body::Memory(text) => return Some(text.to_string()),
            Body::Log(place) => *place,
        };
        let mut bytes = match self.journal.log()?.read(place) {
            Ok(bytes) => bytes,
            Err(error) => {
                tracing::error!(%error, queue = self.queue, "a message cannot be read");
                return None;
            }
        };
        bytes.remove(0);
        String::from_utf8(bytes).ok()
    }

    fn head(&self, change: &Change) -> Vec<u8> {
        let head = (&self.region, &self.queue, change);
        let mut line = serde_json::to_vec(&head).unwrap_or_default(); // text has a form in JSON
        line.push(b'\n');
        line
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::Memory(Box::default())
    }
}

fn read(place: Place, record: &[u8]) -> Option<(Head<'_>, Place)> {
    let end = record.iter().position(|byte| *byte == b'\n')?;
    let head = serde_json::from_slice(record.get(..end)?).ok()?;
    Some((head, body(place, end)))
}

/// With the line end before it: so even an empty one stands in its own record.
fn body(record: Place, head_bytes: usize) -> Place {
    let before = u32::try_from(head_bytes).unwrap_or_default(); // no record is as large
    Place { at: record.at + u64::from(before), len: record.len.saturating_sub(before) }
}

mod in_hex {
    use serde::{Deserialize, Deserializer, Serializer, de};
    use uuid::Uuid;

    pub(super) fn serialize<S: Serializer>(id: &Uuid, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(id.simple().encode_lower(&mut Uuid::encode_buffer()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Uuid, D::Error> {
        Uuid::try_parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
