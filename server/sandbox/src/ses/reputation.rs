//! The reputation of a tenant: who lets it send, under which policy, and what its findings make of that. It measures
//! nothing: findings are reported from outside.

use super::arn::Resource;
use super::findings::{Change, Finding, Findings, Impact};
use super::pages::Paging;
use super::tenants::Tenant;
use super::{Operation, Request, nothing};
use crate::bridge::{self, News};
use crate::wire::{Answer, Failure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "GetReputationEntity",
        method: "GET",
        path: "/v2/email/reputation/entities/{}/{}",
        takes: "",
        run: get,
    },
    Operation {
        name: "ListReputationEntities",
        method: "POST",
        path: "/v2/email/reputation/entities",
        takes: "Filter PageSize NextToken",
        run: list,
    },
    Operation {
        name: "UpdateReputationEntityPolicy",
        method: "PUT",
        path: "/v2/email/reputation/entities/{}/{}/policy",
        takes: "ReputationEntityPolicy",
        run: update_policy,
    },
    Operation {
        name: "UpdateReputationEntityCustomerManagedStatus",
        method: "PUT",
        path: "/v2/email/reputation/entities/{}/{}/customer-managed-status",
        takes: "SendingStatus",
        run: update_status,
    },
];

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Reputation {
    policy: String,
    /// Absent until it is first written.
    customer_managed: Option<StatusRecord>,
    /// What the API shows: `aws_decision`, or what the policy says.
    aws_ses_managed: StatusRecord,
    /// AWS itself has spoken, and no policy and no customer overrules it.
    #[serde(default)]
    aws_decision: Option<SendingStatus>,
    #[serde(default)]
    pub(super) findings: Findings,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SendingStatus {
    Enabled,
    Disabled,
    /// It sends although findings are open. Ends when they are fixed, or with the next one.
    Reinstated,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StatusRecord {
    status: SendingStatus,
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
            aws_ses_managed: StatusRecord::new(SendingStatus::Enabled, None, now),
            aws_decision: None,
            findings: Findings::default(),
        }
    }

    /// Disabled if either side says so.
    pub(super) fn sending_status(&self) -> &'static str {
        use SendingStatus::{Disabled, Enabled, Reinstated};
        match (self.aws_ses_managed.status, self.customer_status()) {
            (Disabled, _) | (_, Disabled) => "DISABLED",
            (Reinstated, _) | (_, Reinstated) => "REINSTATED",
            (Enabled, Enabled) => "ENABLED",
        }
    }

    /// Enabled: the policy decides again.
    pub(crate) fn decide(&mut self, status: SendingStatus, cause: Option<String>, now: f64) {
        self.aws_decision = (status != SendingStatus::Enabled).then_some(status);
        self.aws_ses_managed = StatusRecord::new(status, cause, now);
        self.follow_policy(now);
    }

    /// False: there is no open finding of that type to be fixed.
    pub(crate) fn report(&mut self, finding: Finding, now: f64) -> bool {
        match self.findings.record(finding, now) {
            Change::None => return false,
            Change::Violated => self.end_reinstatement(now),
            Change::Eased if self.findings.impact().is_none() => self.end_reinstatement(now),
            Change::Eased => {}
        }
        self.follow_policy(now);
        true
    }

    /// What EventBridge hears of it. `before`: how the same tenant stood.
    pub(crate) fn news(&self, before: &Self) -> Vec<News> {
        let status = |record: Option<&StatusRecord>| record.map_or(SendingStatus::Enabled, |record| record.status);
        let mut news = Vec::new();
        for (origin, before, after) in [
            ("CUSTOMER_MANAGED", before.customer_managed.as_ref(), self.customer_managed.as_ref()),
            ("AWS_MANAGED", Some(&before.aws_ses_managed), Some(&self.aws_ses_managed)),
        ] {
            let Some(record) = after.filter(|_| status(before) != status(after)) else { continue };
            let detail_type = match record.status {
                SendingStatus::Disabled => "Sending Status Disabled",
                SendingStatus::Enabled | SendingStatus::Reinstated => "Sending Status Enabled",
            };
            let told = json!({
                "status": record.status,
                "cause": record.cause,
                "lastUpdatedTimestamp": bridge::moment(record.last_updated_timestamp),
            });
            let detail = json!({ "version": "1.0.0", "data": { "origin": origin, "record": told } });
            news.push(News { detail_type, detail });
        }
        news.extend(self.findings.news(&before.findings));
        news
    }

    fn end_reinstatement(&mut self, now: f64) {
        if self.aws_decision == Some(SendingStatus::Reinstated) {
            self.aws_decision = None;
        }
        if self.customer_status() == SendingStatus::Reinstated {
            self.customer_managed = Some(StatusRecord::new(SendingStatus::Enabled, None, now));
        }
    }

    fn follow_policy(&mut self, now: f64) {
        let pause = self.pausing_impact().filter(|_| self.customer_status() != SendingStatus::Reinstated);
        let (status, cause) = match (self.aws_decision, pause) {
            (Some(_), _) => return,
            (None, Some(impact)) => (SendingStatus::Disabled, Some(self.cause(impact))),
            (None, None) => (SendingStatus::Enabled, None),
        };
        if self.aws_ses_managed.status != status {
            self.aws_ses_managed = StatusRecord::new(status, cause, now);
        }
    }

    /// The impact of its findings, if the policy does not bear it.
    fn pausing_impact(&self) -> Option<Impact> {
        let borne = match self.policy.rsplit('/').next() {
            Some("strict") => None,
            Some("standard") => Some(Impact::Low),
            _ => Some(Impact::High),
        };
        self.findings.impact().filter(|impact| Some(*impact) > borne)
    }

    fn cause(&self, impact: Impact) -> String {
        let impact = impact.as_str();
        format!("Sending paused by reputation policy {}: a finding of {impact} impact is open.", self.policy)
    }

    fn customer_status(&self) -> SendingStatus {
        self.customer_managed.as_ref().map_or(SendingStatus::Enabled, |record| record.status)
    }

    fn impact(&self) -> &'static str {
        self.findings.impact().map_or("NONE", Impact::as_str) // not of the model
    }
}

