//! Events as SES publishes them, after real ones, with invented names: for tests only.

use serde_json::{Value, json};

pub(super) const SES_ID: &str = "010f019ac9a62608-6c9654bb-dc58-4957-8828-68360c1c2d10-000000";
pub(super) const MESSAGE: &str = "019ac9a6-2500-7000-8000-000000000001";
pub(super) const TENANT: &str = "019ac9a6-2500-7000-8000-0000000000aa";

/// As SNS delivers it to a queue without raw delivery.
pub(super) fn envelope(id: &str, event: &Value) -> String {
    let envelope = json!({
        "Type": "Notification", "MessageId": id, "TopicArn": "arn:aws:sns:us-east-2:111122223333:ownlane-events",
        "Subject": "Amazon SES Email Event Notification", "Message": format!("{event}\n"),
        "Timestamp": "2026-11-28T11:51:12.000Z", "SignatureVersion": "1", "Signature": "c2lnbmF0dXJl",
        "SigningCertURL": "https://sns.us-east-2.amazonaws.com/SimpleNotificationService-0.pem",
    });
    envelope.to_string()
}

pub(super) fn send() -> Value {
    event("Send", "send", json!({}))
}

pub(super) fn delivery() -> Value {
    let block = json!({
        "timestamp": "2026-11-28T11:51:11.540Z", "processingTimeMillis": 940, "recipients": ["Bob@b.example"],
        "smtpResponse": "250 2.0.0 OK  1785153071 d9443c01a7336 - gsmtp", "remoteMtaIp": "192.0.2.7",
        "reportingMTA": "e234-11.smtp-out.us-east-2.amazonses.com",
    });
    let mut event = event("Delivery", "delivery", block);
    event["mail"]["tags"]["ses:outgoing-ip"] = json!(["198.51.100.4"]);
    event
}

pub(super) fn bounce(bounce_type: &str, sub_type: &str) -> Value {
    let recipient = json!({
        "emailAddress": "bob@b.example", "action": "failed", "status": "5.1.1",
        "diagnosticCode": "smtp; 550 5.1.1 <bob@b.example>: user unknown",
    });
    let block = json!({
        "bounceType": bounce_type, "bounceSubType": sub_type, "bouncedRecipients": [recipient],
        "timestamp": "2026-11-28T11:51:13.001Z", "feedbackId": "010f019ac9a62f01-5d1e1c36-000000",
        "remoteMtaIp": "192.0.2.7", "reportingMTA": "dns; a48-89.smtp-out.amazonses.com",
    });
    event("Bounce", "bounce", block)
}

pub(super) fn complaint(feedback_type: &str) -> Value {
    let block = json!({
        "complainedRecipients": [{"emailAddress": "bob@b.example"}], "timestamp": "2026-11-28T12:40:00.000Z",
        "feedbackId": "010f019ac9d30a11-77aa-000000", "complaintSubType": null,
        "userAgent": "ExampleFeedbackLoop/0.1", "complaintFeedbackType": feedback_type,
        "arrivalDate": "2026-11-28T12:39:50.000Z",
    });
    let mut event = event("Complaint", "complaint", block);
    event["mail"]["tags"]["ses:tenant-name"] = json!(["ownlane-acme"]);
    event
}

pub(super) fn reject() -> Value {
    event("Reject", "reject", json!({"reason": "Bad content"}))
}

pub(super) fn delay() -> Value {
    let recipient = json!({
        "emailAddress": "bob@b.example", "status": "4.2.2", "diagnosticCode": "smtp; 452 4.2.2 mailbox full",
    });
    let block = json!({
        "timestamp": "2026-11-28T12:10:00.000Z", "delayType": "MailboxFull", "delayedRecipients": [recipient],
        "expirationTime": "2026-11-29T00:10:00.000Z", "reportingMTA": "a48-89.smtp-out.amazonses.com",
    });
    event("DeliveryDelay", "deliveryDelay", block)
}

pub(super) fn rendering_failure() -> Value {
    let text = "Attribute 'name' is not present in the rendering data.";
    event("Rendering Failure", "failure", json!({"errorMessage": text, "templateName": "greeting"}))
}

pub(super) fn open() -> Value {
    let block = json!({"ipAddress": "192.0.2.9", "timestamp": "2026-11-28T12:00:00.000Z", "userAgent": "Example/1.0"});
    event("Open", "open", block)
}

pub(super) fn click() -> Value {
    let block = json!({
        "ipAddress": "192.0.2.9", "timestamp": "2026-11-28T12:00:05.000Z", "userAgent": "Example/1.0",
        "link": "https://acme.example/", "linkTags": null, "isBotEvent": "Likely",
    });
    event("Click", "click", block)
}

pub(super) fn subscription() -> Value {
    let block = json!({"contactList": "all", "timestamp": "2026-11-28T12:00:09.000Z", "source": "UnsubscribeHeader"});
    event("Subscription", "subscription", block)
}

fn event(name: &str, member: &str, block: Value) -> Value {
    let mail = json!({
        "timestamp": "2026-11-28T11:51:10.600Z", "source": "anna@acme.example",
        "sourceArn": "arn:aws:ses:us-east-2:111122223333:identity/acme.example", "sendingAccountId": "111122223333",
        "messageId": SES_ID, "destination": ["Bob@b.example"], "headersTruncated": false,
        "headers": [{"name": "From", "value": "Anna Berg <anna@acme.example>"}, {"name": "To", "value": "Bob@b.example"}],
        "commonHeaders": {"from": ["Anna Berg <anna@acme.example>"], "to": ["Bob@b.example"], "subject": "Your question"},
        "tags": {
            "ses:operation": ["SendEmail"], "ses:configuration-set": ["ownlane-acme"],
            "ses:from-domain": ["acme.example"], "ses:caller-identity": ["ownlane"],
            "ownlane-message": [MESSAGE], "ownlane-tenant": [TENANT],
        },
    });
    let mut event = json!({"eventType": name, "mail": mail});
    event[member] = block;
    event
}
