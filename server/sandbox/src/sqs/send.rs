//! Messages that somebody puts into a queue by hand, one or a batch.

use super::queue::New;
use super::{Request, batch, message_attributes, read};
use crate::digest::md5_hex;
use crate::ids;
use crate::ses::members::Members;
use crate::wire::{Answer, Failure};
use serde_json::{Value, json};

const BODY_BYTES_MAX: usize = 1_048_576;
const DELAY_SECS_MAX: i64 = 900;

pub(super) fn send(request: &mut Request) -> Answer {
    let members = Members(request.body);
    put(request, members)
}

pub(super) fn send_batch(request: &mut Request) -> Answer {
    batch::each(request, put)
}

fn put(request: &mut Request, members: Members) -> Result<Value, Failure> {
    let body = members.text("MessageBody")?.unwrap_or_default();
    if body.is_empty() {
        return Err(read::failure("MissingParameter", "The request must contain the parameter MessageBody."));
    }
    if body.len() > BODY_BYTES_MAX {
        let message = "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.";
        return Err(read::failure("InvalidParameterValue", message));
    }
    if body.chars().any(|letter| !is_sendable(letter)) {
        return Err(read::failure(
            "InvalidMessageContents",
            "The message contains characters outside the allowed set.",
        ));
    }
    let delay = read::within(members, "DelaySeconds", 0..=DELAY_SECS_MAX)?.unwrap_or_default();
    let attributes = message_attributes::read(members)?;
    let message_id = ids::uuid(request.chance);
    let mut sent = json!({ "MessageId": message_id, "MD5OfMessageBody": md5_hex(body.as_bytes()) });
    if !attributes.is_empty() {
        sent["MD5OfMessageAttributes"] = json!(message_attributes::md5(&attributes));
    }
    let now = request.now;
    let new = New { message_id, body: body.to_owned(), attributes, sent: now, due: now + delay * 1000 };
    read::queue(request)?.push(new, false);
    Ok(sent)
}

/// As XML 1.0 can hold it.
fn is_sendable(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
