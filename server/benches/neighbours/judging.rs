//! What judging costs of the events that are taken in, where some are bounces, and each of those is judged with what its team has
//! sent in a day: as fast as they are taken in, beside as fast as others are, whose mails left too long ago to be judged.

use crate::harness::TestSite;
use crate::spans;
use crate::teams::Sending;
use rules::time::{Clock, machine_readable};
use sandbox::EventPlan;
use std::time::{Duration, Instant};
use tokio::sync::watch;

const TEAMS: [&str; 4] = ["alpha", "bravo", "carol", "delta"];
const MAILBOXES: usize = 1250;
/// One mail in so many bounces: a little less than what a source is warned at.
const BOUNCE: usize = 50;
const ROUNDS: usize = 3;
const STEPS: [(&str, &str); 1] = [("Hello {{ lead.first_name }}", "Hi {{ lead.first_name }},\n\nhow are you?")];

pub async fn measure(site: &TestSite) {
    let mut operator = site.operator().await;
    for slug in TEAMS {
        let what = |n: usize| if n % BOUNCE == 1 { "bounce." } else { "" };
        let row = |n: usize| format!("{}l{n}@{slug}{}.example,L{n}\n", what(n), n % 50);
        let leads: String = (0..(1 + 2 * ROUNDS) * MAILBOXES).map(row).collect();
        let team = Sending::start(site, &mut operator, slug, &format!("email,first_name\n{leads}"), &STEPS).await;
        team.more_mailboxes(site, MAILBOXES - 1).await;
        // Not a new team's ceilings: a rate decides, and it holds.
        site.database
            .run(
                "update sequences set paused_at = now(); update lanes set due_at = null;
                  update tenants set created_at = created_at - interval '60 days'",
            )
            .await;
    }
    site.database.run("update sequences set paused_at = null").await;
    let each = TEAMS.len() * MAILBOXES;
    send(site, each).await; // a day's mails to judge among
    take_in(site, each).await;
    let (mut judged, mut others) = (Vec::new(), Vec::new());
    let before = spans::total();
    for round in 1..=2 * ROUNDS {
        let since = machine_readable(site.clock.now());
        let long_ago = format!(
            "update messages set claimed_at = claimed_at - interval '60 days', sent_on = sent_on - 60 where claimed_at > '{since}'"
        );
        send(site, (1 + round) * each).await;
        let is_judged = round % 2 == 1;
        if !is_judged {
            site.database.run(&long_ago).await;
        }
        site.database.run("vacuum analyze").await;
        let took = take_in(site, (1 + round) * each).await;
        if is_judged { &mut judged } else { &mut others }.push(took);
        site.database.run(&long_ago).await;
    }
    let (count, took) = spans::total();
    let (count, took) = (count - before.0, took - before.1);
    let speed = |all: &mut Vec<Duration>| {
        all.sort();
        f64::from(u32::try_from(2 * each).unwrap()) / all[all.len() / 2].as_secs_f64()
    };
    let (judged, others) = (speed(&mut judged), speed(&mut others));
    let incidents = site.database.count("incidents").await;
    let took = took.as_secs_f64() * 1000.0 / f64::from(u32::try_from(count.max(1)).unwrap());
    println!("    judging: {} events of {each} mails, one in {BOUNCE} bounces; {incidents} incidents", 2 * each);
    println!("    taken in       {judged:>8.0} a second, {others:.0} of those that are too old to be judged");
    println!("    judged         {count:>8} times, each {took:.2} ms, others at work meanwhile");
    println!("    share          {:>8.3}   (wanted: 0.1 or less)", 1.0 - judged / others);
}

/// A mail from each mailbox, whose events wait.
async fn send(site: &TestSite, sent: usize) {
    site.world.event_plan(EventPlan { hold: true, ..EventPlan::default() });
    site.database.run("update lanes set due_at = '2024-01-01', next_send_at = null").await;
    while_working(site, async || {
        while count(site, "ses_id is not null").await < sent {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
}

/// What SES tells of the last mails: how long it takes until nothing of it is left in the queue.
async fn take_in(site: &TestSite, messages: usize) -> Duration {
    let mut took = Duration::ZERO;
    while_working(site, async || {
        tokio::time::sleep(Duration::from_millis(500)).await; // it has begun, and listens
        let begin = Instant::now();
        site.world.event_plan(EventPlan::default());
        while site.world.queued("ownlane-events") > 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        took = begin.elapsed();
    })
    .await;
    assert_eq!(count(site, "delivered_at is not null or bounced_at is not null").await, messages);
    took
}

async fn count(site: &TestSite, what: &str) -> usize {
    site.database.text(&format!("select count(*)::text from messages where {what}")).await.parse().unwrap()
}

async fn while_working(site: &TestSite, what: impl AsyncFnOnce()) {
    let (stop, stopped) = watch::channel(false);
    let context = worker::Context { event_wait: Duration::from_secs(2), ..site.context() };
    let working = tokio::spawn(worker::run(context, stopped));
    tokio::time::timeout(Duration::from_secs(300), what()).await.unwrap();
    stop.send_replace(true);
    working.await.unwrap();
}
