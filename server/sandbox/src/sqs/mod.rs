//! SQS over its JSON protocol: the operations by name, on queues that events come into. Nothing here waits: the long poll
//! is `world`'s.

mod attributes;
mod batch;
mod journal;
mod message;
pub(crate) mod message_attributes;
pub(crate) mod queue;
mod read;
mod send;

use crate::digest::md5_hex;
use crate::place::Place;
use crate::ses::members::Members;
use crate::wire::{Answer, Failure};
use journal::{Change, Journal};
use message::{Message, ReceiptHandle};
use queue::{Dead, Queue};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::{fs, io};

pub(crate) struct Operation {
    pub(crate) name: &'static str,
    run: fn(&mut Request) -> Answer,
}

const OPERATIONS: &[Operation] = &[
    Operation { name: "CreateQueue", run: attributes::create },
    Operation { name: "GetQueueUrl", run: get_url },
    Operation { name: RECEIVE, run: receive },
    Operation { name: "DeleteMessage", run: delete },
    Operation { name: "DeleteMessageBatch", run: delete_batch },
    Operation { name: "ChangeMessageVisibility", run: change_visibility },
    Operation { name: "ChangeMessageVisibilityBatch", run: change_visibility_batch },
    Operation { name: "GetQueueAttributes", run: attributes::get },
    Operation { name: "SetQueueAttributes", run: attributes::set },
    Operation { name: "SendMessage", run: send::send },
    Operation { name: "SendMessageBatch", run: send::send_batch },
    Operation { name: "PurgeQueue", run: purge },
];

/// One call, and all it may see and change.
pub(crate) struct Request<'a> {
    pub(crate) place: &'a Place,
    pub(crate) body: &'a Map<String, Value>,
    pub(crate) queues: &'a mut Queues,
    pub(crate) now: i64,
    pub(crate) address: SocketAddr,
    /// Messages come in any order.
    pub(crate) shuffle: bool,
    /// Every other entry of a batch fails.
    pub(crate) fail_in_part: bool,
    /// Messages went to a queue of dead letters.
    pub(crate) buried: bool,
    pub(crate) chance: &'a dyn Fn(&mut [u8]),
}

/// By the key of their place and name.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Queues {
    queues: BTreeMap<String, BTreeMap<String, Queue>>,
    #[serde(skip)]
    journal: Journal,
}

/// In every region from the start.
pub(crate) const EVENTS: &str = "ownlane-events";
const RECEIVE: &str = "ReceiveMessage";
const DEAD_IN: &str = "DeadLetterQueueSourceArn";
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
    /// With the messages that a process before this one left in the folder, or in the state itself.
    pub(crate) fn open(&mut self, folder: &Path) -> io::Result<()> {
        let is_before_journals = self.all().any(|queue| queue.len() > 0);
        if is_before_journals && folder.exists() {
            fs::remove_dir_all(folder)?; // it was not taken over to the end
        }
        let queues = &mut self.queues;
        let journal = Journal::open(folder, &mut |region, name, change, body| {
            let here = queues.entry(region.to_owned()).or_default();
            if let Change::Put { sent, .. } = change {
                here.entry(name.to_owned()).or_insert_with(|| Queue::new(sent, journal::Line::default()));
            }
            here.get_mut(name)?.replay(change, body)
        })?;
        for (region, queues) in &mut self.queues {
            for (name, queue) in queues {
                queue.line = journal.line(region, name);
                queue.take_over();
            }
        }
        self.journal = journal;
        Ok(())
    }

    pub(crate) fn clear(&mut self) {
        self.queues.clear();
        self.journal.clear();
    }

    /// `None`: there is no such queue.
    pub(crate) fn get(&mut self, region: &str, name: &str, now: i64) -> Option<&mut Queue> {
        if name == EVENTS {
            return Some(self.make(region, name, now));
        }
        self.queues.get_mut(region)?.get_mut(name)
    }

    /// One that is there stays as it is.
    pub(crate) fn make(&mut self, region: &str, name: &str, now: i64) -> &mut Queue {
        let here = self.queues.entry(region.to_owned()).or_default();
        here.entry(name.to_owned()).or_insert_with(|| Queue::new(now, self.journal.line(region, name)))
    }

    pub(crate) fn all(&mut self) -> impl Iterator<Item = &mut Queue> {
        self.queues.values_mut().flat_map(BTreeMap::values_mut)
    }

    /// In queues that nobody looks at, too: their messages would hold up the end of the journal.
    pub(crate) fn expire(&mut self, now: i64) {
        self.all().for_each(|queue| queue.expire(now));
    }

    /// Messages in all queues of that name.
    pub(crate) fn queued(&self, name: &str) -> usize {
        self.queues.values().filter_map(|queues| queues.get(name)).map(Queue::len).sum()
    }
}

