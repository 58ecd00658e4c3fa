//! SQS over its JSON protocol: the operations by name, on queues that events come into. Nothing here waits: the long poll
//! is `world`'s.

pub(crate) mod queue;
mod read;

use crate::ses::members::Members;
use crate::state::ACCOUNT;
use crate::wire::{Answer, Failure};
use queue::{Counts, Queue, ReceiptHandle};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

pub(crate) struct Operation {
    pub(crate) name: &'static str,
    run: fn(&mut Request) -> Answer,
}

const OPERATIONS: &[Operation] = &[
    Operation { name: "CreateQueue", run: create },
    Operation { name: "GetQueueUrl", run: get_url },
    Operation { name: RECEIVE, run: receive },
    Operation { name: "DeleteMessage", run: delete },
    Operation { name: "DeleteMessageBatch", run: delete_batch },
    Operation { name: "ChangeMessageVisibility", run: change_visibility },
    Operation { name: "GetQueueAttributes", run: get_attributes },
    Operation { name: "PurgeQueue", run: purge },
];

/// One call, and all it may see and change.
pub(crate) struct Request<'a> {
    pub(crate) region: &'a str,
    pub(crate) body: &'a Map<String, Value>,
    pub(crate) queues: &'a mut Queues,
    pub(crate) now: i64,
    pub(crate) address: SocketAddr,
    /// Messages come in any order.
    pub(crate) shuffle: bool,
    pub(crate) chance: &'a dyn Fn(&mut [u8]),
}

/// By region and name.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Queues(BTreeMap<String, BTreeMap<String, Queue>>);

/// In every region from the start.
pub(crate) const EVENTS: &str = "ownlane-events";
const RECEIVE: &str = "ReceiveMessage";
const TARGET: &str = "AmazonSQS.";
const ENTRIES_MAX: usize = 10;
const VISIBILITY_SECS_MAX: i64 = 43_200;
const WAIT_SECS_MAX: i64 = 20;

/// By the header `X-Amz-Target`; `None`: not a call to SQS. The error is the name of what this world does not know.
pub(crate) fn operation(target: &str) -> Option<Result<&'static Operation, &str>> {
    let name = target.strip_prefix(TARGET)?;
    Some(OPERATIONS.iter().find(|operation| operation.name == name).ok_or(name))
}

impl Operation {
    pub(crate) fn perform(&self, request: &mut Request) -> Answer {
        (self.run)(request)
    }

    pub(crate) fn waits(&self) -> bool {
        self.name == RECEIVE
    }
}

/// How long a receive that finds nothing waits.
pub(crate) fn wait_secs(body: &Map<String, Value>) -> Result<u64, Failure> {
    let secs = read::within(Members(body), "WaitTimeSeconds", 0..=WAIT_SECS_MAX)?.unwrap_or_default();
    Ok(secs.unsigned_abs())
}

/// When the queue of this call should be looked at again.
pub(crate) fn next_due(request: &mut Request) -> Option<i64> {
    read::queue(request).ok()?.next_due()
}

impl Queues {
    /// `None`: there is no such queue.
    pub(crate) fn get(&mut self, region: &str, name: &str, now: i64) -> Option<&mut Queue> {
        if name != EVENTS {
            return self.0.get_mut(region)?.get_mut(name);
        }
        let here = self.0.entry(region.to_owned()).or_default();
        Some(here.entry(name.to_owned()).or_insert_with(|| Queue::new(now)))
    }

    /// One that is there stays as it is.
    pub(crate) fn make(&mut self, region: &str, name: &str, now: i64) {
        let here = self.0.entry(region.to_owned()).or_default();
        here.entry(name.to_owned()).or_insert_with(|| Queue::new(now));
    }

    pub(crate) fn all(&mut self) -> impl Iterator<Item = &mut Queue> {
        self.0.values_mut().flat_map(BTreeMap::values_mut)
    }

    /// Messages in all queues of that name.
    pub(crate) fn queued(&self, name: &str) -> usize {
        self.0.values().filter_map(|queues| queues.get(name)).map(Queue::len).sum()
    }
}

fn create(request: &mut Request) -> Answer {
    let name = read::name(Members(request.body))?.to_owned();
    let attributes = Members(request.body).object("Attributes")?;
    let visibility = match attributes.map(|attributes| attributes.text("VisibilityTimeout")).transpose()?.flatten() {
        Some(text) => Some(text.parse().map_err(|_| read::invalid("VisibilityTimeout"))?),
        None => None,
    };
    let queues = request.queues.0.entry(request.region.to_owned()).or_default();
    let queue = queues.entry(name.clone()).or_insert_with(|| Queue::new(request.now));
    if let Some(visibility) = visibility {
        queue.visibility_secs = visibility;
    }
    Ok(json!({ "QueueUrl": url(request, &name) }))
}

fn get_url(request: &mut Request) -> Answer {
    let name = read::name(Members(request.body))?.to_owned();
    request.queues.get(request.region, &name, request.now).ok_or_else(read::no_queue)?;
    Ok(json!({ "QueueUrl": url(request, &name) }))
}

