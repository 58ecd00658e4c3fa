//! A mail as bytes, for SES to send as they are: plain text with an HTML twin that says the same. Nothing in it counts
//! who reads. One draft gives one sequence of bytes; what has no faithful form is refused, and nothing is sent from here.

mod html;

use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::MimePart;
use rules::addresses::{AddressError, EmailAddress};
use rules::limits;
use rules::time::OffsetDateTime;

/// What a mail is made of. Ids are bare: no brackets, no white space.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draft<'a> {
    /// May be empty.
    pub(crate) from_name: &'a str,
    pub(crate) from_email: &'a str,
    pub(crate) to: &'a str,
    pub(crate) subject: &'a str,
    /// Where answers go, when not to the sender.
    pub(crate) reply_to: Option<&'a str>,
    /// Plain text, lines ended by LF.
    pub(crate) text: &'a str,
    /// The recipient's own link, which takes a POST without cookies (RFC 8058).
    /// `None`: the platform's own mail, which nobody subscribes to.
    pub(crate) opt_out_url: Option<&'a str>,
    /// SES puts its own in its place.
    pub(crate) message_id: &'a str,
    pub(crate) in_reply_to: Option<&'a str>,
    /// Oldest first.
    pub(crate) references: &'a [String],
    pub(crate) date: OffsetDateTime,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum MimeError {
    #[error("the sender's address: {0}")]
    From(AddressError),
    #[error("the recipient's address: {0}")]
    To(AddressError),
    #[error("the address for answers: {0}")]
    ReplyTo(AddressError),
    #[error("subject and name are one line without control characters")]
    Control,
    #[error("subject and name hold no =?, which mail programs take for an encoded word")]
    EncodedWord,
    #[error("a message id is of the form a@b, without brackets and white space")]
    MessageId,
    #[error("the link to opt out is no http address that fits into a header")]
    OptOutUrl,
    #[error("the mail was built with {count} headers {name} instead of one")]
    Header { name: &'static str, count: usize },
    #[error("the mail was built with a line that no server takes")]
    Line,
    #[error("the mail was built with bytes that are not 7-bit text")]
    EightBit,
    #[error("the mail was built with parts that cannot be told apart")]
    Boundary,
}

pub(crate) fn build(draft: &Draft<'_>) -> Result<Vec<u8>, MimeError> {
    let from = EmailAddress::parse(draft.from_email).map_err(MimeError::From)?;
    let to = EmailAddress::parse(draft.to).map_err(MimeError::To)?;
    check_line(draft.from_name)?;
    check_line(draft.subject)?;
    check_ids(draft)?;
    draft.opt_out_url.map_or(Ok(()), check_url)?;
    let boundary = boundary(draft.message_id);
    let name = Some(draft.from_name).filter(|name| !name.is_empty());
    let mut message = MessageBuilder::new()
        .from(Address::new_address(name, from.as_str()))
        .to(Address::new_address(None::<&str>, to.as_str()))
        .subject(draft.subject)
        .date(draft.date.unix_timestamp())
        .message_id(draft.message_id);
    if let Some(address) = draft.reply_to {
        let address = EmailAddress::parse(address).map_err(MimeError::ReplyTo)?;
        message = message.reply_to(Address::new_address(name, address.as_str().to_owned()));
    }
    if let Some(id) = draft.in_reply_to {
        message = message.in_reply_to(id);
    }
    if !draft.references.is_empty() {
        message = message.references(draft.references);
    }
    if let Some(url) = draft.opt_out_url {
        message = message
            .header("List-Unsubscribe", Raw::new(format!("<{url}>")))
            .header("List-Unsubscribe-Post", Raw::new("List-Unsubscribe=One-Click"));
    }
    let body = alternatives(draft.text, &boundary);
    let bytes = message.body(body).write_to_vec().map_err(|_| MimeError::Line)?;
    check_bytes(&bytes, &boundary)?;
    Ok(bytes)
}

/// Text first: readers show the last that they understand (RFC 2046 5.1.4).
fn alternatives(text: &str, boundary: &str) -> MimePart<'static> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    // CR LF even under base64, where the builder takes bytes as they are (RFC 2046 4.1.1).
    let part = |kind, content: &str| MimePart::new(kind, content.replace('\n', "\r\n"));
    let parts = vec![part("text/plain", &text), part("text/html", &html::twin(&text))];
    MimePart::new(ContentType::new("multipart/alternative").attribute("boundary", boundary.to_owned()), parts)
}

/// Refused rather than squeezed: what writes subjects and names has made one line of them already.
fn check_line(text: &str) -> Result<(), MimeError> {
    if text.chars().any(char::is_control) {
        Err(MimeError::Control)
    } else if text.contains("=?") {
        Err(MimeError::EncodedWord)
    } else {
        Ok(())
    }
}

fn check_ids(draft: &Draft<'_>) -> Result<(), MimeError> {
    let others = draft.in_reply_to.into_iter().chain(draft.references.iter().map(String::as_str));
    let is_bare = |id: &str| {
        let parts = id.split_once('@').is_some_and(|(left, right)| !left.is_empty() && !right.is_empty());
        parts && id.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b','))
    };
    if others.chain([draft.message_id]).all(is_bare) { Ok(()) } else { Err(MimeError::MessageId) }
}

fn check_url(url: &str) -> Result<(), MimeError> {
    let is_http = url.starts_with("https://") || url.starts_with("http://");
    let is_one_word = url.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b','));
    if is_http && is_one_word && url.len() <= limits::HEADER_URL_BYTES_MAX { Ok(()) } else { Err(MimeError::OptOutUrl) }
}

/// The same for the same mail. `=_` cannot stand in quoted-printable (RFC 2045 6.7).
fn boundary(message_id: &str) -> String {
    let letters = message_id.chars().filter(char::is_ascii_alphanumeric);
    letters
        .take(limits::BOUNDARY_CHARS_MAX)
        .fold("=_".to_owned(), |boundary, letter| boundary + letter.encode_utf8(&mut [0; 4]))
}

/// What a builder must not get wrong is looked at in what it built.
fn check_bytes(bytes: &[u8], boundary: &str) -> Result<(), MimeError> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii() && !text.contains('\0'));
    let text = text.ok_or(MimeError::EightBit)?;
    if text.split("\r\n").any(|line| line.len() > limits::MAIL_LINE_BYTES_MAX || line.contains(['\r', '\n'])) {
        return Err(MimeError::Line);
    }
    let header = text.split("\r\n\r\n").next().unwrap_or_default();
    for name in ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version"] {
        let fields = header.split("\r\n").filter_map(|line| line.split_once(':'));
        let count = fields.filter(|(field, _)| field.eq_ignore_ascii_case(name)).count();
        if count != 1 {
            return Err(MimeError::Header { name, count });
        }
    }
    // Before each of two parts, and after the last.
    if text.matches(&format!("\r\n--{boundary}")).count() == 3 { Ok(()) } else { Err(MimeError::Boundary) }
}

#[cfg(test)]
mod tests;
