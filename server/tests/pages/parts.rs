//! Parts of a team's lane, paused and resumed by its people: a mailbox, a domain, a source.

use crate::harness::TestSite;
use crate::teams::Sending;
use axum::http::StatusCode;

const LEADS: &str = "email,first_name\nanna@north.example,Anna\nbob@north.example,Bob\n";

async fn sending(site: &TestSite) -> Sending {
    let mut operator = site.operator().await;
    Sending::start(site, &mut operator, "acme", LEADS, &[("Hello", "Hello")]).await
}

struct Part {
    kind: &'static str,
    id: String,
    at: String,
    /// Where its pause is seen.
    page: String,
    waits_for: &'static str,
}

async fn parts(site: &TestSite, acme: &Sending) -> [Part; 3] {
    let part = async |kind, places: &str, id: &str, waits_for| {
        let id = site.database.text(id).await;
        let at = format!("/t/acme/{places}/{id}");
        let page = if kind == "source" { "/t/acme/leads".to_owned() } else { at.clone() };
        Part { kind, id, at, page, waits_for }
    };
    let mailbox = format!("select '{}'", acme.mailbox);
    let domain = part("domain", "domains", "select domain_id::text from mailboxes", "mailbox_paused").await;
    [
        part("mailbox", "mailboxes", &mailbox, "mailbox_paused").await,
        Part { page: format!("/t/acme/mailboxes/{}", acme.mailbox), ..domain },
        part("source", "sources", "select id::text from lead_sources", "nothing_due").await,
    ]
}

#[tokio::test]
async fn a_part_that_is_paused_sends_nothing_until_it_is_resumed() {
    let site = TestSite::new().await;
    let mut acme = sending(&site).await;
    for Part { at: part, page, waits_for, .. } in parts(&site, &acme).await {
        let asked = acme.owner.get(&format!("{part}/pause")).await.text;
        assert!(asked.contains("until you resume it") && asked.contains("other teams: not touched"), "{asked}");
        let paused = acme.owner.post(&format!("{part}/pause"), &[("reason", "Seven bounces of <20>")]).await;
        assert_eq!(paused.status, StatusCode::SEE_OTHER, "{}", paused.text);
        site.work().await;
        assert_eq!(site.world.mail().len(), 0, "{part}");
        assert_eq!(site.database.text("select waits_for from lanes").await, waits_for, "it says so at once");
        let shown = acme.owner.get(&page).await.text;
        assert!(shown.contains(" by the team · ") && shown.contains("Seven bounces of &lt;20&gt;"), "{shown}");
        assert!(acme.owner.get(&paused.location).await.text.contains(&format!("{part}/resume")));
        let resumed = acme.owner.post(&format!("{part}/resume"), &[]).await;
        assert_eq!(resumed.location, paused.location);
        assert!(!acme.owner.get(&page).await.text.contains("Seven bounces"));
    }
    site.work().await;
    assert_eq!(site.world.mail().len(), 1, "resuming wakes the lane");
    let by = "select count(distinct paused_by)::text from part_pauses where paused_by = resumed_by";
    assert_eq!(site.database.text(by).await, "1", "who did it stays");
}

#[tokio::test]
async fn pausing_twice_changes_nothing_and_needs_a_reason() {
    let site = TestSite::new().await;
    let mut acme = sending(&site).await;
    for Part { at: part, .. } in parts(&site, &acme).await {
        let refused = acme.owner.post(&format!("{part}/pause"), &[("reason", " ")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("Say why, for those who read it later."), "{}", refused.text);
        for reason in ["First", "Second"] {
            acme.owner.post(&format!("{part}/pause"), &[("reason", reason)]).await;
        }
        let again = acme.owner.get(&format!("{part}/pause")).await.text;
        assert!(again.contains("has paused it already") && again.contains("First"), "{again}");
    }
    assert_eq!(site.database.text("select string_agg(reason, ',') from part_pauses").await, "First,First,First");
}

#[tokio::test]
async fn resuming_lifts_the_teams_own_pause_alone() {
    let site = TestSite::new().await;
    let mut acme = sending(&site).await;
    for Part { kind, id, at: part, page, .. } in parts(&site, &acme).await {
        let health = format!(
            "insert into part_pauses (tenant_id, id, part, part_id, cause, reason, paused_at)
             select tenant_id, gen_random_uuid(), '{kind}', '{id}', 'health', 'Too many bounces', '2024-01-01' from lanes"
        );
        site.database.run(&health).await;
        let alone = acme.owner.get(&format!("{part}/resume")).await.text;
        assert!(alone.contains("cannot lift what holds it") && !alone.contains("type=\"submit\">Resume"), "{alone}");
        acme.owner.post(&format!("{part}/pause"), &[("reason", "Ours")]).await;
        let both = acme.owner.get(&format!("{part}/resume")).await.text;
        assert!(both.contains("What else holds it stays"), "{both}");
        acme.owner.post(&format!("{part}/resume"), &[]).await;
        let shown = acme.owner.get(&page).await.text;
        assert!(shown.contains(" by health · ") && !shown.contains("Ours"), "{shown}");
        site.work().await;
        assert_eq!(site.world.mail().len(), 0, "{part}");
        site.database.run("delete from part_pauses").await;
    }
}
