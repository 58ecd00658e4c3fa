//! A tenant at SES: the tenant itself, its reputation policy, its configuration set with the event destination, and what
//! is associated with it.

use super::error::{found, settled};
use super::{Ses, SesError, SesErrorKind, find_owner, owner_tag};
use aws_sdk_sesv2::types::{
    EventDestinationDefinition, EventType, ReputationEntityType, ReputationOptions, SendingOptions, SnsDestination,
    SuppressionListReason, SuppressionListScope, TenantSuppressionAttributes,
};

/// Our event destination on each configuration set.
const EVENTS: &str = "ownlane-events";

/// What we want to hear of. Opens and clicks are not asked for.
const EVENT_TYPES: [EventType; 7] = [
    EventType::Send,
    EventType::Reject,
    EventType::Bounce,
    EventType::Complaint,
    EventType::Delivery,
    EventType::DeliveryDelay,
    EventType::RenderingFailure,
];

/// A tenant as SES gives it back.
pub struct Tenant {
    pub arn: String,
    /// Whose it is, by our tag.
    pub owner: Option<String>,
    /// Absent: the account's list, which all tenants share.
    pub suppression_scope: Option<String>,
    pub suppressed_reasons: Vec<String>,
}

impl Tenant {
    /// Bounces and complaints of this tenant silence a recipient for this tenant alone.
    pub fn suppresses_for_itself(&self) -> bool {
        let has = |reason: &str| self.suppressed_reasons.iter().any(|found| found == reason);
        self.suppression_scope.as_deref() == Some("TENANT") && has("BOUNCE") && has("COMPLAINT")
    }
}

impl Ses {
    pub async fn find_tenant(&self, name: &str) -> Result<Option<Tenant>, SesError> {
        let answer = self.client().await.get_tenant().tenant_name(name).send().await;
        let Some(answer) = found(Self::outcome("GetTenant", answer))? else {
            return Ok(None);
        };
        let tenant = answer.tenant.unwrap_or_else(|| aws_sdk_sesv2::types::Tenant::builder().build());
        let arn = tenant.tenant_arn.clone().ok_or_else(|| SesError::unexpected("GetTenant", "no ARN"))?;
        let suppression = tenant.suppression_attributes();
        let scope = suppression.and_then(TenantSuppressionAttributes::suppression_scope);
        let reasons = suppression.map(TenantSuppressionAttributes::suppressed_reasons).unwrap_or_default();
        Ok(Some(Tenant {
            arn,
            owner: find_owner(tenant.tags.as_deref()),
            suppression_scope: scope.map(|scope| scope.as_str().to_owned()),
            suppressed_reasons: reasons.iter().map(|reason| reason.as_str().to_owned()).collect(),
        }))
    }

    /// Makes the tenant; one that is there already is left as it is.
    pub async fn create_tenant(&self, name: &str, owner: &str) -> Result<(), SesError> {
        let suppression = TenantSuppressionAttributes::builder()
            .suppression_scope(SuppressionListScope::Tenant)
            .suppressed_reasons(SuppressionListReason::Bounce)
            .suppressed_reasons(SuppressionListReason::Complaint)
            .build();
        let call = self.client().await.create_tenant().tenant_name(name).tags(owner_tag(owner)?);
        let answer = call.suppression_attributes(suppression).send().await;
        settled(Self::outcome("CreateTenant", answer), SesErrorKind::AlreadyExists)
    }

    pub async fn put_suppression(&self, name: &str) -> Result<(), SesError> {
        let call = self.client().await.put_tenant_suppression_attributes().tenant_name(name);
        let answer = call
            .suppression_scope(SuppressionListScope::Tenant)
            .suppressed_reasons(SuppressionListReason::Bounce)
            .suppressed_reasons(SuppressionListReason::Complaint)
            .send()
            .await;
        Self::outcome("PutTenantSuppressionAttributes", answer).map(drop)
    }

    /// The ARN of the tenant's reputation policy; empty when SES names none.
    pub async fn find_policy(&self, tenant_arn: &str) -> Result<String, SesError> {
        let call = self.client().await.get_reputation_entity();
        let call = call.reputation_entity_type(ReputationEntityType::Resource).reputation_entity_reference(tenant_arn);
        let answer = Self::outcome("GetReputationEntity", call.send().await)?;
        let policy = answer.reputation_entity.and_then(|entity| entity.reputation_management_policy);
        Ok(policy.unwrap_or_default())
    }

    pub async fn put_policy(&self, tenant_arn: &str, policy: &str) -> Result<(), SesError> {
        let call = self.client().await.update_reputation_entity_policy();
        let call = call.reputation_entity_type(ReputationEntityType::Resource).reputation_entity_reference(tenant_arn);
        let answer = call.reputation_entity_policy(policy).send().await;
        Self::outcome("UpdateReputationEntityPolicy", answer).map(drop)
    }

