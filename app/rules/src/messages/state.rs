//! How a message stands. Events come late, twice and out of order: a state is a rank, and they can only raise it, so that
//! the end is the same in every order. Whether somebody complained is a fact of its own, and never kept here.

/// Kept as its rank (`smallint`), so that SQL can take the greater of two.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum MessageState {
    /// Definitely not accepted: its step is due again.
    Returned = 0,
    /// About to be given to SES, or being given.
    Sending = 1,
    /// No answer came; events will tell.
    Unknown = 2,
    /// Nobody will ever know. Never sent again.
    UnknownFinal = 3,
    /// SES took it.
    Accepted = 4,
    /// The recipient's provider puts it off, and SES goes on trying.
    Delayed = 5,
    /// It came back for now: a full mailbox, an automatic answer.
    SoftBounced = 6,
    Delivered = 7,
    /// SES refused it, for good.
    Refused = 8,
    /// It came back for good.
    Bounced = 9,
}

impl MessageState {
    pub const ALL: [Self; 10] = [
        Self::Returned,
        Self::Sending,
        Self::Unknown,
        Self::UnknownFinal,
        Self::Accepted,
        Self::Delayed,
        Self::SoftBounced,
        Self::Delivered,
        Self::Refused,
        Self::Bounced,
    ];

    /// As it stands in the database.
    pub const fn rank(self) -> i16 {
        self as i16
    }

    pub fn from_rank(rank: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.rank() == rank)
    }

    /// What it is after a fact that says `to`.
    #[must_use]
    pub fn raise(self, to: Self) -> Self {
        self.max(to)
    }

    /// Whether SES took it: what counts as sent.
    pub const fn left(self) -> bool {
        match self {
            Self::Accepted | Self::Delayed | Self::SoftBounced | Self::Delivered | Self::Bounced => true,
            Self::Returned | Self::Sending | Self::Unknown | Self::UnknownFinal | Self::Refused => false,
        }
    }

    /// Whether it counts against the day's cap: all that left or may have left.
    pub const fn takes_allowance(self) -> bool {
        match self {
            Self::Returned | Self::Refused => false,
            Self::Sending
            | Self::Unknown
            | Self::UnknownFinal
            | Self::Accepted
            | Self::Delayed
            | Self::SoftBounced
            | Self::Delivered
            | Self::Bounced => true,
        }
    }

    /// Of programs that ask what would be decided.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Sending => "sending",
            Self::Unknown => "unknown",
            Self::UnknownFinal => "unknown_final",
            Self::Accepted => "accepted",
            Self::Delayed => "delayed",
            Self::SoftBounced => "soft_bounced",
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::Bounced => "bounced",
        }
    }

    /// As a page says it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Returned => "not taken yet",
            Self::Sending => "sending",
            Self::Unknown => "no answer yet",
            Self::UnknownFinal => "no answer",
            Self::Accepted => "accepted",
            Self::Delayed => "delayed",
            Self::SoftBounced => "soft bounce",
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::Bounced => "bounced",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::MessageState::{self, Accepted, Bounced, Delayed, Delivered, Refused, Returned, SoftBounced, Unknown};

    #[test]
    fn a_rank_is_a_state_and_back() {
        for (rank, state) in (0..).zip(MessageState::ALL) {
            assert_eq!(state.rank(), rank);
            assert_eq!(MessageState::from_rank(rank), Some(state));
        }
        assert_eq!([-1, 10].map(MessageState::from_rank), [None, None]);
    }

    #[test]
    fn a_softer_fact_never_undoes_a_harder_one() {
        let check = |state: MessageState, to, expected| assert_eq!(state.raise(to), expected, "{state:?} {to:?}");
        check(Unknown, Accepted, Accepted);
        check(Bounced, Delivered, Bounced);
        // An automatic answer comes as a soft bounce, after the delivery.
        check(Delivered, SoftBounced, Delivered);
        check(Delivered, Delayed, Delivered);
        check(Delivered, Accepted, Delivered);
    }

    #[test]
    fn what_left_takes_allowance_and_what_may_have_left_too() {
        assert!(MessageState::ALL.into_iter().all(|state| !state.left() || state.takes_allowance()));
        assert!(Unknown.takes_allowance() && !Unknown.left());
        assert!(![Returned, Refused].into_iter().any(MessageState::takes_allowance));
    }
}
