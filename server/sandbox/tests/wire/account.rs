//! The account: what its owner sets, what AWS thinks of it, and what either does to mail.

use crate::harness::start as start_empty;
use crate::post::{letter_to, send, sent_to, start, types};
use serde_json::json;

const PATH: &str = "/v2/email/account";
const PAUSED: &str = "Sending paused for this account. For more information, please check the inbox of the email address \
                      associated with your AWS account.";

#[tokio::test]
async fn a_new_account_is_healthy_and_open() {
    let sandbox = start_empty().await;
    let expected = json!({
        "DedicatedIpAutoWarmupEnabled": true,
        "EnforcementStatus": "HEALTHY",
        "ProductionAccessEnabled": true,
        "SendQuota": { "Max24HourSend": 50_000.0, "MaxSendRate": 14.0, "SentLast24Hours": 0.0 },
        "SendingEnabled": true,
        "SuppressionAttributes": { "SuppressedReasons": ["BOUNCE", "COMPLAINT"] },
        "VdmAttributes": { "VdmEnabled": "DISABLED" },
        "DeliveryAttributes": { "SharedPoolDeliveryMode": "GLOBAL" },
    });
    assert_eq!(sandbox.get(PATH).await.ok(), expected);
}

#[tokio::test]
async fn a_paused_account_sends_nothing_in_its_region() {
    let sandbox = start().await;
    sandbox.put("/v2/email/account/sending", json!({ "SendingEnabled": false })).await.ok();
    assert_eq!(sandbox.get(PATH).await.ok()["SendingEnabled"], false);
    send(&sandbox, letter_to(&["bob@b.example"])).await.refused(400, "MessageRejected", PAUSED);
    let elsewhere = sandbox.call_in("us-east-1", "GET", PATH, json!(null)).await.ok();
    assert_eq!(elsewhere["SendingEnabled"], true);
    sandbox.put("/v2/email/account/sending", json!({ "SendingEnabled": true })).await.ok();
    sent_to(&sandbox, &["bob@b.example"]).await;
    assert_eq!(sandbox.world.mail().len(), 1);
}

