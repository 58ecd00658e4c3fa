//! What SES tells of a mail that it took, as it is written to a topic. It decides nothing: the fates are `people`'s, when
//! and how often an event comes is `world`'s.

use crate::bounces::{self, Bounce};
use crate::crowd::Reaction;
use crate::headers::Shown;
use crate::people::Fate;
use crate::ses::send::Accepted;
use crate::{ids, moment};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How often, in which order, and whether at all events come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EventPlan {
    /// Of each event, each in an envelope of its own.
    pub copies: u32,
    /// In random order.
    pub shuffle: bool,
    /// They come when it is false again.
    pub hold: bool,
    /// So many in a hundred come `late_secs` later than they would.
    pub late_percent: u8,
    pub late_secs: u32,
    /// So many in a hundred never come, Send excepted.
    pub lost_percent: u8,
}

impl Default for EventPlan {
    fn default() -> Self {
        Self { copies: 1, shuffle: false, hold: false, late_percent: 0, late_secs: 0, lost_percent: 0 }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EventType {
    Send,
    Reject,
    Bounce,
    Complaint,
    Delivery,
    DeliveryDelay,
    RenderingFailure,
    Open,
}

/// One that is to come.
pub(crate) struct Event {
    pub(crate) event_type: EventType,
    /// How many delays after the call.
    pub(crate) step: u8,
    /// Empty: the mail as a whole.
    pub(crate) recipient: String,
    pub(crate) fate: Fate,
}

const REMOTE_MTA: &str = "192.0.2.25";
const OUTGOING_IP: &str = "198.51.100.25";
const READER_IP: &str = "203.0.113.25";
const READER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Thunderbird/140.5.0";

impl EventType {
    /// As MatchingEventTypes has it.
    pub(crate) fn matching(self) -> &'static str {
        match self {
            Self::Send => "SEND",
            Self::Reject => "REJECT",
            Self::Bounce => "BOUNCE",
            Self::Complaint => "COMPLAINT",
            Self::Delivery => "DELIVERY",
            Self::DeliveryDelay => "DELIVERY_DELAY",
            Self::RenderingFailure => "RENDERING_FAILURE",
            Self::Open => "OPEN",
        }
    }

    /// The value of `eventType`, and the name of the block beside `mail`.
    /// `detail-type` of EventBridge.
    pub(crate) fn on_the_bus(self) -> &'static str {
        match self {
            Self::Send => "Email Sent",
            Self::Reject => "Email Rejected",
            Self::Bounce => "Email Bounced",
            Self::Complaint => "Email Complaint Received",
            Self::Delivery => "Email Delivered",
            Self::DeliveryDelay => "Email Delivery Delayed",
            Self::RenderingFailure => "Email Rendering Failed",
            Self::Open => "Email Opened",
        }
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Send => ("Send", "send"),
            Self::Reject => ("Reject", "reject"),
            Self::Bounce => ("Bounce", "bounce"),
            Self::Complaint => ("Complaint", "complaint"),
            Self::Delivery => ("Delivery", "delivery"),
            Self::DeliveryDelay => ("DeliveryDelay", "deliveryDelay"),
            Self::RenderingFailure => ("Rendering Failure", "failure"),
            Self::Open => ("Open", "open"),
        }
    }
}

