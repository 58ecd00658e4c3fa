//! Templates of subjects and bodies, in Liquid, over a lead's and a sender's fields. Never sends a blank where a field
//! is missing, never reads a value as a template, never runs without end.
//!
//! Liquid reads and renders blocks and conditions. Outputs and assignments are steps of ours that call liquid's
//! filters, because liquid itself puts out a missing value as nothing.

mod blank_blocks;
mod compile;
mod conditions;
mod data;
mod dates;
mod error;
mod expression;
mod filters;
mod hints;
mod lex;
mod plugins;
mod run;
mod scan;
mod variables;
mod weight;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_bounds;

pub use compile::Field;
pub use data::{MergeData, Scope, is_blank, looks_like_placeholder};
pub use error::{Blocked, TemplateError};

use crate::limits;
use liquid_core::model::KString;
use liquid_core::{Object, Value};
use plugins::{Carrier, StepTag, WholeBlock};
use std::collections::BTreeSet;
use std::fmt;
use time::OffsetDateTime;

/// A template that can be rendered for any lead.
pub struct Template {
    source: String,
    fields: Vec<Field>,
    variables: Vec<String>,
    liquid: liquid::Template,
}

/// A field that no lead has, with the one that was probably meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownField {
    pub name: String,
    pub suggestion: Option<String>,
}

impl Template {
    pub fn parse(source: &str) -> Result<Self, TemplateError> {
        if source.len() > limits::TEMPLATE_BYTES_MAX {
            return Err(TemplateError::Long);
        }
        let compiled = compile::compile(blank_blocks::closed_up(scan::pieces(source)?))?;
        let steps = StepTag { jobs: compiled.jobs.into(), weight: source.len() };
        let parser = liquid::ParserBuilder::with_stdlib().tag(steps).block(WholeBlock).build();
        let parsed = parser.and_then(|parser| parser.parse(&compiled.text));
        let liquid = parsed.map_err(|error| Carrier::outcome(&error).unwrap_or(TemplateError::Liquid))?;
        Ok(Self { source: source.to_owned(), fields: compiled.fields, variables: compiled.variables, liquid })
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    /// Every field that is mentioned, once, in order.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The lead's fields that are not among `known`.
    pub fn unknown_fields(&self, known: &BTreeSet<String>) -> Vec<UnknownField> {
        let of_lead = self.fields.iter().filter(|field| field.scope == Scope::Lead);
        let unknown = of_lead.filter(|field| !known.contains(&field.name));
        unknown
            .map(|field| UnknownField {
                name: field.name.clone(),
                suggestion: hints::nearest(&field.name, known.iter().map(String::as_str)).map(str::to_owned),
            })
            .collect()
    }

    /// The body of a mail.
    pub fn render(&self, data: &MergeData, now: OffsetDateTime) -> Result<String, Blocked> {
        let text = self.liquid.render(&self.globals(data, now)).map_err(|error| {
            let first_line = error.to_string().lines().next().unwrap_or_default().to_owned();
            let said = first_line.strip_prefix("liquid: ").map(str::to_owned).unwrap_or(first_line);
            Carrier::outcome(&error).unwrap_or(Blocked::Failed(said))
        })?;
        if is_blank(&text) { Err(Blocked::Empty) } else { Ok(text) }
    }

    /// The subject of a mail: one line, without control characters, so that no header can begin in it.
    pub fn render_subject(&self, data: &MergeData, now: OffsetDateTime) -> Result<String, Blocked> {
        let text = self.render(data, now)?;
        let is_break = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        let parts: Vec<&str> = text.split(is_break).map(str::trim).filter(|part| !part.is_empty()).collect();
        let line = parts.join(" ");
        if is_blank(&line) { Err(Blocked::Empty) } else { Ok(line) }
    }

    /// Liquid fails on a name that is not there, so everything that is mentioned is.
    fn globals(&self, data: &MergeData, now: OffsetDateTime) -> Object {
        let mut globals: Object = self.variables.iter().map(|name| (KString::from_ref(name), Value::Nil)).collect();
        for scope in Scope::ALL {
            let fields = self.fields.iter().filter(|field| field.scope == scope);
            let values = fields.map(|field| {
                let value = data.get(scope, &field.name).map_or(Value::Nil, |text| Value::scalar(text.to_owned()));
                (KString::from_ref(&field.name), value)
            });
            globals.insert(KString::from_static(scope.as_str()), Value::Object(values.collect()));
        }
        let now = dates::from_now(now);
        for (name, format) in [("now", "%Y-%m-%d %H:%M:%S"), ("today", "%Y-%m-%d")] {
            let text = now.as_ref().and_then(|now| dates::write(now, format));
            globals.insert(KString::from_static(name), text.map_or(Value::Nil, Value::scalar));
        }
        globals
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template").field("source", &self.source).finish_non_exhaustive()
    }
}
