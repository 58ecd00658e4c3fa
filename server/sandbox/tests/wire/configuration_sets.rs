//! Configuration sets, their options and event destinations, and the account whose modes they may follow.

use crate::harness::{ACCOUNT, REGION, start, start_with};
use serde_json::{Value, json};

const PATH: &str = "/v2/email/configuration-sets/acme";

#[tokio::test]
async fn a_set_is_made_changed_and_deleted() {
    let sandbox = start().await;
    sandbox.configuration_set("acme").await;
    let fresh = json!({
        "ConfigurationSetName": "acme",
        "Tags": [],
        "DeliveryOptions": { "TlsPolicy": "OPTIONAL", "SharedPoolDeliveryMode": "ACCOUNT" },
        "ReputationOptions": { "ReputationMetricsEnabled": false },
        "SendingOptions": { "SendingEnabled": true },
    });
    assert_eq!(sandbox.get(PATH).await.ok(), fresh);
    let suppression = json!({ "SuppressedReasons": ["BOUNCE"], "SuppressionScope": "TENANT" });
    let vdm = json!({ "GuardianOptions": { "OptimizedSharedDelivery": "DISABLED" } });
    for (path, body) in [
        ("delivery-options", json!({ "TlsPolicy": "REQUIRE", "SharedPoolDeliveryMode": "REGIONAL" })),
        ("delivery-options", json!({ "TlsPolicy": "REQUIRE", "MaxDeliverySeconds": 300 })), // the mode stays
        ("reputation-options", json!({ "ReputationMetricsEnabled": true })),
        ("sending", json!({ "SendingEnabled": false })),
        ("suppression-options", suppression.clone()),
        ("vdm-options", json!({ "VdmOptions": vdm })),
    ] {
        sandbox.put(&format!("{PATH}/{path}"), body).await.ok();
    }
    let changed = json!({
        "ConfigurationSetName": "acme",
        "Tags": [],
        "DeliveryOptions": { "TlsPolicy": "REQUIRE", "MaxDeliverySeconds": 300, "SharedPoolDeliveryMode": "REGIONAL" },
        "ReputationOptions": { "ReputationMetricsEnabled": true },
        "SendingOptions": { "SendingEnabled": false },
        "SuppressionOptions": suppression,
        "VdmOptions": vdm,
    });
    assert_eq!(sandbox.get(PATH).await.ok(), changed);
    sandbox.put(&format!("{PATH}/suppression-options"), json!({})).await.ok();
    assert!(sandbox.get(PATH).await.ok().get("SuppressionOptions").is_none());
    sandbox.delete(PATH).await.ok();
    sandbox.get(PATH).await.refused(404, "NotFoundException", "Configuration set <acme> does not exist.");
}

#[tokio::test]
async fn options_that_the_service_refuses_change_nothing() {
    let sandbox = start().await;
    sandbox.configuration_set("acme").await;
    let before = sandbox.world.snapshot();
    for (path, body) in [
        ("delivery-options", json!({ "SharedPoolDeliveryMode": "LOCAL" })),
        ("delivery-options", json!({ "SendingPoolName": "none" })),
        ("delivery-options", json!({ "MaxDeliverySeconds": 10 })),
        ("sending", json!({ "SendingEnabled": "no" })),
        ("suppression-options", json!({ "SuppressedReasons": ["ANGER"] })),
        ("tracking-options", json!({ "CustomRedirectDomain": "track.acme.example" })),
    ] {
        let reply = sandbox.put(&format!("{PATH}/{path}"), body.clone()).await;
        assert_eq!((reply.status, reply.error.as_deref()), (400, Some("BadRequestException")), "{body}");
    }
    assert_eq!(sandbox.world.snapshot(), before);
}

#[tokio::test]
async fn a_tracking_domain_is_below_a_verified_identity() {
    let sandbox = start_with(|options| options.auto_verify = true).await;
    sandbox.configuration_set("acme").await;
    sandbox.identity("acme.example").await;
    sandbox.get("/v2/email/identities/acme.example").await.ok();
    let tracking = json!({ "CustomRedirectDomain": "track.acme.example", "HttpsPolicy": "REQUIRE" });
    sandbox.put(&format!("{PATH}/tracking-options"), tracking.clone()).await.ok();
    assert_eq!(sandbox.get(PATH).await.ok()["TrackingOptions"], tracking);
}

#[tokio::test]
async fn event_destinations_come_and_go() {
    let sandbox = start().await;
    sandbox.configuration_set("acme").await;
    let path = format!("{PATH}/event-destinations");
    let topic = json!({ "TopicArn": format!("arn:aws:sns:{REGION}:{ACCOUNT}:events") });
    let wanted = json!({ "Enabled": true, "MatchingEventTypes": ["BOUNCE", "COMPLAINT"], "SnsDestination": topic });
    let body = json!({ "EventDestinationName": "events", "EventDestination": wanted });
    sandbox.post(&path, body.clone()).await.ok();
    assert_eq!(sandbox.post(&path, body).await.error.as_deref(), Some("AlreadyExistsException"));
    let mut shown = wanted.clone();
    shown["Name"] = json!("events");
    assert_eq!(sandbox.get(&path).await.ok(), json!({ "EventDestinations": [shown] }));

    for (member, value) in [
        ("MatchingEventTypes", json!([])),
        ("MatchingEventTypes", json!(["PANIC"])),
        ("SnsDestination", Value::Null),
        ("SnsDestination", json!({ "TopicArn": "events" })),
        ("SnsDestination", json!({ "TopicArn": format!("arn:aws:sns:us-east-1:{ACCOUNT}:events") })),
        ("EventBridgeDestination", json!({ "EventBusArn": topic["TopicArn"] })),
    ] {
        let mut wrong = wanted.clone();
        wrong[member] = value;
        let reply = sandbox.put(&format!("{path}/events"), json!({ "EventDestination": wrong })).await;
        assert_eq!((reply.status, reply.error.as_deref()), (400, Some("BadRequestException")), "{wrong}");
    }
    let mut off = wanted.clone();
    off["Enabled"] = json!(false);
    sandbox.put(&format!("{path}/events"), json!({ "EventDestination": off })).await.ok();
    assert_eq!(sandbox.get(&path).await.ok()["EventDestinations"][0]["Enabled"], false);
    sandbox.delete(&format!("{path}/events")).await.ok();
    let gone = sandbox.put(&format!("{path}/events"), json!({ "EventDestination": wanted })).await;
    assert_eq!(gone.error.as_deref(), Some("NotFoundException"));
    assert_eq!(sandbox.delete(&format!("{path}/events")).await.status, 404);
}

#[tokio::test]
async fn the_account_keeps_its_shared_pool_delivery_mode() {
    let sandbox = start().await;
    let account = sandbox.get("/v2/email/account").await.ok();
    assert_eq!(account["DeliveryAttributes"]["SharedPoolDeliveryMode"], "GLOBAL");
    sandbox.post("/v2/email/account/delivery", json!({ "SharedPoolDeliveryMode": "REGIONAL" })).await.ok();
    let account = sandbox.get("/v2/email/account").await.ok();
    assert_eq!(account["DeliveryAttributes"]["SharedPoolDeliveryMode"], "REGIONAL");
    let wrong = sandbox.post("/v2/email/account/delivery", json!({ "SharedPoolDeliveryMode": "ACCOUNT" })).await;
    assert_eq!(wrong.status, 400);
    assert_eq!(sandbox.post("/v2/email/account/delivery", json!({})).await.status, 400);
}
