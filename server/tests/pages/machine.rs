//! What the operator reads of the machine: who works, what fails and how to mend it.

use crate::harness::TestSite;
use rules::limits;
use rules::time::Duration;
use tokio::sync::watch;

/// Duties by name.
const ALL: usize = 26;

/// The worker goes on by itself, as in a process of its own, until so many duties end their turns well.
async fn work_alone(site: &TestSite, duties: usize) {
    let well = "select count(*) filter (where trouble is null) || ' of ' || count(*) from duty_runs
        where exists (select from ses_account where events_polled_at is not null)";
    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(worker::run(site.context(), stopped));
    let begin = std::time::Instant::now();
    while site.database.text(well).await != format!("{duties} of {ALL}") {
        assert!(begin.elapsed() < std::time::Duration::from_secs(60), "{}", site.database.text(well).await);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    stop.send_replace(true);
    worker.await.unwrap();
}

#[tokio::test]
async fn the_console_says_who_works_what_waits_and_how_to_mend_it() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let before = operator.get("/console/machine").await.text;
    assert!(before.contains("None has done anything yet: start `ownlane work`"), "{before}");
    assert!(before.contains("No worker has done anything yet."), "{before}");

    let mut acme = site.tenant(&mut operator, "acme").await;
    work_alone(&site, ALL).await;
    let page = operator.get("/console/machine").await.text;
    assert!(page.contains("At work.") && page.contains(&format!("All {ALL} take their turns.")), "{page}");
    for said in ["Amazon SES takes mail.", "Listened to.", "All are applied.", "Nothing is asked of you."] {
        assert!(page.contains(said), "{said}: {page}");
    }
    for duty in ["provision tenant", "take in events", "measure incidents"] {
        assert!(page.contains(&format!(">{duty}</th>")), "{duty}: {page}");
    }
    assert!(page.contains("One thing has to be mended."), "the platform's sender was never made here: {page}");

    // A domain waits while nobody works.
    acme.post("/t/acme/domains/new", &[("domain", "acme.example")]).await;
    site.clock.advance(Duration::seconds(limits::WORKER_SILENT_SECS_MAX + 5));
    let silent = operator.get("/console/machine").await.text;
    assert!(silent.contains("None has done anything for 65 seconds"), "{silent}");
    assert!(silent.contains(r#">Domains to be looked at</th><td data-label="Due" class="number">1</td>"#), "{silent}");
}

#[tokio::test]
async fn a_duty_that_fails_is_shown_with_its_reason_until_it_ends_well() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    site.database.run("revoke select (lease_until) on lead_imports from app_worker").await;
    work_alone(&site, ALL - 1).await;
    let page = operator.get("/console/machine").await.text;
    assert!(page.contains("“import leads” fails since") && page.contains("permission denied"), "{page}");
    site.database.run("grant select (lease_until) on lead_imports to app_worker").await;
    site.clock.advance(Duration::seconds(limits::DUTY_WRITTEN_SECS));
    work_alone(&site, ALL).await;
    let page = operator.get("/console/machine").await.text;
    assert!(page.contains(&format!("All {ALL} take their turns.")), "{page}");
}
