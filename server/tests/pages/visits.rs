//! An operator acts in a team: with a reason, for a while, in the open.

use crate::harness::TestSite;
use axum::http::StatusCode;
use rules::time::Duration;

#[tokio::test]
async fn an_operator_acts_in_a_team_with_a_reason_for_an_hour_and_the_team_reads_it() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut acme = site.tenant(&mut operator, "acme").await;
    site.tenant(&mut operator, "bolt").await;
    let at = format!("/console/tenants/{}/visit", site.tenant_id("acme").await);
    assert_eq!(operator.get("/t/acme").await.status, StatusCode::NOT_FOUND, "a team is its own");
    assert_eq!(operator.post(&at, &[("reason", "")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(acme.post(&at, &[("reason", "Mine")]).await.status, StatusCode::NOT_FOUND);
    let begun = operator.post(&at, &[("reason", "Ticket 7: their records")]).await;
    assert_eq!((begun.status, begun.location.as_str()), (StatusCode::SEE_OTHER, "/t/acme"));
    let page = operator.get("/t/acme/domains").await.text;
    assert!(page.contains("You act in another team") && page.contains("Ticket 7: their records"), "{page}");
    let saved = operator.post("/t/acme/settings", &[("postal", "Hafenstr. 1")]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    assert_eq!(operator.get("/t/bolt").await.status, StatusCode::NOT_FOUND, "no other team's");
    let owner = site.person_page("acme", "owner@acme.example").await;
    let demoted = operator.post(&owner, &[("role", "viewer")]).await.status;
    assert_ne!(demoted, StatusCode::SEE_OTHER, "an admin unmakes no owner");

    let people = acme.get("/t/acme/people").await.text;
    assert!(people.contains("Operators who acted here") && people.contains("Ticket 7: their records"), "{people}");
    assert!(!acme.get("/t/acme/domains").await.text.contains("You act in another team"));
    let kept = operator.get(&at).await.text;
    for step in ["GET /t/acme/domains", "POST /t/acme/settings"] {
        assert!(kept.contains(step), "{step}: {kept}");
    }
    let audit = operator.get("/console/audit").await.text;
    assert!(audit.contains("visit tenant") && audit.contains("Ticket 7: their records"), "{audit}");

    assert_eq!(operator.post(&format!("{at}/end"), &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(operator.get("/t/acme/domains").await.status, StatusCode::NOT_FOUND);
    operator.post(&at, &[("reason", "Once more")]).await;
    assert_eq!(operator.get("/t/acme/domains").await.status, StatusCode::OK);
    site.clock.advance(Duration::minutes(61));
    assert_eq!(operator.get("/t/acme/domains").await.status, StatusCode::NOT_FOUND, "it ends by itself");
}

#[tokio::test]
async fn a_console_of_a_thousand_tenants_is_paged_and_searched() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    site.database
        .run(
            "insert into tenants (tenant_id, name, slug, created_at)
                select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'Team ' || n, 'team-' || n, '2024-10-01'
                from generate_series(1, 1000) n;
             insert into tenant_caps (tenant_id, a_hour, weight, changed_at, changed_by, second, in_second)
                select tenant_id, 500, 1, '2024-10-01', tenant_id, 0, 0 from tenants;
             insert into incidents (tenant_id, id, part, part_id, part_name, cause, reason, paused_at, opened_at, told, letter_ids)
                select tenant_id, tenant_id, 'tenant', tenant_id, name, 'health', 'Bounces', '2024-10-01',
                    '2024-10-01'::timestamptz + substr(slug, 6)::int * interval '1 second', '{}', '{}'
                from tenants where substr(slug, 6)::int % 4 = 0;
             insert into pauses (tenant_id, id, cause, reason, paused_at)
                select tenant_id, tenant_id, 'operator', 'Looked at', '2024-10-01' from tenants
                where substr(slug, 6)::int % 100 = 0",
        )
        .await;
    let walk = async |operator: &mut crate::harness::Browser, first: &str, row: &str| {
        let (mut path, mut pages, mut rows) = (first.to_owned(), 0, 0);
        loop {
            let page = operator.get(&path).await.text;
            let found = page.matches(row).count();
            assert!(found <= 50, "{found}");
            (pages, rows) = (pages + 1, rows + found);
            let next = page.split("rel=\"next\"").next().filter(|_| page.contains("rel=\"next\""));
            let Some(before) = next else { return (pages, rows) };
            path = before.rsplit("href=\"").next().unwrap().split('"').next().unwrap().replace("&amp;", "&");
        }
    };
    let row = "data-label=\"Lane\"";
    assert_eq!(walk(&mut operator, "/console", row).await, (20, 1000));
    assert_eq!(walk(&mut operator, "/console?only=incidents", row).await, (5, 250));
    assert_eq!(walk(&mut operator, "/console?only=paused&q=team", row).await, (1, 10));
    assert_eq!(walk(&mut operator, "/console/incidents?only=open", "data-label=\"Why\"").await, (5, 250));
    let found = operator.get("/console?q=TEAM%20777").await.text;
    assert!(found.contains(">Team 777<") && found.matches(row).count() == 1, "{found}");
    assert!(found.contains("500 mails an hour"), "its caps: {found}");
    assert!(operator.get("/console?q=nobody").await.text.contains("No tenant is like that."));
}
