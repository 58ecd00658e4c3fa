//! What SES tells of one mail when it is asked.

use crate::post::{sent_to, start, start_and};
use serde_json::{Value, json};

#[tokio::test]
async fn a_mail_is_told_with_its_events() {
    let sandbox = start().await;
    for (address, expected) in [
        ("bob@b.example", json!(["SEND", "DELIVERY"])),
        ("bounce@b.example", json!(["SEND", "BOUNCE"])),
        ("complain@b.example", json!(["SEND", "DELIVERY", "COMPLAINT"])),
        ("bounce@simulator.amazonses.com", json!(["SEND"])), // it is nobody
    ] {
        let id = sent_to(&sandbox, &[address]).await;
        let told = sandbox.get(&path(&id)).await.ok();
        assert_eq!((&told["MessageId"], &told["Subject"]), (&json!(id), &json!("Hello")));
        assert_eq!(told["FromEmailAddress"], "Anna <anna@acme.example>");
        assert_eq!(told["EmailTags"], json!([{ "Name": "mid", "Value": "m-1" }]));
        assert_eq!(told["Insights"][0]["Destination"], address);
        assert_eq!(types(&told, 0), expected, "{address}");
        let last = &told["Insights"][0]["Events"].as_array().unwrap().last().unwrap()["Details"];
        match address {
            "bounce@b.example" => {
                let (kind, sub_type) = (&last["Bounce"]["BounceType"], &last["Bounce"]["BounceSubType"]);
                assert_eq!((kind, sub_type), (&json!("PERMANENT"), &json!("NoEmail")));
            }
            "complain@b.example" => assert_eq!(last["Complaint"]["ComplaintFeedbackType"], "abuse"),
            _ => assert!(last.is_null()),
        }
    }
    let id = sent_to(&sandbox, &["a@b.example", "b@c.example"]).await;
    let told = sandbox.get(&path(&id)).await.ok();
    assert_eq!((types(&told, 0), types(&told, 1)), (json!(["SEND"]), json!(["SEND"])));
    assert_eq!(told["Insights"][1]["Isp"], "c.example");
}

#[tokio::test]
async fn what_has_not_come_yet_is_not_told() {
    let sandbox = start_and(|options| options.event_delay = 10.0).await;
    let id = sent_to(&sandbox, &["bob@b.example"]).await;
    for expected in [json!([]), json!(["SEND"]), json!(["SEND", "DELIVERY"])] {
        assert_eq!(types(&sandbox.get(&path(&id)).await.ok(), 0), expected);
        *sandbox.now.lock().unwrap() += 10.0;
    }
    let told = sandbox.get(&path(&id)).await.ok();
    assert_eq!(told["Insights"][0]["Events"][1]["Timestamp"], 1_770_000_020.125);
}

#[tokio::test]
async fn only_a_mail_of_this_region_that_is_remembered_is_found() {
    let sandbox = start().await;
    let id = sent_to(&sandbox, &["bob@b.example"]).await;
    sandbox.get(&path("none")).await.refused(404, "NotFoundException", "Message <none> does not exist.");
    assert_eq!(sandbox.call_in("us-east-1", "GET", &path(&id), Value::Null).await.status, 404);
    sandbox.world.forget();
    assert_eq!(sandbox.get(&path(&id)).await.status, 404);
}

fn path(id: &str) -> String {
    format!("/v2/email/insights/{id}/")
}

fn types(told: &Value, recipient: usize) -> Value {
    let events = told["Insights"][recipient]["Events"].as_array().unwrap();
    events.iter().map(|event| event["Type"].clone()).collect()
}
