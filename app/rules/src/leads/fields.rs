//! The names of a lead's fields, as templates write them. Never the field's value, and never the address.

use super::{headings, letters};
use crate::limits;
use std::fmt;

/// Lower-case ASCII letters, digits and `_`, beginning with a letter.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FieldName(String);

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FieldNameError {
    #[error("Enter a field name, like first_name.")]
    Empty,
    #[error("A field name begins with a letter and holds small letters a to z, digits and _ only, like first_name.")]
    Letters,
    #[error("A field name has at most {} characters. Choose a shorter one.", limits::FIELD_NAME_CHARS_MAX)]
    Long,
}

impl FieldName {
    pub fn parse(text: &str) -> Result<Self, FieldNameError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(FieldNameError::Empty);
        }
        let is_known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !text.starts_with(|first: char| first.is_ascii_lowercase()) || !text.bytes().all(is_known) {
            return Err(FieldNameError::Letters);
        }
        if text.len() > limits::FIELD_NAME_CHARS_MAX {
            return Err(FieldNameError::Long);
        }
        Ok(Self(text.to_owned()))
    }

    /// A heading spelled as a name; `None` if no letter or digit of it can be.
    pub fn of_heading(heading: &str) -> Option<Self> {
        let mut name = String::new();
        for letter in heading.chars().flat_map(char::to_lowercase) {
            if letter.is_ascii_alphanumeric() {
                name.push(letter);
            } else if let Some(ascii) = letters::ascii(letter) {
                name.push_str(ascii);
            } else if !name.is_empty() && !name.ends_with('_') {
                name.push('_');
            }
        }
        if name.starts_with(|first: char| first.is_ascii_digit()) {
            name.insert_str(0, "field_");
        }
        name.truncate(limits::FIELD_NAME_CHARS_MAX);
        Self::parse(name.trim_end_matches('_')).ok()
    }

    /// What every template may count on, in the order of a form.
    pub fn standard() -> impl Iterator<Item = Self> {
        headings::STANDARD.iter().map(|field| Self(field.name.to_owned()))
    }

    /// As people read it.
    pub fn label(&self) -> String {
        if let Some(field) = headings::STANDARD.iter().find(|field| field.name == self.0) {
            return field.label.to_owned();
        }
        let words = self.0.replace('_', " ");
        let mut letters = words.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same with a number behind it, for a second column of one name.
    pub(super) fn numbered(&self, number: usize) -> Self {
        let suffix = format!("_{number}");
        let room = limits::FIELD_NAME_CHARS_MAX.saturating_sub(suffix.len());
        let base = self.0.get(..room).unwrap_or(&self.0).trim_end_matches('_');
        Self(format!("{base}{suffix}"))
    }

    /// Of a column without a heading, counted from 1.
    pub(super) fn of_column(number: usize) -> Self {
        Self(format!("column_{number}"))
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_becomes_a_name() {
        let check = |heading: &str, expected: Option<&str>| {
            let name = FieldName::of_heading(heading);
            assert_eq!(name.as_ref().map(FieldName::as_str), expected, "{heading:?}");
            assert!(name.is_none_or(|name| FieldName::parse(name.as_str()).is_ok()));
        };
        check("Дата контакта", Some("data_kontakta"));
        check("Prénom", Some("prenom"));
        check("Pre\u{301}nom", Some("prenom"));
        check("LAST_NAME", Some("last_name"));
        check("  E-mail (work)  ", Some("e_mail_work"));
        check("№ договора", Some("dogovora"));
        check("# Employees", Some("employees"));
        check("2nd phone", Some("field_2nd_phone"));
        check("Straße", Some("strasse"));
        check("会社", None);
        check("---", None);
        check("", None);
        check(&"ab ".repeat(40), Some("ab_ab_ab_ab_ab_ab_ab_ab_ab_ab_ab_ab_ab_a"));
    }

    #[test]
    fn a_name_that_no_template_could_write_is_refused() {
        let check = |text: &str, reason| assert_eq!(FieldName::parse(text), Err(reason), "{text:?}");
        check(" ", FieldNameError::Empty);
        check("First", FieldNameError::Letters);
        check("1st", FieldNameError::Letters);
        check("_x", FieldNameError::Letters);
        check("first name", FieldNameError::Letters);
        check("имя", FieldNameError::Letters);
        check(&"a".repeat(41), FieldNameError::Long);
    }

    #[test]
    fn a_field_has_a_label() {
        let check = |name: &str, label: &str| assert_eq!(FieldName::parse(name).unwrap().label(), label);
        check("first_name", "First name");
        check("linkedin", "LinkedIn");
        check("data_kontakta", "Data kontakta");
        assert_eq!(FieldName::standard().count(), 12);
        assert!(FieldName::standard().all(|name| FieldName::parse(name.as_str()) == Ok(name)));
    }
}
