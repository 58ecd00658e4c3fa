//! Which members a request may have, as its operation writes them down: `TenantName Tags{Key Value}`. Lists count as what
//! they hold; a name without braces stands for all that is in it. Whether a value is right is not looked at.

use serde_json::{Map, Value};
use std::collections::BTreeSet;

struct Known(BTreeSet<String>);

/// The paths of the members that `takes` does not name, like `Tags.Colour`. `null` is absence.
pub(super) fn unknown(takes: &str, body: &Map<String, Value>, query: &[(String, String)]) -> Vec<String> {
    let known = Known::read(takes);
    let mut unknown = Vec::new();
    known.look_through(body, "", &mut unknown);
    unknown.extend(query.iter().map(|(name, _)| name).filter(|name| !known.0.contains(*name)).cloned());
    unknown
}

impl Known {
    fn read(takes: &str) -> Self {
        let mut paths = BTreeSet::new();
        let mut parents = Vec::new();
        let mut last = String::new();
        for word in takes.replace('{', " { ").replace('}', " } ").split_whitespace() {
            match word {
                "{" => parents.push(last.clone()),
                "}" => drop(parents.pop()),
                name => {
                    last = path(parents.last().map_or("", String::as_str), name);
                    paths.insert(last.clone());
                }
            }
        }
        Self(paths)
    }

    fn look_through(&self, members: &Map<String, Value>, parent: &str, unknown: &mut Vec<String>) {
        for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            let path = path(parent, name);
            if !self.0.contains(&path) {
                unknown.push(path);
            } else if self.names_what_is_in(&path) {
                let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                for members in items.iter().filter_map(Value::as_object) {
                    self.look_through(members, &path, unknown);
                }
            }
        }
    }

    fn names_what_is_in(&self, path: &str) -> bool {
        let inside = format!("{path}.");
        self.0.range(inside.clone()..).next().is_some_and(|next| next.starts_with(&inside))
    }
}

fn path(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::unknown;
    use serde_json::json;

    #[test]
    fn what_is_not_named_is_found_at_any_depth() {
        let takes = "Name Tags{Key Value} Content{Simple{Subject{Data}}} Filter";
        for (body, expected) in [
            (json!({ "Name": "a", "Tags": [{ "Key": "k", "Value": "v" }], "Filter": { "ANY": "thing" } }), vec![]),
            (json!({ "Names": "a", "Nothing": null }), vec!["Names"]),
            (json!({ "Tags": [{ "Key": "k" }, { "Colour": "red", "Key": { "Deep": 1 } }] }), vec!["Tags.Colour"]),
            (
                json!({ "Content": { "Simple": { "Subject": { "Data": "", "Size": 1 } }, "Raw": {} } }),
                vec!["Content.Raw", "Content.Simple.Subject.Size"],
            ),
        ] {
            let query = [("Name".to_owned(), String::new()), ("Page".to_owned(), String::new())];
            let mut expected = expected;
            expected.push("Page");
            assert_eq!(unknown(takes, body.as_object().unwrap(), &query), expected, "{body}");
        }
    }
}
