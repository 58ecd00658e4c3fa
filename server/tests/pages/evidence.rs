//! Evidence: what a team's report says, that it verifies elsewhere, and what happens when a test of isolation fails.

use crate::harness::{Browser, MAIL_FROM, TestSite};
use axum::http::StatusCode;
use rules::addresses::EmailAddress;
use rules::limits;
use rules::time::Duration;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

struct Ground {
    site: TestSite,
    operator: Browser,
    owner: Browser,
    /// Its page in the console.
    console: String,
}

impl Ground {
    /// A team whose domain is verified, beside another with a lead, on a platform with mail of its own.
    async fn new() -> Self {
        let site = TestSite::new().await;
        let mut operator = site.operator().await;
        let mut bolt = site.tenant(&mut operator, "bolt").await;
        site.import(&mut bolt, "bolt", b"email\nlea@people.example\n", "The fair").await;
        let mut owner = site.tenant(&mut operator, "acme").await;
        site.verified_domain(&mut owner, "acme", "acme.example").await;
        let console = format!("/console/tenants/{}", site.tenant_id("acme").await);
        Self { site, operator, owner, console }
    }

    async fn work(&self) {
        let mail_from = Some(EmailAddress::parse(MAIL_FROM).unwrap());
        worker::drain(&worker::Context { mail_from, ..self.site.context() }).await.unwrap();
    }

    /// The report that somebody asks for.
    async fn ask(&mut self) -> Value {
        self.site.clock.advance(Duration::minutes(limits::EVIDENCE_AGAIN_MINS + 1));
        let asked = self.owner.post("/t/acme/evidence", &[]).await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
        self.work().await;
        serde_json::from_str(&self.file("report").await).unwrap()
    }

    /// What can be downloaded of the newest.
    async fn file(&mut self, name: &str) -> String {
        let id = self.site.database.text("select id::text from evidence_reports order by id desc limit 1").await;
        let found = self.owner.get(&format!("/t/acme/evidence/{id}/{name}")).await;
        assert_eq!(found.status, StatusCode::OK);
        found.text
    }
}

fn outcomes(report: &Value, area: &str) -> Vec<(String, String, String)> {
    let text = |test: &Value, name: &str| test[name].as_str().unwrap().to_owned();
    let of = report["tests"].as_array().unwrap().iter().filter(|test| test["area"] == area);
    of.map(|test| (text(test, "what"), text(test, "outcome"), text(test, "found"))).collect()
}

#[tokio::test]
async fn a_report_reads_what_is_there_and_every_test_of_isolation_holds() {
    let mut ground = Ground::new().await;
    ground.work().await;
    let before = ground.owner.get("/t/acme/evidence").await.text;
    assert!(before.contains("ten minutes after the team is ready"), "{before}");
    ground.site.clock.advance(Duration::minutes(limits::EVIDENCE_FIRST_MINS + 1));
    ground.work().await;
    let report: Value = serde_json::from_str(&ground.file("report").await).unwrap();
    assert_eq!(report["format"], "ownlane.evidence/1");

    let ses = outcomes(&report, "ses");
    assert_eq!(ses.len(), 3);
    for (what, outcome, found) in &ses {
        assert_eq!(outcome, "held", "{what}: {found}");
        assert!(found.contains("(request ") && !found.contains("without an id"), "{found}");
        assert!(found.contains("AccessDeniedException") || found.contains("scope TENANT"), "{what}: {found}");
    }
    let tables = outcomes(&report, "database");
    assert!(tables.len() > 30, "{}", tables.len());
    for (what, outcome, found) in &tables {
        assert_eq!(outcome, "held", "{what}: {found}");
    }
    let pages = outcomes(&report, "addresses");
    assert_eq!(pages[0].1, "held", "{}", pages[0].2);
    let tried: usize = pages[0].2.split(' ').next().unwrap().parse().unwrap();
    assert!(tried > 15, "{}", pages[0].2);
    assert_eq!(ground.site.world.mail().iter().filter(|mail| mail.to[0].starts_with("success@")).count(), 0);

    let text = report.to_string();
    let name = format!("ownlane-{}", ground.site.tenant_id("acme").await.replace('-', ""));
    for part in [&name, "acme.example", "app_tenant: no superuser", "REGIONAL", "GetReputationEntity", "There was none"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("bolt"), "another team is not named");
    let calls = report["calls"].as_array().unwrap();
    assert!(calls.len() >= 6 && calls.iter().all(|call| !call["request_id"].as_str().unwrap().is_empty()), "{calls:?}");

    let page = ground.owner.get("/t/acme/evidence").await.text;
    for part in ["All held", "Isolation tier: ", "What is not the team", "Is it in the infrastructure"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(ground.owner.get("/t/acme/health").await.text.contains("/t/acme/evidence"));
    let console = ground.operator.get(&format!("{}/evidence", ground.console)).await.text;
    assert!(console.contains("All held"), "{console}");
}

#[tokio::test]
async fn a_report_verifies_with_openssl_and_no_other_text_does() {
    let mut ground = Ground::new().await;
    ground.work().await;
    let report = ground.ask().await;
    let page = ground.owner.get("/t/acme/evidence").await.text;
    let (_, key) = page.split_once("/evidence/keys/").unwrap();
    let key = key.split('"').next().unwrap();
    let pem = ground.site.browser().get(&format!("/evidence/keys/{key}")).await;
    assert!(pem.status == StatusCode::OK && pem.text.starts_with("-----BEGIN PUBLIC KEY-----\n"), "{}", pem.text);
    assert_eq!(ground.site.browser().get("/evidence/keys/0000000000000000").await.status, StatusCode::NOT_FOUND);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("key.pem"), &pem.text).unwrap();
    for (name, file) in [("report", "evidence.json"), ("document", "evidence.html")] {
        let text = ground.file(name).await;
        std::fs::write(path(file), &text).unwrap();
        let sql = format!("select encode({name}_signature, 'hex') from evidence_reports order by id desc limit 1");
        let signature = ground.site.database.text(&sql).await;
        let signature = data_encoding::HEXLOWER.decode(signature.as_bytes()).unwrap();
        std::fs::write(path("signature"), &signature).unwrap();
        assert!(verifies(folder.path(), file), "{file}");
        std::fs::write(path(file), text.replace("Shared", "Dedicated")).unwrap();
        assert!(!verifies(folder.path(), file), "{file}");
    }
    let made = report["made_at"].as_str().unwrap();
    assert!(made.starts_with("2024-10-0") && made.ends_with('Z'), "{made}");
    let signature =
        ground.owner.get(&format!("/t/acme/evidence/{}/report-signature", report["id"].as_str().unwrap())).await;
    assert_eq!(signature.status, StatusCode::OK);
}

