//! Requests that are not as they should be: each is answered, in the form of the service that it is for, and the next one
//! finds the sandbox well.

use crate::harness::{REGION, Reply, Running, authorization, authorization_for, start};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const TENANTS: &str = "/v2/email/tenants";

async fn is_well(sandbox: &Running) {
    sandbox.get("/v2/email/account").await.ok();
    sandbox.sqs("GetQueueUrl", json!({ "QueueName": "ownlane-events" })).await.ok();
}

fn signed(service: &str) -> String {
    format!("authorization: {}\r\n", authorization_for(REGION, service))
}

fn sqs_headers() -> String {
    format!("{}x-amz-target: AmazonSQS.SendMessage\r\n", signed("sqs"))
}

/// The name of the error as each service writes it.
fn error(reply: &Reply) -> String {
    if reply.headers.contains("application/xml") {
        let (_, rest) = reply.text.split_once("<Code>").unwrap();
        return rest.split_once("</Code>").unwrap().0.to_owned();
    }
    let body = reply.json();
    assert!(reply.message().is_some(), "{body}");
    let name = body["__type"].as_str().map(|name| name.rsplit('#').next().unwrap().to_owned());
    name.or_else(|| reply.error.clone()).unwrap()
}

#[tokio::test]
async fn an_authorization_of_any_shape_is_refused_by_its_service() {
    let sandbox = start().await;
    let good = authorization("eu-west-1");
    let wrong: Vec<String> = [
        "",
        " ",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 ",
        "AWS4-HMAC-SHA256 Credential",
        "AWS4-HMAC-SHA256 Credential=",
        "AWS4-HMAC-SHA256 Credential=/////",
        "AWS4-HMAC-SHA256 Credential=a/20260201/eu-west-1/ses/aws4_request",
        "AWS4-HMAC-SHA256 SignedHeaders=host",
        "AWS4-HMAC-SHA256,,,,=,=,=",
        "AWS4-HMAC-SHA512 Credential=a",
        "AWS4-ECDSA-P256-SHA256 Credential=a",
        "Bearer abc",
        "Basic dGVzdDp0ZXN0",
        "\u{fc}\u{20ac}",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain((1..good.len()).step_by(7).map(|end| good[..end].to_owned()))
    .chain([good.replace("=test/", "=/"), good.replace("eu-west-1", "EU WEST"), good.replace("eu-west-1", "")])
    .chain([good.replace("aws4_request", "aws3_request"), good.replace("Signature=", "Signature=0")])
    .collect();
    for wrong in wrong {
        let header = format!("authorization: {wrong}\r\n");
        let ses = sandbox.request("GET", "/v2/email/account", &header, "").await.unwrap();
        let target = format!("{header}x-amz-target: AmazonSQS.SendMessage\r\n");
        let sqs = sandbox.request("POST", "/", &target, "{}").await.unwrap();
        for reply in [ses, sqs] {
            let name = error(&reply);
            let is_known = ["MissingAuthenticationToken", "IncompleteSignature", "SignatureDoesNotMatch"];
            assert!(reply.status == 403 && is_known.contains(&name.as_str()), "{wrong}: {reply:?}");
        }
        if !wrong.contains("/ses/aws4_request") {
            let s3 = sandbox.request("GET", "/bucket/key", &header, "").await.unwrap();
            assert!(s3.headers.contains("application/xml"), "{wrong}: {s3:?}");
            let is_known = ["AccessDenied", "AuthorizationHeaderMalformed", "SignatureDoesNotMatch"];
            assert!(is_known.contains(&error(&s3).as_str()), "{wrong}: {s3:?}");
        }
    }
    is_well(&sandbox).await;
}

#[tokio::test]
async fn json_without_end_is_refused_by_its_service() {
    let sandbox = start().await;
    let deep = |open: &str| open.repeat(400_000 / open.len());
    for body in
        [deep("["), deep("{\"a\":"), format!("{{\"Tags\": {}", deep("[")), "\u{0}".to_owned(), "{\"a\"".to_owned()]
    {
        let ses = sandbox.request("POST", TENANTS, &signed("ses"), &body).await.unwrap();
        let sqs = sandbox.request("POST", "/", &sqs_headers(), &body).await.unwrap();
        for reply in [ses, sqs] {
            assert_eq!((reply.status, error(&reply).as_str()), (400, "SerializationException"));
        }
        let control = sandbox.request("POST", "/_sandbox/faults", "", &body).await.unwrap();
        assert_eq!(control.status, 400);
    }
    is_well(&sandbox).await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_by_its_service() {
    let sandbox = start().await;
    let body = "a".repeat(54 * 1_048_576);
    let ses = sandbox.request("POST", TENANTS, &signed("ses"), &body).await.unwrap();
    assert_eq!((ses.status, error(&ses).as_str()), (413, "RequestEntityTooLarge"));
    let sqs = sandbox.request("POST", "/", &sqs_headers(), &body).await.unwrap();
    assert_eq!((sqs.status, error(&sqs).as_str()), (413, "RequestEntityTooLarge"));
    let s3 = sandbox.request("PUT", "/bucket/key", &signed("s3"), &body).await.unwrap();
    assert_eq!((s3.status, error(&s3).as_str()), (400, "EntityTooLarge"));
    is_well(&sandbox).await;
}

#[tokio::test]
async fn chunks_of_another_form_are_refused() {
    let sandbox = start().await;
    let put = async |headers: &str, body: &str| {
        let headers = format!("{}{headers}", signed("s3"));
        sandbox.request("PUT", "/mails/k", &headers, body).await.unwrap()
    };
    assert_eq!(sandbox.request("PUT", "/mails", &signed("s3"), "").await.unwrap().status, 200);
    let chunked = "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\r\nx-amz-decoded-content-length: 5\r\n";
    let signature = "ab".repeat(32);
    let good = format!("5;chunk-signature={signature}\r\nhello\r\n0;chunk-signature={signature}\r\n\r\n");
    assert_eq!(put(chunked, &good).await.status, 200);
    let sizes = ["", "-5", "+5", "5 ", "g", "6", "4", "ffffffffffffffff", "fffffffffffffffffffff", "0x5", "5,5"];
    let sizes = sizes.map(|size| format!("{size}\r\nhello\r\n0\r\n\r\n"));
    let cut = (1..good.len()).map(|end| good[..end].to_owned());
    for body in sizes.into_iter().chain(cut).chain([good.replace("\r\n", "\n"), "hello".to_owned()]) {
        let reply = put(chunked, &body).await;
        assert_eq!((reply.status, error(&reply).as_str()), (400, "IncompleteBody"), "{body}");
    }
    for length in ["", "x", "-1", "4", "99999999999999999999999"] {
        let headers = chunked.replace("length: 5", &format!("length: {length}"));
        assert_eq!(error(&put(&headers, &good).await), "IncompleteBody", "{length}");
    }
    let trailers = "x-amz-trailer: x-amz-checksum-crc32\r\n";
    assert_eq!(error(&put(&format!("{chunked}{trailers}"), &good).await), "MalformedTrailerError");
    let got = sandbox.request("GET", "/mails/k", &signed("s3"), "").await.unwrap();
    assert_eq!((got.status, got.text.as_str()), (200, "hello"));
}

#[tokio::test]
async fn a_flood_of_headers_is_refused() {
    let sandbox = start().await;
    let many = (0..5000).map(|number| format!("x-{number}: a\r\n")).collect();
    for headers in [many, format!("x-long: {}\r\n", "a".repeat(2_000_000)), format!("{}: a\r\n", "x".repeat(200_000))] {
        let reply = sandbox.request("GET", "/v2/email/account", &format!("{}{headers}", signed("ses")), "").await;
        assert!(reply.is_none_or(|reply| reply.status == 431)); // the connection may break under the rest
    }
    let long = sandbox.request("GET", &format!("/v2/{}", "a".repeat(100_000)), &signed("ses"), "").await;
    assert!(long.is_none_or(|reply| matches!(reply.status, 414 | 431)));
    is_well(&sandbox).await;
}

#[tokio::test]
async fn callers_that_say_nothing_hold_nobody_up() {
    let sandbox = start().await;
    let mut silent = Vec::new();
    for number in 0..300 {
        let mut stream = TcpStream::connect(sandbox.address).await.unwrap();
        let begun = format!("POST {TENANTS} HTTP/1.1\r\nhost: a\r\n{}content-length: 9\r\n\r\n{{", signed("ses"));
        let part = begun.len() * (number % 4) / 3; // nothing, some of the head, all but the body
        stream.write_all(&begun.as_bytes()[..part]).await.unwrap();
        silent.push(stream);
    }
    is_well(&sandbox).await;
    let mut whole = silent.pop().unwrap();
    whole.write_all(b"       }").await.unwrap();
    let mut answer = [0; 12];
    whole.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 400");
    drop(silent);
    is_well(&sandbox).await;
}

#[tokio::test]
async fn what_is_no_http_is_no_trouble() {
    let sandbox = start().await;
    for bytes in [
        "\u{0}\u{1}\u{2}",
        "GET\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(sandbox.address).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&answer));
    }
    let chunks = "transfer-encoding: chunked\r\n";
    for body in ["zz\r\n", "ffffffffffffffffff\r\n", "5\r\nhe"] {
        let mut stream = TcpStream::connect(sandbox.address).await.unwrap();
        let head = format!("POST {TENANTS} HTTP/1.1\r\nhost: a\r\n{}{chunks}\r\n{body}", signed("ses"));
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    let none: Value = sandbox.get("/v2/email/tenants").await.json();
    assert!(none["TenantName"].is_null());
    is_well(&sandbox).await;
}
