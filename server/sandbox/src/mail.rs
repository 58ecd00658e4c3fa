//! Captured mail: the newest, in memory only, each with one copy of its bytes.

use crate::providers::Placement;
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// A mail that SES took.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Mail {
    pub message_id: String,
    /// Epoch seconds.
    pub at: f64,
    pub region: String,
    pub tenant: Option<String>,
    pub configuration_set: Option<String>,
    pub from: String,
    /// Every recipient, whatever header names it.
    pub to: Vec<String>,
    pub tags: BTreeMap<String, String>,
    /// As it would leave, with SES's own Message-ID and Date.
    #[serde(serialize_with = "as_text")]
    pub raw: Vec<u8>,
    /// It went to nobody: every recipient is on a suppression list.
    pub suppressed: bool,
    /// Where it ended, by recipient, while providers have a memory.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub placements: BTreeMap<String, Placement>,
}

#[derive(Default)]
pub(crate) struct Outbox {
    mail: VecDeque<Arc<Mail>>,
    bytes: usize,
}

const MAILS_KEPT: usize = 10_000;
const BYTES_KEPT: usize = 64 * 1_048_576;

impl Outbox {
    pub(crate) fn push(&mut self, mail: Arc<Mail>) {
        self.bytes += mail.raw.len();
        self.mail.push_back(mail);
        while self.mail.len() > MAILS_KEPT || self.bytes > BYTES_KEPT {
            let Some(oldest) = self.mail.pop_front() else { return };
            self.bytes -= oldest.raw.len();
        }
    }

    /// The oldest first.
    pub(crate) fn all(&self) -> Vec<Arc<Mail>> {
        self.mail.iter().cloned().collect()
    }
}

fn as_text<S: Serializer>(raw: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(raw))
}
