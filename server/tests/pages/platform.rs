//! The platform's own mail: invitations leave through SES by a tenant there of the platform's own.

use crate::harness::{MAIL_FROM, TestSite};
use crate::teams::Sending;
use axum::http::StatusCode;
use rules::addresses::EmailAddress;
use rules::time::Duration;
use sandbox::{Fault, FaultKind};

/// Lets the worker do all that is due, the platform's own mail included.
async fn work(site: &TestSite) {
    let mail_from = Some(EmailAddress::parse(MAIL_FROM).unwrap());
    worker::drain(&worker::Context { mail_from, ..site.context() }).await.unwrap();
}

async fn states(site: &TestSite) -> String {
    let sql = "select string_agg(recipient || ':' || state, ' ' order by id) from platform_mail";
    site.database.text(sql).await
}

#[tokio::test]
async fn an_invitation_leaves_and_what_became_of_it_is_shown() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    for (slug, owner) in [("acme", "olaf@acme.example"), ("bolt", "bounce.bo@bolt.example")] {
        let form = [("name", slug), ("slug", slug), ("owner", owner)];
        assert_eq!(operator.post("/console/tenants/new", &form).await.status, StatusCode::SEE_OTHER);
    }
    let before = operator.get("/console/mail").await.text;
    assert!(before.contains("Being made") && before.contains("waits"), "{before}");
    work(&site).await;
    assert_eq!(states(&site).await, "olaf@acme.example:7 bounce.bo@bolt.example:9");
    let mails = site.world.mail();
    let mail = mails.iter().find(|mail| mail.to == ["olaf@acme.example"]).unwrap();
    let text = String::from_utf8(mail.raw.clone()).unwrap();
    assert_eq!(mail.from, MAIL_FROM);
    assert!(text.contains("/invitation/") && !text.contains("List-Unsubscribe"), "{text}");
    let after = operator.get("/console/mail").await.text;
    for words in ["Ready", "delivered", "bounced"] {
        assert!(after.contains(words), "{words}: {after}");
    }
    work(&site).await;
    assert_eq!(site.world.mail().len(), 2, "each once");
}

#[tokio::test]
async fn one_that_may_not_have_left_is_sent_again_and_one_that_did_is_not() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    work(&site).await;
    let fault = |skip, kind| Fault { operation: Some("SendEmail".into()), skip, times: 1, kind };
    site.world.fail(fault(0, FaultKind::InternalError));
    site.world.fail(fault(0, FaultKind::AcceptThenReset));
    for slug in ["acme", "bolt"] {
        let form = [("name", slug), ("slug", slug), ("owner", &format!("owner@{slug}.example"))];
        assert_eq!(operator.post("/console/tenants/new", &form).await.status, StatusCode::SEE_OTHER);
    }
    work(&site).await;
    assert_eq!(states(&site).await, "owner@acme.example:2 owner@bolt.example:7", "an event told of the second");
    site.clock.advance(Duration::minutes(16));
    work(&site).await;
    assert_eq!(states(&site).await, "owner@acme.example:7 owner@bolt.example:7");
    assert_eq!(site.world.mail().len(), 2);
}

#[tokio::test]
async fn without_its_records_it_waits_and_the_console_names_them() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    site.world.hold_verification(true);
    let form = [("name", "acme"), ("slug", "acme"), ("owner", "owner@acme.example")];
    operator.post("/console/tenants/new", &form).await;
    work(&site).await;
    assert_eq!(states(&site).await, "owner@acme.example:0");
    let page = operator.get("/console/mail").await.text;
    assert!(page.contains("Needs records") && page.contains("._domainkey.ownlane.example"), "{page}");
    site.world.hold_verification(false);
    site.clock.advance(Duration::minutes(1));
    work(&site).await;
    assert_eq!(states(&site).await, "owner@acme.example:7");
}

#[tokio::test]
async fn no_team_connects_what_the_platforms_mail_leaves_from() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    let refused = owner.post("/t/acme/domains/new", &[("domain", "mail.ownlane.example")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("belongs to this platform"), "{}", refused.text);
}

#[tokio::test]
async fn the_operator_sees_how_ses_stands_and_what_nobody_answered_for() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let unread = operator.get("/console/ses").await.text;
    assert!(unread.contains("It was not read yet"), "{unread}");
    let steps = [("Hello {{ lead.first_name }}", "Hi")];
    let leads = "email,first_name\nanna@n.example,A\nbob@n.example,B\n";
    let acme = Sending::start(&site, &mut operator, "acme", leads, &steps).await;
    site.world.fail(Fault { operation: Some("SendEmail".into()), skip: 0, times: 1, kind: FaultKind::Garbage });
    site.world.push_event("us-east-1", "ownlane-events", &serde_json::json!("no event at all"));
    acme.gaps(&site, 2).await;
    let page = operator.get("/console/ses").await.text;
    for words in ["Sends", "Listened to", "This is no event of SES.", "acme", "Events may tell"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    site.world.set_quota(sandbox::ACCOUNT, 1.0, 1.0);
    site.clock.advance(Duration::minutes(2));
    site.work().await;
    let spent = operator.get("/console/ses").await.text;
    assert!(spent.contains("of 1 used") && spent.contains("quota is used up"), "{spent}");
}
