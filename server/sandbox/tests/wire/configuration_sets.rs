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
async fn archiving_is_switched_on_and_off() {
    let sandbox = start().await;
    sandbox.configuration_set("acme").await;
    let path = format!("{PATH}/archiving-options");
    let archive = json!({ "ArchiveArn": format!("arn:aws:ses:{REGION}:{ACCOUNT}:mailmanager-archive/a-1") });
    sandbox.put(&path, archive.clone()).await.ok();
    for wrong in ["a-1", &format!("arn:aws:ses:us-east-1:{ACCOUNT}:mailmanager-archive/a-1")] {
        let reply = sandbox.put(&path, json!({ "ArchiveArn": wrong })).await;
        assert_eq!((reply.status, reply.error.as_deref()), (400, Some("BadRequestException")), "{wrong}");
    }
    assert_eq!(sandbox.get(PATH).await.ok()["ArchivingOptions"], archive);
    sandbox.put(&path, json!({})).await.ok();
    assert!(sandbox.get(PATH).await.ok().get("ArchivingOptions").is_none());
}

#[tokio::test]
async fn an_update_changes_the_signing_scheme_and_nothing_else() {
    let sandbox = start().await;
    sandbox.configuration_set("acme").await;
    let path = "/v2/email/update-configuration-sets";
    let update = |scheme: Value| {
        let security = json!({ "SigningScheme": scheme });
        json!({ "ConfigurationSetName": "acme", "MessageSecurityOptions": security })
    };
    let smime = json!({ "SmimeScheme": { "SignatureFormat": "DETACHED" } });
    sandbox.post(path, update(smime.clone())).await.ok();
    sandbox.post(path, json!({ "ConfigurationSetName": "acme" })).await.ok(); // what is not given stays
    for wrong in [
        json!({}),
        json!({ "DefaultScheme": {}, "SmimeScheme": {} }),
        json!({ "SmimeScheme": { "SignatureFormat": "ATTACHED" } }),
    ] {
        assert_eq!(sandbox.post(path, update(wrong)).await.error.as_deref(), Some("BadRequestException"));
    }
    let security = json!({ "SigningScheme": smime });
    assert_eq!(sandbox.get(PATH).await.ok()["MessageSecurityOptions"], security);
    sandbox.post(path, update(json!({ "DefaultScheme": {} }))).await.ok();
    let security = json!({ "SigningScheme": { "DefaultScheme": {} } });
    assert_eq!(sandbox.get(PATH).await.ok()["MessageSecurityOptions"], security);
    let missing = sandbox.post(path, json!({ "ConfigurationSetName": "none" })).await;
    missing.refused(404, "NotFoundException", "Configuration set <none> does not exist.");
    let sending = json!({ "ConfigurationSetName": "acme", "SendingOptions": { "SendingEnabled": false } });
    assert_eq!(sandbox.post(path, sending).await.status, 400); // it is no general update
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
