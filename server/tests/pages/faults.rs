//! The real program dies in the middle of its work (`kill -9`), again and again, and another goes on; Postgres stops and
//! comes back; SES forgets everything. Nothing is lost, nothing is done twice. Time that would have to pass is skipped in
//! the database.

use crate::harness::TestSite;
use crate::teams::Sending;
use crate::world::shape_of;
use db::embedded_postgres::{EmbeddedPostgres, Options};
use db::fixtures::TestDatabase;
use sandbox::{DnsTrouble, EventPlan, Fault, FaultKind};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

/// No lease lasts, and whatever waits is due.
const ALL_IS_DUE: &str = "update lanes set due_at = '2024-01-01', next_send_at = null;
    update unsettled_messages set due_at = '2024-01-01', lease_until = null;
    update lead_imports set lease_until = null; update sequences set lease_until = null;
    update ses_tenants set lease_until = null, due_at = least(due_at, '2024-01-01');
    update domains set lease_until = null, due_at = least(due_at, '2024-01-01')";

/// Waits until `is_done` says so.
async fn wait_until(what: &str, mut is_done: impl AsyncFnMut() -> bool) {
    let give_up = Instant::now() + PATIENCE;
    while !is_done().await {
        assert!(Instant::now() < give_up, "{what} takes too long");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// As if minutes had gone by since the last process died.
async fn time_passes(site: &TestSite) {
    site.clock.advance(rules::time::Duration::minutes(2)); // what SQS had handed out is to be had again
    site.database.run(ALL_IS_DUE).await;
}

/// How often each recipient got a mail.
fn recipients(site: &TestSite) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for mail in site.world.mail() {
        *counts.entry(mail.to.join(",")).or_default() += 1;
    }
    counts
}

async fn number(site: &TestSite, sql: &str) -> i64 {
    site.database.text(&format!("select ({sql})::text")).await.parse().unwrap()
}

#[tokio::test]
async fn a_process_that_dies_while_it_sends_leaves_nobody_with_two_mails() {
    const LEADS: usize = 160;
    let site = TestSite::in_real_time(TestDatabase::new().await).await;
    let mut operator = site.operator().await;
    let leads: String = (0..LEADS).map(|n| format!("l{n}@n.example,L{n}\n")).collect();
    let steps = [("Hello {{ lead.first_name }}", "Hi")];
    let acme = Sending::start(&site, &mut operator, "acme", &format!("email,first_name\n{leads}"), &steps).await;
    acme.more_mailboxes(&site, 20).await;
    let hang = Fault { operation: Some("SendEmail".into()), skip: 5, times: 3, kind: FaultKind::AcceptThenHang };
    let (mut open, mut given) = (0, 0);
    for round in 0..7 {
        time_passes(&site).await;
        site.world.fail(Fault { skip: round, ..hang.clone() });
        let worker = site.start_worker();
        let enough = site.world.mail().len() + 4 + usize::try_from(round).unwrap();
        wait_until("sending", async || site.world.mail().len() >= enough).await;
        drop(worker);
        open += site.database.count("unsettled_messages").await;
        given += number(&site, "select count(*) from unsettled_messages where called_at is not null").await;
    }
    assert!(open > 0 && given > 0, "no kill came in the middle of anything");
    time_passes(&site).await;
    site.world.end_faults();
    let worker = site.start_worker();
    let left = "select count(*) from enrolments where state in ('waiting', 'active', 'sending')";
    let known = "select count(*) from messages where state >= 4";
    wait_until("the rest", async || {
        site.database.run("update lanes set due_at = '2024-01-01', next_send_at = null").await;
        let open = "update unsettled_messages set due_at = '2024-01-01', called_at = called_at - interval '1 hour'
                    where lease_until is null and due_at > now()";
        site.database.run(&format!("{open} and since < now() - interval '5 seconds'")).await;
        number(&site, left).await == 0 && number(&site, known).await >= i64::try_from(site.world.mail().len()).unwrap()
    })
    .await;
    drop(worker);
    let counts = recipients(&site);
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
    assert_eq!(usize::try_from(number(&site, known).await).unwrap(), counts.len(), "what is known is what left");
    let unknown = number(&site, "select count(distinct lead_id) from messages where state in (2, 3)").await;
    assert_eq!(counts.len() + usize::try_from(unknown).unwrap(), LEADS, "who got none is shown");
}

#[tokio::test]
async fn sending_goes_on_when_postgres_comes_back() {
    const LEADS: usize = 60;
    let folder = tempfile::tempdir().unwrap();
    let data = Options { data: folder.path().join("data"), bin: None, path: None, throw_away: true };
    let postgres = EmbeddedPostgres::start(&data).unwrap();
    let site = TestSite::in_real_time(TestDatabase::on(&postgres.maintenance_url()).await).await;
    let mut operator = site.operator().await;
    let leads: String = (0..LEADS).map(|n| format!("l{n}@n.example,L{n}\n")).collect();
    let steps = [("Hello {{ lead.first_name }}", "Hi")];
    let mut acme = Sending::start(&site, &mut operator, "acme", &format!("email,first_name\n{leads}"), &steps).await;
    acme.more_mailboxes(&site, 20).await;
    time_passes(&site).await;
    let worker = site.start_worker();
    wait_until("sending", async || site.world.mail().len() > 10).await;
    drop(postgres);
    let while_away = acme.owner.get("/t/acme").await;
    assert!(while_away.status.is_server_error(), "{}", while_away.status);
    assert!(while_away.text.contains("Something broke on our side"), "{}", while_away.text);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let _postgres = EmbeddedPostgres::start(&data).unwrap();
    let left = "select count(*) from enrolments where state in ('waiting', 'active', 'sending')";
    wait_until("the rest", async || {
        site.database.run("update lanes set due_at = '2024-01-01', next_send_at = null").await;
        number(&site, left).await == 0
    })
    .await;
    drop(worker);
    let counts = recipients(&site);
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
    assert_eq!(counts.len(), LEADS);
    assert!(acme.owner.get("/t/acme").await.text.contains("60 sent"), "the browser is still signed in");
}

#[tokio::test]
async fn sending_goes_on_while_connections_are_cut_and_dns_is_silent() {
    const LEADS: usize = 60;
    const CUT: &str = "select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()";
    let site = TestSite::in_real_time(TestDatabase::new().await).await;
    let mut operator = site.operator().await;
    let leads: String = (0..LEADS).map(|n| format!("l{n}@n{n}.example,L{n}\n")).collect();
    let steps = [("Hello {{ lead.first_name }}", "Hi")];
    let mut acme = Sending::start(&site, &mut operator, "acme", &format!("email,first_name\n{leads}"), &steps).await;
    acme.more_mailboxes(&site, 20).await;
    site.world.trouble(Some(DnsTrouble::Silence));
    time_passes(&site).await;
    let worker = site.start_worker();
    for enough in [5, 15, 25] {
        wait_until("sending", async || {
            site.database.run("update lanes set due_at = '2024-01-01', next_send_at = null").await;
            site.world.mail().len() >= enough
        })
        .await;
        site.database.run(CUT).await;
    }
    let left = "select count(*) from enrolments where state in ('waiting', 'active', 'sending')";
    wait_until("the rest", async || {
        site.database.run("update lanes set due_at = '2024-01-01', next_send_at = null").await;
        // What was claimed and could not be marked as given: two minutes are enough to know.
        let given_up = "update unsettled_messages set due_at = '2024-01-01'
            where called_at is null and lease_until is null and since < now() - interval '5 seconds'";
        site.database.run(given_up).await;
        number(&site, left).await == 0 && site.world.queued("ownlane-events") == 0
    })
    .await;
    drop(worker);
    let counts = recipients(&site);
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
    assert_eq!(counts.len(), LEADS);
    assert!(acme.owner.get("/t/acme").await.text.contains("60 sent"), "the pages have connections again");
}

#[tokio::test]
async fn late_and_lost_events_leave_nothing_open() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let leads: String = (0..12).map(|n| format!("l{n}@n.example,L{n}\n")).collect();
    let steps = [("Hello {{ lead.first_name }}", "Hi")];
    let mut acme = Sending::start(&site, &mut operator, "acme", &format!("email,first_name\n{leads}"), &steps).await;
    let late = EventPlan { copies: 2, shuffle: true, late_percent: 50, late_secs: 10 * 60, ..EventPlan::default() };
    site.world.event_plan(late);
    let reset = Fault { operation: Some("SendEmail".into()), skip: 2, times: 3, kind: FaultKind::AcceptThenReset };
    site.world.fail(reset);
    acme.gaps(&site, 6).await;
    site.world.event_plan(EventPlan { lost_percent: 100, ..EventPlan::default() });
    acme.gaps(&site, 12).await;
    let counts = recipients(&site);
    assert_eq!((counts.len(), counts.values().max()), (12, Some(&1)), "{counts:?}");
    assert_eq!(site.database.count("unsettled_messages").await, 0);
    assert_eq!(number(&site, "select count(*) from messages where state in (4, 7)").await, 12);
    let unheard = number(&site, "select count(*) from messages where state = 4").await;
    assert!((5..=7).contains(&unheard), "{unheard}: taken, and what came of it is not known");
    assert!(acme.owner.get("/t/acme").await.text.contains("12 sent"));
}

