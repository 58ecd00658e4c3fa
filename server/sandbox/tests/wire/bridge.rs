//! What EventBridge hears of tenants, in the queue of a rule.

use crate::harness::{ACCOUNT, REGION, Running, encoded, start, start_with};
use crate::post::parsed;
use serde_json::{Value, json};

async fn told(sandbox: &Running) -> Vec<Value> {
    let body = json!({ "QueueUrl": "standing", "MaxNumberOfMessages": 10, "VisibilityTimeout": 600 });
    let received = sandbox.sqs("ReceiveMessage", body).await.ok();
    received["Messages"].as_array().into_iter().flatten().map(|message| parsed(&message["Body"])).collect()
}

fn types(told: &[Value]) -> Vec<&str> {
    told.iter().map(|event| event["detail-type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_rules_queue_hears_how_tenants_stand() {
    let sandbox = start().await;
    let arn = sandbox.tenant("acme").await["TenantArn"].as_str().unwrap().to_owned();
    sandbox.sqs("CreateQueue", json!({ "QueueName": "standing" })).await.ok();
    sandbox.control("tenants/acme", json!({ "status": "DISABLED" })).await;
    assert!(told(&sandbox).await.is_empty(), "without a rule");
    sandbox.control("tenants/acme", json!({ "status": "ENABLED" })).await;
    sandbox.control("rules", json!({ "region": REGION, "queue": "standing" })).await;

    sandbox.control("tenants/acme", json!({ "status": "DISABLED", "cause": "Spam." })).await;
    let events = told(&sandbox).await;
    let [event] = events.as_slice() else { panic!("{events:?}") };
    for (member, expected) in [
        ("detail-type", json!("Sending Status Disabled")),
        ("source", json!("aws.ses")),
        ("account", json!(ACCOUNT)),
        ("region", json!(REGION)),
        ("time", json!("2026-02-02T02:40:00Z")),
        ("resources", json!([arn])),
    ] {
        assert_eq!(event[member], expected);
    }
    let data = &event["detail"]["data"];
    assert_eq!((&data["origin"], &data["record"]["status"]), (&json!("AWS_MANAGED"), &json!("DISABLED")));
    assert_eq!(data["record"]["lastUpdatedTimestamp"], json!([2026, 2, 2, 2, 40, 0, 125_000_000]));

    sandbox.control("tenants/acme", json!({ "status": "DISABLED" })).await;
    assert!(told(&sandbox).await.is_empty(), "nothing changed");
    let path = format!("/v2/email/reputation/entities/RESOURCE/{}/customer-managed-status", encoded(&arn));
    sandbox.put(&path, json!({ "SendingStatus": "DISABLED" })).await.ok();
    sandbox.put(&path, json!({ "SendingStatus": "ENABLED" })).await.ok();
    let events = told(&sandbox).await;
    assert_eq!(types(&events), ["Sending Status Disabled", "Sending Status Enabled"]);
    assert_eq!(events[0]["detail"]["data"]["origin"], "CUSTOMER_MANAGED");

    sandbox.control("tenants/acme", json!({ "status": "ENABLED" })).await;
    told(&sandbox).await;
    for status in ["OPEN", "FIXED"] {
        let finding = json!({ "tenant": "acme", "type": "BOUNCE", "impact": "HIGH", "status": status });
        sandbox.control("findings", finding).await;
    }
    let events = told(&sandbox).await;
    assert_eq!(types(&events), ["Advisor Recommendation Status Open", "Advisor Recommendation Status Resolved"]);
    assert_eq!(events[0]["detail"]["metadata"], json!({ "impact": "HIGH", "type": "BOUNCE" }));
}

#[tokio::test]
async fn a_set_sends_its_events_over_the_bus() {
    let sandbox = start_with(|options| options.auto_verify = true).await;
    sandbox.identity("acme.example").await;
    let set = sandbox.configuration_set("acme").await;
    sandbox.sqs("CreateQueue", json!({ "QueueName": "standing" })).await.ok();
    sandbox.control("rules", json!({ "region": REGION, "queue": "standing" })).await;
    let bus = format!("arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default");
    let destination = json!({ "EventDestinationName": "bus", "EventDestination": {
        "Enabled": true,
        "MatchingEventTypes": ["SEND", "BOUNCE"],
        "EventBridgeDestination": { "EventBusArn": bus },
    } });
    sandbox.post("/v2/email/configuration-sets/acme/event-destinations", destination).await.ok();
    let mail = json!({
        "FromEmailAddress": "anna@acme.example",
        "Destination": { "ToAddresses": ["bounce@b.example"] },
        "Content": { "Simple": { "Subject": { "Data": "A" }, "Body": { "Text": { "Data": "B" } } } },
        "ConfigurationSetName": "acme",
    });
    let id = sandbox.post("/v2/email/outbound-emails", mail.clone()).await.ok()["MessageId"].clone();
    let events = told(&sandbox).await;
    assert_eq!(types(&events), ["Email Sent", "Email Bounced"]);
    assert_eq!((&events[1]["resources"], &events[1]["detail"]["eventType"]), (&json!([set]), &json!("Bounce")));
    assert_eq!(events[1]["detail"]["mail"]["messageId"], id);
    let rule = json!({ "region": REGION, "queue": "standing" }).to_string();
    assert_eq!(sandbox.request("DELETE", "/_sandbox/rules", "", &rule).await.unwrap().status, 204);
    assert_eq!(sandbox.request("DELETE", "/_sandbox/rules", "", &rule).await.unwrap().status, 404);
    sandbox.post("/v2/email/outbound-emails", mail).await.ok();
    assert!(told(&sandbox).await.is_empty(), "without the rule");
}
