//! What judging costs: of the events that are taken in, some are bounces and complaints, and each is judged with what its team
//! has sent. Beside the time in which all are taken in stands that which was spent judging.

use crate::harness::TestSite;
use crate::spans;
use crate::teams::Sending;
use sandbox::EventPlan;
use std::time::{Duration, Instant};
use tokio::sync::watch;

const TEAMS: [&str; 4] = ["alpha", "bravo", "carol", "delta"];
const MAILBOXES: usize = 1250;
/// One mail in so many bounces: a little less than what a source is warned at.
const BOUNCE: usize = 50;
const STEPS: [(&str, &str); 1] = [("Hello {{ lead.first_name }}", "Hi {{ lead.first_name }},\n\nhow are you?")];

pub async fn measure(site: &TestSite) {
    let mut operator = site.operator().await;
    for slug in TEAMS {
        let what = |n: usize| if n % BOUNCE == 1 { "bounce." } else { "" };
        let row = |n: usize| format!("{}l{n}@{slug}{}.example,L{n}\n", what(n), n % 50);
        let leads: String = (0..2 * MAILBOXES).map(row).collect();
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
    let total = TEAMS.len() * MAILBOXES;
    send(site, total).await; // a day's mails to judge among
    site.world.event_plan(EventPlan::default());
    work_until(site, "delivered_at is not null or bounced_at is not null", total).await;
    send(site, 2 * total).await;
    site.database.run("vacuum analyze").await;
    site.world.event_plan(EventPlan::default());
    let (before, judged_before) = spans::total();
    let took = work_until(site, "delivered_at is not null or bounced_at is not null", 2 * total).await;
    let (after, judged) = spans::total();
    let (judgements, judged) = (after - before, judged - judged_before);
    let each = judged / u32::try_from(judgements.max(1)).unwrap();
    let incidents = site.database.count("incidents").await;
    let events = f64::from(u32::try_from(2 * total).unwrap());
    println!("    judging: {} events of {total} mails, one in {BOUNCE} bounces; {incidents} incidents", 2 * total);
    println!("    taken in       {:>8.0} a second", events / took.as_secs_f64());
    println!("    judged         {judgements:>8} times, each {:.2} ms", each.as_secs_f64() * 1000.0);
    println!("    share          {:>8.3}   (wanted: 0.1 or less)", judged.as_secs_f64() / took.as_secs_f64());
}

/// A mail from each mailbox, whose events wait.
async fn send(site: &TestSite, sent: usize) {
    site.world.event_plan(EventPlan { hold: true, ..EventPlan::default() });
    site.database.run("update lanes set due_at = '2024-01-01', next_send_at = null").await;
    work_until(site, "ses_id is not null", sent).await;
}

async fn work_until(site: &TestSite, what: &str, messages: usize) -> Duration {
    let (stop, stopped) = watch::channel(false);
    let context = worker::Context { event_wait: Duration::from_secs(2), ..site.context() };
    let begin = Instant::now();
    let working = tokio::spawn(worker::run(context, stopped));
    let count = format!("select count(*)::text from messages where {what}");
    while site.database.text(&count).await != messages.to_string() {
        assert!(begin.elapsed() < Duration::from_secs(300), "{}", site.database.text(&count).await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let took = begin.elapsed();
    stop.send_replace(true);
    working.await.unwrap();
    took
}
