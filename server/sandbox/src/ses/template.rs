//! Templates that come with the call: `{{name}}` is replaced by data, in HTML too as it is. Stored templates there are
//! none, as no operation here makes one.

use super::letter::Message;
use super::members::{Members, missing};
use super::simple;
use crate::wire::Failure;
use serde_json::{Map, Value, json};

const DATA_BYTES_MAX: usize = 262_144;

/// A name without data is told later, by an event: the call succeeds.
pub(super) fn build(members: Members, template: Members) -> Result<Message, Failure> {
    let inline = inline(template)?;
    let data = data(template.text("TemplateData")?.unwrap_or("{}"))?;
    let mut unrendered = None;
    let mut part = |name: &str| -> Result<Option<Value>, Failure> {
        let Some(text) = inline.text(name)? else { return Ok(None) };
        Ok(Some(json!({ "Data": render(text, &data, &mut unrendered)? })))
    };
    let mut content = json!({
        "Subject": part("Subject")?,
        "Body": { "Text": part("Text")?, "Html": part("Html")? },
    });
    for member in ["Headers", "Attachments"] {
        content[member] = template.0.get(member).cloned().unwrap_or_default();
    }
    let Value::Object(content) = content else { return Err(Failure::internal_error()) };
    Ok(Message { unrendered, ..simple::build(members, Members(&content))? })
}

/// What is named is not found.
pub(super) fn inline(template: Members<'_>) -> Result<Members<'_>, Failure> {
    if let Some(name) = template.text("TemplateName")?.or(template.text("TemplateArn")?) {
        return Err(Failure::not_found(format!("Template {name} does not exist.")));
    }
    template.object("TemplateContent")?.ok_or_else(|| missing("TemplateContent"))
}

pub(super) fn data(text: &str) -> Result<Map<String, Value>, Failure> {
    if text.len() > DATA_BYTES_MAX {
        return Err(Failure::bad_request("TemplateData is longer than 262144 bytes."));
    }
    serde_json::from_str(text).map_err(|_| Failure::bad_request("TemplateData is not a JSON object."))
}

fn render(text: &str, data: &Map<String, Value>, unrendered: &mut Option<String>) -> Result<String, Failure> {
    let mut rendered = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").ok_or_else(|| Failure::bad_request("A '{{' has no '}}'."))?;
        let name = name.trim();
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)) {
            return Err(Failure::not_implemented(&format!("{{{{{name}}}}} in templates")));
        }
        rendered.push_str(before);
        match find(name, data) {
            Some(value) => rendered.push_str(&value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
            None => {
                unrendered.get_or_insert_with(|| format!("Attribute '{name}' is not present in the rendering data."));
            }
        }
        rest = after;
    }
    rendered.push_str(rest);
    Ok(rendered)
}

/// `person.name` is in the object `person`.
fn find<'a>(name: &str, data: &'a Map<String, Value>) -> Option<&'a Value> {
    let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
    let value = data.get(first).filter(|value| !value.is_null())?;
    match rest {
        Some(rest) => find(rest, value.as_object()?),
        None => Some(value),
    }
}