#[tokio::test]
async fn what_ses_forgot_is_made_again_and_sending_goes_on() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let leads: String = (0..6).map(|n| format!("l{n}@n.example,L{n}\n")).collect();
    let steps = [("Hello {{ lead.first_name }}", "Hi")];
    let mut acme = Sending::start(&site, &mut operator, "acme", &format!("email,first_name\n{leads}"), &steps).await;
    acme.gaps(&site, 2).await;
    let (before, shape) = (recipients(&site), shape_of(&site.world));
    assert_eq!(before.len(), 3);
    site.world.forget();
    acme.gaps(&site, 1).await;
    assert!(
        site.world.snapshot()["us-east-1"]["tenants"].as_object().is_none_or(serde_json::Map::is_empty),
        "asked first"
    );
    site.say_the_word(&mut operator).await;
    // The keys of the domain are new: whoever owns it has to publish them.
    let page = site.database.text("select '/t/acme/domains/' || id from domains").await;
    for _ in 0..3 {
        acme.gaps(&site, 1).await;
        acme.owner.post(&format!("{page}/publication"), &[]).await;
    }
    acme.gaps(&site, 6).await;
    assert_eq!(shape_of(&site.world), shape);
    let after = recipients(&site);
    assert_eq!(after.len(), 3, "{after:?}");
    assert!(after.keys().all(|to| !before.contains_key(to)), "{before:?} {after:?}");
}

