//! Sequences: what is written to whom, and when. Never sends, never looks at the clock.

mod letter;
mod state;
mod step;
pub mod template;

pub use letter::{Letter, OPT_OUT_SENTENCE, Sender, write};
pub use state::{Obstacle, SequenceState, StartFacts, sending_days};
pub use step::{SENDER_FIELDS, Step, StepError, parse_delay, parse_sequence_name};
pub use template::{Blocked, Field, MergeData, Scope, Template, TemplateError, UnknownField, looks_like_placeholder};

use crate::limits;

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PostalAddressError {
    #[error(
        "Enter the postal address of your company: it stands under every mail, as the law of most countries wants."
    )]
    Missing,
    #[error("A postal address has at most {} characters.", limits::POSTAL_ADDRESS_CHARS_MAX)]
    Long,
    #[error("A postal address holds no control characters but line breaks.")]
    Control,
}

/// Lines, ended by LF; never empty.
pub fn parse_postal_address(text: &str) -> Result<String, PostalAddressError> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !template::is_blank(line)).collect();
    let address = lines.join("\n");
    if address.is_empty() {
        Err(PostalAddressError::Missing)
    } else if address.chars().count() > limits::POSTAL_ADDRESS_CHARS_MAX {
        Err(PostalAddressError::Long)
    } else if address.chars().any(|c| c.is_control() && c != '\n') {
        Err(PostalAddressError::Control)
    } else {
        Ok(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postal_address_is_some_lines() {
        let address = parse_postal_address(" Northwind Traders \r\n\r\nHafenstr. 1\r\n20457 Hamburg").unwrap();
        assert_eq!(address, "Northwind Traders\nHafenstr. 1\n20457 Hamburg");
        assert_eq!(parse_postal_address(" \n\u{a0}\n"), Err(PostalAddressError::Missing));
        assert_eq!(parse_postal_address(&"x".repeat(501)), Err(PostalAddressError::Long));
        assert_eq!(parse_postal_address("a\u{7}"), Err(PostalAddressError::Control));
    }
}
