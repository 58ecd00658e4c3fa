//! Mailbox providers with a memory: what a bad list does, and to whom.

use crate::harness::{ACCOUNT, REGION, Running};
use crate::post::{QUEUE, associate_with, events, identity_arn, parsed, send, set_arn, start};
use sandbox::RecordKind;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A tenant with a domain and a configuration set of its name, which sends from the pool.
async fn team(sandbox: &Running, name: &str, pool: Option<&str>) {
    sandbox.tenant(name).await;
    sandbox.identity(&format!("{name}.example")).await;
    let options = json!({ "TlsPolicy": "OPTIONAL", "SendingPoolName": pool });
    let set = json!({ "ConfigurationSetName": name, "DeliveryOptions": options });
    sandbox.post("/v2/email/configuration-sets", set).await.ok();
    let destination = json!({
        "Enabled": true,
        "MatchingEventTypes": ["BOUNCE", "COMPLAINT", "DELIVERY", "DELIVERY_DELAY"],
        "SnsDestination": { "TopicArn": format!("arn:aws:sns:{REGION}:{ACCOUNT}:{QUEUE}") },
    });
    let body = json!({ "EventDestinationName": "events", "EventDestination": destination });
    sandbox.post(&format!("/v2/email/configuration-sets/{name}/event-destinations"), body).await.ok();
    for arn in [identity_arn(&format!("{name}.example")), set_arn(name)] {
        associate_with(sandbox, name, &arn).await;
    }
}

/// Mails of the team to each; where they ended, counted.
async fn mails(sandbox: &Running, team: &str, to: &[String]) -> BTreeMap<String, usize> {
    let before = placements(sandbox).await.len();
    for some in to.chunks(50) {
        let letter = json!({
            "FromEmailAddress": format!("anna@{team}.example"),
            "Destination": { "ToAddresses": some },
            "Content": { "Simple": { "Subject": { "Data": "Hello" }, "Body": { "Text": { "Data": "How are you?" } } } },
            "ConfigurationSetName": team,
            "TenantName": team,
        });
        send(sandbox, letter).await.ok();
    }
    let mut counts = BTreeMap::new();
    for placement in placements(sandbox).await.into_iter().skip(before) {
        *counts.entry(placement).or_default() += 1;
    }
    counts
}

/// Of every recipient of every mail that somebody's provider placed.
async fn placements(sandbox: &Running) -> Vec<String> {
    let mails = sandbox.request("GET", "/_sandbox/mail", "", "").await.unwrap().ok();
    let placed = mails.as_array().unwrap().iter().filter_map(|mail| mail["placements"].as_object());
    placed.flat_map(|places| places.values().map(|place| place.as_str().unwrap().to_owned())).collect()
}

async fn standing(sandbox: &Running, provider: &str, kind: &str, key: &str) -> Value {
    let shown = sandbox.request("GET", "/_sandbox/providers", "", "").await.unwrap().ok();
    let providers = shown["providers"].as_array().unwrap();
    let found = providers.iter().find(|shown| shown["provider"] == provider);
    found.map_or(Value::Null, |shown| shown[kind][key].clone())
}

fn people(what: &str, count: usize, domain: &str) -> Vec<String> {
    (0..count).map(|n| format!("{what}{n}@{domain}")).collect()
}

fn nobody(count: usize, domain: &str) -> Vec<String> {
    (0..count).map(|n| format!("nobody{n}.bounce@{domain}")).collect()
}

async fn with_teams() -> Running {
    let sandbox = start().await;
    let pool = json!({ "PoolName": "apart", "ScalingMode": "MANAGED" });
    sandbox.post("/v2/email/dedicated-ip-pools", pool).await.ok();
    for (name, pool) in [("bad", None), ("neighbour", None), ("apart", Some("apart"))] {
        team(&sandbox, name, pool).await;
    }
    sandbox.control("providers", json!({ "reputation": true })).await;
    sandbox
}

