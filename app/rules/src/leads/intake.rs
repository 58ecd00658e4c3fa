//! A file as it comes in: what is stored of each chunk, and what is known of the whole at its end. Never holds more than
//! the first few bytes, and never changes a byte of a file that is not UTF-16.

use super::encoding::FileEncoding;
use crate::limits;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE};

/// Takes the chunks of one file, in order.
pub struct Intake {
    /// The first bytes, until they tell a byte order mark or another format.
    head: Vec<u8>,
    is_begun: bool,
    utf16: Option<Decoder>,
    has_mark: bool,
    utf8: Utf8Check,
    detector: EncodingDetector,
    /// Of what was stored.
    non_ascii_bytes: usize,
    /// It was sure before the file's end.
    is_detector_done: bool,
    unreadable: Option<Unreadable>,
}

/// What is known of a file once it is here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// The last bytes to be stored.
    pub rest: Vec<u8>,
    /// Of the stored bytes.
    pub encoding: FileEncoding,
    pub evidence: Evidence,
    pub unreadable: Option<Unreadable>,
}

/// What an encoding is known by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Evidence {
    /// A byte order mark. What is UTF-16 is stored as UTF-8.
    Mark,
    /// Every byte of it is UTF-8.
    WholeFile,
    /// The letters that its bytes would be: a person has to look.
    Guess,
}

/// Why a file is no CSV at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("This is a spreadsheet (.xlsx) or a ZIP archive. Save it as CSV and upload that.")]
    Spreadsheet,
    #[error("This is an old spreadsheet (.xls). Save it as CSV and upload that.")]
    OldSpreadsheet,
    #[error("This is a PDF. Export the list as CSV and upload that.")]
    Pdf,
    #[error("This is not a text file. Export the list as CSV and upload that.")]
    Binary,
}

/// Strict UTF-8 over chunks that may end within a letter.
#[derive(Default)]
struct Utf8Check {
    tail: Vec<u8>,
    is_broken: bool,
}

/// The longest of the marks and magic numbers.
const HEAD_BYTES: usize = 4;

impl Intake {
    #[expect(clippy::new_without_default, reason = "a file that begins is an act, not a default")]
    pub fn new() -> Self {
        Self {
            head: Vec::new(),
            is_begun: false,
            utf16: None,
            has_mark: false,
            utf8: Utf8Check::default(),
            detector: EncodingDetector::new(Iso2022JpDetection::Deny),
            non_ascii_bytes: 0,
            is_detector_done: false,
            unreadable: None,
        }
    }

    /// What is to be stored after what was given before.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        if self.is_begun {
            return self.take(bytes, false);
        }
        self.head.extend_from_slice(bytes);
        if self.head.len() < HEAD_BYTES { Vec::new() } else { self.begin() }
    }

    /// Known as soon as it is seen, so that an upload need not go on.
    pub fn unreadable(&self) -> Option<Unreadable> {
        self.unreadable
    }

    pub fn finish(mut self) -> Taken {
        let mut rest = if self.is_begun { Vec::new() } else { self.begin() };
        rest.extend(self.take(&[], true));
        let (encoding, evidence) = if self.utf8.is_valid() {
            (FileEncoding::utf8(), if self.has_mark { Evidence::Mark } else { Evidence::WholeFile })
        } else {
            // A letter that is cut by the end speaks against an encoding; one that is cut by us does not.
            if !self.is_detector_done {
                self.detector.feed(&[], true);
            }
            (FileEncoding::nearest(self.detector.guess(None, Utf8Detection::Deny)), Evidence::Guess)
        };
        Taken { rest, encoding, evidence, unreadable: self.unreadable }
    }

    fn begin(&mut self) -> Vec<u8> {
        self.is_begun = true;
        let head = std::mem::take(&mut self.head);
        self.unreadable = Unreadable::by_magic(&head);
        let mut text = head.as_slice();
        for (mark, utf16) in
            [(&b"\xef\xbb\xbf"[..], None), (&b"\xff\xfe"[..], Some(UTF_16LE)), (&b"\xfe\xff"[..], Some(UTF_16BE))]
        {
            if let Some(rest) = head.strip_prefix(mark) {
                text = rest;
                self.has_mark = true;
                self.utf16 = utf16.map(encoding_rs::Encoding::new_decoder_without_bom_handling);
            }
        }
        self.take(text, false)
    }

    fn take(&mut self, bytes: &[u8], is_last: bool) -> Vec<u8> {
        let stored = match &mut self.utf16 {
            Some(decoder) => transcode(decoder, bytes, is_last).into_bytes(),
            None => bytes.to_vec(),
        };
        self.utf8.push(&stored);
        // No text holds NUL, and PostgreSQL takes none.
        if self.unreadable.is_none() && stored.contains(&0) {
            self.unreadable = Some(Unreadable::Binary);
        }
        self.is_detector_done |= self.utf16.is_some() || self.non_ascii_bytes >= limits::LEAD_DETECT_BYTES_MAX;
        if !self.is_detector_done {
            self.detector.feed(&stored, false);
        }
        self.non_ascii_bytes += stored.iter().filter(|byte| !byte.is_ascii()).count();
        stored
    }
}

