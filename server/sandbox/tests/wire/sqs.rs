//! Queues as the SDK of SQS meets them.

use crate::harness::{Running, authorization, start, start_with_state};
use crate::post::QUEUE;
use sandbox::{Fault, FaultKind};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::time::timeout;

#[tokio::test]
async fn a_queue_is_made_and_found_by_its_url() {
    let sandbox = start().await;
    let url = format!("http://{}/123456789012/other", sandbox.address);
    missing(&sandbox, "GetQueueUrl", json!({ "QueueName": "other" })).await;
    for _ in 0..2 {
        assert_eq!(sandbox.sqs("CreateQueue", json!({ "QueueName": "other" })).await.ok()["QueueUrl"], url);
    }
    assert_eq!(sandbox.sqs("GetQueueUrl", json!({ "QueueName": "other" })).await.ok()["QueueUrl"], url);
    let arn = json!({ "QueueUrl": url, "AttributeNames": ["QueueArn"] });
    let attributes = sandbox.sqs("GetQueueAttributes", arn).await.ok();
    assert_eq!(attributes, json!({ "Attributes": { "QueueArn": "arn:aws:sqs:eu-west-1:123456789012:other" } }));
    sandbox.sqs("GetQueueUrl", json!({ "QueueName": QUEUE })).await.ok(); // there from the start
    missing(&sandbox, "ReceiveMessage", json!({ "QueueUrl": "none" })).await;
}

async fn missing(sandbox: &Running, operation: &str, body: Value) {
    let reply = sandbox.sqs(operation, body).await;
    assert_eq!((reply.status, &reply.json()["__type"]), (400, &json!("com.amazonaws.sqs#QueueDoesNotExist")));
    assert!(reply.headers.contains("x-amzn-query-error: AWS.SimpleQueueService.NonExistentQueue;Sender"));
    assert!(reply.headers.contains("content-type: application/x-amz-json-1.0"));
}

#[tokio::test]
async fn a_call_is_signed_for_sqs() {
    let sandbox = start().await;
    let headers = format!("authorization: {}\r\nx-amz-target: AmazonSQS.PurgeQueue\r\n", authorization("eu-west-1"));
    let reply = sandbox.request("POST", "/", &headers, "{}").await.unwrap();
    assert_eq!((reply.status, &reply.json()["__type"]), (403, &json!("com.amazonaws.sqs#SignatureDoesNotMatch")));
    assert_eq!(sandbox.sqs("TagQueue", json!({})).await.status, 501);
}

#[tokio::test]
async fn messages_come_in_order_and_at_most_ten_at_once() {
    let sandbox = start().await;
    put(&sandbox, 12);
    let received = receive(&sandbox, json!({ "MaxNumberOfMessages": 10 })).await;
    let texts: Vec<Value> = received.iter().map(message).collect();
    assert_eq!(texts, (0..10).map(|number| json!(number.to_string())).collect::<Vec<_>>());
    assert!(received[0].get("Attributes").is_none());
    let last = receive(&sandbox, json!({ "MessageSystemAttributeNames": ["All"] })).await;
    assert_eq!(last.len(), 1);
    assert_eq!(last[0]["Attributes"]["ApproximateReceiveCount"], "1");
    assert_eq!(last[0]["Attributes"]["SentTimestamp"], "1770000000125");
    let counts = json!({ "QueueUrl": QUEUE, "AttributeNames": ["All"] });
    let attributes = sandbox.sqs("GetQueueAttributes", counts).await.ok()["Attributes"].clone();
    assert_eq!(attributes["ApproximateNumberOfMessages"], "1");
    assert_eq!(attributes["ApproximateNumberOfMessagesNotVisible"], "11");
    assert_eq!(sandbox.world.queued(QUEUE), 12);
    sandbox.sqs("PurgeQueue", json!({ "QueueUrl": QUEUE })).await.ok();
    assert_eq!(sandbox.world.queued(QUEUE), 0);
    for wrong in [
        json!({ "MaxNumberOfMessages": 11 }),
        json!({ "MaxNumberOfMessages": 0 }),
        json!({ "WaitTimeSeconds": 21 }),
        json!({ "VisibilityTimeout": -1 }),
    ] {
        let mut body = wrong;
        body["QueueUrl"] = json!(QUEUE);
        let reply = sandbox.sqs("ReceiveMessage", body).await;
        assert_eq!((reply.status, &reply.json()["__type"]), (400, &json!("com.amazonaws.sqs#InvalidParameterValue")));
    }
}

