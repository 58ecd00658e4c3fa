//! The encodings in which a file of leads may be kept. Never one in which a quote, a line end or a delimiter that we
//! split at can be the second byte of a letter, except for the pipe, which [`FileEncoding::splits_at`] tells.

use encoding_rs::Encoding;

/// How a file's bytes stand for letters: one of [`FileEncoding::offered`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FileEncoding(&'static Encoding);

/// In the order in which a form lists them.
static OFFERED: [FileEncoding; 24] = [
    FileEncoding(&encoding_rs::UTF_8_INIT),
    FileEncoding(&encoding_rs::WINDOWS_1252_INIT),
    FileEncoding(&encoding_rs::WINDOWS_1250_INIT),
    FileEncoding(&encoding_rs::WINDOWS_1251_INIT),
    FileEncoding(&encoding_rs::KOI8_R_INIT),
    FileEncoding(&encoding_rs::KOI8_U_INIT),
    FileEncoding(&encoding_rs::IBM866_INIT),
    FileEncoding(&encoding_rs::ISO_8859_5_INIT),
    FileEncoding(&encoding_rs::ISO_8859_2_INIT),
    FileEncoding(&encoding_rs::ISO_8859_15_INIT),
    FileEncoding(&encoding_rs::MACINTOSH_INIT),
    FileEncoding(&encoding_rs::X_MAC_CYRILLIC_INIT),
    FileEncoding(&encoding_rs::WINDOWS_1253_INIT),
    FileEncoding(&encoding_rs::WINDOWS_1254_INIT),
    FileEncoding(&encoding_rs::WINDOWS_1255_INIT),
    FileEncoding(&encoding_rs::WINDOWS_1256_INIT),
    FileEncoding(&encoding_rs::WINDOWS_1257_INIT),
    FileEncoding(&encoding_rs::WINDOWS_1258_INIT),
    FileEncoding(&encoding_rs::WINDOWS_874_INIT),
    FileEncoding(&encoding_rs::SHIFT_JIS_INIT),
    FileEncoding(&encoding_rs::EUC_JP_INIT),
    FileEncoding(&encoding_rs::GB18030_INIT),
    FileEncoding(&encoding_rs::BIG5_INIT),
    FileEncoding(&encoding_rs::EUC_KR_INIT),
];

impl FileEncoding {
    pub fn utf8() -> Self {
        Self(encoding_rs::UTF_8)
    }

    pub fn offered() -> &'static [Self] {
        &OFFERED
    }

    /// Its name in the Encoding Standard, as it stands in forms and in the database.
    pub fn label(self) -> &'static str {
        self.0.name()
    }

    /// By any label of the Encoding Standard; `None` for one that is not offered.
    pub fn parse(label: &str) -> Option<Self> {
        let encoding = Self(Encoding::for_label(label.trim().as_bytes())?);
        OFFERED.contains(&encoding).then_some(encoding)
    }

    /// What cannot be read becomes U+FFFD, so that a wrong choice is seen and not an error.
    pub fn decode(&self, bytes: &[u8]) -> String {
        self.0.decode_without_bom_handling(bytes).0.into_owned()
    }

    /// Whether `byte` is always itself. The pipe is the second byte of many letters in the encodings of East Asia.
    pub fn splits_at(self, byte: u8) -> bool {
        let has_trailing_ascii = [encoding_rs::SHIFT_JIS, encoding_rs::GB18030, encoding_rs::BIG5].contains(&self.0);
        byte.is_ascii() && !(byte == b'|' && has_trailing_ascii)
    }

    /// The offered one that reads the most of what `encoding` writes.
    pub(super) fn nearest(encoding: &'static Encoding) -> Self {
        let same = [
            (encoding_rs::GBK, encoding_rs::GB18030),
            (encoding_rs::ISO_8859_4, encoding_rs::WINDOWS_1257),
            (encoding_rs::ISO_8859_13, encoding_rs::WINDOWS_1257),
            (encoding_rs::ISO_8859_6, encoding_rs::WINDOWS_1256),
            (encoding_rs::ISO_8859_7, encoding_rs::WINDOWS_1253),
            (encoding_rs::ISO_8859_8, encoding_rs::WINDOWS_1255),
            (encoding_rs::ISO_8859_8_I, encoding_rs::WINDOWS_1255),
            (encoding_rs::ISO_8859_16, encoding_rs::ISO_8859_2),
        ];
        let ours = same.into_iter().find(|(theirs, _)| *theirs == encoding).map_or(encoding, |(_, ours)| ours);
        if OFFERED.contains(&Self(ours)) { Self(ours) } else { Self(encoding_rs::WINDOWS_1252) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offered_encoding_is_found_by_its_label() {
        for encoding in FileEncoding::offered() {
            assert_eq!(FileEncoding::parse(encoding.label()), Some(*encoding));
        }
        let check = |label, expected: Option<&str>| {
            assert_eq!(FileEncoding::parse(label).map(FileEncoding::label), expected, "{label}");
        };
        check(" cp1251 ", Some("windows-1251"));
        check("latin1", Some("windows-1252"));
        check("utf-16le", None);
        check("iso-2022-jp", None);
        check("", None);
    }

    #[test]
    fn no_encoding_hides_a_byte_that_we_split_at_within_a_letter() {
        for encoding in FileEncoding::offered() {
            for byte in *b"\",;\t\r\n|" {
                let hidden = (0x80..=0xff_u8).any(|lead| !encoding.decode(&[lead, byte]).ends_with(char::from(byte)));
                assert_eq!(!hidden, encoding.splits_at(byte), "{encoding:?} {byte:#x}");
            }
        }
    }

    #[test]
    fn an_encoding_that_is_not_offered_is_read_by_its_nearest() {
        let check = |encoding, label| assert_eq!(FileEncoding::nearest(encoding).label(), label);
        check(encoding_rs::GBK, "gb18030");
        check(encoding_rs::ISO_8859_7, "windows-1253");
        check(encoding_rs::ISO_2022_JP, "windows-1252");
        check(encoding_rs::KOI8_U, "KOI8-U");
    }
}
