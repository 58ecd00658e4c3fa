//! The words of a mail as plain text: its text parts, or where it has none, the text of its HTML. And what is beside
//! them.

use super::attachment::Attachment;
use super::entity::Entity;
use super::{html, tidy};
use crate::limits;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

pub(super) struct Body {
    pub(super) text: String,
    pub(super) attachments: Vec<Attachment>,
}

pub(super) fn read(mail: &Entity<'_>) -> Body {
    let mut shown = Shown::default();
    shown.take(mail);
    let is_blank = shown.plain.trim().is_empty();
    let text = if is_blank { &shown.html } else { &shown.plain };
    Body { text: tidy::text(text, limits::REPLY_TEXT_BYTES_MAX), attachments: shown.attachments }
}

/// The text of one part.
pub(super) fn text_of(leaf: &Entity<'_>) -> String {
    let text = decoded(leaf);
    if leaf.media == "text/html" {
        return tidy::text(&html::text(&text, limits::REPLY_TEXT_BYTES_MAX), limits::REPLY_TEXT_BYTES_MAX);
    }
    let text = tidy::text(&text, limits::REPLY_TEXT_BYTES_MAX);
    let parameter = |name: &str| leaf.headers.content_type().and_then(|kind| kind.attribute(name)).unwrap_or_default();
    if parameter("format").eq_ignore_ascii_case("flowed") {
        unflowed(&text, parameter("delsp").eq_ignore_ascii_case("yes"))
    } else {
        text
    }
}

#[derive(Default)]
struct Shown {
    plain: String,
    html: String,
    attachments: Vec<Attachment>,
}

impl Shown {
    fn take(&mut self, entity: &Entity<'_>) {
        if !entity.parts.is_empty() {
            entity.parts.iter().for_each(|part| self.take(part));
            return;
        }
        let disposition = entity.headers.disposition();
        let is_attached = disposition.is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("attachment"));
        let is_named = disposition.is_some_and(|kind| kind.attribute("filename").is_some());
        let text = match entity.media.as_str() {
            _ if is_attached || is_named => None,
            "text/plain" => Some(&mut self.plain),
            "text/html" => Some(&mut self.html),
            _ => None,
        };
        match text {
            Some(text) if text.len() < limits::REPLY_TEXT_BYTES_MAX => {
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push('\n');
                }
                text.push_str(&text_of(entity));
            }
            Some(_) => {}
            None if self.attachments.len() < limits::REPLY_ATTACHMENTS_MAX => {
                self.attachments.push(Attachment::of(entity));
            }
            None => {}
        }
    }
}

fn decoded(leaf: &Entity<'_>) -> String {
    // Letters of other encodings take at most four bytes for one of theirs, HTML is longer than its text.
    let bytes = leaf.content(limits::REPLY_TEXT_BYTES_MAX.saturating_mul(4));
    let named = leaf.headers.content_type().and_then(|kind| kind.attribute("charset"));
    let named = named.and_then(|name| Encoding::for_label(name.as_bytes()));
    // Who says ASCII or Latin-1 and sends UTF-8 all the same is believed by his bytes.
    let encoding = match named {
        Some(encoding) if encoding != WINDOWS_1252 => encoding,
        _ if std::str::from_utf8(&bytes).is_ok() => UTF_8,
        named => named.unwrap_or_else(|| guessed(&bytes)),
    };
    encoding.decode(&bytes).0.into_owned()
}

fn guessed(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes.get(..limits::LEAD_DETECT_BYTES_MAX).unwrap_or(bytes), false);
    detector.guess(None, Utf8Detection::Allow)
}

/// RFC 3676: lines that end with a blank go on in the next one of the same depth.
fn unflowed(text: &str, drops_blank: bool) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut open: Option<usize> = None;
    for (n, line) in text.split('\n').enumerate() {
        let words = line.trim_start_matches('>');
        let depth = line.len() - words.len();
        let words = words.strip_prefix(' ').unwrap_or(words);
        let is_signature = words == "-- ";
        if open == Some(depth) && !is_signature {
            if drops_blank {
                whole.pop();
            }
        } else {
            if n > 0 {
                whole.push('\n');
            }
            if depth > 0 {
                whole.push_str(&line[..depth]);
                whole.push(' ');
            }
        }
        whole.push_str(words);
        open = (words.ends_with(' ') && !is_signature).then_some(depth);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(mail: &[u8]) -> String {
        read(&Entity::read(mail)).text
    }

    #[test]
    fn text_is_chosen_before_html() {
        let mail = "Content-Type: multipart/alternative; boundary=x\n\n--x\n\nplain\n--x\nContent-Type: text/html\n\n\
                    <p>html</p>\n--x--";
        assert_eq!(words(mail.as_bytes()), "plain");
        assert_eq!(words(mail.replace("plain", " ").as_bytes()), "html");
    }

    #[test]
    fn letters_are_read_in_their_encoding() {
        let check = |kind: &str, bytes: &[u8], text: &str| {
            let mail = [format!("Content-Type: {kind}\n\n").as_bytes(), bytes].concat();
            assert_eq!(words(&mail), text, "{kind}");
        };
        check("text/plain; charset=koi8-r", b"\xf0\xd2\xc9\xd7\xc5\xd4", "Привет");
        check("text/plain; charset=utf-8", "Привет".as_bytes(), "Привет");
        check("text/plain; charset=us-ascii", "Привет".as_bytes(), "Привет");
        check("text/plain; charset=nonsense", "Grüße".as_bytes(), "Grüße");
        check("text/plain; charset=iso-8859-1", b"Gr\xfc\xdfe", "Grüße");
        check("text/plain", b"Gr\xfc\xdfe aus M\xfcnchen", "Grüße aus München");
        check("text/plain; charset=iso-2022-jp", b"\x1b$B$O$$\x1b(B", "はい");
    }

    #[test]
    fn flowed_lines_are_joined() {
        let check = |kind: &str, text: &str, expected: &str| {
            let mail = format!("Content-Type: text/plain; format=flowed{kind}\n\n{text}");
            assert_eq!(words(mail.as_bytes()), expected, "{text:?}");
        };
        check("", "a \nb\nc", "a b\nc");
        check("; delsp=yes", "a \nb", "ab");
        check("", "a \n> b \n> c\n d\n-- \nsig", "a \n> b c\nd\n-- \nsig");
        check("", ">> a \n>> b\n> c", ">> a b\n> c");
        check("", "\n\na", "\n\na");
    }

    #[test]
    fn what_is_attached_is_no_text() {
        let mail = "Content-Type: multipart/mixed; boundary=x\n\n--x\n\nhello\n--x\nContent-Type: text/plain\n\
                    Content-Disposition: attachment; filename=\"notes.txt\"\n\nsecret\n--x\nContent-Type: image/png\n\n\
                    bytes\n--x--";
        let body = read(&Entity::read(mail.as_bytes()));
        let names: Vec<&str> = body.attachments.iter().map(|one| one.name.as_str()).collect();
        assert_eq!((body.text.as_str(), names.as_slice()), ("hello", ["notes.txt", "unnamed"].as_slice()));
    }
}
