//! Where leads come from: a source that has a name, and the lawful basis on which they may be written to.

use crate::limits;

/// Why these people may be written to (GDPR Art. 6; for advertising by mail also Art. 13 of Directive 2002/58/EC).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Basis {
    Consent,
    Customer,
    LegitimateInterest,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SourceError {
    #[error("Say where these leads come from, like: Hannover fair 2026, our stand.")]
    NameMissing,
    #[error("The name of a source has at most {} characters, on one line.", limits::SOURCE_NAME_CHARS_MAX)]
    Name,
    #[error("Choose on what basis these people may be written to.")]
    Basis,
    #[error("A note has at most {} characters.", limits::SOURCE_NOTE_CHARS_MAX)]
    Note,
}

impl Basis {
    pub const ALL: [Self; 3] = [Self::Consent, Self::Customer, Self::LegitimateInterest];

    /// As it stands in the database and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Customer => "customer",
            Self::LegitimateInterest => "legitimate_interest",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Consent => "Consent",
            Self::Customer => "Existing customers",
            Self::LegitimateInterest => "Legitimate interest",
        }
    }

    /// What one says by choosing it.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Consent => "They asked to hear from you, and you can show when and how.",
            Self::Customer => "They bought from you, and you write about the like of it.",
            Self::LegitimateInterest => {
                "People in a trade that your offer is for. You weighed their interests against yours and wrote it down."
            }
        }
    }

    pub fn parse(text: &str) -> Result<Self, SourceError> {
        Self::ALL.into_iter().find(|basis| basis.as_str() == text).ok_or(SourceError::Basis)
    }
}

pub fn parse_source_name(text: &str) -> Result<String, SourceError> {
    let name = text.trim();
    if name.is_empty() {
        Err(SourceError::NameMissing)
    } else if name.chars().count() > limits::SOURCE_NAME_CHARS_MAX || name.chars().any(char::is_control) {
        Err(SourceError::Name)
    } else {
        Ok(name.to_owned())
    }
}

/// What else is to be remembered; may be empty.
pub fn parse_source_note(text: &str) -> Result<String, SourceError> {
    let note = text.trim();
    if note.chars().count() > limits::SOURCE_NOTE_CHARS_MAX { Err(SourceError::Note) } else { Ok(note.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_says_where_and_why() {
        assert_eq!(parse_source_name(" The fair ").unwrap(), "The fair");
        assert_eq!(parse_source_name("  "), Err(SourceError::NameMissing));
        assert_eq!(parse_source_name("a\nb"), Err(SourceError::Name));
        assert_eq!(Basis::parse(""), Err(SourceError::Basis));
        for basis in Basis::ALL {
            assert_eq!(Basis::parse(basis.as_str()), Ok(basis));
        }
    }
}
