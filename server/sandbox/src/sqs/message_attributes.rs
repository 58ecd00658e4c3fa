//! Attributes that a sender gives a message: typed, given back to whoever asks for them, and with a digest of their own.

use super::read;
use crate::digest::md5_hex;
use crate::ses::members::Members;
use crate::wire::Failure;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) type Attributes = BTreeMap<String, Attribute>;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Attribute {
    /// `String`, `Number` or `Binary`, perhaps with more behind a dot.
    data_type: String,
    /// Of a Binary in base64.
    value: String,
}

const ATTRIBUTES_MAX: usize = 10;
const NAME_CHARS_MAX: usize = 256;

impl Attribute {
    fn is_binary(&self) -> bool {
        self.data_type.split('.').next() == Some("Binary")
    }
}

pub(super) fn read(members: Members) -> Result<Attributes, Failure> {
    let mut attributes = Attributes::new();
    let Some(given) = members.object("MessageAttributes")? else { return Ok(attributes) };
    if given.0.len() > ATTRIBUTES_MAX {
        return Err(invalid("Number of message attributes exceeds the allowed maximum [10]."));
    }
    for name in given.0.keys() {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
        if name.is_empty() || name.len() > NAME_CHARS_MAX || !name.chars().all(is_plain) {
            return Err(invalid(&format!("The message attribute name '{name}' is invalid.")));
        }
        let attribute = given.required_object(name)?;
        let data_type = attribute.required_text("DataType")?.to_owned();
        let kind = data_type.split('.').next().unwrap_or_default();
        let value = match kind {
            "String" | "Number" => attribute.text("StringValue")?,
            "Binary" => attribute.text("BinaryValue")?.filter(|value| STANDARD.decode(value).is_ok()),
            _ => {
                return Err(invalid(&format!("The message attribute '{name}' has an invalid message attribute type.")));
            }
        };
        let is_value = |value: &&str| !value.is_empty() && (kind != "Number" || value.parse::<f64>().is_ok());
        let wrong = || invalid(&format!("The message attribute '{name}' must contain a non-empty value of its type."));
        let value = value.filter(is_value).ok_or_else(wrong)?.to_owned();
        attributes.insert(name.clone(), Attribute { data_type, value });
    }
    Ok(attributes)
}

/// Those whose names are asked for: `All`, `.*`, a name, or the beginning of one with `.*` behind it.
pub(super) fn asked(attributes: &Attributes, wanted: &[&str]) -> Attributes {
    let is_asked = |name: &str| {
        wanted.iter().any(|wanted| match wanted.strip_suffix(".*") {
            Some(start) => name.starts_with(start),
            None => *wanted == "All" || *wanted == name,
        })
    };
    let asked = attributes.iter().filter(|(name, _)| is_asked(name));
    asked.map(|(name, attribute)| (name.clone(), attribute.clone())).collect()
}

pub(super) fn shown(attributes: &Attributes) -> Value {
    let show = |attribute: &Attribute| {
        let value = if attribute.is_binary() { "BinaryValue" } else { "StringValue" };
        json!({ "DataType": attribute.data_type, value: attribute.value })
    };
    attributes.iter().map(|(name, attribute)| (name.clone(), show(attribute))).collect::<serde_json::Map<_, _>>().into()
}

/// Of name, type and value in the order of names, each behind its length.
pub(super) fn md5(attributes: &Attributes) -> String {
    let mut bytes = Vec::new();
    for (name, attribute) in attributes {
        put(&mut bytes, name.as_bytes());
        put(&mut bytes, attribute.data_type.as_bytes());
        if attribute.is_binary() {
            bytes.push(2);
            put(&mut bytes, &STANDARD.decode(&attribute.value).unwrap_or_default());
        } else {
            bytes.push(1);
            put(&mut bytes, attribute.value.as_bytes());
        }
    }
    md5_hex(&bytes)
}

fn put(bytes: &mut Vec<u8>, part: &[u8]) {
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(part);
}

fn invalid(message: &str) -> Failure {
    read::failure("InvalidParameterValue", message)
}
