//! The parts of a mail (RFC 2046). The library's own walk has no limit of depth: mails within mails are dropped by
//! recursion, and a missing boundary is looked for again at every part. So parts are cut here, in linear time, to a depth
//! and a number; the library reads their headers and encodings. A mail within the mail stays bytes.

use super::headers::Headers;
use crate::limits;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, Engine};
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use std::borrow::Cow;

pub(super) struct Entity<'a> {
    pub(super) headers: Headers<'a>,
    /// Lower case, like `text/plain`.
    pub(super) media: String,
    /// As it was sent, with its transfer encoding.
    pub(super) body: &'a [u8],
    /// Of a multipart.
    pub(super) parts: Vec<Entity<'a>>,
}

impl<'a> Entity<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Self {
        let mut left = limits::REPLY_PARTS_MAX;
        Self::read_within(bytes, "text/plain", limits::REPLY_DEPTH_MAX, &mut left)
    }

    fn read_within(bytes: &'a [u8], default: &str, depth: usize, left: &mut usize) -> Self {
        let (head, body) = split_header(bytes);
        let headers = Headers::read(head);
        let named = headers
            .content_type()
            .map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_ascii_lowercase());
        let mut media = named.unwrap_or_else(|| default.to_owned());
        let boundary = headers.content_type().and_then(|kind| kind.attribute("boundary")).unwrap_or_default();
        let mut parts = Vec::new();
        let is_cut = media.starts_with("multipart/") && depth > 0;
        if is_cut && !boundary.is_empty() {
            let default = if media == "multipart/digest" { "message/rfc822" } else { "text/plain" };
            for piece in pieces(body, boundary.as_bytes()) {
                let Some(fewer) = left.checked_sub(1) else { break };
                *left = fewer;
                parts.push(Self::read_within(piece, default, depth - 1, left));
            }
        }
        if is_cut && parts.is_empty() {
            // Its words are all that it has.
            media = "text/plain".to_owned();
        }
        Self { headers, media, body, parts }
    }

    /// Every part that has none of its own, in order.
    pub(super) fn leaves(&self) -> Vec<&Self> {
        if self.parts.is_empty() {
            return vec![self];
        }
        self.parts.iter().flat_map(Self::leaves).collect()
    }

    pub(super) fn leaf(&self, media: &str) -> Option<&Self> {
        self.leaves().into_iter().find(|leaf| leaf.media == media)
    }

    /// Without its transfer encoding; of what is broken, what can be read. Cut.
    pub(super) fn content(&self, bytes_max: usize) -> Cow<'a, [u8]> {
        // Quoted-printable takes three bytes for one.
        let body = self.body.get(..bytes_max.saturating_mul(3)).unwrap_or(self.body);
        let mut content = match self.headers.raw("Content-Transfer-Encoding").unwrap_or_default().to_ascii_lowercase() {
            name if name.starts_with("base64") => Cow::Owned(base64_content(body)),
            name if name.starts_with("quoted-printable") => Cow::Owned(quoted_printable_content(body)),
            _ => Cow::Borrowed(body),
        };
        if content.len() > bytes_max {
            content = Cow::Owned(content[..bytes_max].to_vec());
        }
        content
    }

    /// How large it is without its encoding, near enough to show.
    pub(super) fn size(&self) -> usize {
        let is_base64 =
            self.headers.raw("Content-Transfer-Encoding").is_some_and(|name| name.eq_ignore_ascii_case("base64"));
        let letters = || self.body.iter().filter(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte)).count();
        if is_base64 { letters() / 4 * 3 + (letters() % 4).saturating_sub(1) } else { self.body.len() }
    }
}

/// The header, and what comes after the empty line.
pub(super) fn split_header(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut start = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let end = start + line.len();
        if matches!(line, b"\n" | b"\r\n") {
            return (&bytes[..start], &bytes[end..]);
        }
        start = end;
    }
    (bytes, &[])
}