#[tokio::test]
async fn a_bad_list_hurts_its_own_domain_and_others_only_by_the_shared_pool() {
    let sandbox = with_teams().await;
    let readers = people("reader", 200, "gmail.com");
    for team in ["neighbour", "apart"] {
        assert_eq!(mails(&sandbox, team, &readers).await, BTreeMap::from([("inbox".to_owned(), 200)]), "{team}");
    }
    let list: Vec<String> =
        people("lead", 150, "gmail.com").into_iter().zip(nobody(150, "gmail.com")).flat_map(<[_; 2]>::from).collect();
    mails(&sandbox, "bad", &list).await;
    let after = mails(&sandbox, "bad", &readers).await;
    assert!(after.get("blocked") > Some(&100) && !after.contains_key("inbox"), "{after:?}");
    for (kind, key) in [("domains", "bad.example"), ("mailboxes", "anna@bad.example")] {
        assert_eq!(standing(&sandbox, "google", kind, key).await["standing"], "blocked", "{key}");
    }

    assert_eq!(mails(&sandbox, "apart", &readers).await, BTreeMap::from([("inbox".to_owned(), 200)]));
    let hurt = mails(&sandbox, "neighbour", &readers).await;
    assert!((100..190).contains(&hurt["inbox"]) && hurt["inbox"] + hurt["spam"] == 200, "{hurt:?}");
    for (kind, key, expected) in [
        ("domains", "neighbour.example", "good"),
        ("mailboxes", "anna@neighbour.example", "good"),
        ("domains", "apart.example", "good"),
        ("pools", "eu-west-1 apart", "good"),
    ] {
        assert_eq!(standing(&sandbox, "google", kind, key).await["standing"], expected, "{key}");
    }
    let pool = standing(&sandbox, "google", "pools", "eu-west-1 shared").await;
    assert!(pool["score"].as_u64() < Some(500), "{pool}");
    let elsewhere = people("reader", 50, "yandex.ru");
    let untold = mails(&sandbox, "bad", &elsewhere).await;
    assert_eq!(untold["inbox"], 50, "each provider has a memory of its own");

    *sandbox.now.lock().unwrap() += 30.0 * 86_400.0;
    assert_eq!(mails(&sandbox, "neighbour", &readers).await["inbox"], 200, "and forgets");
}

#[tokio::test]
async fn the_same_mails_fare_the_same_in_every_run() {
    let mut runs = Vec::new();
    for seed in [1, 1, 2] {
        let sandbox = with_teams().await;
        sandbox.control("people", json!({ "seed": seed })).await;
        mails(&sandbox, "bad", &nobody(30, "mail.ru")).await;
        mails(&sandbox, "neighbour", &people("reader", 200, "mail.ru")).await;
        runs.push(placements(&sandbox).await);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn a_doubtful_sender_is_deferred_and_a_bad_one_is_blocked() {
    let sandbox = with_teams().await;
    mails(&sandbox, "bad", &people("reader", 108, "hotmail.com")).await;
    mails(&sandbox, "bad", &nobody(42, "hotmail.com")).await;
    events(&sandbox).await;
    let later = mails(&sandbox, "bad", &people("late", 50, "outlook.com")).await; // the same provider
    assert_eq!(later, BTreeMap::from([("spam".to_owned(), 50)]));
    let told = events(&sandbox).await;
    let of = |kind: &str| told.iter().filter(|event| event["eventType"] == kind).collect::<Vec<_>>();
    let delays = of("DeliveryDelay");
    assert!(!delays.is_empty() && delays.len() < 50 && of("Delivery").len() == 50, "{}", delays.len());
    assert_eq!(delays[0]["deliveryDelay"]["delayType"], "IPFailure");

    mails(&sandbox, "bad", &nobody(150, "hotmail.com")).await;
    events(&sandbox).await;
    mails(&sandbox, "bad", &people("last", 50, "outlook.com")).await;
    let told = events(&sandbox).await;
    let bounce = told.iter().find(|event| event["eventType"] == "Bounce").unwrap();
    let recipient = &bounce["bounce"]["bouncedRecipients"][0];
    assert_eq!((&recipient["status"], &bounce["bounce"]["bounceType"]), (&json!("5.7.1"), &json!("Transient")));
    assert!(recipient["diagnosticCode"].as_str().unwrap().starts_with("smtp; 550 5.7.1"));
}

#[tokio::test]
async fn complaints_weigh_most_and_google_tells_of_none() {
    let sandbox = with_teams().await;
    for (domain, provider, told) in [("gmail.com", "google", 1), ("yahoo.com", "yahoo", 2)] {
        mails(&sandbox, "bad", &[format!("bob.complain@{domain}")]).await;
        assert_eq!(events(&sandbox).await.len(), told, "{domain}");
        let record = standing(&sandbox, provider, "domains", "bad.example").await;
        assert_eq!((&record["complaints"], &record["delivered"]), (&json!(1.0), &json!(1.0)), "{record}");
        assert_eq!((&record["score"], &record["standing"]), (&json!(801), &json!("doubtful")));
    }
}

#[tokio::test]
async fn without_the_switch_every_mail_is_in_the_inbox() {
    let sandbox = with_teams().await;
    sandbox.publish("own.example", RecordKind::Mx, "10 mx.own.example");
    mails(&sandbox, "bad", &nobody(60, "own.example")).await;
    assert_eq!(standing(&sandbox, "own", "domains", "bad.example").await["standing"], "blocked");
    sandbox.control("providers", json!({ "reputation": false })).await;
    events(&sandbox).await;
    assert!(mails(&sandbox, "bad", &people("reader", 20, "own.example")).await.is_empty());
    assert_eq!(events(&sandbox).await.len(), 20);
    let shown = sandbox.request("GET", "/_sandbox/providers", "", "").await.unwrap();
    assert_eq!(parsed(&json!(shown.text)), json!({ "reputation": false, "providers": [] }));
}
