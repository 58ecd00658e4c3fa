//! How an incident of a part goes on ([`rules::health::Stage`]). Each step is written once, and only from the step before it.

use super::{Incident, acts};
use crate::Result;
use crate::health::column;
use crate::messages::lanes;
use crate::scope::TenantTx;
use rules::addresses::DomainName;
use rules::domains::is_free_mail;
use rules::health::{Diagnosis, Scope};
use rules::ids::{IncidentId, UserId};
use rules::isolation::{LanePart, PauseCause};
use rules::limits;
use rules::time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Mails of a scope of which it is not known yet what became of them: of the last day, as some are never heard of.
pub async fn count_on_the_way(tx: &mut TenantTx, scope: Scope, now: OffsetDateTime) -> Result<i64> {
    let tenant = tx.tenant();
    let sql = format!(
        "select count(*) from messages m
         where m.tenant_id = $1 and m.sent_on >= ($2 at time zone 'UTC')::date - 1 and m.claimed_at > $2
           and m.state in (1, 2, 4) and {} = $3",
        column(scope)
    );
    let count = sqlx::query_scalar(sqlx::AssertSqlSafe(sql));
    let since = now - Duration::hours(limits::DIAGNOSIS_WAIT_HOURS);
    Ok(count.bind(tenant.uuid()).bind(since).bind(scope.uuid(tenant)).fetch_one(tx.sql()).await?)
}

/// Somebody has found what it was. Said again before it is cleaned, the later word counts.
pub async fn diagnose(
    tx: &mut TenantTx,
    id: IncidentId,
    by: UserId,
    diagnosis: Diagnosis,
    note: &str,
    now: OffsetDateTime,
) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update incidents set diagnosis = $3, diagnosis_note = $4, diagnosed_at = $5, diagnosed_by = $6
         where tenant_id = $1 and id = $2 and closed_at is null and cleaned_at is null",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .bind(diagnosis.as_str())
    .bind(note)
    .bind(now)
    .bind(by.uuid())
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// What is taken out of what stood still.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cleaning {
    /// Whoever is at a domain of which nothing but bounces came. Who bounced is out already.
    DeadDomains,
    Everybody,
}

/// Takes leads out, marks the sources that the bad mails came by, and writes how many it was.
pub async fn clean(
    tx: &mut TenantTx,
    incident: &Incident,
    cleaning: Cleaning,
    by: UserId,
    now: OffsetDateTime,
) -> Result<()> {
    // First, as a claim locks lanes before incidents.
    lanes::wake(tx, now).await?;
    let tenant = tx.tenant();
    let begun = sqlx::query(
        "update incidents set cleaned_at = $3, cleaned_by = $4, removed = 0
         where tenant_id = $1 and id = $2 and closed_at is null and diagnosed_at is not null and cleaned_at is null",
    )
    .bind(tenant.uuid())
    .bind(incident.id.uuid())
    .bind(now)
    .bind(by.uuid())
    .execute(tx.sql())
    .await?;
    if begun.rows_affected() == 0 {
        return Ok(());
    }
    let domains = match cleaning {
        Cleaning::DeadDomains => Some(list_dead_domains(tx, incident).await?),
        Cleaning::Everybody => None,
    };
    let removed = take_out(tx, incident.scope, domains.as_deref(), now).await?;
    mark_sources(tx, incident, now).await?;
    sqlx::query("update incidents set removed = $3 where tenant_id = $1 and id = $2")
        .bind(tenant.uuid())
        .bind(incident.id.uuid())
        .bind(removed)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// As `@domain`. A provider of free mail is there, whatever bounces.
async fn list_dead_domains(tx: &mut TenantTx, incident: &Incident) -> Result<Vec<String>> {
    let Some(judged) = incident.judged else { return Ok(Vec::new()) };
    let tenant = tx.tenant();
    let sql = format!(
        "select l.domain_key from messages m
         join leads l on l.tenant_id = $1 and l.id = m.lead_id
         where m.tenant_id = $1 and m.sent_on >= ($2 at time zone 'UTC')::date - 1 and m.claimed_at > $2
           and not m.is_simulated and {} = $3
         group by l.domain_key
         having count(*) filter (where m.state = 9) >= $4 and count(*) filter (where m.state = 7) = 0 limit $5",
        column(incident.scope)
    );
    let found: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(judged.between.0)
        .bind(incident.scope.uuid(tenant))
        .bind(limits::DEAD_DOMAIN_BOUNCES_MIN)
        .bind(limits::DEAD_DOMAINS_MAX)
        .fetch_all(tx.sql())
        .await?;
    let is_dead = |key: &String| {
        let name = key.strip_prefix('@').and_then(|name| DomainName::parse(name).ok());
        name.is_some_and(|name| !is_free_mail(&name))
    };
    Ok(found.into_iter().filter(is_dead).collect())
}

/// On `enrolments e`: what of it belongs to a scope. A first mail has no mailbox yet.
const fn of_enrolment(scope: Scope) -> &'static str {
    match scope {
        Scope::Part(LanePart::Source(_)) => "e.source_id = $2",
        Scope::Part(LanePart::Mailbox(_)) => "e.mailbox_id = $2",
        Scope::Part(LanePart::Sequence(_)) => "e.sequence_id = $2",
        Scope::Part(LanePart::Domain(_)) => {
            "e.mailbox_id in (select id from mailboxes where tenant_id = $1 and domain_id = $2)"
        }
        Scope::Tenant => "e.tenant_id = $2",
    }
}

