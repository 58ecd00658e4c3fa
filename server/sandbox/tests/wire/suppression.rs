//! Who is on which list, and what a list does to a mail.

use crate::harness::Running;
use crate::post::{events, letter_to, send, sent_to, start, types};
use serde_json::{Value, json};

const PATH: &str = "/v2/email/suppression/addresses";

#[tokio::test]
async fn the_lists_are_kept_by_hand() {
    let sandbox = start().await;
    for (tenant, address) in
        [(None, "Bob@b.example"), (Some("acme"), "carl@c.example"), (Some("acme"), "dora@d.example")]
    {
        let body = json!({ "EmailAddress": address, "Reason": "BOUNCE", "TenantName": tenant });
        sandbox.put(PATH, body).await.ok();
    }
    let listed = sandbox.get(PATH).await.ok();
    let summary = json!({ "EmailAddress": "Bob@b.example", "Reason": "BOUNCE", "LastUpdateTime": 1_770_000_000.125 });
    assert_eq!(listed, json!({ "SuppressedDestinationSummaries": [summary] }));
    assert_eq!(addresses(&sandbox, "?TenantName=acme&Reason=COMPLAINT").await, json!([]));
    let page = sandbox.get(&format!("{PATH}?TenantName=acme&PageSize=1")).await.ok();
    let token = page["NextToken"].as_str().unwrap();
    assert_eq!(
        addresses(&sandbox, &format!("?TenantName=acme&PageSize=1&NextToken={token}")).await,
        json!(["dora@d.example"])
    );
    let read = sandbox.get(&format!("{PATH}/carl%40c.example?TenantName=acme")).await.ok();
    assert_eq!(read["SuppressedDestination"]["TenantName"], "acme");
    let missing = "Email address bob@b.example does not exist on your suppression list.";
    sandbox.get(&format!("{PATH}/bob%40b.example")).await.refused(404, "NotFoundException", missing); // its case counts
    sandbox.delete(&format!("{PATH}/bob%40b.example")).await.refused(404, "NotFoundException", missing);
    sandbox.delete(&format!("{PATH}/Bob%40b.example")).await.ok();
    assert_eq!(addresses(&sandbox, "").await, json!([]));
    for wrong in [
        json!({ "EmailAddress": "bob", "Reason": "BOUNCE" }),
        json!({ "EmailAddress": "bob@b.example", "Reason": "ANGER" }),
        json!({ "EmailAddress": "bob@b.example" }),
        json!({ "Reason": "BOUNCE" }),
    ] {
        assert_eq!(sandbox.put(PATH, wrong).await.status, 400);
    }
    let nobody = json!({ "EmailAddress": "bob@b.example", "Reason": "BOUNCE", "TenantName": "nobody" });
    sandbox.put(PATH, nobody).await.refused(404, "NotFoundException", "The requested tenant <nobody> does not exist.");
}

