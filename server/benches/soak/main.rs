//! `make soak`: 20 000 mails leave while everything fails at once, then what SES took, what the rows say and what the pages
//! show must be the same. Time that would have to pass between two mails of a mailbox is skipped in the database; all else
//! takes the time it takes. Not part of `make test`, which meets each fault once.

#![expect(clippy::unwrap_used, reason = "a soak that cannot go on has failed")]

#[path = "../../tests/pages/harness.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod harness;
mod judgement;
#[path = "../../tests/pages/teams.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod teams;
#[path = "../../tests/pages/word.rs"]
mod word;
#[path = "../../tests/pages/world.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod world;

use crate::harness::{Browser, TestSite, WorkerProcess};
use crate::judgement::Taken;
use crate::teams::Sending;
use db::embedded_postgres::{EmbeddedPostgres, Options};
use db::fixtures::TestDatabase;
use rules::time::Chance;
use sandbox::{DnsTrouble, EventPlan, FaultKind, Odds};
use server::system::SystemChance;
use std::time::{Duration, Instant};

const TEAMS: [&str; 8] = ["alpha", "bravo", "carol", "delta", "echo", "fox", "golf", "hotel"];
const MAILBOXES: usize = 125;
const LEADS: usize = 2500; // of each team
const STEPS: [(&str, &str); 1] = [("Hello {{ lead.first_name }}", "Hi {{ lead.first_name }},\n\nhow are you?")];
const PATIENCE: Duration = Duration::from_secs(25 * 60);
const TICK: Duration = Duration::from_secs(1);
const OUTAGE: Duration = Duration::from_secs(3);
/// A process lives at least so long, and less than twice.
const LIFE: Duration = Duration::from_secs(40);
/// An event that is late comes after all others of its mail, and after most of what the process that sent it lived for.
const LATE_SECS: u32 = 45;

/// What strikes besides dying processes and SES's answers, in turn, this long after the last.
const BLOWS: [Blow; 9] = [
    Blow::CutConnections,
    Blow::DnsDies,
    Blow::SesForgets,
    Blow::DnsComesBack,
    Blow::RestartPostgres,
    Blow::CutConnections,
    Blow::DnsDies,
    Blow::DnsComesBack,
    Blow::RestartPostgres,
];
const BLOW_PAUSE: Duration = Duration::from_secs(25);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Blow {
    CutConnections,
    RestartPostgres,
    SesForgets,
    DnsDies,
    DnsComesBack,
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { data: folder.path().join("data"), bin: None, path: None, throw_away: false };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    // Postgres ends with the thread that started it: this one.
    runtime.block_on(soak(&options));
}

async fn soak(options: &Options) {
    let postgres = EmbeddedPostgres::start(options).unwrap();
    let site = TestSite::in_real_time(TestDatabase::on(&postgres.maintenance_url()).await).await;
    let mut operator = site.operator().await;
    let mut teams = Vec::new();
    for slug in TEAMS {
        let team = Sending::start(&site, &mut operator, slug, &leads(slug), &STEPS).await;
        team.more_mailboxes(&site, MAILBOXES - 1).await;
        site.database.run("update sequences set paused_at = now(); update lanes set due_at = null").await;
        teams.push(team);
    }
    // Not a new team's ceilings: a rate decides, and one bounce in a hundred is no reason to pause.
    site.database.run("update tenants set created_at = created_at - interval '60 days'").await;
    // On its way each comes to SES's standard policy, as one so old that nothing is held against.
    let shape = world::shape_of(&site.world).replace("strict 8", "strict 0");
    println!("{} teams, {} mailboxes, {} mails; {shape}", TEAMS.len(), TEAMS.len() * MAILBOXES, TEAMS.len() * LEADS);
    let total = i64::try_from(TEAMS.len() * LEADS).unwrap();
    let mut ordeal = Ordeal {
        site,
        operator,
        teams,
        postgres: Some(postgres),
        options,
        taken: Taken::default(),
        workers: Vec::new(),
        begin: Instant::now(),
        kills: 0,
    };
    ordeal.fire().await;
    ordeal.settle().await;
    judgement::pass(&ordeal.site, &mut ordeal.teams, &TEAMS, &ordeal.taken, &shape, total).await;
    println!("{} processes were killed, {:.0} s in all", ordeal.kills, ordeal.begin.elapsed().as_secs_f64());
}

