//! What comes of a mail at its recipients, and how it is told.

use crate::harness::{ACCOUNT, REGION};
use crate::post::{QUEUE, envelopes, events, letter_to, parsed, send, sent_to, start, start_and, types};
use sandbox::EventPlan;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn the_simulator_plays_its_documented_addresses() {
    let sandbox = start().await;
    for (name, expected, kinds) in [
        ("success", vec!["Send", "Delivery"], Value::Null),
        ("bounce", vec!["Send", "Bounce"], json!(["Permanent", "General"])),
        ("Bounce+one", vec!["Send", "Bounce"], json!(["Permanent", "General"])),
        ("complaint", vec!["Send", "Delivery", "Complaint"], Value::Null),
        ("ooto", vec!["Send", "Delivery", "Bounce"], json!(["Transient", "General"])),
        ("suppressionlist", vec!["Send", "Bounce"], json!(["Permanent", "General"])),
    ] {
        for _ in 0..2 {
            sent_to(&sandbox, &[&format!("{name}@simulator.amazonses.com")]).await; // no list remembers it
            let events = events(&sandbox).await;
            let types: Vec<&str> = events.iter().map(|event| event["eventType"].as_str().unwrap()).collect();
            assert_eq!(types, expected, "{name}");
            if !kinds.is_null() {
                let bounce = &events.last().unwrap()["bounce"];
                assert_eq!(json!([bounce["bounceType"], bounce["bounceSubType"]]), kinds, "{name}");
            }
        }
    }
    sent_to(&sandbox, &["success@simulator.amazonses.com.example"]).await;
    sent_to(&sandbox, &["bounce@simulator.amazonses.com.example"]).await;
    assert_eq!(events(&sandbox).await[3]["bounce"]["bounceSubType"], "NoEmail"); // a look-alike is somebody else
}

#[tokio::test]
async fn people_do_what_their_names_say() {
    let sandbox = start().await;
    for (local, expected) in [
        ("anna", vec!["Send", "Delivery"]),
        ("bouncer", vec!["Send", "Delivery"]),
        ("anna.bounce", vec!["Send", "Bounce"]),
        ("softbounce-2", vec!["Send", "Bounce"]),
        ("Complain", vec!["Send", "Delivery", "Complaint"]),
        ("anna_complaint", vec!["Send", "Delivery", "Complaint"]),
        ("ooto+x", vec!["Send", "Delivery", "Bounce"]),
        ("reject", vec!["Send", "Reject"]),
        ("delay", vec!["Send", "DeliveryDelay", "Delivery"]),
        ("silent", vec!["Send"]),
    ] {
        sent_to(&sandbox, &[&format!("{local}@people.example")]).await;
        assert_eq!(types(&sandbox).await, expected, "{local}");
    }
    sent_to(&sandbox, &["a@people.example", "silent@people.example", "b@people.example"]).await;
    let events = events(&sandbox).await;
    assert_eq!(events[0]["mail"]["destination"].as_array().unwrap().len(), 3);
    assert_eq!(events[2]["delivery"]["recipients"], json!(["b@people.example"]));
    assert_eq!(events.len(), 3);
}

