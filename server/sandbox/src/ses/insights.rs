//! GetMessageInsights: what became of one mail at each of its recipients.

use super::{Operation, Request};
use crate::events::EventType;
use crate::history::{Moment, Told};
use crate::moment;
use crate::wire::{Answer, Failure};
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    name: "GetMessageInsights",
    method: "GET",
    path: "/v2/email/insights/{}/", // with the slash
    takes: "",
    run: get,
}];

fn get(request: &mut Request) -> Answer {
    let id = request.label(0);
    let mut mails = request.history.in_place(request.place);
    let missing = || Failure::not_found(format!("Message <{id}> does not exist."));
    let told = mails.find(|told| told.message_id == id).ok_or_else(missing)?;
    let now = moment::millis(request.now);
    let tags: Vec<Value> = told.tags.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
    let insights: Vec<Value> = told.recipients.iter().map(|recipient| insight(told, recipient, now)).collect();
    Ok(json!({
        "MessageId": told.message_id,
        "FromEmailAddress": told.from,
        "Subject": told.subject,
        "EmailTags": tags,
        "Insights": insights,
    }))
}

/// Of a mail to several, or to the simulator, no more is told than that it was sent.
fn insight(told: &Told, recipient: &str, now: i64) -> Value {
    let is_told = |moment: &&Moment| moment.event.recipient.is_empty() || told.only_recipient() == Some(recipient);
    let past = told.moments.iter().filter(|moment| moment.at <= now).filter(is_told);
    let events: Vec<Value> = past.map(event).collect();
    json!({ "Destination": recipient, "Isp": isp(recipient), "Events": events })
}

fn event(moment: &Moment) -> Value {
    let mut event = json!({
        "Timestamp": moment::seconds(moment.at),
        "Type": moment.event.event_type.matching(),
    });
    if let Some(bounce) = moment.bounce() {
        event["Details"] = json!({ "Bounce": {
            "BounceType": bounce.kind.to_ascii_uppercase(),
            "BounceSubType": bounce.sub_type,
            "DiagnosticCode": bounce.report.map(|report| report.diagnostic),
        } });
    }
    if moment.event.event_type == EventType::Complaint {
        event["Details"] = json!({ "Complaint": { "ComplaintFeedbackType": "abuse" } });
    }
    event
}

/// The recipient's domain: no provider has a better name here.
pub(super) fn isp(recipient: &str) -> String {
    recipient.rsplit_once('@').map_or(recipient, |(_, domain)| domain).to_ascii_lowercase()
}