/// In the order of their coming. The mail as a whole is sent, and rejected, once.
pub(crate) fn of(accepted: &Accepted) -> Vec<Event> {
    use EventType::{Bounce, Complaint, Delivery, DeliveryDelay, Open, Reject, RenderingFailure, Send};
    let event_type = if accepted.letter.unrendered.is_some() { RenderingFailure } else { Send };
    let mut events = vec![Event { event_type, step: 1, recipient: String::new(), fate: Fate::Delivered }];
    for (recipient, Reaction { fate, opens, .. }) in accepted.letter.recipients.iter().zip(&accepted.reactions) {
        let types: &[(EventType, u8)] = match fate {
            Fate::Delivered => &[(Delivery, 2)],
            Fate::Bounced
            | Fate::SoftBounced
            | Fate::BouncedAs(_)
            | Fate::Blocked(_)
            | Fate::SimulatedBounce
            | Fate::SimulatedSuppression
            | Fate::Suppressed(_) => &[(Bounce, 2)],
            Fate::Complained | Fate::SimulatedComplaint => &[(Delivery, 2), (Complaint, 3)],
            Fate::OutOfOffice => &[(Delivery, 2), (Bounce, 3)],
            Fate::Delayed | Fate::Deferred(_) => &[(DeliveryDelay, 2), (Delivery, 3)],
            Fate::Rejected if events.iter().any(|event| event.event_type == Reject) => &[],
            Fate::Rejected => &[(Reject, 2)],
            Fate::Silent => &[],
        };
        let opening = opens.then(|| (Open, types.last().map_or(3, |(_, step)| (step + 1).max(3))));
        events.extend(types.iter().chain(&opening).map(|(event_type, step)| Event {
            event_type: *event_type,
            step: *step,
            recipient: recipient.clone(),
            fate: *fate,
        }));
    }
    events.sort_by_key(|event| event.step);
    events
}

/// What all events of one mail have in common, written once.
pub(crate) struct Writer<'a> {
    accepted: &'a Accepted,
    /// The member `mail` without the two braces at its end: some events have more tags.
    mail: String,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(accepted: &'a Accepted) -> Self {
        let mut mail = serde_json::to_string(&mail(accepted)).unwrap_or_default(); // text has a form in JSON
        mail.truncate(mail.len().saturating_sub(2));
        Self { accepted, mail }
    }

    /// The message as SES writes it: one line of JSON and its end.
    pub(crate) fn write(&self, event: &Event, millis: i64, chance: &dyn Fn(&mut [u8])) -> String {
        let (name, block_name) = event.event_type.names();
        let mut tags = String::new();
        let mut tag = |name: &str, value: &str| tags.push_str(&format!(",\"{name}\":[{}]", json!(value)));
        match (event.event_type, &self.accepted.sender.tenant) {
            (EventType::Bounce | EventType::Complaint, Some(tenant)) => tag("ses:tenant-name", tenant),
            (EventType::Delivery, _) => {
                tag("ses:outgoing-ip", OUTGOING_IP);
                tag("ses:outgoing-tls-version", "TLSv1.3");
            }
            (EventType::Bounce | EventType::Complaint, None)
            | (
                EventType::Send
                | EventType::Reject
                | EventType::DeliveryDelay
                | EventType::RenderingFailure
                | EventType::Open,
                _,
            ) => {}
        }
        let block = self.block(event, millis, chance);
        format!("{{\"eventType\":\"{name}\",\"mail\":{}{tags}}}}},\"{block_name}\":{block}}}\n", self.mail)
    }

    fn block(&self, event: &Event, millis: i64, chance: &dyn Fn(&mut [u8])) -> Value {
        let region = self.accepted.place.region();
        let timestamp = moment::iso(millis);
        let reporting = format!("e234-11.smtp-out.{region}.amazonses.com");
        let recipient = &event.recipient;
        match event.event_type {
            EventType::Send => json!({}),
            EventType::Reject => json!({ "reason": "Bad content" }),
            EventType::Delivery => json!({
                "timestamp": timestamp,
                "processingTimeMillis": (millis - moment::millis(self.accepted.at)).max(1),
                "recipients": [recipient],
                "smtpResponse": "250 2.0.0 OK",
                "remoteMtaIp": REMOTE_MTA,
                "reportingMTA": reporting,
            }),
            EventType::Bounce => bounce(event, &timestamp, &ids::ses(region, millis, chance), &reporting),
            EventType::RenderingFailure => {
                json!({ "errorMessage": self.accepted.letter.unrendered, "templateName": "" })
            }
            EventType::Complaint => json!({
                "complainedRecipients": [{ "emailAddress": recipient }],
                "timestamp": timestamp,
                "feedbackId": ids::ses(region, millis, chance),
                "complaintSubType": null,
                "userAgent": match event.fate {
                    Fate::SimulatedComplaint => "Amazon SES Mailbox Simulator",
                    _ => "Yahoo!-Mail-Feedback/2.0",
                },
                "complaintFeedbackType": "abuse",
                "arrivalDate": timestamp,
            }),
            EventType::DeliveryDelay => delay(event, millis, &timestamp, &reporting),
            EventType::Open => json!({ "ipAddress": READER_IP, "timestamp": timestamp, "userAgent": READER }),
        }
    }
}

