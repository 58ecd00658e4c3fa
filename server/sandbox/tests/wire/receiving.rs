//! A mail from outside: in the bucket, and told in the queue.

use crate::buckets::client;
use crate::harness::{Running, start, start_with, start_with_state};
use crate::post::parsed;
use sandbox::{ACCOUNT, EventPlan, MailIn, NotReceived, Options};
use serde_json::{Value, json};

pub const DOMAIN: &str = "reply.example";
const RAW: &str = "From: Bob <bob@b.example>\r\nTo: t1@reply.example\r\nSubject: Hi\r\nMessage-ID: <m@b.example>\r\n\
                   Date: Mon, 2 Feb 2026 02:40:00 +0000\r\n\r\nHello\r\n";

pub fn receives(options: &mut Options) {
    options.mail_in = Some(MailIn {
        domain: DOMAIN.to_owned(),
        region: "us-east-1".to_owned(),
        bucket: "ownlane-mail".to_owned(),
        prefix: "in/".to_owned(),
        topic: format!("arn:aws:sns:us-east-1:{ACCOUNT}:ownlane-replies"),
    });
}

/// The envelopes that can be received now. They are deleted.
pub async fn envelopes(sandbox: &Running) -> Vec<Value> {
    let sqs = crate::queues::client(sandbox);
    let url = format!("http://{}/{ACCOUNT}/ownlane-replies", sandbox.address);
    let mut envelopes = Vec::new();
    loop {
        let received = sqs.receive_message().queue_url(&url).max_number_of_messages(10).send().await.unwrap();
        if received.messages().is_empty() {
            return envelopes;
        }
        for message in received.messages() {
            envelopes.push(serde_json::from_str(message.body().unwrap()).unwrap());
            let handle = message.receipt_handle().unwrap();
            sqs.delete_message().queue_url(&url).receipt_handle(handle).send().await.unwrap();
        }
    }
}

