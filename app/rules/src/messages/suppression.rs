//! Why an address is never written to again. A reason never turns into another one: who opted out did not bounce.

/// What put an address on a tenant's list.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SuppressionReason {
    HardBounce,
    Complaint,
    OptOut,
    /// A person of the team put it there.
    Manual,
}

impl SuppressionReason {
    pub const ALL: [Self; 4] = [Self::HardBounce, Self::Complaint, Self::OptOut, Self::Manual];

    /// As it stands in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HardBounce => "hard_bounce",
            Self::Complaint => "complaint",
            Self::OptOut => "opt_out",
            Self::Manual => "manual",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }

    /// As a page says it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::HardBounce => "bounced",
            Self::Complaint => "complained",
            Self::OptOut => "opted out",
            Self::Manual => "added by hand",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_survives_the_database() {
        for reason in SuppressionReason::ALL {
            assert_eq!(SuppressionReason::parse(reason.as_str()), Some(reason));
        }
        assert_eq!(SuppressionReason::parse("OptOut"), None);
    }
}
