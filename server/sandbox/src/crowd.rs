//! All whom mail reaches: people, and the providers that keep their mailboxes. It puts together what `people`, its shares and
//! `providers` decide about one recipient of one mail.

use crate::moment;
use crate::people::shares::{Shares, roll};
use crate::people::{self, Fate, Mood};
use crate::providers::{self, Mark, Placement, Providers, Sent};
use crate::records::Record;
use std::collections::BTreeMap;

#[derive(Default)]
pub(crate) struct Crowd {
    pub(crate) shares: Shares,
    pub(crate) providers: Providers,
    /// By address, while anybody goes by it.
    mails: BTreeMap<String, u32>,
}

/// What becomes of a mail at one recipient.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Reaction {
    pub(crate) fate: Fate,
    pub(crate) opens: bool,
    pub(crate) mood: Option<Mood>,
    /// `None`: no provider has a say.
    pub(crate) placement: Option<Placement>,
}

/// Who looks into the spam folder.
const SPAM_FOLDER_SHARE: f64 = 0.1;

impl Crowd {
    /// Of a mail that SES would send.
    pub(crate) fn react(&mut self, address: &str, sent: &Sent, records: &[Record], now: f64) -> Reaction {
        let person = address.to_ascii_lowercase();
        let number = self.count(&person);
        let would = self.would(&person, number);
        let is_heard_of = !matches!(would.fate, Fate::Rejected | Fate::Silent) && !people::is_simulated(&person);
        let home = providers::home(&person, records).filter(|_| self.providers.is_on() && is_heard_of);
        let Some(home) = home else { return would };

        let (day, seed) = (moment::day(now), self.shares.seed);
        let ruling = self.providers.rule(&home, sent, day, seed, &person, number);
        let looks = ruling.placement == Placement::Inbox
            || ruling.placement == Placement::Spam && roll(seed, "spam folder", &person, number) < SPAM_FOLDER_SHARE;
        let mut mark = |mark| self.providers.mark(&home, sent, day, mark);
        if ruling.placement == Placement::Blocked {
            mark(Mark::Blocked);
            let fate = Fate::Blocked(ruling.provider);
            return Reaction { fate, opens: false, mood: None, placement: Some(Placement::Blocked) };
        }
        match would.fate {
            Fate::Delivered | Fate::Complained | Fate::OutOfOffice | Fate::Delayed => mark(Mark::Delivered),
            Fate::Bounced => {
                mark(Mark::UnknownUser);
                return would;
            }
            Fate::SoftBounced
            | Fate::BouncedAs(_)
            | Fate::Blocked(_)
            | Fate::Deferred(_)
            | Fate::Rejected
            | Fate::Silent
            | Fate::SimulatedBounce
            | Fate::SimulatedComplaint
            | Fate::SimulatedSuppression
            | Fate::Suppressed(_) => return would,
        }
        if would.fate == Fate::Complained && looks {
            mark(Mark::Complaint);
        }
        Reaction {
            fate: ruling.fate(would.fate, looks),
            opens: would.opens && looks,
            mood: would.mood.filter(|_| looks),
            placement: Some(ruling.placement),
        }
    }

    /// With a mail in the inbox.
    fn would(&self, person: &str, number: u32) -> Reaction {
        let (fate, opens, mood) = if people::says_something(person) {
            (people::fate(person), people::opens(person), people::mood(person, None))
        } else {
            let mood = self.shares.intent(person, number).and_then(|intent| people::mood(person, Some(intent)));
            let fate = self.shares.fate(person, number).unwrap_or(Fate::Delivered);
            (fate, self.shares.opens(person, number), mood)
        };
        let gets_it = matches!(fate, Fate::Delivered | Fate::Complained | Fate::OutOfOffice | Fate::Delayed);
        let mood = mood.filter(|_| fate == Fate::Delivered);
        Reaction { fate, opens: opens && gets_it, mood, placement: None }
    }

    /// Of mails to it before.
    fn count(&mut self, person: &str) -> u32 {
        if !self.providers.is_on() && self.shares.shares.is_empty() {
            return 0;
        }
        let mails = self.mails.entry(person.to_owned()).or_default();
        *mails += 1;
        *mails - 1
    }
}
