//! A tenant's life, its reputation, and what it is associated with.

use crate::harness::{ACCOUNT, REGION, encoded, start};
use serde_json::{Value, json};

#[tokio::test]
async fn a_tenant_is_made_read_and_deleted() {
    let sandbox = start().await;
    let tags = json!([{ "Key": "lane", "Value": "7" }]);
    let suppression = json!({ "SuppressedReasons": ["BOUNCE", "COMPLAINT"], "SuppressionScope": "TENANT" });
    let wanted = json!({ "TenantName": "acme", "Tags": tags, "SuppressionAttributes": suppression });
    let made = sandbox.post("/v2/email/tenants", wanted.clone()).await.ok();
    let id = made["TenantId"].as_str().unwrap().to_owned();
    assert!(id.len() == 33 && id.starts_with("tn-"), "{id}");
    assert_eq!(made["TenantArn"], format!("arn:aws:ses:{REGION}:{ACCOUNT}:tenant/acme/{id}"));
    assert_eq!(made["CreatedTimestamp"], 1_770_000_000.125);
    assert_eq!((&made["Tags"], &made["SuppressionAttributes"]), (&tags, &suppression));
    let read = sandbox.post("/v2/email/tenants/get", json!({ "TenantName": "acme" })).await.ok();
    assert_eq!(read["Tenant"], made);

    let again = sandbox.post("/v2/email/tenants", wanted.clone()).await;
    let taken = format!("Tenant with name acme already exists in account {ACCOUNT}");
    again.refused(400, "AlreadyExistsException", &taken);
    sandbox.post("/v2/email/tenants/delete", json!({ "TenantName": "acme" })).await.ok();
    for path in ["/v2/email/tenants/get", "/v2/email/tenants/delete"] {
        let gone = sandbox.post(path, json!({ "TenantName": "acme" })).await;
        gone.refused(404, "NotFoundException", "The requested tenant <acme> does not exist.");
    }
    let remade = sandbox.post("/v2/email/tenants", wanted).await.ok();
    assert_ne!(remade["TenantId"], made["TenantId"]);
}

#[tokio::test]
async fn a_bad_name_is_refused_in_the_words_of_the_service() {
    let sandbox = start().await;
    for (name, message) in [
        (json!(""), "TenantName cannot be empty"),
        (Value::Null, "TenantName cannot be empty"),
        (json!("a".repeat(65)), "TenantName cannot exceed 64 characters."),
        (json!("a.b"), "Invalid tenant name <a.b>: only alphanumeric ASCII characters, '_', and '-' are allowed."),
    ] {
        let reply = sandbox.post("/v2/email/tenants", json!({ "TenantName": name })).await;
        reply.refused(400, "BadRequestException", message);
    }
    assert_eq!(sandbox.world.snapshot(), json!({}));
}

#[tokio::test]
async fn suppression_names_both_members_or_neither() {
    let sandbox = start().await;
    sandbox.tenant("acme").await;
    for (attributes, message) in [
        (json!({ "SuppressedReasons": ["BOUNCE"] }), "SuppressedReasons cannot be specified without SuppressionScope."),
        (json!({ "SuppressionScope": "TENANT" }), "SuppressionScope cannot be specified without SuppressedReasons."),
    ] {
        let mut body = attributes;
        body["TenantName"] = json!("acme");
        let reply = sandbox.post("/v2/email/tenant/suppression", body).await;
        reply.refused(400, "BadRequestException", message);
    }
    let half = json!({ "TenantName": "other", "SuppressionAttributes": { "SuppressedReasons": [] } });
    let message = "SuppressionScope is required when SuppressedReasons are provided. Valid values are: TENANT, ACCOUNT";
    sandbox.post("/v2/email/tenants", half).await.refused(400, "BadRequestException", message);
    let whole = json!({ "TenantName": "acme", "SuppressedReasons": [], "SuppressionScope": "TENANT" });
    sandbox.post("/v2/email/tenant/suppression", whole).await.ok();
    let read = sandbox.post("/v2/email/tenants/get", json!({ "TenantName": "acme" })).await.ok();
    assert_eq!(read["Tenant"]["SuppressionAttributes"]["SuppressionScope"], "TENANT");
}

#[tokio::test]
async fn a_paused_tenant_shows_it_everywhere() {
    let sandbox = start().await;
    let arn = sandbox.tenant("acme").await["TenantArn"].as_str().unwrap().to_owned();
    sandbox.tenant("other").await;
    // boto3 leaves the colons as they are.
    for path in [encoded(&arn), arn.replace('/', "%2F")] {
        let entity = sandbox.get(&format!("/v2/email/reputation/entities/RESOURCE/{path}")).await.ok();
        let entity = &entity["ReputationEntity"];
        assert_eq!(entity["ReputationEntityReference"], arn);
        assert_eq!(entity["ReputationImpact"], "NONE");
        assert!(entity.get("CustomerManagedStatus").is_none());
        let policy = format!("arn:aws:ses:{REGION}:aws:reputation-policy/none");
        assert_eq!(entity["ReputationManagementPolicy"], policy);
    }
    let path = format!("/v2/email/reputation/entities/RESOURCE/{}", encoded(&arn));
    sandbox.put(&format!("{path}/customer-managed-status"), json!({ "SendingStatus": "DISABLED" })).await.ok();
    let policy = format!("arn:aws:ses:{REGION}:aws:reputation-policy/strict");
    sandbox.put(&format!("{path}/policy"), json!({ "ReputationEntityPolicy": policy })).await.ok();
    let entity = sandbox.get(&path).await.ok()["ReputationEntity"].clone();
    assert_eq!(entity["SendingStatusAggregate"], "DISABLED");
    assert_eq!(entity["CustomerManagedStatus"]["Cause"], "Status manually updated.");
    assert_eq!(entity["ReputationManagementPolicy"], policy);
    let filter = json!({ "Filter": { "SENDING_STATUS": "DISABLED" } });
    let paused = sandbox.post("/v2/email/tenants/list", filter.clone()).await.ok();
    assert_eq!(paused["Tenants"].as_array().unwrap().len(), 1);
    let paused = sandbox.post("/v2/email/reputation/entities", filter).await.ok();
    assert_eq!(paused["ReputationEntities"][0], entity);
    let unknown = format!("/v2/email/reputation/entities/RESOURCE/{}1", encoded(&arn));
    assert_eq!(sandbox.get(&unknown).await.error.as_deref(), Some("NotFoundException"));
    let policy = json!({ "ReputationEntityPolicy": "lenient" });
    assert_eq!(sandbox.put(&format!("{path}/policy"), policy).await.status, 400);
}

