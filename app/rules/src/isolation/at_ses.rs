//! What a tenant is to have at SES, in SES's words where it has some.

use std::fmt;

/// How long a call that manages what SES holds may wait, as the whole account makes one a second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Urgency {
    /// Somebody waits for it at a page.
    Person,
    /// It closes or opens a lane.
    Pause,
    Routine,
    /// Comparing what is with what is wanted, when nothing says that they differ.
    Sweep,
}

/// Which shared IPs may carry mail (Global Shared Delivery).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SharedPoolMode {
    /// The region's alone.
    Regional,
    /// The region's, and those of other regions where SES finds them better.
    Global,
}

impl SharedPoolMode {
    pub const ALL: [Self; 2] = [Self::Regional, Self::Global];

    /// As SES has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Regional => "REGIONAL",
            Self::Global => "GLOBAL",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

/// When SES stops a tenant by itself, the strictest last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ReputationPolicy {
    None,
    Standard,
    Strict,
}

impl ReputationPolicy {
    pub const ALL: [Self; 3] = [Self::None, Self::Standard, Self::Strict];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Standard => "standard",
            Self::Strict => "strict",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.as_str() == text)
    }

    pub fn arn(self, region: &str) -> String {
        format!("arn:aws:ses:{region}:aws:reputation-policy/{}", self.as_str())
    }

    /// `None`: one that we do not know, or no ARN of a policy.
    pub fn of_arn(arn: &str) -> Option<Self> {
        Self::parse(arn.split_once(":reputation-policy/")?.1)
    }
}

/// One step on the way to what a tenant has at SES, or, from [`Self::Drain`] on, to having nothing there any more. Each reads,
/// compares, puts and reads back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SagaStep {
    Tenant,
    Suppression,
    Policy,
    Status,
    ConfigurationSet,
    Pool,
    Delivery,
    EventDestination,
    Resources,
    Drain,
    Disable,
    TakeOver,
    Identities,
    Associations,
    RemoveSet,
    RemovePool,
    RemoveTenant,
}

impl SagaStep {
    pub const ALL: [Self; 17] = [
        Self::Tenant,
        Self::Suppression,
        Self::Policy,
        Self::Status,
        Self::ConfigurationSet,
        Self::Pool,
        Self::Delivery,
        Self::EventDestination,
        Self::Resources,
        Self::Drain,
        Self::Disable,
        Self::TakeOver,
        Self::Identities,
        Self::Associations,
        Self::RemoveSet,
        Self::RemovePool,
        Self::RemoveTenant,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Suppression => "suppression",
            Self::Policy => "policy",
            Self::Status => "status",
            Self::ConfigurationSet => "configuration_set",
            Self::Pool => "pool",
            Self::Delivery => "delivery",
            Self::EventDestination => "event_destination",
            Self::Resources => "resources",
            Self::Drain => "drain",
            Self::Disable => "disable",
            Self::TakeOver => "take_over",
            Self::Identities => "identities",
            Self::Associations => "associations",
            Self::RemoveSet => "remove_set",
            Self::RemovePool => "remove_pool",
            Self::RemoveTenant => "remove_tenant",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == text)
    }
}

/// As it is read out: what is being done.
impl fmt::Display for SagaStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Tenant => "the tenant",
            Self::Suppression => "its own suppression list",
            Self::Policy => "its reputation policy",
            Self::Status => "whether SES takes its mail",
            Self::ConfigurationSet => "its configuration set",
            Self::Pool => "the pool of its IPs",
            Self::Delivery => "the IPs that carry its mail",
            Self::EventDestination => "where its events go",
            Self::Resources => "what is associated with it",
            Self::Drain => "mails on their way are waited for",
            Self::Disable => "SES is told to refuse its mail",
            Self::TakeOver => "its suppression list is kept",
            Self::Identities => "its domains go",
            Self::Associations => "what is associated with it goes",
            Self::RemoveSet => "its configuration set goes",
            Self::RemovePool => "its pool of IPs goes",
            Self::RemoveTenant => "the tenant goes",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_known_by_its_arn() {
        for policy in ReputationPolicy::ALL {
            assert_eq!(ReputationPolicy::of_arn(&policy.arn("eu-west-1")), Some(policy));
        }
        for other in ["", "strict", "arn:aws:ses:eu-west-1:aws:reputation-policy/lenient"] {
            assert_eq!(ReputationPolicy::of_arn(other), None, "{other}");
        }
        assert!(ReputationPolicy::None < ReputationPolicy::Strict);
    }

    #[test]
    fn words_are_read_back() {
        for step in SagaStep::ALL {
            assert_eq!(SagaStep::parse(step.as_str()), Some(step));
        }
        for mode in SharedPoolMode::ALL {
            assert_eq!(SharedPoolMode::parse(mode.as_str()), Some(mode));
        }
    }
}
