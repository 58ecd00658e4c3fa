//! The control API, and who may not reach it.

use crate::harness::{Reply, Running, start};
use serde_json::{Value, json};

#[tokio::test]
async fn a_web_page_cannot_reach_it() {
    let sandbox = start().await;
    for headers in
        ["origin: http://127.0.0.1:3000\r\n", "origin: null\r\n", "host: sandbox.example\r\n", "host: 192.0.2.1:80\r\n"]
    {
        let reply = sandbox.request("GET", "/_sandbox/state", headers, "").await.unwrap();
        assert_eq!(reply.status, 403, "{headers}");
    }
    for host in ["localhost:4579", "127.0.0.1", "[::1]:4579", "[::1]"] {
        let reply = sandbox.request("GET", "/_sandbox/state", &format!("host: {host}\r\n"), "").await.unwrap();
        assert_eq!(reply.status, 200, "{host}");
    }
}

#[tokio::test]
async fn it_plays_the_whole_world() {
    let sandbox = start().await;
    let help = control(&sandbox, "GET", "", Value::Null).await;
    assert!(help.text.contains("/_sandbox/faults"));
    sandbox.identity("acme.example").await;

    let record = json!({ "name": "Acme.example", "kind": "TXT", "value": "hello" });
    assert_eq!(control(&sandbox, "POST", "records", record).await.status, 204);
    let listed = control(&sandbox, "GET", "records", Value::Null).await.ok();
    assert_eq!(listed, json!([{ "name": "acme.example", "kind": "TXT", "value": "hello", "ttl": 300 }]));
    let gone = json!({ "name": "acme.example", "kind": "TXT" });
    assert_eq!(control(&sandbox, "DELETE", "records", gone).await.status, 204);
    assert!(sandbox.world.records().is_empty());

    assert_eq!(control(&sandbox, "POST", "verification", json!({ "hold": true })).await.status, 204);
    assert_eq!(control(&sandbox, "POST", "trouble", json!({ "trouble": "ServFail" })).await.status, 204);
    let decided = json!({ "dkim_status": "SUCCESS" });
    assert_eq!(control(&sandbox, "POST", "identities/acme.example", decided.clone()).await.status, 204);
    assert_eq!(control(&sandbox, "POST", "identities/other.example", decided).await.status, 404);
    let read = sandbox.get("/v2/email/identities/acme.example").await.ok();
    assert_eq!(read["VerifiedForSendingStatus"], true);

    let fault = json!({ "operation": "GetAccount", "kind": "TooManyRequests" });
    assert_eq!(control(&sandbox, "POST", "faults", fault).await.status, 204);
    assert_eq!(sandbox.get("/v2/email/account").await.status, 429);
    let calls = control(&sandbox, "GET", "calls", Value::Null).await.ok();
    assert_eq!(calls[2]["operation"], "GetAccount");
    assert_eq!(calls[0]["body"], json!({ "EmailIdentity": "acme.example" }));

    assert_eq!(control(&sandbox, "GET", "state", Value::Null).await.ok(), sandbox.world.snapshot());
    assert_eq!(control(&sandbox, "POST", "forget", Value::Null).await.status, 204);
    assert_eq!(sandbox.world.snapshot(), json!({}));
}

#[tokio::test]
async fn what_it_cannot_read_it_refuses() {
    let sandbox = start().await;
    for (path, body) in [
        ("records", json!({ "name": "acme.example", "kind": "A", "value": "here" })),
        ("records", json!({ "name": "acme.example", "kind": "SRV", "value": "" })),
        ("trouble", json!({ "trouble": "Sorrow" })),
        ("faults", json!({ "kind": "Flood" })),
        ("verification", json!({})),
    ] {
        assert_eq!(control(&sandbox, "POST", path, body).await.status, 400, "{path}");
    }
    assert_eq!(control(&sandbox, "GET", "nothing", Value::Null).await.status, 404);
}

async fn control(sandbox: &Running, method: &str, path: &str, body: Value) -> Reply {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    sandbox.request(method, &format!("/_sandbox/{path}"), "", &body).await.unwrap()
}
