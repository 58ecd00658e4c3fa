//! Texts as bytes on the wire: in their charset, in lines that mail servers let through (RFC 2045, 2047). What a charset
//! cannot hold is written in UTF-8.

use super::quote::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use encoding_rs::{Encoding, UTF_8};
use std::fmt::Write;

pub(super) struct Encoder(&'static Encoding);

const LINE_BYTES_MAX: usize = 76;
const PLAIN_LINE_BYTES_MAX: usize = 900;
const WORD_CHARS: usize = 11; // of an encoded word, which has 75 bytes at most (RFC 2047 2)

impl Encoder {
    pub(super) fn new(charset: &'static Encoding) -> Self {
        Self(charset)
    }

    /// Encoded words where it must.
    pub(super) fn header(&self, text: &str) -> String {
        if text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
            return text.to_owned();
        }
        let (_, charset) = self.bytes(text);
        let letters: Vec<char> = text.chars().collect();
        let word = |letters: &[char]| {
            let part: String = letters.iter().collect();
            let bytes = charset.encode(&part).0;
            format!("=?{}?B?{}?=", charset.name(), STANDARD.encode(bytes))
        };
        letters.chunks(WORD_CHARS).map(word).collect::<Vec<_>>().join("\r\n ")
    }

    /// The rest of the mail, from its Content-Type on.
    pub(super) fn entities(&self, mail: &mut Vec<u8>, body: &Body, id: &str) {
        let Some(html) = &body.html else {
            self.entity(mail, "plain", &body.text);
            return;
        };
        let boundary = format!("000000000000{}", id.get(..16).unwrap_or(id));
        let open = format!("Content-Type: multipart/alternative; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n");
        mail.extend_from_slice(open.as_bytes());
        self.entity(mail, "plain", &body.text);
        mail.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
        self.entity(mail, "html", html);
        mail.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    }

    fn entity(&self, mail: &mut Vec<u8>, kind: &str, text: &str) {
        let text = text.replace('\n', "\r\n");
        let (bytes, charset) = self.bytes(&text);
        let foreign = bytes.iter().filter(|byte| !byte.is_ascii()).count();
        let is_short = bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= PLAIN_LINE_BYTES_MAX);
        let (name, coded) = if foreign == 0 && is_short {
            ("7bit", bytes)
        } else if foreign * 5 < bytes.len() {
            ("quoted-printable", quoted_printable(&bytes))
        } else {
            ("base64", base64(&bytes))
        };
        let mut head = String::new();
        let _ = write!(head, "Content-Type: text/{kind}; charset=\"{}\"\r\n", charset.name()); // a String takes everything
        let _ = write!(head, "Content-Transfer-Encoding: {name}\r\n\r\n");
        mail.extend_from_slice(head.as_bytes());
        mail.extend_from_slice(&coded);
        mail.extend_from_slice(b"\r\n");
    }

    fn bytes(&self, text: &str) -> (Vec<u8>, &'static Encoding) {
        match self.0.encode(text) {
            (_, _, true) => (text.as_bytes().to_vec(), UTF_8),
            (bytes, charset, false) => (bytes.into_owned(), charset),
        }
    }
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    let coded = STANDARD.encode(bytes);
    coded.as_bytes().chunks(LINE_BYTES_MAX).collect::<Vec<_>>().join(b"\r\n".as_slice())
}

/// Of text whose lines end in CR LF.
fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut coded = String::new();
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if number > 0 {
            coded.push_str("\r\n");
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut column = 0;
        for (at, byte) in line.iter().enumerate() {
            let is_last = at + 1 == line.len();
            let is_plain = (byte.is_ascii_graphic() && *byte != b'=') || (*byte == b' ' && !is_last);
            let width = if is_plain { 1 } else { 3 };
            if column + width >= LINE_BYTES_MAX {
                coded.push_str("=\r\n");
                column = 0;
            }
            column += width;
            if is_plain {
                coded.push(char::from(*byte));
            } else {
                let _ = write!(coded, "={byte:02X}"); // a String takes everything
            }
        }
    }
    coded.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::super::quote::Body;
    use super::Encoder;
    use encoding_rs::{KOI8_R, UTF_8, WINDOWS_1251};
    use mail_parser::MessageParser;

    #[test]
    fn what_is_written_is_read_again() {
        for charset in [UTF_8, KOI8_R, WINDOWS_1251] {
            for text in
                ["Hello = you \nthere", "Добрый день,\n\nдо встречи — и спасибо.", "Grüße aus Köln 東京 \n.", ""]
            {
                let long = format!("{text}\n{}", "x ".repeat(1000));
                let subject = text.replace('\n', " ");
                let encoder = Encoder::new(charset);
                let mut mail = format!("Subject: {}\r\n", encoder.header(&subject)).into_bytes();
                encoder.entities(&mut mail, &Body { text: long.clone(), html: Some("<p>é</p>".to_owned()) }, "id");
                let read = MessageParser::default().parse(&mail).unwrap();
                assert_eq!(read.subject().unwrap_or_default().trim(), subject.trim(), "{}", charset.name());
                let body = read.body_text(0).unwrap().replace("\r\n", "\n");
                assert_eq!(body.trim_end(), long.trim_end(), "{}", charset.name());
                assert_eq!(read.body_html(0).unwrap().trim_end(), "<p>é</p>");
                assert!(mail.split(|byte| *byte == b'\n').all(|line| line.len() <= 999));
            }
        }
    }
}
