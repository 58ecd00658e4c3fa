//! Pools of dedicated IPs, the IPs in them, and the configuration sets that send from them.

use crate::harness::{ACCOUNT, REGION, Running, start};
use serde_json::{Value, json};

const POOLS: &str = "/v2/email/dedicated-ip-pools";
const IPS: &str = "/v2/email/dedicated-ips";
const IP: &str = "198.51.100.7";
const DEFAULT: &str = "ses-default-dedicated-pool";

#[tokio::test]
async fn a_pool_is_made_listed_and_deleted() {
    let sandbox = start().await;
    pool(&sandbox, "txn").await;
    let body = json!({ "PoolName": "mkt", "ScalingMode": "MANAGED", "Tags": [{ "Key": "a", "Value": "b" }] });
    sandbox.post(POOLS, body).await.ok();
    let read = sandbox.get(&format!("{POOLS}/txn")).await.ok();
    assert_eq!(read, json!({ "DedicatedIpPool": { "PoolName": "txn", "ScalingMode": "STANDARD" } }));
    assert_eq!(sandbox.get(POOLS).await.ok(), json!({ "DedicatedIpPools": ["mkt", "txn"] }));
    let page = sandbox.get(&format!("{POOLS}?PageSize=1")).await.ok();
    let next = format!("{POOLS}?PageSize=1&NextToken={}", page["NextToken"].as_str().unwrap());
    assert_eq!(sandbox.get(&next).await.ok(), json!({ "DedicatedIpPools": ["txn"] }));
    let arn = format!("arn:aws:ses:{REGION}:{ACCOUNT}:dedicated-ip-pool/mkt");
    let tags = sandbox.get(&format!("/v2/email/tags?ResourceArn={arn}")).await.ok();
    assert_eq!(tags, json!({ "Tags": [{ "Key": "a", "Value": "b" }] }));
    sandbox.tenant("acme").await;
    let belongs = json!({ "TenantName": "acme", "ResourceArn": arn });
    let message = "Unsupported resource type: dedicated-ip-pool"; // the set chooses the pool
    sandbox.post("/v2/email/tenants/resources", belongs).await.refused(400, "BadRequestException", message);

    sandbox.delete(&format!("{POOLS}/txn")).await.ok();
    let missing = "Dedicated IP pool <txn> does not exist.";
    sandbox.get(&format!("{POOLS}/txn")).await.refused(404, "NotFoundException", missing);
    sandbox.delete(&format!("{POOLS}/txn")).await.refused(404, "NotFoundException", missing);
}

#[tokio::test]
async fn a_pool_that_cannot_be_is_refused() {
    let sandbox = start().await;
    for name in ["", "Txn", "a_b", "ä", &"a".repeat(65)] {
        let reply = sandbox.post(POOLS, json!({ "PoolName": name })).await;
        assert_eq!((reply.status, reply.error.as_deref()), (400, Some("BadRequestException")), "{name}");
    }
    assert_eq!(sandbox.post(POOLS, json!({ "PoolName": "a", "ScalingMode": "HUGE" })).await.status, 400);
    assert_eq!(sandbox.world.snapshot(), json!({}));
    for number in 0..50 {
        pool(&sandbox, &format!("p{number}")).await;
    }
    for (name, error) in [
        ("p7", "AlreadyExistsException"),
        ("ses-shared-pool", "AlreadyExistsException"),
        ("p50", "LimitExceededException"),
    ] {
        assert_eq!(sandbox.post(POOLS, json!({ "PoolName": name })).await.error.as_deref(), Some(error), "{name}");
    }
}

#[tokio::test]
async fn there_is_no_way_back_from_managed() {
    let sandbox = start().await;
    pool(&sandbox, "txn").await;
    let path = format!("{POOLS}/txn/scaling");
    assert_eq!(sandbox.put(&path, json!({})).await.status, 400);
    for mode in ["STANDARD", "MANAGED", "MANAGED"] {
        sandbox.put(&path, json!({ "ScalingMode": mode })).await.ok();
    }
    let message = "Managed dedicated IP pool <txn> cannot become a standard one.";
    let back = json!({ "ScalingMode": "STANDARD" });
    sandbox.put(&path, back.clone()).await.refused(400, "BadRequestException", message);
    assert_eq!(sandbox.get(&format!("{POOLS}/txn")).await.ok()["DedicatedIpPool"]["ScalingMode"], "MANAGED");
    assert_eq!(sandbox.put(&format!("{POOLS}/none/scaling"), back).await.status, 404);
}

