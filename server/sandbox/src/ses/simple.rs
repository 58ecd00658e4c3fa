//! A message from Simple content: plain MIME with bodies as they are (8bit).

use super::attachments;
use super::letter::Message;
use super::members::{Members, missing};
use crate::headers::Headers;
use crate::wire::Failure;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write;

const HEADERS_MAX: usize = 15;
const HEADER_NAME_CHARS_MAX: usize = 126;
const HEADER_VALUE_CHARS_MAX: usize = 995;
const BOUNDARY: &str = "----=_Part_sandbox_1.2"; // `=_` stands in no quoted-printable text
const OUTER_BOUNDARY: &str = "----=_Part_sandbox_0.1";

pub(super) fn build(members: Members, content: Members) -> Result<Message, Failure> {
    let attachments = attachments::read(content)?;
    let mut message = String::new();
    for (name, value) in address_fields(members)? {
        line(&mut message, name, &value);
    }
    let subject = content.required_object("Subject")?.required_text("Data")?;
    line(&mut message, "Subject", &encoded(subject));
    for (name, value) in own_headers(content)? {
        line(&mut message, name, value);
    }
    line(&mut message, "MIME-Version", "1.0");
    if !attachments.is_empty() {
        line(&mut message, "Content-Type", &format!("multipart/mixed; boundary=\"{OUTER_BOUNDARY}\""));
        let _ = write!(message, "\r\n--{OUTER_BOUNDARY}\r\n");
    }
    let body = content.required_object("Body")?;
    let part = |member: &str| body.object(member)?.map(|part| part.required_text("Data")).transpose();
    match (part("Text")?, part("Html")?) {
        (None, None) => return Err(missing("Body.Text or Body.Html")),
        (Some(text), None) => entity(&mut message, "plain", text),
        (None, Some(html)) => entity(&mut message, "html", html),
        (Some(text), Some(html)) => {
            line(&mut message, "Content-Type", &format!("multipart/alternative; boundary=\"{BOUNDARY}\""));
            message.push_str("\r\n");
            for (kind, data) in [("plain", text), ("html", html)] {
                let _ = write!(message, "--{BOUNDARY}\r\n");
                entity(&mut message, kind, data);
            }
            let _ = write!(message, "--{BOUNDARY}--\r\n");
        }
    }
    for attachment in &attachments {
        let _ = write!(message, "--{OUTER_BOUNDARY}\r\n");
        attachment.write(&mut message);
    }
    if !attachments.is_empty() {
        let _ = write!(message, "--{OUTER_BOUNDARY}--\r\n");
    }
    let raw = message.into_bytes();
    let headers = Headers::parse(&raw).ok_or_else(|| Failure::bad_request("Could not parse the message."))?;
    Ok(Message { headers, raw, unrendered: None })
}

/// Bcc stays out of them.
fn address_fields<'a>(members: Members<'a>) -> Result<Vec<(&'static str, String)>, Failure> {
    let from = members.required_text("FromEmailAddress")?;
    let mut fields = vec![("From", from.to_owned())];
    let destination = members.object("Destination")?;
    let mut list = |name, mailboxes: Option<Vec<&'a str>>| {
        if let Some(mailboxes) = mailboxes.filter(|mailboxes| !mailboxes.is_empty()) {
            fields.push((name, mailboxes.join(", ")));
        }
    };
    if let Some(destination) = destination {
        list("To", destination.texts("ToAddresses")?);
        list("Cc", destination.texts("CcAddresses")?);
    }
    list("Reply-To", members.texts("ReplyToAddresses")?);
    if fields.iter().any(|(_, value)| value.contains(['\r', '\n'])) {
        return Err(Failure::bad_request("Address contains control or whitespace"));
    }
    Ok(fields)
}

fn own_headers(content: Members<'_>) -> Result<Vec<(&str, &str)>, Failure> {
    let headers = content.objects("Headers")?.unwrap_or_default();
    if headers.len() > HEADERS_MAX {
        return Err(Failure::bad_request("A message has at most 15 headers of its own."));
    }
    let mut own = Vec::new();
    for header in headers {
        let (name, value) = (header.required_text("Name")?, header.required_text("Value")?);
        let is_name = (1..=HEADER_NAME_CHARS_MAX).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
        let is_value = (1..=HEADER_VALUE_CHARS_MAX).contains(&value.len())
            && value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        if !is_name || !is_value {
            return Err(Failure::bad_request(format!("Invalid header <{name}>.")));
        }
        own.push((name, value));
    }
    Ok(own)
}

pub(super) fn line(message: &mut String, name: &str, value: &str) {
    let _ = write!(message, "{name}: {value}\r\n"); // a String takes everything
}

fn entity(message: &mut String, kind: &str, data: &str) {
    line(message, "Content-Type", &format!("text/{kind}; charset=UTF-8"));
    line(message, "Content-Transfer-Encoding", if data.is_ascii() { "7bit" } else { "8bit" });
    let _ = write!(message, "\r\n{data}\r\n");
}

/// As an encoded word (RFC 2047) where it must.
pub(super) fn encoded(text: &str) -> String {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if is_plain { text.to_owned() } else { format!("=?UTF-8?B?{}?=", STANDARD.encode(text)) }
}
