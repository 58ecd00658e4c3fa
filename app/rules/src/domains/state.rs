//! How a domain stands: computed from the facts of its records and of SES, never stored, so that the badge of the whole
//! and the rows beside it cannot disagree. Waiting, unknown and failed are states of their own.

use super::{Observation, Purpose};
use crate::limits;
use crate::time::Duration;

/// SES's word on DKIM or MAIL FROM (`DkimStatus`, `MailFromDomainStatus`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SesStatus {
    NotStarted,
    Pending,
    Success,
    /// SES has stopped looking (after 72 h), and mail may not leave.
    Failed,
    /// It was verified, and SES cannot read the records now; it goes on for 72 h.
    TemporaryFailure,
    /// A word that we do not know: waited for like [`Self::Pending`].
    Other,
}

/// Why only an operator can help.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hold {
    /// The identity exists at SES and sends for another tenant of this account.
    ForeignTenant,
    /// The identity exists at SES, and we did not make it.
    UnknownIdentity,
}

/// What is known about one record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found {
    pub purpose: Purpose,
    /// The last answer that said anything; `None` before the first.
    pub observation: Option<Observation>,
    /// The last look got no answer.
    pub is_unanswered: bool,
    /// It was right at some time.
    pub was_found: bool,
}

/// What is known about a domain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DomainFacts {
    pub is_removing: bool,
    pub hold: Option<Hold>,
    /// SES's words; `None` before there is an identity.
    pub dkim: Option<SesStatus>,
    /// In the account that the team moves to.
    pub next_dkim: Option<SesStatus>,
    pub mail_from: Option<SesStatus>,
    /// SES lets mail leave (`VerifiedForSendingStatus`).
    pub may_send: bool,
    /// The identity belongs to the tenant at SES.
    pub is_associated: bool,
    pub was_verified: bool,
    pub records: Vec<Found>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DomainState {
    Removing,
    Held(Hold),
    /// The team has not shown that the name is theirs: nothing is made at SES before.
    NeedsOwnership,
    /// SES has not given its keys yet.
    Preparing,
    /// So many required records are not right.
    NeedsRecords(usize),
    /// What is missing could not be asked for: DNS does not answer.
    CannotTell,
    WaitingForSes,
    SesFailed,
    Verified,
    /// Verified, mail still leaves, and so many required records are gone.
    Losing(usize),
}

/// How one row stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RecordState {
    Unchecked,
    NotFound,
    Wrong,
    Several,
    Doubled,
    /// The last look got no answer. Never "wrong".
    CannotTell,
    /// Right in DNS; SES has not seen it yet.
    WaitingForSes,
    /// Right in DNS; SES has trouble reading it and goes on.
    SesTrouble,
    /// Right in DNS; SES has stopped looking.
    SesFailed,
    Verified,
    /// It was right, and is gone.
    Lost,
}

impl SesStatus {
    pub fn parse(text: &str) -> Self {
        match text {
            "NOT_STARTED" => Self::NotStarted,
            "PENDING" => Self::Pending,
            "SUCCESS" => Self::Success,
            "FAILED" => Self::Failed,
            "TEMPORARY_FAILURE" => Self::TemporaryFailure,
            _ => Self::Other,
        }
    }

    pub(super) const fn holds(self) -> bool {
        matches!(self, Self::Success | Self::TemporaryFailure)
    }
}

impl Hold {
    pub const ALL: [Self; 2] = [Self::ForeignTenant, Self::UnknownIdentity];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ForeignTenant => "foreign_tenant",
            Self::UnknownIdentity => "unknown_identity",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hold| hold.as_str() == text)
    }
}

impl Found {
    pub fn is_right(&self) -> bool {
        self.observation == Some(Observation::Found)
    }
}

impl DomainFacts {
    pub fn state(&self) -> DomainState {
        let mut missing = self.records.iter().filter(|record| record.purpose.is_required() && !record.is_right());
        let count = missing.clone().count();
        let failed = |status| status == Some(SesStatus::Failed);
        let holds = |status: Option<SesStatus>| status.is_some_and(SesStatus::holds);
        if self.is_removing {
            DomainState::Removing
        } else if let Some(hold) = self.hold {
            DomainState::Held(hold)
        } else if self.was_verified && self.may_send && count > 0 {
            DomainState::Losing(count)
        } else if self.dkim.is_none() && !self.is_owned() {
            let is_unanswered = self.ownership().is_some_and(|record| record.is_unanswered);
            if is_unanswered { DomainState::CannotTell } else { DomainState::NeedsOwnership }
        } else if self.dkim.is_none() {
            DomainState::Preparing
        } else if count > 0 && missing.all(|record| record.is_unanswered) {
            DomainState::CannotTell
        } else if count > 0 {
            DomainState::NeedsRecords(count)
        } else if failed(self.dkim) || failed(self.mail_from) {
            DomainState::SesFailed
        } else if self.may_send && self.is_associated && holds(self.dkim) && holds(self.mail_from) {
            DomainState::Verified
        } else {
            DomainState::WaitingForSes
        }
    }