/// By the command that the page tells.
fn verifies(folder: &Path, file: &str) -> bool {
    let arguments =
        ["pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", file, "-sigfile", "signature"];
    Command::new("openssl").args(arguments).current_dir(folder).output().unwrap().status.success()
}

#[tokio::test]
async fn a_failed_test_opens_an_incident_that_holds_nothing_and_ends_when_all_hold_again() {
    let mut ground = Ground::new().await;
    ground.work().await;
    ground.site.database.run("alter table leads disable row level security").await;
    let report = ground.ask().await;
    let failed: Vec<_> =
        outcomes(&report, "database").into_iter().filter(|(_, outcome, _)| outcome == "failed").collect();
    assert_eq!(failed.len(), 2, "{failed:?}");
    assert!(failed[0].2.starts_with("on 46 of 47"), "{failed:?}");
    assert!(failed[1].0.ends_with("in leads") && failed[1].2.starts_with("read: 1 row"), "{failed:?}");
    assert_eq!(ground.site.database.count("leads").await, 1, "what was reached is still there");

    let health = ground.owner.get("/t/acme/health").await.text;
    assert!(health.contains("A test of isolation") && health.contains("Lane open"), "{health}");
    let told = "select string_agg(recipient || ' ' || subject, ', ') from platform_mail where subject like 'A test%'";
    assert_eq!(ground.site.database.text(told).await, "owner@acme.example A test of isolation failed: acme");
    let incidents = ground.operator.get("/console/incidents").await.text;
    assert!(incidents.contains("A test of isolation") && incidents.contains("Failed"), "{incidents}");
    assert_eq!(ground.site.database.count("pauses").await, 0);

    ground.site.database.run("alter table leads enable row level security").await;
    ground.ask().await;
    let health = ground.owner.get("/t/acme/health").await.text;
    assert!(health.contains("Nothing paused"), "{health}");
    let ended = "select close_reason from incidents where cause = 'evidence'";
    assert_eq!(ground.site.database.text(ended).await, "Every test of isolation holds again.");
}

#[tokio::test]
async fn one_is_made_every_night_and_nobody_asks_without_pause() {
    let mut ground = Ground::new().await;
    ground.work().await;
    ground.ask().await;
    let again = ground.owner.post("/t/acme/evidence", &[]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text.contains("One was asked for a moment ago."), "{}", again.text);
    let mut vic = ground.site.invite(&mut ground.owner, "acme", "vic@acme.example", "viewer").await;
    assert_eq!(vic.post("/t/acme/evidence", &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(vic.get("/t/acme/evidence").await.status, StatusCode::OK);
    assert_eq!(ground.site.database.count("evidence_reports").await, 1);
    ground.operator.post(&format!("{}/evidence", ground.console), &[]).await;
    ground.work().await;
    assert_eq!(ground.site.database.count("evidence_reports").await, 2);
    let page = ground.owner.get("/t/acme/evidence").await.text;
    assert!(page.contains("Earlier ones") && page.contains("asked for") && !page.contains("at its time"), "{page}");
    ground.site.clock.advance(Duration::hours(limits::EVIDENCE_HOURS));
    ground.work().await;
    assert_eq!(ground.site.database.count("evidence_reports").await, 3);
}
