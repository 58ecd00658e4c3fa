//! What a template does while it is rendered: outputs, assignments and the bounds on both, as tags of our own within
//! liquid. A missing value stays missing through every filter until a default stands in for it. Never puts out a blank
//! in place of a field.

use super::data::is_blank;
use super::dates::{self, DateError};
use super::error::{Blocked, TemplateError};
use super::expression::{Call, Chain, Operand};
use super::filters;
use super::lex::Segment;
use super::plugins::Carrier;
use super::weight::{self, value_bytes};
use crate::limits;
use liquid_core::model::{KString, Scalar, State};
use liquid_core::parser::FilterArguments;
use liquid_core::runtime::Variable;
use liquid_core::{Expression, Filter, Language, Renderable, Runtime, Value, ValueView};
use std::collections::BTreeSet;
use std::io::Write;

/// One of the template's own steps, by its number in the text that liquid reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Job {
    /// With the fields that are named when there is nothing to put out. None at all: a text of the template's own.
    Put(Chain, Vec<String>),
    Set(String, Chain),
    /// After a capture.
    Captured(String),
    /// At the start of each turn of a loop.
    Turn,
}

/// What is noted while one template is rendered.
#[derive(Default)]
pub(super) struct Notes {
    pub missing: BTreeSet<String>,
    work: usize,
}

impl Notes {
    pub(super) fn work(&mut self, bytes: usize) -> Result<(), Blocked> {
        self.work = self.work.saturating_add(bytes.max(limits::RENDER_WORK_BYTES_MIN));
        if self.work > limits::RENDER_WORK_BYTES_MAX { Err(Blocked::Work) } else { Ok(()) }
    }
}

/// A job with its filters looked up.
pub(super) fn ready(job: Job, weight: usize, language: &Language) -> Result<Box<dyn Renderable>, TemplateError> {
    let steps = match &job {
        Job::Put(chain, _) | Job::Set(_, chain) => {
            chain.calls.iter().map(|call| step(call, chain.line, language)).collect::<Result<_, _>>()?
        }
        Job::Captured(_) | Job::Turn => Vec::new(),
    };
    let entry = match &job {
        Job::Put(chain, _) | Job::Set(_, chain) => expression(&chain.entry),
        Job::Captured(name) => Expression::Variable(Variable::with_literal(name.clone())),
        Job::Turn => Expression::Literal(Value::Nil),
    };
    Ok(Box::new(Ready { job, entry, steps, weight }))
}

#[derive(Debug)]
struct Ready {
    job: Job,
    entry: Expression,
    steps: Vec<Step>,
    /// Of one turn.
    weight: usize,
}

#[derive(Debug)]
struct Step {
    kind: StepKind,
    name: String,
    arguments: Vec<Expression>,
}

#[derive(Debug)]
enum StepKind {
    Default,
    Date,
    Liquid(Box<dyn Filter>),
}

impl Renderable for Ready {
    fn render_to(&self, writer: &mut dyn Write, runtime: &dyn Runtime) -> liquid_core::Result<()> {
        let blocked = |blocked| Carrier::error(blocked);
        match &self.job {
            Job::Put(chain, names) => {
                let value = self.value(chain, names, runtime).map_err(blocked)?;
                if is_missing(&value) && !names.is_empty() {
                    note_missing(names, runtime);
                    return Ok(());
                }
                work(runtime, value_bytes(&value)).map_err(blocked)?;
                write!(writer, "{}", filters::shown(&value)).map_err(|_| Carrier::error(Blocked::Long))
            }
            Job::Set(name, chain) => {
                let value = self.value(chain, &[], runtime).map_err(blocked)?;
                keep(name, value, runtime).map_err(blocked)
            }
            Job::Captured(name) => keep(name, evaluated(&self.entry, runtime), runtime).map_err(blocked),
            Job::Turn => work(runtime, self.weight).map_err(blocked),
        }
    }
}

impl Ready {
    fn value(&self, chain: &Chain, names: &[String], runtime: &dyn Runtime) -> Result<Value, Blocked> {
        let mut value = evaluated(&self.entry, runtime);
        for step in &self.steps {
            let arguments: Vec<Value> = step.arguments.iter().map(|argument| evaluated(argument, runtime)).collect();
            value = match &step.kind {
                StepKind::Default if is_missing(&value) || value == Value::scalar(false) => {
                    arguments.into_iter().next().unwrap_or(Value::Nil)
                }
                StepKind::Default => value,
                _ if value.is_nil() || arguments.iter().any(ValueView::is_nil) => Value::Nil,
                StepKind::Date => {
                    let field = || names.first().cloned().unwrap_or_else(|| chain.entry.to_string());
                    date(&value, arguments.first(), field)?
                }
                StepKind::Liquid(filter) => {
                    let failed = || Blocked::Filter { line: chain.line, filter: step.name.clone() };
                    let bytes = weight::of_filter(&step.name, &value, &arguments).ok_or_else(failed)?;
                    work(runtime, bytes)?;
                    let value = match filters::own(&step.name, &value, &arguments) {
                        Some(value) => value,
                        None => filters::mended(&step.name, filter.evaluate(&value, runtime).map_err(|_| failed())?),
                    };
                    if step.name == "split" { without_edges(value, &arguments) } else { value }
                }
            };
        }
        Ok(value)
    }
}

