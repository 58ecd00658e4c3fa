//! Identities verify when, and only when, their records stand in DNS.

use crate::harness::{Running, start, start_with};
use sandbox::{DnsTrouble, RecordKind};
use serde_json::{Value, json};

const PATH: &str = "/v2/email/identities/acme.example";

#[tokio::test]
async fn a_domain_verifies_only_when_its_records_resolve() {
    let sandbox = start().await;
    let made = sandbox.post("/v2/email/identities", json!({ "EmailIdentity": "ACME.example" })).await.ok();
    assert_eq!(made["IdentityType"], "DOMAIN");
    assert_eq!(made["DkimAttributes"]["Status"], "NOT_STARTED");
    assert_eq!(made["DkimAttributes"]["SigningHostedZone"], "dkim.amazonses.com");
    let tokens: Vec<String> = serde_json::from_value(made["DkimAttributes"]["Tokens"].clone()).unwrap();
    assert!(tokens.len() == 3 && tokens.iter().all(|token| token.len() == 32));
    status(&sandbox, "PENDING", false).await;
    sandbox.publish_dkim("acme.example", &tokens[..2]);
    status(&sandbox, "PENDING", false).await;
    let last = format!("{}._domainkey.acme.example", tokens[2]);
    sandbox.publish(&last, RecordKind::Cname, "elsewhere.example");
    status(&sandbox, "PENDING", false).await;
    sandbox.world.withdraw(&last, RecordKind::Cname);
    sandbox.publish_dkim("acme.example", &tokens);
    status(&sandbox, "SUCCESS", true).await;
}

#[tokio::test]
async fn a_lost_record_is_a_temporary_failure_that_still_sends() {
    let sandbox = start().await;
    let tokens = sandbox.identity("acme.example").await;
    sandbox.publish_dkim("acme.example", &tokens);
    status(&sandbox, "SUCCESS", true).await;
    let name = format!("{}._domainkey.ACME.example.", tokens[0]);
    sandbox.world.withdraw(&name, RecordKind::Cname);
    status(&sandbox, "TEMPORARY_FAILURE", true).await;
    sandbox.publish_dkim("acme.example", &tokens);
    status(&sandbox, "SUCCESS", true).await;
}

#[tokio::test]
async fn while_dns_is_in_trouble_nothing_new_is_learnt() {
    let sandbox = start().await;
    let tokens = sandbox.identity("acme.example").await;
    sandbox.publish_dkim("acme.example", &tokens);
    sandbox.world.trouble(Some(DnsTrouble::ServFail));
    status(&sandbox, "PENDING", false).await;
    sandbox.world.trouble(None);
    status(&sandbox, "SUCCESS", true).await;
    sandbox.world.trouble(Some(DnsTrouble::Silence));
    status(&sandbox, "SUCCESS", true).await;
}

#[tokio::test]
async fn verification_can_be_held_and_decided_by_hand() {
    let sandbox = start().await;
    let tokens = sandbox.identity("acme.example").await;
    sandbox.publish_dkim("acme.example", &tokens);
    sandbox.world.hold_verification(true);
    status(&sandbox, "PENDING", false).await;
    sandbox.world.set_dkim_status("ACME.example", "FAILED");
    sandbox.world.hold_verification(false);
    status(&sandbox, "FAILED", false).await;
    sandbox.world.set_dkim_status("acme.example", "");
    status(&sandbox, "SUCCESS", true).await;
    sandbox.world.set_dkim_status("acme.example", "FAILED");
    let again = json!({ "SigningAttributesOrigin": "AWS_SES" });
    let put = sandbox.put(&format!("{PATH}/dkim/signing"), again).await.ok();
    assert_eq!(
        put,
        json!({ "DkimStatus": "PENDING", "DkimTokens": tokens, "SigningHostedZone": "dkim.amazonses.com" })
    );
    status(&sandbox, "SUCCESS", true).await;
}

#[tokio::test]
async fn verification_can_come_without_records() {
    let sandbox = start_with(|options| options.auto_verify = true).await;
    sandbox.identity("acme.example").await;
    status(&sandbox, "SUCCESS", true).await;
}

#[tokio::test]
async fn a_key_brought_along_verifies_by_its_txt_record() {
    let sandbox = start().await;
    let attributes = json!({ "DomainSigningSelector": "s1", "DomainSigningPrivateKey": "MIIE" });
    let body = json!({ "EmailIdentity": "acme.example", "DkimSigningAttributes": attributes });
    let made = sandbox.post("/v2/email/identities", body).await.ok();
    assert_eq!(made["DkimAttributes"]["Tokens"], json!(["s1"]));
    sandbox.publish("s1._domainkey.acme.example", RecordKind::Txt, "v=DKIM1; p=");
    status(&sandbox, "PENDING", false).await;
    sandbox.publish("s1._domainkey.acme.example", RecordKind::Txt, "v=DKIM1; k=rsa; p=MIIB");
    status(&sandbox, "SUCCESS", true).await;
}

