//! The header of a mail or of a part. What is missing or malformed is absent. Where a field stands twice, the first one
//! counts: it is the one that readers show.

use super::tidy;
use crate::limits;
use crate::time::OffsetDateTime;
use mail_parser::{Address, ContentType, HeaderForm, HeaderName, HeaderValue, Message, MessageParser};

pub(super) struct Headers<'a>(Option<Message<'a>>);

impl<'a> Headers<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Self {
        let bytes = bytes.get(..limits::REPLY_HEADER_BYTES_MAX).unwrap_or(bytes);
        let parser = MessageParser::new();
        Self(match spelled_zone(bytes) {
            Some(mended) => parser.parse_headers(&mended).map(Message::into_owned),
            None => parser.parse_headers(bytes),
        })
    }

    /// As it stands there, unfolded to one line.
    pub(super) fn raw(&self, name: &str) -> Option<String> {
        self.raws(name).into_iter().next()
    }

    pub(super) fn raws(&self, name: &str) -> Vec<String> {
        let Some(message) = &self.0 else { return Vec::new() };
        let fields = message.headers().iter().filter(|field| field.name.as_str().eq_ignore_ascii_case(name));
        let bytes =
            fields.filter_map(|field| message.raw_message.get(field.offset_start as usize..field.offset_end as usize));
        bytes.map(|bytes| tidy::line(&String::from_utf8_lossy(bytes), limits::REPLY_HEADER_BYTES_MAX)).collect()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    fn value(&self, name: &HeaderName<'_>) -> Option<&HeaderValue<'a>> {
        let fields = self.0.as_ref()?.headers();
        fields.iter().find(|field| field.name == *name).map(|field| &field.value)
    }

    pub(super) fn subject(&self) -> String {
        let text = self.value(&HeaderName::Subject).and_then(HeaderValue::as_text).unwrap_or_default();
        tidy::line(text, limits::REPLY_SUBJECT_CHARS_MAX)
    }

    /// `None` where it cannot be: the library gives impossible days on.
    pub(super) fn date(&self) -> Option<OffsetDateTime> {
        let date = self.value(&HeaderName::Date).and_then(HeaderValue::as_datetime)?;
        jiff::civil::Date::new(
            i16::try_from(date.year).ok()?,
            i8::try_from(date.month).ok()?,
            i8::try_from(date.day).ok()?,
        )
        .ok()?;
        if !date.is_valid() {
            return None;
        }
        OffsetDateTime::from_unix_timestamp(date.to_timestamp()).ok()
    }

    /// Names and addresses of a field that the library reads as addresses by itself.
    pub(super) fn mailboxes(&self, name: &HeaderName<'_>) -> Vec<(String, String)> {
        self.value(name).and_then(HeaderValue::as_address).map(mailboxes).unwrap_or_default()
    }

    /// The addresses of every field of this name.
    pub(super) fn addresses(&self, name: &'static str) -> Vec<String> {
        let Some(message) = &self.0 else { return Vec::new() };
        let values = message.header_as(name, HeaderForm::Addresses);
        let lists = values.iter().filter_map(HeaderValue::as_address);
        lists.flat_map(|list| mailboxes(list).into_iter().map(|(_, address)| address)).collect()
    }

    pub(super) fn content_type(&self) -> Option<&ContentType<'a>> {
        self.value(&HeaderName::ContentType).and_then(HeaderValue::as_content_type)
    }

    pub(super) fn disposition(&self) -> Option<&ContentType<'a>> {
        self.value(&HeaderName::ContentDisposition).and_then(HeaderValue::as_content_type)
    }

    /// The ids of a field, bare. Those of a client that forgot the brackets are cut at blanks.
    pub(super) fn ids(&self, name: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for id in self.raws(name).iter().take(limits::REPLY_REFERENCES_MAX).flat_map(|text| ids_of(text)) {
            if !found.contains(&id) {
                found.push(id);
            }
        }
        found.split_off(found.len().saturating_sub(limits::REPLY_REFERENCES_MAX))
    }
}

/// A date whose zone is one letter, like `Z`, takes the field behind it away in the library
/// (`findings/mail-parser-date-zone-z.sh`): the header with that zone in digits. `None`: there is none.
fn spelled_zone(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut mended: Option<Vec<u8>> = None;
    let mut copied = 0;
    let mut at = 0;
    let mut is_date = false;
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        let is_folded = line.starts_with(b" ") || line.starts_with(b"\t");
        is_date = if is_folded { is_date } else { line.get(..5).is_some_and(|it| it.eq_ignore_ascii_case(b"date:")) };
        let goes_on = lines.peek().is_some_and(|next| next.starts_with(b" ") || next.starts_with(b"\t"));
        let text = line.trim_ascii_end();
        if is_date
            && !goes_on
            && let [.., b' ' | b'\t', letter] = text
            && letter.is_ascii_alphabetic()
        {
            let letter_at = at + text.len() - 1;
            let mended = mended.get_or_insert_default();
            mended.extend_from_slice(&bytes[copied..letter_at]);
            mended.extend_from_slice(b"+0000");
            copied = letter_at + 1;
        }
        at += line.len();
    }
    let mut mended = mended?;
    mended.extend_from_slice(&bytes[copied..]);
    Some(mended)
}