#[tokio::test]
async fn a_tenants_bounces_and_complaints_go_onto_its_own_list() {
    let sandbox = start().await;
    attributes(&sandbox, json!(["BOUNCE", "COMPLAINT"]), "TENANT").await;
    for address in ["Bounce@b.example", "complain@b.example"] {
        sent_to(&sandbox, &[address]).await;
    }
    sent_to(&sandbox, &["bounce@simulator.amazonses.com"]).await;
    sent_to(&sandbox, &["complaint@simulator.amazonses.com"]).await;
    events(&sandbox).await;
    assert_eq!(addresses(&sandbox, "?TenantName=acme").await, json!(["Bounce@b.example", "complain@b.example"]));
    assert_eq!(addresses(&sandbox, "").await, json!([]));
    let read = sandbox.get(&format!("{PATH}/complain%40b.example?TenantName=acme")).await.ok();
    assert_eq!(read["SuppressedDestination"]["Reason"], "COMPLAINT");

    sent_to(&sandbox, &["bounce@B.example", "anna@b.example"]).await; // a send ignores case
    let events = events(&sandbox).await;
    assert_eq!(events.len(), 3);
    let bounce = events.iter().find(|event| event["eventType"] == "Bounce").unwrap();
    assert_eq!(bounce["bounce"]["bounceSubType"], "OnTenantSuppressionList");
    assert_eq!(bounce["mail"]["tags"]["ses:tenant-name"], json!(["acme"]));
    assert_eq!(
        bounce["bounce"]["bouncedRecipients"][0]["diagnosticCode"],
        "Amazon SES did not send the message to this address because it is on the suppression list for your tenant."
    );
    sent_to(&sandbox, &["bounce@b.example"]).await;
    let suppressed: Vec<bool> = sandbox.world.mail().iter().map(|mail| mail.suppressed).collect();
    assert_eq!(suppressed, [false, false, false, false, false, true]);

    sandbox.post("/v2/email/tenants/delete", json!({ "TenantName": "acme" })).await.ok();
    sandbox.tenant("acme").await;
    assert_eq!(addresses(&sandbox, "?TenantName=acme").await, json!([])); // it went with the tenant
}

#[tokio::test]
async fn only_the_reasons_that_are_named_count() {
    let sandbox = start().await;
    attributes(&sandbox, json!(["COMPLAINT"]), "TENANT").await;
    sent_to(&sandbox, &["bounce@b.example"]).await;
    let by_hand = json!({ "EmailAddress": "anna@b.example", "Reason": "BOUNCE", "TenantName": "acme" });
    sandbox.put(PATH, by_hand).await.ok();
    assert_eq!(addresses(&sandbox, "?TenantName=acme").await, json!(["anna@b.example"]));
    events(&sandbox).await;
    sent_to(&sandbox, &["anna@b.example"]).await;
    assert_eq!(types(&sandbox).await, ["Send", "Delivery"]);
    attributes(&sandbox, json!(["BOUNCE"]), "TENANT").await;
    sent_to(&sandbox, &["anna@b.example"]).await;
    assert_eq!(types(&sandbox).await, ["Send", "Bounce"]);
}

#[tokio::test]
async fn the_accounts_list_is_everybodys() {
    let sandbox = start().await;
    sent_to(&sandbox, &["bounce@b.example"]).await;
    assert_eq!(addresses(&sandbox, "").await, json!(["bounce@b.example"]));
    events(&sandbox).await;
    let mut letter = letter_to(&["bounce@b.example"]);
    letter.as_object_mut().unwrap().remove("TenantName");
    send(&sandbox, letter.clone()).await.ok();
    let bounce = events(&sandbox).await.remove(1);
    assert_eq!(bounce["bounce"]["bounceSubType"], "OnAccountSuppressionList");
    assert!(bounce["mail"]["tags"].get("ses:tenant-name").is_none());
    // The configuration set goes before tenant and account.
    let options = "/v2/email/configuration-sets/acme/suppression-options";
    sandbox.put(options, json!({ "SuppressedReasons": [], "SuppressionScope": "TENANT" })).await.ok();
    sent_to(&sandbox, &["bounce@b.example"]).await;
    assert_eq!(events(&sandbox).await[1]["bounce"]["bounceSubType"], "NoEmail");
    assert_eq!(send(&sandbox, letter).await.error.as_deref(), Some("MessageRejected"));
}

async fn attributes(sandbox: &Running, reasons: Value, scope: &str) {
    let body = json!({ "TenantName": "acme", "SuppressedReasons": reasons, "SuppressionScope": scope });
    sandbox.post("/v2/email/tenant/suppression", body).await.ok();
}

async fn addresses(sandbox: &Running, query: &str) -> Value {
    let listed = sandbox.get(&format!("{PATH}{query}")).await.ok();
    let summaries = listed["SuppressedDestinationSummaries"].as_array().unwrap();
    summaries.iter().map(|summary| summary["EmailAddress"].clone()).collect()
}
