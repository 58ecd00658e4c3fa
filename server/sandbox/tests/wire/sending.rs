//! What SES takes, what it refuses and in which words.

use crate::harness::{ACCOUNT, REGION, Running};
use crate::post::{SEND, associate, identity_arn, letter_to, send, sent_to, set_arn, start, start_and, types};
use sandbox::{Fault, FaultKind, PausedTenantError};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

/// `From: Anna <anna@acme.example>`, to bob@b.example, with an id and a date of its own; in base64.
const RAW: &str = "RnJvbTogQW5uYSA8YW5uYUBhY21lLmV4YW1wbGU+DQpUbzogIkJvYiwgQi4iIDxib2JAYi5leGFtcGxlPg0KbWVzc2FnZS1pZDogPG1pbmVA\
                   YWNtZS5leGFtcGxlPg0KREFURTogbm93DQpTdWJqZWN0OiBIaQ0KIHRoZXJlDQoNCkJvZHkNCg==";

#[tokio::test]
async fn a_mail_is_taken_and_can_be_read() {
    let sandbox = start().await;
    let id = sent_to(&sandbox, &["Bob <bob@b.example>"]).await;
    assert!(id.starts_with("010201") && id.ends_with("-000000") && id.len() == 60, "{id}");
    let [mail] = sandbox.world.mail().try_into().unwrap();
    assert_eq!((mail.message_id.as_str(), mail.at, mail.region.as_str()), (id.as_str(), 1_770_000_000.125, REGION));
    assert_eq!((mail.tenant.as_deref(), mail.configuration_set.as_deref()), (Some("acme"), Some("acme")));
    assert_eq!(
        (mail.from.as_str(), mail.to, mail.suppressed),
        ("anna@acme.example", vec!["bob@b.example".to_owned()], false)
    );
    assert_eq!(mail.tags["mid"], "m-1");
    assert_eq!(
        String::from_utf8(mail.raw).unwrap(),
        format!(
            "Message-ID: <{id}@eu-west-1.amazonses.com>\r\nDate: Mon, 2 Feb 2026 02:40:00 +0000\r\n\
             From: Anna <anna@acme.example>\r\nTo: Bob <bob@b.example>\r\nSubject: Hello\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\nHow are you?\r\n"
        )
    );
    let call = sandbox.world.calls().pop().unwrap();
    assert_eq!((call.operation.as_str(), call.status), ("SendEmail", 200));
    assert_eq!(call.body["Content"], "Simple, 182 bytes");
}

#[tokio::test]
async fn a_raw_mail_keeps_all_but_its_id_and_date() {
    let sandbox = start().await;
    let mut letter = raw(RAW);
    letter.as_object_mut().unwrap().remove("FromEmailAddress");
    let id = send(&sandbox, letter).await.ok()["MessageId"].as_str().unwrap().to_owned();
    let [mail] = sandbox.world.mail().try_into().unwrap();
    assert_eq!((mail.from.as_str(), mail.to), ("anna@acme.example", vec!["bob@b.example".to_owned()]));
    assert_eq!(
        String::from_utf8(mail.raw).unwrap(),
        format!(
            "Message-ID: <{id}@eu-west-1.amazonses.com>\r\nDate: Mon, 2 Feb 2026 02:40:00 +0000\r\n\
             From: Anna <anna@acme.example>\r\nTo: \"Bob, B.\" <bob@b.example>\r\nSubject: Hi\r\n there\r\n\r\nBody\r\n"
        )
    );
    let mut letter = raw(RAW);
    letter["Destination"] = json!({ "BccAddresses": ["carl@c.example"] });
    send(&sandbox, letter).await.ok();
    assert_eq!(sandbox.world.mail().pop().unwrap().to, ["carl@c.example"]);
    let found = sandbox.request("GET", "/_sandbox/mail?to=Carl@c.example", "", "").await.unwrap().ok();
    assert_eq!((found.as_array().unwrap().len(), &found[0]["to"]), (1, &json!(["carl@c.example"])));
    assert!(found[0]["raw"].as_str().unwrap().ends_with("Body\r\n"));
}

