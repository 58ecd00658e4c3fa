//! Amazon reviews the account that all teams share, or shuts it down: everybody stands still, as one incident.

use crate::harness::{MAIL_FROM, TestSite};
use crate::teams::Sending;
use axum::http::StatusCode;
use rules::addresses::EmailAddress;
use rules::time::Duration;
use sandbox::{ACCOUNT, EnforcementStatus};

const STEPS: [(&str, &str); 1] = [("Hello {{ lead.first_name }}", "Hi")];

fn leads(slug: &str) -> String {
    let lines: String = (0..30).map(|n| format!("l{n}@{slug}.example,L{n}\n")).collect();
    format!("email,first_name\n{lines}")
}

async fn stops(site: &TestSite) -> String {
    let sql = "select coalesce(string_agg(enforcement || case when allowed_at is not null then ' allowed' else '' end
        || case when ended_at is not null then ' ended' else '' end, ', ' order by opened_at), '') from account_stops";
    site.database.text(sql).await
}

#[tokio::test]
async fn a_review_of_the_account_stops_everybody_as_one_incident_until_somebody_or_amazon_says_otherwise() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut acme = Sending::start(&site, &mut operator, "acme", &leads("acme"), &STEPS).await;
    let bolt = Sending::start(&site, &mut operator, "bolt", &leads("bolt"), &STEPS).await;
    bolt.gaps(&site, 2).await;
    site.world.set_enforcement_status(ACCOUNT, EnforcementStatus::Probation);
    site.clock.advance(Duration::seconds(61));
    site.work().await;
    let before = site.world.mail().len();
    bolt.gaps(&site, 3).await;
    assert_eq!(site.world.mail().len(), before, "nothing of anybody leaves");
    assert_eq!(stops(&site).await, "PROBATION", "one for all");
    let told = "select string_agg(recipient || ': ' || subject, '') from platform_mail where subject like 'Everybody%'";
    assert_eq!(site.database.text(told).await, "olga@ownlane.example: Everybody is paused: the account in us-east-1");
    for page in [acme.owner.get("/t/acme").await.text, operator.get("/console").await.text] {
        assert!(page.contains("Everybody is paused") && page.contains("reviews the platform"), "{page}");
    }
    assert!(!site.browser().get("/sign-in").await.text.contains("Everybody is paused"), "no stranger's business");

    let at = format!("/console/ses/stops/{}", site.database.text("select id::text from account_stops").await);
    assert_eq!(operator.post(&at, &[("reason", " ")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(acme.owner.post(&at, &[("reason", "Please")]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(operator.post(&at, &[("reason", "Amazon agreed by phone.")]).await.status, StatusCode::SEE_OTHER);
    bolt.gaps(&site, 1).await;
    assert!(site.world.mail().len() > before, "an operator's word");
    assert!(operator.get("/console/ses").await.text.contains("Amazon agreed by phone."));

    site.world.set_enforcement_status(ACCOUNT, EnforcementStatus::Shutdown);
    site.clock.advance(Duration::seconds(61));
    site.work().await;
    let before = site.world.mail().len();
    bolt.gaps(&site, 2).await;
    assert_eq!(
        (site.world.mail().len(), stops(&site).await.as_str()),
        (before, "SHUTDOWN"),
        "what was allowed was less"
    );
    assert_eq!(operator.get(&at).await.status, StatusCode::NOT_FOUND, "nobody can let mail leave that Amazon refuses");
    site.world.set_enforcement_status(ACCOUNT, EnforcementStatus::Healthy);
    site.clock.advance(Duration::seconds(61));
    site.work().await;
    bolt.gaps(&site, 1).await;
    assert_eq!(stops(&site).await, "SHUTDOWN ended");
    assert!(site.world.mail().len() > before);
    assert!(!acme.owner.get("/t/acme").await.text.contains("Everybody is paused"));
    assert_eq!(site.database.count("incidents").await, 0, "no team's own");
}

#[tokio::test]
async fn the_first_mail_that_the_account_is_refused_has_it_looked_at_soon() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    Sending::start(&site, &mut operator, "acme", &leads("acme"), &STEPS).await;
    site.work().await;
    site.world.set_enforcement_status(ACCOUNT, EnforcementStatus::Shutdown);
    site.database.run("update lanes set due_at = '2024-01-01', next_send_at = null").await;
    site.work_for(Duration::seconds(10)).await;
    assert_eq!(stops(&site).await, "SHUTDOWN", "within seconds, not at the next minute");
    let lost = "select count(*)::text from messages where state in (1, 2, 3, 8)";
    assert_eq!(site.database.text(lost).await, "0", "it goes back to its sequence");
}

#[tokio::test]
async fn what_tells_of_a_review_leaves_while_amazon_takes_any_mail() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    Sending::start(&site, &mut operator, "acme", &leads("acme"), &STEPS).await;
    let context = worker::Context { mail_from: Some(EmailAddress::parse(MAIL_FROM).unwrap()), ..site.context() };
    for _ in 0..3 {
        worker::drain(&context).await.unwrap();
        site.clock.advance(Duration::seconds(31));
    }
    site.world.set_enforcement_status(ACCOUNT, EnforcementStatus::Probation);
    for _ in 0..3 {
        site.clock.advance(Duration::seconds(61));
        worker::drain(&context).await.unwrap();
    }
    let letters = site
        .world
        .mail()
        .into_iter()
        .filter(|mail| String::from_utf8_lossy(&mail.raw).contains("Everybody is paused"))
        .count();
    assert_eq!(letters, 1);
}