fn delay(event: &Event, millis: i64, timestamp: &str, reporting: &str) -> Value {
    let (delay_type, status, diagnostic) = bounces::delay(event.fate);
    json!({
        "delayType": delay_type,
        "delayedRecipients": [
            { "emailAddress": event.recipient, "status": status, "diagnosticCode": diagnostic },
        ],
        "expirationTime": moment::iso(millis + 14 * 3_600_000),
        "timestamp": timestamp,
        "reportingMTA": reporting,
    })
}

fn bounce(event: &Event, timestamp: &str, feedback_id: &str, reporting: &str) -> Value {
    let Bounce { kind, sub_type, report } = Bounce::of(event.fate, &event.recipient);
    let mut recipient = json!({ "emailAddress": event.recipient });
    let mut bounce = json!({
        "bounceType": kind,
        "bounceSubType": sub_type,
        "timestamp": timestamp,
        "feedbackId": feedback_id,
    });
    if let Some(report) = report {
        recipient["action"] = json!("failed");
        recipient["status"] = json!(report.status);
        recipient["diagnosticCode"] = json!(report.diagnostic);
        bounce["reportingMTA"] = json!(format!("dns; {reporting}"));
    }
    bounce["bouncedRecipients"] = json!([recipient]);
    if bounce["bouncedRecipients"][0]["diagnosticCode"].as_str().is_some_and(|text| text.starts_with("smtp;")) {
        bounce["remoteMtaIp"] = json!(REMOTE_MTA);
    }
    bounce
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Mail<'a> {
    timestamp: String,
    source: &'a str,
    source_arn: String,
    sending_account_id: &'a str,
    message_id: &'a str,
    destination: &'a [String],
    headers_truncated: bool,
    headers: Vec<Shown<'a>>,
    common_headers: CommonHeaders<'a>,
    tags: BTreeMap<&'a str, [&'a str; 1]>, // the last one: the writer adds to it
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CommonHeaders<'a> {
    from: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reply_to: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'a str>,
    to: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cc: Vec<&'a str>,
    message_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
}

fn mail(accepted: &Accepted) -> Mail<'_> {
    let (sender, letter) = (&accepted.sender, &accepted.letter);
    let (headers, headers_truncated) = letter.headers.shown();
    let mut tags: BTreeMap<&str, [&str; 1]> = letter.tags.iter().map(|(k, v)| (k.as_str(), [v.as_str()])).collect();
    tags.insert("ses:operation", [accepted.operation]);
    tags.insert("ses:source-ip", ["127.0.0.1"]);
    tags.insert("ses:source-tls-version", ["TLSv1.3"]);
    tags.insert("ses:caller-identity", ["sandbox"]);
    tags.insert("ses:from-domain", [sender.from.rsplit_once('@').map_or("", |(_, domain)| domain)]);
    if let Some(set) = &sender.configuration_set {
        tags.insert("ses:configuration-set", [set]);
    }
    Mail {
        timestamp: moment::iso(moment::millis(accepted.at)),
        source: &sender.from,
        source_arn: accepted.place.arn("ses", &format!("identity/{}", sender.identity)),
        sending_account_id: accepted.place.account(),
        message_id: &accepted.message_id,
        destination: &letter.recipients,
        headers_truncated,
        headers,
        common_headers: CommonHeaders {
            from: letter.headers.mailboxes("From"),
            reply_to: letter.headers.mailboxes("Reply-To"),
            date: letter.headers.get("Date"),
            to: letter.headers.mailboxes("To"),
            cc: letter.headers.mailboxes("Cc"),
            message_id: &accepted.message_id,
            subject: letter.headers.get("Subject"),
        },
        tags,
    }
}
