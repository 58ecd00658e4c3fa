//! Batches: each entry succeeds or fails by itself, and the call succeeds.

use super::{Request, read};
use crate::ses::members::Members;
use crate::wire::{Answer, Failure};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What `act` answers, with the entry's id.
pub(super) fn each(request: &mut Request, act: fn(&mut Request, Members) -> Result<Value, Failure>) -> Answer {
    let entries = read::entries(Members(request.body))?;
    let mut ids = BTreeSet::new();
    for entry in &entries {
        if !ids.insert(entry.required_text("Id")?) {
            return Err(read::failure("BatchEntryIdsNotDistinct", "Two entries of the batch have the same Id."));
        }
    }
    read::queue(request)?;
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (number, entry) in entries.into_iter().enumerate() {
        let id = entry.required_text("Id")?;
        let outcome = match request.fail_in_part && number % 2 == 1 {
            true => Err(Failure::new(500, "InternalError", "An internal error occurred.")),
            false => act(request, entry),
        };
        match outcome {
            Ok(mut done) => {
                done["Id"] = json!(id);
                successful.push(done);
            }
            Err(failure) => failed.push(json!({
                "Id": id,
                "SenderFault": failure.status < 500,
                "Code": failure.name,
                "Message": failure.message,
            })),
        }
    }
    Ok(json!({ "Successful": successful, "Failed": failed }))
}
