//! Suppressed addresses: the account's list and one of every tenant, who is on them, and which of them a send looks at.
//! The attributes that say so are kept by `tenants` and `set_options`.

use super::members::{Members, SWITCH};
use super::pages::Paging;
use super::{Operation, Request, nothing, tenants};
use crate::people::Scope;
use crate::wire::{Answer, Failure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "PutSuppressedDestination",
        method: "PUT",
        path: "/v2/email/suppression/addresses",
        takes: "EmailAddress Reason TenantName",
        run: put,
    },
    Operation {
        name: "ListSuppressedDestinations",
        method: "GET",
        path: "/v2/email/suppression/addresses",
        takes: "TenantName Reason StartDate EndDate PageSize NextToken",
        run: list,
    },
    Operation {
        name: "GetSuppressedDestination",
        method: "GET",
        path: "/v2/email/suppression/addresses/{}",
        takes: "TenantName",
        run: get,
    },
    Operation {
        name: "DeleteSuppressedDestination",
        method: "DELETE",
        path: "/v2/email/suppression/addresses/{}",
        takes: "TenantName",
        run: delete,
    },
];

/// By address in lower case: a send ignores case, the operations on the list do not.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Suppressed(BTreeMap<String, Entry>);

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Entry {
    address: String,
    reason: String,
    updated: f64,
    /// Of the mail that came to grief; none where the entry was put by hand.
    message_id: Option<String>,
}

/// What a send looks at and adds to.
pub(super) struct Rule {
    pub(super) scope: Scope,
    reasons: Vec<String>,
}

pub(super) const REASONS: [&str; 2] = ["BOUNCE", "COMPLAINT"];

impl Rule {
    /// The configuration set goes before the tenant and that before the account, for scope and reasons each by itself.
    pub(super) fn of(set: Option<&Value>, tenant: Option<&tenants::Suppression>, account: &[String]) -> Self {
        let scope = set.and_then(|set| set.get("SuppressionScope")?.as_str());
        let scope = scope.or(tenant.map(|tenant| tenant.suppression_scope.as_str()));
        let set_reasons = set.and_then(|set| set.get("SuppressedReasons")?.as_array());
        let reasons = match (set_reasons, tenant) {
            (Some(reasons), _) => reasons.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            (None, Some(tenant)) => tenant.suppressed_reasons.clone(),
            (None, None) => account.to_vec(),
        };
        Self { scope: if scope == Some("TENANT") { Scope::Tenant } else { Scope::Account }, reasons }
    }

    pub(super) fn holds_back(&self, list: &Suppressed, address: &str) -> bool {
        let entry = list.0.get(&address.to_ascii_lowercase());
        entry.is_some_and(|entry| self.reasons.contains(&entry.reason))
    }

    pub(super) fn record(&self, list: &mut Suppressed, address: &str, reason: &str, message_id: &str, now: f64) {
        if self.reasons.iter().any(|wanted| wanted == reason) {
            list.insert(address, reason, Some(message_id.to_owned()), now);
        }
    }
}

impl Suppressed {
    fn insert(&mut self, address: &str, reason: &str, message_id: Option<String>, now: f64) {
        let (key, reason) = (address.to_ascii_lowercase(), reason.to_owned());
        self.0.insert(key, Entry { address: address.to_owned(), reason, updated: now, message_id });
    }

    fn get(&self, address: &str) -> Option<&Entry> {
        self.0.get(&address.to_ascii_lowercase()).filter(|entry| entry.address == address)
    }
}

/// Of `ValidationAttributes` and `ValidationOptions`. It validates no address.
pub(super) fn validation(given: Members) -> Result<Value, Failure> {
    let given = given.required_object("ConditionThreshold")?;
    let mut threshold =
        json!({ "ConditionThresholdEnabled": given.required_choice("ConditionThresholdEnabled", &SWITCH)? });
    if let Some(overall) = given.object("OverallConfidenceThreshold")? {
        let verdict = overall.required_choice("ConfidenceVerdictThreshold", &["MEDIUM", "HIGH", "MANAGED"])?;
        threshold["OverallConfidenceThreshold"] = json!({ "ConfidenceVerdictThreshold": verdict });
    }
    Ok(json!({ "ConditionThreshold": threshold }))
}

/// Not open to accounts that are in the sandbox of SES.
fn put(request: &mut Request) -> Answer {
    if !request.standing.production_access {
        return Err(Failure::bad_request("Addresses cannot be put on a suppression list without production access."));
    }
    let members = request.members();
    let address = members.required_text("EmailAddress")?.to_owned();
    if crate::headers::address(&address) != Some(address.as_str()) {
        return Err(Failure::bad_request(format!("Invalid email address <{address}>.")));
    }
    let reason = members.required_choice("Reason", &REASONS)?.to_owned();
    let tenant = members.text("TenantName")?.map(str::to_owned);
    let now = request.now;
    list_of(request, tenant.as_deref())?.insert(&address, &reason, None, now);
    Ok(nothing())
}

fn get(request: &mut Request) -> Answer {
    let (address, tenant) = labelled(request);
    let entry = list_of(request, tenant.as_deref())?.get(&address).ok_or_else(|| not_found(&address))?;
    let mut shown = summary(entry);
    if let Some(id) = &entry.message_id {
        shown["Attributes"] = json!({ "MessageId": id });
    }
    if let Some(tenant) = tenant {
        shown["TenantName"] = json!(tenant);
    }
    Ok(json!({ "SuppressedDestination": shown }))
}

fn delete(request: &mut Request) -> Answer {
    let (address, tenant) = labelled(request);
    let list = list_of(request, tenant.as_deref())?;
    list.get(&address).ok_or_else(|| not_found(&address))?;
    list.0.remove(&address.to_ascii_lowercase());
    Ok(nothing())
}

/// By address. The filter by dates is not known.
fn list(request: &mut Request) -> Answer {
    if request.query("StartDate").or_else(|| request.query("EndDate")).is_some() {
        return Err(Failure::not_implemented("ListSuppressedDestinations by date"));
    }
    let tenant = request.query("TenantName").map(str::to_owned);
    let reasons: Vec<String> =
        request.query.iter().filter(|(name, _)| name == "Reason").map(|(_, reason)| reason.clone()).collect();
    if let Some(reason) = reasons.iter().find(|reason| !REASONS.contains(&reason.as_str())) {
        return Err(Failure::bad_request(format!("Invalid Reason <{reason}>.")));
    }
    let paging = Paging::read(request, &format!("ListSuppressedDestinations {tenant:?} {reasons:?}"))?;
    let list = list_of(request, tenant.as_deref())?;
    let wanted = list.0.iter().filter(|(_, entry)| reasons.is_empty() || reasons.contains(&entry.reason));
    let items = wanted.map(|(key, entry)| (key.clone(), summary(entry))).collect();
    Ok(paging.answer(request, "SuppressedDestinationSummaries", items))
}

fn labelled(request: &Request) -> (String, Option<String>) {
    (request.label(0).to_owned(), request.query("TenantName").map(str::to_owned))
}

fn list_of<'a>(request: &'a mut Request, tenant: Option<&str>) -> Result<&'a mut Suppressed, Failure> {
    match tenant {
        Some(tenant) => Ok(&mut tenants::find(request, tenant)?.suppressed),
        None => Ok(&mut request.region.account.suppressed),
    }
}

fn summary(entry: &Entry) -> Value {
    json!({ "EmailAddress": entry.address, "Reason": entry.reason, "LastUpdateTime": entry.updated })
}

fn not_found(address: &str) -> Failure {
    Failure::not_found(format!("Email address {address} does not exist on your suppression list."))
}