#[tokio::test]
async fn an_event_looks_as_that_of_ses_does() {
    let sandbox = start().await;
    let id = sent_to(&sandbox, &["Bob <bounce@b.example>"]).await;
    let envelopes = envelopes(&sandbox).await;
    let envelope = &envelopes[1];
    let topic = format!("arn:aws:sns:{REGION}:{ACCOUNT}:{QUEUE}");
    for (member, expected) in [
        ("Type", "Notification"),
        ("TopicArn", topic.as_str()),
        ("Subject", "Amazon SES Email Event Notification"),
        ("Timestamp", "2026-02-02T02:40:00.125Z"),
        ("SignatureVersion", "1"),
    ] {
        assert_eq!(envelope[member], expected);
    }
    assert_ne!(envelopes[0]["MessageId"], envelope["MessageId"]);
    for member in ["Signature", "SigningCertURL", "UnsubscribeURL"] {
        assert!(!envelope[member].as_str().unwrap().is_empty());
    }
    let text = envelope["Message"].as_str().unwrap();
    assert!(text.starts_with("{\"eventType\":\"Bounce\",\"mail\":{\"timestamp\":") && text.ends_with("}}\n"), "{text}");
    let event = parsed(&envelope["Message"]);
    let mail = &event["mail"];
    assert_eq!(mail["messageId"], id);
    assert_eq!((&mail["source"], &mail["sendingAccountId"]), (&json!("anna@acme.example"), &json!(ACCOUNT)));
    assert_eq!(mail["sourceArn"], format!("arn:aws:ses:{REGION}:{ACCOUNT}:identity/acme.example"));
    assert_eq!(mail["destination"], json!(["bounce@b.example"]));
    assert_eq!((&mail["headersTruncated"], &mail["headers"][0]["name"]), (&json!(false), &json!("From")));
    let common = json!({
        "from": ["Anna <anna@acme.example>"],
        "to": ["Bob <bounce@b.example>"],
        "messageId": id,
        "subject": "Hello",
    });
    assert_eq!(mail["commonHeaders"], common);
    assert_eq!(mail["tags"]["mid"], json!(["m-1"]));
    assert_eq!(mail["tags"]["ses:configuration-set"], json!(["acme"]));
    assert_eq!(mail["tags"]["ses:tenant-name"], json!(["acme"]));
    let bounce = &event["bounce"];
    assert_eq!((&bounce["bounceType"], &bounce["bounceSubType"]), (&json!("Permanent"), &json!("NoEmail")));
    let recipient = &bounce["bouncedRecipients"][0];
    assert_eq!((&recipient["emailAddress"], &recipient["status"]), (&json!("bounce@b.example"), &json!("5.1.1")));
    assert!(bounce["feedbackId"].as_str().unwrap().ends_with("-000000"));
    let sent = parsed(&envelopes[0]["Message"]);
    assert_eq!((&sent["send"], sent["mail"]["tags"].get("ses:tenant-name")), (&json!({}), None));
}

#[tokio::test]
async fn long_headers_are_cut() {
    let sandbox = start().await;
    let mut letter = letter_to(&["bob@b.example"]);
    let headers: Vec<Value> = (0..15).map(|n| json!({ "Name": format!("X-{n}"), "Value": "v".repeat(900) })).collect();
    letter["Content"]["Simple"]["Headers"] = json!(headers);
    send(&sandbox, letter).await.ok();
    let mail = &events(&sandbox).await[0]["mail"];
    assert_eq!((&mail["headersTruncated"], mail["headers"].as_array().unwrap().len()), (&json!(true), 14));
}

#[tokio::test]
async fn only_destinations_that_want_an_event_get_it() {
    let sandbox = start().await;
    let path = "/v2/email/configuration-sets/acme/event-destinations/events";
    let topic = |name: &str| json!({ "TopicArn": format!("arn:aws:sns:{REGION}:{ACCOUNT}:{name}") });
    let only = json!({ "Enabled": true, "MatchingEventTypes": ["DELIVERY"], "SnsDestination": topic(QUEUE) });
    sandbox.put(path, json!({ "EventDestination": only })).await.ok();
    sent_to(&sandbox, &["bob@b.example"]).await;
    assert_eq!(types(&sandbox).await, ["Delivery"]);
    let off = json!({ "Enabled": false, "MatchingEventTypes": ["DELIVERY"], "SnsDestination": topic(QUEUE) });
    sandbox.put(path, json!({ "EventDestination": off })).await.ok();
    sent_to(&sandbox, &["bob@b.example"]).await;
    let nowhere = json!({ "Enabled": true, "MatchingEventTypes": ["DELIVERY"], "SnsDestination": topic("none") });
    sandbox.put(path, json!({ "EventDestination": nowhere })).await.ok();
    sent_to(&sandbox, &["bob@b.example"]).await;
    assert_eq!((sandbox.world.queued(QUEUE), sandbox.world.queued("none")), (0, 0));
    sandbox.sqs("CreateQueue", json!({ "QueueName": "none" })).await.ok();
    sent_to(&sandbox, &["bob@b.example"]).await;
    assert_eq!(sandbox.world.queued("none"), 1);
}

