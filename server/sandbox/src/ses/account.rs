//! The account in one region: quotas as of an account in production, and how its mail on shared IPs leaves.

use super::{Operation, Request, nothing};
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

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    shared_pool_delivery_mode: String,
}

impl Default for Account {
    /// As accounts have it that start to send in a region now.
    fn default() -> Self {
        Self { shared_pool_delivery_mode: "GLOBAL".to_owned() }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "an operation like the others")]
fn get(request: &mut Request) -> Answer {
    Ok(json!({
        "DedicatedIpAutoWarmupEnabled": true,
        "EnforcementStatus": "HEALTHY",
        "ProductionAccessEnabled": true,
        "SendQuota": { "Max24HourSend": 50_000.0, "MaxSendRate": 14.0, "SentLast24Hours": 0.0 },
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
