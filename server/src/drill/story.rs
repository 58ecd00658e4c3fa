//! What happens in a run: two teams begin, live side by side, and one of them comes upon an old list.

use super::ground::Ground;
use super::{Scale, list};
use crate::BoxError;
use crate::player::Player;
use crate::player::team::{self, MailboxName, Step};
use db::drills::play::Evening;
use db::metrics::DayRange;
use rules::drill::{Arrangement, Day, Run, Team, percentile};
use rules::ids::TenantId;
use rules::time::{Duration, OffsetDateTime, machine_readable};
use sandbox::Placement;
use std::collections::HashMap;
use std::sync::Arc;
use time::{Time, Weekday};

const PASSWORD: &str = "four plain words here";
const OPERATOR: &str = "operator@drill.example";
/// Before the windows open.
const UPLOAD_HOUR: i64 = 7;
const GAP: (&str, &str) = ("4", "12");
const MAILBOXES: [MailboxName; 4] =
    [("mara", "Mara Lind"), ("jan", "Jan Roth"), ("lea", "Lea Vogt"), ("tim", "Tim Brandt")];
const STEPS: [Step; 1] = [(
    "1",
    "A question, {{ lead.first_name }}",
    "Hi {{ lead.first_name }},\n\nwhom may I ask about how your team writes to new customers?",
)];
const SLUGS: [&str; 2] = ["team-a", "team-b"];

/// A team as it is played.
struct Side {
    slug: &'static str,
    tenant: TenantId,
    owner: Player,
    mailboxes: Vec<String>,
    evenings: Vec<(String, Evening)>,
}

pub struct Story<'a> {
    ground: Arc<Ground>,
    scale: Scale,
    arrangement: Arrangement,
    /// Told which working day begins.
    say: &'a (dyn Fn(usize) -> Result<(), BoxError> + Sync),
}

impl<'a> Story<'a> {
    pub fn new(
        ground: Arc<Ground>,
        scale: Scale,
        arrangement: Arrangement,
        say: &'a (dyn Fn(usize) -> Result<(), BoxError> + Sync),
    ) -> Self {
        Self { ground, scale, arrangement, say }
    }

    pub async fn play(self, seed: u64) -> Result<Run, BoxError> {
        let mut operator = self.sign_up().await?;
        let [a, b] = SLUGS;
        let mut sides = [self.begin(&mut operator, a).await?, self.begin(&mut operator, b).await?];
        if self.arrangement == Arrangement::Shared {
            self.ground.owner.lock().await.lift_pauses().await?;
        }
        let mut started_at = None;
        let days = usize::from(self.scale.days_before + self.scale.days_after);
        for day in 0..days {
            (self.say)(day)?;
            self.skip_weekend().await?;
            let morning = self.ground.now();
            if day == usize::from(self.scale.days_before) && self.arrangement != Arrangement::Control {
                self.pass_until(at_hour(morning, UPLOAD_HOUR)).await?;
                self.upload(&mut sides[0]).await?;
                started_at = Some(machine_readable(self.ground.now()));
            }
            self.pass_until(at_hour(morning, 20)).await?;
            for side in &mut sides {
                let evening = self.ground.owner.lock().await.see_evening(side.tenant, at_hour(morning, 0)).await?;
                side.evenings.push((morning.date().to_string(), evening));
            }
            self.pass_until(at_hour(morning, 24)).await?;
        }
        let placements = self.placements();
        let [a, b] = sides;
        let (a, b) = (self.tell(a, &placements).await?, self.tell(b, &placements).await?);
        Ok(Run { arrangement: self.arrangement, seed, started_at, a, b })
    }

    async fn sign_up(&self) -> Result<Player, BoxError> {
        let site = &self.ground.site;
        let link = app::console::sign_up::issue_link(site).await?.ok_or("there is an operator already")?;
        let mut operator = self.ground.player();
        let path = link.strip_prefix(&site.public_url).unwrap_or(&link);
        operator.send(path, &[("name", "Operator"), ("email", OPERATOR), ("password", PASSWORD)]).await?;
        operator.sign_in(OPERATOR, PASSWORD).await?;
        Ok(operator)
    }

