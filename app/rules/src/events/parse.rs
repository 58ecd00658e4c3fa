//! Reads one body of the queue into an event: in SNS's envelope or out of it, from EventBridge, or in the old form
//! (`notificationType`). Only what is no event of SES at all is an error.

use super::kind::EventKind;
use super::lenient::Node;
use crate::ids::{MessageId, TenantId};
use crate::limits;
use crate::time::{OffsetDateTime, parse_rfc3339};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The tags that we put on every mail, and that come back with each of its events.
pub const MESSAGE_TAG: &str = "ownlane-message";
pub const TENANT_TAG: &str = "ownlane-tenant";

/// Stands for a tenant on the platform's own mail.
pub const PLATFORM_TAG: &str = "platform";

/// Texts are cut to [`limits::TROUBLE_CHARS_MAX`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SesEvent {
    pub kind: EventKind,
    /// SES's id of the message, bare.
    pub ses_id: String,
    /// From our tags: `None` for mail of others, and in the old form.
    pub message: Option<MessageId>,
    pub tenant: Option<TenantId>,
    /// It is about the platform's own mail: `message` is the id of that.
    pub is_platforms: bool,
    /// `ses:configuration-set`.
    pub configuration_set: Option<String>,
    /// `ses:tenant-name`: SES sets it, nobody else can.
    pub ses_tenant: Option<String>,
    /// When it happened, or else when the mail was sent.
    pub at: Option<OffsetDateTime>,
    /// Whom it is about, as SES spells them.
    pub recipients: Vec<String>,
    /// The same for the same fact, however often and by whatever way it comes: 64 hexadecimal digits.
    pub key: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EventError {
    #[error("This is no JSON object.")]
    NoObject,
    #[error("This is no event of SES.")]
    NoEvent,
    #[error("This event does not say which message it is about.")]
    NoMessageId,
}

pub fn parse(body: &str) -> Result<SesEvent, EventError> {
    parse_with_id(body).1
}

/// The event, and SNS's own id of its delivery, where that stands in its envelope.
pub fn parse_with_id(body: &str) -> (Option<String>, Result<SesEvent, EventError>) {
    let (id, letter) = open(body);
    (id, letter.and_then(|letter| read(Node::of(&letter))))
}

/// What a body of the queue carries, in SNS's envelope or out of it, and SNS's own id of its delivery.
pub(crate) fn open(body: &str) -> (Option<String>, Result<Value, EventError>) {
    let outer = match object(body) {
        Ok(outer) => outer,
        Err(error) => return (None, Err(error)),
    };
    let id = Node::of(&outer).get("MessageId").text();
    let letter = match enveloped(&outer) {
        Ok(Some(letter)) => object(letter),
        Ok(None) => Ok(outer),
        Err(error) => Err(error),
    };
    (id, letter)
}

/// SES's own word for what kind of event it is, also of one that [`parse`] cannot use.
pub fn kind_name(body: &str) -> Option<String> {
    let outer = object(body).ok()?;
    let letter = match enveloped(&outer).ok()? {
        Some(letter) => object(letter).ok()?,
        None => outer,
    };
    let letter = Node::of(&letter);
    named(letter).map(|(name, _)| name).or_else(|| letter.get("detail-type").text())
}

fn object(text: &str) -> Result<Value, EventError> {
    serde_json::from_str(text).ok().filter(Value::is_object).ok_or(EventError::NoObject)
}

/// What SNS carries; `None` where there is no envelope. What SNS says about itself is no event.
fn enveloped(outer: &Value) -> Result<Option<&str>, EventError> {
    let kind = Node::of(outer).get("Type").text();
    let letter = outer.get("Message").and_then(Value::as_str);
    match (kind.as_deref(), letter) {
        (Some("Notification") | None, Some(letter)) => Ok(Some(letter)),
        (Some(_), _) => Err(EventError::NoEvent),
        (None, None) => Ok(None),
    }
}

