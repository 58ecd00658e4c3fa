//! A lead's and a sender's texts, as templates see them. Never changes a text: it is there as stored, or it is missing.

use std::collections::BTreeMap;

/// Texts by field. Blank ones are not kept.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MergeData {
    lead: BTreeMap<String, String>,
    sender: BTreeMap<String, String>,
}

/// Whose field it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Scope {
    Lead,
    Sender,
}

impl MergeData {
    pub fn new(
        lead: impl IntoIterator<Item = (String, String)>,
        sender: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let kept = |(_, value): &(String, String)| !is_blank(value);
        Self { lead: lead.into_iter().filter(kept).collect(), sender: sender.into_iter().filter(kept).collect() }
    }

    pub fn get(&self, scope: Scope, field: &str) -> Option<&str> {
        let texts = match scope {
            Scope::Lead => &self.lead,
            Scope::Sender => &self.sender,
        };
        texts.get(field).map(String::as_str)
    }
}

impl Scope {
    pub const ALL: [Self; 2] = [Self::Lead, Self::Sender];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Sender => "sender",
        }
    }
}

/// Whether nothing of `text` would be seen.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(is_invisible)
}

/// Whether `value` is what people and programs write where they know nothing. It is sent all the same; a page can warn.
pub fn looks_like_placeholder(value: &str) -> bool {
    let value = value.trim_matches(|c: char| is_invisible(c) || "()[]<>{}\"'".contains(c)).to_lowercase();
    PLACEHOLDERS.contains(&value.as_str()) || !value.chars().any(char::is_alphanumeric)
}

const PLACEHOLDERS: &[&str] = &[
    "#n/a",
    "#name?",
    "#null!",
    "#ref!",
    "#value!",
    "asdf",
    "empty",
    "first name",
    "firstname",
    "k.a.",
    "last name",
    "n.a.",
    "n/a",
    "na",
    "name",
    "nan",
    "nil",
    "no name",
    "none",
    "not available",
    "not set",
    "null",
    "tba",
    "tbd",
    "test",
    "test test",
    "todo",
    "undefined",
    "unknown",
    "x",
    "xx",
    "xxx",
    "your name",
];

/// White space, control characters, and what is drawn as nothing (Unicode's `Default_Ignorable_Code_Point`, where it
/// occurs in files, and the blank of Braille).
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}')
        || matches!(c, '\u{180B}'..='\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}')
        || matches!(c, '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
        || matches!(c, '\u{FFA0}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_blank() {
        for text in ["", " ", "\t \r\n", "\u{A0}", "\u{200B}", "\u{FEFF}", "\u{2060}\u{AD} ", "\u{3164}", "\u{0}"] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["-", "N/A", ".", "0", "anna@example.com", "\u{A0}a"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }

    #[test]
    fn a_placeholder_is_recognised_and_a_name_is_not() {
        for value in ["N/A", "n/a", " - ", "none", "NULL", "Unknown", "test", "#N/A", "(unknown)", "???", "--", ""] {
            assert!(looks_like_placeholder(value), "{value:?}");
        }
        for value in ["Anna", "Li", "Noneth", "Test AG", "3M", "O", "Тест", "李"] {
            assert!(!looks_like_placeholder(value), "{value:?}");
        }
    }

    #[test]
    fn placeholders_are_in_normal_form() {
        assert!(PLACEHOLDERS.is_sorted());
        assert!(PLACEHOLDERS.iter().all(|value| *value == value.to_lowercase()));
    }
}
