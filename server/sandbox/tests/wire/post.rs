//! A tenant that can send, and what a test does with it: send, and read the events out of the queue.

use crate::harness::{ACCOUNT, REGION, Reply, Running, start_with};
use sandbox::Options;
use serde_json::{Value, json};

pub const QUEUE: &str = "ownlane-events";
pub const SEND: &str = "/v2/email/outbound-emails";
const TYPES: [&str; 6] = ["SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY", "DELIVERY_DELAY"];

/// The tenant `acme` with `acme.example` and the configuration set `acme`, whose events go to `QUEUE`. No limits.
pub async fn start() -> Running {
    start_and(|_| {}).await
}

pub async fn start_and(change: impl FnOnce(&mut Options)) -> Running {
    let sandbox = start_with(|options| {
        options.auto_verify = true;
        change(options);
    })
    .await;
    furnish(&sandbox).await;
    sandbox
}

pub async fn furnish(sandbox: &Running) {
    sandbox.world.set_quota(ACCOUNT, -1.0, -1.0);
    sandbox.tenant("acme").await;
    sandbox.identity("acme.example").await;
    sandbox.configuration_set("acme").await;
    let destination = json!({
        "Enabled": true,
        "MatchingEventTypes": TYPES,
        "SnsDestination": { "TopicArn": format!("arn:aws:sns:{REGION}:{ACCOUNT}:{QUEUE}") },
    });
    let body = json!({ "EventDestinationName": "events", "EventDestination": destination });
    sandbox.post("/v2/email/configuration-sets/acme/event-destinations", body).await.ok();
    for arn in [identity_arn("acme.example"), set_arn("acme")] {
        associate(sandbox, &arn).await;
    }
}

pub async fn associate(sandbox: &Running, arn: &str) {
    associate_with(sandbox, "acme", arn).await;
}

pub async fn associate_with(sandbox: &Running, tenant: &str, arn: &str) {
    sandbox.post("/v2/email/tenants/resources", json!({ "TenantName": tenant, "ResourceArn": arn })).await.ok();
}

pub fn identity_arn(name: &str) -> String {
    format!("arn:aws:ses:{REGION}:{ACCOUNT}:identity/{name}")
}

pub fn set_arn(name: &str) -> String {
    format!("arn:aws:ses:{REGION}:{ACCOUNT}:configuration-set/{name}")
}

/// From anna@acme.example, as the tenant.
pub fn letter_to(to: &[&str]) -> Value {
    json!({
        "FromEmailAddress": "Anna <anna@acme.example>",
        "Destination": { "ToAddresses": to },
        "Content": { "Simple": { "Subject": { "Data": "Hello" }, "Body": { "Text": { "Data": "How are you?" } } } },
        "EmailTags": [{ "Name": "mid", "Value": "m-1" }],
        "ConfigurationSetName": "acme",
        "TenantName": "acme",
    })
}

pub async fn send(sandbox: &Running, letter: Value) -> Reply {
    sandbox.post(SEND, letter).await
}

/// The message's id.
pub async fn sent_to(sandbox: &Running, to: &[&str]) -> String {
    send(sandbox, letter_to(to)).await.ok()["MessageId"].as_str().unwrap().to_owned()
}

/// The envelopes that can be received now. They are deleted.
pub async fn envelopes(sandbox: &Running) -> Vec<Value> {
    let mut envelopes = Vec::new();
    loop {
        let body = json!({ "QueueUrl": QUEUE, "MaxNumberOfMessages": 10 });
        let received = sandbox.sqs("ReceiveMessage", body).await.ok();
        let Some(messages) = received["Messages"].as_array() else { return envelopes };
        let entries: Vec<Value> = messages
            .iter()
            .map(|message| json!({ "Id": message["MessageId"], "ReceiptHandle": message["ReceiptHandle"] }))
            .collect();
        sandbox.sqs("DeleteMessageBatch", json!({ "QueueUrl": QUEUE, "Entries": entries })).await.ok();
        envelopes.extend(messages.iter().map(|message| parsed(&message["Body"])));
    }
}

pub async fn events(sandbox: &Running) -> Vec<Value> {
    envelopes(sandbox).await.iter().map(|envelope| parsed(&envelope["Message"])).collect()
}

pub async fn types(sandbox: &Running) -> Vec<String> {
    events(sandbox).await.iter().map(|event| event["eventType"].as_str().unwrap().to_owned()).collect()
}

pub fn parsed(text: &Value) -> Value {
    serde_json::from_str(text.as_str().unwrap()).unwrap()
}
