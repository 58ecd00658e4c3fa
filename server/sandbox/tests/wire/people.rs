//! What people do: every kind of bounce, opens, and shares of those whose addresses say nothing.

use crate::harness::{ACCOUNT, REGION, Running};
use crate::post::{QUEUE, events, letter_to, parsed, send, sent_to, start, start_and, types};
use sandbox::MailIn;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[tokio::test]
async fn every_bounce_that_ses_tells_apart_can_be_had() {
    let sandbox = start().await;
    for (word, kind, sub_type, status, suppresses) in [
        ("bounce", "Permanent", "NoEmail", "5.1.1", true),
        ("bouncegeneral", "Permanent", "General", "5.4.1", true),
        ("bouncegloballist", "Permanent", "Suppressed", "5.1.1", false),
        ("bounceaccountlist", "Permanent", "OnAccountSuppressionList", "5.1.1", false),
        ("bouncetenantlist", "Permanent", "OnTenantSuppressionList", "5.1.1", false),
        ("bouncevalidation", "Permanent", "EmailValidationSuppressed", "5.1.1", false),
        ("bounceunsubscribed", "Permanent", "UnsubscribedRecipient", "5.1.1", false),
        ("softbounce", "Transient", "MailboxFull", "4.2.2", false),
        ("softgeneral", "Transient", "General", "4.3.0", false),
        ("softtoolarge", "Transient", "MessageTooLarge", "5.3.4", false),
        ("softtimeout", "Transient", "CustomTimeoutExceeded", "4.4.7", false),
        ("softcontent", "Transient", "ContentRejected", "5.7.1", false),
        ("softattachment", "Transient", "AttachmentRejected", "5.7.0", false),
        ("undetermined", "Undetermined", "Undetermined", "5.0.0", false),
    ] {
        let address = format!("anna.{word}@people.example");
        sent_to(&sandbox, &[&address]).await;
        let events = events(&sandbox).await;
        assert_eq!(events.len(), 2, "{word}");
        let bounce = &events[1]["bounce"];
        let recipient = &bounce["bouncedRecipients"][0];
        let found = [&bounce["bounceType"], &bounce["bounceSubType"], &recipient["status"], &recipient["action"]];
        assert_eq!(found, [kind, sub_type, status, "failed"], "{word}");
        let text = recipient["diagnosticCode"].as_str().unwrap();
        assert_eq!(text.starts_with("smtp; "), !text.contains("Amazon SES"), "{text}");
        assert_eq!(bounce.get("remoteMtaIp").is_some(), text.starts_with("smtp; "), "{text}");
        let listed = sandbox.get(&format!("/v2/email/suppression/addresses/{}", address.replace('@', "%40"))).await;
        assert_eq!(listed.status == 200, suppresses, "{word}");
    }
}

fn with_picture(to: &[&str]) -> Value {
    let mut letter = letter_to(to);
    letter["Content"]["Simple"]["Body"]["Html"] = json!({ "Data": "<p>How are you?</p>" });
    letter
}

async fn want(sandbox: &Running, types: &[&str]) {
    let destination = json!({
        "Enabled": true,
        "MatchingEventTypes": types,
        "SnsDestination": { "TopicArn": format!("arn:aws:sns:{REGION}:{ACCOUNT}:{QUEUE}") },
    });
    let path = "/v2/email/configuration-sets/acme/event-destinations/events";
    sandbox.put(path, json!({ "EventDestination": destination })).await.ok();
}

#[tokio::test]
async fn an_open_is_told_where_ses_can_see_it() {
    let sandbox = start().await;
    let to = ["anna.open@people.example"];
    send(&sandbox, with_picture(&to)).await.ok();
    assert_eq!(types(&sandbox).await, ["Send", "Delivery"], "nobody asked for opens");
    want(&sandbox, &["SEND", "DELIVERY", "OPEN", "BOUNCE", "DELIVERY_DELAY"]).await;
    send(&sandbox, letter_to(&to)).await.ok();
    assert_eq!(types(&sandbox).await, ["Send", "Delivery"], "text holds no picture");
    send(&sandbox, with_picture(&to)).await.ok();
    let told = events(&sandbox).await;
    let open = &told[2];
    assert_eq!((&open["eventType"], &open["mail"]["destination"]), (&json!("Open"), &json!(to)));
    for member in ["ipAddress", "timestamp", "userAgent"] {
        assert!(!open["open"][member].as_str().unwrap().is_empty());
    }
    for (local, expected) in [
        ("anna", vec!["Send", "Delivery"]),
        ("open.delay", vec!["Send", "DeliveryDelay", "Delivery", "Open"]),
        ("open.bounce", vec!["Send", "Bounce"]),
    ] {
        send(&sandbox, with_picture(&[&format!("{local}@people.example")])).await.ok();
        assert_eq!(types(&sandbox).await, expected, "{local}");
    }
}

