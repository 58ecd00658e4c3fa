//! The folder of the state: what is there after a process that was killed, after a torn write, and of the file that the
//! state once was.

use crate::buckets::{BUCKET, with};
use crate::harness::{Running, start_with, start_with_state};
use crate::post::{self, QUEUE, parsed, sent_to};
use aws_sdk_s3::primitives::ByteStream;
use sandbox::{Sandbox, StartError};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

async fn posting(folder: &Path) -> Running {
    post::start_and(|options| options.state = Some(folder.to_owned())).await
}

async fn again(folder: &Path) -> Running {
    start_with(|options| {
        options.state = Some(folder.to_owned());
        options.auto_verify = true;
    })
    .await
}

fn ids(sandbox: &Running) -> Vec<String> {
    sandbox.world.mail().into_iter().map(|mail| mail.message_id).collect()
}

fn segments(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

async fn receive(sandbox: &Running, max: u32, visibility: u32) -> Vec<Value> {
    let body = json!({ "QueueUrl": QUEUE, "MaxNumberOfMessages": max, "VisibilityTimeout": visibility,
                       "AttributeNames": ["All"] });
    let received = sandbox.sqs("ReceiveMessage", body).await.ok();
    received["Messages"].as_array().cloned().unwrap_or_default()
}

async fn delete(sandbox: &Running, message: &Value) {
    let body = json!({ "QueueUrl": QUEUE, "ReceiptHandle": message["ReceiptHandle"] });
    sandbox.sqs("DeleteMessage", body).await.ok();
}

#[tokio::test]
async fn what_was_taken_is_there_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = posting(folder.path()).await;
    let sent = [sent_to(&sandbox, &["bob@b.example"]).await, sent_to(&sandbox, &["bounce@c.example"]).await];
    let mails = sandbox.world.mail();
    sandbox.kill().await;
    let sandbox = again(folder.path()).await;
    assert_eq!(sandbox.world.mail(), mails);
    assert_eq!(ids(&sandbox), sent);
    let third = sent_to(&sandbox, &["carl@c.example"]).await;
    sandbox.kill().await;
    let sandbox = again(folder.path()).await;
    assert_eq!(ids(&sandbox), [sent[0].clone(), sent[1].clone(), third]);
    assert_eq!(sandbox.world.queued(QUEUE), 6);
    sandbox.world.forget();
    assert_eq!(ids(&sandbox), [""; 0]);
    sandbox.kill().await;
    let sandbox = again(folder.path()).await;
    assert_eq!((ids(&sandbox).len(), sandbox.world.queued(QUEUE)), (0, 0));
}

#[tokio::test]
async fn a_record_that_is_not_whole_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = posting(folder.path()).await;
    let mut sent = Vec::new();
    for address in ["a@b.example", "b@b.example", "c@b.example"] {
        sent.push(sent_to(&sandbox, &[address]).await);
    }
    sandbox.kill().await;
    let [segment] = <[PathBuf; 1]>::try_from(segments(&folder.path().join("mail"))).unwrap();
    let whole = fs::read(&segment).unwrap();
    let mut turned = whole.clone();
    *turned.last_mut().unwrap() ^= 1;
    let third = whole.len() * 2 / 3;
    let torn = [whole[..whole.len() - 1].to_vec(), whole[..third + 3].to_vec(), whole[..third + 60].to_vec(), turned];
    for torn in torn {
        fs::write(&segment, torn).unwrap();
        let sandbox = again(folder.path()).await;
        assert_eq!(ids(&sandbox), sent[..2]);
        let fourth = sent_to(&sandbox, &["d@b.example"]).await;
        sandbox.kill().await;
        let sandbox = again(folder.path()).await;
        assert_eq!(ids(&sandbox), [sent[0].clone(), sent[1].clone(), fourth]);
        sandbox.kill().await;
    }
    fs::write(&segment, [whole.clone(), vec![0; 100]].concat()).unwrap();
    assert_eq!(ids(&again(folder.path()).await), sent);
}

