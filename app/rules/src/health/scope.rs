//! What health judges, from the smallest to the largest.

use crate::ids::TenantId;
use crate::isolation::LanePart;
use uuid::Uuid;

/// What can stand still for how its mail is taken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Scope {
    Part(LanePart),
    Tenant,
}

impl Scope {
    /// As it stands in the database.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Part(part) => part.kind(),
            Self::Tenant => "tenant",
        }
    }

    /// `None`: a kind that there is not.
    pub fn parse(kind: &str, id: Uuid) -> Option<Self> {
        if kind == Self::Tenant.kind() { Some(Self::Tenant) } else { LanePart::parse(kind, id).map(Self::Part) }
    }

    /// The row it is, of this tenant.
    pub const fn uuid(self, tenant: TenantId) -> Uuid {
        match self {
            Self::Part(part) => part.uuid(),
            Self::Tenant => tenant.uuid(),
        }
    }

    /// How large it is beside others: what a smaller one explains is not held against a larger one.
    pub const fn level(self) -> u8 {
        match self {
            Self::Part(LanePart::Source(_)) => 0,
            Self::Part(LanePart::Mailbox(_)) => 1,
            Self::Part(LanePart::Sequence(_)) => 2,
            Self::Part(LanePart::Domain(_)) => 3,
            Self::Tenant => 4,
        }
    }

    /// As people call it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Part(LanePart::Source(_)) => "source",
            Self::Part(LanePart::Mailbox(_)) => "mailbox",
            Self::Part(LanePart::Sequence(_)) => "sequence",
            Self::Part(LanePart::Domain(_)) => "domain",
            Self::Tenant => "team",
        }
    }
}
