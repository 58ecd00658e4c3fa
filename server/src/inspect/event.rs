//! Events of SES, as the worker reads them.

use super::{InspectError, Output, Result, read};
use rules::events::{BounceClass, EventKind, SesEvent, effect, kind_name, parse_with_id};
use rules::messages::{MessageState, SuppressionReason};
use serde_json::{Value, json};
use std::path::Path;

pub(super) fn inspect(path: &Path, out: &mut Output) -> Result<()> {
    let bytes = read(path)?;
    let body = String::from_utf8_lossy(&bytes);
    let what = path.display().to_string();
    // What is JSON and no event is a decision; what is none is a mistake.
    let _: Value = serde_json::from_str(&body).map_err(|error| InspectError::Json { what, error })?;
    let (delivery, event) = parse_with_id(&body);
    out.line(&match event {
        Ok(event) => told(&event, delivery.as_deref()),
        Err(error) => json!({ "delivery": delivery, "kind": kind_name(&body), "refused": error.to_string() }),
    })
}

fn told(event: &SesEvent, delivery: Option<&str>) -> Value {
    let effect = effect(&event.kind);
    json!({
        // SNS's own id of it.
        "delivery": delivery,
        "kind": event.kind.name(),
        "known": !matches!(event.kind, EventKind::Other(_)),
        "details": details(&event.kind),
        "ses_id": event.ses_id,
        "message": event.message.map(|id| id.to_string()),
        "tenant": event.tenant.map(|id| id.to_string()),
        "platforms": event.is_platforms,
        "configuration_set": event.configuration_set,
        "ses_tenant": event.ses_tenant,
        "at": event.at.map(rules::time::machine_readable),
        "recipients": event.recipients,
        "key": event.key,
        "effect": {
            "raises_to": effect.raises_to.map(MessageState::as_str),
            "suppresses": effect.suppresses.map(SuppressionReason::as_str),
            "complained": effect.complained,
        },
    })
}

fn details(kind: &EventKind) -> Value {
    match kind {
        EventKind::Bounce(bounce) => json!({
            "class": match bounce.class {
                BounceClass::Hard => "hard",
                BounceClass::Soft => "soft",
                BounceClass::ListSuppressed => "list_suppressed",
            },
            "bounce_type": bounce.bounce_type,
            "sub_type": bounce.sub_type,
            "diagnostic": bounce.diagnostic,
        }),
        EventKind::Complaint(complaint) => json!({
            "not_spam": complaint.is_not_spam,
            "feedback_type": complaint.feedback_type,
            "on_list": complaint.on_list,
        }),
        EventKind::Reject { reason } => json!({ "reason": reason }),
        EventKind::Delay { delay_type, diagnostic } => json!({ "delay_type": delay_type, "diagnostic": diagnostic }),
        EventKind::RenderingFailure { message } => json!({ "message": message }),
        EventKind::Send | EventKind::Delivery | EventKind::Open | EventKind::Click | EventKind::Other(_) => Value::Null,
    }
}