/// What came of a mail to each, by address.
async fn outcomes(sandbox: &Running, addresses: &[String]) -> BTreeMap<String, Vec<String>> {
    for some in addresses.chunks(50) {
        let to: Vec<&str> = some.iter().map(String::as_str).collect();
        send(sandbox, with_picture(&to)).await.ok();
    }
    let mut outcomes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in events(sandbox).await {
        let kind = event["eventType"].as_str().unwrap().to_owned();
        let address = match kind.as_str() {
            "Delivery" => &event["delivery"]["recipients"][0],
            "Bounce" => &event["bounce"]["bouncedRecipients"][0]["emailAddress"],
            "Complaint" => &event["complaint"]["complainedRecipients"][0]["emailAddress"],
            "DeliveryDelay" => &event["deliveryDelay"]["delayedRecipients"][0]["emailAddress"],
            _ => continue, // tells of the whole mail
        };
        outcomes.entry(address.as_str().unwrap().to_owned()).or_default().push(kind);
    }
    outcomes
}

const SHARES: [(&str, f64); 4] = [("bounce", 0.1), ("softbounce", 0.1), ("complain", 0.05), ("delay", 0.2)];

async fn with_shares(seed: u64) -> Running {
    let sandbox = start().await;
    let shares: BTreeMap<&str, f64> = SHARES.into();
    sandbox.control("people", json!({ "seed": seed, "shares": shares })).await;
    sandbox
}

#[tokio::test]
async fn those_whose_addresses_say_nothing_do_what_their_share_says() {
    let addresses: Vec<String> = (0..400).map(|n| format!("person{n}@people.example")).collect();
    let quiet = start().await;
    assert!(outcomes(&quiet, &addresses).await.values().all(|kinds| kinds == &["Delivery"]), "without shares");

    let sandbox = with_shares(7).await;
    let first = outcomes(&sandbox, &addresses).await;
    for (kind, expected) in [("Bounce", 80_usize), ("Complaint", 20), ("DeliveryDelay", 80)] {
        let count = first.values().filter(|kinds| kinds.iter().any(|one| one == kind)).count();
        assert!(count.abs_diff(expected) < expected / 2, "{kind}: {count}");
    }
    let backwards: Vec<String> = addresses.iter().rev().cloned().collect();
    assert_eq!(outcomes(&with_shares(7).await, &backwards).await, first, "the order means nothing");
    assert_ne!(outcomes(&with_shares(8).await, &addresses).await, first, "the seed does");
    let second = outcomes(&sandbox, &addresses).await;
    assert_ne!(second, first, "the next mail fares otherwise");
    let twin = with_shares(7).await;
    outcomes(&twin, &backwards).await;
    assert_eq!(outcomes(&twin, &backwards).await, second);
    let words: Vec<String> =
        ["anna.ooto@people.example", "bob.open@people.example"].repeat(20).into_iter().map(str::to_owned).collect();
    let said = outcomes(&sandbox, &words).await;
    let automatic = said["anna.ooto@people.example"].iter().filter(|kind| *kind == "Bounce").count();
    assert_eq!((automatic, said["anna.ooto@people.example"].len()), (20, 40));
    assert_eq!(said["bob.open@people.example"], ["Delivery"; 20]);
}

#[tokio::test]
async fn shares_that_cannot_be_are_refused() {
    let sandbox = start().await;
    for shares in [
        json!({ "bounce": 1.5 }),
        json!({ "bounce": -0.1 }),
        json!({ "bounce": 0.6, "delay": 0.6 }),
        json!({ "answer": 0.6, "decline": 0.6 }),
        json!({ "applause": 0.1 }),
        json!({ "open": "often" }),
    ] {
        let body = json!({ "shares": shares }).to_string();
        assert_eq!(sandbox.request("POST", "/_sandbox/people", "", &body).await.unwrap().status, 400, "{body}");
    }
    sandbox.control("people", json!({ "shares": { "bounce": 0.6, "answer": 0.6, "open": 1, "delay": 0.4 } })).await;
}

#[tokio::test]
async fn some_open_and_some_answer() {
    let sandbox = start_and(|options| {
        options.mail_in = Some(MailIn {
            domain: "acme.example".to_owned(),
            region: REGION.to_owned(),
            bucket: "mail".to_owned(),
            prefix: String::new(),
            topic: format!("arn:aws:sns:{REGION}:{ACCOUNT}:answers"),
        });
    })
    .await;
    want(&sandbox, &["OPEN"]).await;
    sandbox.control("people", json!({ "seed": 3, "shares": { "open": 0.5, "answer": 0.25, "away": 0.25 } })).await;
    let to: Vec<String> = (0..50).map(|n| format!("reader{n}@people.example")).collect();
    send(&sandbox, with_picture(&to.iter().map(String::as_str).collect::<Vec<_>>())).await.ok();
    let opens = events(&sandbox).await.len();
    assert!((10..40).contains(&opens), "{opens}");
    let body = json!({ "QueueUrl": "answers", "MaxNumberOfMessages": 10 });
    let received = sandbox.sqs("ReceiveMessage", body).await.ok();
    let answer = parsed(&parsed(&received["Messages"][0]["Body"])["Message"]);
    assert_eq!(answer["notificationType"], "Received");
    let answers = sandbox.world.queued("answers");
    assert!((10..40).contains(&answers), "{answers}");
}
