//! Several accounts: a role is assumed, and what it makes is apart from home.

use crate::harness::{ACCOUNT, REGION, Reply, Running, authorization_for, encoded, start, start_with_state};
use serde_json::{Value, json};

const OTHER: &str = "210987654321";
const ROLE: &str = "arn:aws:iam::210987654321:role/mail/ownlane";

struct Session {
    key: String,
    token: String,
}

async fn sts(sandbox: &Running, session: Option<&Session>, parameters: &[(&str, &str)]) -> Reply {
    let body: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{name}={}", value.replace(':', "%3A"))).collect();
    let headers = format!("{}content-type: application/x-www-form-urlencoded\r\n", signed(session, "sts"));
    sandbox.request("POST", "/", &headers, &body.join("&")).await.unwrap()
}

fn signed(session: Option<&Session>, service: &str) -> String {
    let authorization = authorization_for(REGION, service);
    match session {
        None => format!("authorization: {authorization}\r\n"),
        Some(Session { key, token }) => {
            let authorization = authorization.replace("Credential=test/", &format!("Credential={key}/"));
            format!("authorization: {authorization}\r\nx-amz-security-token: {token}\r\n")
        }
    }
}

fn element<'a>(reply: &'a Reply, name: &str) -> &'a str {
    let found = reply.text.split_once(&format!("<{name}>"));
    assert!(found.is_some(), "no {name} in {reply:?}");
    let (_, rest) = found.unwrap();
    rest.split_once('<').unwrap().0
}

async fn assume(sandbox: &Running, changes: &[(&str, &str)]) -> Reply {
    let mut parameters = vec![
        ("Action", "AssumeRole"),
        ("Version", "2011-06-15"),
        ("RoleArn", ROLE),
        ("RoleSessionName", "ownlane"),
        ("ExternalId", "right-one"),
    ];
    for change in changes {
        parameters.retain(|(name, _)| name != &change.0);
        parameters.push(*change);
    }
    sts(sandbox, None, &parameters).await
}

async fn assumed(sandbox: &Running) -> Session {
    let reply = assume(sandbox, &[]).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    Session { key: element(&reply, "AccessKeyId").to_owned(), token: element(&reply, "SessionToken").to_owned() }
}

async fn with_role(sandbox: &Running) -> Session {
    sandbox.control("roles", json!({ "arn": ROLE, "external_id": "right-one" })).await;
    assumed(sandbox).await
}

async fn ses(sandbox: &Running, session: &Session, method: &str, path: &str, body: Value) -> Reply {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    sandbox.request(method, path, &signed(Some(session), "ses"), &body).await.unwrap()
}

async fn sqs(sandbox: &Running, session: &Session, operation: &str, body: Value) -> Reply {
    let headers = format!(
        "{}x-amz-target: AmazonSQS.{operation}\r\ncontent-type: application/x-amz-json-1.0\r\n",
        signed(Some(session), "sqs")
    );
    sandbox.request("POST", "/", &headers, &body.to_string()).await.unwrap()
}

#[tokio::test]
async fn a_role_is_assumed_by_who_knows_its_external_id() {
    let sandbox = start().await;
    sandbox.control("roles", json!({ "arn": ROLE, "external_id": "right-one" })).await;
    for (changes, status, code) in [
        (vec![("ExternalId", "wrong-one")], 403, "AccessDenied"),
        (vec![("RoleArn", "arn:aws:iam::210987654321:role/nobody")], 403, "AccessDenied"),
        (vec![("RoleArn", "short")], 400, "ValidationError"),
        (vec![("RoleSessionName", "not a name")], 400, "ValidationError"),
        (vec![("DurationSeconds", "60")], 400, "ValidationError"),
        (vec![("DurationSeconds", "43200")], 400, "ValidationError"),
        (vec![("DurationSeconds", "long")], 400, "ValidationError"),
        (vec![("Action", "AssumeRoleWithSAML")], 400, "InvalidAction"),
    ] {
        let reply = assume(&sandbox, &changes).await;
        assert_eq!((reply.status, element(&reply, "Code")), (status, code), "{changes:?}");
    }
    let nameless = [("Action", "AssumeRole"), ("RoleArn", ROLE), ("RoleSessionName", "ownlane")];
    let without = sts(&sandbox, None, &nameless).await;
    assert_eq!((without.status, element(&without, "Code")), (403, "AccessDenied"));

    let reply = assume(&sandbox, &[("DurationSeconds", "900")]).await;
    assert_eq!(element(&reply, "Arn"), format!("arn:aws:sts::{OTHER}:assumed-role/ownlane/ownlane"));
    assert_eq!(element(&reply, "Expiration"), "2026-02-02T02:55:00.125Z");
    let session = assumed(&sandbox).await;
    let who = [("Action", "GetCallerIdentity")];
    assert_eq!(element(&sts(&sandbox, Some(&session), &who).await, "Account"), OTHER);
    assert_eq!(element(&sts(&sandbox, None, &who).await, "Account"), ACCOUNT);
}

