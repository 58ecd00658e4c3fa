//! `make bench`: how fast the work goes, as ratios within one run, and what a first view of a page loads. Figures are shown,
//! not asserted. The site and its teams are those of the tests.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on is none")]

#[path = "../parts/backlog.rs"]
mod backlog;
#[path = "../../tests/pages/harness.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod harness;
#[path = "../../tests/pages/teams.rs"]
mod teams;
#[path = "../../tests/pages/world.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod world;

use crate::harness::{Browser, TestSite};
use crate::teams::Sending;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use db::embedded_postgres::{EmbeddedPostgres, Options};
use db::fixtures::TestDatabase;
use http_body_util::BodyExt;
use rules::ids::TenantId;
use rules::limits;
use sandbox::EventPlan;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// As the database has it.
const ACCEPTED: u8 = 4;
const DELIVERED: u8 = 7;
const EVENT_ROUNDS: usize = 3;
const STEPS: [(&str, &str); 1] = [("Hello {{ lead.first_name }}", "Hi {{ lead.first_name }},\n\nhow are you?")];

fn main() {
    let folder = tempfile::tempdir().unwrap();
    // As it runs for users: every commit reaches the disk.
    let options = Options { data: folder.path().join("data"), bin: None, path: None, throw_away: false };
    let postgres = EmbeddedPostgres::start(&options).unwrap();
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(figures(&postgres));
}

async fn figures(postgres: &EmbeddedPostgres) {
    let site = TestSite::in_real_time(TestDatabase::on(&postgres.maintenance_url()).await).await;
    let mut operator = site.operator().await;
    let total = pipeline(&site, &mut operator).await;
    events(&site, total).await;
    first_view(&site, &mut operator).await;
    claims(&site, &mut operator).await;
}

/// P1: the whole way of a mail against the bare call to SES. How many mails a round has.
async fn pipeline(site: &TestSite, operator: &mut Browser) -> usize {
    const TEAMS: [&str; 8] = ["alpha", "bravo", "carol", "delta", "echo", "fox", "golf", "hotel"];
    const MAILBOXES: usize = 1250;
    let total = TEAMS.len() * MAILBOXES;
    // Two rounds here: the first, unmeasured, leaves the tables as they are when a platform has run for a while.
    let mut teams = Vec::new();
    for slug in TEAMS {
        let leads: String =
            (0..(2 + EVENT_ROUNDS) * MAILBOXES).map(|n| format!("l{n}@{slug}{}.example,L{n}\n", n % 50)).collect();
        let team = Sending::start(site, operator, slug, &format!("email,first_name\n{leads}"), &STEPS).await;
        team.more_mailboxes(site, MAILBOXES - 1).await;
        site.database.run("update sequences set paused_at = now(); update lanes set due_at = null").await;
        teams.push(team);
    }
    let ses_name = format!("ownlane-{}", site.tenant_id(TEAMS[0]).await.replace('-', ""));
    let bare = async || {
        let begin = Instant::now();
        let from = format!("anna@{}-sales.example", TEAMS[0]);
        let taken = worker::measure::send_bare(&site.ses, &from, &ses_name, total, limits::SENDS_AT_ONCE).await;
        assert_eq!(taken, total);
        begin.elapsed().as_secs_f64()
    };
    bare().await;
    site.database.run("update sequences set paused_at = null").await;
    whole_way(site, DELIVERED, total).await;
    site.database.run("vacuum analyze").await;
    let before = bare().await;
    site.work().await; // its events
    let took = whole_way(site, DELIVERED, 2 * total).await;
    let begin = Instant::now();
    for (slug, team) in TEAMS.iter().zip(&mut teams) {
        let overview = team.owner.get(&format!("/t/{slug}")).await.text;
        assert!(overview.contains(&format!("{} sent", 2 * MAILBOXES)), "{overview}");
    }
    let whole = (took + begin.elapsed()).as_secs_f64();
    let after = bare().await;
    let count = f64::from(u32::try_from(total).unwrap());
    let bare = 2.0 * count / (before + after);
    println!("P1  {total} mails of {} teams, {} calls at once", TEAMS.len(), limits::SENDS_AT_ONCE);
    println!("    bare SDK loop   {bare:>8.0} a second");
    println!("    whole pipeline  {:>8.0} a second", count / whole);
    println!("    ratio           {:>8.2}   (wanted: 0.5 or more)", count / whole / bare);
    total
}

/// P3: events out of the queue into the database, each with what follows for its message, against bare inserts of the
/// same notifications. Of each mail there are two.
async fn events(site: &TestSite, total: usize) {
    let (mut took, mut bare) = (Vec::new(), Vec::new());
    for round in 0..EVENT_ROUNDS {
        let sent = (3 + round) * total;
        site.world.event_plan(EventPlan { hold: true, ..EventPlan::default() });
        whole_way(site, ACCEPTED, sent).await;
        site.database.run("vacuum analyze").await;
        site.world.event_plan(EventPlan::default());
        assert_eq!(site.world.queued("ownlane-events"), 2 * total);
        took.push(work_until(site, DELIVERED, sent).await);
        let newest = format!("select body from event_inbox order by received_at desc limit {}", 2 * total);
        let bodies = site.database.text(&format!("select json_agg(body)::text from ({newest}) newest")).await;
        let bodies: Vec<String> = serde_json::from_str(&bodies).unwrap();
        let begin = Instant::now();
        worker::measure::keep_bare(&site.context(), &format!("bare-{round}"), bodies).await.unwrap();
        bare.push(begin.elapsed());
    }
    let [took, bare] = [took, bare].map(|mut took| {
        took.sort();
        f64::from(u32::try_from(2 * total).unwrap()) / took[EVENT_ROUNDS / 2].as_secs_f64()
    });
    println!("P3  {} events of {total} mails, median of {EVENT_ROUNDS}", 2 * total);
    println!("    bare inserts    {bare:>8.0} a second");
    println!("    taken in        {took:>8.0} a second");
    println!("    ratio           {:>8.2}   (wanted: 0.3 or more)", took / bare);
}