#[tokio::test]
async fn what_ses_refused_for_want_of_its_set_up_leaves_soon_after_that_was_found_well() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let leads = "email,first_name\nanna@n.example,A\nbob@n.example,B\n";
    let _acme = Sending::start(&site, &mut operator, "acme", leads, &[("Hello", "Hi")]).await;
    site.work().await;
    assert_eq!(recipients(&site).len(), 1);
    site.clock.advance(rules::time::Duration::minutes(4));
    // Refused just now, and good for five minutes; the look at the domain finds all as it should be.
    let refused = "update lanes set waits_for = 'held:not_associated', next_send_at = null,
            looked_at = looked_at + interval '4 minutes', due_at = looked_at + interval '9 minutes';
        update domains set due_at = '2024-01-01'";
    site.database.run(refused).await;
    site.work().await;
    assert_eq!(recipients(&site).len(), 1, "not at once");
    site.work_for(rules::time::Duration::seconds(20)).await;
    assert_eq!(recipients(&site).len(), 2);
}

#[tokio::test]
async fn a_process_that_dies_while_it_imports_takes_each_row_in_once() {
    const ROWS: usize = 12_000;
    let site = TestSite::in_real_time(TestDatabase::new().await).await;
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    let row = |n| if n % 100 == 99 { format!("l{n},L{n}\n") } else { format!("l{n}@n.example,L{n}\n") };
    let rows: String = (0..ROWS).map(row).collect();
    let file = format!("email,first_name\n{rows}").into_bytes();
    let sent = owner.upload("/t/acme/imports/new", "leads.csv", std::iter::once(file)).await;
    site.start_import(&mut owner, &sent.location, "The fair", &[]).await;
    let read = "select next_row from lead_imports";
    let mut kills_midway = 0;
    for _ in 0..5 {
        time_passes(&site).await;
        let before = number(&site, read).await;
        let worker = site.start_worker();
        wait_until("the import", async || number(&site, read).await != before).await;
        drop(worker);
        kills_midway += number(&site, "select count(*) from lead_imports where stage = 'importing'").await;
    }
    assert!(kills_midway > 1, "no kill came in the middle of the import");
    time_passes(&site).await;
    let worker = site.start_worker();
    let done = "select count(*) from lead_imports where stage = 'done'";
    wait_until("the rest", async || number(&site, done).await == 1).await;
    drop(worker);
    let told = "select added || ' ' || known || ' ' || refused from lead_imports";
    assert_eq!(site.database.text(told).await, format!("{} 0 {}", ROWS - ROWS / 100, ROWS / 100));
    assert_eq!(site.database.count("leads").await, i64::try_from(ROWS - ROWS / 100).unwrap());
    assert_eq!(site.database.count("refused_rows").await, i64::try_from(ROWS / 100).unwrap());
}

