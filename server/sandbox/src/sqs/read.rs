//! What the members of a call to SQS must be, and how a call that has them wrong is refused.

use super::message::ReceiptHandle;
use super::queue::Queue;
use super::{ENTRIES_MAX, Request};
use crate::ses::members::Members;
use crate::wire::Failure;
use std::ops::RangeInclusive;

const NAME_BYTES_MAX: usize = 80;

/// The queue that the call is about.
pub(super) fn queue<'a>(request: &'a mut Request) -> Result<&'a mut Queue, Failure> {
    let name = queue_name(Members(request.body))?;
    request.queues.get(request.place.key(), name, request.now).ok_or_else(no_queue)
}

/// The last segment of the URL; what stands before it may be anything.
pub(super) fn queue_name(members: Members<'_>) -> Result<&str, Failure> {
    let url = members.text("QueueUrl")?.ok_or_else(|| failure("MissingParameter", "QueueUrl is required."))?;
    Ok(url.rsplit_once('/').map_or(url, |(_, name)| name))
}

pub(super) fn name(members: Members<'_>) -> Result<&str, Failure> {
    let name = members.text("QueueName")?.unwrap_or_default();
    let is_name = (1..=NAME_BYTES_MAX).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if is_name { Ok(name) } else { Err(invalid("QueueName")) }
}

pub(super) fn handle(members: Members) -> Result<ReceiptHandle, Failure> {
    let text = members.text("ReceiptHandle")?.unwrap_or_default();
    let message = || format!("The input receipt handle \"{text}\" is not a valid receipt handle.");
    ReceiptHandle::parse(text).ok_or_else(|| failure("ReceiptHandleIsInvalid", message()))
}

pub(super) fn entries(members: Members<'_>) -> Result<Vec<Members<'_>>, Failure> {
    let entries = members.objects("Entries")?.unwrap_or_default();
    match entries.len() {
        0 => Err(failure("EmptyBatchRequest", "The batch holds no entry.")),
        1..=ENTRIES_MAX => Ok(entries),
        _ => Err(failure("TooManyEntriesInBatchRequest", "A batch holds at most 10 entries.")),
    }
}

pub(super) fn within(members: Members, name: &str, range: RangeInclusive<i64>) -> Result<Option<i64>, Failure> {
    match members.integer(name)? {
        Some(given) if !range.contains(&given) => Err(invalid(name)),
        given => Ok(given),
    }
}

pub(super) fn no_queue() -> Failure {
    failure("QueueDoesNotExist", "The specified queue does not exist.")
}

pub(super) fn invalid(member: &str) -> Failure {
    failure("InvalidParameterValue", format!("The value of {member} is not one that SQS takes."))
}

pub(super) fn failure(name: &'static str, message: impl Into<String>) -> Failure {
    Failure::new(400, name, message)
}