impl StatusRecord {
    fn new(status: SendingStatus, cause: Option<String>, now: f64) -> Self {
        Self { status, cause, last_updated_timestamp: now }
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
            && filter.admits("REPUTATION_IMPACT", tenant.reputation.impact())?
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
    if !["none", "standard", "strict"].iter().any(|name| policy == policy_arn(request.place.region(), name)) {
        return Err(Failure::bad_request(format!("Invalid reputation policy <{policy}>.")));
    }
    let now = request.now;
    let reputation = &mut find(request)?.reputation;
    reputation.policy = policy;
    reputation.follow_policy(now);
    Ok(nothing())
}

fn update_status(request: &mut Request) -> Answer {
    let members = request.members();
    let status = match members.required_choice("SendingStatus", &["ENABLED", "DISABLED", "REINSTATED"])? {
        "DISABLED" => SendingStatus::Disabled,
        "REINSTATED" => SendingStatus::Reinstated,
        _ => SendingStatus::Enabled,
    };
    let now = request.now;
    let reputation = &mut find(request)?.reputation;
    let record = StatusRecord::new(status, Some("Status manually updated.".to_owned()), now);
    reputation.customer_managed = Some(record);
    reputation.follow_policy(now);
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
        "ReputationImpact": reputation.impact(),
    });
    if let Some(record) = &reputation.customer_managed {
        entity["CustomerManagedStatus"] = json!(record);
    }
    entity
}

fn policy_arn(region: &str, name: &str) -> String {
    format!("arn:aws:ses:{region}:aws:reputation-policy/{name}")
}
