//! Lists come in pages with a fresh token each, on the older paths as on the newer.

use crate::harness::{Running, start};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn every_page_has_a_fresh_token_and_the_last_has_none() {
    let sandbox = start().await;
    for name in ["e", "a", "d", "b", "c"] {
        sandbox.tenant(name).await;
    }
    let mut names = Vec::new();
    let mut tokens = BTreeSet::new();
    let mut token = Value::Null;
    loop {
        let body = json!({ "PageSize": 2, "NextToken": token });
        let page = sandbox.post("/v2/email/tenants/list", body).await.ok();
        names.extend(page["Tenants"].as_array().unwrap().iter().map(|tenant| tenant["TenantName"].clone()));
        token = match page.get("NextToken") {
            Some(next) => next.clone(),
            None => break,
        };
        assert!(tokens.insert(token.as_str().unwrap().to_owned()));
    }
    assert_eq!(Value::from(names), json!(["a", "b", "c", "d", "e"]));
    assert_eq!(tokens.len(), 2);
}

#[tokio::test]
async fn a_token_of_another_list_is_none() {
    let sandbox = start().await;
    sandbox.tenant("a").await;
    sandbox.tenant("b").await;
    let page = sandbox.post("/v2/email/tenants/list", json!({ "PageSize": 1 })).await.ok();
    let stolen = json!({ "NextToken": page["NextToken"] });
    for body in [json!({ "NextToken": "guess" }), stolen] {
        let reply = sandbox.post("/v2/email/list-identities", body).await;
        reply.refused(400, "BadRequestException", "Invalid Next Token");
    }
    for size in [json!(-1), json!(1001), json!("2")] {
        assert_eq!(sandbox.post("/v2/email/tenants/list", json!({ "PageSize": size })).await.status, 400);
    }
}

#[tokio::test]
async fn older_paths_list_the_same() {
    let sandbox = start().await;
    for name in ["a", "b", "c"] {
        sandbox.identity(&format!("{name}.example")).await;
        sandbox.configuration_set(name).await;
    }
    let sets = both(&sandbox, "/v2/email/configuration-sets", "/v2/email/list-configuration-sets").await;
    assert_eq!(sets["ConfigurationSets"], json!(["a", "b", "c"]));
    let identities = both(&sandbox, "/v2/email/identities", "/v2/email/list-identities").await;
    assert_eq!(identities["EmailIdentities"][1]["IdentityName"], "b.example");
    let first = sandbox.get("/v2/email/configuration-sets?PageSize=2").await.ok();
    let token = first["NextToken"].as_str().unwrap();
    let rest = sandbox.get(&format!("/v2/email/configuration-sets?PageSize=2&NextToken={token}")).await.ok();
    assert_eq!(rest, json!({ "ConfigurationSets": ["c"] }));
}

async fn both(sandbox: &Running, older: &str, newer: &str) -> Value {
    let (older, newer) = (sandbox.get(older).await.ok(), sandbox.post(newer, json!({})).await.ok());
    assert_eq!(older, newer);
    newer
}