#[tokio::test]
async fn a_big_mail_is_taken() {
    let sandbox = start().await;
    let mut letter = letter_to(&["bob@b.example"]);
    letter["Content"]["Simple"]["Body"]["Text"]["Data"] = json!("a".repeat(9_000_000));
    send(&sandbox, letter).await.ok();
    assert!(sandbox.world.mail()[0].raw.len() > 9_000_000);
}

#[tokio::test]
async fn a_tenant_sends_with_what_is_its_own() {
    let sandbox = start().await;
    sandbox.identity("other.example").await;
    sandbox.configuration_set("other").await;
    let mut letter = letter_to(&["bob@b.example"]);
    letter["FromEmailAddress"] = json!("anna@other.example");
    letter["ConfigurationSetName"] = json!("other");
    let message =
        format!("Tenant not associated with resources [{}, {}].", identity_arn("other.example"), set_arn("other"));
    send(&sandbox, letter.clone()).await.refused(403, "AccessDeniedException", &message);
    associate(&sandbox, &identity_arn("other.example")).await;
    let message = format!("Tenant not associated with resources [{}].", set_arn("other"));
    send(&sandbox, letter.clone()).await.refused(403, "AccessDeniedException", &message);
    associate(&sandbox, &set_arn("other")).await;
    send(&sandbox, letter.clone()).await.ok();
    // An address of its own goes before its domain.
    sandbox.post("/v2/email/identities", json!({ "EmailIdentity": "anna@other.example" })).await.ok();
    let message = format!("Tenant not associated with resources [{}].", identity_arn("anna@other.example"));
    send(&sandbox, letter.clone()).await.refused(403, "AccessDeniedException", &message);
    letter["TenantName"] = json!("nobody");
    let message = "Tenant nobody for AwsAccountId 123456789012 not found.";
    send(&sandbox, letter).await.refused(404, "NotFoundException", message);
    assert_eq!(sandbox.world.mail().len(), 1);
}

#[tokio::test]
async fn the_identitys_configuration_set_is_in_effect_where_none_is_named() {
    let sandbox = start().await;
    let mut letter = letter_to(&["bob@b.example"]);
    letter.as_object_mut().unwrap().remove("ConfigurationSetName");
    let reply = send(&sandbox, letter.clone()).await;
    assert_eq!((reply.status, reply.error.as_deref()), (400, Some("BadRequestException")));
    let path = "/v2/email/identities/acme.example/configuration-set";
    sandbox.put(path, json!({ "ConfigurationSetName": "acme" })).await.ok();
    send(&sandbox, letter).await.ok();
    assert_eq!(sandbox.world.mail()[0].configuration_set.as_deref(), Some("acme"));
    assert_eq!(types(&sandbox).await, ["Send", "Delivery"]);
}

#[tokio::test]
async fn without_a_tenant_a_verified_identity_is_enough() {
    let sandbox = start().await;
    let mut letter = letter_to(&["bob@b.example"]);
    letter.as_object_mut().unwrap().remove("TenantName");
    letter["FromEmailAddress"] = json!("anna@mail.Acme.example"); // below the identity
    letter["ConfigurationSetName"] = json!("none");
    let missing = send(&sandbox, letter.clone()).await;
    missing.refused(404, "NotFoundException", "Configuration set <none> does not exist.");
    letter["ConfigurationSetName"] = Value::Null;
    send(&sandbox, letter.clone()).await.ok();
    letter["FromEmailAddress"] = json!("anna@other.example");
    not_verified(&sandbox, letter.clone(), "anna@other.example").await;
    sandbox.identity("other.example").await;
    sandbox.world.set_dkim_status("other.example", "FAILED");
    not_verified(&sandbox, letter, "anna@other.example").await;
}

async fn not_verified(sandbox: &Running, letter: Value, from: &str) {
    let message =
        format!("Email address is not verified. The following identities failed the check in region EU-WEST-1: {from}");
    send(sandbox, letter).await.refused(400, "MessageRejected", &message);
}