#[tokio::test]
async fn what_belongs_to_a_tenant_cannot_be_deleted() {
    let sandbox = start().await;
    sandbox.tenant("acme").await;
    sandbox.identity("acme.example").await;
    let set = sandbox.configuration_set("acme").await;
    let identity = format!("arn:aws:ses:{REGION}:{ACCOUNT}:identity/acme.example");
    for arn in [&identity, &set] {
        let body = json!({ "TenantName": "acme", "ResourceArn": arn });
        sandbox.post("/v2/email/tenants/resources", body.clone()).await.ok();
        let message = format!("Resources <{arn}> has already been associated with tenant acme");
        sandbox.post("/v2/email/tenants/resources", body).await.refused(400, "AlreadyExistsException", &message);
    }
    let listed = sandbox.post("/v2/email/tenants/resources/list", json!({ "TenantName": "acme" })).await.ok();
    let expected = json!([
        { "ResourceType": "configuration-set", "ResourceArn": set },
        { "ResourceType": "identity", "ResourceArn": identity },
    ]);
    assert_eq!(listed["TenantResources"], expected);
    let tenants = sandbox.post("/v2/email/resources/tenants/list", json!({ "ResourceArn": set })).await.ok();
    assert_eq!(tenants["ResourceTenants"][0]["TenantName"], "acme");

    for (arn, path) in [(&identity, "identities/acme.example"), (&set, "configuration-sets/acme")] {
        let message = format!(
            "Cannot delete <{arn}> because it has tenant associations. Remove all tenant associations and try again."
        );
        sandbox.delete(&format!("/v2/email/{path}")).await.refused(400, "BadRequestException", &message);
    }
    let body = json!({ "TenantName": "acme", "ResourceArn": set });
    for _ in 0..2 {
        sandbox.post("/v2/email/tenants/resources/delete", body.clone()).await.ok(); // the second is silent
    }
    sandbox.delete("/v2/email/configuration-sets/acme").await.ok();
    sandbox.post("/v2/email/tenants/delete", json!({ "TenantName": "acme" })).await.ok();
    sandbox.delete("/v2/email/identities/acme.example").await.ok();
    assert_eq!(sandbox.world.snapshot(), json!({}));
}

#[tokio::test]
async fn only_what_exists_here_can_be_associated() {
    let sandbox = start().await;
    sandbox.tenant("acme").await;
    let here = format!("arn:aws:ses:{REGION}:{ACCOUNT}");
    for (arn, status, message) in [
        ("acme".to_owned(), 400, "Provided ARN is not in SES resource ARN format".to_owned()),
        (
            "arn:aws:sns:eu-west-1:1:t/x".to_owned(),
            400,
            "Provided resource identifier is not an SES resource".to_owned(),
        ),
        (format!("{here}:archive/x"), 400, "Unsupported resource type: archive".to_owned()),
        (
            format!("arn:aws:ses:us-east-1:{ACCOUNT}:identity/x.example"),
            400,
            format!("Resource <arn:aws:ses:us-east-1:{ACCOUNT}:identity/x.example> must be in the same region"),
        ),
        (format!("{here}:identity/x.example"), 404, "Email identity <x.example> does not exist.".to_owned()),
        (format!("{here}:configuration-set/x"), 404, "Configuration set <x> does not exist.".to_owned()),
    ] {
        let reply =
            sandbox.post("/v2/email/tenants/resources", json!({ "TenantName": "acme", "ResourceArn": arn })).await;
        assert_eq!((reply.status, reply.json()["message"].as_str()), (status, Some(message.as_str())));
    }
    let filter = json!({ "TenantName": "acme", "Filter": { "RESOURCE_TYPE": "EMAIL_IDENTITY" } });
    let reply = sandbox.post("/v2/email/tenants/resources/list", filter).await;
    reply.refused(400, "BadRequestException", "Invalid resource type EMAIL_IDENTITY specified.");
}

#[tokio::test]
async fn regions_know_nothing_of_each_other() {
    let sandbox = start().await;
    sandbox.tenant("acme").await;
    let elsewhere = sandbox.call_in("us-east-1", "POST", "/v2/email/tenants/list", json!({})).await.ok();
    assert_eq!(elsewhere, json!({ "Tenants": [] }));
}
