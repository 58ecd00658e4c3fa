//! Where the library's filters do something else than Liquid's own: words are cut at any white space, numbers keep no dust of
//! binary fractions. Never calculates or cuts without the bounds of `weight`.

use super::weight;
use liquid_core::{Value, ValueView};

/// By ours; `None` where the library's does.
pub(super) fn own(name: &str, input: &Value, arguments: &[Value]) -> Option<Value> {
    let text = || input.to_kstr().into_string();
    match name {
        "newline_to_br" => Some(Value::scalar(text().replace("\r\n", "\n").replace('\n', "<br />\n"))),
        "split" if is_text(arguments.first(), " ") => {
            let words = text();
            Some(Value::Array(words.split_whitespace().map(|word| Value::scalar(word.to_owned())).collect()))
        }
        "truncatewords" => truncated(&text(), arguments).map(Value::scalar),
        _ => None,
    }
}

/// What the library's filter gave, as Liquid's own would have given it.
pub(super) fn mended(name: &str, value: Value) -> Value {
    match name {
        // A form's encoding: a blank becomes a plus.
        "url_encode" => Value::scalar(value.to_kstr().replace("%20", "+")),
        // A quotient has as many digits as a double holds.
        _ if weight::calculates(name) && name != "divided_by" => match fraction(&value) {
            Some(number) => Value::scalar(without_dust(number)),
            None => value,
        },
        _ => value,
    }
}

/// As it stands in a mail: a fraction keeps its point, `5.0`.
pub(super) fn shown(value: &Value) -> String {
    fraction(value).map_or_else(|| value.render().to_string(), |number| format!("{number:?}"))
}

fn fraction(value: &Value) -> Option<f64> {
    let scalar = value.as_scalar().filter(|scalar| scalar.type_name() == "fractional number")?;
    scalar.to_float()
}

/// Fifteen digits are what a double knows for sure: 10.1 - 2.2 is 7.9.
fn without_dust(number: f64) -> f64 {
    format!("{number:.14e}").parse().unwrap_or(number)
}

fn is_text(value: Option<&Value>, expected: &str) -> bool {
    value.is_some_and(|value| value.is_scalar() && value.to_kstr().as_str() == expected)
}

/// Fifteen words by default, one at least; what is no longer than that stays as it is.
fn truncated(text: &str, arguments: &[Value]) -> Option<String> {
    let most = match arguments.first() {
        None => 15,
        Some(most) => most.as_scalar()?.to_integer()?.max(1),
    };
    let most = usize::try_from(most).ok()?;
    let end = arguments.get(1).map_or_else(|| "...".to_owned(), |end| end.to_kstr().into_string());
    let mut words = text.split_whitespace();
    let kept: Vec<&str> = words.by_ref().take(most).collect();
    Some(if words.next().is_some() { format!("{}{end}", kept.join(" ")) } else { text.to_owned() })
}
