//! Queues as the real SDK of SQS meets them: messages by hand, batches that fail in part, dead letters.

use crate::harness::{Running, start, start_with, start_with_state};
use crate::receiving::receives;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{
    BatchResultErrorEntry, DeleteMessageBatchRequestEntry, Message, MessageAttributeValue, MessageSystemAttributeName,
    QueueAttributeName, SendMessageBatchRequestEntry, SendMessageBatchResultEntry,
};
use sandbox::{ACCOUNT, Fault, FaultKind};
use serde_json::json;

const REGION: &str = "us-east-1";

pub fn client(sandbox: &Running) -> Client {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(format!("http://{}", sandbox.address))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .build();
    Client::from_conf(config)
}

/// The queue's URL.
async fn queue(sqs: &Client, name: &str) -> String {
    sqs.create_queue().queue_name(name).send().await.unwrap().queue_url.unwrap()
}

async fn receive(sqs: &Client, url: &str) -> Vec<Message> {
    let asked = sqs.receive_message().queue_url(url).max_number_of_messages(10).message_attribute_names("All");
    let received = asked.message_system_attribute_names(MessageSystemAttributeName::All).send().await.unwrap();
    received.messages.unwrap_or_default()
}

fn bodies(messages: &[Message]) -> Vec<&str> {
    messages.iter().filter_map(Message::body).collect()
}

#[tokio::test]
async fn a_message_keeps_its_attributes_and_their_digests() {
    let sandbox = start().await;
    let sqs = client(&sandbox);
    let url = queue(&sqs, "work").await;
    let text = |value: &str| MessageAttributeValue::builder().data_type("String").string_value(value).build().unwrap();
    let bytes =
        MessageAttributeValue::builder().data_type("Binary.png").binary_value(Blob::new([1, 2])).build().unwrap();
    let sent = sqs
        .send_message()
        .queue_url(&url)
        .message_body("hello")
        .message_attributes("b.kind", text("ü"))
        .message_attributes("a", bytes)
        .send()
        .await
        .unwrap();
    assert_eq!(sent.md5_of_message_body(), Some("5d41402abc4b2a76b9719d911017c592"));
    let [message] = receive(&sqs, &url).await.try_into().unwrap();
    assert_eq!((message.body(), message.md5_of_body()), (Some("hello"), sent.md5_of_message_body()));
    // Computed apart from this program, as the developer guide of SQS describes it.
    assert_eq!(sent.md5_of_message_attributes(), Some(MD5_OF_ATTRIBUTES));
    assert_eq!(message.md5_of_message_attributes(), Some(MD5_OF_ATTRIBUTES));
    let attributes = message.message_attributes().unwrap();
    assert_eq!(attributes["b.kind"].string_value(), Some("ü"));
    assert_eq!(attributes["a"].binary_value().map(AsRef::as_ref), Some([1, 2].as_slice()));
    for (wanted, count) in [("b.*", 1), ("a", 1), ("c", 0)] {
        *sandbox.now.lock().unwrap() += 60.0;
        let asked = sqs.receive_message().queue_url(&url).message_attribute_names(wanted).send().await.unwrap();
        assert_eq!(
            asked.messages()[0].message_attributes().map_or(0, std::collections::HashMap::len),
            count,
            "{wanted}"
        );
    }
}

const MD5_OF_ATTRIBUTES: &str = "59f4720ae194830cb95f076fc729aa97";

#[tokio::test]
async fn a_message_is_refused_for_what_is_in_it() {
    let sandbox = start().await;
    let sqs = client(&sandbox);
    let url = queue(&sqs, "work").await;
    let send = |body: &str| sqs.send_message().queue_url(&url).message_body(body);
    let number = MessageAttributeValue::builder().data_type("Number").string_value("many").build().unwrap();
    for (message, code) in [
        (send(""), "MissingParameter"),
        (send("\u{1}"), "InvalidMessageContents"),
        (send("x").message_attributes("n", number), "InvalidParameterValue"),
        (send("x").delay_seconds(901), "InvalidParameterValue"),
    ] {
        assert_eq!(message.send().await.unwrap_err().code(), Some(code));
    }
    send("later").delay_seconds(10).send().await.unwrap();
    assert!(receive(&sqs, &url).await.is_empty());
    *sandbox.now.lock().unwrap() += 10.0;
    assert_eq!(bodies(&receive(&sqs, &url).await), ["later"]);
}