impl Unreadable {
    fn by_magic(head: &[u8]) -> Option<Self> {
        let magic = [
            (&b"PK\x03\x04"[..], Self::Spreadsheet),
            (&b"\xd0\xcf\x11\xe0"[..], Self::OldSpreadsheet),
            (&b"%PDF"[..], Self::Pdf),
        ];
        magic.into_iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, unreadable)| unreadable)
    }
}

impl Utf8Check {
    fn push(&mut self, bytes: &[u8]) {
        if self.is_broken {
            return;
        }
        let mut tail = std::mem::take(&mut self.tail);
        let text = if tail.is_empty() {
            bytes
        } else {
            tail.extend_from_slice(bytes);
            &tail
        };
        match std::str::from_utf8(text) {
            Ok(_) => {}
            Err(error) if error.error_len().is_none() => {
                let rest = text.get(error.valid_up_to()..).unwrap_or_default().to_vec();
                self.tail = rest;
            }
            Err(_) => self.is_broken = true,
        }
    }

    fn is_valid(&self) -> bool {
        !self.is_broken && self.tail.is_empty()
    }
}

/// What is no UTF-16 becomes U+FFFD.
fn transcode(decoder: &mut Decoder, bytes: &[u8], is_last: bool) -> String {
    let mut text = String::new();
    let mut rest = bytes;
    loop {
        let room = decoder.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or(rest.len());
        // Never without room: the decoder could not go on.
        text.reserve(room.max(16));
        let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut text, is_last);
        rest = rest.get(read..).unwrap_or_default();
        match result {
            DecoderResult::InputEmpty => return text,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => text.push(char::REPLACEMENT_CHARACTER),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(bytes: &[u8], chunk: usize) -> (Vec<u8>, Taken) {
        let mut intake = Intake::new();
        let mut stored: Vec<u8> = bytes.chunks(chunk).flat_map(|chunk| intake.push(chunk)).collect();
        let taken = intake.finish();
        stored.extend(&taken.rest);
        (stored, taken)
    }

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        format!("\u{feff}{text}").encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn the_encoding_is_told_from_the_whole_file() {
        let check = |bytes: &[u8], label: &str| {
            for chunk in [1, 3, 4096] {
                let (stored, taken) = take(bytes, chunk);
                assert_eq!(stored, bytes);
                assert_eq!(taken.encoding.label(), label, "{chunk}");
                let evidence = if label == "UTF-8" { Evidence::WholeFile } else { Evidence::Guess };
                assert_eq!(taken.evidence, evidence);
                assert_eq!(taken.unreadable, None);
            }
        };
        check(b"", "UTF-8");
        check(b"a", "UTF-8");
        check(b"email,name\r\n", "UTF-8");
        check("имя;почта\nЮлия;a@b.example\n😀".as_bytes(), "UTF-8");
        let russian = "Фамилия;Компания;Должность\nСмирнов;Город;Директор по продажам\n";
        check(&encoding_rs::WINDOWS_1251.encode(russian).0, "windows-1251");
        check(&encoding_rs::KOI8_U.encode(russian).0, "KOI8-U");
        check(&encoding_rs::WINDOWS_1251.encode(&russian.repeat(2000)).0, "windows-1251");
        let japanese = "名前,会社\n田中,株式会社\n鈴木さんは東京にいます。\n";
        check(&encoding_rs::SHIFT_JIS.encode(japanese).0, "Shift_JIS");
        check(&encoding_rs::SHIFT_JIS.encode(&japanese.repeat(2000)).0, "Shift_JIS");
        check(b"name\nM\xfcller\nJos\xe9 da Silva\n", "windows-1252");
    }

    #[test]
    fn a_byte_order_mark_is_not_stored_and_utf16_becomes_utf8() {
        let text = "имя,e-mail\r\nЮлия 😀,a@b.example";
        let check = |bytes: &[u8]| {
            for chunk in [1, 2, 3, 5, 4096] {
                let (stored, taken) = take(bytes, chunk);
                assert_eq!(String::from_utf8(stored).unwrap(), text);
                assert_eq!((taken.encoding.label(), taken.evidence), ("UTF-8", Evidence::Mark));
                assert_eq!(taken.unreadable, None);
            }
        };
        check(format!("\u{feff}{text}").as_bytes());
        check(&utf16(text, u16::to_le_bytes));
        check(&utf16(text, u16::to_be_bytes));
    }

    #[test]
    fn broken_utf16_is_read_as_far_as_it_goes() {
        for chunk in [1, 4096] {
            let (stored, _) = take(b"\xff\xfea\x00\x00\xd8b\x00c", chunk);
            assert_eq!(String::from_utf8(stored).unwrap(), "a\u{fffd}b\u{fffd}");
        }
        assert_eq!(take(b"\xff\xfe", 1).0, b"");
    }

    #[test]
    fn a_file_that_is_no_text_is_told_by_its_kind() {
        let check = |bytes: &[u8], expected| {
            for chunk in [1, 4096] {
                assert_eq!(take(bytes, chunk).1.unreadable, Some(expected), "{bytes:?}");
            }
        };
        check(b"PK\x03\x04\x14\x00\x06", Unreadable::Spreadsheet);
        check(b"\xd0\xcf\x11\xe0\xa1\xb1", Unreadable::OldSpreadsheet);
        check(b"%PDF-1.7\n", Unreadable::Pdf);
        check(b"a,b\n\x00", Unreadable::Binary);
        check(b"a\x00b\x00", Unreadable::Binary);
    }
}
