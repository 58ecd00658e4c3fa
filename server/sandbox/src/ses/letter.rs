//! What a call is asked to send: read from the call outside every lock, so that a big mail holds nobody up. Whether it
//! may be sent is `send`'s to say.

use super::members::{Members, missing};
use super::{simple, template};
use crate::headers::{self, Headers};
use crate::wire::Failure;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::{MessageParser, PartType};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Its faults come to light in their turn: SES looks at the tenant first.
pub(crate) struct Draft {
    /// The sender's bare address.
    pub(super) from: Result<String, Failure>,
    pub(super) letter: Result<Letter, Failure>,
}

/// Of one call: SendEmail has one. A call of another form has none.
pub(crate) type Drafts = Result<Vec<Draft>, Failure>;

pub(crate) struct Letter {
    pub(crate) headers: Headers,
    /// As the sender has it.
    pub(crate) raw: Vec<u8>,
    /// Bare addresses.
    pub(crate) recipients: Vec<String>,
    pub(crate) tags: BTreeMap<String, String>,
    /// Why its template could not be rendered.
    pub(crate) unrendered: Option<String>,
}

impl Letter {
    pub(super) fn has_html(&self) -> bool {
        let message = MessageParser::default().parse(&self.raw);
        message.is_some_and(|message| message.parts.iter().any(|part| matches!(part.body, PartType::Html(_))))
    }
}

pub(super) struct Message {
    pub(super) headers: Headers,
    pub(super) raw: Vec<u8>,
    pub(super) unrendered: Option<String>,
}

const RECIPIENTS_MAX: usize = 50;
const TAG_CHARS_MAX: usize = 256;
const ONCE: [&str; 5] = ["From", "To", "Subject", "Date", "Message-ID"];

impl Draft {
    /// Leaves a short text in the place of the content: calls are kept, mails are kept elsewhere.
    pub(crate) fn take(body: &mut Map<String, Value>) -> Self {
        let content = body.remove("Content").unwrap_or_default();
        let kind = ["Raw", "Simple", "Template"].into_iter().find(|kind| content.get(kind).is_some());
        let message = message(Members(body), content);
        let from = from(Members(body), &message);
        if let Some(kind) = kind {
            let bytes = message.as_ref().map_or(0, |message| message.raw.len());
            body.insert("Content".to_owned(), Value::String(format!("{kind}, {bytes} bytes")));
        }
        let letter = letter(Members(body), message);
        Self { from, letter }
    }
}

fn message(members: Members, mut content: Value) -> Result<Message, Failure> {
    if content.is_null() {
        return Err(missing("Content"));
    }
    match content.get_mut("Raw").map(Value::take) {
        Some(Value::Object(raw)) => parse(raw),
        Some(Value::Null) | None => match content.as_object() {
            Some(content) => match Members(content).object("Template")? {
                Some(template) => template::build(members, template),
                None => simple::build(members, Members(content).required_object("Simple")?),
            },
            None => Err(Failure::bad_request("Content must be a structure.")),
        },
        Some(_) => Err(Failure::bad_request("Raw must be a structure.")),
    }
}

fn parse(raw: Map<String, Value>) -> Result<Message, Failure> {
    let data = Members(&raw).required_text("Data")?;
    let raw = STANDARD.decode(data).map_err(|_| Failure::bad_request("Raw.Data is not base64."))?;
    let headers = Headers::parse(&raw).ok_or_else(|| Failure::bad_request("Could not parse the message."))?;
    if let Some(name) = ONCE.into_iter().find(|name| headers.count(name) > 1) {
        return Err(Failure::bad_request(format!("Duplicate header '{name}'.")));
    }
    Ok(Message { headers, raw, unrendered: None })
}

fn from(members: Members, message: &Result<Message, Failure>) -> Result<String, Failure> {
    let mailbox = match (members.text("FromEmailAddress")?, message) {
        (Some(mailbox), _) => mailbox,
        (None, Ok(message)) => {
            message.headers.get("From").ok_or_else(|| Failure::bad_request("Missing 'From' header"))?
        }
        (None, Err(failure)) => return Err(failure.clone()),
    };
    bare(mailbox)
}

fn letter(members: Members, message: Result<Message, Failure>) -> Result<Letter, Failure> {
    let mut recipients = Vec::new();
    if let Some(destination) = members.object("Destination")? {
        for member in ["ToAddresses", "CcAddresses", "BccAddresses"] {
            for mailbox in destination.texts(member)?.unwrap_or_default() {
                recipients.push(bare(mailbox)?);
            }
        }
    }
    let message = match message {
        // Recipients of a message that cannot be read are not known: its own fault comes first then.
        Err(failure) if recipients.is_empty() => return Err(failure),
        message => message,
    };
    if let (true, Ok(message)) = (recipients.is_empty(), &message) {
        for mailbox in ["To", "Cc", "Bcc"].into_iter().flat_map(|name| message.headers.mailboxes(name)) {
            recipients.push(bare(mailbox)?);
        }
    }
    match recipients.len() {
        0 => return Err(Failure::bad_request("A message has at least one recipient.")),
        1..=RECIPIENTS_MAX => {}
        count => return Err(Failure::bad_request(format!("Recipient count exceeds 50: {count}."))),
    }
    let tags = tags(members)?;
    let Message { headers, raw, unrendered } = message?;
    Ok(Letter { headers, raw, recipients, tags, unrendered })
}

fn tags(members: Members) -> Result<BTreeMap<String, String>, Failure> {
    let mut tags = BTreeMap::new();
    for tag in members.objects("EmailTags")?.unwrap_or_default() {
        let (name, value) = (tag.required_text("Name")?, tag.required_text("Value")?);
        for (what, text) in [("name", name), ("value", value)] {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
            if text.is_empty() || text.len() > TAG_CHARS_MAX || !text.bytes().all(is_plain) {
                return Err(Failure::bad_request(format!(
                    "Invalid tag {what} <{text}>: only alphanumeric ASCII characters, '_', and '-' are allowed, 1 to 256 \
                     of them."
                )));
            }
        }
        if tags.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(Failure::bad_request(format!("Duplicate tag name <{name}>.")));
        }
    }
    Ok(tags)
}

fn bare(mailbox: &str) -> Result<String, Failure> {
    let address = headers::address(mailbox);
    address.map(str::to_owned).ok_or_else(|| Failure::bad_request(format!("Missing final '@domain' in <{mailbox}>.")))
}
