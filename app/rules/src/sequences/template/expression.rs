//! Values and chains of filters as they are written, and conditions of `if`. Never evaluates anything.

use super::data::Scope;
use super::error::TemplateError;
use super::lex::{Segment, Token};
use std::fmt;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Operand {
    Path(Vec<Segment>),
    Text(String),
    Number(String),
    /// `nil`, `true`, `false`, `blank`, `empty`.
    Literal(&'static str),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Chain {
    pub line: usize,
    pub entry: Operand,
    pub calls: Vec<Call>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Call {
    pub filter: String,
    pub arguments: Vec<Operand>,
}

/// One comparison, or the question whether a value is there.
pub(super) struct Comparison {
    pub left: Operand,
    pub right: Option<(Operator, Operand)>,
    /// `and` or `or` before it.
    pub joined_by: Option<&'static str>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Operator {
    Symbol(&'static str),
    Contains,
}

/// Reads tokens one after the other. Whoever reads asks for the end, so that nothing is left over unread.
pub(super) struct Reader<'a> {
    tokens: &'a [Token],
    pub line: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(tokens: &'a [Token], line: usize) -> Self {
        Self { tokens, line }
    }

    pub(super) fn chain(&mut self) -> Result<Chain, TemplateError> {
        let entry = match self.operand()? {
            Operand::Text(text) if ["now", "today"].contains(&text.as_str()) => {
                Operand::Path(vec![Segment::Name(text)])
            }
            entry => entry,
        };
        let mut calls = Vec::new();
        while self.takes_symbol("|") {
            calls.push(self.call()?);
        }
        self.end("Write one value, and filters behind | as in {{ lead.first_name | default: \"there\" }}.")?;
        Ok(Chain { line: self.line, entry, calls })
    }

    pub(super) fn condition(&mut self) -> Result<Vec<Comparison>, TemplateError> {
        let mut parts: Vec<Comparison> = Vec::new();
        let mut joined_by = None;
        loop {
            let left = self.operand()?;
            let right = match self.operator() {
                Some(operator) => Some((operator, self.operand()?)),
                None => None,
            };
            parts.push(Comparison { left, right, joined_by });
            joined_by = match (self.takes_word("and"), self.takes_word("or")) {
                (true, _) => Some("and"),
                (_, true) => Some("or"),
                _ => break,
            };
        }
        self.end("Compare with ==, !=, <, >, <=, >= or contains, and join with and or or.")?;
        Ok(parts)
    }

    /// `"a", "b"` or `"a" or "b"`.
    pub(super) fn alternatives(&mut self) -> Result<Vec<Operand>, TemplateError> {
        let mut operands = vec![self.operand()?];
        while self.takes_symbol(",") || self.takes_word("or") {
            operands.push(self.operand()?);
        }
        self.end("Write values with commas between them.")?;
        Ok(operands)
    }

    pub(super) fn operand(&mut self) -> Result<Operand, TemplateError> {
        let operand = match self.tokens.first() {
            Some(Token::Text(text)) => Operand::Text(text.clone()),
            Some(Token::Number(number)) => Operand::Number(number.clone()),
            Some(Token::Path(path)) => {
                let literal = LITERALS.iter().find(|(word, _)| self.tokens.first().is_some_and(|t| t.is_word(word)));
                literal.map_or_else(|| Operand::Path(path.clone()), |(_, literal)| Operand::Literal(literal))
            }
            _ => return self.refuse("A value is missing: a field like lead.first_name, a text in quotes or a number."),
        };
        self.tokens = &self.tokens[1..];
        Ok(operand)
    }

    /// A single name.
    pub(super) fn name(&mut self) -> Result<String, TemplateError> {
        match self.tokens.split_first() {
            Some((Token::Path(path), rest)) if path.len() == 1 => match path.as_slice() {
                [Segment::Name(name)] => {
                    self.tokens = rest;
                    Ok(name.clone())
                }
                _ => self.refuse("A name is missing."),
            },
            _ => self.refuse("A name is missing."),
        }
    }

    pub(super) fn takes_symbol(&mut self, symbol: &str) -> bool {
        self.takes(|token| matches!(token, Token::Symbol(found) if *found == symbol))
    }

    pub(super) fn takes_word(&mut self, word: &str) -> bool {
        self.takes(|token| token.is_word(word))
    }

    pub(super) fn end(&self, hint: &'static str) -> Result<(), TemplateError> {
        if self.tokens.is_empty() { Ok(()) } else { self.refuse(hint) }
    }

    pub(super) fn refuse<T>(&self, hint: &'static str) -> Result<T, TemplateError> {
        Err(TemplateError::Syntax { line: self.line, hint })
    }

    fn takes(&mut self, is: impl Fn(&Token) -> bool) -> bool {
        match self.tokens.split_first() {
            Some((first, rest)) if is(first) => {
                self.tokens = rest;
                true
            }
            _ => false,
        }
    }

    fn call(&mut self) -> Result<Call, TemplateError> {
        let filter = self.name()?;
        let mut arguments = Vec::new();
        if self.takes_symbol(":") {
            arguments.push(self.operand()?);
            while self.takes_symbol(",") {
                arguments.push(self.operand()?);
            }
        }
        Ok(Call { filter, arguments })
    }

    fn operator(&mut self) -> Option<Operator> {
        if self.takes_word("contains") {
            return Some(Operator::Contains);
        }
        let symbol = ["==", "!=", "<>", "<=", ">=", "<", ">"].into_iter().find(|symbol| self.takes_symbol(symbol))?;
        Some(Operator::Symbol(symbol))
    }
}

impl Operand {
    /// The lead's or sender's field that it is.
    pub(super) fn field(&self) -> Option<(Scope, &str)> {
        let Self::Path(path) = self else { return None };
        let [Segment::Name(root), Segment::Name(field)] = path.as_slice() else { return None };
        Scope::ALL.into_iter().find(|scope| scope.as_str() == root).map(|scope| (scope, field.as_str()))
    }

    /// The first name of a path.
    pub(super) fn root(&self) -> Option<&str> {
        match self {
            Self::Path(path) => match path.first() {
                Some(Segment::Name(name)) => Some(name),
                _ => None,
            },
            Self::Text(_) | Self::Number(_) | Self::Literal(_) => None,
        }
    }
}

/// As liquid reads it.
impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => {
                for (at, segment) in path.iter().enumerate() {
                    match segment {
                        Segment::Name(name) if at == 0 => f.write_str(name)?,
                        Segment::Name(name) => write!(f, ".{name}")?,
                        Segment::Index(index) => write!(f, "[{index}]")?,
                    }
                }
                Ok(())
            }
            // A text never holds the quote that it was written in.
            Self::Text(text) if text.contains('"') => write!(f, "'{text}'"),
            Self::Text(text) => write!(f, "\"{text}\""),
            Self::Number(number) => f.write_str(number),
            Self::Literal(literal) => f.write_str(literal),
        }
    }
}

impl Operator {
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::Symbol(symbol) => symbol,
            Self::Contains => "contains",
        }
    }
}

const LITERALS: &[(&str, &str)] =
    &[("nil", "nil"), ("null", "nil"), ("true", "true"), ("false", "false"), ("blank", "blank"), ("empty", "empty")];