fn receive(request: &mut Request) -> Answer {
    let members = Members(request.body);
    let max = read::within(members, "MaxNumberOfMessages", 1..=10)?.unwrap_or(1).unsigned_abs();
    let visibility = read::within(members, "VisibilityTimeout", 0..=VISIBILITY_SECS_MAX)?;
    wait_secs(request.body)?;
    let mut wanted = members.texts("AttributeNames")?.unwrap_or_default();
    wanted.extend(members.texts("MessageSystemAttributeNames")?.unwrap_or_default());
    let (now, chance) = (request.now, request.chance);
    let pick = |count: usize| {
        let mut bytes = [0; 4];
        chance(&mut bytes);
        usize::try_from(u32::from_ne_bytes(bytes)).unwrap_or_default() % count.max(1)
    };
    let pick: Option<&dyn Fn(usize) -> usize> = request.shuffle.then_some(&pick);
    let queue = read::queue(request)?;
    let visibility = visibility.unwrap_or(queue.visibility_secs);
    let received = queue.receive(now, usize::try_from(max).unwrap_or(ENTRIES_MAX), visibility, pick);
    if received.is_empty() {
        return Ok(json!({}));
    }
    let messages: Vec<Value> = received.iter().map(|(handle, message)| shown(handle, message, &wanted)).collect();
    Ok(json!({ "Messages": messages }))
}

fn shown(handle: &ReceiptHandle, message: &queue::Message, wanted: &[&str]) -> Value {
    let mut shown = json!({ "MessageId": message.message_id, "ReceiptHandle": handle.text(), "Body": message.body });
    let attributes = [
        ("ApproximateReceiveCount", i64::from(message.receives)),
        ("SentTimestamp", message.sent),
        ("ApproximateFirstReceiveTimestamp", message.first_received.unwrap_or_default()),
    ];
    let asked = |name: &&str| wanted.contains(&"All") || wanted.contains(name);
    let attributes: Map<String, Value> = attributes
        .into_iter()
        .filter(|(name, _)| asked(name))
        .map(|(name, value)| (name.to_owned(), Value::String(value.to_string())))
        .collect();
    if !attributes.is_empty() {
        shown["Attributes"] = Value::Object(attributes);
    }
    shown
}

fn delete(request: &mut Request) -> Answer {
    let handle = read::handle(Members(request.body))?;
    read::queue(request)?.delete(&handle);
    Ok(json!({}))
}

/// Each entry succeeds or fails by itself.
fn delete_batch(request: &mut Request) -> Answer {
    let entries = read::entries(Members(request.body))?;
    let mut ids = BTreeSet::new();
    for entry in &entries {
        if !ids.insert(entry.required_text("Id")?) {
            return Err(read::failure("BatchEntryIdsNotDistinct", "Two entries of the batch have the same Id."));
        }
    }
    let queue = read::queue(request)?;
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in entries {
        let id = entry.required_text("Id")?;
        match read::handle(entry) {
            Ok(handle) => {
                queue.delete(&handle);
                successful.push(json!({ "Id": id }));
            }
            Err(failure) => failed.push(json!({
                "Id": id,
                "SenderFault": true,
                "Code": failure.name,
                "Message": failure.message,
            })),
        }
    }
    Ok(json!({ "Successful": successful, "Failed": failed }))
}

fn change_visibility(request: &mut Request) -> Answer {
    let members = Members(request.body);
    let handle = read::handle(members)?;
    let secs = read::within(members, "VisibilityTimeout", 0..=VISIBILITY_SECS_MAX)?;
    let secs = secs.ok_or_else(|| read::failure("MissingParameter", "VisibilityTimeout is required."))?;
    let now = request.now;
    if read::queue(request)?.change_visibility(&handle, now, secs) {
        Ok(json!({}))
    } else {
        Err(read::failure("MessageNotInflight", "The message is not in flight under this receipt handle."))
    }
}

fn get_attributes(request: &mut Request) -> Answer {
    let wanted = Members(request.body).texts("AttributeNames")?.unwrap_or_default();
    let (now, region) = (request.now, request.region);
    let name = read::queue_name(Members(request.body))?;
    let queue = read::queue(request)?;
    let Counts { visible, in_flight, delayed } = queue.counts(now);
    let mut attributes = json!({
        "QueueArn": format!("arn:aws:sqs:{region}:{ACCOUNT}:{name}"),
        "ApproximateNumberOfMessages": visible.to_string(),
        "ApproximateNumberOfMessagesNotVisible": in_flight.to_string(),
        "ApproximateNumberOfMessagesDelayed": delayed.to_string(),
        "VisibilityTimeout": queue.visibility_secs.to_string(),
        "CreatedTimestamp": (queue.created / 1000).to_string(),
    });
    if let Some(attributes) = attributes.as_object_mut() {
        attributes.retain(|name, _| wanted.contains(&"All") || wanted.contains(&name.as_str()));
    }
    Ok(json!({ "Attributes": attributes }))
}

fn purge(request: &mut Request) -> Answer {
    read::queue(request)?.purge();
    Ok(json!({}))
}

fn url(request: &Request, name: &str) -> String {
    format!("http://{}/{ACCOUNT}/{name}", request.address)
}
