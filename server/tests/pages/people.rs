//! Invitations, roles and belonging to several teams.

use crate::harness::{PASSWORD, TestSite};
use axum::http::StatusCode;
use rules::time::Duration;

#[tokio::test]
async fn looking_at_an_invitation_uses_nothing_up() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    owner.post("/t/acme/invitations/new", &[("email", " Anna@Example.com "), ("role", "member")]).await;
    let link = site.last_link().await;
    let mut anna = site.browser();
    for _ in 0..3 {
        assert_eq!(anna.get(&link).await.status, StatusCode::OK);
    }
    let short = anna.post(&link, &[("name", "Anna"), ("password", "short")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.text.contains("value=\"Anna\"") && !short.text.contains("short\""), "{}", short.text);
    let joined = anna.post(&link, &[("name", "Anna"), ("password", PASSWORD)]).await;
    assert_eq!(joined.location, "/t/acme");
    assert!(anna.get("/t/acme/people").await.text.contains("Anna@example.com"), "the spelling is kept");

    let again = site.browser().post(&link, &[("name", "Eve"), ("password", PASSWORD)]).await;
    assert_eq!(again.status, StatusCode::GONE);
    assert!(again.text.contains("has been used"), "{}", again.text);
}

#[tokio::test]
async fn a_newer_invitation_replaces_an_older_and_a_withdrawn_one_is_dead() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    let invite = [("email", "anna@example.com"), ("role", "viewer")];
    owner.post("/t/acme/invitations/new", &invite).await;
    let first = site.last_link().await;
    owner.post("/t/acme/invitations/new", &[("email", "ANNA@example.com"), ("role", "member")]).await;
    let second = site.last_link().await;
    assert_eq!(site.browser().get(&first).await.status, StatusCode::GONE);
    assert_eq!(site.browser().get(&second).await.status, StatusCode::OK);
    let id = site.database.text("select id::text from invitations order by id desc limit 1").await;
    for _ in 0..2 {
        let withdrawn = owner.post(&format!("/t/acme/invitations/{id}/withdrawal"), &[]).await;
        assert_eq!(withdrawn.location, "/t/acme/people");
    }
    let page = site.browser().post(&second, &[("name", "Anna"), ("password", PASSWORD)]).await;
    assert!(page.status == StatusCode::GONE && page.text.contains("withdrawn"), "{}", page.text);

    owner.post("/t/acme/invitations/new", &invite).await;
    let third = site.last_link().await;
    site.clock.advance(Duration::days(15));
    let late = site.browser().get(&third).await;
    assert!(late.status == StatusCode::GONE && late.text.contains("ran out"), "{}", late.text);
}

#[tokio::test]
async fn an_account_joins_a_second_team_as_it_is() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut acme = site.tenant(&mut operator, "acme").await;
    let mut bolt = site.tenant(&mut operator, "bolt").await;
    let mut anna = site.invite(&mut acme, "acme", "anna@example.com", "admin").await;
    assert_eq!(anna.get("/").await.location, "/t/acme", "the only team");

    bolt.post("/t/bolt/invitations/new", &[("email", "Anna@Example.com"), ("role", "viewer")]).await;
    let link = site.last_link().await;
    let stranger = site.browser().get(&link).await.text;
    assert!(stranger.contains("You have an account") && stranger.contains("/sign-in?next="), "{stranger}");
    let taken_over = site.browser().post(&link, &[("name", "Eve"), ("password", "another long password")]).await;
    assert!(taken_over.text.contains("You have an account"), "{}", taken_over.text);
    let other = acme.get(&link).await.text;
    assert!(other.contains("You are signed in as") && other.contains("owner@acme.example"), "{other}");
    assert_ne!(acme.post(&link, &[]).await.location, "/t/bolt", "the invitation is not for them");

    assert_eq!(anna.post(&link, &[]).await.location, "/t/bolt");
    let page = anna.get("/t/acme").await.text;
    assert!(page.contains("href=\"/t/bolt\""), "the switcher: {page}");
    assert_eq!(anna.get("/").await.location, "/teams");
    site.browser().sign_in("anna@example.com", PASSWORD).await;
}

#[tokio::test]
async fn a_role_is_judged_at_each_click() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    let mut bob = site.invite(&mut owner, "acme", "bob@example.com", "admin").await;
    let bob_page = site.person_page("acme", "bob@example.com").await;
    assert_eq!(bob.get("/t/acme/invitations/new").await.status, StatusCode::OK);

    assert_eq!(owner.post(&bob_page, &[("role", "viewer")]).await.status, StatusCode::SEE_OTHER);
    let refused = bob.post("/t/acme/invitations/new", &[("email", "x@example.com"), ("role", "viewer")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.text.contains("You are a viewer of this team"), "{}", refused.text);
    assert!(!bob.get("/t/acme/people").await.text.contains("Invite somebody"), "a viewer sees no controls");

    assert_eq!(owner.post(&format!("{bob_page}/removal"), &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(bob.get("/t/acme").await.status, StatusCode::NOT_FOUND);
    assert_eq!(bob.get("/").await.location, "/teams");
}

#[tokio::test]
async fn owners_are_made_by_owners_and_the_last_one_stays() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    let mut admin = site.invite(&mut owner, "acme", "adam@example.com", "admin").await;
    let owner_page = site.person_page("acme", "owner@acme.example").await;
    let admin_page = site.person_page("acme", "adam@example.com").await;

    assert_eq!(admin.post(&admin_page, &[("role", "owner")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(admin.post(&owner_page, &[("role", "viewer")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(admin.post(&format!("{owner_page}/removal"), &[]).await.status, StatusCode::FORBIDDEN);
    let invited = admin.post("/t/acme/invitations/new", &[("email", "x@example.com"), ("role", "owner")]).await;
    assert_eq!(invited.status, StatusCode::UNPROCESSABLE_ENTITY);

    for path in [owner_page.clone(), format!("{owner_page}/removal")] {
        let last = owner.post(&path, &[("role", "admin")]).await;
        assert_eq!(last.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(last.text.contains("only owner"), "{}", last.text);
    }
    assert_eq!(owner.post(&admin_page, &[("role", "owner")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(owner.post(&owner_page, &[("role", "admin")]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let site = TestSite::new().await;
    let mut here = site.operator().await;
    let mut there = site.browser();
    there.sign_in("olga@ownlane.example", PASSWORD).await;
    let new = "quite another long password";
    let wrong = here.post("/account/password", &[("old", "not the right words"), ("new", new)]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!wrong.text.contains(new), "secrets do not come back");
    assert_eq!(there.get("/account").await.status, StatusCode::OK);
    assert_eq!(here.post("/account/password", &[("old", PASSWORD), ("new", new)]).await.location, "/account");
    assert_eq!(there.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(here.get("/account").await.status, StatusCode::OK);
    site.browser().sign_in("olga@ownlane.example", new).await;
}

#[tokio::test]
async fn a_person_ends_sessions_of_their_own_only() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    let session = site
        .database
        .text("select rtrim(translate(encode(token_hash, 'base64'), '+/', '-_'), '=') from sessions order by created_at limit 1")
        .await;
    let mut second = site.browser();
    second.sign_in("olga@ownlane.example", PASSWORD).await;
    owner.post("/account/sessions", &[("session", &session)]).await;
    assert_eq!(operator.get("/account").await.status, StatusCode::OK, "not theirs to end");
    second.post("/account/sessions", &[("session", "others")]).await;
    assert_eq!(operator.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(second.get("/account").await.status, StatusCode::OK);
}