/// One in a hundred has no mailbox; in each team one person complains.
fn leads(slug: &str) -> String {
    let row = |n: usize| {
        let what = match n {
            1 => "complain.",
            n if n % 100 == 0 => "bounce.",
            _ => "",
        };
        format!("{what}l{n}@{slug}{}.example,L{n}\n", n % 50)
    };
    std::iter::once("email,first_name\n".to_owned()).chain((0..LEADS).map(row)).collect()
}

struct Ordeal<'a> {
    site: TestSite,
    operator: Browser,
    teams: Vec<Sending>,
    postgres: Option<EmbeddedPostgres>,
    options: &'a Options,
    taken: Taken,
    /// Each with the moment of its death.
    workers: Vec<(WorkerProcess, Instant)>,
    begin: Instant,
    kills: u32,
}

impl Ordeal<'_> {
    /// Until no mail is left that could leave now: of the others it is not known whether they did.
    async fn fire(&mut self) {
        let percent = |kind| Odds { operation: "SendEmail".to_owned(), percent: 10, kind };
        let kinds = [
            FaultKind::TooManyRequests,
            FaultKind::InternalError,
            FaultKind::AcceptThenHang,
            FaultKind::AcceptThenReset,
            FaultKind::Garbage,
        ];
        self.site.world.set_odds(kinds.map(percent).to_vec());
        self.site.world.event_plan(EventPlan {
            copies: 2,
            shuffle: true,
            late_percent: 5,
            late_secs: LATE_SECS,
            lost_percent: 1,
            ..EventPlan::default()
        });
        let start =
            "update sequences set paused_at = null; update lanes set due_at = '2024-01-01', next_send_at = null";
        self.site.database.run(start).await;
        let mut blows = BLOWS.iter().copied().cycle();
        let mut last_blow = Instant::now();
        let mut told = Instant::now();
        while self.can_leave().await > 0 {
            assert!(self.begin.elapsed() < PATIENCE, "{}", self.standing().await);
            self.keep_two_workers(true);
            self.skip_gaps().await;
            if last_blow.elapsed() > BLOW_PAUSE {
                last_blow = Instant::now();
                self.strike(blows.next().unwrap()).await;
            }
            self.publish().await;
            if told.elapsed() > Duration::from_secs(10) {
                told = Instant::now();
                println!("{}", self.standing().await);
            }
            tokio::time::sleep(TICK).await;
            self.taken.look(&self.site.world);
        }
        println!("{}", self.standing().await);
    }

    /// The world is well again, all events come, and whatever nobody answered for is settled: the quiet minutes before it
    /// are skipped once no event is on its way.
    async fn settle(&mut self) {
        self.site.world.end_faults();
        self.site.world.trouble(None);
        self.site.world.event_plan(EventPlan::default());
        println!("the world is well again: {}", self.standing().await);
        let mut quiet = 0;
        while quiet < 3 {
            assert!(self.begin.elapsed() < PATIENCE, "{}", self.standing().await);
            self.keep_two_workers(false);
            self.skip_gaps().await;
            self.publish().await;
            if self.events_left().await == 0 {
                // Any event proves that events are heard.
                self.site.world.push_event("us-east-1", "ownlane-events", &serde_json::json!({ "eventType": "Pulse" }));
                let quiet_minutes = "with quiet as (
                        select u.tenant_id, u.message_id from unsettled_messages u
                        join messages m on m.tenant_id = u.tenant_id and m.id = u.message_id
                        where m.state = 2 and u.lease_until is null and u.due_at > now() for update of u skip locked)
                    update unsettled_messages u set due_at = '2024-01-01', since = since - interval '1 hour' from quiet
                    where u.tenant_id = quiet.tenant_id and u.message_id = quiet.message_id";
                self.site.database.run(quiet_minutes).await;
            }
            tokio::time::sleep(TICK).await;
            self.taken.look(&self.site.world);
            let open = self.site.database.count("unsettled_messages").await + self.left().await;
            let is_quiet = open == 0 && self.events_left().await == 0 && self.unrepaired().await == 0;
            quiet = if is_quiet { quiet + 1 } else { 0 };
        }
        self.workers.clear();
        println!("all is settled: {}", self.standing().await);
    }

    fn keep_two_workers(&mut self, are_mortal: bool) {
        let now = Instant::now();
        let alive = self.workers.len();
        if are_mortal {
            self.workers.retain(|(_, death)| *death > now);
            self.kills += u32::try_from(alive - self.workers.len()).unwrap();
        }
        while self.workers.len() < 2 {
            let mut byte = [0];
            SystemChance.fill(&mut byte);
            let life = LIFE * (256 + u32::from(byte[0])) / 256;
            self.workers.push((self.site.start_worker(), now + life));
        }
    }

    /// Not what SES's answers hold back.
    async fn skip_gaps(&self) {
        let sql = "with waiting as (
                select tenant_id, mailbox_id from lanes where due_at > now() and (waits_for is null or waits_for = 'gap')
                for update skip locked)
            update lanes set due_at = '2024-01-01', next_send_at = null from waiting
            where lanes.tenant_id = waiting.tenant_id and lanes.mailbox_id = waiting.mailbox_id";
        self.site.database.run(sql).await;
    }

    async fn strike(&mut self, blow: Blow) {
        println!("{:>5.0} s  {blow:?}", self.begin.elapsed().as_secs_f64());
        match blow {
            Blow::CutConnections => {
                let sql = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                    where datname = current_database() and pid <> pg_backend_pid()";
                self.site.database.run(sql).await;
            }
            Blow::RestartPostgres => {
                self.postgres = None;
                tokio::time::sleep(OUTAGE).await;
                self.postgres = Some(EmbeddedPostgres::start(self.options).unwrap());
            }
            Blow::SesForgets => self.site.world.forget_ses(),
            Blow::DnsDies => self.site.world.trouble(Some(DnsTrouble::Silence)),
            Blow::DnsComesBack => self.site.world.trouble(None),
        }
    }

    /// What SES forgot is made again at an operator's word, and has new keys: whoever owns the domain publishes them.
    async fn publish(&mut self) {
        self.site.say_the_word(&mut self.operator).await;
        for (slug, team) in TEAMS.iter().zip(&mut self.teams) {
            let sql = format!(
                "select coalesce(max('/t/{slug}/domains/' || d.id || '/publication'), '')
                 from domains d join tenants t using (tenant_id) where t.slug = '{slug}' and d.verified_at is null"
            );
            let page = self.site.database.text(&sql).await;
            if !page.is_empty() {
                team.owner.post(&page, &[]).await;
            }
        }
        let look = "update domains set due_at = '2024-01-01' where id in (
            select id from domains where coalesce(lease_until, '2024-01-01') < now() and verified_at is null for update skip locked)";
        self.site.database.run(look).await;
    }

    /// Leads that a mail may still go to.
    async fn left(&self) -> i64 {
        self.number("select count(*) from enrolments where state in ('waiting', 'active', 'sending')").await
    }

    async fn can_leave(&self) -> i64 {
        self.number(
            "select (select count(*) from enrolments where state in ('waiting', 'active'))
                + (select count(*) from messages where state = 1)",
        )
        .await
    }

    /// In the queue or not yet applied.
    async fn events_left(&self) -> i64 {
        let queued = i64::try_from(self.site.world.queued("ownlane-events")).unwrap();
        queued + self.number("select count(*) from event_inbox where applied_at is null").await
    }

    /// Set-ups that are not as wanted.
    async fn unrepaired(&self) -> i64 {
        self.number(
            "select (select count(*) from ses_tenants where ready_at is null or trouble is not null)
                + (select count(*) from domains where verified_at is null)",
        )
        .await
    }

    async fn number(&self, sql: &str) -> i64 {
        self.site.database.text(&format!("select ({sql})::text")).await.parse().unwrap()
    }

    async fn standing(&self) -> String {
        let states = "select coalesce(string_agg(state || ':' || n, ' ' order by state), '')
            from (select state, count(*) n from messages group by state) c";
        let waits = "select coalesce(string_agg(waits_for || ':' || n, ' ' order by waits_for), '')
            from (select waits_for, count(*) n from lanes where waits_for is not null group by waits_for) c";
        format!(
            "{:>5.0} s  {} taken, {} leads left, {} events on their way; messages {}; lanes {}",
            self.begin.elapsed().as_secs_f64(),
            self.taken.len(),
            self.left().await,
            self.events_left().await,
            self.site.database.text(states).await,
            self.site.database.text(waits).await,
        )
    }
}
