//! Conditions as liquid gets them. Never lets one through that liquid answers with no for every lead, or fails on when
//! a field is missing.

use super::error::TemplateError;
use super::expression::{Comparison, Operand, Operator};
use super::variables::Variables;

/// Fields are texts, and liquid holds a text to be equal to no number and to every `true`.
pub(super) fn check(left: &Operand, right: &Operand, line: usize, variables: &Variables) -> Result<(), TemplateError> {
    let is_number = |operand: &Operand| matches!(operand, Operand::Number(_) | Operand::Literal("true" | "false"));
    for (text, other) in [(left, right), (right, left)] {
        if variables.is_text(text) && is_number(other) {
            return Err(TemplateError::TextComparison { line, name: text.to_string() });
        }
    }
    Ok(())
}

pub(super) fn text(parts: &[Comparison]) -> String {
    let mut text = String::new();
    for Comparison { left, right, joined_by } in parts {
        if let Some(word) = joined_by {
            text.push_str(&format!(" {word} "));
        }
        text.push_str(&match right {
            None => left.to_string(),
            // Liquid fails on a missing text, and finds a missing part in every text. `and` binds closer than `or`.
            Some((Operator::Contains, right)) => format!("{left} and {right} and {left} contains {right}"),
            Some((operator, right)) => format!("{} {} {}", or_blank(left), operator.as_str(), or_blank(right)),
        });
    }
    text
}

pub(super) fn alternatives(operands: &[Operand]) -> String {
    operands.iter().map(or_blank).collect::<Vec<_>>().join(", ")
}

/// A missing field is `""` to whoever writes a template, and Nil to liquid: `blank` is equal to both.
fn or_blank(operand: &Operand) -> String {
    match operand {
        Operand::Text(text) if super::data::is_blank(text) => "blank".to_owned(),
        operand => operand.to_string(),
    }
}
