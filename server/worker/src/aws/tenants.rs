//! A tenant at SES: the tenant itself, its configuration set with the event destination, and what is associated with it.

use super::control::Control;
use super::error::{found, settled};
use super::{SesError, SesErrorKind, find_owner, owner_tag, raw};
use aws_sdk_sesv2::types::{
    EventDestinationDefinition, EventType, ReputationOptions, SendingOptions, SnsDestination, SuppressionListReason,
    SuppressionListScope, TenantSuppressionAttributes,
};
use serde_json::json;

/// Our event destination on each configuration set.
pub(super) const EVENTS: &str = "ownlane-events";

/// The most that SES lists at once.
pub(super) const PAGE: i32 = 1000;

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

/// A configuration set as SES gives it back.
pub(crate) struct ConfigurationSet {
    /// Whose it is, by our tag.
    pub owner: Option<String>,
    pub sends: bool,
    pub counts_reputation: bool,
    /// Its mail goes by the tenant's own suppression list, so that SES takes none that names no tenant.
    pub suppresses_by_tenant: bool,
    /// Which IPs its mail leaves from.
    pub delivery: Delivery,
}

/// The IPs of a configuration set, in SES's words; empty: it says nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Delivery {
    pub pool: String,
    /// Which shared ones (Global Shared Delivery).
    pub shared_pool_mode: String,
}

/// A tenant as SES lists it.
pub(crate) struct Listed {
    pub name: String,
    pub arn: String,
}

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

