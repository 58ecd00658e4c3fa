//! The members of a request, read with the type that they must have. `null` is absence; unknown members are none of
//! its business: they are `known`'s.

use crate::wire::Failure;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

pub(super) const SWITCH: [&str; 2] = ["ENABLED", "DISABLED"];

#[derive(Clone, Copy)]
pub(crate) struct Members<'a>(pub(crate) &'a Map<String, Value>);

impl<'a> Members<'a> {
    fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn has(self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(crate) fn text(self, name: &str) -> Result<Option<&'a str>, Failure> {
        self.get(name).map(|value| value.as_str().ok_or_else(|| wrong(name, "a string"))).transpose()
    }

    pub(crate) fn required_text(self, name: &str) -> Result<&'a str, Failure> {
        self.text(name)?.ok_or_else(|| missing(name))
    }

    /// One of the values that the service knows.
    pub(crate) fn choice(self, name: &str, choices: &[&str]) -> Result<Option<&'a str>, Failure> {
        match self.text(name)? {
            Some(text) if !choices.contains(&text) => Err(no_choice(name, text, choices)),
            text => Ok(text),
        }
    }

    pub(crate) fn required_choice(self, name: &str, choices: &[&str]) -> Result<&'a str, Failure> {
        self.choice(name, choices)?.ok_or_else(|| missing(name))
    }

    pub(crate) fn flag(self, name: &str) -> Result<Option<bool>, Failure> {
        self.get(name).map(|value| value.as_bool().ok_or_else(|| wrong(name, "a boolean"))).transpose()
    }

    pub(crate) fn integer(self, name: &str) -> Result<Option<i64>, Failure> {
        self.get(name).map(|value| value.as_i64().ok_or_else(|| wrong(name, "an integer"))).transpose()
    }

    /// Epoch seconds.
    pub(crate) fn required_moment(self, name: &str) -> Result<f64, Failure> {
        let value = self.get(name).ok_or_else(|| missing(name))?;
        value.as_f64().ok_or_else(|| wrong(name, "a timestamp"))
    }

    pub(crate) fn object(self, name: &str) -> Result<Option<Members<'a>>, Failure> {
        self.get(name).map(|value| value.as_object().map(Members).ok_or_else(|| wrong(name, "a structure"))).transpose()
    }

    pub(crate) fn required_object(self, name: &str) -> Result<Members<'a>, Failure> {
        self.object(name)?.ok_or_else(|| missing(name))
    }

    fn list(self, name: &str) -> Result<Option<&'a Vec<Value>>, Failure> {
        self.get(name).map(|value| value.as_array().ok_or_else(|| wrong(name, "a list"))).transpose()
    }

    pub(crate) fn objects(self, name: &str) -> Result<Option<Vec<Members<'a>>>, Failure> {
        let Some(list) = self.list(name)? else { return Ok(None) };
        list.iter()
            .map(|item| item.as_object().map(Members).ok_or_else(|| wrong(name, "a list of structures")))
            .collect::<Result<_, _>>()
            .map(Some)
    }

    pub(crate) fn texts(self, name: &str) -> Result<Option<Vec<&'a str>>, Failure> {
        let Some(list) = self.list(name)? else { return Ok(None) };
        list.iter()
            .map(|item| item.as_str().ok_or_else(|| wrong(name, "a list of strings")))
            .collect::<Result<_, _>>()
            .map(Some)
    }

    pub(crate) fn choices(self, name: &str, choices: &[&str]) -> Result<Option<Vec<&'a str>>, Failure> {
        let Some(texts) = self.texts(name)? else { return Ok(None) };
        match texts.iter().find(|text| !choices.contains(text)) {
            Some(text) => Err(no_choice(name, text, choices)),
            None => Ok(Some(texts)),
        }
    }

    /// `Tags: [{Key, Value}]`.
    pub(crate) fn tags(self) -> Result<BTreeMap<String, String>, Failure> {
        let mut tags = BTreeMap::new();
        for tag in self.list("Tags")?.into_iter().flatten() {
            let tag = tag.as_object().map(Members).ok_or_else(|| wrong("Tags", "a list of structures"))?;
            let key = tag.required_text("Key")?;
            let value = tag.required_text("Value")?;
            if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
                return Err(Failure::bad_request("A tag has a key of 1 to 128 and a value of up to 256 characters."));
            }
            if tags.insert(key.to_owned(), value.to_owned()).is_some() {
                return Err(Failure::bad_request(format!("Duplicate tag key <{key}>.")));
            }
        }
        within_tag_limit(&tags)?;
        Ok(tags)
    }

    /// `Filter: {NAME: value}` with names that the operation knows.
    pub(crate) fn filter(self, names: &[&str]) -> Result<Filter<'a>, Failure> {
        let filter = self.object("Filter")?;
        let unknown = filter.and_then(|filter| filter.0.keys().find(|key| !names.contains(&key.as_str())));
        match unknown {
            Some(key) => Err(no_choice("Filter", key, names)),
            None => Ok(Filter(filter)),
        }
    }
}

pub(crate) struct Filter<'a>(Option<Members<'a>>);

impl<'a> Filter<'a> {
    pub(crate) fn get(&self, name: &str) -> Result<Option<&'a str>, Failure> {
        self.0.map_or(Ok(None), |members| members.text(name))
    }

    pub(crate) fn choice(&self, name: &str, choices: &[&str]) -> Result<Option<&'a str>, Failure> {
        self.0.map_or(Ok(None), |members| members.choice(name, choices))
    }

    /// Whether the filter leaves what has this text there.
    pub(crate) fn admits(&self, name: &str, text: &str) -> Result<bool, Failure> {
        Ok(self.get(name)?.is_none_or(|wanted| wanted == text))
    }
}

pub(crate) fn within_tag_limit(tags: &BTreeMap<String, String>) -> Result<(), Failure> {
    if tags.len() > 50 { Err(Failure::bad_request("A resource has at most 50 tags.")) } else { Ok(()) }
}

pub(crate) fn tag_list(tags: &BTreeMap<String, String>) -> Value {
    tags.iter().map(|(key, value)| serde_json::json!({ "Key": key, "Value": value })).collect()
}

pub(crate) fn missing(name: &str) -> Failure {
    Failure::bad_request(format!("{name} is required."))
}

fn wrong(name: &str, what: &str) -> Failure {
    Failure::bad_request(format!("{name} must be {what}."))
}

fn no_choice(name: &str, text: &str, choices: &[&str]) -> Failure {
    Failure::bad_request(format!("Invalid {name} <{text}>. Valid values are: {}", choices.join(", ")))
}
