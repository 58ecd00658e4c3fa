//! Whom an incident touched besides its own team: measured, and shown.

use crate::harness::{PASSWORD, TestSite};
use crate::teams::Sending;
use rules::time::Duration;

const STEPS: [(&str, &str); 1] = [("Hello {{ lead.first_name }}", "Hi")];

fn leads(kind: &str, slug: &str, count: usize) -> String {
    let lines: String = (0..count).map(|n| format!("{kind}{n}@{slug}.example,L{n}\n")).collect();
    format!("email,first_name\n{lines}")
}

/// What the owner of acme reads of its only incident.
async fn page(site: &TestSite) -> String {
    let mut owner = site.browser();
    owner.sign_in("owner@acme.example", PASSWORD).await;
    let id = site.database.text("select id::text from incidents").await;
    owner.get(&format!("/t/acme/incidents/{id}")).await.text
}

#[tokio::test]
async fn a_bad_list_moves_nobody_elses_figures_and_that_is_measured_again_later() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let bolt = Sending::start(&site, &mut operator, "bolt", &leads("l", "bolt", 60), &STEPS).await;
    bolt.gaps(&site, 5).await;
    Sending::start(&site, &mut operator, "quiet", &leads("l", "quiet", 1), &STEPS).await;
    site.database.run("update sequences set paused_at = now() where tenant_id = (select tenant_id from tenants where slug = 'quiet')").await;
    let acme = Sending::start(&site, &mut operator, "acme", &leads("bounce.l", "acme", 30), &STEPS).await;
    acme.gaps(&site, 6).await;
    let shown = page(&site).await;
    let wanted = "One other team sent meanwhile: the bounces and complaints of none went beyond chance.";
    assert!(shown.contains(wanted) && !shown.contains("bolt"), "{shown}");
    let tenant = site.tenant_id("acme").await;
    let id = site.database.text("select id::text from incidents").await;
    let console = operator.get(&format!("/console/tenants/{tenant}/incidents/{id}")).await.text;
    assert!(
        console.contains(">bolt</a>") && console.contains("Not moved") && !console.contains(">quiet</a>"),
        "{console}"
    );
    let turns = "select measured || ' ' || (due_at is not null) from incidents";
    assert_eq!(site.database.text(turns).await, "1 true");
    for (hours, turn) in [(1, "2 true"), (24, "3 false")] {
        site.clock.advance(Duration::hours(hours));
        site.work().await;
        assert_eq!(site.database.text(turns).await, turn);
    }
}

#[tokio::test]
async fn a_neighbour_that_is_taken_worse_meanwhile_is_found() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let bolt = Sending::start(&site, &mut operator, "bolt", &leads("l", "bolt", 400), &STEPS).await;
    bolt.more_mailboxes(&site, 29).await;
    bolt.gaps(&site, 2).await;
    site.clock.advance(Duration::hours(40));
    let mut operator = site.browser();
    operator.sign_in("olga@ownlane.example", PASSWORD).await;
    let acme = Sending::start(&site, &mut operator, "acme", &leads("bounce.l", "acme", 30), &STEPS).await;
    acme.gaps(&site, 6).await;
    let worse = "update messages set state = 9 where id in (
        select m.id from messages m join tenants t using (tenant_id) where t.slug = 'bolt' order by m.id desc limit 60)";
    site.database.run(worse).await;
    site.clock.advance(Duration::hours(1));
    site.work().await;
    let shown = page(&site).await;
    let wanted =
        "One other team sent meanwhile: the bounces or complaints of one went beyond chance, whatever the reason.";
    assert!(shown.contains(wanted) && !shown.contains("bolt"), "{shown}");
    let moved = "select moved || ' ' || (before_sends > 0) || ' ' || before_hard_bounces from incident_neighbours";
    assert_eq!(site.database.text(moved).await, "hard_bounces true 0");
}
