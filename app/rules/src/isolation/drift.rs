//! Drift: what stands at SES is not as it is wanted. What cannot be meant by anybody is put right by itself; where somebody
//! may have had a reason, a person decides.

use std::fmt;

/// In what it differs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum DriftKind {
    /// The tenant is gone.
    TenantGone,
    /// Its suppression list is not its own, or does not record all that it should.
    SuppressionScope,
    /// Its reputation policy stops it later than wanted.
    PolicyWeakened,
    /// It stops earlier than wanted.
    PolicyStricter,
    /// SES was told to refuse its mail, and not by Ownlane.
    TenantDisabled,
    /// SES was told to take its mail while a pause of ours stands.
    HoldLifted,
    /// The configuration set is gone.
    SetGone,
    /// The configuration set was told not to send.
    SendingOff,
    /// Nobody counts how its mail is taken.
    ReputationMetricsOff,
    /// Its mail may leave from other shared IPs than wanted.
    SharedPoolMode,
    /// The configuration set names another pool of IPs than wanted.
    SendingPool,
    /// Events are not told, not all, or elsewhere.
    EventDestination,
    /// A resource of the tenant is not associated with it.
    MissingAssociation,
    /// Something is associated with it that Ownlane did not put there.
    UnknownResource,
    /// An identity of the tenant is associated with another tenant at SES.
    ForeignTenant,
    /// An identity's own configuration set is not the tenant's.
    DefaultSet,
    /// Bounces and complaints are forwarded by mail as well.
    FeedbackForwarding,
    /// An identity is gone. Made again, it has new keys.
    IdentityGone,
}

impl DriftKind {
    pub const ALL: [Self; 18] = [
        Self::TenantGone,
        Self::SuppressionScope,
        Self::PolicyWeakened,
        Self::PolicyStricter,
        Self::TenantDisabled,
        Self::HoldLifted,
        Self::SetGone,
        Self::SendingOff,
        Self::ReputationMetricsOff,
        Self::SharedPoolMode,
        Self::SendingPool,
        Self::EventDestination,
        Self::MissingAssociation,
        Self::UnknownResource,
        Self::ForeignTenant,
        Self::DefaultSet,
        Self::FeedbackForwarding,
        Self::IdentityGone,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TenantGone => "tenant_gone",
            Self::SuppressionScope => "suppression_scope",
            Self::PolicyWeakened => "policy_weakened",
            Self::PolicyStricter => "policy_stricter",
            Self::TenantDisabled => "tenant_disabled",
            Self::HoldLifted => "hold_lifted",
            Self::SetGone => "set_gone",
            Self::SendingOff => "sending_off",
            Self::ReputationMetricsOff => "reputation_metrics_off",
            Self::SharedPoolMode => "shared_pool_mode",
            Self::SendingPool => "sending_pool",
            Self::EventDestination => "event_destination",
            Self::MissingAssociation => "missing_association",
            Self::UnknownResource => "unknown_resource",
            Self::ForeignTenant => "foreign_tenant",
            Self::DefaultSet => "default_set",
            Self::FeedbackForwarding => "feedback_forwarding",
            Self::IdentityGone => "identity_gone",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    pub const fn remedy(self) -> Remedy {
        match self {
            Self::TenantGone => Remedy::Allowed("Make it again"),
            Self::PolicyWeakened => Remedy::Allowed("Set it back"),
            Self::SendingOff => Remedy::Allowed("Switch it on again"),
            Self::TenantDisabled => Remedy::Allowed("Let it send again"),
            Self::UnknownResource => Remedy::Allowed("Take it away"),
            Self::ForeignTenant => Remedy::ByHand,
            Self::SuppressionScope
            | Self::PolicyStricter
            | Self::HoldLifted
            | Self::SetGone
            | Self::ReputationMetricsOff
            | Self::SharedPoolMode
            | Self::SendingPool
            | Self::EventDestination
            | Self::MissingAssociation
            | Self::DefaultSet
            | Self::FeedbackForwarding
            | Self::IdentityGone => Remedy::ByItself,
        }
    }
}

/// How a difference is put right.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Remedy {
    ByItself,
    /// Once an operator has said so, in these words.
    Allowed(&'static str),
    /// Ownlane never does it: somebody may be sending by it. It is looked at again until it is gone.
    ByHand,
}

/// As it is read out: what is the matter.
impl fmt::Display for DriftKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::TenantGone => "The tenant at Amazon SES is gone",
            Self::SuppressionScope => "The suppression list was not the team's own",
            Self::PolicyWeakened => "The reputation policy is weaker than wanted",
            Self::PolicyStricter => "The reputation policy was stricter than wanted",
            Self::TenantDisabled => "Amazon SES was told to refuse the team's mail",
            Self::HoldLifted => "Amazon SES was told to take mail of a team that is paused",
            Self::SetGone => "The configuration set was gone",
            Self::SendingOff => "The configuration set was told not to send",
            Self::ReputationMetricsOff => "Reputation was not counted",
            Self::SharedPoolMode => "Mail could leave from other shared IPs than wanted",
            Self::SendingPool => "Mail could leave from another pool of IPs than wanted",
            Self::EventDestination => "Events were not told as wanted",
            Self::MissingAssociation => "A resource was not associated with the team's tenant",
            Self::UnknownResource => "Something unknown is associated with the team's tenant",
            Self::ForeignTenant => "An identity is associated with another tenant",
            Self::DefaultSet => "An identity's own configuration set was not the team's",
            Self::FeedbackForwarding => "Bounces were forwarded by mail as well",
            Self::IdentityGone => "An identity was gone",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{DriftKind, Remedy};

    #[test]
    fn what_somebody_may_have_meant_is_asked_of_a_person() {
        use DriftKind::{ForeignTenant, PolicyWeakened, SendingOff, TenantDisabled, TenantGone, UnknownResource};
        let asks = [TenantGone, PolicyWeakened, TenantDisabled, SendingOff, UnknownResource, ForeignTenant];
        for kind in DriftKind::ALL {
            assert_eq!(kind.remedy() != Remedy::ByItself, asks.contains(&kind), "{kind:?}");
            assert_eq!(DriftKind::parse(kind.as_str()), Some(kind));
        }
    }
}