#[tokio::test]
async fn a_process_that_dies_while_it_provisions_makes_nothing_twice() {
    let site = TestSite::in_real_time(TestDatabase::new().await).await;
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    let page = owner.post("/t/acme/domains/new", &[("domain", "acme-sales.example")]).await.location;
    for calls in 1..8 {
        time_passes(&site).await;
        let enough = site.world.call_count() + calls;
        let worker = site.start_worker();
        // Late rounds may find nothing left to call.
        let patience = Instant::now() + Duration::from_secs(3);
        wait_until("calls", async || site.world.call_count() >= enough || Instant::now() > patience).await;
        drop(worker);
        owner.post(&format!("{page}/publication"), &[]).await;
    }
    time_passes(&site).await;
    let worker = site.start_worker();
    wait_until("verification", async || {
        site.database.run("update domains set due_at = '2024-01-01' where lease_until is null").await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        owner.post(&format!("{page}/publication"), &[]).await;
        owner.get(&page).await.text.contains("Mail can leave under this name.")
    })
    .await;
    drop(worker);
    let shape = shape_of(&site.world);
    assert_eq!(shape, "1 tenant, 1 identity, 1 set; 1 and 1 associated; strict 1, own list 1");
}

#[tokio::test]
async fn what_was_claimed_and_not_called_goes_back_and_is_sent_once() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let steps = [("Hello {{ lead.first_name }}", "Hi")];
    let acme = Sending::start(&site, &mut operator, "acme", "email,first_name\nanna@n.example,A\n", &steps).await;
    // The claim stands; that SES is called now cannot be written.
    let refuse = "create function refuse() returns trigger language plpgsql as $$ begin raise 'not now'; end $$;
        create trigger refuse before update of called_at on unsettled_messages for each row execute function refuse()";
    site.database.run(refuse).await;
    site.work().await;
    assert_eq!(site.world.mail().len(), 0);
    assert_eq!(site.database.text("select string_agg(state::text, ' ') from messages").await, "1");
    site.database.run("drop trigger refuse on unsettled_messages").await;
    acme.gaps(&site, 2).await;
    assert_eq!(recipients(&site).into_iter().collect::<Vec<_>>(), [("anna@n.example".to_owned(), 1)]);
    let states = "select string_agg(state || coalesce(' ' || trouble, ''), '; ' order by attempt) from messages";
    let sentence = "The process that was to send it ended before it gave it to Amazon SES.";
    assert_eq!(site.database.text(states).await, format!("0 {sentence}; 7"));
}