#[tokio::test]
async fn a_key_for_a_while_is_good_with_its_token_and_for_that_while() {
    let sandbox = start().await;
    let session = with_role(&sandbox).await;
    let account = "/v2/email/account";
    ses(&sandbox, &session, "GET", account, Value::Null).await.ok();
    let wrong = Session { key: session.key.clone(), token: "another".to_owned() };
    let invalid = "The security token included in the request is invalid.";
    ses(&sandbox, &wrong, "GET", account, Value::Null).await.refused(403, "UnrecognizedClientException", invalid);
    let tokenless = signed(Some(&session), "ses").lines().next().unwrap().to_owned() + "\r\n";
    let reply = sandbox.request("GET", account, &tokenless, "").await.unwrap();
    reply.refused(403, "UnrecognizedClientException", invalid);

    let gone = sandbox.request("DELETE", "/_sandbox/roles", "", &json!({ "arn": ROLE }).to_string()).await.unwrap();
    assert_eq!(gone.status, 204);
    assert_eq!(assume(&sandbox, &[]).await.status, 403, "the role is gone");
    ses(&sandbox, &session, "GET", account, Value::Null).await.ok(); // who has it keeps it
    *sandbox.now.lock().unwrap() += 3600.0;
    let expired = ses(&sandbox, &session, "GET", account, Value::Null).await;
    expired.refused(403, "ExpiredTokenException", "The security token included in the request is expired");
}

#[tokio::test]
async fn what_an_account_has_is_its_own() {
    let sandbox = start().await;
    let session = with_role(&sandbox).await;
    sandbox.tenant("acme").await;
    let arn = format!("arn:aws:ses:{REGION}:{OTHER}:identity/acme.example");
    for (path, body) in [
        ("/v2/email/tenants", json!({ "TenantName": "acme" })),
        ("/v2/email/identities", json!({ "EmailIdentity": "acme.example" })),
    ] {
        ses(&sandbox, &session, "POST", path, body).await.ok();
    }
    let tenant = ses(&sandbox, &session, "POST", "/v2/email/tenants/get", json!({ "TenantName": "acme" })).await.ok();
    let tenant = tenant["Tenant"]["TenantArn"].as_str().unwrap().to_owned();
    assert!(tenant.starts_with(&format!("arn:aws:ses:{REGION}:{OTHER}:tenant/acme/")), "{tenant}");
    let resources = "/v2/email/tenants/resources";
    let both = json!({ "TenantName": "acme", "ResourceArn": arn });
    ses(&sandbox, &session, "POST", resources, both.clone()).await.ok();
    let message = format!("Resource <{arn}> must be in the same account");
    sandbox.post(resources, both).await.refused(400, "BadRequestException", &message);
    assert_eq!(sandbox.get("/v2/email/identities/acme.example").await.status, 404);

    sandbox.control("quota", json!({ "account": OTHER, "max_24_hours": 7.0, "max_rate": 1.0 })).await;
    sandbox.control("account", json!({ "account": OTHER, "enforcement_status": "PROBATION" })).await;
    let there = ses(&sandbox, &session, "GET", "/v2/email/account", Value::Null).await.ok();
    let here = sandbox.get("/v2/email/account").await.ok();
    assert_eq!((&there["SendQuota"]["Max24HourSend"], &there["EnforcementStatus"]), (&json!(7.0), &json!("PROBATION")));
    assert_eq!(
        (&here["SendQuota"]["Max24HourSend"], &here["EnforcementStatus"]),
        (&json!(50_000.0), &json!("HEALTHY"))
    );

    sandbox.sqs("CreateQueue", json!({ "QueueName": "standing" })).await.ok();
    let made = sqs(&sandbox, &session, "CreateQueue", json!({ "QueueName": "standing" })).await.ok();
    assert_eq!(made["QueueUrl"], format!("http://{}/{OTHER}/standing", sandbox.address));
    sandbox.control("rules", json!({ "account": OTHER, "region": REGION, "queue": "standing" })).await;
    let path = format!("/v2/email/reputation/entities/RESOURCE/{}/customer-managed-status", encoded(&tenant));
    ses(&sandbox, &session, "PUT", &path, json!({ "SendingStatus": "DISABLED" })).await.ok();
    let body = json!({ "QueueUrl": made["QueueUrl"] });
    assert_eq!(sandbox.sqs("ReceiveMessage", body.clone()).await.ok(), json!({}), "home hears nothing of it");
    let heard = sqs(&sandbox, &session, "ReceiveMessage", body).await.ok();
    let event: Value = serde_json::from_str(heard["Messages"][0]["Body"].as_str().unwrap()).unwrap();
    assert_eq!((&event["account"], &event["resources"]), (&json!(OTHER), &json!([tenant])));
}

#[tokio::test]
async fn roles_and_their_keys_outlive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = start_with_state(folder.path().join("state")).await;
    let session = with_role(&sandbox).await;
    ses(&sandbox, &session, "POST", "/v2/email/tenants", json!({ "TenantName": "acme" })).await.ok();
    sandbox.end().await;
    let sandbox = start_with_state(folder.path().join("state")).await;
    let listed = ses(&sandbox, &session, "POST", "/v2/email/tenants/list", json!({})).await.ok();
    assert_eq!(listed["Tenants"][0]["TenantName"], "acme");
    assumed(&sandbox).await;
    let roles = sandbox.request("GET", "/_sandbox/roles", "", "").await.unwrap().json();
    assert_eq!(roles, json!([{ "arn": ROLE, "external_id": "right-one" }]));
}

#[tokio::test]
async fn what_is_no_role_is_refused() {
    let sandbox = start().await;
    for wrong in [
        json!({ "arn": "ownlane" }),
        json!({ "arn": "arn:aws:iam::12:role/ownlane" }),
        json!({ "arn": "arn:aws:iam::210987654321:user/ownlane" }),
        json!({ "arn": ROLE, "external_id": "x" }),
        json!({ "arn": ROLE, "external_id": "two words" }),
    ] {
        let reply = sandbox.request("POST", "/_sandbox/roles", "", &wrong.to_string()).await.unwrap();
        assert_eq!(reply.status, 400, "{wrong}");
    }
}