impl Control<'_> {
    pub async fn find_tenant(&self, name: &str) -> Result<Option<Tenant>, SesError> {
        const OPERATION: &str = "GetTenant";
        let request = self.client().get_tenant().tenant_name(name);
        let Some(answer) = found(self.call(OPERATION, name, request.send()).await)? else {
            return Ok(None);
        };
        let tenant = answer.tenant.unwrap_or_else(|| aws_sdk_sesv2::types::Tenant::builder().build());
        let arn = tenant.tenant_arn.clone().ok_or_else(|| SesError::unexpected(OPERATION, "no ARN"))?;
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
        let request = self.client().create_tenant().tenant_name(name).tags(owner_tag(owner)?);
        let request = request.suppression_attributes(suppression);
        settled(self.call("CreateTenant", name, request.send()).await, SesErrorKind::AlreadyExists)
    }

    pub async fn put_suppression(&self, name: &str) -> Result<(), SesError> {
        let request = self.client().put_tenant_suppression_attributes().tenant_name(name);
        let request = request
            .suppression_scope(SuppressionListScope::Tenant)
            .suppressed_reasons(SuppressionListReason::Bounce)
            .suppressed_reasons(SuppressionListReason::Complaint);
        self.call("PutTenantSuppressionAttributes", name, request.send()).await.map(drop)
    }

    /// All tenants of the account in this region, page by page.
    pub async fn list_tenants(&self) -> Result<Vec<Listed>, SesError> {
        let mut listed = Vec::new();
        let mut token = None;
        loop {
            let request = self.client().list_tenants().page_size(PAGE).set_next_token(token);
            let page = self.call("ListTenants", "", request.send()).await?;
            for tenant in page.tenants.unwrap_or_default() {
                if let (Some(name), Some(arn)) = (tenant.tenant_name, tenant.tenant_arn) {
                    listed.push(Listed { name, arn });
                }
            }
            token = page.next_token;
            if token.is_none() {
                return Ok(listed);
            }
        }
    }

    pub async fn find_configuration_set(&self, name: &str) -> Result<Option<ConfigurationSet>, SesError> {
        let seen = raw::Seen::default();
        let request = self.client().get_configuration_set().configuration_set_name(name);
        let request = request.customize().interceptor(seen.clone());
        let Some(answer) = found(self.call("GetConfigurationSet", name, request.send()).await)? else {
            return Ok(None);
        };
        Ok(Some(ConfigurationSet {
            owner: find_owner(answer.tags.as_deref()),
            sends: answer.sending_options().is_some_and(|options| options.sending_enabled),
            counts_reputation: answer.reputation_options().is_some_and(|options| options.reputation_metrics_enabled),
            suppresses_by_tenant: answer.suppression_options().is_some_and(|options| {
                let has = |reason| options.suppressed_reasons().contains(&reason);
                options.suppression_scope() == Some(&SuppressionListScope::Tenant)
                    && has(SuppressionListReason::Bounce)
                    && has(SuppressionListReason::Complaint)
            }),
            delivery: Delivery {
                pool: seen.text("/DeliveryOptions/SendingPoolName"),
                shared_pool_mode: seen.text("/DeliveryOptions/SharedPoolDeliveryMode"),
            },
        }))
    }

    /// Makes the configuration set; one that is there already is left as it is.
    pub async fn create_configuration_set(&self, name: &str, owner: &str) -> Result<(), SesError> {
        let request = self.client().create_configuration_set().configuration_set_name(name).tags(owner_tag(owner)?);
        let request = request
            .reputation_options(ReputationOptions::builder().reputation_metrics_enabled(true).build())
            .sending_options(SendingOptions::builder().sending_enabled(true).build());
        settled(self.call("CreateConfigurationSet", name, request.send()).await, SesErrorKind::AlreadyExists)
    }

    /// Names the IPs that its mail may leave from. Whatever else the delivery options had goes back to what SES takes for the
    /// usual.
    pub async fn put_delivery(&self, set: &str, delivery: &Delivery) -> Result<(), SesError> {
        let Delivery { pool, shared_pool_mode: mode } = delivery;
        let mut body = json!({ "TlsPolicy": "OPTIONAL", "SharedPoolDeliveryMode": mode });
        if !pool.is_empty() {
            body["SendingPoolName"] = json!(pool);
        }
        let body = body.to_string();
        let request = self.client().put_configuration_set_delivery_options().configuration_set_name(set);
        let request = request.customize().mutate_request(move |request| raw::replace(request, &body));
        self.call("PutConfigurationSetDeliveryOptions", set, request.send()).await.map(drop)
    }

    pub async fn put_sending(&self, set: &str) -> Result<(), SesError> {
        let request = self.client().put_configuration_set_sending_options().configuration_set_name(set);
        self.call("PutConfigurationSetSendingOptions", set, request.sending_enabled(true).send()).await.map(drop)
    }

    pub async fn put_set_suppression(&self, set: &str) -> Result<(), SesError> {
        let request = self.client().put_configuration_set_suppression_options().configuration_set_name(set);
        let request = request
            .suppression_scope(SuppressionListScope::Tenant)
            .suppressed_reasons(SuppressionListReason::Bounce)
            .suppressed_reasons(SuppressionListReason::Complaint);
        self.call("PutConfigurationSetSuppressionOptions", set, request.send()).await.map(drop)
    }

    pub async fn put_reputation_metrics(&self, set: &str) -> Result<(), SesError> {
        let request = self.client().put_configuration_set_reputation_options().configuration_set_name(set);
        let request = request.reputation_metrics_enabled(true);
        self.call("PutConfigurationSetReputationOptions", set, request.send()).await.map(drop)
    }

    /// Whether our event destination is there, on, tells of everything, and goes to our topic. `None`: it is not there.
    pub async fn find_event_destination(&self, set: &str) -> Result<Option<bool>, SesError> {
        let request = self.client().get_configuration_set_event_destinations().configuration_set_name(set);
        let answer = self.call("GetConfigurationSetEventDestinations", set, request.send()).await?;
        let ours = answer.event_destinations().iter().find(|destination| destination.name() == EVENTS);
        Ok(ours.map(|ours| {
            let topic = ours.sns_destination().map(SnsDestination::topic_arn);
            ours.enabled
                && topic == Some(self.ses().settings.events_topic.as_str())
                && EVENT_TYPES.iter().all(|wanted| ours.matching_event_types().contains(wanted))
        }))
    }

    pub async fn create_event_destination(&self, set: &str) -> Result<(), SesError> {
        const OPERATION: &str = "CreateConfigurationSetEventDestination";
        let request = self.client().create_configuration_set_event_destination().configuration_set_name(set);
        let request = request.event_destination_name(EVENTS).event_destination(self.event_destination(OPERATION)?);
        settled(self.call(OPERATION, set, request.send()).await, SesErrorKind::AlreadyExists)
    }

    pub async fn put_event_destination(&self, set: &str) -> Result<(), SesError> {
        const OPERATION: &str = "UpdateConfigurationSetEventDestination";
        let request = self.client().update_configuration_set_event_destination().configuration_set_name(set);
        let request = request.event_destination_name(EVENTS).event_destination(self.event_destination(OPERATION)?);
        self.call(OPERATION, set, request.send()).await.map(drop)
    }

    fn event_destination(&self, operation: &'static str) -> Result<EventDestinationDefinition, SesError> {
        let topic = SnsDestination::builder().topic_arn(&self.ses().settings.events_topic).build();
        let topic = topic.map_err(SesError::unbuilt(operation))?;
        let definition = EventDestinationDefinition::builder().enabled(true).sns_destination(topic);
        Ok(definition.set_matching_event_types(Some(EVENT_TYPES.to_vec())).build())
    }

    /// The ARNs of what is associated with the tenant.
    pub async fn list_resources(&self, tenant: &str) -> Result<Vec<String>, SesError> {
        let mut arns = Vec::new();
        let mut token = None;
        loop {
            let request = self.client().list_tenant_resources().tenant_name(tenant).page_size(PAGE);
            let page = self.call("ListTenantResources", tenant, request.set_next_token(token).send()).await?;
            arns.extend(page.tenant_resources().iter().filter_map(|resource| resource.resource_arn.clone()));
            token = page.next_token;
            if token.is_none() {
                return Ok(arns);
            }
        }
    }

    /// The names of the tenants that a resource is associated with.
    pub async fn list_tenants_of(&self, resource_arn: &str) -> Result<Vec<String>, SesError> {
        let mut names = Vec::new();
        let mut token = None;
        loop {
            let request = self.client().list_resource_tenants().resource_arn(resource_arn).set_next_token(token);
            let Some(page) = found(self.call("ListResourceTenants", resource_arn, request.send()).await)? else {
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
        let request = self.client().create_tenant_resource_association().tenant_name(tenant);
        let answer =
            self.call("CreateTenantResourceAssociation", resource_arn, request.resource_arn(resource_arn).send());
        settled(answer.await, SesErrorKind::AlreadyExists)
    }

    /// Takes an association away; one that is not there is no error.
    pub async fn disassociate(&self, tenant: &str, resource_arn: &str) -> Result<(), SesError> {
        let request = self.client().delete_tenant_resource_association().tenant_name(tenant);
        let answer =
            self.call("DeleteTenantResourceAssociation", resource_arn, request.resource_arn(resource_arn).send());
        settled(answer.await, SesErrorKind::NotFound)
    }
}
