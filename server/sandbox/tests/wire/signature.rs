//! Who is let in, and how a refusal looks.

use crate::harness::{authorization, start};
use serde_json::{Value, json};

#[tokio::test]
async fn an_unsigned_call_is_refused() {
    let sandbox = start().await;
    let reply = sandbox.request("GET", "/v2/email/account", "", "").await.unwrap();
    reply.refused(403, "MissingAuthenticationToken", "Request is missing Authentication Token");
}

#[tokio::test]
async fn a_signature_of_another_shape_is_refused() {
    let sandbox = start().await;
    let signed = authorization("eu-west-1");
    for (wrong, error) in [
        ("Basic dGVzdA==".to_owned(), "MissingAuthenticationToken"),
        (signed.replace("SignedHeaders=host;x-amz-date, ", ""), "IncompleteSignature"),
        (signed.replace("/ses/", "/sqs/"), "SignatureDoesNotMatch"),
        (signed.replace("host;", ""), "SignatureDoesNotMatch"),
        (signed.replace("Signature=0", "Signature=z"), "SignatureDoesNotMatch"),
        (signed.replace("20260201", "2026"), "SignatureDoesNotMatch"),
    ] {
        let headers = format!("authorization: {wrong}\r\n");
        let reply = sandbox.request("GET", "/v2/email/account", &headers, "").await.unwrap();
        assert_eq!((reply.status, reply.error.as_deref()), (403, Some(error)), "{wrong}");
    }
}

#[tokio::test]
async fn an_unknown_operation_is_never_a_silent_success() {
    let sandbox = start().await;
    for (method, path) in [("POST", "/v2/email/import-jobs"), ("PATCH", "/v2/email/account"), ("GET", "/")] {
        let reply = sandbox.call(method, path, Value::Null).await;
        assert_eq!((reply.status, reply.error.as_deref()), (501, Some("NotImplementedByEmulator")), "{method} {path}");
    }
    assert_eq!(sandbox.world.calls()[0].operation, "POST /v2/email/import-jobs");
}

#[tokio::test]
async fn every_answer_carries_an_id_of_its_own() {
    let sandbox = start().await;
    let id = |headers: &str| {
        headers.lines().find_map(|line| line.strip_prefix("x-amzn-requestid: ").map(str::to_owned)).unwrap()
    };
    let (one, other) = (sandbox.get("/v2/email/account").await, sandbox.get("/v2/email/nothing").await);
    assert!(one.headers.contains("content-type: application/json"));
    assert_eq!(id(&one.headers).len(), 36);
    assert_ne!(id(&one.headers), id(&other.headers));
}

#[tokio::test]
async fn a_body_is_json_of_the_right_shape_and_size() {
    let sandbox = start().await;
    let headers = format!("authorization: {}\r\n", authorization("eu-west-1"));
    for wrong in ["{", "[]", "\"text\""] {
        let reply = sandbox.request("POST", "/v2/email/tenants", &headers, wrong).await.unwrap();
        assert_eq!((reply.status, reply.error.as_deref()), (400, Some("SerializationException")));
    }
    let wrong = sandbox.post("/v2/email/tenants", json!({ "TenantName": 7 })).await;
    wrong.refused(400, "BadRequestException", "TenantName must be a string.");
    let missing = sandbox.post("/v2/email/identities", json!({ "EmailIdentity": null })).await;
    missing.refused(400, "BadRequestException", "EmailIdentity is required.");
    let long = format!("{{\"TenantName\": \"{}\"}}", "a".repeat(1_100_000));
    let long = sandbox.request("POST", "/v2/email/tenants", &headers, &long).await;
    assert!(long.is_none_or(|reply| reply.status == 413)); // the connection may break under the rest of the body
    assert_eq!(sandbox.world.calls().last().unwrap().status, 413);
}