#[tokio::test]
async fn a_message_that_is_not_deleted_comes_back() {
    let sandbox = start().await;
    put(&sandbox, 1);
    let first = receive(&sandbox, json!({})).await.remove(0);
    *sandbox.now.lock().unwrap() += 59.0;
    assert!(receive(&sandbox, json!({})).await.is_empty());
    *sandbox.now.lock().unwrap() += 1.0;
    let wanted = json!({ "VisibilityTimeout": 5, "AttributeNames": ["ApproximateReceiveCount"] });
    let second = receive(&sandbox, wanted).await.remove(0);
    assert_eq!(second["Attributes"], json!({ "ApproximateReceiveCount": "2" }));
    assert_eq!(first["MessageId"], second["MessageId"]);
    assert_ne!(first["ReceiptHandle"], second["ReceiptHandle"]);

    delete(&sandbox, &first["ReceiptHandle"]).await; // stale: it succeeds and deletes nothing
    assert_eq!(sandbox.world.queued(QUEUE), 1);
    *sandbox.now.lock().unwrap() += 5.0;
    assert_eq!(receive(&sandbox, json!({ "VisibilityTimeout": 0 })).await.len(), 1);
    let third = receive(&sandbox, json!({})).await.remove(0);
    delete(&sandbox, &third["ReceiptHandle"]).await;
    delete(&sandbox, &third["ReceiptHandle"]).await;
    assert_eq!(sandbox.world.queued(QUEUE), 0);
    sandbox.world.forget();
    put(&sandbox, 1);
    receive(&sandbox, json!({})).await;
    delete(&sandbox, &first["ReceiptHandle"]).await; // another message has its place now
    assert_eq!(sandbox.world.queued(QUEUE), 1);
}

#[tokio::test]
async fn a_message_whose_time_is_up_can_still_be_deleted() {
    let sandbox = start().await;
    put(&sandbox, 2);
    let first = receive(&sandbox, json!({})).await.remove(0);
    *sandbox.now.lock().unwrap() += 60.0;
    assert_eq!(message(&receive(&sandbox, json!({})).await[0]), "1");
    delete(&sandbox, &first["ReceiptHandle"]).await;
    assert!(receive(&sandbox, json!({})).await.is_empty());
    assert_eq!(sandbox.world.queued(QUEUE), 1);
}

#[tokio::test]
async fn visibility_is_changed() {
    let sandbox = start().await;
    put(&sandbox, 1);
    let received = receive(&sandbox, json!({})).await.remove(0);
    let change =
        |secs: i64| json!({ "QueueUrl": QUEUE, "ReceiptHandle": received["ReceiptHandle"], "VisibilityTimeout": secs });
    sandbox.sqs("ChangeMessageVisibility", change(300)).await.ok();
    *sandbox.now.lock().unwrap() += 299.0;
    assert!(receive(&sandbox, json!({})).await.is_empty());
    sandbox.sqs("ChangeMessageVisibility", change(0)).await.ok();
    receive(&sandbox, json!({})).await.remove(0);
    let reply = sandbox.sqs("ChangeMessageVisibility", change(0)).await; // of the first receipt
    assert_eq!((reply.status, &reply.json()["__type"]), (400, &json!("com.amazonaws.sqs#MessageNotInflight")));
    let mut wrong = change(0);
    wrong["ReceiptHandle"] = json!("mine");
    let reply = sandbox.sqs("ChangeMessageVisibility", wrong).await;
    assert!(reply.headers.contains("x-amzn-query-error: ReceiptHandleIsInvalid;Sender"));
}

#[tokio::test]
async fn a_batch_is_deleted_entry_by_entry() {
    let sandbox = start().await;
    put(&sandbox, 3);
    let received = receive(&sandbox, json!({ "MaxNumberOfMessages": 2 })).await;
    let entries = json!([
        { "Id": "a", "ReceiptHandle": received[0]["ReceiptHandle"] },
        { "Id": "b", "ReceiptHandle": "mine" },
        { "Id": "c", "ReceiptHandle": received[1]["ReceiptHandle"] },
    ]);
    let reply = sandbox.sqs("DeleteMessageBatch", json!({ "QueueUrl": QUEUE, "Entries": entries })).await.ok();
    assert_eq!(reply["Successful"], json!([{ "Id": "a" }, { "Id": "c" }]));
    assert_eq!(
        (&reply["Failed"][0]["Id"], &reply["Failed"][0]["Code"]),
        (&json!("b"), &json!("ReceiptHandleIsInvalid"))
    );
    assert_eq!(sandbox.world.queued(QUEUE), 1);
    let eleven: Vec<Value> = (0..11).map(|n| json!({ "Id": n.to_string(), "ReceiptHandle": "0.1.a" })).collect();
    for (entries, error) in [
        (json!([]), "EmptyBatchRequest"),
        (json!([entries[0], entries[0]]), "BatchEntryIdsNotDistinct"),
        (json!(eleven), "TooManyEntriesInBatchRequest"),
    ] {
        let reply = sandbox.sqs("DeleteMessageBatch", json!({ "QueueUrl": QUEUE, "Entries": entries })).await;
        assert!(reply.headers.contains(&format!("x-amzn-query-error: AWS.SimpleQueueService.{error};Sender")));
    }
}

