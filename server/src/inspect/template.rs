//! Templates, as a sequence's editor checks them and as its preview and its mails write them.

use super::{InspectError, Output, Result};
use crate::system::SystemClock;
use rules::sequences::{
    Blocked, Field, MergeData, Sender, Step, StepError, Template, TemplateError, UnknownField, write,
};
use rules::time::{Clock, OffsetDateTime};
use serde_json::{Deserializer, Map, Value, json};
use std::collections::BTreeMap;
use std::io;

/// Those that nobody gave.
const SENDER_NAME: &str = "Anna Berg";
const SENDER_EMAIL: &str = "anna@sender.example";
const OPT_OUT: &str = "https://ownlane.example/u/…";

pub(super) fn inspect(out: &mut Output) -> Result<()> {
    let input = io::BufReader::new(io::stdin().lock());
    for given in Deserializer::from_reader(input).into_iter::<Value>() {
        let given = given.map_err(|error| InspectError::Json { what: "Standard input".to_owned(), error })?;
        let told = Asked::read(&given).map_or_else(|sentence| json!({ "refused": sentence }), Asked::told);
        out.line(&told)?;
    }
    Ok(())
}

/// One object of the input.
struct Asked<'a> {
    what: What<'a>,
    lead: BTreeMap<String, String>,
    sender: Sender<'a>,
    opt_out: &'a str,
    now: OffsetDateTime,
}

enum What<'a> {
    Template(&'a str),
    Letter { subject: &'a str, body: &'a str },
}

impl<'a> Asked<'a> {
    /// Or why it cannot be made sense of.
    fn read(given: &'a Value) -> std::result::Result<Self, String> {
        let text = |name: &str| given.get(name).and_then(Value::as_str);
        let what = match (text("template"), text("subject"), text("body")) {
            (Some(template), None, None) => What::Template(template),
            (None, subject, Some(body)) => What::Letter { subject: subject.unwrap_or_default(), body },
            _ => return Err("Give a template, or a subject and a body, each a text.".to_owned()),
        };
        let none = Map::new();
        let lead = match given.get("lead") {
            None | Some(Value::Null) => &none,
            Some(lead) => lead.as_object().ok_or("The lead is an object of fields.")?,
        };
        let lead = lead.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| match value {
            Value::String(text) => Ok((name.clone(), text.clone())),
            // As it would stand in a cell.
            Value::Number(_) | Value::Bool(_) => Ok((name.clone(), value.to_string())),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                Err(format!("lead.{name} is no text: a lead's fields are texts."))
            }
        });
        let of_sender = |name: &str| given.get("sender").and_then(|sender| sender.get(name)).and_then(Value::as_str);
        let now = match text("now") {
            None => SystemClock.now(),
            Some(now) => {
                let at = rules::time::parse_rfc3339(now);
                at.ok_or_else(|| format!("{now:?} is no time. Write one like 2026-12-17T10:00:00Z."))?
            }
        };
        Ok(Self {
            what,
            lead: lead.collect::<std::result::Result<_, _>>()?,
            sender: Sender {
                name: of_sender("name").unwrap_or(SENDER_NAME),
                email: of_sender("email").unwrap_or(SENDER_EMAIL),
                signature: of_sender("signature").unwrap_or_default(),
                postal_address: of_sender("postal_address").unwrap_or_default(),
            },
            opt_out: text("opt_out").unwrap_or(OPT_OUT),
            now,
        })
    }

    fn told(self) -> Value {
        match self.what {
            What::Template(source) => match Template::parse(source) {
                Ok(template) => self.told_template(&template),
                Err(error) => refused(&error),
            },
            What::Letter { subject, body } => self.told_letter(subject, body),
        }
    }

    fn told_template(self, template: &Template) -> Value {
        let known = self.lead.keys().cloned().collect();
        let unknown = template.unknown_fields(&known);
        let sender = [("name", self.sender.name), ("email", self.sender.email)];
        let data = MergeData::new(self.lead, sender.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let rendered = template.render(&data, self.now);
        let mut told = json!({
            "compiles": true,
            "fields": template.fields().iter().map(field).collect::<Vec<_>>(),
            "unknown_fields": told_unknown(&unknown),
        });
        match rendered {
            Ok(text) => told["text"] = json!(text),
            Err(blocked) => told["blocked"] = told_blocked(&blocked),
        }
        told
    }

    fn told_letter(self, subject: &str, body: &str) -> Value {
        let known = self.lead.keys().cloned().collect();
        let step = match Step::parse(subject, body) {
            Ok(step) => step,
            Err(error) => return refused(&error),
        };
        let templates: Vec<&Template> = step.subject.iter().chain([&step.body]).collect();
        let mut fields: Vec<&Field> = templates.iter().flat_map(|template| template.fields()).collect();
        fields.sort();
        fields.dedup();
        let unknown: Vec<UnknownField> =
            templates.iter().flat_map(|template| template.unknown_fields(&known)).collect();
        // Of a step that is about to be saved.
        let checked = [Step::check_subject(subject, true, &known), Step::check_body(body, &known)];
        let warnings: Vec<String> =
            checked.iter().filter_map(|it| it.as_ref().err()).map(StepError::to_string).collect();
        let mut told = json!({
            "compiles": true,
            "fields": fields.iter().copied().map(field).collect::<Vec<_>>(),
            "unknown_fields": told_unknown(&unknown),
            "not_saved_because": warnings,
        });
        match write(&[step], 0, self.lead, self.sender, self.opt_out, self.now) {
            Ok(letter) => {
                told["subject"] = json!(letter.subject);
                told["text"] = json!(letter.text);
            }
            Err(blocked) => told["blocked"] = told_blocked(&blocked),
        }
        told
    }
}

fn refused(error: &TemplateError) -> Value {
    json!({ "compiles": false, "refused": error.to_string() })
}

fn field(field: &Field) -> Value {
    json!({ "scope": field.scope.as_str(), "name": field.name, "needed": field.is_needed })
}

fn told_unknown(unknown: &[UnknownField]) -> Vec<Value> {
    unknown.iter().map(|field| json!({ "name": field.name, "suggestion": field.suggestion })).collect()
}

fn told_blocked(blocked: &Blocked) -> Value {
    let missing = match blocked {
        Blocked::Missing { fields } => fields.as_slice(),
        Blocked::Date { .. }
        | Blocked::AmbiguousDate { .. }
        | Blocked::Empty
        | Blocked::Long
        | Blocked::Work
        | Blocked::Filter { .. }
        | Blocked::Failed(_) => &[],
    };
    json!({ "sentence": blocked.to_string(), "missing": missing })
}
