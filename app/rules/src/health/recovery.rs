//! The way back of a part that stood still: paused, looked into, cleaned, tried with little, over. Each step needs something
//! that can be read from data, and one that was taken stays taken.

use super::{Tally, percent};
use crate::limits;
use crate::time::{Duration, OffsetDateTime};

/// How far it has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stage {
    Paused,
    Diagnosed,
    Cleaned,
    /// It sends, but little.
    Probation,
    Over,
}

/// What somebody found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Diagnosis {
    List,
    Provider,
    Content,
    SetUp,
    Other,
}

impl Diagnosis {
    pub const ALL: [Self; 5] = [Self::List, Self::Provider, Self::Content, Self::SetUp, Self::Other];

    /// As it stands in the database and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Provider => "provider",
            Self::Content => "content",
            Self::SetUp => "set_up",
            Self::Other => "other",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|diagnosis| diagnosis.as_str() == text)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::List => "The list is bad",
            Self::Provider => "One provider refuses us",
            Self::Content => "The mails annoy",
            Self::SetUp => "Something is set up wrongly",
            Self::Other => "Something else",
        }
    }

    pub const fn meaning(self) -> &'static str {
        match self {
            Self::List => "Addresses were guessed, bought, or collected long ago.",
            Self::Provider => "What bounced is at one provider, which may know our name or our words.",
            Self::Content => "People who exist complain: they do not know who writes, or why.",
            Self::SetUp => "A record, a name or a signature was not as it should be.",
            Self::Other => "Say what below.",
        }
    }
}

/// What a part has done since it was let send a little.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trial {
    pub since: OffsetDateTime,
    pub tally: Tally,
}

/// What a trial must show before it is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Proof {
    Days,
    Sends,
    HardBounces,
    Complaints,
}

impl Proof {
    pub const ALL: [Self; 4] = [Self::Days, Self::Sends, Self::HardBounces, Self::Complaints];
}

impl Trial {
    /// Whether it is shown, and the numbers.
    pub fn shows(&self, proof: Proof, now: OffsetDateTime) -> (bool, String) {
        let Tally { sends, hard_bounces, complaints } = self.tally;
        match proof {
            Proof::Days => {
                let days = (now - self.since).whole_days();
                let wanted = limits::PROBATION_DAYS_MIN;
                (now - self.since >= Duration::days(wanted), format!("{days} of {wanted} days"))
            }
            Proof::Sends => {
                let wanted = limits::PROBATION_SENDS_MIN;
                (sends >= wanted, format!("{sends} of {wanted} mails sent"))
            }
            Proof::HardBounces => {
                let limit = limits::PROBATION_HARD_BOUNCES;
                let words =
                    format!("{hard_bounces} of {sends} bounced hard, where it must be fewer than {}", percent(limit));
                (hard_bounces * 10_000 < limit * sends.max(1), words)
            }
            Proof::Complaints => (complaints == 0, format!("{complaints} complaints, where there must be none")),
        }
    }

    pub fn is_passed(&self, now: OffsetDateTime) -> bool {
        Proof::ALL.into_iter().all(|proof| self.shows(proof, now).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_is_over_when_all_is_shown() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let check = |hours, sends, hard_bounces, complaints| {
            let tally = Tally { sends, hard_bounces, complaints };
            Trial { since: now - Duration::hours(hours), tally }.is_passed(now)
        };
        assert!(check(72, 40, 0, 0));
        assert!(check(240, 51, 1, 0));
        assert!(!check(71, 60, 0, 0), "too soon");
        assert!(!check(240, 39, 0, 0), "too few");
        assert!(!check(240, 50, 1, 0), "2 %");
        assert!(!check(240, 500, 0, 1), "a complaint");
        assert!(!check(240, 0, 0, 0));
    }

    #[test]
    fn words_are_read_back() {
        for diagnosis in Diagnosis::ALL {
            assert_eq!(Diagnosis::parse(diagnosis.as_str()), Some(diagnosis));
        }
        assert!(Stage::Paused < Stage::Diagnosed && Stage::Cleaned < Stage::Probation);
    }
}
