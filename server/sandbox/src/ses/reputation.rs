//! The reputation of a tenant: who lets it send, and under which policy. It measures nothing: impact stays `NONE`.

use super::arn::Resource;
use super::pages::Paging;
use super::tenants::Tenant;
use super::{Operation, Request, nothing};
use crate::wire::{Answer, Failure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation { name: "GetReputationEntity", method: "GET", path: "/v2/email/reputation/entities/{}/{}", run: get },
    Operation { name: "ListReputationEntities", method: "POST", path: "/v2/email/reputation/entities", run: list },
    Operation {
        name: "UpdateReputationEntityPolicy",
        method: "PUT",
        path: "/v2/email/reputation/entities/{}/{}/policy",
        run: update_policy,
    },
    Operation {
        name: "UpdateReputationEntityCustomerManagedStatus",
        method: "PUT",
        path: "/v2/email/reputation/entities/{}/{}/customer-managed-status",
        run: update_status,
    },
];

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Reputation {
    policy: String,
    /// Absent until it is first written.
    customer_managed: Option<StatusRecord>,
    aws_ses_managed: StatusRecord,
    impact: String,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StatusRecord {
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    last_updated_timestamp: f64,
}

impl Reputation {
    /// A tenant made through the API has the policy `none`.
    pub(super) fn new(region: &str, now: f64) -> Self {
        Self {
            policy: policy_arn(region, "none"),
            customer_managed: None,
            aws_ses_managed: StatusRecord { status: "ENABLED".to_owned(), cause: None, last_updated_timestamp: now },
            impact: "NONE".to_owned(),
        }
    }

    /// Disabled if either side says so.
    pub(super) fn sending_status(&self) -> &'static str {
        let ours = self.customer_managed.as_ref().map_or("ENABLED", |record| record.status.as_str());
        match (self.aws_ses_managed.status.as_str(), ours) {
            ("DISABLED", _) | (_, "DISABLED") => "DISABLED",
            ("REINSTATED", _) | (_, "REINSTATED") => "REINSTATED",
            _ => "ENABLED",
        }
    }
}

fn get(request: &mut Request) -> Answer {
    Ok(json!({ "ReputationEntity": entity(find(request)?) }))
}

fn list(request: &mut Request) -> Answer {
    let names = ["ENTITY_TYPE", "REPUTATION_IMPACT", "SENDING_STATUS", "ENTITY_REFERENCE_PREFIX"];
    let filter = request.members().filter(&names)?;
    let paging = Paging::read(request, "ListReputationEntities")?;
    let prefix = filter.get("ENTITY_REFERENCE_PREFIX")?.unwrap_or_default();
    let mut items = Vec::new();
    for tenant in request.region.tenants.values() {
        if filter.admits("ENTITY_TYPE", "RESOURCE")?
            && filter.admits("REPUTATION_IMPACT", &tenant.reputation.impact)?
            && filter.admits("SENDING_STATUS", tenant.reputation.sending_status())?
            && tenant.arn.starts_with(prefix)
        {
            items.push((tenant.arn.clone(), entity(tenant)));
        }
    }
    Ok(paging.answer(request, "ReputationEntities", items))
}

fn update_policy(request: &mut Request) -> Answer {
    let policy = request.members().required_text("ReputationEntityPolicy")?.to_owned();
    if !["none", "standard", "strict"].iter().any(|name| policy == policy_arn(request.region_name, name)) {
        return Err(Failure::bad_request(format!("Invalid reputation policy <{policy}>.")));
    }
    find(request)?.reputation.policy = policy;
    Ok(nothing())
}

fn update_status(request: &mut Request) -> Answer {
    let members = request.members();
    members.required_text("SendingStatus")?;
    let choices = ["ENABLED", "DISABLED", "REINSTATED"];
    let status = members.choice("SendingStatus", &choices)?.unwrap_or_default().to_owned();
    let now = request.now;
    find(request)?.reputation.customer_managed =
        Some(StatusRecord { status, cause: Some("Status manually updated.".to_owned()), last_updated_timestamp: now });
    Ok(nothing())
}

fn find<'a>(request: &'a mut Request) -> Result<&'a mut Tenant, Failure> {
    if request.label(0) != "RESOURCE" {
        return Err(Failure::bad_request(format!("Invalid reputation entity type <{}>.", request.label(0))));
    }
    let arn = request.label(1).to_owned();
    let missing = || Failure::not_found(format!("Reputation entity <{arn}> does not exist."));
    let Resource::Tenant { name, id } = Resource::parse(request, &arn)? else { return Err(missing()) };
    request.region.tenants.get_mut(&name).filter(|tenant| tenant.id == id).ok_or_else(missing)
}

fn entity(tenant: &Tenant) -> Value {
    let reputation = &tenant.reputation;
    let mut entity = json!({
        "ReputationEntityReference": tenant.arn,
        "ReputationEntityType": "RESOURCE",
        "ReputationManagementPolicy": reputation.policy,
        "AwsSesManagedStatus": reputation.aws_ses_managed,
        "SendingStatusAggregate": reputation.sending_status(),
        "ReputationImpact": reputation.impact,
    });
    if let Some(record) = &reputation.customer_managed {
        entity["CustomerManagedStatus"] = json!(record);
    }
    entity
}

fn policy_arn(region: &str, name: &str) -> String {
    format!("arn:aws:ses:{region}:aws:reputation-policy/{name}")
}
