//! One queue: what can be received, what is away until its time comes, what is held back. It waits for nothing: whoever
//! looks says what time it is.

use super::journal::{Body, Change, Line};
use super::message::{Extras, KeptMessage, Message, ReceiptHandle};
use super::message_attributes::Attributes;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use uuid::Uuid;

/// A received message that is not deleted comes back when its time is up. What it is in all, its journal knows; the state
/// has no messages.
#[derive(Debug, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub(crate) struct Queue {
    pub(crate) created: i64,
    pub(crate) visibility_secs: i64,
    /// `None`: what is not deleted comes back for ever.
    #[serde(default)]
    pub(crate) redrive: Option<Redrive>,
    /// Attributes as they were set.
    #[serde(default)]
    pub(crate) kept: BTreeMap<String, String>,
    #[serde(skip)]
    pub(super) line: Line,
    #[serde(skip)]
    next_id: u64,
    #[serde(skip)]
    messages: BTreeMap<u64, Message>,
    /// In the order of coming. Messages that were deleted meanwhile are passed over.
    #[serde(skip)]
    ready: VecDeque<u64>,
    /// Due at that millisecond: delayed or received.
    #[serde(skip)]
    away: BTreeSet<(i64, u64)>,
    #[serde(skip)]
    held: BTreeSet<u64>,
}

/// A message that comes into a queue.
pub(crate) struct New {
    pub(crate) message_id: String,
    pub(crate) body: String,
    pub(crate) attributes: Attributes,
    pub(crate) sent: i64,
    /// From then on it can be received, unless it is held: then when it is released.
    pub(crate) due: i64,
}

/// One that nobody deleted however often it came.
pub(crate) struct Dead {
    id: u64,
    message: Message,
    pub(super) text: String,
}

/// Where messages go that were received so often and not deleted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Redrive {
    /// By its name, in the same region.
    pub(crate) queue: String,
    pub(crate) max_receives: u32,
}

/// As the state has it. Messages were in it before there was a journal.
#[derive(Deserialize)]
struct Kept {
    created: i64,
    visibility_secs: i64,
    #[serde(default)]
    redrive: Option<Redrive>,
    #[serde(default)]
    kept: BTreeMap<String, String>,
    #[serde(default)]
    messages: BTreeMap<u64, KeptMessage>,
}

pub(crate) struct Counts {
    pub(crate) visible: usize,
    pub(crate) in_flight: usize,
    pub(crate) delayed: usize,
}

pub(crate) const VISIBILITY_SECS: i64 = 60;
const RETENTION: &str = "MessageRetentionPeriod";
const RETENTION_SECS: i64 = 345_600; // 4 days, unless the queue says otherwise

impl From<Kept> for Queue {
    fn from(kept: Kept) -> Self {
        let mut queue = Self::new(kept.created, Line::default());
        queue.visibility_secs = kept.visibility_secs;
        queue.redrive = kept.redrive;
        queue.kept = kept.kept;
        for (id, message) in kept.messages {
            queue.restore(id, message.into());
        }
        queue
    }
}

impl Queue {
    pub(super) fn new(now: i64, line: Line) -> Self {
        Self {
            created: now,
            visibility_secs: VISIBILITY_SECS,
            redrive: None,
            kept: BTreeMap::new(),
            line,
            next_id: 0,
            messages: BTreeMap::new(),
            ready: VecDeque::new(),
            away: BTreeSet::new(),
            held: BTreeSet::new(),
        }
    }

    pub(crate) fn push(&mut self, new: New, hold: bool) {
        let New { message_id, body, attributes, sent, due } = new;
        self.expire(sent);
        let message_id = Uuid::try_parse(&message_id).unwrap_or_default();
        let extras = Extras::of(attributes, None);
        let message = Message { message_id, body: Body::default(), sent, due, first_received: 0, receives: 0, extras };
        self.insert(message, &body, hold);
    }

    /// It comes from the queue of that ARN, and can be received at once.
    pub(crate) fn bury(&mut self, dead: &Dead, came_from: &str, now: i64) {
        let Message { message_id, sent, first_received, receives, .. } = dead.message;
        let extras = Extras::of(dead.message.attributes().clone(), Some(came_from.to_owned()));
        let body = Body::default();
        let message = Message { message_id, body, sent, due: now, first_received, receives, extras };
        self.insert(message, &dead.text, false);
    }

    /// It is in another queue by now.
    pub(crate) fn buried(&mut self, dead: &Dead) {
        self.line.forget(dead.id, &dead.message.body);
    }

    fn insert(&mut self, mut message: Message, text: &str, hold: bool) {
        let id = self.next_id;
        self.next_id += 1;
        message.body = self.line.put(&message.put(id), text);
        if hold {
            self.held.insert(id);
        } else {
            self.away.insert((message.due, id));
        }
        self.messages.insert(id, message);
    }

    /// As the journal tells it, or the state of before.
    fn restore(&mut self, id: u64, message: Message) {
        self.next_id = self.next_id.max(id + 1);
        self.away.insert((message.due, id));
        self.messages.insert(id, message);
    }

    /// What the journal tells, in its order. The body that is of no use any more.
    pub(super) fn replay(&mut self, change: Change, body: Body) -> Option<Body> {
        match change {
            Change::Put { id, message_id, sent, due, first_received, receives, extras } => {
                let extras = extras.map(|extras| Box::new(extras.into_owned()));
                let message = Message { message_id, body, sent, due, first_received, receives, extras };
                self.restore(id, message);
                None
            }
            Change::Received { id, due, first_received, receives } => {
                let message = self.messages.get_mut(&id)?;
                self.away.remove(&(message.due, id));
                self.away.insert((due, id));
                (message.due, message.first_received, message.receives) = (due, first_received, receives);
                None
            }
            Change::Gone { id } => self.take(id).map(|message| message.body),
        }
    }

