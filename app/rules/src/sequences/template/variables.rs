//! What the names in a template stand for: fields, and variables with the fields behind them. Never knows a value.

use super::compile::Field;
use super::data::Scope;
use super::error::TemplateError;
use super::expression::{Chain, Operand};
use super::lex::Segment;
use super::plugins::OWN_PREFIX;
use super::weight;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Variables {
    /// By scope and name, whether it is needed.
    fields: BTreeMap<(Scope, String), bool>,
    known: BTreeMap<String, Variable>,
}

#[derive(Clone, Default)]
struct Variable {
    /// Every field behind it, and whether the variable is missing without it.
    behind: BTreeMap<(Scope, String), bool>,
    is_text: bool,
}

/// Names that are there without being assigned.
const GIVEN: &[&str] = &["now", "today", "forloop"];

/// What liquid takes for a value wherever a name begins with it.
const LITERALS: &[&str] = &["nil", "null", "true", "false", "blank", "empty"];

impl Variables {
    pub(super) fn into_parts(self) -> (Vec<Field>, Vec<String>) {
        let field = |((scope, name), is_needed)| Field { scope, name, is_needed };
        (self.fields.into_iter().map(field).collect(), self.known.into_keys().collect())
    }

    /// Whether it can be read, and notes the field that it is.
    pub(super) fn check(&mut self, operand: &Operand, line: usize) -> Result<(), TemplateError> {
        let Some(root) = operand.root() else { return Ok(()) };
        if let Some((scope, field)) = operand.field() {
            self.fields.entry((scope, field.to_owned())).or_default();
            return Ok(());
        }
        if Scope::ALL.iter().any(|scope| scope.as_str() == root) {
            return Err(TemplateError::NotAField { line, scope: root.to_owned() });
        }
        if GIVEN.contains(&root) || self.known.contains_key(root) {
            return Ok(());
        }
        Err(TemplateError::UnknownVariable { line, name: root.to_owned() })
    }

    pub(super) fn add(&mut self, name: &str, line: usize) -> Result<(), TemplateError> {
        self.set(name, Variable::default(), line)
    }

    pub(super) fn assign(&mut self, name: &str, chain: &Chain, line: usize) -> Result<(), TemplateError> {
        let gives_number = chain.calls.iter().any(|call| weight::gives_number(&call.filter));
        let is_text = self.is_text(&chain.entry) && !gives_number;
        self.set(name, Variable { behind: self.behind(chain), is_text }, line)
    }

    /// A part of a text is a text.
    pub(super) fn loop_over(&mut self, name: &str, list: &Operand, line: usize) -> Result<(), TemplateError> {
        if list.field().is_some() || !matches!(list, Operand::Path(_)) {
            return Err(TemplateError::LoopOverText { line, name: list.to_string() });
        }
        let behind = self.behind_operand(list).into_iter().map(|field| (field, true)).collect();
        self.set(name, Variable { behind, is_text: self.is_text(list) }, line)
    }

    /// The names to tell when the chain gives nothing. None for a text of the template's own.
    pub(super) fn put_out(&mut self, chain: &Chain) -> Vec<String> {
        let behind = self.behind(chain);
        for (field, is_needed) in &behind {
            *self.fields.entry(field.clone()).or_default() |= is_needed;
        }
        if behind.is_empty() {
            let operands = std::iter::once(&chain.entry).chain(chain.calls.iter().flat_map(|call| &call.arguments));
            return operands.filter(|operand| operand.root().is_some()).map(ToString::to_string).take(1).collect();
        }
        behind.into_keys().map(|(scope, name)| format!("{}.{name}", scope.as_str())).collect()
    }

    pub(super) fn is_text(&self, operand: &Operand) -> bool {
        let is_size = matches!(operand, Operand::Path(path) if path.last() == Some(&Segment::Name("size".to_owned())));
        operand.field().is_some()
            || matches!(operand, Operand::Text(_))
            || !is_size && operand.root().and_then(|root| self.known.get(root)).is_some_and(|variable| variable.is_text)
    }

    fn set(&mut self, name: &str, variable: Variable, line: usize) -> Result<(), TemplateError> {
        let is_taken = Scope::ALL.iter().any(|scope| scope.as_str() == name)
            || GIVEN.contains(&name)
            || name.starts_with(OWN_PREFIX);
        if is_taken || LITERALS.iter().any(|literal| name.starts_with(literal)) {
            return Err(TemplateError::Reserved { line, name: name.to_owned() });
        }
        // In another branch or turn it may have come from elsewhere.
        let known = self.known.entry(name.to_owned()).or_default();
        for (field, is_needed) in variable.behind {
            *known.behind.entry(field).or_default() |= is_needed;
        }
        known.is_text = variable.is_text;
        Ok(())
    }

    /// The fields behind a chain. Those before a default are not needed, the default's own are.
    fn behind(&self, chain: &Chain) -> BTreeMap<(Scope, String), bool> {
        let mut behind: BTreeMap<(Scope, String), bool> = BTreeMap::new();
        let add = |behind: &mut BTreeMap<_, _>, operand: &Operand| {
            behind.extend(self.needed_behind(operand));
        };
        add(&mut behind, &chain.entry);
        for call in &chain.calls {
            if call.filter == "default" {
                behind.values_mut().for_each(|is_needed| *is_needed = false);
            }
            call.arguments.iter().for_each(|operand| add(&mut behind, operand));
        }
        behind
    }

    fn needed_behind(&self, operand: &Operand) -> BTreeMap<(Scope, String), bool> {
        if let Some((scope, field)) = operand.field() {
            return BTreeMap::from([((scope, field.to_owned()), true)]);
        }
        operand.root().and_then(|root| self.known.get(root)).map(|known| known.behind.clone()).unwrap_or_default()
    }

    fn behind_operand(&self, operand: &Operand) -> BTreeSet<(Scope, String)> {
        self.needed_behind(operand).into_keys().collect()
    }
}
