//! Visits: an operator acts in a team as one of its admins, with a reason and for a while. Each step is kept, and the team can
//! read who was there and why. Times are machine time.

use crate::Result;
use crate::scope::{OperatorTx, TenantTx};
use rules::ids::{TenantId, UserId, VisitId, VisitStepId};
use rules::limits;
use rules::time::OffsetDateTime;
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Visit {
    pub id: VisitId,
    pub operator_name: String,
    pub reason: String,
    pub begun_at: OffsetDateTime,
    /// At the latest; or when the operator has ended it.
    pub ends_at: OffsetDateTime,
}

/// A page that was opened for the first time, or a form that was sent.
pub struct VisitStep {
    pub visit: VisitId,
    pub at: OffsetDateTime,
    pub method: String,
    pub path: String,
}

/// The one that this operator makes now.
pub async fn find_open(tx: &mut TenantTx, operator: UserId, now: OffsetDateTime) -> Result<Option<Visit>> {
    let tenant = tx.tenant();
    let row = sqlx::query(
        "select * from visits where tenant_id = $1 and operator_id = $2 and ended_at is null and ends_at > $3
         order by begun_at desc limit 1",
    )
    .bind(tenant.uuid())
    .bind(operator.uuid())
    .bind(now)
    .fetch_optional(tx.sql())
    .await?;
    row.as_ref().map(visit).transpose()
}

pub async fn write_step(
    tx: &mut TenantTx,
    visit: VisitId,
    step: VisitStepId,
    (method, path): (&str, &str),
    now: OffsetDateTime,
) -> Result<()> {
    let tenant = tx.tenant();
    // A page that fetches a part of itself again and again is one step.
    sqlx::query(
        "insert into visit_steps (tenant_id, id, visit_id, at, method, path) select $1, $2, $3, $4, $5, $6
         where $5 <> 'GET' or not exists (
            select from visit_steps where tenant_id = $1 and visit_id = $3 and method = $5 and path = $6)",
    )
    .bind(tenant.uuid())
    .bind(step.uuid())
    .bind(visit.uuid())
    .bind(now)
    .bind(method)
    .bind(path)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// For the team: the newest first.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Visit>> {
    let tenant = tx.tenant();
    let rows = sqlx::query("select * from visits where tenant_id = $1 order by begun_at desc limit $2");
    let rows = rows.bind(tenant.uuid()).bind(limits::VISITS_SHOWN_MAX).fetch_all(tx.sql()).await?;
    rows.iter().map(visit).collect()
}

/// A visit that is to begin.
pub struct NewVisit<'a> {
    pub id: VisitId,
    pub operator: UserId,
    pub operator_name: &'a str,
    pub reason: &'a str,
    pub ends_at: OffsetDateTime,
}

pub async fn begin(tx: &mut OperatorTx, tenant: TenantId, visit: &NewVisit<'_>, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into visits (tenant_id, id, operator_id, operator_name, reason, begun_at, ends_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(tenant.uuid())
    .bind(visit.id.uuid())
    .bind(visit.operator.uuid())
    .bind(visit.operator_name)
    .bind(visit.reason)
    .bind(now)
    .bind(visit.ends_at)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// All that this operator makes in the tenant.
pub async fn end(tx: &mut OperatorTx, tenant: TenantId, operator: UserId, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "update visits set ended_at = $3 where tenant_id = $1 and operator_id = $2 and ended_at is null and ends_at > $3",
    )
    .bind(tenant.uuid())
    .bind(operator.uuid())
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// The newest first, with the newest steps of all of them.
pub async fn list_of(tx: &mut OperatorTx, tenant: TenantId) -> Result<(Vec<Visit>, Vec<VisitStep>)> {
    let rows = sqlx::query("select * from visits where tenant_id = $1 order by begun_at desc limit $2");
    let rows = rows.bind(tenant.uuid()).bind(limits::VISITS_SHOWN_MAX).fetch_all(tx.sql()).await?;
    let visits: Vec<Visit> = rows.iter().map(visit).collect::<Result<_>>()?;
    let steps: Vec<(Uuid, OffsetDateTime, String, String)> = sqlx::query_as(
        "select visit_id, at, method, path from visit_steps where tenant_id = $1 and visit_id = any($2)
         order by id desc limit $3",
    )
    .bind(tenant.uuid())
    .bind(visits.iter().map(|visit| visit.id.uuid()).collect::<Vec<_>>())
    .bind(limits::VISIT_STEPS_SHOWN_MAX)
    .fetch_all(tx.sql())
    .await?;
    let step = |(visit, at, method, path)| VisitStep { visit: VisitId::from_uuid(visit), at, method, path };
    Ok((visits, steps.into_iter().map(step).collect()))
}

fn visit(row: &PgRow) -> Result<Visit> {
    let id: Uuid = row.try_get("id")?;
    let (ends_at, ended_at): (OffsetDateTime, Option<OffsetDateTime>) =
        (row.try_get("ends_at")?, row.try_get("ended_at")?);
    Ok(Visit {
        id: VisitId::from_uuid(id),
        operator_name: row.try_get("operator_name")?,
        reason: row.try_get("reason")?,
        begun_at: row.try_get("begun_at")?,
        ends_at: ended_at.unwrap_or(ends_at),
    })
}
