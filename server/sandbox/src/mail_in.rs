//! Mail from outside to the one domain that SES receives for, as its receipt rule handles it: what is stored, and what is
//! told of it. It stores and tells nothing itself.

use crate::headers::{self, Headers, Shown};
use crate::moment;
use serde::Serialize;
use serde_json::{Value, json};

/// A receipt rule of SES for one domain: the mail into a bucket, a notification to a topic.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MailIn {
    pub domain: String,
    pub region: String,
    pub bucket: String,
    /// Of the keys, like `in/`.
    pub prefix: String,
    /// Its ARN. The queue has its name.
    pub topic: String,
}

/// Why a mail is not taken: its sender gets it back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotReceived {
    #[error("No receipt rule is for any of the recipients.")]
    NoRule,
    #[error("The mail is larger than 40 MB: SES bounces it.")]
    TooLarge,
}

/// One that was taken.
pub(crate) struct Received<'a> {
    rule: &'a MailIn,
    message_id: &'a str,
    /// Epoch milliseconds.
    at: i64,
    /// Bare; empty of a mail that must not be answered.
    envelope_from: String,
    destination: &'a [&'a str],
    /// Those in the domain.
    recipients: Vec<&'a str>,
    headers: Headers,
    /// With the lines that SES writes in front.
    pub(crate) stored: Vec<u8>,
}

const BYTES_MAX: usize = 40 * 1_048_576;
const RETURN_PATH: &str = "Return-Path";
const REMOTE_IP: &str = "192.0.2.25";
const PROCESSING_MILLIS: i64 = 222;

impl MailIn {
    /// Whether the address is in the domain.
    pub(crate) fn is_for(&self, address: &str) -> bool {
        address.rsplit_once('@').is_some_and(|(_, domain)| domain.eq_ignore_ascii_case(&self.domain))
    }

    pub(crate) fn key(&self, message_id: &str) -> String {
        format!("{}{message_id}", self.prefix)
    }
}

impl<'a> Received<'a> {
    /// `raw` may begin with the Return-Path that another program would have written: the sender in the envelope. Without
    /// one it is the sender in the mail.
    pub(crate) fn new(
        rule: &'a MailIn,
        destination: &'a [&'a str],
        raw: &[u8],
        message_id: &'a str,
        at: i64,
    ) -> Result<Self, NotReceived> {
        let recipients: Vec<&str> = destination.iter().copied().filter(|address| rule.is_for(address)).collect();
        if recipients.is_empty() {
            return Err(NotReceived::NoRule);
        }
        if raw.len() > BYTES_MAX {
            return Err(NotReceived::TooLarge);
        }
        let sent = Headers::parse(raw);
        let from = sent.as_ref().map(|sent| match sent.get(RETURN_PATH) {
            Some(path) => headers::address(path),
            None => sent.mailboxes("From").first().and_then(|mailbox| headers::address(mailbox)),
        });
        let envelope_from = from.flatten().unwrap_or_default().to_owned();
        let front = front(rule, message_id, at, &envelope_from, recipients.first().copied().unwrap_or_default());
        let stored = match &sent {
            Some(sent) => sent.behind(&front, raw, &[RETURN_PATH]),
            None => [front.as_bytes(), raw].concat(),
        };
        // What is no header of a mail leaves those of SES.
        let headers =
            Headers::parse(&stored).or_else(|| Headers::parse(front.as_bytes())).ok_or(NotReceived::NoRule)?;
        Ok(Self { rule, message_id, at, envelope_from, destination, recipients, headers, stored })
    }

    /// The message to the topic.
    pub(crate) fn notification(&self) -> String {
        let (headers, headers_truncated) = self.headers.shown();
        let mail = Mail {
            timestamp: moment::iso(self.at - PROCESSING_MILLIS),
            source: &self.envelope_from,
            message_id: self.message_id,
            destination: self.destination,
            headers_truncated,
            headers,
            common_headers: CommonHeaders {
                return_path: &self.envelope_from,
                from: self.headers.mailboxes("From"),
                reply_to: self.headers.mailboxes("Reply-To"),
                date: self.headers.get("Date"),
                to: self.headers.mailboxes("To"),
                cc: self.headers.mailboxes("Cc"),
                message_id: self.headers.get("Message-ID"),
                subject: self.headers.get("Subject"),
            },
        };
        let notification = json!({ "notificationType": "Received", "mail": mail, "receipt": self.receipt() });
        notification.to_string()
    }

    fn receipt(&self) -> Value {
        let pass = json!({ "status": "PASS" });
        json!({
            "timestamp": moment::iso(self.at),
            "processingTimeMillis": PROCESSING_MILLIS,
            "recipients": self.recipients,
            "spamVerdict": pass,
            "virusVerdict": pass,
            "spfVerdict": pass,
            "dkimVerdict": pass,
            "dmarcVerdict": pass,
            "action": {
                "type": "S3",
                "topicArn": self.rule.topic,
                "bucketName": self.rule.bucket,
                "objectKeyPrefix": self.rule.prefix,
                "objectKey": self.rule.key(self.message_id),
            },
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Mail<'a> {
    timestamp: String,
    source: &'a str,
    message_id: &'a str,
    destination: &'a [&'a str],
    headers_truncated: bool,
    headers: Vec<Shown<'a>>,
    common_headers: CommonHeaders<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CommonHeaders<'a> {
    return_path: &'a str,
    from: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reply_to: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'a str>,
    to: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cc: Vec<&'a str>,
    /// The sender's, with its brackets.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
}

/// What SES writes before a mail.
fn front(rule: &MailIn, message_id: &str, at: i64, from: &str, recipient: &str) -> String {
    let domain = from.rsplit_once('@').map_or(from, |(_, domain)| domain);
    let domain = if domain.is_empty() { "mail.example" } else { domain };
    let (region, date) = (&rule.region, moment::rfc5322(at));
    format!(
        "Return-Path: <{from}>\r\n\
         Received: from mx.{domain} (mx.{domain} [{REMOTE_IP}])\r\n \
         by inbound-smtp.{region}.amazonaws.com with SMTP id {message_id}\r\n \
         for {recipient};\r\n {date} (UTC)\r\n\
         X-SES-Spam-Verdict: PASS\r\n\
         X-SES-Virus-Verdict: PASS\r\n\
         Received-SPF: pass (spfCheck: domain of {domain} designates {REMOTE_IP} as permitted sender) \
         client-ip={REMOTE_IP}; envelope-from={from}; helo=mx.{domain};\r\n\
         Authentication-Results: amazonses.com;\r\n spf=pass (spfCheck: domain of {domain} designates {REMOTE_IP} as \
         permitted sender) client-ip={REMOTE_IP}; envelope-from={from}; helo=mx.{domain};\r\n \
         dkim=pass header.i=@{domain};\r\n dmarc=pass header.from={domain};\r\n"
    )
}
