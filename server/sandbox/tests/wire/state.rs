//! What outlives a restart, what does not, and where the sandbox listens.

use crate::harness::{start, start_with_state};
use sandbox::{Options, RecordKind, Sandbox, StartError};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;

#[tokio::test]
async fn the_state_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let sandbox = start_with_state(path.clone()).await;
    sandbox.tenant("acme").await;
    sandbox.configuration_set("acme").await;
    let tokens = sandbox.identity("acme.example").await;
    sandbox.publish_dkim("acme.example", &tokens);
    sandbox
        .put("/v2/email/identities/acme.example/mail-from", json!({ "MailFromDomain": "b.acme.example" }))
        .await
        .ok();
    sandbox.get("/v2/email/identities/acme.example").await.ok();
    let (before, records) = (sandbox.world.snapshot(), sandbox.world.records());
    sandbox.end().await;

    let sandbox = start_with_state(path.clone()).await;
    assert_eq!((sandbox.world.snapshot(), sandbox.world.records()), (before, records));
    sandbox.world.withdraw(&format!("{}._domainkey.acme.example", tokens[0]), RecordKind::Cname);
    let read = sandbox.get("/v2/email/identities/acme.example").await.ok();
    assert_eq!(read["VerificationStatus"], "TEMPORARY_FAILURE"); // it knows that it was verified
    sandbox.end().await;
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, [path]);
}

#[tokio::test]
async fn a_file_from_before_mails_is_still_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let account = json!({ "shared_pool_delivery_mode": "REGIONAL" });
    let region = json!({ "account": account, "tenants": {}, "identities": {}, "configuration_sets": {} });
    let old = json!({ "regions": { "eu-west-1": region }, "records": [] });
    std::fs::write(&path, old.to_string()).unwrap();
    let sandbox = start_with_state(path).await;
    let account = sandbox.get("/v2/email/account").await.ok();
    assert_eq!(account["DeliveryAttributes"]["SharedPoolDeliveryMode"], "REGIONAL");
    assert_eq!(account["SendQuota"], json!({ "Max24HourSend": 50_000.0, "MaxSendRate": 14.0, "SentLast24Hours": 0.0 }));
}

#[tokio::test]
async fn a_file_from_before_findings_is_still_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let status = |status: &str| json!({ "Status": status, "LastUpdatedTimestamp": 1.0 });
    let policy = "arn:aws:ses:eu-west-1:aws:reputation-policy/strict";
    let tenant = json!({
        "id": "tn-1",
        "arn": "arn:aws:ses:eu-west-1:123456789012:tenant/acme/tn-1",
        "created": 1.0,
        "tags": {},
        "suppression": null,
        "reputation": {
            "policy": policy,
            "customer_managed": status("DISABLED"),
            "aws_ses_managed": status("ENABLED"),
            "impact": "NONE",
        },
        "resources": {},
    });
    let account = json!({ "shared_pool_delivery_mode": "REGIONAL", "sent": {}, "suppressed": {} });
    let region =
        json!({ "account": account, "tenants": { "acme": tenant }, "identities": {}, "configuration_sets": {} });
    std::fs::write(&path, json!({ "regions": { "eu-west-1": region }, "records": [] }).to_string()).unwrap();
    let sandbox = start_with_state(path.clone()).await;
    assert_eq!(sandbox.get("/v2/email/account").await.ok()["SendingEnabled"], true);
    let read = sandbox.post("/v2/email/tenants/get", json!({ "TenantName": "acme" })).await.ok();
    assert_eq!(read["Tenant"]["SendingStatus"], "DISABLED");
    sandbox.control("findings", json!({ "tenant": "acme", "type": "BOUNCE" })).await;
    sandbox.control("account", json!({ "enforcement_status": "PROBATION" })).await;
    sandbox.control("dedicated-ips", json!({ "region": "eu-west-1", "ip": "198.51.100.7" })).await;
    let before = sandbox.world.snapshot();
    sandbox.end().await;
    let sandbox = start_with_state(path).await;
    assert_eq!(sandbox.world.snapshot(), before);
    assert_eq!(before["eu-west-1"]["tenants"]["acme"]["reputation"]["aws_ses_managed"]["Status"], "DISABLED");
    assert_eq!(sandbox.get("/v2/email/account").await.ok()["EnforcementStatus"], "PROBATION");
}

#[tokio::test]
async fn a_file_of_something_else_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    std::fs::write(&path, "a letter").unwrap();
    let mut options = on_loopback();
    options.state = Some(path.clone());
    assert!(matches!(Sandbox::bind(options).await, Err(StartError::ParseState { .. })));
    assert_eq!(std::fs::read_to_string(path).unwrap(), "a letter");
}

#[tokio::test]
async fn memory_is_lost_and_dns_is_not() {
    let sandbox = start().await;
    sandbox.tenant("acme").await;
    sandbox.publish("acme.example", RecordKind::Txt, "here");
    let (first, again) = (sandbox.world.snapshot(), sandbox.world.snapshot());
    assert_eq!(first, again);
    *sandbox.now.lock().unwrap() += 3600.0;
    assert_eq!(sandbox.world.snapshot(), first);
    sandbox.world.forget();
    assert_eq!(sandbox.world.snapshot(), json!({}));
    assert_eq!(sandbox.world.records().len(), 1);
    sandbox.tenant("acme").await;
}

#[tokio::test]
async fn it_listens_on_loopback_only() {
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    let open = SocketAddr::from(([0, 0, 0, 0], 0));
    for (listen, dns) in [(open, loopback), (loopback, open)] {
        let Err(refusal) = Sandbox::bind(options(listen, dns)).await else { panic!("it listens on {listen} {dns}") };
        assert!(matches!(refusal, StartError::NotLoopback(address) if address == open));
    }
}

pub fn on_loopback() -> Options {
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    options(loopback, loopback)
}

fn options(listen: SocketAddr, dns: SocketAddr) -> Options {
    Options {
        listen,
        dns,
        auto_verify: false,
        known_domain: None,
        mail_in: None,
        strict: true,
        state: None,
        event_delay: 0.0,
        now: Arc::new(|| 0.0),
        chance: Arc::new(|_| {}),
    }
}