    /// Whether the configuration set is there, and whose it is by our tag.
    pub async fn find_configuration_set(&self, name: &str) -> Result<Option<Option<String>>, SesError> {
        let answer = self.client().await.get_configuration_set().configuration_set_name(name).send().await;
        let answer = found(Self::outcome("GetConfigurationSet", answer))?;
        Ok(answer.map(|set| find_owner(set.tags.as_deref())))
    }

    /// Makes the configuration set; one that is there already is left as it is.
    pub async fn create_configuration_set(&self, name: &str, owner: &str) -> Result<(), SesError> {
        let call = self.client().await.create_configuration_set().configuration_set_name(name).tags(owner_tag(owner)?);
        let answer = call
            .reputation_options(ReputationOptions::builder().reputation_metrics_enabled(true).build())
            .sending_options(SendingOptions::builder().sending_enabled(true).build())
            .send()
            .await;
        settled(Self::outcome("CreateConfigurationSet", answer), SesErrorKind::AlreadyExists)
    }

    /// Whether our event destination is there, on, tells of everything, and goes to our topic. `None`: it is not there.
    pub async fn find_event_destination(&self, set: &str) -> Result<Option<bool>, SesError> {
        let call = self.client().await.get_configuration_set_event_destinations().configuration_set_name(set);
        let answer = Self::outcome("GetConfigurationSetEventDestinations", call.send().await)?;
        let ours = answer.event_destinations().iter().find(|destination| destination.name() == EVENTS);
        Ok(ours.map(|ours| {
            let topic = ours.sns_destination().map(SnsDestination::topic_arn);
            ours.enabled
                && topic == Some(self.settings.events_topic.as_str())
                && EVENT_TYPES.iter().all(|wanted| ours.matching_event_types().contains(wanted))
        }))
    }

    pub async fn create_event_destination(&self, set: &str) -> Result<(), SesError> {
        let definition = self.event_destination()?;
        let call = self.client().await.create_configuration_set_event_destination().configuration_set_name(set);
        let answer = call.event_destination_name(EVENTS).event_destination(definition).send().await;
        settled(Self::outcome("CreateConfigurationSetEventDestination", answer), SesErrorKind::AlreadyExists)
    }

    pub async fn put_event_destination(&self, set: &str) -> Result<(), SesError> {
        let definition = self.event_destination()?;
        let call = self.client().await.update_configuration_set_event_destination().configuration_set_name(set);
        let answer = call.event_destination_name(EVENTS).event_destination(definition).send().await;
        Self::outcome("UpdateConfigurationSetEventDestination", answer).map(drop)
    }

    fn event_destination(&self) -> Result<EventDestinationDefinition, SesError> {
        let topic = SnsDestination::builder().topic_arn(&self.settings.events_topic).build();
        let topic = topic.map_err(SesError::unbuilt("CreateConfigurationSetEventDestination"))?;
        let definition = EventDestinationDefinition::builder().enabled(true).sns_destination(topic);
        Ok(definition.set_matching_event_types(Some(EVENT_TYPES.to_vec())).build())
    }

    /// The names of the tenants that a resource is associated with.
    pub async fn list_tenants_of(&self, resource_arn: &str) -> Result<Vec<String>, SesError> {
        let mut names = Vec::new();
        let mut token = None;
        loop {
            let call = self.client().await.list_resource_tenants().resource_arn(resource_arn);
            let answer = call.set_next_token(token).send().await;
            let Some(page) = found(Self::outcome("ListResourceTenants", answer))? else {
                return Ok(names);
            };
            names.extend(page.resource_tenants().iter().filter_map(|tenant| tenant.tenant_name.clone()));
            token = page.next_token;
            if token.is_none() {
                return Ok(names);
            }
        }
    }

    /// Associates; what is associated already stays so.
    pub async fn associate(&self, tenant: &str, resource_arn: &str) -> Result<(), SesError> {
        let call = self.client().await.create_tenant_resource_association().tenant_name(tenant);
        let answer = call.resource_arn(resource_arn).send().await;
        settled(Self::outcome("CreateTenantResourceAssociation", answer), SesErrorKind::AlreadyExists)
    }

    /// Takes an association away; one that is not there is no error.
    pub async fn disassociate(&self, tenant: &str, resource_arn: &str) -> Result<(), SesError> {
        let call = self.client().await.delete_tenant_resource_association().tenant_name(tenant);
        let answer = call.resource_arn(resource_arn).send().await;
        settled(Self::outcome("DeleteTenantResourceAssociation", answer), SesErrorKind::NotFound)
    }
}