fn mailboxes(list: &Address<'_>) -> Vec<(String, String)> {
    let bounded = list.iter().take(limits::REPLY_RECIPIENTS_MAX);
    let read = bounded.filter_map(|one| {
        let name = tidy::line(one.name().unwrap_or_default(), limits::PERSON_NAME_CHARS_MAX);
        match tidy::line(one.address()?, limits::ADDRESS_BYTES_MAX) {
            // Of an address that is quoted and stands alone the library takes the local part for a name.
            domain if domain.starts_with('@') => Some((String::new(), format!("\"{name}\"{domain}"))),
            address => address.contains('@').then_some((name, address)),
        }
    });
    read.collect()
}

/// The newest where there are too many.
fn ids_of(text: &str) -> Vec<String> {
    let pieces: Vec<&str> = if text.contains('<') {
        text.rsplit('<').filter_map(|rest| rest.split_once('>')).map(|(id, _)| id).collect()
    } else {
        text.rsplit([' ', ',', '>']).collect()
    };
    let bare = pieces.iter().map(|id| id.chars().filter(|letter| !letter.is_whitespace()).collect::<String>());
    let is_id = |id: &String| id.contains('@') && id.len() <= limits::MAIL_LINE_BYTES_MAX;
    let mut ids: Vec<String> = bare.filter(is_id).take(limits::REPLY_REFERENCES_MAX).collect();
    ids.reverse();
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(text: &str) -> Headers<'_> {
        Headers::read(text.as_bytes())
    }

    #[test]
    fn ids_are_found_however_they_are_written() {
        let check = |value: &str, ids: &[&str]| {
            let text = format!("References: {value}\r\n\r\n");
            assert_eq!(headers(&text).ids("references"), ids, "{value:?}");
        };
        check("<a@b.example>", &["a@b.example"]);
        check("<a@b.example>\r\n <c@d.example>\t<e@f.example>", &["a@b.example", "c@d.example", "e@f.example"]);
        check("a@b.example c@d.example", &["a@b.example", "c@d.example"]);
        check("<a@b.\r\n example>", &["a@b.example"]);
        check("Your mail of Monday <a@b.example>", &["a@b.example"]);
        check("<a@b.example> <a@b.example>", &["a@b.example"]);
        check("nonsense <> < >", &[]);
    }

    #[test]
    fn too_many_ids_leave_the_newest() {
        let many: String = (0..500).map(|n| format!(" <{n}@b.example>")).collect();
        let ids = headers(&format!("References:{many}\n\n")).ids("References");
        assert_eq!((ids.len(), ids.last().map(String::as_str)), (limits::REPLY_REFERENCES_MAX, Some("499@b.example")));
    }

    #[test]
    fn the_first_of_two_fields_counts() {
        let text = "From: a@b.example\nSubject: one\nSubject: two\nFrom: c@d.example\nDelivered-To: x@y.example\n\
                    Delivered-To: z@y.example\n\n";
        assert_eq!(headers(text).subject(), "one");
        assert_eq!(headers(text).mailboxes(&HeaderName::From), [(String::new(), "a@b.example".to_owned())]);
        assert_eq!(headers(text).addresses("Delivered-To"), ["x@y.example", "z@y.example"]);
    }

    #[test]
    fn a_zone_of_one_letter_takes_nothing_away() {
        let text = "DATE: Sat, 28 Nov 2026 10:00:00 Z\r\nSubject: one\r\nFrom: a@b.example\r\n\r\n";
        assert_eq!(headers(text).date().map(OffsetDateTime::unix_timestamp), Some(1_795_860_000));
        assert_eq!(
            (headers(text).subject().as_str(), headers(text).raw("from").as_deref()),
            ("one", Some("a@b.example"))
        );
        for date in ["Date:", "Date: Z", "Date: x", "Date: Sat, 28 Nov 2026 10:00:00\n Z", "Date: Z\nDate: Z"] {
            let text = format!("To: c@d.example\n{date}\nSubject: one\n\n");
            assert_eq!(headers(&text).subject(), "one", "{date:?}");
        }
    }

    #[test]
    fn a_quoted_address_alone_stays_whole() {
        let mailbox = |from: &str| headers(&format!("From: {from}\n\n")).mailboxes(&HeaderName::From);
        assert_eq!(mailbox("\"a..b\"@c.example"), [(String::new(), "\"a..b\"@c.example".to_owned())]);
        assert_eq!(mailbox("A <\"a..b\"@c.example>"), [("A".to_owned(), "\"a..b\"@c.example".to_owned())]);
    }

    #[test]
    fn an_impossible_date_is_none() {
        let date = |text: &str| headers(&format!("Date: {text}\n\n")).date().map(OffsetDateTime::unix_timestamp);
        assert_eq!(date("Sat, 28 Nov 2026 13:00:00 +0300"), Some(1_795_860_000));
        assert_eq!(date("Sat, 31 Feb 2026 13:00:00 +0300"), None);
        assert_eq!(date("yesterday"), None);
    }
}
