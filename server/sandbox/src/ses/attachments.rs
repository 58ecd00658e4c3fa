//! Attachments of Simple content: a part each, as it says of itself.

use super::members::Members;
use super::simple::{encoded, line};
use crate::wire::Failure;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub(super) struct Attachment<'a> {
    name: &'a str,
    kind: String,
    disposition: &'static str,
    description: Option<&'a str>,
    id: Option<&'a str>,
    encoding: Encoding,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Base64,
    QuotedPrintable,
    SevenBit,
}

const NAME_CHARS_MAX: usize = 255;
const DESCRIPTION_CHARS_MAX: usize = 1000;
const ID_CHARS_MAX: usize = 78;
const KIND_CHARS_MAX: usize = 78;
const LINE_CHARS: usize = 76;

pub(super) fn read(content: Members<'_>) -> Result<Vec<Attachment<'_>>, Failure> {
    content.objects("Attachments")?.unwrap_or_default().into_iter().map(Attachment::read).collect()
}

impl<'a> Attachment<'a> {
    fn read(given: Members<'a>) -> Result<Self, Failure> {
        let bytes = STANDARD.decode(given.required_text("RawContent")?);
        let bytes = bytes.map_err(|_| Failure::bad_request("RawContent is not base64."))?;
        let within = |member: &str, max: usize| -> Result<Option<&'a str>, Failure> {
            let text = given.text(member)?;
            match text {
                Some(text) if text.is_empty() || text.chars().count() > max || text.contains(['\r', '\n']) => {
                    Err(Failure::bad_request(format!("Invalid {member} of an attachment.")))
                }
                text => Ok(text),
            }
        };
        given.required_text("FileName")?;
        let name = within("FileName", NAME_CHARS_MAX)?.unwrap_or_default();
        let encodings = ["BASE64", "QUOTED_PRINTABLE", "SEVEN_BIT"];
        Ok(Self {
            name,
            kind: within("ContentType", KIND_CHARS_MAX)?.unwrap_or("application/octet-stream").to_owned(),
            disposition: match given.choice("ContentDisposition", &["ATTACHMENT", "INLINE"])? {
                Some("INLINE") => "inline",
                _ => "attachment",
            },
            description: within("ContentDescription", DESCRIPTION_CHARS_MAX)?,
            id: within("ContentId", ID_CHARS_MAX)?,
            encoding: match given.choice("ContentTransferEncoding", &encodings)? {
                Some("BASE64") => Encoding::Base64,
                Some("QUOTED_PRINTABLE") => Encoding::QuotedPrintable,
                _ => Encoding::SevenBit, // so bytes beyond ASCII do not arrive as they were
            },
            bytes,
        })
    }

    /// Its headers and its body, without a boundary.
    pub(super) fn write(&self, message: &mut String) {
        let name = encoded(self.name).replace('"', "'");
        line(message, "Content-Type", &format!("{}; name=\"{name}\"", self.kind));
        line(message, "Content-Disposition", &format!("{}; filename=\"{name}\"", self.disposition));
        if let Some(description) = self.description {
            line(message, "Content-Description", &encoded(description));
        }
        if let Some(id) = self.id {
            line(message, "Content-ID", &format!("<{id}>"));
        }
        let (encoding, body) = match self.encoding {
            Encoding::Base64 => ("base64", wrapped(&STANDARD.encode(&self.bytes))),
            Encoding::QuotedPrintable => ("quoted-printable", String::from_utf8_lossy(&self.bytes).into_owned()),
            Encoding::SevenBit => ("7bit", String::from_utf8_lossy(&self.bytes).into_owned()),
        };
        line(message, "Content-Transfer-Encoding", encoding);
        message.push_str("\r\n");
        message.push_str(&body);
        message.push_str("\r\n");
    }
}

fn wrapped(base64: &str) -> String {
    let lines: Vec<&str> = (0..base64.len())
        .step_by(LINE_CHARS)
        .filter_map(|start| base64.get(start..(start + LINE_CHARS).min(base64.len())))
        .collect();
    lines.join("\r\n")
}