#[tokio::test]
async fn a_mail_from_domain_that_rejects_must_stand() {
    let sandbox = start_and(|options| options.auto_verify = false).await;
    sandbox.world.set_dkim_status("acme.example", "SUCCESS");
    let path = "/v2/email/identities/acme.example/mail-from";
    let mut mail_from = json!({ "MailFromDomain": "b.acme.example", "BehaviorOnMxFailure": "REJECT_MESSAGE" });
    sandbox.put(path, mail_from.clone()).await.ok();
    let reply = send(&sandbox, letter_to(&["bob@b.example"])).await;
    assert_eq!((reply.status, reply.error.as_deref()), (400, Some("MailFromDomainNotVerifiedException")));
    sandbox.world.set_mail_from_status("acme.example", "SUCCESS");
    sent_to(&sandbox, &["bob@b.example"]).await;
    mail_from["BehaviorOnMxFailure"] = json!("USE_DEFAULT_VALUE");
    sandbox.put(path, mail_from).await.ok();
    sent_to(&sandbox, &["bob@b.example"]).await;
}

#[tokio::test]
async fn what_is_paused_does_not_send() {
    let sandbox = start().await;
    let set = "/v2/email/configuration-sets/acme/sending";
    sandbox.put(set, json!({ "SendingEnabled": false })).await.ok();
    let reply = send(&sandbox, letter_to(&["bob@b.example"])).await;
    assert_eq!((reply.status, reply.error.as_deref()), (400, Some("SendingPausedException")));
    assert!(reply.message().unwrap().starts_with("Sending paused for configuration set <acme>"));
    sandbox.put(set, json!({ "SendingEnabled": true })).await.ok();

    let tenant = sandbox.post("/v2/email/tenants/get", json!({ "TenantName": "acme" })).await.ok();
    let arn = crate::harness::encoded(tenant["Tenant"]["TenantArn"].as_str().unwrap());
    let status = format!("/v2/email/reputation/entities/RESOURCE/{arn}/customer-managed-status");
    sandbox.put(&status, json!({ "SendingStatus": "DISABLED" })).await.ok();
    let paused = "Sending paused for tenant acme.";
    send(&sandbox, letter_to(&["bob@b.example"])).await.refused(400, "SendingPausedException", paused);
    sandbox.world.set_paused_tenant_error(PausedTenantError::MessageRejected);
    send(&sandbox, letter_to(&["bob@b.example"])).await.refused(400, "MessageRejected", paused);
    let error = json!({ "error": "AccessDenied" }).to_string();
    assert_eq!(sandbox.request("POST", "/_sandbox/paused-tenants", "", &error).await.unwrap().status, 204);
    send(&sandbox, letter_to(&["bob@b.example"])).await.refused(403, "AccessDeniedException", paused);
    sandbox.put(&status, json!({ "SendingStatus": "REINSTATED" })).await.ok();
    sent_to(&sandbox, &["bob@b.example"]).await;
}

#[tokio::test]
async fn a_letter_that_cannot_be_sent_is_refused() {
    let sandbox = start().await;
    let fifty_one: Vec<String> = (0..51).map(|number| format!("bob{number}@b.example")).collect();
    let simple = json!({ "Subject": { "Data": "Hello" }, "Body": {} });
    let header = json!([{ "Name": "X-A", "Value": "a\r\nBcc: b" }]);
    for (member, value) in [
        ("Destination", json!({})),
        ("Destination", json!({ "ToAddresses": fifty_one })),
        ("Destination", json!({ "ToAddresses": ["bob"] })),
        ("EmailTags", json!([{ "Name": "a b", "Value": "c" }])),
        ("EmailTags", json!([{ "Name": "a", "Value": "a".repeat(257) }])),
        ("EmailTags", json!([{ "Name": "a", "Value": "" }])),
        ("FromEmailAddress", json!("anna")),
        ("FromEmailAddress", Value::Null),
        ("Content", Value::Null),
        ("Content", json!({})),
        ("Content", json!({ "Simple": simple })),
        ("Content", json!({ "Simple": { "Subject": { "Data": "" }, "Body": simple["Body"], "Headers": header } })),
        ("Content", json!({ "Raw": { "Data": "?" } })),
        ("Content", json!({ "Raw": { "Data": "Ym9keQ==" } })), // body
        ("Content", json!({ "Raw": { "Data": "VG86IGENClRvOiBiDQoNCg==" } })), // To twice
    ] {
        let mut letter = letter_to(&["bob@b.example"]);
        letter[member] = value.clone();
        let reply = send(&sandbox, letter).await;
        assert_eq!((reply.status, reply.error.as_deref()), (400, Some("BadRequestException")), "{member} {value}");
    }
    assert!(sandbox.world.mail().is_empty());
    assert_eq!(sandbox.world.queued("ownlane-events"), 0);
}

