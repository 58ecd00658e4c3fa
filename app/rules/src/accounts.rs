//! People: what a name and a password must be.

use crate::limits;
use std::fmt;

/// A person's name as shown to others: one line, trimmed, not empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonName(String);

/// A password a person has just chosen. It never prints itself.
#[derive(Clone)]
pub struct NewPassword(String);

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PersonNameError {
    #[error("Enter a name.")]
    Empty,
    #[error("A name has at most {} characters.", limits::PERSON_NAME_CHARS_MAX)]
    Long,
    #[error("A name is one line of text.")]
    ControlCharacter,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NewPasswordError {
    #[error("Use at least {} characters. A few words in a row do well.", limits::PASSWORD_CHARS_MIN)]
    Short,
    #[error("Use at most {} bytes.", limits::PASSWORD_BYTES_MAX)]
    Long,
    #[error("Use something that is not your address or one character repeated.")]
    Guessable,
}

impl PersonName {
    pub fn parse(text: &str) -> Result<Self, PersonNameError> {
        let text = text.trim();
        if text.is_empty() {
            Err(PersonNameError::Empty)
        } else if text.chars().count() > limits::PERSON_NAME_CHARS_MAX {
            Err(PersonNameError::Long)
        } else if text.chars().any(char::is_control) {
            Err(PersonNameError::ControlCharacter)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl NewPassword {
    /// `address` is what the person signs in with: as typed, valid or not.
    pub fn parse(text: &str, address: &str) -> Result<Self, NewPasswordError> {
        if text.chars().count() < limits::PASSWORD_CHARS_MIN {
            return Err(NewPasswordError::Short);
        }
        if text.len() > limits::PASSWORD_BYTES_MAX {
            return Err(NewPasswordError::Long);
        }
        let one_character = text.chars().all(|c| text.starts_with(c));
        if one_character || text.trim().eq_ignore_ascii_case(address.trim()) {
            return Err(NewPasswordError::Guessable);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_must_be_long_and_not_the_address() {
        let check = |text: &str| NewPassword::parse(text, "anna@example.com").map(|_| ());
        assert_eq!(check("four plain words here"), Ok(()));
        assert_eq!(check("elevenchars"), Err(NewPasswordError::Short));
        assert_eq!(check("aaaaaaaaaaaaaaaa"), Err(NewPasswordError::Guessable));
        assert_eq!(check("Anna@Example.com"), Err(NewPasswordError::Guessable));
        assert_eq!(check(&"ab".repeat(300)), Err(NewPasswordError::Long));
    }
}