pub async fn stored(sandbox: &Running, notification: &Value) -> Vec<u8> {
    let action = &notification["receipt"]["action"];
    let got = client(sandbox)
        .get_object()
        .bucket(action["bucketName"].as_str().unwrap())
        .key(action["objectKey"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    got.body.collect().await.unwrap().into_bytes().to_vec()
}

#[tokio::test]
async fn a_mail_is_stored_and_told() {
    let sandbox = start_with(receives).await;
    let id = sandbox.world.mail_in(&["T1@Reply.example", "else@where.example"], RAW.as_bytes()).unwrap();
    let [envelope] = envelopes(&sandbox).await.try_into().unwrap();
    assert_eq!(envelope["Subject"], "Amazon SES Email Receipt Notification");
    assert_eq!(envelope["TopicArn"], "arn:aws:sns:us-east-1:123456789012:ownlane-replies");
    let notification = parsed(&envelope["Message"]);
    assert_eq!(notification["notificationType"], "Received");
    let pass = json!({ "status": "PASS" });
    assert_eq!(
        notification["receipt"],
        json!({
            "timestamp": "2026-02-02T02:40:00.125Z",
            "processingTimeMillis": 222,
            "recipients": ["T1@Reply.example"],
            "spamVerdict": pass,
            "virusVerdict": pass,
            "spfVerdict": pass,
            "dkimVerdict": pass,
            "dmarcVerdict": pass,
            "action": {
                "type": "S3",
                "topicArn": "arn:aws:sns:us-east-1:123456789012:ownlane-replies",
                "bucketName": "ownlane-mail",
                "objectKeyPrefix": "in/",
                "objectKey": format!("in/{id}"),
            },
        })
    );
    let mail = &notification["mail"];
    assert_eq!((&mail["source"], &mail["messageId"]), (&json!("bob@b.example"), &json!(id)));
    assert_eq!(mail["destination"], json!(["T1@Reply.example", "else@where.example"]));
    assert_eq!(mail["commonHeaders"]["messageId"], "<m@b.example>");
    assert_eq!(mail["commonHeaders"]["from"], json!(["Bob <bob@b.example>"]));
    assert_eq!(mail["headers"][0], json!({ "name": "Return-Path", "value": "<bob@b.example>" }));
    assert_eq!(mail["headersTruncated"], false);
    let stored = String::from_utf8(stored(&sandbox, &notification).await).unwrap();
    let (front, rest) = stored.split_once("From: ").unwrap();
    assert_eq!(format!("From: {rest}"), RAW);
    assert!(front.starts_with("Return-Path: <bob@b.example>\r\nReceived: from mx.b.example "), "{front}");
    assert!(front.contains("X-SES-Spam-Verdict: PASS\r\n") && front.contains(&format!("SMTP id {id}")), "{front}");
}

#[tokio::test]
async fn a_bounce_has_an_empty_way_back() {
    let sandbox = start_with(receives).await;
    sandbox.world.mail_in(&["t1@reply.example"], format!("Return-Path: <>\r\n{RAW}").as_bytes()).unwrap();
    let notification = parsed(&envelopes(&sandbox).await[0]["Message"]);
    assert_eq!(notification["mail"]["source"], "");
    let stored = String::from_utf8(stored(&sandbox, &notification).await).unwrap();
    assert!(stored.starts_with("Return-Path: <>\r\nReceived: "));
    assert_eq!(stored.matches("Return-Path").count(), 1);
}

#[tokio::test]
async fn any_bytes_are_a_mail() {
    let sandbox = start_with(receives).await;
    for raw in [b"".as_slice(), b"\r\n\r\n", b"\xff\x00 no header", b"Subject: \xd0\n\nx", b"From: nobody\r\n"] {
        sandbox.world.mail_in(&["t1@reply.example"], raw).unwrap();
        let notification = parsed(&envelopes(&sandbox).await[0]["Message"]);
        assert!(stored(&sandbox, &notification).await.ends_with(raw));
    }
}

#[tokio::test]
async fn a_mail_for_nobody_here_or_of_more_than_40_mb_is_not_taken() {
    let sandbox = start_with(receives).await;
    for recipient in ["t1@other.example", "t1@sub.reply.example", "t1", "t1@reply.example.example"] {
        assert_eq!(sandbox.world.mail_in(&[recipient], RAW.as_bytes()), Err(NotReceived::NoRule), "{recipient}");
    }
    let large = [RAW.as_bytes(), &vec![b'x'; 40 * 1_048_576]].concat();
    assert_eq!(sandbox.world.mail_in(&["t1@reply.example"], &large), Err(NotReceived::TooLarge));
    assert!(envelopes(&sandbox).await.is_empty());
    let listed = client(&sandbox).list_objects_v2().bucket("ownlane-mail").send().await.unwrap();
    assert_eq!(listed.key_count(), Some(0));
    let deaf = start().await;
    assert_eq!(deaf.world.mail_in(&["t1@reply.example"], RAW.as_bytes()), Err(NotReceived::NoRule));
}

#[tokio::test]
async fn the_control_api_takes_mail_too() {
    let sandbox = start_with(receives).await;
    let rule = sandbox.request("GET", "/_sandbox/mail-in", "", "").await.unwrap().ok();
    assert_eq!((&rule["domain"], &rule["bucket"]), (&json!(DOMAIN), &json!("ownlane-mail")));
    let body = json!({ "recipients": ["t1@reply.example"], "raw": RAW });
    let taken = sandbox.request("POST", "/_sandbox/mail-in", "", &body.to_string()).await.unwrap().ok();
    let notification = parsed(&envelopes(&sandbox).await[0]["Message"]);
    assert_eq!(notification["mail"]["messageId"], taken["message_id"]);
    let body = json!({ "recipients": ["t1@other.example"], "raw": RAW });
    assert_eq!(sandbox.request("POST", "/_sandbox/mail-in", "", &body.to_string()).await.unwrap().status, 400);
}

#[tokio::test]
async fn notifications_come_as_the_plan_for_events_says() {
    let sandbox = start_with(receives).await;
    sandbox.world.event_plan(EventPlan { copies: 2, hold: true, ..EventPlan::default() });
    sandbox.world.mail_in(&["t1@reply.example"], RAW.as_bytes()).unwrap();
    assert!(envelopes(&sandbox).await.is_empty());
    sandbox.world.event_plan(EventPlan::default());
    let envelopes = envelopes(&sandbox).await;
    assert_eq!(envelopes.len(), 2);
    assert_eq!(envelopes[0]["Message"], envelopes[1]["Message"]);
    assert_ne!(envelopes[0]["MessageId"], envelopes[1]["MessageId"]);
}

#[tokio::test]
async fn bucket_and_queue_are_there_after_a_restart_and_a_loss_of_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    start_with_state(path.clone()).await.end().await; // from before there was a rule
    let sandbox = start_with(|options| {
        receives(options);
        options.state = Some(path);
    })
    .await;
    sandbox.world.mail_in(&["t1@reply.example"], RAW.as_bytes()).unwrap();
    sandbox.world.forget();
    assert!(envelopes(&sandbox).await.is_empty());
    client(&sandbox).head_bucket().bucket("ownlane-mail").send().await.unwrap();
    assert!(sandbox.world.mail_in(&["t1@reply.example"], RAW.as_bytes()).is_ok());
}
