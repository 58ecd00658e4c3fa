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
    assert_eq!(browser.post("/console/tenants/new", &form).await.location, "/console");
    let list = browser.get("/console").await.text;
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