    /// Whether every required record is right in DNS.
    pub fn records_are_right(&self) -> bool {
        self.records.iter().all(|record| record.is_right() || !record.purpose.is_required())
    }

    /// Whether the team has shown that it can change the domain's DNS, by the last answer.
    pub fn is_owned(&self) -> bool {
        self.ownership().is_some_and(Found::is_right)
    }

    /// Whether an identity may be made now: the last look itself has seen the ownership record.
    pub fn is_seen_owned(&self) -> bool {
        self.ownership().is_some_and(|record| record.is_right() && !record.is_unanswered)
    }

    pub(super) fn ownership(&self) -> Option<&Found> {
        self.records.iter().find(|record| record.purpose == Purpose::Ownership)
    }

    /// One row, by its own look-up and by SES's word on its purpose.
    pub fn record_state(&self, record: &Found) -> RecordState {
        let seen_by_ses = match record.purpose {
            Purpose::Ownership | Purpose::Dmarc => Some(SesStatus::Success),
            Purpose::Dkim => self.dkim,
            Purpose::NextDkim => self.next_dkim,
            Purpose::ReturnPath => self.mail_from,
        };
        match record.observation {
            _ if record.is_unanswered => RecordState::CannotTell,
            None => RecordState::Unchecked,
            Some(Observation::Found) => match seen_by_ses {
                Some(SesStatus::Success) => RecordState::Verified,
                Some(SesStatus::TemporaryFailure) => RecordState::SesTrouble,
                Some(SesStatus::Failed) => RecordState::SesFailed,
                Some(SesStatus::NotStarted | SesStatus::Pending | SesStatus::Other) | None => {
                    RecordState::WaitingForSes
                }
            },
            Some(Observation::NotFound) if record.was_found => RecordState::Lost,
            Some(Observation::NotFound) => RecordState::NotFound,
            Some(Observation::Wrong) => RecordState::Wrong,
            Some(Observation::Several) => RecordState::Several,
            Some(Observation::Doubled) => RecordState::Doubled,
        }
    }
}