/// `domains`: as `@domain`; `None`: everybody. How many leads it was.
async fn take_out(tx: &mut TenantTx, scope: Scope, domains: Option<&[String]>, now: OffsetDateTime) -> Result<i64> {
    let tenant = tx.tenant();
    let sql = format!(
        "with planned as (
            select e.sequence_id, e.lead_id from enrolments e join leads l on l.tenant_id = $1 and l.id = e.lead_id
            where e.tenant_id = $1 and {} and e.state in ('waiting', 'active')
              and ($3::text[] is null or l.domain_key = any($3))
            order by e.sequence_id, e.lead_id for update of e)
         update enrolments e set state = 'stopped', stopped_for = 'manual', stopped_at = $4 from planned p
         where e.tenant_id = $1 and e.sequence_id = p.sequence_id and e.lead_id = p.lead_id",
        of_enrolment(scope)
    );
    let done = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(scope.uuid(tenant))
        .bind(domains)
        .bind(now)
        .execute(tx.sql())
        .await?;
    Ok(i64::try_from(done.rows_affected()).unwrap_or(i64::MAX))
}

async fn mark_sources(tx: &mut TenantTx, incident: &Incident, now: OffsetDateTime) -> Result<()> {
    let Some(judged) = incident.judged else { return Ok(()) };
    let tenant = tx.tenant();
    let sql = format!(
        "update lead_sources set marked_at = $5, mark = $6 where tenant_id = $1 and id in (
            select m.source_id from messages m
            where m.tenant_id = $1 and m.claimed_at > $2 and m.claimed_at <= $3 and not m.is_simulated
              and (m.bounced_at is not null or m.complained_at is not null)
              and (m.state = 9 or m.complained_at is not null) and {} = $4)",
        column(incident.scope)
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(judged.between.0)
        .bind(judged.between.1)
        .bind(incident.scope.uuid(tenant))
        .bind(now)
        .bind(&incident.reason)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// Whether anybody of a scope is still to be written to.
pub async fn has_waiting(tx: &mut TenantTx, scope: Scope) -> Result<bool> {
    let tenant = tx.tenant();
    // Whoever was never written to may come to any mailbox of its sequence.
    let of_lane = match scope {
        Scope::Part(LanePart::Mailbox(_) | LanePart::Domain(_)) => {
            format!("({} or e.state = 'waiting')", of_enrolment(scope))
        }
        Scope::Part(LanePart::Source(_) | LanePart::Sequence(_)) | Scope::Tenant => of_enrolment(scope).to_owned(),
    };
    let sql = format!(
        "select exists (select from enrolments e where e.tenant_id = $1 and {of_lane} and e.state in ('waiting', 'active'))"
    );
    let has = sqlx::query_scalar(sqlx::AssertSqlSafe(sql));
    Ok(has.bind(tenant.uuid()).bind(scope.uuid(tenant)).fetch_one(tx.sql()).await?)
}

/// Lets it send a little again: its pause is lifted, the incident stays open.
pub async fn begin_probation(
    tx: &mut TenantTx,
    incident: &Incident,
    by: UserId,
    reason: &str,
    now: OffsetDateTime,
) -> Result<()> {
    lanes::wake(tx, now).await?;
    let tenant = tx.tenant();
    let begun = sqlx::query(
        "update incidents set probation_at = $3, probation_by = $4
         where tenant_id = $1 and id = $2 and closed_at is null and cleaned_at is not null and probation_at is null",
    )
    .bind(tenant.uuid())
    .bind(incident.id.uuid())
    .bind(now)
    .bind(by.uuid())
    .execute(tx.sql())
    .await?;
    if begun.rows_affected() == 1 {
        acts::lift(tx.sql(), tenant, (incident.scope, PauseCause::Health), Some(by), reason, now).await?;
    }
    Ok(())
}

/// The one that is open for this scope and cause.
pub async fn find_open(tx: &mut TenantTx, scope: Scope, cause: PauseCause) -> Result<Option<IncidentId>> {
    let tenant = tx.tenant();
    let id: Option<Uuid> = sqlx::query_scalar(
        "select id from incidents
         where tenant_id = $1 and part = $2 and part_id = $3 and cause = $4 and closed_at is null",
    )
    .bind(tenant.uuid())
    .bind(scope.kind())
    .bind(scope.uuid(tenant))
    .bind(cause.as_str())
    .fetch_optional(tx.sql())
    .await?;
    Ok(id.map(IncidentId::from_uuid))
}
