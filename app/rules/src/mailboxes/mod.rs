//! Mailboxes: what a person may set of one, and when it may send. A mailbox is a lane: one message at a time, at its own
//! pace.

mod pace;
mod window;
mod zone;

pub use pace::{DailyCap, Gap, PaceError};
pub use window::{SendWindow, WeekDays, WindowError};
pub use zone::{ZoneError, ZoneName, zone_data_version};

use crate::limits;

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MailboxTextError {
    #[error("Enter the name that recipients see, like Anna Berg.")]
    NameMissing,
    #[error("This name is longer than {} characters.", limits::PERSON_NAME_CHARS_MAX)]
    NameLong,
    #[error("A name is one line without control characters.")]
    NameLines,
    #[error("A name holds no < or >, which mail programs take for an address.")]
    NameBrackets,
    #[error("A signature has at most {} characters.", limits::SIGNATURE_CHARS_MAX)]
    SignatureLong,
    #[error("A signature holds no control characters but line breaks.")]
    SignatureControl,
}

/// The name beside the address, as recipients see it: one line.
pub fn parse_display_name(text: &str) -> Result<String, MailboxTextError> {
    let name = text.trim();
    if name.is_empty() {
        return Err(MailboxTextError::NameMissing);
    }
    if name.chars().count() > limits::PERSON_NAME_CHARS_MAX {
        return Err(MailboxTextError::NameLong);
    }
    if name.chars().any(char::is_control) {
        return Err(MailboxTextError::NameLines);
    }
    if name.contains(['<', '>']) {
        return Err(MailboxTextError::NameBrackets);
    }
    Ok(name.to_owned())
}

/// What stands under every mail: lines, ended by LF; empty if there is none.
pub fn parse_signature(text: &str) -> Result<String, MailboxTextError> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim_end().trim_start_matches('\n');
    if text.chars().count() > limits::SIGNATURE_CHARS_MAX {
        return Err(MailboxTextError::SignatureLong);
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(MailboxTextError::SignatureControl);
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_that_no_program_takes_for_an_address() {
        assert_eq!(parse_display_name(" Berg, Anna \"Annie\" ").unwrap(), "Berg, Anna \"Annie\"");
        assert_eq!(parse_display_name(" \t"), Err(MailboxTextError::NameMissing));
        assert_eq!(parse_display_name("Anna\r\nBcc: x@example.com"), Err(MailboxTextError::NameLines));
        assert_eq!(parse_display_name("Anna <a@example.com>"), Err(MailboxTextError::NameBrackets));
        assert_eq!(parse_display_name(&"a".repeat(101)), Err(MailboxTextError::NameLong));
    }

    #[test]
    fn a_signature_keeps_its_lines() {
        assert_eq!(parse_signature("\r\nAnna Berg\r\n  Sales\r\n\r\n").unwrap(), "Anna Berg\n  Sales");
        assert_eq!(parse_signature(" \n ").unwrap(), "");
        assert_eq!(parse_signature("a\u{7}b"), Err(MailboxTextError::SignatureControl));
        assert_eq!(parse_signature(&"a".repeat(1001)), Err(MailboxTextError::SignatureLong));
    }
}