#[tokio::test]
async fn mail_from_wants_one_mx_and_spf() {
    let sandbox = start().await;
    sandbox.identity("acme.example").await;
    let path = format!("{PATH}/mail-from");
    let outside = sandbox.put(&path, json!({ "MailFromDomain": "bounce.other.example" })).await;
    outside.refused(
        400,
        "BadRequestException",
        "Provided MAIL-FROM domain <bounce.other.example> is not subdomain of the domain of the identity <acme.example>.",
    );
    sandbox.put(&path, json!({ "MailFromDomain": "bounce.acme.example" })).await.ok();
    assert_eq!(mail_from(&sandbox).await["MailFromDomainStatus"], "PENDING");
    let name = "bounce.acme.example";
    sandbox.publish(name, RecordKind::Mx, "10 feedback-smtp.eu-west-1.amazonses.com.");
    assert_eq!(mail_from(&sandbox).await["MailFromDomainStatus"], "PENDING");
    sandbox.publish(name, RecordKind::Txt, "v=spf1 include:amazonses.com ~all");
    assert_eq!(mail_from(&sandbox).await["MailFromDomainStatus"], "SUCCESS");
    sandbox.publish(name, RecordKind::Mx, "20 mail.acme.example");
    assert_eq!(mail_from(&sandbox).await["MailFromDomainStatus"], "TEMPORARY_FAILURE");
    sandbox.world.set_mail_from_status("acme.example", "FAILED");
    assert_eq!(mail_from(&sandbox).await["MailFromDomainStatus"], "FAILED");
    sandbox.put(&path, json!({})).await.ok();
    assert_eq!(mail_from(&sandbox).await, json!({ "BehaviorOnMxFailure": "USE_DEFAULT_VALUE" }));
}

#[tokio::test]
async fn an_identity_is_a_domain_or_an_address() {
    let sandbox = start().await;
    for wrong in ["", "localhost", "a b.example", "-a.example", "@acme.example", "acme..example"] {
        let reply = sandbox.post("/v2/email/identities", json!({ "EmailIdentity": wrong })).await;
        assert_eq!((reply.status, reply.error.as_deref()), (400, Some("BadRequestException")), "{wrong}");
    }
    let address = sandbox.post("/v2/email/identities", json!({ "EmailIdentity": "Anna@Acme.example" })).await.ok();
    assert_eq!(address["IdentityType"], "EMAIL_ADDRESS");
    sandbox.get("/v2/email/identities/Anna%40acme.example").await.ok();
    let missing = sandbox.get("/v2/email/identities/anna%40acme.example").await;
    missing.refused(404, "NotFoundException", "Email identity <anna@acme.example> does not exist.");
    let twice = sandbox.post("/v2/email/identities", json!({ "EmailIdentity": "Anna@acme.example" })).await;
    assert_eq!((twice.status, twice.error.as_deref()), (400, Some("AlreadyExistsException")));
}

#[tokio::test]
async fn the_attributes_of_an_identity_are_kept() {
    let sandbox = start().await;
    sandbox.identity("acme.example").await;
    sandbox.configuration_set("acme").await;
    sandbox.put(&format!("{PATH}/feedback"), json!({ "EmailForwardingEnabled": false })).await.ok();
    sandbox.put(&format!("{PATH}/dkim"), json!({ "SigningEnabled": false })).await.ok();
    sandbox.put(&format!("{PATH}/configuration-set"), json!({ "ConfigurationSetName": "acme" })).await.ok();
    let read = sandbox.get(PATH).await.ok();
    assert_eq!(read["FeedbackForwardingStatus"], false);
    assert_eq!(read["DkimAttributes"]["SigningEnabled"], false);
    assert_eq!(read["ConfigurationSetName"], "acme");
    let unknown = json!({ "ConfigurationSetName": "none" });
    assert_eq!(sandbox.put(&format!("{PATH}/configuration-set"), unknown).await.status, 404);
    for path in ["feedback", "dkim", "mail-from", "configuration-set"] {
        let reply = sandbox.put(&format!("/v2/email/identities/other.example/{path}"), json!({})).await;
        assert_eq!(reply.error.as_deref(), Some("NotFoundException"), "{path}");
    }
}

async fn status(sandbox: &Running, status: &str, sends: bool) {
    let read = sandbox.get(PATH).await.ok();
    let found = (&read["DkimAttributes"]["Status"], &read["VerificationStatus"], &read["VerifiedForSendingStatus"]);
    assert_eq!(found, (&json!(status), &json!(status), &json!(sends)));
}

async fn mail_from(sandbox: &Running) -> Value {
    sandbox.get(PATH).await.ok()["MailFromAttributes"].clone()
}
