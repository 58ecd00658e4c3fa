//! Findings about tenants, and what the tenant's policy makes of them.

use crate::harness::{REGION, Running, encoded};
use crate::post::{letter_to, send, sent_to, start};
use serde_json::{Value, json};

const LIST: &str = "/v2/email/vdm/recommendations";

#[tokio::test]
async fn findings_are_opened_listed_and_fixed() {
    let sandbox = start().await;
    sandbox.tenant("other").await;
    assert_eq!(sandbox.post(LIST, json!({})).await.ok(), json!({ "Recommendations": [] }));
    let bounce = json!({ "tenant": "acme", "type": "BOUNCE", "impact": "HIGH", "description": "Many bounces." });
    sandbox.control("findings", bounce).await;
    *sandbox.now.lock().unwrap() += 60.0;
    open(&sandbox, "FEEDBACK_3P", "LOW").await;
    sandbox.control("findings", json!({ "tenant": "other", "type": "IP_LISTING" })).await;
    let arn = arn(&sandbox).await;
    let of_acme = list(&sandbox, json!({ "RESOURCE_ARN": arn })).await;
    let first = json!({
        "ResourceArn": arn,
        "Type": "BOUNCE",
        "Description": "Many bounces.",
        "Status": "OPEN",
        "CreatedTimestamp": 1_770_000_000.125,
        "LastUpdatedTimestamp": 1_770_000_000.125,
        "Impact": "HIGH",
    });
    assert_eq!((of_acme.len(), &of_acme[0]), (2, &first));
    assert_eq!((&of_acme[1]["Type"], &of_acme[1]["Impact"]), (&json!("FEEDBACK_3P"), &json!("LOW")));
    fix(&sandbox, "BOUNCE").await;
    for (filter, count) in [
        (json!({ "STATUS": "OPEN" }), 2),
        (json!({ "STATUS": "FIXED", "TYPE": "BOUNCE", "IMPACT": "HIGH" }), 1),
        (json!({ "TYPE": "IP_LISTING" }), 1),
        (json!({ "TYPE": "SPF" }), 0),
    ] {
        assert_eq!(list(&sandbox, filter.clone()).await.len(), count, "{filter}");
    }
    let page = sandbox.post(LIST, json!({ "PageSize": 2 })).await.ok();
    let rest = sandbox.post(LIST, json!({ "PageSize": 2, "NextToken": page["NextToken"] })).await.ok();
    assert_eq!(rest["Recommendations"].as_array().unwrap().len(), 1);
    for filter in [json!({ "TYPE": "TASTE" }), json!({ "STATUS": "BROKEN" }), json!({ "COLOUR": "RED" })] {
        let reply = sandbox.post(LIST, json!({ "Filter": filter })).await;
        assert_eq!((reply.status, reply.error.as_deref()), (400, Some("BadRequestException")));
    }
    for (report, status) in [
        (json!({ "tenant": "acme", "type": "BOUNCE", "status": "FIXED" }), 404), // it is
        (json!({ "tenant": "nobody", "type": "BOUNCE" }), 404),
        (json!({ "tenant": "acme", "type": "TASTE" }), 400),
    ] {
        let reply = sandbox.request("POST", "/_sandbox/findings", "", &report.to_string()).await.unwrap();
        assert_eq!(reply.status, status, "{report}");
    }
}

#[tokio::test]
async fn each_policy_pauses_on_what_it_does_not_bear() {
    let policies =
        [("none", "ENABLED", "ENABLED"), ("standard", "ENABLED", "DISABLED"), ("strict", "DISABLED", "DISABLED")];
    for (policy, low, high) in policies {
        let sandbox = start().await;
        set_policy(&sandbox, policy).await;
        assert_eq!(entity(&sandbox).await["ReputationImpact"], "NONE");
        for (kind, impact, expected) in [("SPF", "LOW", low), ("COMPLAINT", "HIGH", high)] {
            open(&sandbox, kind, impact).await;
            let entity = entity(&sandbox).await;
            assert_eq!(entity["ReputationImpact"], impact, "{policy}");
            assert_eq!(entity["SendingStatusAggregate"], expected, "{policy} {impact}");
            assert_eq!(entity["AwsSesManagedStatus"]["Status"], expected, "{policy} {impact}");
            assert_eq!(entity["AwsSesManagedStatus"]["Cause"].is_string(), expected == "DISABLED", "{policy} {impact}");
            let reply = send(&sandbox, letter_to(&["bob@b.example"])).await;
            assert_eq!(reply.status, if expected == "DISABLED" { 400 } else { 200 }, "{policy} {impact}");
        }
    }
}

