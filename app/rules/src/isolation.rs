//! Pausing: why a tenant's lane stands still. Each cause stands for itself, and is lifted by itself.

use std::fmt;

/// Who or what holds a lane.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PauseCause {
    Operator,
    Health,
    Aws,
    Owner,
    Billing,
}

impl PauseCause {
    pub const ALL: [Self; 5] = [Self::Operator, Self::Health, Self::Aws, Self::Owner, Self::Billing];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Health => "health",
            Self::Aws => "aws",
            Self::Owner => "owner",
            Self::Billing => "billing",
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
        })
    }
}
