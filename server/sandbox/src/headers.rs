//! The top-level header fields of a message and the addresses in them (RFC 5322). It decodes no words and reads no body.

use serde::Serialize;
use std::ops::Range;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// Unfolded.
    pub(crate) value: String,
    /// In the message, with its line end.
    range: Range<usize>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Headers(Vec<Field>);

/// SES sets these itself.
const REPLACED: [&str; 2] = ["Message-ID", "Date"];
const SHOWN_BYTES_MAX: usize = 10_240; // of what SES tells of a mail

/// As SES tells it.
#[derive(Serialize)]
pub(crate) struct Shown<'a> {
    name: &'a str,
    value: &'a str,
}

impl Headers {
    /// `None`: the message does not begin with header fields.
    pub(crate) fn parse(message: &[u8]) -> Option<Self> {
        let mut fields: Vec<Field> = Vec::new();
        let mut start = 0;
        for line in message.split_inclusive(|byte| *byte == b'\n') {
            let range = start..start + line.len();
            start = range.end;
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            match line.first() {
                None => break,
                Some(b' ' | b'\t') => {
                    let field = fields.last_mut()?;
                    field.value.push_str(&String::from_utf8_lossy(line));
                    field.range.end = range.end;
                }
                Some(_) => {
                    let at = line.iter().position(|byte| *byte == b':')?;
                    let (name, value) = line.split_at_checked(at)?;
                    let name = std::str::from_utf8(name).ok()?.trim_end();
                    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
                        return None;
                    }
                    let value = String::from_utf8_lossy(value.get(1..).unwrap_or_default()).trim_start().to_owned();
                    fields.push(Field { name: name.to_owned(), value, range });
                }
            }
        }
        for field in &mut fields {
            field.value.truncate(field.value.trim_end().len());
        }
        (!fields.is_empty()).then_some(Self(fields))
    }

    /// The first of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value.as_str())
    }

    pub(crate) fn count(&self, name: &str) -> usize {
        self.0.iter().filter(|field| field.name.eq_ignore_ascii_case(name)).count()
    }

    /// Every mailbox in the fields of that name, as written.
    pub(crate) fn mailboxes(&self, name: &str) -> Vec<&str> {
        let fields = self.0.iter().filter(|field| field.name.eq_ignore_ascii_case(name));
        fields.flat_map(|field| mailboxes(&field.value)).collect()
    }

    /// The message with SES's own id and date instead of the sender's.
    pub(crate) fn on_the_wire(&self, message: &[u8], id: &str, date: &str) -> Vec<u8> {
        self.behind(&format!("Message-ID: <{id}>\r\nDate: {date}\r\n"), message, &REPLACED)
    }

    /// The message behind other fields, without its own of these names.
    pub(crate) fn behind(&self, front: &str, message: &[u8], without: &[&str]) -> Vec<u8> {
        let mut whole = Vec::with_capacity(message.len() + front.len());
        whole.extend_from_slice(front.as_bytes());
        let mut at = 0;
        for field in &self.0 {
            if without.iter().any(|name| field.name.eq_ignore_ascii_case(name)) {
                whole.extend_from_slice(message.get(at..field.range.start).unwrap_or_default());
                at = field.range.end;
            }
        }
        whole.extend_from_slice(message.get(at..).unwrap_or_default());
        whole
    }

    /// Up to a size, and whether that left any out.
    pub(crate) fn shown(&self) -> (Vec<Shown<'_>>, bool) {
        let mut bytes = 0;
        let fits = |field: &&Field| {
            bytes += field.name.len() + field.value.len();
            bytes <= SHOWN_BYTES_MAX
        };
        let shown: Vec<Shown> =
            self.0.iter().take_while(fits).map(|Field { name, value, .. }| Shown { name, value }).collect();
        let truncated = shown.len() < self.0.len();
        (shown, truncated)
    }
}

/// A list of mailboxes, split at the commas that stand outside quotes, comments and brackets.
pub(crate) fn mailboxes(list: &str) -> Vec<&str> {
    let (mut quoted, mut escaped, mut depth) = (false, false, 0_usize);
    list.split(|letter| {
        if std::mem::take(&mut escaped) {
            return false;
        }
        match letter {
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '(' | '<' if !quoted => depth += 1,
            ')' | '>' if !quoted => depth = depth.saturating_sub(1),
            ',' if !quoted && depth == 0 => return true,
            _ => {}
        }
        false
    })
    .map(str::trim)
    .filter(|mailbox| !mailbox.is_empty())
    .collect()
}

/// The bare address of a mailbox. `None`: there is none in it.
pub(crate) fn address(mailbox: &str) -> Option<&str> {
    let mailbox = mailbox.trim();
    let address = match mailbox.rsplit_once('<') {
        Some((_, rest)) => rest.strip_suffix('>')?.trim(),
        None => mailbox,
    };
    let (local, domain) = address.rsplit_once('@')?;
    let is_plain = |text: &str| !text.is_empty() && text.chars().all(|c| !c.is_whitespace() && !c.is_control());
    let is_domain = !domain.starts_with('.') && domain.bytes().all(|byte| !b"<>()[],;:\\\"@".contains(&byte));
    (is_plain(local) && is_plain(domain) && is_domain).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::{Headers, address, mailboxes};

    #[test]
    fn fields_are_unfolded_and_found_in_any_case() {
        let message = b"FROM: a@a.example\r\nSubject: one\r\n\ttwo \r\nDate: x\nmessage-id: <y>\r\n\r\nFrom: body\r\n";
        let headers = Headers::parse(message).unwrap();
        assert_eq!(headers.get("subject"), Some("one\ttwo"));
        assert_eq!((headers.get("From"), headers.count("from")), (Some("a@a.example"), 1));
        let wire = String::from_utf8(headers.on_the_wire(message, "id@ses", "now")).unwrap();
        assert_eq!(
            wire,
            "Message-ID: <id@ses>\r\nDate: now\r\nFROM: a@a.example\r\nSubject: one\r\n\ttwo \r\n\r\nFrom: body\r\n"
        );
        for wrong in [b"".as_slice(), b"\r\nbody", b" folded", b"no colon\r\n", b"a b: c\r\n"] {
            assert!(Headers::parse(wrong).is_none());
        }
    }

    #[test]
    fn mailboxes_are_split_at_their_commas_only() {
        let list = r#""Doe, Anna \" (x" <anna@a.example>, (a, b) bob@b.example ,, c@c.example"#;
        let found: Vec<_> = mailboxes(list).into_iter().map(address).collect();
        assert_eq!(found, [Some("anna@a.example"), None, Some("c@c.example")]);
        for wrong in ["", "anna", "@a.example", "an na@a.example", "anna@", "<anna@a.example", "anna@a@", "a@b\"c"] {
            assert_eq!(address(wrong), None, "{wrong}");
        }
    }
}