    /// Messages of the state of before go into the journal.
    pub(super) fn take_over(&mut self) {
        for (id, message) in &mut self.messages {
            if let Body::Memory(text) = &message.body {
                message.body = self.line.put(&message.put(*id), text);
            }
        }
    }

    pub(crate) fn release(&mut self) {
        for id in std::mem::take(&mut self.held) {
            if let Some(message) = self.messages.get(&id) {
                self.away.insert((message.due, id));
            }
        }
    }

    /// Up to `max` messages with their text, away for `visibility_secs` from now. `pick`: which of so many comes first;
    /// without it the oldest. What was received too often already goes to the dead instead.
    pub(crate) fn receive(
        &mut self,
        now: i64,
        max: usize,
        visibility_secs: i64,
        pick: Option<&dyn Fn(usize) -> usize>,
        dead: &mut Vec<Dead>,
    ) -> Vec<(ReceiptHandle, &Message, String)> {
        self.settle(now);
        let max_receives = self.redrive.as_ref().map_or(u32::MAX, |redrive| redrive.max_receives);
        let due = now + visibility_secs * 1000;
        let mut taken = Vec::new();
        while taken.len() < max {
            let next = match pick {
                Some(pick) if !self.ready.is_empty() => self.ready.swap_remove_back(pick(self.ready.len())),
                Some(_) | None => self.ready.pop_front(),
            };
            let Some(id) = next else { break };
            let Some(message) = self.messages.get_mut(&id) else { continue };
            let Some(text) = self.line.read(&message.body) else { continue };
            if message.receives >= max_receives {
                let message = self.messages.remove(&id);
                dead.extend(message.map(|message| Dead { id, message, text }));
                continue;
            }
            message.receives += 1;
            if message.first_received == 0 {
                message.first_received = now;
            }
            message.due = due;
            self.away.insert((due, id));
            self.line.note(&message.received(id));
            taken.push((id, text));
        }
        let received = taken.into_iter().filter_map(|(id, text)| Some((id, self.messages.get(&id)?, text)));
        received.map(|(id, message, text)| (ReceiptHandle::of(id, message), message, text)).collect()
    }

    /// What is gone, or was received again since, is left alone.
    pub(crate) fn delete(&mut self, handle: &ReceiptHandle) {
        if self.current(handle).is_some() {
            self.remove(handle.id);
        }
    }

    /// False: the message is not in flight under this handle.
    pub(crate) fn change_visibility(&mut self, handle: &ReceiptHandle, now: i64, visibility_secs: i64) -> bool {
        self.settle(now);
        let Some(due) = self.current(handle).map(|message| message.due) else { return false };
        if !self.away.remove(&(due, handle.id)) {
            return false;
        }
        let due = now + visibility_secs * 1000;
        if let Some(message) = self.messages.get_mut(&handle.id) {
            message.due = due;
            self.line.note(&message.received(handle.id));
        }
        self.away.insert((due, handle.id));
        true
    }

    pub(crate) fn purge(&mut self) {
        while let Some((id, _)) = self.messages.first_key_value() {
            self.remove(*id);
        }
        self.ready.clear();
    }

    /// When the next message comes back or comes up.
    pub(crate) fn next_due(&self) -> Option<i64> {
        self.away.first().map(|(due, _)| *due)
    }

    pub(crate) fn counts(&mut self, now: i64) -> Counts {
        self.settle(now);
        let received = |id: &u64| self.messages.get(id).is_some_and(|message| message.receives > 0);
        let in_flight = self.away.iter().filter(|(_, id)| received(id)).count();
        Counts {
            visible: self.messages.len() - self.away.len() - self.held.len(),
            in_flight,
            delayed: self.away.len() - in_flight,
        }
    }

    /// All that is not held back.
    pub(crate) fn len(&self) -> usize {
        self.messages.len() - self.held.len()
    }

    fn settle(&mut self, now: i64) {
        self.expire(now);
        while let Some((due, id)) = self.away.first().copied().filter(|(due, _)| *due <= now) {
            self.away.remove(&(due, id));
            self.ready.push_back(id);
        }
    }

    /// The oldest go that were here for too long. What is held has not come yet.
    pub(super) fn expire(&mut self, now: i64) {
        let secs = self.kept.get(RETENTION).and_then(|secs| secs.parse().ok()).unwrap_or(RETENTION_SECS);
        while let Some((id, oldest)) = self.messages.first_key_value()
            && oldest.sent + secs * 1000 <= now
            && !self.held.contains(id)
        {
            self.remove(*id);
        }
    }

    fn remove(&mut self, id: u64) {
        if let Some(message) = self.take(id) {
            self.line.forget(id, &message.body);
        }
    }

    fn take(&mut self, id: u64) -> Option<Message> {
        let message = self.messages.remove(&id)?;
        self.away.remove(&(message.due, id));
        self.held.remove(&id);
        Some(message)
    }

    fn current(&self, handle: &ReceiptHandle) -> Option<&Message> {
        let message = self.messages.get(&handle.id)?;
        (message.receives == handle.receives && message.message_id == handle.message_id).then_some(message)
    }
}