#[tokio::test]
async fn a_queue_knows_what_was_received_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = posting(folder.path()).await;
    for address in ["a@b.example", "b@b.example"] {
        sent_to(&sandbox, &[address]).await;
    }
    let messages = receive(&sandbox, 3, 60).await;
    delete(&sandbox, &messages[0]).await;
    sandbox.kill().await;
    let sandbox = again(folder.path()).await;
    assert_eq!(sandbox.world.queued(QUEUE), 3);
    let [last] = <[Value; 1]>::try_from(receive(&sandbox, 10, 60).await).unwrap();
    delete(&sandbox, &messages[1]).await; // its handle is still good
    *sandbox.now.lock().unwrap() += 61.0;
    let mut left = receive(&sandbox, 10, 60).await;
    left.sort_by_key(|message| message["Attributes"]["SentTimestamp"].to_string());
    let counts: Vec<_> = left.iter().map(|message| message["Attributes"]["ApproximateReceiveCount"].clone()).collect();
    assert_eq!((left.len(), counts), (2, vec![json!("2"); 2]));
    assert!(left.iter().any(|message| message["MessageId"] == last["MessageId"] && message["Body"] == last["Body"]));
    for message in &left {
        delete(&sandbox, message).await;
    }
    sandbox.kill().await;
    assert_eq!(again(folder.path()).await.world.queued(QUEUE), 0);
}

#[tokio::test]
async fn a_message_that_nobody_reads_goes_after_four_days() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = posting(folder.path()).await;
    sent_to(&sandbox, &["a@b.example"]).await;
    *sandbox.now.lock().unwrap() += 345_600.0 - 1.0;
    assert_eq!(receive(&sandbox, 10, 0).await.len(), 2);
    sent_to(&sandbox, &["b@b.example"]).await;
    *sandbox.now.lock().unwrap() += 1.0;
    assert_eq!(receive(&sandbox, 10, 0).await.len(), 2);
    sandbox.kill().await;
    let sandbox = again(folder.path()).await;
    assert_eq!(sandbox.world.queued(QUEUE), 2);
    *sandbox.now.lock().unwrap() += 3.0 * 345_600.0;
    sandbox.end().await; // it looks at all queues then, as it does all the time
    assert_eq!(again(folder.path()).await.world.queued(QUEUE), 0);
}

#[tokio::test]
async fn objects_have_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let objects = folder.path().join("objects");
    let sandbox = start_with_state(folder.path().to_owned()).await;
    let s3 = with(&sandbox, &["in/one", "in/two", "three"]).await;
    s3.put_object().bucket(BUCKET).key("in/one").body(ByteStream::from_static(b"another")).send().await.unwrap();
    s3.delete_object().bucket(BUCKET).key("in/two").send().await.unwrap();
    let nowhere = s3.put_object().bucket("nowhere").key("k").body(ByteStream::from_static(b"lost"));
    nowhere.send().await.unwrap_err();
    assert_eq!(segments(&objects).len(), 2);
    sandbox.kill().await;
    fs::write(objects.join("0000000000000009.object.new"), "half of").unwrap();
    let sandbox = again(folder.path()).await;
    let s3 = crate::buckets::client(&sandbox);
    let listed = s3.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    let keys: Vec<_> = listed.contents().iter().filter_map(|object| object.key()).collect();
    assert_eq!(keys, ["in/one", "three"]);
    let part = s3.get_object().bucket(BUCKET).key("in/one").range("bytes=2-4").send().await.unwrap();
    assert_eq!(part.body.collect().await.unwrap().into_bytes(), "oth");
    assert_eq!(segments(&objects).len(), 2);
    assert!(!fs::read_to_string(folder.path().join("state.json")).unwrap().contains("in/one"));
}