fn get_url(request: &mut Request) -> Answer {
    let name = read::name(Members(request.body))?.to_owned();
    request.queues.get(request.place.key(), &name, request.now).ok_or_else(read::no_queue)?;
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
    let attributes = members.texts("MessageAttributeNames")?.unwrap_or_default();
    let queue = read::queue(request)?;
    let visibility = visibility.unwrap_or(queue.visibility_secs);
    let mut dead = Vec::new();
    let received = queue.receive(now, usize::try_from(max).unwrap_or(ENTRIES_MAX), visibility, pick, &mut dead);
    let messages: Vec<Value> =
        received.iter().map(|(handle, message, body)| shown(handle, message, body, &wanted, &attributes)).collect();
    bury(request, dead)?;
    Ok(if messages.is_empty() { json!({}) } else { json!({ "Messages": messages }) })
}

fn bury(request: &mut Request, dead: Vec<Dead>) -> Result<(), Failure> {
    let Some(redrive) = read::queue(request)?.redrive.clone().filter(|_| !dead.is_empty()) else { return Ok(()) };
    let came_from = attributes::arn(request.place, read::queue_name(Members(request.body))?);
    let now = request.now;
    let target = request.queues.get(request.place.key(), &redrive.queue, now).ok_or_else(read::no_queue)?;
    dead.iter().for_each(|dead| target.bury(dead, &came_from, now));
    let source = read::queue(request)?;
    dead.iter().for_each(|dead| source.buried(dead));
    request.buried = true;
    Ok(())
}

fn shown(handle: &ReceiptHandle, message: &Message, body: &str, wanted: &[&str], asked_for: &[&str]) -> Value {
    let mut shown = json!({
        "MessageId": message.message_id.to_string(),
        "ReceiptHandle": handle.text(),
        "MD5OfBody": md5_hex(body.as_bytes()),
        "Body": body,
    });
    let own = message_attributes::asked(message.attributes(), asked_for);
    if !own.is_empty() {
        shown["MD5OfMessageAttributes"] = json!(message_attributes::md5(&own));
        shown["MessageAttributes"] = message_attributes::shown(&own);
    }
    let attributes = [
        ("ApproximateReceiveCount", i64::from(message.receives)),
        ("SentTimestamp", message.sent),
        ("ApproximateFirstReceiveTimestamp", message.first_received),
    ];
    let asked = |name: &&str| wanted.contains(&"All") || wanted.contains(name);
    let mut attributes: Map<String, Value> = attributes
        .into_iter()
        .filter(|(name, _)| asked(name))
        .map(|(name, value)| (name.to_owned(), Value::String(value.to_string())))
        .collect();
    if let (Some(source), true) = (message.dead_in(), asked(&DEAD_IN)) {
        attributes.insert(DEAD_IN.to_owned(), json!(source));
    }
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

fn delete_batch(request: &mut Request) -> Answer {
    batch::each(request, |request, entry| {
        let handle = read::handle(entry)?;
        read::queue(request)?.delete(&handle);
        Ok(json!({}))
    })
}

fn change_visibility(request: &mut Request) -> Answer {
    let members = Members(request.body);
    change_one(request, members)
}

fn change_visibility_batch(request: &mut Request) -> Answer {
    batch::each(request, change_one)
}

fn change_one(request: &mut Request, members: Members) -> Answer {
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

fn purge(request: &mut Request) -> Answer {
    read::queue(request)?.purge();
    Ok(json!({}))
}

fn url(request: &Request, name: &str) -> String {
    format!("http://{}/{}/{name}", request.address, request.place.account())
}
