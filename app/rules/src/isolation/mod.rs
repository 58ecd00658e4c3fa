//! Isolation: what a tenant has at SES for itself, how what stands there may differ from it, how much it may send ([`Caps`])
//! and what its share is when capacity is short ([`Shares`]), and pausing: why its lane, or a part of it, stands still. Each
//! cause stands for itself, and is lifted by itself.

mod account;
mod at_ses;
mod caps;
mod drift;
mod policy;
mod role;
mod shares;
mod tier;

pub use account::{AccountWord, released};
pub use at_ses::{ReputationPolicy, SagaStep, SharedPoolMode, Urgency};
pub use caps::{Allowance, CapSpan, Caps, CapsError, Full, minute_of};
pub use drift::{DriftKind, Remedy};
pub use policy::{PolicyFacts, wanted_policy};
pub use role::{RoleArn, RoleArnError, place};
pub use shares::{Backlog, Shares, Weight, WeightError};
pub use tier::{
    DEFAULT_POOL, KnownPool, MoveError, MoveFacts, PoolName, PoolNameError, Role, SHARED_POOL, Scaling, Tier, TierWish,
    check_move,
};

use crate::ids::{DomainId, MailboxId, SequenceId, SourceId};
use std::fmt;
use uuid::Uuid;

/// Who or what holds a lane.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PauseCause {
    Operator,
    Health,
    Aws,
    Owner,
    Billing,
    /// The team is being closed.
    Closing,
    /// A test of its isolation failed. An incident, and no pause: nothing stands still for it.
    Evidence,
}

impl PauseCause {
    pub const ALL: [Self; 7] =
        [Self::Operator, Self::Health, Self::Aws, Self::Owner, Self::Billing, Self::Closing, Self::Evidence];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Health => "health",
            Self::Aws => "aws",
            Self::Owner => "owner",
            Self::Billing => "billing",
            Self::Closing => "closing",
            Self::Evidence => "evidence",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == text)
    }
}

/// As it is read out behind "paused by".
impl fmt::Display for PauseCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Operator => "the operator",
            Self::Health => "health",
            Self::Aws => "Amazon SES",
            Self::Owner => "the team",
            Self::Billing => "billing",
            Self::Closing => "the closing of the team",
            Self::Evidence => "a failed test of isolation",
        })
    }
}

/// A part of a tenant's lane that can stand still while the others go on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LanePart {
    Mailbox(MailboxId),
    /// All mailboxes at it.
    Domain(DomainId),
    /// All leads that came into a sequence by it.
    Source(SourceId),
    /// All mails of it.
    Sequence(SequenceId),
}

impl LanePart {
    /// As it stands in the database, beside its id.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Mailbox(_) => "mailbox",
            Self::Domain(_) => "domain",
            Self::Source(_) => "source",
            Self::Sequence(_) => "sequence",
        }
    }

    pub const fn uuid(self) -> Uuid {
        match self {
            Self::Mailbox(id) => id.uuid(),
            Self::Domain(id) => id.uuid(),
            Self::Source(id) => id.uuid(),
            Self::Sequence(id) => id.uuid(),
        }
    }

    pub fn parse(kind: &str, id: Uuid) -> Option<Self> {
        let parts = [
            Self::Mailbox(MailboxId::from_uuid(id)),
            Self::Domain(DomainId::from_uuid(id)),
            Self::Source(SourceId::from_uuid(id)),
            Self::Sequence(SequenceId::from_uuid(id)),
        ];
        parts.into_iter().find(|part| part.kind() == kind)
    }
}

impl From<MailboxId> for LanePart {
    fn from(id: MailboxId) -> Self {
        Self::Mailbox(id)
    }
}

impl From<DomainId> for LanePart {
    fn from(id: DomainId) -> Self {
        Self::Domain(id)
    }
}

impl From<SourceId> for LanePart {
    fn from(id: SourceId) -> Self {
        Self::Source(id)
    }
}

impl From<SequenceId> for LanePart {
    fn from(id: SequenceId) -> Self {
        Self::Sequence(id)
    }
}