#[tokio::test]
async fn the_file_of_before_becomes_a_folder() {
    let above = tempfile::tempdir().unwrap();
    let path = above.path().join("sandbox.json");
    let message = |id: &str, body: &str| {
        json!({ "message_id": id, "body": body, "sent": 1_770_000_000_000_i64, "receives": 1,
                "first_received": 1_770_000_000_000_i64, "due": 1_770_000_000_000_i64 })
    };
    let messages = json!({ "3": message("8f14e45f-ceea-467f-a8e3-cb1e2bd1d0ad", "{\"a\": 1}") });
    let queue = json!({ "created": 1, "visibility_secs": 60, "next_id": 4, "messages": messages });
    let object = json!({ "body": "aGVsbG8=", "md5": "5d41402abc4b2a76b9719d911017c592", "crc32": 907_060_870,
                         "modified": 1_770_000_000_000_i64, "content_type": "text/plain", "content_encoding": null });
    let old = json!({
        "regions": {},
        "records": [{ "name": "acme.example", "kind": "TXT", "value": "hello", "ttl": 60 }],
        "queues": { "eu-west-1": { QUEUE: queue } },
        "buckets": { BUCKET: { "region": "us-east-1", "objects": { "k": object } } },
    });
    fs::write(&path, old.to_string()).unwrap();
    start_with_state(path.clone()).await.kill().await;
    for taken_over_to_the_end in [true, false] {
        let sandbox = start_with_state(path.clone()).await;
        assert_eq!(sandbox.world.records().len(), 1);
        let [message] = <[Value; 1]>::try_from(receive(&sandbox, 10, 0).await).unwrap();
        assert_eq!(parsed(&message["Body"]), json!({ "a": 1 }));
        assert_eq!(message["MessageId"], "8f14e45f-ceea-467f-a8e3-cb1e2bd1d0ad");
        let got = crate::buckets::client(&sandbox).get_object().bucket(BUCKET).key("k").send().await.unwrap();
        assert_eq!(got.content_type(), Some("text/plain"));
        assert_eq!(got.body.collect().await.unwrap().into_bytes(), "hello");
        sandbox.end().await;
        assert!(!fs::read_to_string(path.join("state.json")).unwrap().contains("aGVsbG8="));
        if taken_over_to_the_end {
            fs::write(path.join("state.json"), old.to_string()).unwrap();
        }
    }
    assert_eq!(segments(above.path()), [path]);
}

#[tokio::test]
async fn a_folder_is_of_one_sandbox_alone() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = start_with_state(folder.path().to_owned()).await;
    let refused =
        Sandbox::bind(sandbox::Options { state: Some(folder.path().to_owned()), ..crate::state::on_loopback() });
    assert!(matches!(refused.await, Err(StartError::StateInUse(_))));
    sandbox.end().await;
    start_with_state(folder.path().to_owned()).await.end().await;
}

#[tokio::test]
async fn mail_is_read_page_by_page() {
    let folder = tempfile::tempdir().unwrap();
    for sandbox in [posting(folder.path()).await, post::start().await] {
        let mut sent = Vec::new();
        for address in ["a@b.example", "b@b.example", "a@b.example", "c@b.example"] {
            sent.push(sent_to(&sandbox, &[address]).await);
            *sandbox.now.lock().unwrap() += 10.0;
        }
        let pages = [
            ("limit=2".to_owned(), vec![2, 3]),
            ("to=A@b.example".to_owned(), vec![0, 2]),
            ("to=a@b.example&limit=1".to_owned(), vec![2]),
            (format!("after={}&limit=2", sent[0]), vec![1, 2]),
            (format!("after={}", sent[3]), vec![]),
            (format!("after={}&to=a@b.example", sent[0]), vec![2]),
            ("since=1770000010&limit=1".to_owned(), vec![1]),
            ("since=1770000020.125".to_owned(), vec![2, 3]),
            ("limit=0".to_owned(), vec![]),
            (String::new(), vec![0, 1, 2, 3]),
        ];
        for (query, expected) in pages {
            let reply = sandbox.request("GET", &format!("/_sandbox/mail?{query}"), "", "").await.unwrap();
            let page = reply.ok();
            let found: Vec<_> =
                page.as_array().unwrap().iter().map(|mail| mail["message_id"].as_str().unwrap()).collect();
            let expected: Vec<_> = expected.into_iter().map(|index: usize| sent[index].as_str()).collect();
            assert_eq!(found, expected, "{query}");
        }
        let one = sandbox.request("GET", &format!("/_sandbox/mail/{}", sent[1]), "", "").await.unwrap();
        assert!(one.headers.contains("content-type: message/rfc822"), "{}", one.headers);
        assert_eq!(one.text.as_bytes(), sandbox.world.mail()[1].raw);
        for path in ["/_sandbox/mail/none", "/_sandbox/mail?after=none"] {
            assert_eq!(sandbox.request("GET", path, "", "").await.unwrap().status, 404, "{path}");
        }
    }
}
