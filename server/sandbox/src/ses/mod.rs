//! SES v2 in memory: the operations by path, and what each may touch. Nothing here listens, waits or writes files.
//!
//! An operation checks everything before it changes anything: a refused call leaves no trace.

pub(crate) mod account;
mod arn;
pub(crate) mod configuration_sets;
mod dkim;
mod event_destinations;
pub(crate) mod identities;
mod mail_from;
mod members;
pub(crate) mod pages;
mod reputation;
mod set_options;
mod tags;
mod tenant_resources;
pub(crate) mod tenants;

use crate::records::Record;
use crate::state::Region;
use crate::wire::Answer;
use members::Members;
use pages::Pages;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

pub(crate) struct Operation {
    pub(crate) name: &'static str,
    method: &'static str,
    /// `{}` is a label.
    path: &'static str,
    pub(crate) run: fn(&mut Request) -> Answer,
}

/// One call, and all it may see and change.
pub(crate) struct Request<'a> {
    pub(crate) region_name: &'a str,
    pub(crate) region: &'a mut Region,
    pub(crate) labels: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Map<String, Value>,
    pub(crate) now: f64,
    pub(crate) chance: &'a dyn Fn(&mut [u8]),
    pub(crate) pages: &'a mut Pages,
    pub(crate) dns: Dns<'a>,
}

/// What SES sees of DNS, and whether it looks.
#[derive(Clone, Copy)]
pub(crate) struct Dns<'a> {
    pub(crate) records: &'a [Record],
    /// No answer or none of use: SES learns nothing new.
    pub(crate) trouble: bool,
    pub(crate) hold: bool,
    pub(crate) auto_verify: bool,
}

impl Request<'_> {
    fn members(&self) -> Members<'_> {
        Members(&self.body)
    }

    fn label(&self, index: usize) -> &str {
        self.labels.get(index).map_or("", String::as_str)
    }

    fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn random_text<const N: usize>(&self, alphabet: &[u8]) -> String {
        let mut bytes = [0; N];
        (self.chance)(&mut bytes);
        bytes.iter().map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()])).collect()
    }
}

/// By the raw path, split before it is decoded: labels that are ARNs hold slashes.
pub(crate) fn route(method: &str, path: &str) -> Option<(&'static Operation, Vec<String>)> {
    let segments: Vec<&str> = path.split('/').collect();
    operations().filter(|operation| operation.method == method).find_map(|operation| {
        let pattern: Vec<&str> = operation.path.split('/').collect();
        if pattern.len() != segments.len() {
            return None;
        }
        let mut labels = Vec::new();
        for (pattern, segment) in pattern.iter().zip(&segments) {
            if *pattern == "{}" && !segment.is_empty() {
                labels.push(percent_decode_str(segment).decode_utf8().ok()?.into_owned());
            } else if pattern != segment {
                return None;
            }
        }
        Some((operation, labels))
    })
}

fn operations() -> impl Iterator<Item = &'static Operation> {
    [
        tenants::OPERATIONS,
        tenant_resources::OPERATIONS,
        reputation::OPERATIONS,
        identities::OPERATIONS,
        dkim::OPERATIONS,
        mail_from::OPERATIONS,
        configuration_sets::OPERATIONS,
        set_options::OPERATIONS,
        event_destinations::OPERATIONS,
        account::OPERATIONS,
        tags::OPERATIONS,
    ]
    .into_iter()
    .flatten()
}

/// The answer of an operation that says nothing.
fn nothing() -> Value {
    Value::Object(Map::new())
}
