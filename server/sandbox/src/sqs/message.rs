//! One message, its body apart, and the handle by which whoever received it calls it. It decides nothing.

use super::journal::{Body, Change};
use super::message_attributes::Attributes;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use uuid::Uuid;

/// Small: there may be millions that nobody reads.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) message_id: Uuid,
    pub(super) body: Body,
    /// Epoch milliseconds, like all times here.
    pub(crate) sent: i64,
    pub(super) due: i64,
    /// 0: never.
    pub(crate) first_received: i64,
    pub(crate) receives: u32,
    /// Few messages have any.
    pub(super) extras: Option<Box<Extras>>,
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Extras {
    attributes: Attributes,
    /// The ARN of the queue that it was in before, if it is a dead letter.
    dead_in: Option<String>,
}

/// Names one receipt of one message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ReceiptHandle {
    pub(super) id: u64,
    pub(super) receives: u32,
    pub(super) message_id: Uuid,
}

/// In the state, before there was a journal.
#[derive(Deserialize)]
pub(super) struct KeptMessage {
    message_id: String,
    body: String,
    sent: i64,
    receives: u32,
    first_received: Option<i64>,
    #[serde(default)]
    attributes: Attributes,
    #[serde(default)]
    dead_in: Option<String>,
    due: i64,
}

static NO_ATTRIBUTES: Attributes = Attributes::new();

impl From<KeptMessage> for Message {
    fn from(kept: KeptMessage) -> Self {
        let KeptMessage { message_id, body, sent, receives, first_received, attributes, dead_in, due } = kept;
        Self {
            message_id: Uuid::try_parse(&message_id).unwrap_or_default(),
            body: Body::Memory(body.into()),
            sent,
            due,
            first_received: first_received.unwrap_or_default(),
            receives,
            extras: Extras::of(attributes, dead_in),
        }
    }
}

impl Message {
    pub(crate) fn attributes(&self) -> &Attributes {
        self.extras.as_ref().map_or(&NO_ATTRIBUTES, |extras| &extras.attributes)
    }

    pub(crate) fn dead_in(&self) -> Option<&str> {
        self.extras.as_ref()?.dead_in.as_deref()
    }

    /// How the journal has it when it comes.
    pub(super) fn put(&self, id: u64) -> Change<'_> {
        let Self { message_id, sent, due, first_received, receives, .. } = *self;
        let extras = self.extras.as_ref().map(|extras| Cow::Borrowed(&**extras));
        Change::Put { id, message_id, sent, due, first_received, receives, extras }
    }

    /// And when it was received.
    pub(super) fn received(&self, id: u64) -> Change<'static> {
        let Self { due, first_received, receives, .. } = *self;
        Change::Received { id, due, first_received, receives }
    }
}

impl Extras {
    pub(super) fn of(attributes: Attributes, dead_in: Option<String>) -> Option<Box<Self>> {
        let extras = Self { attributes, dead_in };
        (extras != Self::default()).then(|| Box::new(extras))
    }
}

impl ReceiptHandle {
    pub(super) fn of(id: u64, message: &Message) -> Self {
        Self { id, receives: message.receives, message_id: message.message_id }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let id = parts.next()?.parse().ok()?;
        let receives = parts.next()?.parse().ok()?;
        Some(Self { id, receives, message_id: Uuid::try_parse(parts.next()?).ok()? })
    }

    pub(crate) fn text(&self) -> String {
        format!("{}.{}.{}", self.id, self.receives, self.message_id)
    }
}
