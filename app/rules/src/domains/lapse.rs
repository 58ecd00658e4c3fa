//! When a claim ends by itself: a name that nobody shows to be theirs is free for whoever can. Times are business time.

use super::{DomainFacts, Found, SesStatus};
use crate::limits;
use crate::time::{Duration, OffsetDateTime};

/// Why a claim has ended by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lapse {
    /// The ownership record was never seen.
    Unproved,
    /// It was, it is gone, and SES does not see the domain's keys any more.
    Lost,
}

/// What the last look says about who the name belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Proof {
    Shown,
    /// The name servers did not answer.
    CannotTell,
    Missing(Lapse),
}

impl Lapse {
    const ALL: [Self; 2] = [Self::Unproved, Self::Lost];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unproved => "unproved",
            Self::Lost => "lost",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lapse| lapse.as_str() == text)
    }

    /// How long a claim stands without its proof.
    pub const fn grace(self) -> Duration {
        match self {
            Self::Unproved => Duration::days(limits::CLAIM_UNPROVED_DAYS),
            Self::Lost => Duration::days(limits::CLAIM_LOST_DAYS),
        }
    }
}

impl DomainFacts {
    /// Keys in DNS that SES sees prove as much as the ownership record, once that was there.
    pub fn proof(&self) -> Proof {
        let ownership = self.ownership();
        let was_shown = ownership.is_some_and(|record| record.was_found);
        let is_answered = ownership.is_some_and(|record| record.observation.is_some() && !record.is_unanswered);
        if ownership.is_some_and(Found::is_right) || was_shown && self.dkim.is_some_and(SesStatus::holds) {
            Proof::Shown
        } else if is_answered {
            Proof::Missing(if was_shown { Lapse::Lost } else { Lapse::Unproved })
        } else {
            Proof::CannotTell
        }
    }
}

/// When the claim ends if nothing is shown until then; `None`: it stands. `before` is what was said at the last look: a date
/// that was told comes no nearer.
pub fn ends_at(proof: Proof, before: Option<OffsetDateTime>, now: OffsetDateTime) -> Option<OffsetDateTime> {
    match proof {
        Proof::Shown => None,
        Proof::CannotTell => before.map(|at| at.max(now + Duration::days(limits::CLAIM_UNANSWERED_DAYS))),
        Proof::Missing(lapse) => Some(before.unwrap_or(now + lapse.grace())),
    }
}

/// Whether it has ended: never without an answer.
pub fn ended(proof: Proof, ends_at: Option<OffsetDateTime>, now: OffsetDateTime) -> Option<Lapse> {
    match proof {
        Proof::Missing(lapse) => ends_at.is_some_and(|at| at <= now).then_some(lapse),
        Proof::Shown | Proof::CannotTell => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domains::{Observation, Purpose};

    fn facts(observation: Option<Observation>, was_found: bool, dkim: Option<SesStatus>) -> DomainFacts {
        let record = Found { purpose: Purpose::Ownership, observation, is_unanswered: false, was_found };
        DomainFacts {
            is_removing: false,
            hold: None,
            dkim,
            next_dkim: None,
            mail_from: None,
            may_send: false,
            is_associated: false,
            was_verified: false,
            records: vec![record],
        }
    }

    #[test]
    fn keys_that_ses_sees_prove_what_was_proved_once() {
        use Observation::{Found, NotFound, Wrong};
        let check = |observation, was_found, dkim, expected| {
            assert_eq!(facts(observation, was_found, dkim).proof(), expected, "{observation:?} {was_found} {dkim:?}");
        };
        check(None, false, None, Proof::CannotTell);
        check(Some(Found), true, None, Proof::Shown);
        check(Some(NotFound), false, None, Proof::Missing(Lapse::Unproved));
        check(Some(NotFound), false, Some(SesStatus::Success), Proof::Missing(Lapse::Unproved));
        for holds in [SesStatus::Success, SesStatus::TemporaryFailure] {
            check(Some(NotFound), true, Some(holds), Proof::Shown);
        }
        check(Some(Wrong), true, Some(SesStatus::Failed), Proof::Missing(Lapse::Lost));
        check(Some(NotFound), true, None, Proof::Missing(Lapse::Lost));
    }

    #[test]
    fn silence_neither_proves_nor_ends_anything() {
        let (start, day) = (OffsetDateTime::UNIX_EPOCH, Duration::days(1));
        let mut silent = facts(Some(Observation::NotFound), true, None);
        silent.records[0].is_unanswered = true;
        assert_eq!(silent.proof(), Proof::CannotTell);
        let late = start + day * 99;
        let until = ends_at(Proof::CannotTell, Some(start), late);
        assert_eq!(until, Some(late + day * 3), "who mends the name servers has time to publish");
        assert_eq!(ended(Proof::CannotTell, Some(start), late), None);
        assert_eq!(ends_at(Proof::CannotTell, None, late), None, "nothing is known to be missing");
        silent.records[0].observation = Some(Observation::Found);
        assert_eq!(silent.proof(), Proof::Shown, "what was right stays right");
    }

    #[test]
    fn a_claim_ends_once_the_time_that_was_told_is_over() {
        let (start, day) = (OffsetDateTime::UNIX_EPOCH, Duration::days(1));
        for (lapse, days) in [(Lapse::Unproved, 14), (Lapse::Lost, 30)] {
            let missing = Proof::Missing(lapse);
            let until = ends_at(missing, None, start);
            assert_eq!(until, Some(start + day * days));
            assert_eq!(ends_at(missing, until, start + day * 9), until, "it does not move");
            assert_eq!(ended(missing, until, start + day * days - Duration::SECOND), None);
            assert_eq!(ended(missing, until, start + day * days), Some(lapse));
            assert_eq!(ends_at(Proof::Shown, until, start + day * 9), None);
            assert_eq!(Lapse::parse(lapse.as_str()), Some(lapse));
        }
    }
}
