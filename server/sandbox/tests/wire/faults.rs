//! Each kind of fault does what it says, to the calls that it is meant for.

use crate::harness::{REGION, Reply, Running, authorization, start};
use sandbox::{Fault, FaultKind, Odds};
use serde_json::json;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

#[tokio::test]
async fn errors_are_answered_and_nothing_happens() {
    let sandbox = start().await;
    for (kind, status, error) in [
        (FaultKind::TooManyRequests, 429, "TooManyRequestsException"),
        (FaultKind::InternalError, 500, "InternalServiceErrorException"),
        (FaultKind::ServiceUnavailable, 503, "ServiceUnavailable"),
    ] {
        sandbox.world.fail(fault(kind));
        let reply = create(&sandbox).await.unwrap();
        assert_eq!((reply.status, reply.error.as_deref()), (status, Some(error)));
    }
    sandbox.world.fail(fault(FaultKind::Garbage));
    let reply = create(&sandbox).await.unwrap();
    assert_eq!(reply.status, 200);
    assert!(reply.text.starts_with("<!doctype html>"));
    assert_eq!(sandbox.world.snapshot(), json!({}));
    let statuses: Vec<u16> = sandbox.world.calls().iter().map(|call| call.status).collect();
    assert_eq!(statuses, [429, 500, 503, 200]);
}

#[tokio::test]
async fn a_call_that_is_accepted_then_reset_took_effect() {
    let sandbox = start().await;
    sandbox.world.fail(fault(FaultKind::AcceptThenReset));
    assert!(create(&sandbox).await.is_none());
    assert_eq!(create(&sandbox).await.unwrap().error.as_deref(), Some("AlreadyExistsException"));
    let statuses: Vec<u16> = sandbox.world.calls().iter().map(|call| call.status).collect();
    assert_eq!(statuses, [0, 400]);
}

#[tokio::test]
async fn a_call_that_hangs_has_no_answer_and_only_the_accepted_one_an_effect() {
    let sandbox = start().await;
    sandbox.world.fail(fault(FaultKind::Hang));
    assert!(timeout(Duration::from_millis(200), create(&sandbox)).await.is_err());
    assert_eq!(sandbox.world.snapshot(), json!({}));
    sandbox.world.fail(fault(FaultKind::AcceptThenHang));
    assert!(timeout(Duration::from_millis(200), create(&sandbox)).await.is_err());
    assert_eq!(create(&sandbox).await.unwrap().error.as_deref(), Some("AlreadyExistsException"));
}

#[tokio::test]
async fn faults_wait_for_their_operation_and_their_turn() {
    let sandbox = start().await;
    sandbox.world.fail(Fault {
        operation: Some("CreateTenant".to_owned()),
        skip: 1,
        times: 2,
        kind: FaultKind::InternalError,
    });
    let mut statuses = Vec::new();
    for name in ["a", "b", "c", "d"] {
        sandbox.get("/v2/email/account").await.ok();
        statuses.push(sandbox.post("/v2/email/tenants", json!({ "TenantName": name })).await.status);
    }
    assert_eq!(statuses, [200, 500, 500, 200]);
}

#[tokio::test]
async fn odds_hold_until_others_are_set_and_counted_faults_come_first() {
    let sandbox = start().await;
    let odds = |percent, kind| Odds { operation: "CreateTenant".to_owned(), percent, kind };
    sandbox.world.set_odds(vec![odds(40, FaultKind::TooManyRequests), odds(60, FaultKind::InternalError)]);
    sandbox.world.fail(fault(FaultKind::ServiceUnavailable));
    assert_eq!(create(&sandbox).await.unwrap().status, 503);
    let mut statuses = Vec::new();
    for _ in 0..100 {
        statuses.push(create(&sandbox).await.unwrap().status);
    }
    let throttled = statuses.iter().filter(|status| **status == 429).count();
    assert!((5..95).contains(&throttled), "{statuses:?}"); // nobody throws so ill
    assert!(statuses.iter().all(|status| [429, 500].contains(status)), "{statuses:?}");
    assert_eq!(sandbox.get("/v2/email/account").await.status, 200, "another operation");
    let body = "[{\"operation\":\"CreateTenant\",\"percent\":0,\"kind\":\"Hang\"}]";
    assert_eq!(sandbox.request("POST", "/_sandbox/odds", "", body).await.unwrap().status, 204);
    assert_eq!(create(&sandbox).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_dripping_answer_comes_byte_by_byte_and_the_call_took_effect() {
    let sandbox = start().await;
    sandbox.world.fail(fault(FaultKind::SlowDrip));
    let stream = tokio::net::TcpStream::connect(sandbox.address).await.unwrap();
    let (reading, mut writing) = stream.into_split();
    let mut reading = tokio::io::BufReader::new(reading);
    let body = "{\"TenantName\":\"acme\"}";
    let head = format!(
        "POST /v2/email/tenants HTTP/1.1\r\nhost: localhost\r\nauthorization: {}\r\ncontent-length: {}\r\n\r\n{body}",
        authorization(REGION),
        body.len()
    );
    writing.write_all(head.as_bytes()).await.unwrap();
    let mut line = String::new();
    let mut length = 0;
    while line != "\r\n" {
        line.clear();
        reading.read_line(&mut line).await.unwrap();
        length = line.strip_prefix("content-length: ").map_or(length, |it| it.trim().parse().unwrap());
    }
    assert!(length > 60, "more than the time allows");
    assert_eq!(reading.read_u8().await.unwrap(), b'{');
    assert_eq!(reading.buffer().len(), 0, "one byte at a time");
    assert_eq!(create(&sandbox).await.unwrap().error.as_deref(), Some("AlreadyExistsException"));
}

fn fault(kind: FaultKind) -> Fault {
    Fault { operation: None, skip: 0, times: 1, kind }
}

async fn create(sandbox: &Running) -> Option<Reply> {
    let headers = format!("authorization: {}\r\n", authorization(REGION));
    sandbox.request("POST", "/v2/email/tenants", &headers, "{\"TenantName\":\"acme\"}").await
}
