//! The operations that Ownlane may need, by the name, method and path of the model: none is unknown.

use crate::harness::start;
use serde_json::{Value, json};

/// Labels are `x`.
const OPERATIONS: [(&str, &str); 64] = [
    ("CreateTenant", "POST /v2/email/tenants"),
    ("GetTenant", "POST /v2/email/tenants/get"),
    ("ListTenants", "POST /v2/email/tenants/list"),
    ("DeleteTenant", "POST /v2/email/tenants/delete"),
    ("CreateTenantResourceAssociation", "POST /v2/email/tenants/resources"),
    ("DeleteTenantResourceAssociation", "POST /v2/email/tenants/resources/delete"),
    ("ListTenantResources", "POST /v2/email/tenants/resources/list"),
    ("ListResourceTenants", "POST /v2/email/resources/tenants/list"),
    ("PutTenantSuppressionAttributes", "POST /v2/email/tenant/suppression"),
    ("GetReputationEntity", "GET /v2/email/reputation/entities/x/x"),
    ("ListReputationEntities", "POST /v2/email/reputation/entities"),
    ("UpdateReputationEntityPolicy", "PUT /v2/email/reputation/entities/x/x/policy"),
    ("UpdateReputationEntityCustomerManagedStatus", "PUT /v2/email/reputation/entities/x/x/customer-managed-status"),
    ("ListRecommendations", "POST /v2/email/vdm/recommendations"),
    ("PutSuppressedDestination", "PUT /v2/email/suppression/addresses"),
    ("GetSuppressedDestination", "GET /v2/email/suppression/addresses/x"),
    ("DeleteSuppressedDestination", "DELETE /v2/email/suppression/addresses/x"),
    ("ListSuppressedDestinations", "GET /v2/email/suppression/addresses"),
    ("CreateEmailIdentity", "POST /v2/email/identities"),
    ("GetEmailIdentity", "GET /v2/email/identities/x"),
    ("ListEmailIdentities", "POST /v2/email/list-identities"),
    ("DeleteEmailIdentity", "DELETE /v2/email/identities/x"),
    ("PutEmailIdentityDkimAttributes", "PUT /v2/email/identities/x/dkim"),
    ("PutEmailIdentityDkimSigningAttributes", "PUT /v2/email/identities/x/dkim/signing"),
    ("PutEmailIdentityMailFromAttributes", "PUT /v2/email/identities/x/mail-from"),
    ("PutEmailIdentityFeedbackAttributes", "PUT /v2/email/identities/x/feedback"),
    ("PutEmailIdentityConfigurationSetAttributes", "PUT /v2/email/identities/x/configuration-set"),
    ("CreateConfigurationSet", "POST /v2/email/configuration-sets"),
    ("GetConfigurationSet", "GET /v2/email/configuration-sets/x"),
    ("ListConfigurationSets", "POST /v2/email/list-configuration-sets"),
    ("UpdateConfigurationSet", "POST /v2/email/update-configuration-sets"),
    ("DeleteConfigurationSet", "DELETE /v2/email/configuration-sets/x"),
    ("PutConfigurationSetDeliveryOptions", "PUT /v2/email/configuration-sets/x/delivery-options"),
    ("PutConfigurationSetReputationOptions", "PUT /v2/email/configuration-sets/x/reputation-options"),
    ("PutConfigurationSetSendingOptions", "PUT /v2/email/configuration-sets/x/sending"),
    ("PutConfigurationSetSuppressionOptions", "PUT /v2/email/configuration-sets/x/suppression-options"),
    ("PutConfigurationSetTrackingOptions", "PUT /v2/email/configuration-sets/x/tracking-options"),
    ("PutConfigurationSetVdmOptions", "PUT /v2/email/configuration-sets/x/vdm-options"),
    ("PutConfigurationSetArchivingOptions", "PUT /v2/email/configuration-sets/x/archiving-options"),
    ("CreateConfigurationSetEventDestination", "POST /v2/email/configuration-sets/x/event-destinations"),
    ("GetConfigurationSetEventDestinations", "GET /v2/email/configuration-sets/x/event-destinations"),
    ("UpdateConfigurationSetEventDestination", "PUT /v2/email/configuration-sets/x/event-destinations/x"),
    ("DeleteConfigurationSetEventDestination", "DELETE /v2/email/configuration-sets/x/event-destinations/x"),
    ("CreateDedicatedIpPool", "POST /v2/email/dedicated-ip-pools"),
    ("GetDedicatedIpPool", "GET /v2/email/dedicated-ip-pools/x"),
    ("ListDedicatedIpPools", "GET /v2/email/dedicated-ip-pools"),
    ("DeleteDedicatedIpPool", "DELETE /v2/email/dedicated-ip-pools/x"),
    ("PutDedicatedIpPoolScalingAttributes", "PUT /v2/email/dedicated-ip-pools/x/scaling"),
    ("GetDedicatedIp", "GET /v2/email/dedicated-ips/x"),
    ("GetDedicatedIps", "GET /v2/email/dedicated-ips"),
    ("PutDedicatedIpInPool", "PUT /v2/email/dedicated-ips/x/pool"),
    ("PutDedicatedIpWarmupAttributes", "PUT /v2/email/dedicated-ips/x/warmup"),
    ("SendEmail", "POST /v2/email/outbound-emails"),
    ("SendBulkEmail", "POST /v2/email/outbound-bulk-emails"),
    ("GetAccount", "GET /v2/email/account"),
    ("PutAccountSendingAttributes", "PUT /v2/email/account/sending"),
    ("PutAccountSuppressionAttributes", "PUT /v2/email/account/suppression"),
    ("PutAccountDeliveryAttributes", "POST /v2/email/account/delivery"),
    ("PutAccountVdmAttributes", "PUT /v2/email/account/vdm"),
    ("GetMessageInsights", "GET /v2/email/insights/x/"),
    ("BatchGetMetricData", "POST /v2/email/metrics/batch"),
    ("TagResource", "POST /v2/email/tags"),
    ("UntagResource", "DELETE /v2/email/tags"),
    ("ListTagsForResource", "GET /v2/email/tags"),
];

#[tokio::test]
async fn each_is_known_by_its_path() {
    let sandbox = start().await;
    for (name, call) in OPERATIONS {
        let (method, path) = call.split_once(' ').unwrap();
        let body = if method == "GET" || method == "DELETE" { Value::Null } else { json!({}) };
        let reply = sandbox.call(method, path, body).await;
        assert_ne!(reply.error.as_deref(), Some("NotImplementedByEmulator"), "{call}");
        assert_eq!(sandbox.world.calls().pop().unwrap().operation, name, "{call}");
    }
}
