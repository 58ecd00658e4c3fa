//! A step of a sequence: how long it waits, and its templates. A follow-up may go without a subject: it stands in the
//! thread of the mail before.

use super::template::{Scope, Template, TemplateError, is_blank};
use crate::limits;
use std::collections::BTreeSet;

/// What a template may say of whoever writes.
pub const SENDER_FIELDS: [&str; 2] = ["name", "email"];

/// A step that can be written to any lead.
#[derive(Debug)]
pub struct Step {
    /// `None`: in the thread of the step before.
    pub subject: Option<Template>,
    pub body: Template,
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StepError {
    #[error("The first mail needs a subject.")]
    SubjectMissing,
    #[error("Write what the mail says.")]
    BodyMissing,
    #[error("{0}")]
    Template(#[from] TemplateError),
    #[error("No lead of yours has a field {name}.{}", hint(suggestion.as_deref()))]
    UnknownField { name: String, suggestion: Option<String> },
    #[error("There is no sender.{name}: there are sender.name and sender.email.")]
    UnknownSender { name: String },
    #[error("Enter how many sending days to wait: a number from {} to {}.", .least, limits::STEP_DELAY_DAYS_MAX)]
    Delay { least: u16 },
    #[error("Give the sequence a name that your team knows it by.")]
    NameMissing,
    #[error("A name has at most {} characters, on one line.", limits::SEQUENCE_NAME_CHARS_MAX)]
    Name,
}

impl Step {
    /// As it was saved: the fields that leads have may have changed since.
    pub fn parse(subject: &str, body: &str) -> Result<Self, TemplateError> {
        let subject = if is_blank(subject) { None } else { Some(Template::parse(subject)?) };
        Ok(Self { subject, body: Template::parse(body)? })
    }

    /// The subject of a step that is about to be saved. `known` are the fields that leads have.
    pub fn check_subject(text: &str, is_first: bool, known: &BTreeSet<String>) -> Result<(), StepError> {
        match is_blank(text) {
            true if is_first => Err(StepError::SubjectMissing),
            true => Ok(()),
            false => check(text, known),
        }
    }

    pub fn check_body(text: &str, known: &BTreeSet<String>) -> Result<(), StepError> {
        if is_blank(text) { Err(StepError::BodyMissing) } else { check(text, known) }
    }
}

fn check(text: &str, known: &BTreeSet<String>) -> Result<(), StepError> {
    let template = Template::parse(text)?;
    if let Some(unknown) = template.unknown_fields(known).into_iter().next() {
        return Err(StepError::UnknownField { name: unknown.name, suggestion: unknown.suggestion });
    }
    let of_sender = template.fields().iter().filter(|field| field.scope == Scope::Sender);
    match of_sender.map(|field| &field.name).find(|name| !SENDER_FIELDS.contains(&name.as_str())) {
        Some(name) => Err(StepError::UnknownSender { name: name.clone() }),
        None => Ok(()),
    }
}

fn hint(suggestion: Option<&str>) -> String {
    suggestion.map(|name| format!(" Did you mean lead.{name}?")).unwrap_or_default()
}

/// Sending days between the mail before and this one: none before the first, one at least before a follow-up.
pub fn parse_delay(text: &str, is_first: bool) -> Result<u16, StepError> {
    if is_first {
        return Ok(0);
    }
    let least = 1;
    let days = text.trim().parse().ok().filter(|days| (least..=limits::STEP_DELAY_DAYS_MAX).contains(days));
    days.ok_or(StepError::Delay { least })
}

pub fn parse_sequence_name(text: &str) -> Result<String, StepError> {
    let name = text.trim();
    if is_blank(name) {
        Err(StepError::NameMissing)
    } else if name.chars().count() > limits::SEQUENCE_NAME_CHARS_MAX || name.chars().any(char::is_control) {
        Err(StepError::Name)
    } else {
        Ok(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> BTreeSet<String> {
        ["email", "first_name", "company"].map(str::to_owned).into()
    }

    #[test]
    fn a_step_is_refused_with_its_reason() {
        let check = |body: &str, sentence: &str| {
            assert_eq!(Step::check_body(body, &known()).unwrap_err().to_string(), sentence, "{body}");
        };
        check(" \u{a0}\n", "Write what the mail says.");
        check("Hi {{ lead.firstname }}", "No lead of yours has a field firstname. Did you mean lead.first_name?");
        check("Hi {{ lead.budget }}", "No lead of yours has a field budget.");
        check("Hi {{ first_name }}", "Line 1: there is no first_name. Write it as {{ lead.first_name }}.");
        check("{{ sender.phone }}", "There is no sender.phone: there are sender.name and sender.email.");
        assert_eq!(Step::check_body("Hi {{ lead.first_name }}, {{ sender.name }}", &known()), Ok(()));
    }

    #[test]
    fn only_a_follow_up_goes_without_a_subject() {
        assert_eq!(Step::check_subject(" ", true, &known()), Err(StepError::SubjectMissing));
        assert_eq!(Step::check_subject(" ", false, &known()), Ok(()));
    }

    #[test]
    fn a_follow_up_waits() {
        assert_eq!(parse_delay("", true), Ok(0));
        assert_eq!(parse_delay(" 3 ", false), Ok(3));
        for wrong in ["", "0", "91", "-1", "two"] {
            assert_eq!(parse_delay(wrong, false), Err(StepError::Delay { least: 1 }), "{wrong}");
        }
    }
}
