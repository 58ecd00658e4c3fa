//! What becomes of the newest mails, for those who ask after one or count them all. In memory only. What is still to come
//! is in it already, with its moment.

use crate::bounces::Bounce;
use crate::events::{Event, EventType};
use crate::people;
use crate::place::Place;
use crate::ses::send::Accepted;
use std::collections::{BTreeMap, VecDeque};

#[derive(Default)]
pub(crate) struct History(VecDeque<Told>);

/// A mail without its content.
pub(crate) struct Told {
    pub(crate) place: Place,
    pub(crate) message_id: String,
    pub(crate) from: String,
    pub(crate) subject: Option<String>,
    pub(crate) identity: String,
    pub(crate) configuration_set: Option<String>,
    pub(crate) tenant: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) recipients: Vec<String>,
    pub(crate) moments: Vec<Moment>,
}

/// Something that becomes of it.
pub(crate) struct Moment {
    pub(crate) event: Event,
    /// Milliseconds of the epoch.
    pub(crate) at: i64,
}

const MAILS_KEPT: usize = 10_000;

impl History {
    pub(crate) fn push(&mut self, told: Told) {
        if self.0.len() == MAILS_KEPT {
            self.0.pop_front();
        }
        self.0.push_back(told);
    }

    /// The oldest first.
    pub(crate) fn in_place<'a>(&'a self, place: &'a Place) -> impl Iterator<Item = &'a Told> {
        self.0.iter().filter(move |told| told.place == *place)
    }
}

impl Told {
    pub(crate) fn new(accepted: &Accepted, moments: Vec<Moment>) -> Self {
        let Accepted { place, message_id, sender, letter, .. } = accepted;
        Self {
            place: place.clone(),
            message_id: message_id.clone(),
            from: letter.headers.get("From").unwrap_or(&sender.from).to_owned(),
            subject: letter.headers.get("Subject").map(str::to_owned),
            identity: sender.identity.clone(),
            configuration_set: sender.configuration_set.clone(),
            tenant: sender.tenant.clone(),
            tags: letter.tags.clone(),
            recipients: letter.recipients.clone(),
            moments,
        }
    }

    /// The one whom statistics are about: a mail to several counts in none, and the simulator is nobody.
    pub(crate) fn only_recipient(&self) -> Option<&str> {
        match self.recipients.as_slice() {
            [only] if !people::is_simulated(only) => Some(only),
            _ => None,
        }
    }
}

impl Moment {
    /// Of a bounce.
    pub(crate) fn bounce(&self) -> Option<Bounce> {
        (self.event.event_type == EventType::Bounce).then(|| Bounce::of(self.event.fate, &self.event.recipient))
    }
}
