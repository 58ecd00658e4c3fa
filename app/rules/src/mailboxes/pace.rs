//! How much a mailbox sends: a cap a day, and a gap between two mails. A team may be stricter than the platform, never
//! looser.

use super::SendWindow;
use crate::limits;

/// Mails a local day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct DailyCap(u16);

/// Minutes between two mails of one mailbox: a fresh draw between the two bounds each time, so that no machine is seen
/// behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gap {
    min_mins: u16,
    max_mins: u16,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PaceError {
    #[error("Enter how many mails a day: a number from 1 to {}.", limits::MAILBOX_DAILY_CAP_MAX)]
    Cap,
    #[error("Enter minutes: a number from {} to {}.", limits::MAILBOX_GAP_MINS_MIN, limits::MAILBOX_GAP_MINS_MAX)]
    Minutes,
    #[error("The longest gap is not shorter than the shortest.")]
    Order,
}

impl DailyCap {
    pub fn parse(text: &str) -> Result<Self, PaceError> {
        text.trim().parse().ok().and_then(Self::new).ok_or(PaceError::Cap)
    }

    pub fn new(mails: u16) -> Option<Self> {
        (1..=limits::MAILBOX_DAILY_CAP_MAX).contains(&mails).then_some(Self(mails))
    }

    pub const fn mails(self) -> u16 {
        self.0
    }
}

impl Gap {
    /// One bound, as it was typed.
    pub fn parse_mins(text: &str) -> Result<u16, PaceError> {
        let mins = text.trim().parse().map_err(|_| PaceError::Minutes)?;
        if (limits::MAILBOX_GAP_MINS_MIN..=limits::MAILBOX_GAP_MINS_MAX).contains(&mins) {
            Ok(mins)
        } else {
            Err(PaceError::Minutes)
        }
    }

    pub fn new(min_mins: u16, max_mins: u16) -> Result<Self, PaceError> {
        if min_mins > max_mins { Err(PaceError::Order) } else { Ok(Self { min_mins, max_mins }) }
    }

    pub const fn min_mins(self) -> u16 {
        self.min_mins
    }

    pub const fn max_mins(self) -> u16 {
        self.max_mins
    }

    /// How many mails a window has room for at the middle of the gap.
    pub fn mails_that_fit(self, window: &SendWindow) -> u16 {
        let middle = (self.min_mins + self.max_mins) / 2;
        1 + (window.minutes().saturating_sub(1)) / middle.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailboxes::{WeekDays, ZoneName};

    #[test]
    fn nobody_sets_a_pace_that_is_looser_than_the_platforms() {
        assert_eq!(DailyCap::parse(" 20 ").unwrap().mails(), 20);
        for wrong in ["", "0", "51", "-1", "20.5", "many"] {
            assert_eq!(DailyCap::parse(wrong), Err(PaceError::Cap), "{wrong}");
        }
        for wrong in ["", "3", "241", "x"] {
            assert_eq!(Gap::parse_mins(wrong), Err(PaceError::Minutes), "{wrong}");
        }
        assert_eq!(Gap::new(12, 4), Err(PaceError::Order));
    }

    #[test]
    fn a_window_has_room_for_some_mails() {
        let window =
            |from, until| SendWindow::new(WeekDays::WORKING, from, until, ZoneName::parse("UTC").unwrap()).unwrap();
        let gap = Gap::new(4, 12).unwrap();
        assert_eq!(gap.mails_that_fit(&window(9 * 60, 17 * 60)), 60);
        assert_eq!(gap.mails_that_fit(&window(9 * 60, 9 * 60 + 5)), 1);
    }
}
