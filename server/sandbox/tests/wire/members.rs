//! Members that an operation does not know: noted, and refused where the sandbox is strict.

use crate::harness::start_with;
use crate::post::{SEND, letter_to, send, start, start_and};
use serde_json::{Value, json};

#[tokio::test]
async fn they_are_taken_and_noted() {
    let sandbox = start_and(|options| options.strict = false).await;
    let mut letter = letter_to(&["bob@b.example"]);
    letter["EndpointId"] = json!("x");
    letter["Content"]["Simple"]["Colour"] = json!("red");
    letter["Nothing"] = Value::Null;
    send(&sandbox, letter).await.ok();
    let call = sandbox.world.calls().pop().unwrap();
    assert_eq!(
        (call.operation.as_str(), call.unknown),
        ("SendEmail", vec!["Content.Simple.Colour".to_owned(), "EndpointId".to_owned()])
    );
    sandbox.get("/v2/email/tags?ResourceArn=x&Shape=round").await;
    let calls = sandbox.request("GET", "/_sandbox/calls", "", "").await.unwrap().ok();
    assert_eq!(calls.as_array().unwrap().last().unwrap()["unknown"], json!(["Shape"]));
}

#[tokio::test]
async fn they_are_refused_by_name_and_nothing_happens() {
    let sandbox = start().await;
    let before = sandbox.world.snapshot();
    let mut letter = letter_to(&["bob@b.example"]);
    letter["EmailTags"][0]["Colour"] = json!("red");
    send(&sandbox, letter).await.refused(400, "BadRequestException", "Unknown member EmailTags.Colour.");
    let tenant = json!({ "TenantName": "other", "SuppressionAttributes": { "Reasons": [] } });
    let message = "Unknown member SuppressionAttributes.Reasons.";
    sandbox.post("/v2/email/tenants", tenant).await.refused(400, "BadRequestException", message);
    let message = "Unknown member Page.";
    sandbox.get("/v2/email/dedicated-ips?Page=2").await.refused(400, "BadRequestException", message);
    assert_eq!((sandbox.world.mail().len(), sandbox.world.snapshot()), (0, before));
    let elsewhere = sandbox.call_in("us-east-1", "POST", SEND, json!({ "Colour": "red" })).await;
    assert_eq!(elsewhere.message().as_deref(), Some("Unknown member Colour."));
}

#[tokio::test]
async fn what_the_sandbox_keeps_as_it_is_may_hold_anything() {
    let sandbox = start_with(|options| options.strict = true).await;
    sandbox.configuration_set("acme").await;
    let target = json!({ "DimensionConfigurations": [{ "DimensionName": "x" }] });
    let destination =
        json!({ "Enabled": true, "MatchingEventTypes": ["SEND"], "CloudWatchDestination": target.clone() });
    let body = json!({ "EventDestinationName": "events", "EventDestination": destination });
    let path = "/v2/email/configuration-sets/acme/event-destinations";
    sandbox.post(path, body).await.ok();
    assert_eq!(sandbox.get(path).await.ok()["EventDestinations"][0]["CloudWatchDestination"], target);
}
