//! How long a neighbour's mails wait, from due to taken by SES: alone, beside a team with a backlog of a million whose lanes are
//! all due at every moment, and beside that team when it is paused in the middle. What SES takes in a second is what is short.

use crate::backlog;
use crate::harness::{Browser, TestSite};
use crate::teams::Sending;
use rules::time::{Clock, machine_readable};
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::watch;

/// Mails a second that SES takes of the account.
const RATE: f64 = 100.0;
const BACKLOG: usize = 1_000_000;
const LANES_OF_A: usize = 1000;
const LANES_OF_B: usize = 150;
/// In which each lane of B is due once.
const ROUND: Duration = Duration::from_secs(30);
const ROUNDS: usize = 3;
const STEPS: [(&str, &str); 1] = [("Hello {{ lead.first_name }}", "Hi {{ lead.first_name }},\n\nhow are you?")];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    Nobody,
    Backlog,
    PausedInTheMiddle,
}

const ALL: [Beside; 3] = [Beside::Nobody, Beside::Backlog, Beside::PausedInTheMiddle];

struct Ground<'a> {
    site: &'a TestSite,
    operator: Browser,
    a: String,
    b: String,
}

pub async fn measure(site: &TestSite) {
    site.world.set_quota(sandbox::ACCOUNT, 10_000_000.0, RATE);
    let mut operator = site.operator().await;
    let leads = |slug: &str, count: usize| {
        let rows: String = (0..count).map(|n| format!("l{n}@{slug}{}.example,L{n}\n", n % 50)).collect();
        format!("email,first_name\n{rows}")
    };
    let busy = Sending::start(site, &mut operator, "busy", &leads("busy", 1), &STEPS).await;
    busy.more_mailboxes(site, LANES_OF_A - 1).await;
    let calm = leads("calm", LANES_OF_B * (1 + ROUNDS * ALL.len()));
    let calm = Sending::start(site, &mut operator, "calm", &calm, &STEPS).await;
    calm.more_mailboxes(site, LANES_OF_B - 1).await;
    let (a, b) = (site.tenant_id("busy").await, site.tenant_id("calm").await);
    let ground = Ground { site, operator, a, b };
    ground.rest().await;
    backlog::fill(site, &ground.a, BACKLOG).await;
    site.database.run("vacuum analyze").await;
    ground.run().await;
}

impl Ground<'_> {
    async fn run(mut self) {
        let mut waits: [Vec<Duration>; 3] = Default::default();
        // The first is not counted: the worker reads the account, and tables get warm.
        self.round(Beside::Nobody).await;
        for _ in 0..ROUNDS {
            for (beside, waits) in ALL.into_iter().zip(&mut waits) {
                waits.extend(self.round(beside).await);
            }
        }
        let figures = waits.map(|mut waits| {
            waits.sort();
            let of = |percent: usize| waits[waits.len() * percent / 100].as_secs_f64() * 1000.0;
            (waits.len(), of(50), of(95))
        });
        println!("P3  a neighbour's wait from due to taken by SES, which takes {RATE:.0} a second, in ms: p50, p95");
        let names = ["alone", "beside a backlog of 1 000 000", "and that paused in the middle"];
        for (name, (count, p50, p95)) in names.into_iter().zip(figures) {
            println!("    {name:<30} {p50:>8.1} {p95:>8.1}   ({count} mails)");
        }
        let ratio = |at: usize| figures[at].2 / figures[0].2;
        println!("    ratios of p95                  {:>8.2} {:>8.2}   (wanted: 1.1 or less)", ratio(1), ratio(2));
    }

    /// No lane is due, and no cap is used.
    async fn rest(&self) {
        let sql = "update lanes set due_at = null; update mailboxes set daily_cap = 50";
        self.site.database.run(sql).await;
    }

    /// Each lane of B is due once; how long each mail waited.
    async fn round(&mut self, beside: Beside) -> Vec<Duration> {
        let (a, b) = (self.a.clone(), self.b.clone());
        let each = ROUND / u32::try_from(LANES_OF_B).unwrap();
        let plan = format!(
            "update lanes l set next_send_at = null,
                due_at = '{}'::timestamptz + interval '2 seconds' + number * interval '{} microseconds'
             from (select mailbox_id, row_number() over (order by mailbox_id) as number from lanes where tenant_id = '{b}') o
             where l.tenant_id = '{b}' and l.mailbox_id = o.mailbox_id",
            machine_readable(self.site.clock.now()),
            each.as_micros()
        );
        self.site.database.run(&plan).await;
        let due: HashMap<String, f64> = self
            .pairs(&format!(
                "select mailbox_id::text, extract(epoch from due_at)::text from lanes where tenant_id = '{b}'"
            ))
            .await;
        let since = due.values().copied().fold(f64::INFINITY, f64::min);
        let (stop, stopped) = watch::channel(false);
        let context = worker::Context { event_wait: Duration::from_secs(2), ..self.site.context() };
        let working = tokio::spawn(worker::run(context, stopped));
        let all_due = format!(
            "update lanes set due_at = '2024-01-01', next_send_at = null where (tenant_id, mailbox_id) in (
                select tenant_id, mailbox_id from lanes where tenant_id = '{a}' for update skip locked)"
        );
        let seconds = ROUND.as_secs() + 4;
        for second in 0..seconds {
            if beside == Beside::PausedInTheMiddle && second == seconds / 2 {
                self.pause(true).await;
            }
            if beside != Beside::Nobody {
                self.site.database.run(&all_due).await;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        self.site.database.run(&format!("update lanes set due_at = null where tenant_id = '{a}'")).await;
        stop.send_replace(true);
        working.await.unwrap();
        if beside == Beside::PausedInTheMiddle {
            self.pause(false).await;
        }
        let sql = format!("select id::text, mailbox_id::text from messages where tenant_id = '{b}'");
        let mailboxes: HashMap<String, String> = self.pairs(&sql).await;
        let mails = self.site.world.mail();
        let of_round = mails.iter().filter(|mail| mail.at >= since && mail.from.contains("calm-sales"));
        let waits: Vec<Duration> = of_round
            .filter_map(|mail| Some((mail.at, due.get(mailboxes.get(mail.tags.get("ownlane-message")?)?)?)))
            .map(|(at, due)| Duration::from_secs_f64((at - due).max(0.0)))
            .collect();
        let told = format!(
            "select (select string_agg(coalesce(waits_for, 'none') || ' ' || n, ', ') from (
                select waits_for, count(*) n from lanes where tenant_id = '{b}' group by 1) w) || ', messages '
                || (select count(*) from messages where tenant_id = '{b}')"
        );
        assert_eq!(waits.len(), LANES_OF_B, "each mail of B was taken: {}", self.site.database.text(&told).await);
        self.site.work().await;
        waits
    }

    async fn pause(&mut self, on: bool) {
        let what = if on { "pause" } else { "resume" };
        let page = format!("/console/tenants/{}/{what}", self.a);
        self.operator.post(&page, &[("reason", "To see what the neighbour feels")]).await;
    }

    async fn pairs<V: std::str::FromStr<Err: std::fmt::Debug>>(&self, sql: &str) -> HashMap<String, V> {
        let sql = format!("select coalesce(json_object_agg(k, v), '{{}}')::text from ({sql}) p (k, v)");
        let found: HashMap<String, String> = serde_json::from_str(&self.site.database.text(&sql).await).unwrap();
        found.into_iter().map(|(key, value)| (key, value.parse().unwrap())).collect()
    }
}