/// How long until a domain is looked at again, `asked_ago` after somebody last asked: often while a person waits for
/// it, then ever less.
pub fn check_again_after(state: DomainState, asked_ago: Duration) -> Duration {
    match state {
        DomainState::Verified => Duration::hours(limits::DOMAIN_VERIFIED_CHECK_HOURS),
        DomainState::Held(_) | DomainState::Losing(_) => Duration::minutes(limits::DOMAIN_TROUBLE_CHECK_MINS),
        DomainState::Removing | DomainState::Preparing => Duration::seconds(limits::DOMAIN_EAGER_CHECK_SECS),
        DomainState::NeedsOwnership
        | DomainState::NeedsRecords(_)
        | DomainState::CannotTell
        | DomainState::WaitingForSes
        | DomainState::SesFailed => match asked_ago {
            ago if ago < Duration::minutes(10) => Duration::seconds(limits::DOMAIN_EAGER_CHECK_SECS),
            ago if ago < Duration::hours(1) => Duration::minutes(1),
            ago if ago < Duration::hours(72) => Duration::minutes(15),
            _ => Duration::hours(6),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A domain all of whose required records are right, as SES says `dkim` and `mail_from`.
    fn facts(dkim: SesStatus, mail_from: SesStatus, may_send: bool) -> DomainFacts {
        let record =
            |purpose| Found { purpose, observation: Some(Observation::Found), is_unanswered: false, was_found: true };
        DomainFacts {
            is_removing: false,
            hold: None,
            dkim: Some(dkim),
            next_dkim: None,
            mail_from: Some(mail_from),
            may_send,
            is_associated: true,
            was_verified: false,
            records: [Purpose::Ownership, Purpose::Dkim, Purpose::Dkim, Purpose::Dkim, Purpose::ReturnPath]
                .map(record)
                .to_vec(),
        }
    }

    #[test]
    fn waiting_is_never_shown_as_failed() {
        use SesStatus::{Failed, NotStarted, Other, Pending, Success, TemporaryFailure};
        let check = |dkim, mail_from, may_send, expected| {
            assert_eq!(facts(dkim, mail_from, may_send).state(), expected, "{dkim:?} {mail_from:?} {may_send}");
        };
        check(Pending, Pending, false, DomainState::WaitingForSes);
        check(NotStarted, Pending, false, DomainState::WaitingForSes);
        check(TemporaryFailure, Pending, false, DomainState::WaitingForSes);
        check(Other, Success, true, DomainState::WaitingForSes);
        check(Failed, Pending, false, DomainState::SesFailed);
        check(Success, Failed, true, DomainState::SesFailed);
        check(Success, Success, true, DomainState::Verified);
        check(TemporaryFailure, Success, true, DomainState::Verified);
    }

    #[test]
    fn the_badge_and_the_rows_never_contradict_each_other() {
        let statuses = ["NOT_STARTED", "PENDING", "SUCCESS", "FAILED", "TEMPORARY_FAILURE", "SOMETHING_NEW"];
        for dkim in statuses.map(SesStatus::parse) {
            for mail_from in statuses.map(SesStatus::parse) {
                let facts = facts(dkim, mail_from, dkim.holds());
                let rows: Vec<_> = facts.records.iter().map(|record| facts.record_state(record)).collect();
                let failed = rows.contains(&RecordState::SesFailed);
                assert_eq!(facts.state() == DomainState::SesFailed, failed, "{dkim:?} {mail_from:?}");
                if facts.state() == DomainState::Verified {
                    assert!(!rows.contains(&RecordState::WaitingForSes), "{dkim:?} {mail_from:?}");
                }
            }
        }
    }

    #[test]
    fn each_row_is_judged_by_itself() {
        let mut facts = facts(SesStatus::Pending, SesStatus::Pending, false);
        facts.records[2] = Found { observation: Some(Observation::NotFound), was_found: false, ..facts.records[2] };
        let rows: Vec<_> = facts.records.iter().map(|record| facts.record_state(record)).collect();
        assert_eq!(rows[1..4], [RecordState::WaitingForSes, RecordState::NotFound, RecordState::WaitingForSes]);
        assert_eq!(facts.state(), DomainState::NeedsRecords(1));
        facts.records[2].is_unanswered = true;
        assert_eq!(facts.record_state(&facts.records[2]), RecordState::CannotTell);
        assert_eq!(facts.state(), DomainState::CannotTell);
    }

    #[test]
    fn before_there_are_keys_only_ownership_counts() {
        let mut facts =
            DomainFacts { dkim: None, mail_from: None, ..facts(SesStatus::Pending, SesStatus::Pending, false) };
        assert_eq!((facts.state(), facts.is_seen_owned()), (DomainState::Preparing, true));
        facts.records[0].is_unanswered = true;
        assert!(facts.is_owned() && !facts.is_seen_owned());
        for observation in [None, Some(Observation::NotFound), Some(Observation::Wrong), Some(Observation::Doubled)] {
            facts.records[0] = Found { observation, is_unanswered: false, was_found: false, ..facts.records[0] };
            assert_eq!(facts.state(), DomainState::NeedsOwnership, "{observation:?}");
            facts.records[0].is_unanswered = true;
            assert_eq!(facts.state(), DomainState::CannotTell, "{observation:?}");
        }
    }

    #[test]
    fn what_was_right_and_is_gone_is_lost() {
        let mut facts = facts(SesStatus::Success, SesStatus::Success, true);
        facts.was_verified = true;
        facts.records[3].observation = Some(Observation::NotFound);
        assert_eq!(facts.record_state(&facts.records[3]), RecordState::Lost);
        assert_eq!(facts.state(), DomainState::Losing(1));
    }

    #[test]
    fn a_domain_is_looked_at_often_while_somebody_waits() {
        let after = |state, ago| check_again_after(state, ago).whole_seconds();
        let needs = DomainState::NeedsRecords(3);
        assert_eq!(after(needs, Duration::minutes(1)), limits::DOMAIN_EAGER_CHECK_SECS);
        assert!(after(needs, Duration::hours(2)) < after(needs, Duration::hours(80)));
        assert!(after(DomainState::Losing(1), Duration::days(9)) < after(DomainState::Verified, Duration::ZERO));
    }
}
