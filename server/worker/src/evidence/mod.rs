//! Evidence of each team's isolation: what SES, Postgres and the pages say now, and tests that try to get past it. Made every
//! night and on demand, signed and kept. A test that fails opens an incident; once all hold again it is over.

mod at_ses;
mod sign;

use crate::Context;
use crate::due::{Acting, act_on_due};
use crate::duty::{Progress, Result};
use crate::health::{self, Pausing};
use db::accounts::tenants::{self, Tenant};
use db::health::incidents::{self, Closing, Incident};
use db::isolation::evidence::database::{self, DatabaseFacts};
use db::isolation::evidence::{self, Made, Signed};
use db::isolation::tiers::Chosen;
use db::isolation::{aws_calls, caps, closures, ses_tenants, tiers};
use db::lease::{self, Lease, Leased};
use db::scope::{TenantTx, WorkerTx};
use db::{clock, domains};
use rules::evidence::{
    Area, Call, FORMAT, Fact, Facts, LastIncident, Outcome, Report, Section, Team, Test, answers, document,
    judge_catalog, judge_reach, shared,
};
use rules::health::Scope;
use rules::ids::{EvidenceId, TenantId};
use rules::isolation::{CapSpan, PauseCause, SharedPoolMode, TierWish, Urgency};
use rules::limits;
use rules::time::{Duration, OffsetDateTime, absolute, machine_readable};
use sign::Signer;
use std::pin::Pin;