#[tokio::test]
async fn a_long_poll_wakes_when_a_message_comes() {
    let sandbox = start().await;
    let began = Instant::now();
    let ((), received) = tokio::join!(
        async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            put(&sandbox, 1);
        },
        receive(&sandbox, json!({ "WaitTimeSeconds": 20 })),
    );
    assert_eq!(received.len(), 1);
    // The clock of this world is set forward while someone waits for the same message to come back.
    let ((), received) = tokio::join!(
        async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            *sandbox.now.lock().unwrap() += 60.0;
        },
        receive(&sandbox, json!({ "WaitTimeSeconds": 20 })),
    );
    assert_eq!(received.len(), 1);
    assert!(began.elapsed() < Duration::from_secs(10));
    let began = Instant::now();
    assert!(receive(&sandbox, json!({ "WaitTimeSeconds": 1 })).await.is_empty());
    assert!(began.elapsed() >= Duration::from_millis(990));
}

#[tokio::test]
async fn faults_strike_queues_too() {
    let sandbox = start().await;
    put(&sandbox, 2);
    let fault = |operation: &str, kind| Fault { operation: Some(operation.to_owned()), skip: 0, times: 1, kind };
    let body = json!({ "QueueUrl": QUEUE });
    sandbox.world.fail(fault("ReceiveMessage", FaultKind::InternalError));
    let reply = sandbox.sqs("ReceiveMessage", body.clone()).await;
    assert_eq!(reply.status, 500);
    assert!(reply.headers.contains("x-amzn-query-error: InternalFailure;Receiver"));
    sandbox.world.fail(fault("ReceiveMessage", FaultKind::AcceptThenReset));
    assert!(sandbox.try_sqs("ReceiveMessage", body.clone()).await.is_none());
    let second = receive(&sandbox, json!({})).await.remove(0);
    assert_eq!(message(&second), "1"); // the first is in flight, and nobody knows
    sandbox.world.fail(fault("DeleteMessage", FaultKind::AcceptThenHang));
    let hung = timeout(Duration::from_millis(200), delete(&sandbox, &second["ReceiptHandle"])).await;
    assert!(hung.is_err());
    assert_eq!(sandbox.world.queued(QUEUE), 1);
}

#[tokio::test]
async fn many_messages_are_received_as_quickly_as_few() {
    let sandbox = start().await;
    put(&sandbox, 20_000);
    let began = Instant::now();
    for _ in 0..50 {
        assert_eq!(receive(&sandbox, json!({ "MaxNumberOfMessages": 10 })).await.len(), 10);
    }
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_queue_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let sandbox = start_with_state(path.clone()).await;
    put(&sandbox, 3);
    let received = receive(&sandbox, json!({ "MaxNumberOfMessages": 2 })).await;
    delete(&sandbox, &received[0]["ReceiptHandle"]).await;
    sandbox.end().await;

    let sandbox = start_with_state(path).await;
    assert_eq!(sandbox.world.queued(QUEUE), 2);
    let left = receive(&sandbox, json!({ "MaxNumberOfMessages": 10 })).await;
    assert_eq!(left.iter().map(message).collect::<Vec<_>>(), ["2"]);
    delete(&sandbox, &received[1]["ReceiptHandle"]).await;
    assert_eq!(sandbox.world.queued(QUEUE), 1);
}

fn put(sandbox: &Running, count: usize) {
    for number in 0..count {
        sandbox.world.push_event(crate::harness::REGION, QUEUE, &json!(number.to_string()));
    }
}

async fn receive(sandbox: &Running, mut body: Value) -> Vec<Value> {
    body["QueueUrl"] = json!(format!("http://elsewhere/1/{QUEUE}"));
    let reply = sandbox.sqs("ReceiveMessage", body).await.ok();
    reply.get("Messages").map_or_else(Vec::new, |messages| messages.as_array().unwrap().clone())
}

async fn delete(sandbox: &Running, handle: &Value) {
    sandbox.sqs("DeleteMessage", json!({ "QueueUrl": QUEUE, "ReceiptHandle": handle })).await.ok();
}

fn message(received: &Value) -> Value {
    crate::post::parsed(&received["Body"])["Message"].clone()
}
