//! The envelope in which SNS hands a message to a queue. The signature is text of no key: queues need none.

use crate::ids;
use crate::moment;
use serde::Serialize;

const SIGNATURE: &str = "U2lnbmVkIGJ5IHRoZSBzYW5kYm94LCB3aGljaCBoYXMgbm8ga2V5Lg==";
const CERTIFICATE: &str = "SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136";

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope<'a> {
    r#type: &'static str,
    message_id: String,
    topic_arn: &'a str,
    subject: &'static str,
    message: &'a str,
    timestamp: String,
    signature_version: &'static str,
    signature: &'static str,
    #[serde(rename = "SigningCertURL")]
    signing_cert_url: String,
    #[serde(rename = "UnsubscribeURL")]
    unsubscribe_url: String,
}

/// What a message is about, as SES says it to SNS.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Subject {
    Event,
    Receipt,
}

/// Each has an id of its own, also around the same message.
pub(crate) fn envelope(
    topic_arn: &str,
    subject: Subject,
    message: &str,
    millis: i64,
    chance: &dyn Fn(&mut [u8]),
) -> String {
    let host = format!("https://sns.{}.amazonaws.com", topic_arn.split(':').nth(3).unwrap_or_default());
    let envelope = Envelope {
        r#type: "Notification",
        message_id: ids::uuid(chance),
        topic_arn,
        subject: match subject {
            Subject::Event => "Amazon SES Email Event Notification",
            Subject::Receipt => "Amazon SES Email Receipt Notification",
        },
        message,
        timestamp: moment::iso(millis),
        signature_version: "1",
        signature: SIGNATURE,
        signing_cert_url: format!("{host}/{CERTIFICATE}.pem"),
        unsubscribe_url: format!("{host}/?Action=Unsubscribe&SubscriptionArn={topic_arn}:{}", ids::uuid(chance)),
    };
    serde_json::to_string(&envelope).unwrap_or_default() // text has a form in JSON
}

/// The queue of a topic has the topic's name.
pub(crate) fn queue(topic_arn: &str) -> &str {
    topic_arn.rsplit_once(':').map_or(topic_arn, |(_, name)| name)
}
