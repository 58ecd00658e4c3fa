//! The world's time moves ahead, and a new world begins from a seed.

use crate::harness::Running;
use crate::post::{QUEUE, events, furnish, sent_to, start, start_and, types};
use sandbox::RecordKind;
use serde_json::{Value, json};

async fn asked(sandbox: &Running, path: &str, body: &Value) -> u16 {
    sandbox.request("POST", &format!("/_sandbox/{path}"), "", &body.to_string()).await.unwrap().status
}

#[tokio::test]
async fn time_moves_ahead_and_brings_what_is_due() {
    let sandbox = start_and(|options| options.event_delay = 3600.0).await;
    sent_to(&sandbox, &["bob@b.example"]).await;
    assert!(types(&sandbox).await.is_empty());
    for wrong in [json!({ "ahead_secs": -1 }), json!({ "ahead_secs": 1e12 }), json!({ "ahead_secs": "1" }), json!({})] {
        assert_eq!(asked(&sandbox, "clock", &wrong).await, 400, "{wrong}");
    }
    assert!(types(&sandbox).await.is_empty());
    assert_eq!(asked(&sandbox, "clock", &json!({ "ahead_secs": 3600 })).await, 204);
    assert_eq!(types(&sandbox).await, ["Send"]);
    assert_eq!(asked(&sandbox, "clock", &json!({ "ahead_secs": 3600.5 })).await, 204);
    assert_eq!(types(&sandbox).await, ["Delivery"]);
}

#[tokio::test]
async fn a_new_world_is_empty_and_the_same_for_a_seed() {
    let sandbox = start().await;
    let mut told = Vec::new();
    for seed in [json!(7), json!(7), json!(8), json!(null)] {
        sandbox.publish("a.example", RecordKind::Txt, "left over");
        sent_to(&sandbox, &["bob@b.example"]).await;
        sandbox.world.hold_verification(true);
        assert_eq!(asked(&sandbox, "reset", &json!({ "seed": seed })).await, 204);
        assert_eq!(sandbox.world.snapshot(), json!({}));
        assert!(sandbox.world.mail().is_empty() && sandbox.world.records().is_empty());
        assert_eq!(sandbox.world.queued(QUEUE), 0);
        furnish(&sandbox).await;
        told.push((sent_to(&sandbox, &["bob@b.example"]).await, events(&sandbox).await));
    }
    assert_eq!(told[0], told[1]);
    assert_ne!(told[1], told[2]);
    assert_ne!(told[2], told[3]);
}
