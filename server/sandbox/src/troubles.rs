//! What ails the DNS of this world: all of it, or a zone. Who is asked says what it does to an answer: `dns` on the wire,
//! SES when it looks at an identity.

use crate::records::Record;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What ails the answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum DnsTrouble {
    ServFail,
    Silence,
    /// REFUSED: most servers that do not hold the zone that is delegated to them say so.
    Refused,
    /// The others: no error, no answer, not authoritative, and a referral up to the root.
    Lame,
    /// Over UDP there is nothing but "ask by TCP".
    Truncation,
    /// The records are still shown as they stood when it began.
    Stale,
}

#[derive(Default)]
pub(crate) struct Troubles {
    everywhere: Option<Trouble>,
    /// By the name at which, and beneath which, something is wrong.
    zones: BTreeMap<String, Trouble>,
}

struct Trouble {
    kind: DnsTrouble,
    /// Of `Stale`: what is still shown.
    before: Vec<Record>,
}

impl Troubles {
    /// `zone`: normal; `None`: everywhere, and then all is well where nothing is set.
    pub(crate) fn set(&mut self, zone: Option<&str>, kind: Option<DnsTrouble>, records: &[Record]) {
        let trouble = kind.map(|kind| Trouble {
            kind,
            before: if kind == DnsTrouble::Stale { records.to_vec() } else { Vec::new() },
        });
        match (zone, trouble) {
            (None, None) => *self = Self::default(),
            (None, trouble) => self.everywhere = trouble,
            (Some(zone), Some(trouble)) => drop(self.zones.insert(zone.to_owned(), trouble)),
            (Some(zone), None) => drop(self.zones.remove(zone)),
        }
    }

    /// Of the closest zone that has one.
    pub(crate) fn of(&self, name: &str) -> Option<DnsTrouble> {
        self.at(name).map(|trouble| trouble.kind)
    }

    /// What can be seen of `records` at `name` by who tries hard enough. `None`: nothing is known of it.
    pub(crate) fn shown<'a>(&'a self, records: &'a [Record], name: &str) -> Option<&'a [Record]> {
        match self.at(name) {
            None => Some(records),
            Some(Trouble { kind: DnsTrouble::Truncation, .. }) => Some(records),
            Some(Trouble { kind: DnsTrouble::Stale, before }) => Some(before),
            Some(_) => None,
        }
    }

    fn at(&self, name: &str) -> Option<&Trouble> {
        let mut zone = name;
        loop {
            match (self.zones.get(zone), zone.split_once('.')) {
                (Some(trouble), _) => return Some(trouble),
                (None, Some((_, parent))) => zone = parent,
                (None, None) => return self.everywhere.as_ref(),
            }
        }
    }
}
