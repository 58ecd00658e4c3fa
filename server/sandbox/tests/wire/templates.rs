//! Mail from templates that come with the call.

use crate::harness::{ACCOUNT, REGION, Running, start_with};
use crate::post::{QUEUE, letter_to, send, start, types};
use mail_parser::{MessageParser, MimeHeaders};
use sandbox::Mail;
use serde_json::{Value, json};

#[tokio::test]
async fn names_are_replaced_by_data_as_it_is() {
    let sandbox = start().await;
    let template = json!({
        "TemplateContent": {
            "Subject": "Hello {{ name }}",
            "Text": "{{name}} is {{age}}, lives in {{home.town}}. {{name}}!",
            "Html": "<p>{{name}}</p>",
        },
        "TemplateData": json!({ "name": "<Bob>", "age": 7, "home": { "town": "Bonn" } }).to_string(),
        "Headers": [{ "Name": "X-A", "Value": "b" }],
    });
    send(&sandbox, from(template)).await.ok();
    let [mail] = <[Mail; 1]>::try_from(sandbox.world.mail()).unwrap();
    let raw = String::from_utf8(mail.raw).unwrap();
    for part in ["Subject: Hello <Bob>\r\n", "X-A: b\r\n", "<Bob> is 7, lives in Bonn. <Bob>!", "<p><Bob></p>"] {
        assert!(raw.contains(part), "{part} {raw}");
    }
    assert_eq!(types(&sandbox).await, ["Send", "Delivery"]);
}

#[tokio::test]
async fn a_stored_template_is_not_found() {
    let sandbox = start().await;
    let message = "Template hello does not exist.";
    send(&sandbox, from(json!({ "TemplateName": "hello" }))).await.refused(404, "NotFoundException", message);
    let content = |text: &str| json!({ "Subject": "Hello", "Text": text });
    for (template, error) in [
        (json!({}), "BadRequestException"),
        (json!({ "TemplateContent": { "Text": "no subject" } }), "BadRequestException"),
        (json!({ "TemplateContent": { "Subject": "no body" } }), "BadRequestException"),
        (json!({ "TemplateContent": content("{{name") }), "BadRequestException"),
        (json!({ "TemplateContent": content("x"), "TemplateData": "[]" }), "BadRequestException"),
        (json!({ "TemplateContent": content("x"), "TemplateData": "?" }), "BadRequestException"),
        (json!({ "TemplateContent": content("{{#each names}}x{{/each}}") }), "NotImplementedByEmulator"),
    ] {
        let reply = send(&sandbox, from(template.clone())).await;
        assert_eq!(reply.error.as_deref(), Some(error), "{template}");
    }
    assert!(sandbox.world.mail().is_empty());
}

#[tokio::test]
async fn a_name_without_data_is_told_by_an_event() {
    let sandbox = start().await;
    let path = "/v2/email/configuration-sets/acme/event-destinations/events";
    let all = json!({
        "Enabled": true,
        "MatchingEventTypes": ["SEND", "RENDERING_FAILURE", "DELIVERY", "BOUNCE"],
        "SnsDestination": { "TopicArn": format!("arn:aws:sns:{REGION}:{ACCOUNT}:{QUEUE}") },
    });
    sandbox.put(path, json!({ "EventDestination": all })).await.ok();
    let mut letter = from(json!({ "TemplateContent": { "Subject": "Hello {{name}}", "Text": "Hi {{other}}" } }));
    letter["Destination"] = json!({ "ToAddresses": ["bounce@b.example"] });
    let id = send(&sandbox, letter).await.ok()["MessageId"].clone();
    let events = crate::post::events(&sandbox).await;
    assert_eq!((events.len(), &events[0]["eventType"]), (1, &json!("Rendering Failure")));
    assert_eq!(events[0]["mail"]["messageId"], id);
    let failure = "Attribute 'name' is not present in the rendering data.";
    assert_eq!(events[0]["failure"]["errorMessage"], failure);
    assert!(sandbox.world.mail().is_empty());
    assert!(suppressed(&sandbox).await.is_empty()); // nobody was written to
}

#[tokio::test]
async fn a_template_without_an_identity_is_refused_as_any_mail() {
    let sandbox = start_with(|_| {}).await;
    let mut letter = from(json!({ "TemplateContent": { "Subject": "Hello", "Text": "Hi" } }));
    letter["TenantName"] = Value::Null;
    letter["ConfigurationSetName"] = Value::Null;
    assert_eq!(send(&sandbox, letter).await.error.as_deref(), Some("MessageRejected"));
}

fn from(template: Value) -> Value {
    let mut letter = letter_to(&["bob@b.example"]);
    letter["Content"] = json!({ "Template": template });
    letter
}

async fn suppressed(sandbox: &Running) -> Vec<Value> {
    let listed = sandbox.get("/v2/email/suppression/addresses").await.ok();
    listed["SuppressedDestinationSummaries"].as_array().unwrap().clone()
}

#[tokio::test]
async fn attachments_arrive_as_parts() {
    let sandbox = start().await;
    let mut letter = from(json!({ "TemplateContent": { "Subject": "Hello", "Text": "See here.", "Html": "<p>See" } }));
    letter["Content"]["Template"]["Attachments"] = json!([
        {
            "RawContent": "AP8Q", "FileName": "Gruß.bin", "ContentType": "application/x-own",
            "ContentDisposition": "INLINE", "ContentId": "a@b", "ContentTransferEncoding": "BASE64",
            "ContentDescription": "Three bytes",
        },
        { "RawContent": "SGVsbG8=", "FileName": "hello.txt" },
    ]);
    send(&sandbox, letter.clone()).await.ok();
    let [mail] = <[Mail; 1]>::try_from(sandbox.world.mail()).unwrap();
    let mail = MessageParser::new().parse(&mail.raw).unwrap();
    assert_eq!(mail.body_text(0).as_deref(), Some("See here."));
    let [first, other] = [mail.attachment(0).unwrap(), mail.attachment(1).unwrap()];
    assert_eq!(
        (first.attachment_name(), first.contents(), first.content_id()),
        (Some("Gruß.bin"), &[0, 255, 16][..], Some("a@b"))
    );
    assert!(first.content_disposition().unwrap().is_inline());
    assert_eq!((other.attachment_name(), other.contents()), (Some("hello.txt"), &b"Hello"[..]));

    for (member, wrong) in [
        ("RawContent", json!("?")),
        ("RawContent", Value::Null),
        ("FileName", json!("")),
        ("ContentDisposition", json!("HIDDEN")),
        ("ContentTransferEncoding", json!("8BIT")),
    ] {
        letter["Content"]["Template"]["Attachments"] = json!([{ "RawContent": "SGVsbG8=", "FileName": "hello.txt" }]);
        letter["Content"]["Template"]["Attachments"][0][member] = wrong.clone();
        let reply = send(&sandbox, letter.clone()).await;
        assert_eq!(reply.error.as_deref(), Some("BadRequestException"), "{member} {wrong}");
    }
}