/// The event itself, with its kind.
fn named(outer: Node<'_>) -> Option<(String, Node<'_>)> {
    let detail = outer.get("detail");
    let event = if detail.object().is_some() { detail } else { outer };
    let name = event.get("eventType").text().or_else(|| event.get("notificationType").text());
    name.map(|name| (name, event))
}

fn read(outer: Node<'_>) -> Result<SesEvent, EventError> {
    let (name, event) = named(outer).ok_or(EventError::NoEvent)?;
    let mail = event.get("mail");
    let ses_id = mail.get("messageId").text().ok_or(EventError::NoMessageId)?;
    let (kind, block, list) = EventKind::read(&name, event);
    let recipients = recipients(block.get(list), mail);
    let stamp = block.get("timestamp").text().or_else(|| mail.get("timestamp").text());
    let at = stamp.as_deref().and_then(parse_rfc3339);
    let once = block.get("feedbackId").text();
    let once = once.or_else(|| at.map(|at| at.unix_timestamp_nanos().to_string())).or(stamp);
    let tag = |name: &str| mail.get("tags").get(name).elements().find_map(Node::text);
    Ok(SesEvent {
        key: key(kind.name(), &ses_id, &recipients, once.as_deref()),
        message: tag(MESSAGE_TAG).and_then(|id| MessageId::parse(&id)),
        tenant: tag(TENANT_TAG).and_then(|id| TenantId::parse(&id)),
        is_platforms: tag(TENANT_TAG).as_deref() == Some(PLATFORM_TAG),
        configuration_set: tag("ses:configuration-set"),
        ses_tenant: tag("ses:tenant-name"),
        kind,
        ses_id,
        at,
        recipients,
    })
}

/// Those of the block, as addresses or as objects that hold one; else all of the mail.
fn recipients(list: Node<'_>, mail: Node<'_>) -> Vec<String> {
    let address = |one: Node<'_>| one.text().or_else(|| one.get("emailAddress").text());
    let named: Vec<String> = list.elements().filter_map(address).take(limits::EVENT_RECIPIENTS_MAX).collect();
    if named.is_empty() {
        let all = mail.get("destination").elements().filter_map(address);
        return all.take(limits::EVENT_RECIPIENTS_MAX).collect();
    }
    named
}

