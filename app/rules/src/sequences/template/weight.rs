//! How much a filter has to do, known before it does it. Never lets liquid meet a value on which it would panic, run
//! out of memory or take long.

use crate::limits;
use liquid_core::{Value, ValueView};

/// What a value takes up, about.
pub(super) fn value_bytes(value: &Value) -> usize {
    match value {
        Value::Scalar(scalar) => scalar.to_kstr().len(),
        Value::Array(values) => values.iter().map(|value| value_bytes(value) + size_of::<Value>()).sum(),
        Value::Object(_) | Value::State(_) | Value::Nil => 0,
    }
}

/// Bytes that the filter reads and writes at most. None if its numbers are too large to calculate with.
pub(super) fn of_filter(name: &str, input: &Value, arguments: &[Value]) -> Option<usize> {
    let takes_numbers = NUMERIC.contains(&name) || POSITIONAL.contains(&name);
    if takes_numbers && !arguments.iter().all(is_small) || NUMERIC.contains(&name) && !is_small(input) {
        return None;
    }
    let bytes = value_bytes(input);
    let all: usize = bytes + arguments.iter().map(value_bytes).sum::<usize>();
    let argument = |at: usize| arguments.get(at).map_or(1, value_bytes);
    let written = match name {
        // Each find becomes the whole replacement.
        "replace" => bytes.checked_div(argument(0)).unwrap_or(bytes).saturating_add(1).saturating_mul(argument(1)),
        "join" => input
            .as_array()
            .map_or(1, |values| usize::try_from(values.size()).unwrap_or(usize::MAX))
            .saturating_mul(argument(0)),
        "split" => bytes.saturating_mul(size_of::<Value>()),
        // The longest that one character becomes: `&quot;`, `<br />\n`, `%E2%80%8B`.
        "escape" | "escape_once" | "newline_to_br" | "url_encode" => bytes.saturating_mul(9),
        _ => 0,
    };
    Some(all.saturating_add(written))
}

/// Filters that give numbers.
pub(super) fn gives_number(filter: &str) -> bool {
    calculates(filter) || filter == "size"
}

pub(super) fn calculates(filter: &str) -> bool {
    NUMERIC.contains(&filter)
}

/// They calculate without looking for an overflow.
const NUMERIC: &[&str] =
    &["abs", "at_least", "at_most", "ceil", "divided_by", "floor", "minus", "modulo", "plus", "round", "times"];

/// Their arguments are lengths and places.
const POSITIONAL: &[&str] = &["slice", "truncate", "truncatewords"];

fn is_small(value: &Value) -> bool {
    let Some(scalar) = value.as_scalar() else { return true };
    match scalar.to_integer() {
        Some(whole) => (-limits::TEMPLATE_NUMBER_MAX..=limits::TEMPLATE_NUMBER_MAX).contains(&whole),
        // Floats neither panic nor overflow.
        None => true,
    }
}
