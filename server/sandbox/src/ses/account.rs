//! The account in one region: what it has sent, whom it must not write to, and how its mail on shared IPs leaves.

use super::quota::Sent;
use super::suppression::Suppressed;
use super::{Operation, Request, nothing};
use crate::moment;
use crate::wire::Answer;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation { name: "GetAccount", method: "GET", path: "/v2/email/account", run: get },
    Operation {
        name: "PutAccountDeliveryAttributes",
        method: "POST",
        path: "/v2/email/account/delivery",
        run: put_delivery,
    },
];

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    shared_pool_delivery_mode: String,
    #[serde(default)]
    pub(crate) sent: Sent,
    /// Of every tenant that has no list of its own in use.
    #[serde(default)]
    pub(crate) suppressed: Suppressed,
}

impl Default for Account {
    /// As accounts have it that start to send in a region now.
    fn default() -> Self {
        Self {
            shared_pool_delivery_mode: "GLOBAL".to_owned(),
            sent: Sent::default(),
            suppressed: Suppressed::default(),
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "an operation like the others")]
fn get(request: &mut Request) -> Answer {
    let sent = request.region.account.sent.last_24_hours(moment::millis(request.now));
    let quota = request.quota;
    Ok(json!({
        "DedicatedIpAutoWarmupEnabled": true,
        "EnforcementStatus": "HEALTHY",
        "ProductionAccessEnabled": true,
        "SendQuota": { "Max24HourSend": quota.max_24_hours, "MaxSendRate": quota.max_rate, "SentLast24Hours": sent },
        "SendingEnabled": true,
        "SuppressionAttributes": { "SuppressedReasons": ["BOUNCE", "COMPLAINT"] },
        "VdmAttributes": { "VdmEnabled": "DISABLED" },
        "DeliveryAttributes": { "SharedPoolDeliveryMode": request.region.account.shared_pool_delivery_mode },
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
