//! SendBulkEmail: one template, many mails, and what each entry and the whole call may meet.

use crate::harness::{ACCOUNT, Reply, Running};
use crate::post::{events, start};
use serde_json::{Value, json};

const PATH: &str = "/v2/email/outbound-bulk-emails";

#[tokio::test]
async fn every_entry_is_a_mail_of_its_own() {
    let sandbox = start().await;
    let second = json!({
        "Destination": { "ToAddresses": ["carl@c.example"], "CcAddresses": ["dora@d.example"] },
        "ReplacementTags": [{ "Name": "mid", "Value": "m-2" }],
        "ReplacementEmailContent": { "ReplacementTemplate": { "ReplacementTemplateData": "{\"name\":\"Carl\"}" } },
        "ReplacementHeaders": [{ "Name": "X-A", "Value": "two" }],
    });
    let sent = send(&sandbox, call(json!([to("bob@b.example"), second]))).await.ok();
    let results = sent["BulkEmailEntryResults"].as_array().unwrap();
    assert_eq!(statuses(&sent), ["SUCCESS", "SUCCESS"]);
    let mails = sandbox.world.mail();
    for (mail, result) in mails.iter().zip(results) {
        assert_eq!(json!(mail.message_id), result["MessageId"]);
        assert_eq!((mail.tenant.as_deref(), mail.configuration_set.as_deref()), (Some("acme"), Some("acme")));
        assert_eq!(mail.tags["ws"], "w-1");
    }
    assert_eq!((mails[0].tags["mid"].as_str(), mails[1].tags["mid"].as_str()), ("m-1", "m-2"));
    assert_eq!(mails[1].to, ["carl@c.example", "dora@d.example"]);
    let raws: Vec<String> = mails.iter().map(|mail| String::from_utf8(mail.raw.clone()).unwrap()).collect();
    assert!(raws[0].contains("Hello you in Bonn") && raws[0].contains("X-A: one\r\n"), "{}", raws[0]);
    assert!(raws[1].contains("Hello Carl in Bonn") && raws[1].contains("X-A: two\r\n"), "{}", raws[1]);
    let events = events(&sandbox).await;
    assert_eq!(events.len(), 5); // two sends, three deliveries
    assert_eq!(events[0]["mail"]["tags"]["ses:operation"], json!(["SendBulkEmail"]));
    let kept = sandbox.world.calls().pop().unwrap();
    let short = kept.body.get("DefaultContent").is_none() && kept.body["BulkEmailEntries"] == "2 entries";
    assert!(short, "{kept:?}");
}

#[tokio::test]
async fn what_concerns_one_entry_is_its_status() {
    let sandbox = start().await;
    sandbox.world.set_quota(ACCOUNT, 2.0, -1.0);
    let broken = json!({
        "Destination": { "ToAddresses": ["eve@e.example"] },
        "ReplacementEmailContent": { "ReplacementTemplate": { "ReplacementTemplateData": "name" } },
    });
    let entries = json!([to("bob"), broken, {}, to("bob@b.example"), to("carl@c.example"), to("dora@d.example")]);
    let sent = send(&sandbox, call(entries)).await.ok();
    let invalid = "INVALID_PARAMETER";
    let expected = [invalid, invalid, invalid, "SUCCESS", "SUCCESS", "ACCOUNT_DAILY_QUOTA_EXCEEDED"];
    assert_eq!(statuses(&sent), expected);
    assert_eq!(sent["BulkEmailEntryResults"][5]["Error"], "Daily message quota exceeded.");
    assert!(sent["BulkEmailEntryResults"][5].get("MessageId").is_none());
    sandbox.world.set_quota(ACCOUNT, -1.0, 1.0);
    let sent = send(&sandbox, call(json!([to("bob@b.example"), to("carl@c.example")]))).await.ok();
    assert_eq!(statuses(&sent), ["SUCCESS", "ACCOUNT_THROTTLED"]);
    sandbox.world.set_quota(ACCOUNT, -1.0, -1.0);
    sandbox.world.set_production_access(ACCOUNT, false);
    let sent = send(&sandbox, call(json!([to("bob@b.example"), to("anna@acme.example")]))).await.ok();
    assert_eq!(statuses(&sent), ["MESSAGE_REJECTED", "SUCCESS"]);
    assert_eq!(sandbox.world.mail().len(), 4);
}

#[tokio::test]
async fn what_concerns_the_call_refuses_it() {
    let sandbox = start().await;
    let many: Vec<Value> = (0..51).map(|number| to(&format!("b{number}@b.example"))).collect();
    let stored = json!({ "Template": { "TemplateName": "hello" } });
    for (member, value, status, error) in [
        ("BulkEmailEntries", Value::Null, 400, "BadRequestException"),
        ("BulkEmailEntries", json!([]), 400, "BadRequestException"),
        ("BulkEmailEntries", json!(many), 400, "BadRequestException"),
        ("BulkEmailEntries", json!(["bob"]), 400, "BadRequestException"),
        ("DefaultContent", Value::Null, 400, "BadRequestException"),
        ("DefaultContent", json!({}), 400, "BadRequestException"),
        ("DefaultContent", stored, 404, "NotFoundException"),
        ("FromEmailAddress", Value::Null, 400, "BadRequestException"),
        ("FromEmailAddress", json!("anna@other.example"), 403, "AccessDeniedException"),
        ("TenantName", json!("nobody"), 404, "NotFoundException"),
        ("ConfigurationSetName", json!("none"), 403, "AccessDeniedException"),
    ] {
        let mut body = call(json!([to("bob@b.example")]));
        body[member] = value.clone();
        let reply = send(&sandbox, body).await;
        assert_eq!((reply.status, reply.error.as_deref()), (status, Some(error)), "{member} {value}");
    }
    let mut sections = call(json!([to("bob@b.example")]));
    sections["DefaultContent"]["Template"]["TemplateContent"]["Text"] = json!("{{#if name}}x{{/if}}");
    assert_eq!(send(&sandbox, sections).await.status, 501);
    sandbox.control("tenants/acme", json!({ "status": "DISABLED" })).await;
    let paused = send(&sandbox, call(json!([to("bob@b.example")]))).await;
    paused.refused(400, "SendingPausedException", "Sending paused for tenant acme.");
    assert!(sandbox.world.mail().is_empty());
}

async fn send(sandbox: &Running, body: Value) -> Reply {
    sandbox.post(PATH, body).await
}

fn to(address: &str) -> Value {
    json!({ "Destination": { "ToAddresses": [address] } })
}

fn call(entries: Value) -> Value {
    json!({
        "FromEmailAddress": "Anna <anna@acme.example>",
        "ReplyToAddresses": ["reply@acme.example"],
        "DefaultEmailTags": [{ "Name": "mid", "Value": "m-1" }, { "Name": "ws", "Value": "w-1" }],
        "DefaultContent": { "Template": {
            "TemplateContent": { "Subject": "Hello {{name}}", "Text": "Hello {{name}} in {{town}}" },
            "TemplateData": json!({ "name": "you", "town": "Bonn" }).to_string(),
            "Headers": [{ "Name": "X-A", "Value": "one" }],
        } },
        "BulkEmailEntries": entries,
        "ConfigurationSetName": "acme",
        "TenantName": "acme",
    })
}

fn statuses(answer: &Value) -> Vec<&str> {
    let results = answer["BulkEmailEntryResults"].as_array().unwrap();
    results.iter().map(|result| result["Status"].as_str().unwrap()).collect()
}