#[tokio::test]
async fn a_paused_tenant_sends_again_when_its_findings_are_fixed() {
    let sandbox = start().await;
    set_policy(&sandbox, "standard").await;
    open(&sandbox, "BOUNCE", "HIGH").await;
    open(&sandbox, "SPF", "LOW").await;
    let paused = "Sending paused for tenant acme.";
    send(&sandbox, letter_to(&["bob@b.example"])).await.refused(400, "SendingPausedException", paused);
    let tenant = sandbox.post("/v2/email/tenants/get", json!({ "TenantName": "acme" })).await.ok();
    assert_eq!(tenant["Tenant"]["SendingStatus"], "DISABLED");
    put_status(&sandbox, "ENABLED").await; // that alone lifts nothing
    assert_eq!(entity(&sandbox).await["SendingStatusAggregate"], "DISABLED");
    fix(&sandbox, "BOUNCE").await;
    let entity = entity(&sandbox).await;
    assert_eq!((&entity["SendingStatusAggregate"], &entity["ReputationImpact"]), (&json!("ENABLED"), &json!("LOW")));
    sent_to(&sandbox, &["bob@b.example"]).await;
    set_policy(&sandbox, "strict").await; // a stricter policy looks at what is open
    assert_eq!(send(&sandbox, letter_to(&["bob@b.example"])).await.status, 400);
}

#[tokio::test]
async fn a_reinstated_tenant_sends_until_its_findings_change() {
    let sandbox = start().await;
    set_policy(&sandbox, "standard").await;
    open(&sandbox, "BOUNCE", "HIGH").await;
    put_status(&sandbox, "REINSTATED").await;
    assert_eq!(entity(&sandbox).await["SendingStatusAggregate"], "REINSTATED");
    sent_to(&sandbox, &["bob@b.example"]).await;
    open(&sandbox, "BOUNCE", "HIGH").await; // the one that is known
    assert_eq!(entity(&sandbox).await["SendingStatusAggregate"], "REINSTATED");
    fix(&sandbox, "BOUNCE").await;
    let fixed = entity(&sandbox).await;
    assert_eq!(fixed["SendingStatusAggregate"], "ENABLED"); // by itself
    assert_eq!(fixed["CustomerManagedStatus"]["Status"], "ENABLED");

    open(&sandbox, "BOUNCE", "HIGH").await;
    put_status(&sandbox, "REINSTATED").await;
    open(&sandbox, "COMPLAINT", "HIGH").await; // a new one
    assert_eq!(entity(&sandbox).await["SendingStatusAggregate"], "DISABLED");
}

#[tokio::test]
async fn what_aws_decides_no_policy_and_no_customer_overrules() {
    let sandbox = start().await;
    let stop = json!({ "status": "DISABLED", "cause": "Phishing." });
    sandbox.control("tenants/acme", stop).await;
    for status in ["ENABLED", "REINSTATED"] {
        put_status(&sandbox, status).await;
        set_policy(&sandbox, "none").await;
        let entity = entity(&sandbox).await;
        assert_eq!(entity["SendingStatusAggregate"], "DISABLED", "{status}");
        assert_eq!(entity["AwsSesManagedStatus"]["Cause"], "Phishing.", "{status}");
    }
    assert_eq!(send(&sandbox, letter_to(&["bob@b.example"])).await.status, 400);
    put_status(&sandbox, "ENABLED").await;
    sandbox.control("tenants/acme", json!({ "status": "ENABLED" })).await;
    sent_to(&sandbox, &["bob@b.example"]).await;
    set_policy(&sandbox, "strict").await;
    open(&sandbox, "DKIM", "LOW").await;
    sandbox.control("tenants/acme", json!({ "status": "REINSTATED" })).await;
    assert_eq!(entity(&sandbox).await["SendingStatusAggregate"], "REINSTATED");
    sandbox.control("tenants/acme", json!({ "status": "ENABLED" })).await; // it is the policy's again
    assert_eq!(entity(&sandbox).await["SendingStatusAggregate"], "DISABLED");
    let body = json!({ "status": "DISABLED" }).to_string();
    assert_eq!(sandbox.request("POST", "/_sandbox/tenants/nobody", "", &body).await.unwrap().status, 404);
}

async fn open(sandbox: &Running, kind: &str, impact: &str) {
    sandbox.control("findings", json!({ "tenant": "acme", "type": kind, "impact": impact })).await;
}

async fn fix(sandbox: &Running, kind: &str) {
    sandbox.control("findings", json!({ "tenant": "acme", "type": kind, "status": "FIXED" })).await;
}

async fn list(sandbox: &Running, filter: Value) -> Vec<Value> {
    sandbox.post(LIST, json!({ "Filter": filter })).await.ok()["Recommendations"].as_array().unwrap().clone()
}

async fn arn(sandbox: &Running) -> String {
    let tenant = sandbox.post("/v2/email/tenants/get", json!({ "TenantName": "acme" })).await.ok();
    tenant["Tenant"]["TenantArn"].as_str().unwrap().to_owned()
}

async fn path(sandbox: &Running) -> String {
    format!("/v2/email/reputation/entities/RESOURCE/{}", encoded(&arn(sandbox).await))
}

async fn entity(sandbox: &Running) -> Value {
    sandbox.get(&path(sandbox).await).await.ok()["ReputationEntity"].clone()
}

async fn set_policy(sandbox: &Running, name: &str) {
    let policy = format!("arn:aws:ses:{REGION}:aws:reputation-policy/{name}");
    let body = json!({ "ReputationEntityPolicy": policy });
    sandbox.put(&format!("{}/policy", path(sandbox).await), body).await.ok();
}

async fn put_status(sandbox: &Running, status: &str) {
    let path = format!("{}/customer-managed-status", path(sandbox).await);
    sandbox.put(&path, json!({ "SendingStatus": status })).await.ok();
}