/// Somebody who is signed in and not in a team, before the doors of its pages.
pub trait Doors: Send + Sync {
    /// Opens each address of the team at `slug` that pages are read at. `ids`: one of its own for each kind of thing, by the
    /// name that addresses give it. An error says why nothing could be tried.
    fn try_all<'a>(&'a self, slug: &'a str, ids: &'a [(&'static str, String)]) -> Tries<'a>;
}

pub type Tries<'a> = Pin<Box<dyn Future<Output = Result<Vec<Door>, String>> + Send + 'a>>;

/// An address, and the status that it answered with.
pub struct Door {
    pub address: String,
    pub status: u16,
}

pub async fn make(context: &Context) -> Result<Progress> {
    act_on_due(context, Leased::Evidence, make_one).await
}

/// What is known of a team before anybody is asked.
pub(crate) struct Known {
    team: Tenant,
    /// In which its tenant at SES is. `None`: the platform's.
    account: Option<String>,
    /// Of its tenant and of its set at SES.
    name: String,
    set: String,
    mode: SharedPoolMode,
    tier: Chosen,
    /// Names of those that are verified first.
    domains: Vec<String>,
    sections: Vec<Section>,
    database: DatabaseFacts,
    /// All of them, and how many are verified.
    domain_counts: (usize, usize),
    looked_at: Option<OffsetDateTime>,
    last: Option<Incident>,
    ids: Vec<(&'static str, String)>,
    was_asked: bool,
    asked_by: Option<rules::ids::UserId>,
}

fn make_one(context: &Context, tenant: TenantId, lease: Lease) -> Acting<'_> {
    Box::pin(async move {
        let Some(known) = look_up(context, tenant, &lease).await? else { return Ok(()) };
        let begun_at = context.now();
        let urgency = if known.was_asked { Urgency::Person } else { Urgency::Sweep };
        let control = context.control_in(known.account.as_deref(), tenant, urgency).await?;
        let at_ses = at_ses::read(&control, &known).await?;
        let mut tests = at_ses::try_all(&control, context, &known).await;
        tests.extend(try_rows(context, tenant, &known.database).await?);
        tests.push(try_doors(context, &known).await);
        let report = compose(context, tenant, &known, begun_at, (at_ses, tests)).await?;
        write(context, tenant, &lease, &known, &report).await
    })
}

/// `None`: there is nothing to be proved, now or later.
async fn look_up(context: &Context, tenant: TenantId, lease: &Lease) -> Result<Option<Known>> {
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    let closing = closures::find(&mut tx).await?.is_some_and(|closure| closure.begun_at.is_some());
    let at_ses = ses_tenants::find(&mut tx).await?.filter(|_| !closing);
    let found = at_ses.and_then(|it| Some((it.account, it.name?, it.set_name?, it.wanted_shared_pool_mode)));
    let (Some((account, name, set, mode)), Some(team)) = (found, tenants::find_own(&mut tx).await?) else {
        lease::settle(&mut tx, Leased::Evidence, lease, None).await?;
        tx.commit().await?;
        return Ok(None);
    };
    let now = clock::business_time(&mut tx, context.now()).await?;
    let mut domains = domains::list(&mut tx).await?;
    domains.sort_by_key(|domain| !(domain.verified_at.is_some() && domain.is_associated));
    let verified = domains.iter().filter(|domain| domain.verified_at.is_some()).count();
    let found = database::find_database_facts(&mut tx).await?;
    let counts = database::count_rows(&mut tx, now).await?;
    let sections =
        vec![in_database(&found), in_queue(caps::find(&mut tx, now).await?.as_ref(), &counts), of_domains(&domains)];
    let known = Known {
        team,
        account,
        name,
        set,
        mode,
        tier: tiers::find(&mut tx).await?,
        sections,
        database: found,
        domain_counts: (domains.len(), verified),
        looked_at: domains.iter().filter_map(|domain| domain.looked_at).max(),
        domains: domains.iter().map(|domain| domain.name.to_string()).collect(),
        last: incidents::list(&mut tx, None, 1).await?.pop(),
        ids: database::find_ids(&mut tx).await?,
        was_asked: evidence::find_making(&mut tx).await?.is_some_and(|it| it.asked_at >= it.due_at),
        asked_by: evidence::find_asker(&mut tx).await?,
    };
    tx.commit().await?;
    Ok(Some(known))
}

fn in_database(found: &DatabaseFacts) -> Section {
    let tables = found.tables.len();
    let power =
        if found.is_powerful { "may pass row security by" } else { "no superuser, may not pass row security by" };
    let facts = vec![
        Fact::new("Postgres", &found.version, "server_version"),
        Fact::new("Role of this team's rows", format!("{}: {power}", found.role), "pg_roles"),
        Fact::new("Tables with rows of teams", tables.to_string(), "pg_class"),
        Fact::new("Under row security that binds their owner too", format!("{} of {tables}", found.forced), "pg_class"),
        Fact::new("Policies for the role", found.policies.to_string(), "pg_policies"),
    ];
    Section { title: "In the database, read now".to_owned(), facts }
}

fn in_queue(allowance: Option<&rules::isolation::Allowance>, counts: &[(&'static str, i64)]) -> Section {
    let mut facts: Vec<_> = CapSpan::ALL
        .into_iter()
        .map(|span| {
            let cap = allowance.and_then(|it| it.caps().of(span));
            let found = cap.map_or_else(|| "none of its own".to_owned(), |cap| cap.to_string());
            Fact::new(format!("Cap {}", span.a_span()), found, "tenant_caps")
        })
        .collect();
    facts.extend(counts.iter().map(|(what, count)| Fact::new(*what, count.to_string(), "the team's rows")));
    Section { title: "Queue, caps and counts".to_owned(), facts }
}

fn of_domains(domains: &[domains::Domain]) -> Section {
    let facts = domains.iter().map(|domain| {
        let of = domain.facts();
        let records: Vec<_> = of
            .records
            .iter()
            .map(|record| {
                format!("{} {}", record.purpose.as_str(), if record.is_right() { "right" } else { "not right" })
            })
            .collect();
        let verified = if domain.verified_at.is_some() { "verified" } else { "not verified" };
        let looked =
            domain.looked_at.map_or_else(|| "never looked at".to_owned(), |at| format!("looked at {}", absolute(at)));
        Fact::new(
            domain.name.to_string(),
            format!("{verified}; {}; {looked}", records.join(", ")),
            "DNS, and GetEmailIdentity",
        )
    });
    Section { title: "Domains".to_owned(), facts: facts.collect() }
}

/// Rows of another team, in the scope of this one. Nothing of it is ever committed.
async fn try_rows(context: &Context, tenant: TenantId, facts: &DatabaseFacts) -> Result<Vec<Test>> {
    let mut tx = WorkerTx::begin(&context.login).await?;
    let other = database::find_other(&mut tx, tenant).await?;
    tx.commit().await?;
    // Without another team nobody's rows are tried for; the answer is the same.
    let other = other.unwrap_or_else(|| TenantId::new(context.now(), &*context.chance));
    let mut tests = vec![judge_catalog(facts.tables.len(), facts.forced, facts.is_powerful)];
    for table in &facts.tables {
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        let [read, change, delete] = database::try_rows_of(&mut tx, other, table).await?;
        tests.push(judge_reach(table, [&read, &change, &delete]));
    }
    Ok(tests)
}

async fn try_doors(context: &Context, known: &Known) -> Test {
    const NOT_FOUND: u16 = 404;
    let tried = match &context.doors {
        Some(doors) => doors.try_all(&known.team.slug, &known.ids).await,
        None => Err("the process that made the report serves no pages".to_owned()),
    };
    let (found, outcome) = match tried {
        Err(why) => (why, Outcome::NotRun),
        Ok(doors) => {
            let open: Vec<_> = doors.iter().filter(|door| door.status != NOT_FOUND).collect();
            let all = doors.len();
            match open.as_slice() {
                [] if all == 0 => ("no address was tried".to_owned(), Outcome::NotRun),
                [] => (format!("{all} of {all} addresses: {NOT_FOUND}"), Outcome::Held),
                open => {
                    let list: Vec<_> = open.iter().map(|door| format!("{} {}", door.status, door.address)).collect();
                    (
                        format!("{} of {all} addresses answered otherwise: {}", open.len(), list.join(", ")),
                        Outcome::Failed,
                    )
                }
            }
        }
    };
    Test {
        area: Area::Addresses,
        what: "Open each page of the team, signed in as somebody who is not in it".to_owned(),
        expected: "not found, as if there were no such team".to_owned(),
        found,
        outcome,
    }
}

async fn compose(
    context: &Context,
    tenant: TenantId,
    known: &Known,
    begun_at: OffsetDateTime,
    (at_ses, tests): (Section, Vec<Test>),
) -> Result<Report> {
    let mut tx = WorkerTx::begin(&context.login).await?;
    let calls = aws_calls::list_since(&mut tx, tenant, begun_at, limits::EVIDENCE_CALLS_MAX).await?;
    let pool_teams = match &known.tier.wish {
        TierWish::ManagedPool(pool) => Some(tiers::count_in(&mut tx, pool).await?),
        TierWish::Shared | TierWish::DedicatedPool(_) | TierWish::OwnAccount => None,
    };
    tx.commit().await?;
    let now = context.now();
    let tier = known.tier.wish.tier();
    let facts = Facts {
        tier,
        shared_pool_mode: known.mode,
        pool_teams,
        tables: known.database.tables.len(),
        domains: known.domain_counts,
        looked_at: known.looked_at.map(absolute),
        last_incident: known.last.as_ref().map(told),
        host: context.public_url.split("://").nth(1).unwrap_or_default().to_owned(),
    };
    let call = |call: aws_calls::AwsCall| Call {
        at: machine_readable(call.at),
        operation: call.operation,
        about: call.resource,
        request_id: call.request_id.unwrap_or_default(),
        answer: call.refusal.unwrap_or_else(|| "done".to_owned()),
    };
    Ok(Report {
        format: FORMAT.to_owned(),
        id: EvidenceId::new(now, &*context.chance).to_string(),
        made_at: machine_readable(now),
        platform: context.public_url.to_string(),
        team: Team { id: tenant.to_string(), name: known.team.name.clone(), slug: known.team.slug.clone() },
        tier: tier.label().to_owned(),
        tier_means: tier.ips(known.mode).to_owned(),
        sections: std::iter::once(at_ses).chain(known.sections.iter().cloned()).collect(),
        answers: answers(&facts),
        shared: shared(&facts),
        tests,
        calls: calls.into_iter().map(call).collect(),
    })
}

fn told(incident: &Incident) -> LastIncident {
    let what = match incident.scope {
        Scope::Tenant => "The whole team".to_owned(),
        Scope::Part(_) => format!("The {} “{}”", incident.scope.word(), incident.name),
    };
    let reaction = incident.judged.map(|judged| (incident.paused_at - judged.event.1).whole_milliseconds());
    LastIncident {
        what,
        opened: absolute(incident.opened_at),
        reason: incident.reason.clone(),
        reaction_ms: reaction.and_then(|ms| i64::try_from(ms).ok()),
        radius: incident.radius.map(|radius| (radius.neighbours, radius.moved)),
        end: incident.closed.as_ref().map(|closed| closed.reason.clone()),
    }
}

async fn write(context: &Context, tenant: TenantId, lease: &Lease, known: &Known, report: &Report) -> Result<()> {
    let signer = Signer::find(context).await?;
    let text = serde_json::to_string_pretty(report).map_err(|error| crate::Error::Evidence(error.to_string()))? + "\n";
    let page = document(report);
    let count = |outcome| i64::try_from(report.count(outcome)).unwrap_or(i64::MAX);
    let [held, failed, not_run] = [Outcome::Held, Outcome::Failed, Outcome::NotRun].map(count);
    let machine_now = context.now();
    let id = EvidenceId::parse(&report.id).ok_or_else(|| crate::Error::Evidence("its own id".to_owned()))?;
    let made = Made { id, at: machine_now, was_asked: known.was_asked, held, failed, not_run, key: signer.id.clone() };
    let (text_signature, page_signature) = (signer.sign(&text), signer.sign(&page));
    let signed = Signed { made, report: (text, text_signature), document: (page, page_signature) };
    let next = machine_now + Duration::hours(limits::EVIDENCE_HOURS);
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    if !evidence::write(&mut tx, lease, &signed, known.asked_by, next).await? {
        return Ok(());
    }
    let now = clock::business_time(&mut tx, machine_now).await?;
    let (scope, cause) = (Scope::Tenant, PauseCause::Evidence);
    if let Some(test) = report.tests.iter().find(|test| test.outcome == Outcome::Failed) {
        let reason = format!("{}: {}", test.what, test.found);
        let reason: String = reason.chars().take(limits::TROUBLE_CHARS_MAX).collect();
        let pausing = Pausing { scope, name: &known.team.name, reason: &reason, cause, judged: None };
        tracing::error!(%tenant, failed, "a test of isolation failed: {reason}");
        health::open(context, &mut tx, pausing, now).await?;
    } else if not_run == 0 {
        let reason = "Every test of isolation holds again.";
        incidents::close(&mut tx, Closing { scope, cause, by: None, reason, now, machine_now }).await?;
    }
    Ok(tx.commit().await?)
}