/// What stands between the lines of a boundary. Where the last one is missing, the last part ends with the mail.
fn pieces<'a>(body: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    let mut from = None;
    let mut start = 0;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let end = start + line.len();
        let after = line.strip_prefix(b"--").and_then(|rest| rest.strip_prefix(boundary));
        let after = after.map(<[u8]>::trim_ascii_end).filter(|rest| matches!(*rest, b"" | b"--"));
        if let Some(after) = after {
            if let Some(from) = from {
                pieces.push(without_line_end(&body[from..start]));
            }
            from = Some(end);
            if after == b"--" {
                return pieces;
            }
        }
        start = end;
    }
    pieces.extend(from.map(|from| &body[from..]));
    pieces
}

/// The end of the line before a boundary belongs to the boundary.
fn without_line_end(piece: &[u8]) -> &[u8] {
    let piece = piece.strip_suffix(b"\n").unwrap_or(piece);
    piece.strip_suffix(b"\r").unwrap_or(piece)
}

/// What is no escape stands as it is, as RFC 2045 6.7 advises; the library gives nothing then.
fn quoted_printable_content(body: &[u8]) -> Vec<u8> {
    if let Some(content) = quoted_printable_decode(body) {
        return content;
    }
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut content = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'=' {
            content.push(*byte);
        } else if let Some(next) = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n")) {
            rest = next;
        } else if let (Some(high), Some(low)) = (digit(after.first()), digit(after.get(1))) {
            content.extend(u8::try_from(high * 16 + low));
            rest = &after[2..];
        } else {
            content.push(b'=');
        }
    }
    content
}

/// What is no letter of base64 is left out, as RFC 2045 6.8 asks for.
fn base64_content(body: &[u8]) -> Vec<u8> {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&base64::alphabet::STANDARD, config);
    let mut letters: Vec<u8> =
        body.iter().copied().filter(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte)).collect();
    if letters.len() % 4 == 1 {
        letters.pop();
    }
    engine.decode(letters).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(mail: &str) -> Vec<String> {
        let entity = Entity::read(mail.as_bytes());
        let leaves = entity.leaves();
        leaves.iter().map(|leaf| String::from_utf8_lossy(&leaf.content(1000)).into_owned()).collect()
    }

    #[test]
    fn parts_are_cut_at_their_boundaries() {
        let mail = "Content-Type: multipart/mixed; boundary=\"=_a b\"\r\n\r\npreamble\r\n--=_a b\r\n\r\none\r\n--=_a bc\r\n\
                    --=_a b \r\nContent-Type: text/plain\r\n\r\ntwo\r\n--=_a b--\r\nepilogue\r\n";
        assert_eq!(contents(mail), ["one\r\n--=_a bc", "two"]);
        assert_eq!(contents("Content-Type: multipart/mixed; boundary=x\n\n--x\n\nopen"), ["open"]);
        assert_eq!(contents("Content-Type: multipart/mixed; boundary=x\n\nno part"), ["no part"]);
        assert_eq!(contents("\nno header"), ["no header"]);
    }

    #[test]
    fn encodings_are_taken_off_as_far_as_they_can_be_read() {
        let check = |encoding: &str, body: &str, content: &str| {
            assert_eq!(contents(&format!("Content-Transfer-Encoding: {encoding}\n\n{body}")), [content]);
        };
        check("BASE64", "SGVs\r\nbG8h", "Hello!");
        check("base64", "SGVs!bG8", "Hello");
        check("base64", "SGVsbG8=", "Hello");
        check("quoted-printable", "Hel=\r\nlo=21", "Hello!");
        check("quoted-printable", "50 =ZZ off, gr=C3=BC=C3=9F=\n=", "50 =ZZ off, grüß=");
        check("8bit", "Hello=21", "Hello=21");
        check("unknown", "Hello", "Hello");
    }

    #[test]
    fn depth_and_number_end_somewhere() {
        let deep: String = (0..30).map(|n| format!("Content-Type: multipart/mixed; boundary={n}\n\n--{n}\n")).collect();
        assert_eq!(Entity::read(deep.as_bytes()).leaves().len(), 1);
        let wide = format!("Content-Type: multipart/mixed; boundary=x\n\n{}", "--x\n\na\n".repeat(5000));
        assert_eq!(Entity::read(wide.as_bytes()).leaves().len(), limits::REPLY_PARTS_MAX);
        let nested = "Content-Type: message/rfc822\n\n".repeat(20);
        assert_eq!(Entity::read(nested.as_bytes()).leaves().len(), 1);
    }
}
