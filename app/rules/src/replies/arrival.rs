//! The notification by which SES says that a mail has arrived: where it lies, whom its envelope names, and what SES thinks of
//! it. Only what does not say where the mail lies is an error.

use crate::events::lenient::Node;
use crate::events::{EventError, open};
use crate::limits;

/// Texts are cut to [`limits::TROUBLE_CHARS_MAX`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arrival {
    /// SES's id of the mail: the same however often it is told.
    pub id: String,
    pub bucket: String,
    pub object_key: String,
    /// Of the envelope, as spelled.
    pub recipients: Vec<String>,
    pub is_spam: bool,
    pub has_virus: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ArrivalError {
    #[error(transparent)]
    Envelope(#[from] EventError),
    #[error("This is no notification of a received mail.")]
    NoArrival,
    #[error("This notification does not say where the mail lies.")]
    NoPlace,
}

/// Reads one body of the queue, and SNS's own id of its delivery where it stands in an envelope.
pub fn parse_arrival(body: &str) -> (Option<String>, Result<Arrival, ArrivalError>) {
    let (id, letter) = open(body);
    (id, letter.map_err(ArrivalError::from).and_then(|letter| read(Node::of(&letter))))
}

fn read(letter: Node<'_>) -> Result<Arrival, ArrivalError> {
    if letter.get("notificationType").text().as_deref() != Some("Received") {
        return Err(ArrivalError::NoArrival);
    }
    let (receipt, mail) = (letter.get("receipt"), letter.get("mail"));
    let action = receipt.get("action");
    let place = |name| action.get(name).text().ok_or(ArrivalError::NoPlace);
    let failed = |verdict| receipt.get(verdict).get("status").text().as_deref() == Some("FAIL");
    let named = receipt.get("recipients");
    let named = if named.elements().next().is_some() { named } else { mail.get("destination") };
    Ok(Arrival {
        id: mail.get("messageId").text().ok_or(ArrivalError::NoArrival)?,
        bucket: place("bucketName")?,
        object_key: place("objectKey")?,
        recipients: named.elements().filter_map(Node::text).take(limits::REPLY_RECIPIENTS_MAX).collect(),
        is_spam: failed("spamVerdict"),
        has_virus: failed("virusVerdict"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn letter() -> serde_json::Value {
        json!({
            "notificationType": "Received",
            "mail": {"messageId": "abc", "destination": ["other@in.ownlane.example"]},
            "receipt": {
                "recipients": ["r+token@in.ownlane.example"],
                "spamVerdict": {"status": "FAIL"},
                "virusVerdict": {"status": "PASS"},
                "action": {"type": "S3", "bucketName": "mail", "objectKeyPrefix": "in/", "objectKey": "in/abc"},
            },
        })
    }

    #[test]
    fn an_arrival_is_read_in_its_envelope_and_without() {
        let plain = letter().to_string();
        let enveloped = json!({"Type": "Notification", "MessageId": "sns-1", "Message": plain}).to_string();
        let (id, arrival) = parse_arrival(&enveloped);
        assert_eq!(id.as_deref(), Some("sns-1"));
        let arrival = arrival.unwrap();
        assert_eq!((arrival.id.as_str(), arrival.object_key.as_str()), ("abc", "in/abc"));
        assert_eq!(arrival.recipients, ["r+token@in.ownlane.example"]);
        assert!(arrival.is_spam && !arrival.has_virus);
        assert_eq!(parse_arrival(&plain), (None, Ok(arrival)));
    }

    #[test]
    fn what_is_missing_fails_nothing_but_the_place() {
        let mut bare = letter();
        bare["receipt"] = json!({"action": {"bucketName": "mail", "objectKey": "in/abc"}});
        let arrival = parse_arrival(&bare.to_string()).1.unwrap();
        assert_eq!(arrival.recipients, ["other@in.ownlane.example"]);
        assert!(!arrival.is_spam && !arrival.has_virus);
        bare["receipt"] = json!({"action": {"type": "Bounce"}});
        assert_eq!(parse_arrival(&bare.to_string()).1, Err(ArrivalError::NoPlace));
        for nonsense in ["", "[]", "{}", r#"{"notificationType":"Bounce"}"#, r#"{"notificationType":"Received"}"#] {
            parse_arrival(nonsense).1.unwrap_err();
        }
    }
}
