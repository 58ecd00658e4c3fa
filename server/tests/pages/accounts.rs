//! Signing in and out.

use crate::harness::{PASSWORD, TestSite};
use axum::http::StatusCode;
use rules::time::Duration;

const SENT_AWAY: &str = "/sign-in?next=%2Fconsole";

#[tokio::test]
async fn too_many_wrong_passwords_tell_nothing_about_the_account() {
    let site = TestSite::new().await;
    site.operator().await;
    let mut pages = Vec::new();
    for address in ["olga@ownlane.example", "nobody@ownlane.example"] {
        let mut browser = site.browser();
        browser.address = "198.51.100.7".parse().unwrap();
        let form = [("email", address), ("password", "not the right words")];
        for _ in 0..10 {
            assert_eq!(browser.post("/sign-in", &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let right = [("email", address), ("password", PASSWORD)];
        let answer = browser.post("/sign-in", &right).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(!browser.has_session(), "the right password comes too late");
        pages.push(without_nonces(&answer.text).replace(address, ""));
    }
    assert_eq!(pages[0], pages[1]);

    let mut elsewhere = site.browser();
    elsewhere.sign_in("olga@ownlane.example", PASSWORD).await;
    site.clock.advance(Duration::minutes(16));
    let mut later = site.browser();
    later.address = "198.51.100.7".parse().unwrap();
    later.sign_in("olga@ownlane.example", PASSWORD).await;
}

#[tokio::test]
async fn the_right_password_forgets_the_wrong_ones() {
    let site = TestSite::new().await;
    site.operator().await;
    let mut browser = site.browser();
    for _ in 0..3 {
        let wrong = [("email", "Olga@Ownlane.example"), ("password", "not the right words")];
        for _ in 0..9 {
            assert_eq!(browser.post("/sign-in", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        browser.sign_in("olga@ownlane.example", PASSWORD).await;
    }
}

#[tokio::test]
async fn a_session_ends_when_idle_and_when_old_and_when_signed_out() {
    let site = TestSite::new().await;
    let mut browser = site.operator().await;
    site.clock.advance(Duration::hours(11));
    assert_eq!(browser.get("/console").await.status, StatusCode::OK);
    site.clock.advance(Duration::hours(11));
    assert_eq!(browser.get("/console").await.status, StatusCode::OK, "used meanwhile");
    site.clock.advance(Duration::hours(13));
    assert_eq!(browser.get("/console").await.location, SENT_AWAY, "idle");

    browser.sign_in("olga@ownlane.example", PASSWORD).await;
    for _ in 0..27 {
        site.clock.advance(Duration::hours(11));
        browser.get("/console").await;
    }
    site.clock.advance(Duration::days(2));
    assert_eq!(browser.get("/console").await.location, SENT_AWAY, "old");

    browser.sign_in("olga@ownlane.example", PASSWORD).await;
    let mut copy = browser.twin();
    assert_eq!(copy.get("/console").await.status, StatusCode::OK);
    assert_eq!(browser.post("/sign-out", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(copy.get("/console").await.location, SENT_AWAY, "a copy of the cookie ends too");
}

#[tokio::test]
async fn nobody_gets_a_session_for_looking() {
    let site = TestSite::new().await;
    let mut browser = site.browser();
    for path in ["/", "/sign-in", "/console", "/nowhere"] {
        browser.get(path).await;
    }
    assert!(!browser.has_session());
}

#[tokio::test]
async fn a_session_remembers_where_it_began() {
    let site = TestSite::new().await;
    let mut browser = site.browser();
    browser.address = "2001:db8::7".parse().unwrap();
    site.operator().await;
    browser.sign_in("olga@ownlane.example", PASSWORD).await;
    let addresses = site.database.session_addresses().await;
    assert!(addresses.contains(&"2001:db8::7".to_owned()), "{addresses:?}");
}

#[tokio::test]
async fn what_is_long_over_is_forgotten() {
    let site = TestSite::new().await;
    let mut browser = site.operator().await;
    browser.post("/sign-in", &[("email", "olga@ownlane.example"), ("password", "not the right words")]).await;
    site.clock.advance(Duration::days(29));
    site.work().await;
    assert_eq!((site.database.count("sessions").await, site.database.count("sign_in_attempts").await), (1, 1));
    site.clock.advance(Duration::days(2));
    site.work().await;
    assert_eq!((site.database.count("sessions").await, site.database.count("sign_in_attempts").await), (0, 0));
}

/// Two renderings of one page differ in their nonces only.
fn without_nonces(page: &str) -> String {
    page.split('"').filter(|part| !(20..=32).contains(&part.len()) || part.contains(' ')).collect()
}
