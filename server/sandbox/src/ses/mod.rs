//! SES v2 in memory: the operations by path, and what each may touch. Nothing here listens, waits or writes files.
//!
//! An operation checks everything before it changes anything: a refused call leaves no trace.

pub(crate) mod account;
mod arn;
mod attachments;
mod bulk;
pub(crate) mod configuration_sets;
pub(crate) mod dedicated_ips;
pub(crate) mod dedicated_pools;
mod dkim;
pub(crate) mod event_destinations;
pub(crate) mod findings;
pub(crate) mod identities;
mod insights;
mod known;
pub(crate) mod letter;
mod mail_from;
pub(crate) mod members;
mod metrics;
pub(crate) mod pages;
pub(crate) mod quota;
pub(crate) mod reputation;
pub(crate) mod send;
mod set_options;
mod simple;
pub(crate) mod suppression;
mod tags;
mod template;
mod tenant_resources;
pub(crate) mod tenants;

use crate::crowd::Crowd;
use crate::history::History;
use crate::place::Place;
use crate::records::{self, Record, RecordKind};
use crate::state::Region;
use crate::troubles::Troubles;
use crate::wire::Answer;
use account::Standing;
use letter::{Draft, Drafts};
use members::Members;
use pages::Pages;
use percent_encoding::percent_decode_str;
use quota::{Quota, Rates};
use send::{Accepted, PausedTenantError};
use serde_json::{Map, Value};

pub(crate) struct Operation {
    pub(crate) name: &'static str,
    method: &'static str,
    /// `{}` is a label.
    path: &'static str,
    /// The members of body and query, as `known` reads them.
    takes: &'static str,
    pub(crate) run: fn(&mut Request) -> Answer,
}

/// One call, and all it may see and change.
pub(crate) struct Request<'a> {
    pub(crate) place: &'a Place,
    pub(crate) region: &'a mut Region,
    pub(crate) labels: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Map<String, Value>,
    pub(crate) now: f64,
    pub(crate) chance: &'a dyn Fn(&mut [u8]),
    pub(crate) pages: &'a mut Pages,
    pub(crate) dns: Dns<'a>,
    pub(crate) quota: Quota,
    pub(crate) rates: &'a mut Rates,
    pub(crate) standing: Standing,
    pub(crate) paused_tenant_error: PausedTenantError,
    /// Of the operations that send.
    pub(crate) drafts: Drafts,
    /// Left behind by them.
    pub(crate) accepted: Vec<Accepted>,
    pub(crate) history: &'a History,
    pub(crate) crowd: &'a mut Crowd,
}

/// What SES sees of DNS, and whether it looks.
#[derive(Clone, Copy)]
pub(crate) struct Dns<'a> {
    pub(crate) records: &'a [Record],
    pub(crate) troubles: &'a Troubles,
    pub(crate) hold: bool,
    pub(crate) auto_verify: bool,
    /// Verifies without records.
    pub(crate) known_domain: Option<&'a str>,
}

impl Dns<'_> {
    /// `None`: no answer or none of use, and SES learns nothing new.
    fn look_up(&self, name: &str, kind: RecordKind) -> Option<Vec<Record>> {
        let shown = self.troubles.shown(self.records, name)?;
        Some(records::find(shown, name, Some(kind)).records)
    }
}

const BODY_BYTES_MAX_WITH_MAIL: usize = 14 * 1_048_576; // 10 MB in base64

impl Operation {
    /// `None`: what every call may have.
    pub(crate) fn body_bytes_max(&self) -> Option<usize> {
        self.sends().then_some(BODY_BYTES_MAX_WITH_MAIL)
    }

    pub(crate) fn sends(&self) -> bool {
        [send::SEND, bulk::SEND].contains(&self.name)
    }

    /// The members of the call that this operation does not know.
    pub(crate) fn unknown(&self, body: &Map<String, Value>, query: &[(String, String)]) -> Vec<String> {
        known::unknown(self.takes, body, query)
    }

    /// Takes the mail out of the body of a call that carries some.
    pub(crate) fn take_drafts(&self, body: &mut Map<String, Value>) -> Drafts {
        match self.name {
            send::SEND => Ok(vec![Draft::take(body)]),
            bulk::SEND => bulk::take(body),
            _ => Ok(Vec::new()),
        }
    }
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
        dedicated_pools::OPERATIONS,
        dedicated_ips::OPERATIONS,
        set_options::OPERATIONS,
        event_destinations::OPERATIONS,
        account::OPERATIONS,
        findings::OPERATIONS,
        send::OPERATIONS,
        bulk::OPERATIONS,
        insights::OPERATIONS,
        metrics::OPERATIONS,
        suppression::OPERATIONS,
        tags::OPERATIONS,
    ]
    .into_iter()
    .flatten()
}

/// The answer of an operation that says nothing.
fn nothing() -> Value {
    Value::Object(Map::new())
}
