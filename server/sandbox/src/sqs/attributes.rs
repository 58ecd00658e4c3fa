//! What a queue is told about itself: how long messages are away, where those go that nobody manages to delete. What
//! changes nothing here is kept and given back.

use super::queue::{Counts, Queue, Redrive};
use super::{Queues, Request, VISIBILITY_SECS_MAX, read, url};
use crate::place::Place;
use crate::ses::members::Members;
use crate::wire::{Answer, Failure};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const VISIBILITY: &str = "VisibilityTimeout";
const REDRIVE: &str = "RedrivePolicy";
const KEPT: &[&str] = &["Policy", "MessageRetentionPeriod"];
const RECEIVES_MAX: u32 = 1000;

/// All of one call, or none.
struct Change {
    visibility_secs: Option<i64>,
    /// The inner `None`: messages come back for ever.
    redrive: Option<Option<Redrive>>,
    kept: BTreeMap<String, String>,
}

pub(super) fn create(request: &mut Request) -> Answer {
    let name = read::name(Members(request.body))?.to_owned();
    let change = Change::read(request)?;
    request.queues.make(request.place.key(), &name, request.now);
    let queue = request.queues.get(request.place.key(), &name, request.now).ok_or_else(read::no_queue)?;
    change.make(queue);
    Ok(json!({ "QueueUrl": url(request, &name) }))
}

pub(super) fn set(request: &mut Request) -> Answer {
    read::queue(request)?;
    let change = Change::read(request)?;
    change.make(read::queue(request)?);
    Ok(json!({}))
}

pub(super) fn get(request: &mut Request) -> Answer {
    let wanted = Members(request.body).texts("AttributeNames")?.unwrap_or_default();
    let (now, place) = (request.now, request.place);
    let name = read::queue_name(Members(request.body))?;
    let queue = read::queue(request)?;
    let Counts { visible, in_flight, delayed } = queue.counts(now);
    let mut attributes = json!({
        "QueueArn": arn(place, name),
        "ApproximateNumberOfMessages": visible.to_string(),
        "ApproximateNumberOfMessagesNotVisible": in_flight.to_string(),
        "ApproximateNumberOfMessagesDelayed": delayed.to_string(),
        VISIBILITY: queue.visibility_secs.to_string(),
        "CreatedTimestamp": (queue.created / 1000).to_string(),
    });
    if let Some(Redrive { queue, max_receives }) = &queue.redrive {
        let policy = json!({ "deadLetterTargetArn": arn(place, queue), "maxReceiveCount": max_receives });
        attributes[REDRIVE] = json!(policy.to_string());
    }
    for (name, value) in &queue.kept {
        attributes[name] = json!(value);
    }
    if let Some(attributes) = attributes.as_object_mut() {
        attributes.retain(|name, _| wanted.contains(&"All") || wanted.contains(&name.as_str()));
    }
    Ok(json!({ "Attributes": attributes }))
}

pub(super) fn arn(place: &Place, name: &str) -> String {
    place.arn("sqs", name)
}

impl Change {
    fn read(request: &mut Request) -> Result<Self, Failure> {
        let mut change = Self { visibility_secs: None, redrive: None, kept: BTreeMap::new() };
        let Some(attributes) = Members(request.body).object("Attributes")? else { return Ok(change) };
        for (name, value) in attributes.0 {
            let text = value.as_str().ok_or_else(|| read::invalid(name))?;
            match name.as_str() {
                VISIBILITY => {
                    let secs = text.parse().ok().filter(|secs| (0..=VISIBILITY_SECS_MAX).contains(secs));
                    change.visibility_secs = Some(secs.ok_or_else(|| read::invalid(VISIBILITY))?);
                }
                REDRIVE => change.redrive = Some(redrive(request.queues, request.place, request.now, text)?),
                name if KEPT.contains(&name) => {
                    change.kept.insert(name.to_owned(), text.to_owned());
                }
                name => return Err(read::failure("InvalidAttributeName", format!("Unknown Attribute {name}."))),
            }
        }
        Ok(change)
    }

    fn make(self, queue: &mut Queue) {
        if let Some(secs) = self.visibility_secs {
            queue.visibility_secs = secs;
        }
        if let Some(redrive) = self.redrive {
            queue.redrive = redrive;
        }
        queue.kept.extend(self.kept);
    }
}

/// The count comes as a number or as text.
fn redrive(queues: &mut Queues, place: &Place, now: i64, text: &str) -> Result<Option<Redrive>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = |reason: &str| {
        let message = format!("Value {text} for parameter RedrivePolicy is invalid. Reason: {reason}");
        read::failure("InvalidParameterValue", message)
    };
    let policy: Value = serde_json::from_str(text).map_err(|_| wrong("Redrive policy is not a valid JSON map."))?;
    let count = &policy["maxReceiveCount"];
    let count = count.as_u64().or_else(|| count.as_str()?.parse().ok()).and_then(|count| u32::try_from(count).ok());
    let max_receives = count
        .filter(|count| (1..=RECEIVES_MAX).contains(count))
        .ok_or_else(|| wrong("Invalid value for maxReceiveCount, must be between 1 and 1000."))?;
    let target = policy["deadLetterTargetArn"].as_str().unwrap_or_default();
    let queue = target.strip_prefix(&arn(place, "")).unwrap_or_default();
    if queues.get(place.key(), queue, now).is_none() {
        return Err(wrong("Dead letter target does not exist."));
    }
    Ok(Some(Redrive { queue: queue.to_owned(), max_receives }))
}