#[tokio::test]
async fn a_batch_fails_entry_by_entry() {
    let sandbox = start().await;
    let sqs = client(&sandbox);
    let url = queue(&sqs, "work").await;
    let entry =
        |id: &str, body: &str| SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap();
    let send = || sqs.send_message_batch().queue_url(&url);
    let sent = send().entries(entry("a", "one")).entries(entry("b", "\u{b}")).entries(entry("c", "two"));
    let sent = sent.send().await.unwrap();
    assert_eq!(sent.successful().iter().map(SendMessageBatchResultEntry::id).collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!(failures(sent.failed()), [("b", "InvalidMessageContents", true)]);

    let received = receive(&sqs, &url).await;
    assert_eq!(bodies(&received), ["one", "two"]);
    let delete = || {
        let mut batch = sqs.delete_message_batch().queue_url(&url);
        for (id, message) in ["a", "b"].into_iter().zip(&received) {
            let handle = message.receipt_handle().unwrap();
            let entry = DeleteMessageBatchRequestEntry::builder().id(id).receipt_handle(handle).build().unwrap();
            batch = batch.entries(entry);
        }
        batch.send()
    };
    let in_part = Fault { operation: None, skip: 0, times: 1, kind: FaultKind::FailInPart };
    sandbox.world.fail(in_part);
    assert_eq!(failures(delete().await.unwrap().failed()), [("b", "InternalError", false)]);
    assert_eq!(sandbox.world.queued("work"), 1);
    assert!(delete().await.unwrap().failed().is_empty());
    assert_eq!(sandbox.world.queued("work"), 0);
}

fn failures(failed: &[BatchResultErrorEntry]) -> Vec<(&str, &str, bool)> {
    failed.iter().map(|entry| (entry.id(), entry.code(), entry.sender_fault())).collect()
}

#[tokio::test]
async fn what_is_received_too_often_becomes_a_dead_letter() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let sandbox = start_with_state(path.clone()).await;
    let sqs = client(&sandbox);
    let (url, dead_url) = (queue(&sqs, "work").await, queue(&sqs, "dead").await);
    let arn = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:dead");
    let policy = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": "2" }).to_string();
    let set = |policy: &str| {
        sqs.set_queue_attributes().queue_url(&url).attributes(QueueAttributeName::RedrivePolicy, policy).send()
    };
    set(&policy).await.unwrap();
    let asked = sqs.get_queue_attributes().queue_url(&url).attribute_names(QueueAttributeName::RedrivePolicy);
    let found = asked.send().await.unwrap().attributes.unwrap().remove(&QueueAttributeName::RedrivePolicy).unwrap();
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found, json!({ "deadLetterTargetArn": arn, "maxReceiveCount": 2 }));

    for body in ["one", "two"] {
        sqs.send_message().queue_url(&url).message_body(body).send().await.unwrap();
    }
    for _ in 0..2 {
        assert_eq!(receive(&sqs, &url).await.len(), 2);
        *sandbox.now.lock().unwrap() += 60.0;
    }
    sandbox.end().await;
    let sandbox = start_with_state(path).await;
    *sandbox.now.lock().unwrap() += 120.0;
    let sqs = client(&sandbox);
    assert!(receive(&sqs, &url).await.is_empty());
    assert_eq!((sandbox.world.queued("work"), sandbox.world.queued("dead")), (0, 2));
    let dead = receive(&sqs, &dead_url).await;
    assert_eq!(bodies(&dead), ["one", "two"]);
    let attributes = dead[0].attributes().unwrap();
    assert_eq!(attributes[&MessageSystemAttributeName::ApproximateReceiveCount], "3"); // of all queues
    let source = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:work");
    assert_eq!(attributes[&MessageSystemAttributeName::DeadLetterQueueSourceArn], source);
}

#[tokio::test]
async fn attributes_that_a_queue_cannot_have_are_refused() {
    let sandbox = start().await;
    let sqs = client(&sandbox);
    let url = queue(&sqs, "work").await;
    let dead = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:dead");
    let work = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:work");
    for (name, value) in [
        (QueueAttributeName::RedrivePolicy, "often".to_owned()),
        (QueueAttributeName::RedrivePolicy, json!({ "deadLetterTargetArn": dead, "maxReceiveCount": 3 }).to_string()),
        (QueueAttributeName::RedrivePolicy, json!({ "deadLetterTargetArn": work, "maxReceiveCount": 0 }).to_string()),
        (QueueAttributeName::RedrivePolicy, json!({ "deadLetterTargetArn": work }).to_string()),
        (QueueAttributeName::VisibilityTimeout, "43201".to_owned()),
    ] {
        let set = sqs.set_queue_attributes().queue_url(&url).attributes(name, &value).send().await;
        assert_eq!(set.unwrap_err().code(), Some("InvalidParameterValue"), "{value}");
    }
    let set = sqs.set_queue_attributes().queue_url(&url).attributes("Colour".into(), "red").send().await;
    assert_eq!(set.unwrap_err().code(), Some("InvalidAttributeName"));
    let made = sqs.create_queue().queue_name("slow").attributes(QueueAttributeName::VisibilityTimeout, "5");
    made.send().await.unwrap();
    let url = queue(&sqs, "slow").await;
    sqs.send_message().queue_url(&url).message_body("x").send().await.unwrap();
    for (secs, count) in [(0.0, 1), (4.0, 0), (1.0, 1)] {
        *sandbox.now.lock().unwrap() += secs;
        assert_eq!(receive(&sqs, &url).await.len(), count);
    }
}

#[tokio::test]
async fn raw_delivery_leaves_the_envelope_out() {
    let sandbox = start_with(receives).await;
    let topic = format!("arn:aws:sns:{REGION}:{ACCOUNT}:ownlane-replies");
    for raw in [true, false] {
        sandbox.control("subscriptions", json!({ "topic": topic, "raw": raw })).await;
        sandbox.world.mail_in(&["t1@reply.example"], b"From: Bob <bob@b.example>\r\n\r\nHello\r\n").unwrap();
        let [body] = crate::receiving::envelopes(&sandbox).await.try_into().unwrap();
        assert_eq!((body["notificationType"] == "Received", body["Type"] == "Notification"), (raw, !raw));
    }
}
