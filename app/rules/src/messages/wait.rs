//! Why a lane sends nothing now: the answer to the question that is asked most. One reason at a time, that which holds;
//! numbers and names beside it are the page's.

use super::outcome::Wait;
use crate::isolation::CapSpan;
use std::borrow::Cow;

/// What a mailbox waits for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LaneWait {
    TenantPaused,
    NoPostalAddress,
    /// The tenant's own part of SES is not made yet.
    SesNotReady,
    DomainNotVerified,
    MailboxPaused,
    OutsideWindow,
    CapReached,
    Gap,
    NothingDue,
    NoRunningSequence,
    /// It sends little for now, and has today.
    Probation,
    /// What the operator allows the tenant is used up.
    TeamCap(CapSpan),
    /// SES did not take the last mail.
    Held(Wait),
}

const HELD: &str = "held:";
const TEAM_CAP: &str = "team_cap:";

impl LaneWait {
    /// Those that are one reason each.
    const PLAIN: [Self; 11] = [
        Self::TenantPaused,
        Self::NoPostalAddress,
        Self::SesNotReady,
        Self::DomainNotVerified,
        Self::MailboxPaused,
        Self::OutsideWindow,
        Self::CapReached,
        Self::Gap,
        Self::NothingDue,
        Self::NoRunningSequence,
        Self::Probation,
    ];

    pub fn all() -> impl Iterator<Item = Self> {
        let caps = CapSpan::ALL.into_iter().map(Self::TeamCap);
        Self::PLAIN.into_iter().chain(caps).chain(Wait::ALL.into_iter().map(Self::Held))
    }

    /// As it stands in the database: `gap`, `held:throttled`.
    pub fn code(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::TenantPaused => "tenant_paused",
            Self::NoPostalAddress => "no_postal_address",
            Self::SesNotReady => "ses_not_ready",
            Self::DomainNotVerified => "domain_not_verified",
            Self::MailboxPaused => "mailbox_paused",
            Self::OutsideWindow => "outside_window",
            Self::CapReached => "cap_reached",
            Self::Gap => "gap",
            Self::NothingDue => "nothing_due",
            Self::NoRunningSequence => "no_running_sequence",
            Self::Probation => "probation",
            Self::TeamCap(span) => return Cow::Owned(format!("{TEAM_CAP}{}", span.as_str())),
            Self::Held(wait) => return Cow::Owned(format!("{HELD}{}", wait.as_str())),
        })
    }

    pub fn parse(text: &str) -> Option<Self> {
        if let Some(span) = text.strip_prefix(TEAM_CAP) {
            return CapSpan::parse(span).map(Self::TeamCap);
        }
        match text.strip_prefix(HELD) {
            Some(wait) => Wait::parse(wait).map(Self::Held),
            None => Self::PLAIN.into_iter().find(|wait| wait.code() == text),
        }
    }

    /// The answer to "why is nothing sending?", for a page.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::TenantPaused => "The team's sending is paused.",
            Self::NoPostalAddress => "The team has no postal address, which stands under every mail.",
            Self::SesNotReady => "The team's lane at Amazon SES is being set up.",
            Self::DomainNotVerified => "Its domain is not verified.",
            Self::MailboxPaused => "The mailbox is paused.",
            Self::OutsideWindow => "Its window is closed.",
            Self::CapReached => "Today's cap is reached.",
            Self::Gap => "A mail left a moment ago: it waits for its gap.",
            Self::NothingDue => "No mail is due.",
            Self::NoRunningSequence => "No running sequence uses it.",
            Self::Probation => "It sends little for now, as it stood still for its health, and has sent that.",
            Self::TeamCap(CapSpan::Day) => "The team's cap of 24 hours is used.",
            Self::TeamCap(CapSpan::Hour) => "The team's cap of an hour is used.",
            Self::TeamCap(CapSpan::Second) => "The team's cap of a second is used.",
            Self::Held(wait) => wait.sentence(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_survives_the_database_and_is_one_sentence() {
        for wait in LaneWait::all() {
            assert_eq!(LaneWait::parse(&wait.code()), Some(wait));
            assert!(wait.sentence().ends_with('.'), "{wait:?}");
        }
        assert_eq!(LaneWait::Held(Wait::Throttled).code(), "held:throttled");
        assert_eq!(LaneWait::TeamCap(CapSpan::Hour).code(), "team_cap:hour");
        for wrong in ["", "held:", "team_cap:week", "held:gap", "throttled", "Gap"] {
            assert_eq!(LaneWait::parse(wrong), None, "{wrong}");
        }
    }
}
