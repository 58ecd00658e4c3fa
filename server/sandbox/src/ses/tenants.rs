//! Tenants: made, read, deleted with their associations. Their reputation is `reputation`'s.

use super::members::{Members, tag_list};
use super::pages::Paging;
use super::reputation::Reputation;
use super::suppression::Suppressed;
use super::{Operation, Request, arn, nothing};
use crate::wire::{Answer, Failure};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "CreateTenant",
        method: "POST",
        path: "/v2/email/tenants",
        takes: "TenantName Tags{Key Value} SuppressionAttributes{SuppressedReasons SuppressionScope}",
        run: create,
    },
    Operation { name: "GetTenant", method: "POST", path: "/v2/email/tenants/get", takes: "TenantName", run: get },
    Operation {
        name: "ListTenants",
        method: "POST",
        path: "/v2/email/tenants/list",
        takes: "Filter PageSize NextToken",
        run: list,
    },
    Operation {
        name: "DeleteTenant",
        method: "POST",
        path: "/v2/email/tenants/delete",
        takes: "TenantName",
        run: delete,
    },
    Operation {
        name: "PutTenantSuppressionAttributes",
        method: "POST",
        path: "/v2/email/tenant/suppression", // singular
        takes: "TenantName SuppressedReasons SuppressionScope",
        run: put_suppression,
    },
];

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Tenant {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) created: f64,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) suppression: Option<Suppression>,
    #[serde(default)]
    pub(crate) suppressed: Suppressed,
    pub(crate) reputation: Reputation,
    /// ARNs of associated resources, each with the moment of association.
    pub(crate) resources: BTreeMap<String, f64>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Suppression {
    pub(crate) suppressed_reasons: Vec<String>,
    pub(crate) suppression_scope: String,
}

const TENANTS_MAX: usize = 10_000; // per region, the default quota
const NAME_CHARS_MAX: usize = 64;

pub(super) fn find<'a>(request: &'a mut Request, name: &str) -> Result<&'a mut Tenant, Failure> {
    request
        .region
        .tenants
        .get_mut(name)
        .ok_or_else(|| Failure::not_found(format!("The requested tenant <{name}> does not exist.")))
}

fn create(request: &mut Request) -> Answer {
    let members = request.members();
    let name = valid_name(members)?.to_owned();
    let tags = members.tags()?;
    let suppression = match members.object("SuppressionAttributes")? {
        None => None,
        Some(attributes) if attributes.has("SuppressedReasons") && !attributes.has("SuppressionScope") => {
            return Err(Failure::bad_request(
                "SuppressionScope is required when SuppressedReasons are provided. Valid values are: TENANT, ACCOUNT",
            ));
        }
        Some(attributes) => suppression(attributes)?,
    };
    if request.region.tenants.contains_key(&name) {
        let message = format!("Tenant with name {name} already exists in account {}", request.place.account());
        return Err(Failure::already_exists(message));
    }
    if request.region.tenants.len() == TENANTS_MAX {
        return Err(Failure::limit_exceeded("The maximum number of tenants has been reached."));
    }
    let id = format!("tn-{}", request.random_text::<30>(b"0123456789abcdef"));
    let tenant = Tenant {
        arn: arn::tenant(request.place, &name, &id),
        id,
        created: request.now,
        tags,
        suppression,
        suppressed: Suppressed::default(),
        reputation: Reputation::new(request.place.region(), request.now),
        resources: BTreeMap::new(),
    };
    let answer = full(&name, &tenant);
    request.region.tenants.insert(name, tenant);
    Ok(answer)
}

fn get(request: &mut Request) -> Answer {
    let name = valid_name(request.members())?.to_owned();
    let tenant = find(request, &name)?;
    Ok(json!({ "Tenant": full(&name, tenant) }))
}

fn list(request: &mut Request) -> Answer {
    let filter = request.members().filter(&["TENANT_NAME_CONTAINS", "SENDING_STATUS"])?;
    let part = filter.get("TENANT_NAME_CONTAINS")?.unwrap_or_default();
    let paging = Paging::read(request, "ListTenants")?;
    let mut items = Vec::new();
    for (name, tenant) in &request.region.tenants {
        if name.contains(part) && filter.admits("SENDING_STATUS", tenant.reputation.sending_status())? {
            items.push((name.clone(), Value::Object(brief(name, tenant))));
        }
    }
    Ok(paging.answer(request, "Tenants", items))
}

fn delete(request: &mut Request) -> Answer {
    let name = valid_name(request.members())?.to_owned();
    find(request, &name)?;
    request.region.tenants.remove(&name);
    Ok(nothing())
}

fn put_suppression(request: &mut Request) -> Answer {
    let name = valid_name(request.members())?.to_owned();
    let suppression = suppression(request.members())?;
    find(request, &name)?.suppression = suppression;
    Ok(nothing())
}

/// Both members or neither; neither goes back to the account's.
fn suppression(members: Members) -> Result<Option<Suppression>, Failure> {
    let reasons = members.choices("SuppressedReasons", &["BOUNCE", "COMPLAINT"])?;
    let scope = members.choice("SuppressionScope", &["ACCOUNT", "TENANT"])?;
    match (reasons, scope) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(Failure::bad_request("SuppressedReasons cannot be specified without SuppressionScope.")),
        (None, Some(_)) => Err(Failure::bad_request("SuppressionScope cannot be specified without SuppressedReasons.")),
        (Some(reasons), Some(scope)) => Ok(Some(Suppression {
            suppressed_reasons: reasons.into_iter().map(str::to_owned).collect(),
            suppression_scope: scope.to_owned(),
        })),
    }
}

pub(super) fn valid_name(members: Members<'_>) -> Result<&str, Failure> {
    let name = members.text("TenantName")?.unwrap_or_default();
    if name.is_empty() {
        return Err(Failure::bad_request("TenantName cannot be empty"));
    }
    if name.chars().count() > NAME_CHARS_MAX {
        return Err(Failure::bad_request("TenantName cannot exceed 64 characters."));
    }
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
        return Err(Failure::bad_request(format!(
            "Invalid tenant name <{name}>: only alphanumeric ASCII characters, '_', and '-' are allowed."
        )));
    }
    Ok(name)
}

fn brief(name: &str, tenant: &Tenant) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("TenantName".to_owned(), json!(name));
    members.insert("TenantId".to_owned(), json!(tenant.id));
    members.insert("TenantArn".to_owned(), json!(tenant.arn));
    members.insert("CreatedTimestamp".to_owned(), json!(tenant.created));
    members.insert("SendingStatus".to_owned(), json!(tenant.reputation.sending_status()));
    members
}

fn full(name: &str, tenant: &Tenant) -> Value {
    let mut members = brief(name, tenant);
    members.insert("Tags".to_owned(), tag_list(&tenant.tags));
    if let Some(suppression) = &tenant.suppression {
        members.insert("SuppressionAttributes".to_owned(), json!(suppression));
    }
    Value::Object(members)
}
