//! JSON of which nothing is certain: what is missing or of another type is absent, never an error.

use crate::limits;
use serde_json::{Map, Value};

/// An object and what it may hold; every member of what is no object is absent.
#[derive(Clone, Copy)]
pub(crate) struct Node<'a>(Option<&'a Value>);

impl<'a> Node<'a> {
    pub(crate) const fn of(value: &'a Value) -> Self {
        Self(Some(value))
    }

    pub(crate) fn get(self, name: &str) -> Self {
        Self(self.object().and_then(|members| members.get(name)))
    }

    pub(crate) fn object(self) -> Option<&'a Map<String, Value>> {
        self.0.and_then(Value::as_object)
    }

    /// The elements of an array; something that is no array is the only one of its kind.
    pub(crate) fn elements(self) -> impl Iterator<Item = Self> {
        let elements = match self.0 {
            Some(Value::Array(elements)) => elements.as_slice(),
            Some(Value::Null) | None => &[],
            Some(value) => std::slice::from_ref(value),
        };
        elements.iter().map(Self::of)
    }

    /// Text, or a number or a truth written out; cut to what is kept, and without what Postgres does not take. Never
    /// empty.
    pub(crate) fn text(self) -> Option<String> {
        let text = match self.0? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        };
        let text: String = text.chars().filter(|c| *c != '\0').take(limits::TROUBLE_CHARS_MAX).collect();
        (!text.is_empty()).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_missing_or_of_another_type_is_absent() {
        let value = json!({"a": {"b": " x\u{0}y "}, "n": 7, "t": true, "e": "", "z": null, "l": ["p", 1, null, {}]});
        let text = |name: &str| Node::of(&value).get(name).text();
        assert_eq!(Node::of(&value).get("a").get("b").text().as_deref(), Some("xy"));
        assert_eq!(text("n").as_deref(), Some("7"));
        assert_eq!(text("t").as_deref(), Some("true"));
        assert_eq!(["a", "e", "z", "l", "missing"].map(text), [const { None }; 5]);
        assert_eq!(Node::of(&value).get("n").get("deeper").get("still").text(), None);
        let list = |name: &str| Node::of(&value).get(name).elements().filter_map(Node::text).collect::<Vec<_>>();
        assert_eq!(list("l"), ["p", "1"]);
        assert_eq!(list("n"), ["7"]);
        assert!(list("z").is_empty() && list("missing").is_empty());
        let long = json!("ä".repeat(limits::TROUBLE_CHARS_MAX + 1));
        assert_eq!(Node::of(&long).text().unwrap().chars().count(), limits::TROUBLE_CHARS_MAX);
    }
}
