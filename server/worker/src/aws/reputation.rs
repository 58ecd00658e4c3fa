//! How a tenant stands with SES: its reputation policy, and whether SES takes its mail.

use super::SesError;
use super::control::Control;
use super::tenants::PAGE;
use aws_sdk_sesv2::types::{
    ListRecommendationsFilterKey, ReputationEntityFilterKey, ReputationEntityType, SendingStatus, StatusRecord,
};
use rules::time::OffsetDateTime;

/// Refused.
pub(crate) const HELD: &str = "DISABLED";

/// The most findings that SES lists at once.
const FINDINGS: i32 = 100;

/// As SES gives it back.
pub(crate) struct Reputation {
    /// The ARN of its policy; empty when SES names none.
    pub policy: String,
    /// What we have said of its mail, as SES has it: `DISABLED` is refused; `None`: we never said anything.
    pub ours: Option<String>,
    /// What Amazon says by itself, and why.
    pub aws: Option<String>,
    pub aws_cause: Option<String>,
    /// What follows from both.
    pub aggregate: Option<String>,
}

/// What Amazon finds about a tenant, in its own words.
pub(crate) struct Recommendation {
    pub kind: String,
    pub impact: String,
    pub status: String,
    pub description: String,
    pub found_at: Option<OffsetDateTime>,
}

impl Control<'_> {
    pub async fn find_reputation(&self, tenant_arn: &str) -> Result<Reputation, SesError> {
        let request = self.client().get_reputation_entity();
        let request =
            request.reputation_entity_type(ReputationEntityType::Resource).reputation_entity_reference(tenant_arn);
        let answer = self.call("GetReputationEntity", tenant_arn, request.send()).await?;
        let entity = answer.reputation_entity.as_ref();
        let policy = entity.and_then(|entity| entity.reputation_management_policy.clone());
        let word = |record: Option<&StatusRecord>| {
            record.and_then(StatusRecord::status).map(|status| status.as_str().to_owned())
        };
        let aws = entity.and_then(|entity| entity.aws_ses_managed_status());
        let aggregate = entity.and_then(|entity| entity.sending_status_aggregate());
        Ok(Reputation {
            policy: policy.unwrap_or_default(),
            ours: word(entity.and_then(|entity| entity.customer_managed_status())),
            aws: word(aws),
            aws_cause: aws.and_then(StatusRecord::cause).map(str::to_owned),
            aggregate: aggregate.map(|status| status.as_str().to_owned()),
        })
    }

    /// The ARNs of all tenants that SES refuses mail of, for whatever reason.
    pub async fn list_disabled(&self) -> Result<Vec<String>, SesError> {
        let mut listed = Vec::new();
        let mut token = None;
        loop {
            let request = self.client().list_reputation_entities().page_size(PAGE).set_next_token(token);
            let request = request.filter(ReputationEntityFilterKey::Status, HELD);
            let page = self.call("ListReputationEntities", "", request.send()).await?;
            let entities = page.reputation_entities.unwrap_or_default();
            listed.extend(entities.into_iter().filter_map(|entity| entity.reputation_entity_reference));
            token = page.next_token;
            if token.is_none() {
                return Ok(listed);
            }
        }
    }

    /// What Amazon finds about a tenant, as far as it lists at once.
    pub async fn list_recommendations(&self, tenant_arn: &str) -> Result<Vec<Recommendation>, SesError> {
        let request = self.client().list_recommendations().page_size(FINDINGS);
        let request = request.filter(ListRecommendationsFilterKey::ResourceArn, tenant_arn);
        let answer = self.call("ListRecommendations", tenant_arn, request.send()).await?;
        let all = answer.recommendations.unwrap_or_default().into_iter();
        Ok(all
            .map(|it| Recommendation {
                kind: it.r#type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
                impact: it.impact.map(|impact| impact.as_str().to_owned()).unwrap_or_default(),
                status: it.status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
                description: it.description.unwrap_or_default(),
                found_at: it.created_timestamp.and_then(|at| OffsetDateTime::from_unix_timestamp(at.secs()).ok()),
            })
            .collect())
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