#[tokio::test]
async fn what_aws_shuts_down_its_owner_cannot_open() {
    let sandbox = start().await;
    sandbox.control("account", json!({ "enforcement_status": "PROBATION" })).await;
    assert_eq!(sandbox.get(PATH).await.ok()["EnforcementStatus"], "PROBATION");
    sent_to(&sandbox, &["bob@b.example"]).await; // under review, it sends
    sandbox.control("account", json!({ "enforcement_status": "SHUTDOWN" })).await;
    let account = sandbox.get(PATH).await.ok();
    assert_eq!((&account["EnforcementStatus"], &account["SendingEnabled"]), (&json!("SHUTDOWN"), &json!(false)));
    let reply = send(&sandbox, letter_to(&["bob@b.example"])).await;
    assert_eq!((reply.status, reply.error.as_deref()), (400, Some("AccountSuspendedException")));
    assert_eq!(sandbox.put("/v2/email/account/sending", json!({ "SendingEnabled": true })).await.status, 400);
    sandbox.world.forget(); // what AWS thinks stays
    assert_eq!(sandbox.get(PATH).await.ok()["EnforcementStatus"], "SHUTDOWN");
    sandbox.control("account", json!({ "enforcement_status": "HEALTHY" })).await;
    assert_eq!(sandbox.get(PATH).await.ok()["SendingEnabled"], true);
    for wrong in [json!({ "enforcement_status": "FURIOUS" }), json!({ "production": true })] {
        let reply = sandbox.request("POST", "/_sandbox/account", "", &wrong.to_string()).await.unwrap();
        assert_eq!(reply.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn without_production_access_recipients_must_be_verified() {
    let sandbox = start().await;
    sandbox.control("account", json!({ "production_access": false })).await;
    assert_eq!(sandbox.get(PATH).await.ok()["ProductionAccessEnabled"], false);
    let to = ["anna@acme.example", "bob@b.example", "success@simulator.amazonses.com", "carl@c.example"];
    let message = "Email address is not verified. The following identities failed the check in region EU-WEST-1: \
                   bob@b.example, carl@c.example";
    send(&sandbox, letter_to(&to)).await.refused(400, "MessageRejected", message);
    sandbox.identity("bob@b.example").await;
    sandbox.world.set_dkim_status("bob@b.example", "SUCCESS");
    sent_to(&sandbox, &to[..3]).await;
    let put = json!({ "EmailAddress": "bob@b.example", "Reason": "BOUNCE" });
    let reply = sandbox.put("/v2/email/suppression/addresses", put.clone()).await;
    assert_eq!((reply.status, reply.error.as_deref()), (400, Some("BadRequestException")));
    sandbox.control("account", json!({ "production_access": true })).await;
    sandbox.put("/v2/email/suppression/addresses", put).await.ok();
}

#[tokio::test]
async fn the_accounts_reasons_decide_about_its_list() {
    let sandbox = start().await;
    let path = "/v2/email/account/suppression";
    let threshold = json!({
        "ConditionThresholdEnabled": "ENABLED",
        "OverallConfidenceThreshold": { "ConfidenceVerdictThreshold": "HIGH" },
    });
    let wanted =
        json!({ "SuppressedReasons": ["COMPLAINT"], "ValidationAttributes": { "ConditionThreshold": threshold } });
    sandbox.put(path, wanted.clone()).await.ok();
    assert_eq!(sandbox.get(PATH).await.ok()["SuppressionAttributes"], wanted);
    for wrong in [
        json!({ "SuppressedReasons": ["ANGER"] }),
        json!({ "SuppressedReasons": [], "ValidationAttributes": {} }),
        json!({ "ValidationAttributes": { "ConditionThreshold": { "ConditionThresholdEnabled": "PERHAPS" } } }),
    ] {
        assert_eq!(sandbox.put(path, wrong).await.error.as_deref(), Some("BadRequestException"));
    }
    assert_eq!(sandbox.get(PATH).await.ok()["SuppressionAttributes"], wanted);
    for address in ["bounce@b.example", "complain@b.example"] {
        sent_to(&sandbox, &[address]).await;
        types(&sandbox).await;
        sent_to(&sandbox, &[address]).await;
    }
    let suppressed: Vec<bool> = sandbox.world.mail().iter().map(|mail| mail.suppressed).collect();
    assert_eq!(suppressed, [false, false, false, true]);
    sandbox.put(path, json!({ "SuppressedReasons": [] })).await.ok();
    sent_to(&sandbox, &["complain@b.example"]).await;
    assert!(!sandbox.world.mail()[4].suppressed); // the list is not looked at
}

#[tokio::test]
async fn vdm_and_warm_up_are_kept() {
    let sandbox = start_empty().await;
    let vdm = json!({
        "VdmEnabled": "ENABLED",
        "DashboardAttributes": { "EngagementMetrics": "ENABLED" },
        "GuardianAttributes": { "OptimizedSharedDelivery": "DISABLED" },
    });
    sandbox.put("/v2/email/account/vdm", json!({ "VdmAttributes": vdm })).await.ok();
    for wrong in [json!({}), json!({ "VdmAttributes": {} }), json!({ "VdmAttributes": { "VdmEnabled": "YES" } })] {
        assert_eq!(sandbox.put("/v2/email/account/vdm", wrong).await.status, 400);
    }
    sandbox.put("/v2/email/account/dedicated-ips/warmup", json!({ "AutoWarmupEnabled": false })).await.ok();
    let account = sandbox.get(PATH).await.ok();
    assert_eq!((&account["VdmAttributes"], &account["DedicatedIpAutoWarmupEnabled"]), (&vdm, &json!(false)));
}

#[tokio::test]
async fn calls_that_do_not_send_have_a_rate_of_their_own() {
    let sandbox = start_empty().await;
    sandbox.control("quota", json!({ "control_rate": 1.0 })).await;
    sandbox.get(PATH).await.ok();
    sandbox.get(PATH).await.refused(429, "TooManyRequestsException", "Rate exceeded");
    let elsewhere = sandbox.call_in("us-east-1", "GET", PATH, json!(null)).await;
    assert_eq!(elsewhere.ok()["SendQuota"]["MaxSendRate"], 14.0, "the other rates stay");
    *sandbox.now.lock().unwrap() += 1.0;
    sandbox.get(PATH).await.ok();
    sandbox.control("quota", json!({ "control_rate": -1 })).await;
    for _ in 0..3 {
        sandbox.get(PATH).await.ok();
    }
}