#[tokio::test]
async fn a_set_sends_from_a_pool_that_exists() {
    let sandbox = start().await;
    sandbox.configuration_set("acme").await;
    let options = "/v2/email/configuration-sets/acme/delivery-options";
    let wanted = json!({ "SendingPoolName": "txn" });
    sandbox.put(options, wanted.clone()).await.refused(400, "BadRequestException", "SendingPool <txn> doesn't exist");
    pool(&sandbox, "txn").await;
    sandbox.put(options, wanted).await.ok();
    let message = "Cannot delete dedicated IP pool <txn>: configuration set <acme> sends from it.";
    sandbox.delete(&format!("{POOLS}/txn")).await.refused(400, "BadRequestException", message);
    sandbox.put(options, json!({})).await.ok();
    sandbox.delete(&format!("{POOLS}/txn")).await.ok();
}

#[tokio::test]
async fn aws_gives_ips_and_the_account_puts_them_into_pools() {
    let sandbox = start().await;
    assert_eq!(sandbox.get(IPS).await.ok(), json!({ "DedicatedIps": [] }));
    assert_eq!(sandbox.get(&format!("{IPS}/{IP}")).await.error.as_deref(), Some("NotFoundException"));
    sandbox.control("dedicated-ips", json!({ "region": REGION, "ip": IP })).await;
    assert_eq!(ip(&sandbox).await, shown("IN_PROGRESS", 0, DEFAULT)); // the account warms up by itself
    pool(&sandbox, "txn").await;
    sandbox.put(&format!("{IPS}/{IP}/pool"), json!({ "DestinationPoolName": "txn" })).await.ok();
    sandbox.put(&format!("{IPS}/{IP}/warmup"), json!({ "WarmupPercentage": 40 })).await.ok();
    assert_eq!(ip(&sandbox).await, shown("IN_PROGRESS", 40, "txn"));
    for (pool, count) in [("txn", 1), (DEFAULT, 0)] {
        let listed = sandbox.get(&format!("{IPS}?PoolName={pool}")).await.ok();
        assert_eq!(listed["DedicatedIps"].as_array().unwrap().len(), count, "{pool}");
    }
    assert_eq!(sandbox.get(&format!("{IPS}?PoolName=none")).await.status, 404);
    for (path, body, status) in [
        ("pool", json!({ "DestinationPoolName": "none" }), 404),
        ("pool", json!({}), 400),
        ("warmup", json!({ "WarmupPercentage": 101 }), 400),
        ("warmup", json!({}), 400),
    ] {
        assert_eq!(sandbox.put(&format!("{IPS}/{IP}/{path}"), body.clone()).await.status, status, "{body}");
    }
    sandbox.put(&format!("{IPS}/{IP}/warmup"), json!({ "WarmupPercentage": 100 })).await.ok();
    assert_eq!(ip(&sandbox).await, shown("DONE", 100, "txn"));
    sandbox.delete(&format!("{POOLS}/txn")).await.ok();
    assert_eq!(ip(&sandbox).await, shown("DONE", 100, DEFAULT));
    let wrong = json!({ "ip": "2001:db8::1" }).to_string();
    assert_eq!(sandbox.request("POST", "/_sandbox/dedicated-ips", "", &wrong).await.unwrap().status, 400);
}

#[tokio::test]
async fn a_managed_pool_is_in_the_hands_of_ses() {
    let sandbox = start().await;
    sandbox.put("/v2/email/account/dedicated-ips/warmup", json!({ "AutoWarmupEnabled": false })).await.ok();
    sandbox.control("dedicated-ips", json!({ "region": REGION, "ip": IP })).await;
    assert_eq!(ip(&sandbox).await, shown("DONE", 100, DEFAULT));
    pool(&sandbox, "txn").await;
    let into = |pool: &str| json!({ "DestinationPoolName": pool });
    sandbox.put(&format!("{IPS}/{IP}/pool"), into("txn")).await.ok();
    sandbox.put(&format!("{POOLS}/txn/scaling"), json!({ "ScalingMode": "MANAGED" })).await.ok();
    assert_eq!(ip(&sandbox).await, shown("NOT_APPLICABLE", -1, "txn"));
    let message = "The IPs of managed dedicated IP pool <txn> cannot be moved.";
    sandbox.put(&format!("{IPS}/{IP}/pool"), into(DEFAULT)).await.refused(400, "BadRequestException", message);
    assert_eq!(sandbox.put(&format!("{IPS}/{IP}/warmup"), json!({ "WarmupPercentage": 9 })).await.status, 400);
}

async fn pool(sandbox: &Running, name: &str) {
    sandbox.post(POOLS, json!({ "PoolName": name })).await.ok();
}

async fn ip(sandbox: &Running) -> Value {
    sandbox.get(&format!("{IPS}/{IP}")).await.ok()["DedicatedIp"].clone()
}

fn shown(status: &str, percentage: i64, pool: &str) -> Value {
    json!({ "Ip": IP, "WarmupStatus": status, "WarmupPercentage": percentage, "PoolName": pool })
}