/// SES.md 5.2: type, message, recipients, and SES's id of the report or else its time.
fn key(name: &str, ses_id: &str, recipients: &[String], once: Option<&str>) -> String {
    let mut recipients: Vec<String> = recipients.iter().map(|address| address.to_lowercase()).collect();
    recipients.sort();
    recipients.dedup();
    // As JSON, so that no two facts are the same text.
    let fact = serde_json::json!([name, ses_id, recipients, once]).to_string();
    Sha256::digest(fact.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::samples::{self, MESSAGE, SES_ID, TENANT, envelope};
    use crate::events::{Bounce, BounceClass, Complaint};
    use crate::time::absolute;
    use serde_json::json;

    #[test]
    fn every_type_is_read() {
        let kind = |body: &Value| parse(&body.to_string()).unwrap().kind;
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(kind(&samples::send()), EventKind::Send);
        assert_eq!(kind(&samples::delivery()), EventKind::Delivery);
        assert_eq!(
            kind(&samples::bounce("Permanent", "General")),
            EventKind::Bounce(Bounce {
                class: BounceClass::Hard,
                bounce_type: "Permanent".to_owned(),
                sub_type: "General".to_owned(),
                diagnostic: some("smtp; 550 5.1.1 <bob@b.example>: user unknown"),
            })
        );
        let complaint = Complaint { is_not_spam: false, feedback_type: some("abuse"), on_list: false };
        assert_eq!(kind(&samples::complaint("abuse")), EventKind::Complaint(complaint));
        assert_eq!(kind(&samples::reject()), EventKind::Reject { reason: "Bad content".to_owned() });
        let delay_type = "MailboxFull".to_owned();
        let delay = EventKind::Delay { delay_type, diagnostic: some("smtp; 452 4.2.2 mailbox full") };
        assert_eq!(kind(&samples::delay()), delay);
        let message = "Attribute 'name' is not present in the rendering data.".to_owned();
        assert_eq!(kind(&samples::rendering_failure()), EventKind::RenderingFailure { message });
        assert_eq!(kind(&samples::open()), EventKind::Open);
        assert_eq!(kind(&samples::click()), EventKind::Click);
        assert_eq!(kind(&samples::subscription()), EventKind::Other("Subscription".to_owned()));
    }

    #[test]
    fn a_bounce_is_hard_only_when_ses_tried_and_says_so() {
        use BounceClass::{Hard, ListSuppressed, Soft};
        let check = |bounce_type, sub_type, class| {
            let event = parse(&samples::bounce(bounce_type, sub_type).to_string()).unwrap();
            let EventKind::Bounce(bounce) = event.kind else { panic!("{event:?}") };
            assert_eq!(bounce.class, class, "{bounce_type} {sub_type}");
        };
        check("Permanent", "NoEmail", Hard);
        check("Permanent", "SomethingNew", Hard);
        check("Permanent", "Suppressed", ListSuppressed);
        check("Permanent", "OnAccountSuppressionList", ListSuppressed);
        check("Permanent", "OnTenantSuppressionList", ListSuppressed);
        check("Permanent", "EmailValidationSuppressed", ListSuppressed);
        check("Permanent", "UnsubscribedRecipient", ListSuppressed);
        check("Transient", "MailboxFull", Soft);
        check("Undetermined", "Undetermined", Soft);
        check("SomethingNew", "", Soft);
    }

    #[test]
    fn an_event_says_whose_it_is_and_when_it_happened() {
        let event = parse(&samples::delivery().to_string()).unwrap();
        assert_eq!(event.ses_id, SES_ID);
        assert_eq!(event.message, MessageId::parse(MESSAGE));
        assert_eq!(event.tenant, TenantId::parse(TENANT));
        assert_eq!(event.configuration_set.as_deref(), Some("ownlane-acme"));
        assert_eq!(event.ses_tenant, None);
        assert_eq!(event.recipients, ["Bob@b.example"]);
        assert_eq!(absolute(event.at.unwrap()), "2026-11-28 11:51 UTC");
        let complaint = parse(&samples::complaint("abuse").to_string()).unwrap();
        assert_eq!(complaint.ses_tenant.as_deref(), Some("ownlane-acme"));
        let send = parse(&samples::send().to_string()).unwrap();
        assert_eq!(send.recipients, ["Bob@b.example"]);
        assert!(send.at.unwrap() < event.at.unwrap());
    }

    #[test]
    fn the_same_fact_is_the_same_in_every_envelope() {
        let bare = samples::bounce("Permanent", "General");
        let event = parse(&bare.to_string()).unwrap();
        assert_eq!(event.key.len(), 64);
        assert_eq!(parse(&envelope("first", &bare)).unwrap(), event);
        assert_eq!(parse(&envelope("second", &bare)).unwrap(), event);
        let bridge = json!({"version": "0", "detail-type": "Email Bounced", "source": "aws.ses", "detail": bare});
        assert_eq!(parse(&bridge.to_string()).unwrap(), event);
        assert_eq!(parse(&envelope("third", &bridge)).unwrap(), event);

        let mut legacy = bare.clone();
        legacy["notificationType"] = legacy["eventType"].take();
        legacy["mail"]["tags"] = Value::Null;
        legacy["bounce"]["bouncedRecipients"][0]["emailAddress"] = json!("bob@B.example");
        let legacy = parse(&legacy.to_string()).unwrap();
        assert_eq!((legacy.key, legacy.kind), (event.key, event.kind));
        assert_eq!((legacy.message, legacy.tenant), (None, None));
    }

    #[test]
    fn other_facts_have_other_keys() {
        let mut later = samples::bounce("Permanent", "General");
        later["bounce"]["feedbackId"] = json!("010f-another");
        let mut other = samples::delivery();
        other["delivery"]["recipients"] = json!(["carol@b.example"]);
        let mut again = samples::delivery();
        again["delivery"]["timestamp"] = json!("2026-11-28T11:51:12.540Z");
        let bounce = samples::bounce("Permanent", "General");
        let events = [samples::send(), samples::delivery(), bounce, later, other, again, samples::open()];
        let mut keys: Vec<String> = events.iter().map(|body| parse(&body.to_string()).unwrap().key).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), events.len());
        let mut offset = samples::delivery();
        offset["delivery"]["timestamp"] = json!("2026-11-28T13:51:11.540+02:00");
        let key = |body: &Value| parse(&body.to_string()).unwrap().key;
        assert_eq!(key(&offset), key(&samples::delivery()));
    }

    #[test]
    fn what_is_missing_or_strange_never_fails_an_event() {
        let check = |body: Value| parse(&body.to_string()).unwrap();
        let bare = |name: &str| json!({"eventType": name, "mail": {"messageId": "x"}});
        for name in ["Send", "Delivery", "Bounce", "Complaint", "Reject", "DeliveryDelay", "Rendering Failure", "Open"]
        {
            let event = check(bare(name));
            assert_eq!((event.kind.name(), event.at, event.message), (name, None, None));
            assert!(event.recipients.is_empty());
        }
        let event = check(json!({
            "eventType": "Bounce",
            "mail": {
                "messageId": 7, "timestamp": "yesterday", "destination": "bob@b.example",
                "tags": {"ownlane-message": ["nonsense"], "ownlane-tenant": TENANT, "ses:configuration-set": []},
            },
            "bounce": {"bounceType": 5, "bouncedRecipients": [1.5, null, {"emailAddress": {}}], "timestamp": []},
        }));
        assert_eq!((event.ses_id.as_str(), event.at, event.message), ("7", None, None));
        assert_eq!(event.tenant, TenantId::parse(TENANT));
        assert_eq!((event.configuration_set, event.recipients), (None, vec!["1.5".to_owned()]));
        assert_eq!(check(bare("Something\u{0} new")).kind, EventKind::Other("Something new".to_owned()));
        let many: Vec<String> = (0..200).map(|n| format!("a{n}@b.example")).collect();
        let event = check(json!({"eventType": "Send", "mail": {"messageId": "x", "destination": many}}));
        assert_eq!(event.recipients.len(), limits::EVENT_RECIPIENTS_MAX);
    }

    #[test]
    fn what_is_no_event_is_told_from_one() {
        let check = |body: &str, error| assert_eq!(parse(body), Err(error), "{body}");
        for body in ["", "hello", "[]", "7", "null", "{", "\"{}\""] {
            check(body, EventError::NoObject);
        }
        check("{}", EventError::NoEvent);
        check(r#"{"Type":"SubscriptionConfirmation","Message":"You have chosen …","Token":"x"}"#, EventError::NoEvent);
        check(r#"{"Type":"Notification"}"#, EventError::NoEvent);
        check(r#"{"Type":"Notification","Message":"Successfully validated SNS topic."}"#, EventError::NoObject);
        check(r#"{"detail":{},"eventType":"Send","mail":{"messageId":"x"}}"#, EventError::NoEvent);
        check(r#"{"eventType":"Send"}"#, EventError::NoMessageId);
        assert_eq!(kind_name(r#"{"eventType":"Send"}"#).as_deref(), Some("Send"));
        assert_eq!(
            kind_name(r#"{"Type":"Notification","Message":"{\"notificationType\":\"Received\"}"}"#).as_deref(),
            Some("Received")
        );
        assert_eq!(kind_name("{}"), None);
        check(r#"{"eventType":"Send","mail":{"messageId":""}}"#, EventError::NoMessageId);
        let deep = format!(r#"{{"eventType":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        check(&deep, EventError::NoObject);
    }

    #[test]
    fn a_delivery_of_sns_has_an_id_of_its_own() {
        let id = |body: &str| parse_with_id(body).0;
        assert_eq!(id(&envelope("6f0c-1", &samples::send())).as_deref(), Some("6f0c-1"));
        assert_eq!(id(&samples::send().to_string()), None);
        assert_eq!(id("nonsense"), None);
    }
}