/// A mail from each mailbox, until so many stand there in all; how long that took.
async fn whole_way(site: &TestSite, state: u8, messages: usize) -> Duration {
    site.database.run("update lanes set due_at = '2024-01-01', next_send_at = null").await;
    work_until(site, state, messages).await
}

async fn work_until(site: &TestSite, state: u8, messages: usize) -> Duration {
    let (stop, stopped) = watch::channel(false);
    let context = worker::Context { event_wait: Duration::from_secs(2), ..site.context() };
    let begin = Instant::now();
    let working = tokio::spawn(worker::run(context, stopped));
    let count = format!("select count(*)::text from messages where state >= {state}");
    let count = count.as_str();
    // Counting costs time that belongs to the work: not while events wait.
    while site.world.queued("ownlane-events") > 0 || site.database.text(count).await != messages.to_string() {
        assert!(begin.elapsed() < Duration::from_secs(300), "{}", site.database.text(count).await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let took = begin.elapsed();
    stop.send_replace(true);
    working.await.unwrap();
    took
}

/// P2: a claim where a million wait against one where ten thousand do.
async fn claims(site: &TestSite, operator: &mut Browser) {
    const LANES: usize = 20;
    const ROUNDS: usize = 400;
    let mut tenants = Vec::new();
    for (slug, waiting) in [("small", 10_000), ("large", 1_000_000)] {
        let team = Sending::start(site, operator, slug, "email,first_name\nl@n.example,L\n", &STEPS).await;
        team.more_mailboxes(site, LANES - 1).await;
        let id = site.tenant_id(slug).await;
        backlog::fill(site, &id, waiting).await;
        site.database.run("update sequences set paused_at = now(); update lanes set due_at = null").await;
        tenants.push(TenantId::from_uuid(id.parse().unwrap()));
    }
    site.database.run("vacuum analyze").await;
    site.database.run("update sequences set paused_at = null").await;
    let context = site.context();
    let mut took = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        // Without what was claimed before: the day's cap would be reached.
        site.database.run("update lanes set due_at = '2024-01-01', next_send_at = null; delete from messages").await;
        for (tenant, took) in tenants.iter().zip(&mut took) {
            let begin = Instant::now();
            let claimed = worker::measure::claim(&context, *tenant, i64::try_from(LANES).unwrap()).await.unwrap();
            assert_eq!(claimed, LANES, "round {round}");
            took.push(begin.elapsed());
        }
    }
    let [small, large] = took.map(|mut took| {
        took.sort();
        [took[ROUNDS / 2], took[ROUNDS * 99 / 100]].map(|it| it.as_secs_f64() * 1000.0)
    });
    println!("P2  a claim of {LANES} mails, {ROUNDS} times each, in ms: median, p99");
    println!("    10 000 enrolments wait     {:>7.2} {:>7.2}", small[0], small[1]);
    println!("    1 000 000 enrolments wait  {:>7.2} {:>7.2}", large[0], large[1]);
    println!(
        "    ratio                      {:>7.2} {:>7.2}   (wanted: 1.5 or less)",
        large[0] / small[0],
        large[1] / small[1]
    );
}

/// What the first view of a page loads: the page and all that it names.
async fn first_view(site: &TestSite, operator: &mut Browser) {
    let leads = "email,first_name\nanna@n.example,A\n";
    let mut team = Sending::start(site, operator, "acme", leads, &STEPS).await;
    team.gaps(site, 1).await;
    let mut nobody = site.browser();
    println!("First view, compressed, in bytes:");
    for path in ["/sign-in", "/t/acme", "/t/acme/leads", &team.sequence.clone()] {
        // Signed in, there is nothing to see at the door.
        let browser = if path == "/sign-in" { &mut nobody } else { &mut team.owner };
        let page = browser.get(path).await.text;
        let named = page.split('"').filter(|part| part.starts_with("/pkg/") || part.ends_with(".svg"));
        let files: BTreeSet<&str> = named.chain(["/pkg/ownlane.wasm"]).collect();
        let html = weigh(browser, path).await;
        let mut sum = html;
        let mut parts = vec![format!("page {html}")];
        for file in files {
            let bytes = weigh(browser, file).await;
            sum += bytes;
            parts.push(format!("{} {bytes}", file.trim_start_matches("/pkg/")));
        }
        println!("    {sum:>7}  {path}: {}   (wanted: 100 000 or less)", parts.join(", "));
    }
}

/// How many bytes the answer has when it may come compressed.
async fn weigh(browser: &mut Browser, path: &str) -> usize {
    let request = Request::get(path).header(header::ACCEPT_ENCODING, "gzip, br").body(Body::empty()).unwrap();
    let response = browser.answer(request).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    response.into_body().collect().await.unwrap().to_bytes().len()
}