#[tokio::test]
async fn events_take_their_time() {
    let sandbox = start_and(|options| options.event_delay = 10.0).await;
    sent_to(&sandbox, &["complain@b.example"]).await;
    for expected in [vec![], vec!["Send"], vec!["Delivery"], vec!["Complaint"], vec![]] {
        assert_eq!(types(&sandbox).await, expected);
        *sandbox.now.lock().unwrap() += 10.0;
    }
}

#[tokio::test]
async fn events_come_several_times_and_in_any_order() {
    let sandbox = start().await;
    sandbox.world.event_plan(EventPlan { copies: 3, ..EventPlan::default() });
    sent_to(&sandbox, &["bob@b.example"]).await;
    let envelopes = envelopes(&sandbox).await;
    let ids: BTreeSet<&str> = envelopes.iter().map(|envelope| envelope["MessageId"].as_str().unwrap()).collect();
    let messages: BTreeSet<&str> = envelopes.iter().map(|envelope| envelope["Message"].as_str().unwrap()).collect();
    assert_eq!((ids.len(), messages.len()), (6, 2));

    sandbox.world.event_plan(EventPlan { shuffle: true, ..EventPlan::default() });
    for _ in 0..20 {
        sent_to(&sandbox, &["complain@b.example"]).await;
        sandbox.delete("/v2/email/suppression/addresses/complain%40b.example").await.ok();
    }
    let mut shuffled = types(&sandbox).await;
    let in_order = ["Send", "Delivery", "Complaint"].repeat(20);
    assert_ne!(shuffled, in_order);
    shuffled.sort();
    let mut sorted = in_order;
    sorted.sort_unstable();
    assert_eq!(shuffled, sorted);
}

#[tokio::test]
async fn some_events_are_late_or_lost_but_a_send_is_never_lost() {
    let sandbox = start().await;
    sandbox.world.event_plan(EventPlan { lost_percent: 100, ..EventPlan::default() });
    sent_to(&sandbox, &["complain@b.example"]).await;
    assert_eq!(types(&sandbox).await, ["Send"]);

    sandbox.world.event_plan(EventPlan { late_percent: 100, late_secs: 60, ..EventPlan::default() });
    sent_to(&sandbox, &["bob@b.example"]).await;
    *sandbox.now.lock().unwrap() += 59.0;
    assert!(types(&sandbox).await.is_empty());
    *sandbox.now.lock().unwrap() += 1.0;
    assert_eq!(types(&sandbox).await, ["Send", "Delivery"]);
}

#[tokio::test]
async fn events_can_be_held() {
    let sandbox = start().await;
    let plan = |hold: bool| json!({ "hold": hold }).to_string();
    assert_eq!(sandbox.request("POST", "/_sandbox/events", "", &plan(true)).await.unwrap().status, 204);
    sent_to(&sandbox, &["bob@b.example"]).await;
    assert_eq!(sandbox.world.queued(QUEUE), 0);
    assert!(types(&sandbox).await.is_empty());
    assert_eq!(sandbox.request("POST", "/_sandbox/events", "", &plan(false)).await.unwrap().status, 204);
    assert_eq!(types(&sandbox).await, ["Send", "Delivery"]);
}

#[tokio::test]
async fn anything_can_be_put_into_a_queue() {
    let sandbox = start().await;
    for message in [json!({ "eventType": "Applause" }), json!("no JSON")] {
        let body = json!({ "region": REGION, "message": message }).to_string();
        assert_eq!(sandbox.request("POST", "/_sandbox/events/raw", "", &body).await.unwrap().status, 204);
    }
    let envelopes = envelopes(&sandbox).await;
    assert_eq!(parsed(&envelopes[0]["Message"]), json!({ "eventType": "Applause" }));
    assert_eq!(envelopes[1]["Message"], "no JSON");
}
