//! How a tenant stands with SES: its reputation policy, and whether SES takes its mail.

use super::SesError;
use super::control::Control;
use aws_sdk_sesv2::types::{ReputationEntityType, SendingStatus, StatusRecord};

/// As SES gives it back.
pub(crate) struct Reputation {
    /// The ARN of its policy; empty when SES names none.
    pub policy: String,
    /// What we have said of its mail, as SES has it: `DISABLED` is refused; `None`: we never said anything.
    pub ours: Option<String>,
}

impl Control<'_> {
    pub async fn find_reputation(&self, tenant_arn: &str) -> Result<Reputation, SesError> {
        let request = self.client().get_reputation_entity();
        let request =
            request.reputation_entity_type(ReputationEntityType::Resource).reputation_entity_reference(tenant_arn);
        let answer = self.call("GetReputationEntity", tenant_arn, request.send()).await?;
        let entity = answer.reputation_entity.as_ref();
        let policy = entity.and_then(|entity| entity.reputation_management_policy.clone());
        let ours = entity.and_then(|entity| entity.customer_managed_status()).and_then(StatusRecord::status);
        Ok(Reputation { policy: policy.unwrap_or_default(), ours: ours.map(|status| status.as_str().to_owned()) })
    }

    pub async fn put_policy(&self, tenant_arn: &str, policy: &str) -> Result<(), SesError> {
        let request = self.client().update_reputation_entity_policy();
        let request =
            request.reputation_entity_type(ReputationEntityType::Resource).reputation_entity_reference(tenant_arn);
        let request = request.reputation_entity_policy(policy);
        self.call("UpdateReputationEntityPolicy", tenant_arn, request.send()).await.map(drop)
    }

    /// Says whether SES is to take its mail: `DISABLED`, `ENABLED` or `REINSTATED`.
    pub async fn put_status(&self, tenant_arn: &str, status: &str) -> Result<(), SesError> {
        let request = self.client().update_reputation_entity_customer_managed_status();
        let request =
            request.reputation_entity_type(ReputationEntityType::Resource).reputation_entity_reference(tenant_arn);
        let request = request.sending_status(SendingStatus::from(status));
        self.call("UpdateReputationEntityCustomerManagedStatus", tenant_arn, request.send()).await.map(drop)
    }
}
