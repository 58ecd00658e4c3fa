//! The operator's pages.

use crate::harness::{TestSite, URL};
use axum::http::StatusCode;
use rules::time::Duration;

#[tokio::test]
async fn the_operators_link_is_replaced_expires_and_works_once() {
    let site = TestSite::new().await;
    let issue = async || {
        let link = app::console::sign_up::issue_link(&site.site).await.unwrap();
        link.map(|link| link.strip_prefix(URL).unwrap().to_owned())
    };
    let mut browser = site.browser();
    let first = issue().await.unwrap();
    let second = issue().await.unwrap();
    assert_eq!(browser.get(&first).await.status, StatusCode::NOT_FOUND, "replaced");
    assert_eq!(browser.get(&second).await.status, StatusCode::OK);
    site.clock.advance(Duration::hours(25));
    assert_eq!(browser.get(&second).await.status, StatusCode::NOT_FOUND, "expired");

    let third = issue().await.unwrap();
    let person = [("name", "Olga"), ("email", "olga@ownlane.example"), ("password", "four plain words here")];
    assert_eq!(browser.post(&second, &person).await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.post(&third, &person).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.post(&third, &person).await.status, StatusCode::NOT_FOUND, "used");
    assert_eq!(issue().await, None, "there is an operator");
}

#[tokio::test]
async fn a_tenant_is_made_whole_or_not_at_all() {
    let site = TestSite::new().await;
    let mut browser = site.operator().await;
    let form = [("name", "Acme"), ("slug", "acme"), ("owner", "ada@acme.example")];
    assert!(browser.post("/console/tenants/new", &form).await.location.starts_with("/console/tenants/"));
    let list = browser.get("/console").await.text;
    assert!(list.contains("<title>Tenants · Ownlane</title>"), "{list}");
    assert!(list.contains("Acme") && list.contains("ada@acme.example, invited"), "{list}");

    let again = browser.post("/console/tenants/new", &[("name", "Other"), ("slug", "acme"), form[2]]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text.contains("Another tenant has this address"), "{}", again.text);
    assert!(!browser.get("/console").await.text.contains("Other"));
    assert_eq!(site.database.count("tenants").await, 1);
    assert_eq!(site.database.count("invitations").await, 1);
    assert_eq!(site.database.count("platform_mail").await, 1);
    assert_eq!(site.database.count("operator_audit").await, 2, "sign-up and one creation");
}

#[tokio::test]
async fn a_pause_stands_until_it_is_lifted_and_everybody_reads_why() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    let mut other = site.tenant(&mut operator, "bolt").await;
    let at = format!("/console/tenants/{}", site.tenant_id("acme").await);
    let refused = operator.post(&format!("{at}/pause"), &[("reason", " ")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for _ in 0..2 {
        let paused = operator.post(&format!("{at}/pause"), &[("reason", "a list of unknown source")]).await;
        assert_eq!(paused.location, at);
    }
    assert_eq!(site.database.count("pauses").await, 1, "paused once");
    let page = owner.get("/t/acme").await.text;
    assert!(page.contains("Lane paused") && page.contains("a list of unknown source"), "{page}");
    assert!(other.get("/t/bolt").await.text.contains("Lane open"));
    assert_eq!(operator.get("/console").await.text.matches("Paused").count(), 2, "in the filter, and at the team");

    assert_eq!(operator.post(&format!("{at}/resume"), &[("reason", "the list is gone")]).await.location, at);
    assert!(owner.get("/t/acme").await.text.contains("Lane open"));
    let audit = operator.get(&format!("/console/audit?tenant={}", site.tenant_id("acme").await)).await.text;
    for reason in ["a list of unknown source", "the list is gone"] {
        assert!(audit.contains(reason), "{audit}");
    }
    assert!(!audit.contains("bolt"), "{audit}");
}

#[tokio::test]
async fn a_cause_of_the_machine_outlives_the_operators_resume() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    let tenant = site.tenant_id("acme").await;
    let sql = format!(
        "insert into pauses (tenant_id, id, cause, reason, paused_at)
         values ('{tenant}', '{tenant}', 'health', '7 hard bounces', '2024-10-01')"
    );
    site.database.run(&sql).await;
    let at = format!("/console/tenants/{tenant}");
    operator.post(&format!("{at}/pause"), &[("reason", "looking into it")]).await;
    operator.post(&format!("{at}/resume"), &[("reason", "looked into it")]).await;
    let page = owner.get("/t/acme").await.text;
    assert!(page.contains("7 hard bounces") && !page.contains("looking into it"), "{page}");
}