#[tokio::test]
async fn the_quota_of_a_day_is_counted_in_recipients() {
    let sandbox = start().await;
    let quota = json!({ "max_24_hours": 3, "max_rate": -1 }).to_string();
    assert_eq!(sandbox.request("POST", "/_sandbox/quota", "", &quota).await.unwrap().status, 204);
    sent_to(&sandbox, &["a@b.example", "b@b.example", "success@simulator.amazonses.com"]).await;
    let account = sandbox.get("/v2/email/account").await.ok();
    let shown = json!({ "Max24HourSend": 3.0, "MaxSendRate": -1.0, "SentLast24Hours": 2.0 });
    assert_eq!(account["SendQuota"], shown);
    let much = send(&sandbox, letter_to(&["c@b.example", "d@b.example"])).await;
    much.refused(400, "LimitExceededException", "Daily message quota exceeded.");
    sent_to(&sandbox, &["c@b.example"]).await;
    sent_to(&sandbox, &["success@simulator.amazonses.com"]).await;
    *sandbox.now.lock().unwrap() += 25.0 * 3600.0;
    assert_eq!(sandbox.get("/v2/email/account").await.ok()["SendQuota"]["SentLast24Hours"], 0.0);
    sent_to(&sandbox, &["d@b.example"]).await;
}

#[tokio::test]
async fn the_rate_is_counted_in_recipients_a_second() {
    let sandbox = start().await;
    sandbox.world.set_quota(ACCOUNT, -1.0, 2.0);
    sent_to(&sandbox, &["a@b.example", "success@simulator.amazonses.com"]).await;
    let much = send(&sandbox, letter_to(&["c@b.example"])).await;
    much.refused(429, "TooManyRequestsException", "Maximum sending rate exceeded.");
    *sandbox.now.lock().unwrap() += 0.5;
    sent_to(&sandbox, &["c@b.example"]).await;
    assert_eq!(send(&sandbox, letter_to(&["d@b.example"])).await.status, 429);
    *sandbox.now.lock().unwrap() += 60.0; // no more than one second's worth is saved
    sent_to(&sandbox, &["a@b.example", "b@b.example", "c@b.example"]).await; // more than a bucket: it goes all the same
    assert_eq!(send(&sandbox, letter_to(&["d@b.example"])).await.status, 429);
}

#[tokio::test]
async fn faults_strike_mails_too() {
    let sandbox = start().await;
    let fault = |kind| Fault { operation: Some("SendEmail".to_owned()), skip: 0, times: 1, kind };
    sandbox.world.fail(fault(FaultKind::InternalError));
    assert_eq!(send(&sandbox, letter_to(&["bob@b.example"])).await.status, 500);
    assert!(sandbox.world.mail().is_empty());
    sandbox.world.fail(fault(FaultKind::AcceptThenHang));
    let hung = timeout(Duration::from_millis(200), sandbox.post(SEND, letter_to(&["bob@b.example"]))).await;
    assert!(hung.is_err());
    assert_eq!(sandbox.world.mail().len(), 1);
    assert_eq!(types(&sandbox).await, ["Send", "Delivery"]);
}

#[tokio::test]
async fn memory_that_is_lost_holds_no_mail() {
    let sandbox = start().await;
    sent_to(&sandbox, &["bob@b.example"]).await;
    sandbox.world.forget();
    assert_eq!((sandbox.world.mail().len(), sandbox.world.queued("ownlane-events")), (0, 0));
}

fn raw(data: &str) -> Value {
    let mut letter = letter_to(&[]);
    letter["Content"] = json!({ "Raw": { "Data": data } });
    letter.as_object_mut().unwrap().remove("Destination");
    letter
}