    /// A team that may begin to send when the window opens.
    async fn begin(&self, operator: &mut Player, slug: &'static str) -> Result<Side, BoxError> {
        let email = format!("owner@{slug}.example");
        operator.send("/console/tenants/new", &[("name", slug), ("slug", slug), ("owner", &email)]).await?;
        let link = operator.find_link("/console/mail", "/invitation/").await?;
        let mut owner = self.ground.player();
        owner.send(&link, &[("name", "Owner"), ("password", PASSWORD)]).await?;
        let tenant = self.ground.owner.lock().await.find_tenant(slug).await?;
        let pages = format!("/t/{slug}");
        owner.send(&format!("{pages}/settings"), &[("postal", "Drill GmbH\r\nHafenstr. 1\r\n20457 Hamburg")]).await?;
        let domain = format!("{slug}-sales.example");
        let domain_page = owner.send(&format!("{pages}/domains/new"), &[("domain", &domain)]).await?;
        team::verify(&mut owner, &domain_page).await?;
        if self.arrangement != Arrangement::Shared {
            let form = [("tier", "managed_pool"), ("pool", slug), ("ips", ""), ("reason", "IPs of its own")];
            operator.send(&format!("/console/tenants/{tenant}/tier"), &form).await?;
        }
        let names = MAILBOXES.get(..usize::from(self.scale.mailboxes)).unwrap_or(&MAILBOXES);
        let mailboxes = team::make_mailboxes(&mut owner, &pages, &domain_page, names, GAP).await?;
        let rows = usize::from(self.scale.days_before + self.scale.days_after + 1)
            * usize::from(self.scale.mailboxes)
            * usize::from(super::A_DAY);
        let file = list::good(slug, rows);
        let source = team::import(&mut owner, &pages, ("fair.csv", "The fair"), &file).await?;
        team::start_sequence(&mut owner, &pages, "After the fair", &STEPS, &mailboxes, &source).await?;
        Ok(Side { slug, tenant, owner, mailboxes, evenings: Vec::new() })
    }

    /// The old list, and a sequence that writes to it.
    async fn upload(&self, side: &mut Side) -> Result<(), BoxError> {
        let pages = format!("/t/{}", side.slug);
        side.owner.sign_in(&format!("owner@{}.example", side.slug), PASSWORD).await?;
        let file = list::old(super::BAD_ROWS.into());
        let source = team::import(&mut side.owner, &pages, ("old.csv", "The old list"), &file).await?;
        team::start_sequence(&mut side.owner, &pages, "To old contacts", &STEPS, &side.mailboxes, &source).await
    }

    /// The worker works whenever a lane is due, at moments that are a step apart.
    async fn pass_until(&self, end: OffsetDateTime) -> Result<(), BoxError> {
        loop {
            let due = self.ground.owner.lock().await.next_due().await?;
            let now = self.ground.now();
            let next = due.map_or(end, |due| next_step(due.max(now), self.scale.step_secs));
            if next >= end {
                break;
            }
            self.ground.clock.turn(next);
            self.ground.work().await?;
        }
        self.ground.clock.turn(end);
        self.ground.work().await
    }

    async fn skip_weekend(&self) -> Result<(), BoxError> {
        while matches!(self.ground.now().weekday(), Weekday::Saturday | Weekday::Sunday) {
            self.pass_until(at_hour(self.ground.now(), 24)).await?;
        }
        Ok(())
    }

    /// By sender's domain and day.
    fn placements(&self) -> HashMap<(String, String), Vec<Placement>> {
        let mut found: HashMap<_, Vec<Placement>> = HashMap::new();
        for mail in self.ground.world.mail() {
            let domain = mail.from.rsplit('@').next().unwrap_or_default().trim_end_matches('>').to_owned();
            let at = OffsetDateTime::UNIX_EPOCH + Duration::seconds_f64(mail.at);
            found.entry((domain, at.date().to_string())).or_default().extend(mail.placements.values());
        }
        found
    }

    async fn tell(&self, side: Side, placements: &HashMap<(String, String), Vec<Placement>>) -> Result<Team, BoxError> {
        let edge = |day: Option<&(String, Evening)>| day.map(|(date, _)| date.clone()).unwrap_or_default();
        let range = DayRange { from: edge(side.evenings.first()), until: edge(side.evenings.last()) };
        let numbers = self.ground.numbers(side.tenant, &range).await?;
        let domain = format!("{}-sales.example", side.slug);
        let mut days = Vec::new();
        for (date, evening) in side.evenings {
            let counted = numbers.get(&date).copied().unwrap_or_default();
            let waits = self.ground.waits(side.tenant, &date);
            let placed = placements.get(&(domain.clone(), date.clone())).map_or(&[][..], Vec::as_slice);
            let count = |wanted| i64::try_from(placed.iter().filter(|it| **it == wanted).count()).unwrap_or(i64::MAX);
            days.push(Day {
                allowance: evening.allowance,
                sends: counted.sent,
                wait_p50_secs: percentile(&waits, 50),
                wait_p95_secs: percentile(&waits, 95),
                hard_bounces: counted.hard_bounced,
                complaints: counted.complained,
                inbox: count(Placement::Inbox),
                spam: count(Placement::Spam),
                blocked: count(Placement::Blocked),
                incidents: evening.incidents,
                paused: evening.paused,
                date,
            });
        }
        let stops = self.ground.owner.lock().await.list_stops(side.tenant).await?;
        Ok(Team { days, stops })
    }
}

/// 24: the next midnight.
fn at_hour(day: OffsetDateTime, hour: i64) -> OffsetDateTime {
    day.replace_time(Time::MIDNIGHT) + Duration::hours(hour)
}

fn next_step(due: OffsetDateTime, step_secs: i64) -> OffsetDateTime {
    let secs = due.unix_timestamp() + i64::from(due.nanosecond() > 0);
    OffsetDateTime::UNIX_EPOCH + Duration::seconds((secs + step_secs - 1).div_euclid(step_secs) * step_secs)
}
