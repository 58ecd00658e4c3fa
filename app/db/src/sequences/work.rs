//! What the worker does about sequences: puts the leads of their sources in, and looks each through for what its mails need.

use super::Sequence;
use crate::Result;
use crate::leads::Lead;
use crate::lease::Lease;
use crate::scope::TenantTx;
use rules::ids::{LeadId, SequenceId};
use rules::limits;
use rules::time::OffsetDateTime;
use uuid::Uuid;

/// What was found out about one lead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checked {
    pub lead: LeadId,
    /// As the lead was when it was looked through.
    pub changed_at: OffsetDateTime,
    pub problem: Option<String>,
    pub warning: Option<String>,
}

/// A row that is leased: which sequence it is.
pub fn leased_sequence(lease: &Lease) -> SequenceId {
    SequenceId::from_uuid(lease.id)
}

/// Has the worker look at a sequence.
pub(super) async fn nudge(tx: &mut TenantTx, sequence: SequenceId, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query("update sequences set due_at = $3 where tenant_id = $1 and id = $2")
        .bind(tenant.uuid())
        .bind(sequence.uuid())
        .bind(now)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// What is known of these leads in sequences no longer holds.
pub(crate) async fn forget_checks(tx: &mut TenantTx, leads: &[Uuid], now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query("update enrolments set checked_version = 0 where tenant_id = $1 and lead_id = any($2)")
        .bind(tenant.uuid())
        .bind(leads)
        .execute(tx.sql())
        .await?;
    sqlx::query(
        "update sequences s set due_at = $3 where s.tenant_id = $1 and s.id in (
            select e.sequence_id from enrolments e where e.tenant_id = $1 and e.lead_id = any($2))",
    )
    .bind(tenant.uuid())
    .bind(leads)
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Puts some leads of a source in; false when every source is in whole.
pub async fn enrol_some(tx: &mut TenantTx, sequence: SequenceId, now: OffsetDateTime) -> Result<bool> {
    let tenant = tx.tenant();
    let next: Option<(Uuid, Option<Uuid>)> = sqlx::query_as(
        "select source_id, after_lead from sequence_sources
         where tenant_id = $1 and sequence_id = $2 and done_at is null order by added_at limit 1 for update",
    )
    .bind(tenant.uuid())
    .bind(sequence.uuid())
    .fetch_optional(tx.sql())
    .await?;
    let Some((source, after)) = next else {
        return Ok(false);
    };
    let leads: Vec<Uuid> = sqlx::query_scalar(
        "select lead_id from lead_origins
         where tenant_id = $1 and source_id = $2 and ($3::uuid is null or lead_id > $3) order by lead_id limit $4",
    )
    .bind(tenant.uuid())
    .bind(source)
    .bind(after)
    .bind(limits::ENROL_BATCH_ROWS)
    .fetch_all(tx.sql())
    .await?;
    sqlx::query(
        "insert into enrolments (tenant_id, sequence_id, lead_id, source_id, added_at, checked_version)
         select $1, $2, c.lead_id, $3, $5, 0 from unnest($4::uuid[]) c (lead_id) on conflict do nothing",
    )
    .bind(tenant.uuid())
    .bind(sequence.uuid())
    .bind(source)
    .bind(&leads)
    .bind(now)
    .execute(tx.sql())
    .await?;
    let is_last = i64::try_from(leads.len()).unwrap_or(i64::MAX) < limits::ENROL_BATCH_ROWS;
    sqlx::query(
        "update sequence_sources set after_lead = coalesce($4, after_lead), done_at = case when $5 then $6 end
         where tenant_id = $1 and sequence_id = $2 and source_id = $3",
    )
    .bind(tenant.uuid())
    .bind(sequence.uuid())
    .bind(source)
    .bind(leads.last())
    .bind(is_last)
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(true)
}

/// Some leads that were not looked through for this version of the sequence.
pub async fn list_unchecked(tx: &mut TenantTx, sequence: &Sequence) -> Result<Vec<Lead>> {
    let tenant = tx.tenant();
    let rows = sqlx::query(
        "select l.id, l.email, l.fields, l.added_at, l.changed_at
         from enrolments e join leads l on l.tenant_id = $1 and l.id = e.lead_id
         where e.tenant_id = $1 and e.sequence_id = $2 and e.checked_version < $3
         order by e.checked_version limit $4",
    )
    .bind(tenant.uuid())
    .bind(sequence.id.uuid())
    .bind(sequence.version)
    .bind(limits::CHECK_BATCH_ROWS)
    .fetch_all(tx.sql())
    .await?;
    rows.iter().map(crate::leads::lead).collect()
}

/// Keeps what was found out for this version of the sequence. A lead that was changed meanwhile is looked through again.
///
/// The leads are named by `= any` too: in a table that was filled a moment ago Postgres expects one row of a sequence, and
/// would otherwise go through all of them for each lead of the batch.
pub async fn write_checked(tx: &mut TenantTx, sequence: &Sequence, checked: &[Checked]) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update enrolments e set checked_version = $3, problem = c.problem, warning = c.warning
         from unnest($4::uuid[], $5::text[], $6::text[], $7::timestamptz[]) c (lead_id, problem, warning, changed_at), leads l
         where e.tenant_id = $1 and e.sequence_id = $2 and e.lead_id = c.lead_id and e.lead_id = any($4)
           and l.tenant_id = $1 and l.id = c.lead_id and l.id = any($4) and l.changed_at = c.changed_at",
    )
    .bind(tenant.uuid())
    .bind(sequence.id.uuid())
    .bind(sequence.version)
    .bind(checked.iter().map(|checked| checked.lead.uuid()).collect::<Vec<_>>())
    .bind(checked.iter().map(|checked| checked.problem.as_deref()).collect::<Vec<_>>())
    .bind(checked.iter().map(|checked| checked.warning.as_deref()).collect::<Vec<_>>())
    .bind(checked.iter().map(|checked| checked.changed_at).collect::<Vec<_>>())
    .execute(tx.sql())
    .await?;
    Ok(())
}
