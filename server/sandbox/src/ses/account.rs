//! The account in one region: what it has sent, whom it must not write to, whether and how its mail leaves.

use super::members::{Members, SWITCH};
use super::quota::Sent;
use super::suppression::{self, REASONS, Suppressed};
use super::{Operation, Request, nothing};
use crate::moment;
use crate::wire::{Answer, Failure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation { name: "GetAccount", method: "GET", path: "/v2/email/account", takes: "", run: get },
    Operation {
        name: "PutAccountDeliveryAttributes",
        method: "POST",
        path: "/v2/email/account/delivery",
        takes: "SharedPoolDeliveryMode",
        run: put_delivery,
    },
    Operation {
        name: "PutAccountSendingAttributes",
        method: "PUT",
        path: "/v2/email/account/sending",
        takes: "SendingEnabled",
        run: put_sending,
    },
    Operation {
        name: "PutAccountSuppressionAttributes",
        method: "PUT",
        path: "/v2/email/account/suppression",
        takes: "SuppressedReasons ValidationAttributes{ConditionThreshold{ConditionThresholdEnabled \
                OverallConfidenceThreshold{ConfidenceVerdictThreshold}}}",
        run: put_suppression,
    },
    Operation {
        name: "PutAccountVdmAttributes",
        method: "PUT",
        path: "/v2/email/account/vdm",
        takes: "VdmAttributes{VdmEnabled DashboardAttributes{EngagementMetrics} \
                GuardianAttributes{OptimizedSharedDelivery}}",
        run: put_vdm,
    },
    Operation {
        name: "PutAccountDedicatedIpWarmupAttributes",
        method: "PUT",
        path: "/v2/email/account/dedicated-ips/warmup",
        takes: "AutoWarmupEnabled",
        run: put_warmup,
    },
];

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Account {
    shared_pool_delivery_mode: String,
    pub(crate) sent: Sent,
    /// Of every tenant that has no list of its own in use.
    pub(crate) suppressed: Suppressed,
    pub(super) suppressed_reasons: Vec<String>,
    validation: Option<Value>,
    sending_enabled: bool,
    vdm: Value,
    pub(crate) auto_warmup: bool,
}

impl Default for Account {
    /// As accounts have it that start to send in a region now.
    fn default() -> Self {
        Self {
            shared_pool_delivery_mode: "GLOBAL".to_owned(),
            sent: Sent::default(),
            suppressed: Suppressed::default(),
            suppressed_reasons: REASONS.map(str::to_owned).to_vec(),
            validation: None,
            sending_enabled: true,
            vdm: json!({ "VdmEnabled": "DISABLED" }),
            auto_warmup: true,
        }
    }
}

/// What AWS thinks of the account, the same in every region.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Standing {
    pub(crate) enforcement_status: EnforcementStatus,
    /// Without it, the account is in the sandbox of SES: its recipients must be verified too.
    pub(crate) production_access: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum EnforcementStatus {
    #[default]
    Healthy,
    /// Under review; it still sends.
    Probation,
    Shutdown,
}

impl Default for Standing {
    fn default() -> Self {
        Self { enforcement_status: EnforcementStatus::default(), production_access: true }
    }
}

const PAUSED: &str = "Sending paused for this account. For more information, please check the inbox of the email address \
                      associated with your AWS account.";

/// Whether the account as a whole may send.
pub(super) fn check(request: &Request) -> Result<(), Failure> {
    if request.standing.enforcement_status == EnforcementStatus::Shutdown {
        return Err(Failure::account_suspended("Your account's ability to send email has been shut down."));
    }
    if request.region.account.sending_enabled { Ok(()) } else { Err(Failure::message_rejected(PAUSED)) }
}

#[expect(clippy::unnecessary_wraps, reason = "an operation like the others")]
fn get(request: &mut Request) -> Answer {
    let (quota, standing) = (request.quota, request.standing);
    let account = &mut request.region.account;
    let sent = account.sent.last_24_hours(moment::millis(request.now));
    let mut suppression = json!({ "SuppressedReasons": account.suppressed_reasons });
    if let Some(validation) = &account.validation {
        suppression["ValidationAttributes"] = validation.clone();
    }
    Ok(json!({
        "DedicatedIpAutoWarmupEnabled": account.auto_warmup,
        "EnforcementStatus": standing.enforcement_status,
        "ProductionAccessEnabled": standing.production_access,
        "SendQuota": { "Max24HourSend": quota.max_24_hours, "MaxSendRate": quota.max_rate, "SentLast24Hours": sent },
        "SendingEnabled": account.sending_enabled && standing.enforcement_status != EnforcementStatus::Shutdown,
        "SuppressionAttributes": suppression,
        "VdmAttributes": account.vdm,
        "DeliveryAttributes": { "SharedPoolDeliveryMode": account.shared_pool_delivery_mode },
    }))
}

fn put_delivery(request: &mut Request) -> Answer {
    let members = request.members();
    members.required_text("SharedPoolDeliveryMode")?;
    if let Some(mode) = members.choice("SharedPoolDeliveryMode", &["GLOBAL", "REGIONAL"])?.map(str::to_owned) {
        request.region.account.shared_pool_delivery_mode = mode;
    }
    Ok(nothing())
}

/// What AWS has shut down, its owner cannot open again.
fn put_sending(request: &mut Request) -> Answer {
    let enabled = request.members().flag("SendingEnabled")?.unwrap_or_default();
    if enabled && request.standing.enforcement_status == EnforcementStatus::Shutdown {
        return Err(Failure::bad_request("Sending has been shut down for this account and cannot be enabled."));
    }
    request.region.account.sending_enabled = enabled;
    Ok(nothing())
}

/// No reasons: the account's list is neither looked at nor added to.
fn put_suppression(request: &mut Request) -> Answer {
    let members = request.members();
    let reasons = members.choices("SuppressedReasons", &REASONS)?.unwrap_or_default();
    let reasons = reasons.into_iter().map(str::to_owned).collect();
    let validation = members.object("ValidationAttributes")?.map(suppression::validation).transpose()?;
    request.region.account.suppressed_reasons = reasons;
    request.region.account.validation = validation;
    Ok(nothing())
}

fn put_vdm(request: &mut Request) -> Answer {
    let given = request.members().required_object("VdmAttributes")?;
    let mut vdm = json!({ "VdmEnabled": given.required_choice("VdmEnabled", &SWITCH)? });
    let parts = [("DashboardAttributes", "EngagementMetrics"), ("GuardianAttributes", "OptimizedSharedDelivery")];
    for (part, member) in parts {
        if let Some(choice) = switch_in(given, part, member)? {
            vdm[part] = json!({ member: choice });
        }
    }
    request.region.account.vdm = vdm;
    Ok(nothing())
}

/// `ENABLED` or `DISABLED` in a structure of its own.
pub(super) fn switch_in<'a>(given: Members<'a>, part: &str, member: &str) -> Result<Option<&'a str>, Failure> {
    Ok(given.object(part)?.map(|part| part.choice(member, &SWITCH)).transpose()?.flatten())
}

fn put_warmup(request: &mut Request) -> Answer {
    request.region.account.auto_warmup = request.members().flag("AutoWarmupEnabled")?.unwrap_or_default();
    Ok(nothing())
}
