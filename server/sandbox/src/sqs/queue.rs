//! One queue: what can be received, what is away until its time comes, what is held back. It waits for nothing: whoever
//! looks says what time it is.

use super::message_attributes::Attributes;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A received message that is not deleted comes back when its time is up.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub(crate) struct Queue {
    pub(crate) created: i64,
    pub(crate) visibility_secs: i64,
    /// `None`: what is not deleted comes back for ever.
    #[serde(default)]
    pub(crate) redrive: Option<Redrive>,
    /// Attributes that change nothing here.
    #[serde(default)]
    pub(crate) kept: BTreeMap<String, String>,
    next_id: u64,
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

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) message_id: String,
    pub(crate) body: String,
    /// Epoch milliseconds, like all times here.
    pub(crate) sent: i64,
    pub(crate) receives: u32,
    pub(crate) first_received: Option<i64>,
    #[serde(default)]
    pub(crate) attributes: Attributes,
    /// The ARN of the queue that it was in before, if it is a dead letter.
    #[serde(default)]
    pub(crate) dead_in: Option<String>,
    due: i64,
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

/// Where messages go that were received so often and not deleted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Redrive {
    /// By its name, in the same region.
    pub(crate) queue: String,
    pub(crate) max_receives: u32,
}

/// As the state file has it: everything that is to come, comes.
#[derive(Deserialize)]
struct Kept {
    created: i64,
    visibility_secs: i64,
    #[serde(default)]
    redrive: Option<Redrive>,
    #[serde(default)]
    kept: BTreeMap<String, String>,
    next_id: u64,
    messages: BTreeMap<u64, Message>,
}

/// Names one receipt of one message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ReceiptHandle {
    id: u64,
    receives: u32,
    message_id: String,
}

pub(crate) struct Counts {
    pub(crate) visible: usize,
    pub(crate) in_flight: usize,
    pub(crate) delayed: usize,
}

pub(crate) const VISIBILITY_SECS: i64 = 60;

impl From<Kept> for Queue {
    fn from(kept: Kept) -> Self {
        let Kept { created, visibility_secs, redrive, kept, next_id, messages } = kept;
        let away = messages.iter().map(|(id, message)| (message.due, *id)).collect();
        let (ready, held) = (VecDeque::new(), BTreeSet::new());
        Self { created, visibility_secs, redrive, kept, next_id, messages, ready, away, held }
    }
}

impl Queue {
    pub(crate) fn new(now: i64) -> Self {
        Self::from(Kept {
            created: now,
            visibility_secs: VISIBILITY_SECS,
            redrive: None,
            kept: BTreeMap::new(),
            next_id: 0,
            messages: BTreeMap::new(),
        })
    }

    pub(crate) fn push(&mut self, new: New, hold: bool) {
        let New { message_id, body, attributes, sent, due } = new;
        let message =
            Message { message_id, body, sent, receives: 0, first_received: None, attributes, dead_in: None, due };
        self.insert(message, hold);
    }

    /// It comes from the queue of that ARN, and can be received at once.
    pub(crate) fn bury(&mut self, mut dead: Message, came_from: &str, now: i64) {
        dead.dead_in = Some(came_from.to_owned());
        dead.due = now;
        self.insert(dead, false);
    }

    fn insert(&mut self, message: Message, hold: bool) {
        let id = self.next_id;
        self.next_id += 1;
        if hold {
            self.held.insert(id);
        } else {
            self.away.insert((message.due, id));
        }
        self.messages.insert(id, message);
    }

    pub(crate) fn release(&mut self) {
        for id in std::mem::take(&mut self.held) {
            if let Some(message) = self.messages.get(&id) {
                self.away.insert((message.due, id));
            }
        }
    }

    /// Up to `max` messages, away for `visibility_secs` from now. `pick`: which of so many comes first; without it the
    /// oldest. What was received too often already goes to the dead instead.
    pub(crate) fn receive(
        &mut self,
        now: i64,
        max: usize,
        visibility_secs: i64,
        pick: Option<&dyn Fn(usize) -> usize>,
        dead: &mut Vec<Message>,
    ) -> Vec<(ReceiptHandle, &Message)> {
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
            if message.receives >= max_receives {
                dead.extend(self.messages.remove(&id));
                continue;
            }
            message.receives += 1;
            message.first_received.get_or_insert(now);
            message.due = due;
            self.away.insert((due, id));
            taken.push(id);
        }
        let received = taken.into_iter().filter_map(|id| Some((id, self.messages.get(&id)?)));
        received.map(|(id, message)| (ReceiptHandle::of(id, message), message)).collect()
    }

    /// What is gone, or was received again since, is left alone.
    pub(crate) fn delete(&mut self, handle: &ReceiptHandle) {
        let Some(message) = self.current(handle) else { return };
        let due = message.due;
        self.away.remove(&(due, handle.id));
        self.messages.remove(&handle.id);
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
        }
        self.away.insert((due, handle.id));
        true
    }

    pub(crate) fn purge(&mut self) {
        self.messages.clear();
        self.ready.clear();
        self.away.clear();
        self.held.clear();
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
        while let Some((due, id)) = self.away.first().copied().filter(|(due, _)| *due <= now) {
            self.away.remove(&(due, id));
            self.ready.push_back(id);
        }
    }

    fn current(&self, handle: &ReceiptHandle) -> Option<&Message> {
        let message = self.messages.get(&handle.id)?;
        (message.receives == handle.receives && message.message_id == handle.message_id).then_some(message)
    }
}

impl ReceiptHandle {
    fn of(id: u64, message: &Message) -> Self {
        Self { id, receives: message.receives, message_id: message.message_id.clone() }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let id = parts.next()?.parse().ok()?;
        let receives = parts.next()?.parse().ok()?;
        Some(Self { id, receives, message_id: parts.next()?.to_owned() })
    }

    pub(crate) fn text(&self) -> String {
        format!("{}.{}.{}", self.id, self.receives, self.message_id)
    }
}