/// A name that was never set is Nil, as is a position behind the end of a list.
fn evaluated(expression: &Expression, runtime: &dyn Runtime) -> Value {
    let value = expression.try_evaluate(runtime).map_or(Value::Nil, liquid_core::ValueCow::into_owned);
    // `nil`, `blank` and `empty` as values are nothing.
    if value.is_state() { Value::Nil } else { value }
}

fn is_missing(value: &Value) -> bool {
    match value {
        Value::Nil | Value::State(_) => true,
        Value::Scalar(scalar) => is_blank(scalar.to_kstr().as_str()),
        Value::Array(values) => values.iter().all(is_missing),
        Value::Object(_) => value.query_state(State::Empty),
    }
}

/// As Liquid's authors have it: nothing is left of separators at the end, nor around single characters.
fn without_edges(parts: Value, separator: &[Value]) -> Value {
    let Value::Array(mut parts) = parts else { return parts };
    let kept = parts.iter().rposition(|part| !is_missing(part)).map_or(0, |last| last + 1);
    parts.truncate(kept);
    let is_by_character = separator.first().is_some_and(|text| value_bytes(text) == 0);
    if is_by_character && parts.first().is_some_and(|first| value_bytes(first) == 0) {
        parts.remove(0);
    }
    Value::Array(parts)
}

/// Those of `names` that have no value. An assigned variable has names of fields behind it; where all of them have
/// values, the filters left nothing, and the first one is named.
fn note_missing(names: &[String], runtime: &dyn Runtime) {
    let is_absent = |name: &&String| {
        let path: Vec<Scalar> = name.split('.').map(|part| Scalar::new(part.to_owned())).collect();
        runtime.try_get(&path).is_none_or(|value| is_missing(&value.into_owned()))
    };
    let mut absent: Vec<String> = names.iter().filter(is_absent).cloned().collect();
    if absent.is_empty() {
        absent.extend(names.first().cloned());
    }
    runtime.registers().get_mut::<Notes>().missing.extend(absent);
}

fn keep(name: &str, value: Value, runtime: &dyn Runtime) -> Result<(), Blocked> {
    let bytes = value_bytes(&value);
    work(runtime, bytes)?;
    if bytes > limits::VARIABLE_BYTES_MAX {
        return Err(Blocked::Long);
    }
    // A blank text is missing, so that `if` and `default` see it as they see a field.
    let value = if is_missing(&value) { Value::Nil } else { value };
    runtime.set_global(KString::from_ref(name), value);
    Ok(())
}

fn work(runtime: &dyn Runtime, bytes: usize) -> Result<(), Blocked> {
    runtime.registers().get_mut::<Notes>().work(bytes)
}

fn date(value: &Value, format: Option<&Value>, field: impl Fn() -> String) -> Result<Value, Blocked> {
    let text = value.to_kstr();
    let shown = || text.chars().take(limits::BLOCKED_VALUE_CHARS_MAX).collect::<String>();
    let date = dates::read(text.as_str()).map_err(|error| match error {
        DateError::Unreadable => Blocked::Date { field: field(), value: shown() },
        DateError::Ambiguous => Blocked::AmbiguousDate { field: field(), value: shown() },
    })?;
    let format = format.map(|format| format.to_kstr().into_string()).unwrap_or_default();
    dates::write(&date, &format).map(Value::scalar).ok_or_else(|| Blocked::Date { field: field(), value: shown() })
}

fn step(call: &Call, line: usize, language: &Language) -> Result<Step, TemplateError> {
    let refused = || TemplateError::FilterArguments { line, filter: call.filter.clone() };
    let arguments: Vec<Expression> = call.arguments.iter().map(expression).collect();
    let kind = match call.filter.as_str() {
        "default" | "date" if arguments.len() != 1 => return Err(refused()),
        "default" => StepKind::Default,
        "date" => match &call.arguments[0] {
            Operand::Text(format) if !dates::is_format(format) => return Err(TemplateError::DateFormat { line }),
            _ => StepKind::Date,
        },
        name => {
            let unknown = || TemplateError::UnknownFilter { line, filter: name.to_owned() };
            let parser = language.filters.get(name).ok_or_else(unknown)?;
            let positional = Box::new(arguments.clone().into_iter());
            let given = FilterArguments { positional, keyword: Box::new(std::iter::empty()) };
            StepKind::Liquid(parser.parse(given).map_err(|_| refused())?)
        }
    };
    Ok(Step { kind, name: call.filter.clone(), arguments })
}

fn expression(operand: &Operand) -> Expression {
    match operand {
        Operand::Text(text) => Expression::with_literal(text.clone()),
        Operand::Number(number) => match (number.parse::<i64>(), number.parse::<f64>()) {
            (Ok(whole), _) => Expression::with_literal(whole),
            (_, Ok(fraction)) => Expression::with_literal(fraction),
            _ => Expression::Literal(Value::Nil),
        },
        Operand::Literal("true") => Expression::with_literal(true),
        Operand::Literal("false") => Expression::with_literal(false),
        Operand::Literal(_) => Expression::Literal(Value::Nil),
        Operand::Path(path) => {
            let mut segments = path.iter().map(|segment| match segment {
                Segment::Name(name) => Scalar::new(name.clone()),
                Segment::Index(index) => Scalar::new(*index),
            });
            let mut variable = Variable::with_literal(segments.next().unwrap_or_else(|| Scalar::new("")));
            variable.extend(segments);
            Expression::Variable(variable)
        }
    }
}
