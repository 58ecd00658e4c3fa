//! Differences between what stands at SES for a tenant and what is wanted: what was put right, and what a person is asked.
//! Times are machine time.

use crate::scope::{OperatorTx, TenantTx};
use crate::{Error, Result};
use rules::ids::{DriftId, TenantId, UserId};
use rules::isolation::DriftKind;
use rules::limits::PAGE_ROWS_MAX;
use rules::time::OffsetDateTime;
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

/// A difference as it was met.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Met {
    pub id: DriftId,
    pub kind: DriftKind,
    /// What differs, by name or ARN.
    pub resource: String,
    pub expected: String,
    pub found: String,
    pub is_repaired: bool,
}

/// A difference as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drift {
    pub id: DriftId,
    pub kind: DriftKind,
    pub resource: String,
    pub expected: String,
    pub found: String,
    pub found_at: OffsetDateTime,
    pub allowed_at: Option<OffsetDateTime>,
    pub allow_reason: Option<String>,
    pub ended_at: Option<OffsetDateTime>,
    /// By Ownlane, when it has ended.
    pub is_repaired: bool,
}

/// What an operator has allowed to be put right.
pub async fn list_allowed(tx: &mut TenantTx) -> Result<Vec<(DriftKind, String)>> {
    let tenant = tx.tenant();
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select kind, resource from drifts where tenant_id = $1 and ended_at is null and allowed_at is not null",
    )
    .bind(tenant.uuid())
    .fetch_all(tx.sql())
    .await?;
    rows.into_iter().map(|(kind, resource)| Ok((parse(&kind)?, resource))).collect()
}

/// Writes what a look met. What of `looked_for` was open and was not met has ended.
pub async fn write(tx: &mut TenantTx, met: &[Met], looked_for: LookedFor<'_>, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    for drift in met {
        // What was asked, and is put right now, is one line.
        if !(drift.is_repaired && end(tx, drift, now).await?) {
            insert(tx, drift, now).await?;
        }
    }
    let kinds: Vec<&str> = looked_for.kinds.iter().map(|kind| kind.as_str()).collect();
    let met: Vec<String> = met.iter().map(|drift| format!("{} {}", drift.kind.as_str(), drift.resource)).collect();
    sqlx::query(
        "update drifts set ended_at = $2, is_repaired = false
         where tenant_id = $1 and ended_at is null and kind = any($3) and ($4::text is null or resource = $4)
           and not (kind || ' ' || resource = any($5))",
    )
    .bind(tenant.uuid())
    .bind(now)
    .bind(kinds)
    .bind(looked_for.resource)
    .bind(met)
    .execute(tx.sql())
    .await?;
    Ok(())
}

async fn insert(tx: &mut TenantTx, drift: &Met, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "insert into drifts (tenant_id, id, kind, resource, expected, found, found_at, seen_at, ended_at, is_repaired)
         values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9)
         on conflict (tenant_id, kind, resource) where ended_at is null
         do update set expected = excluded.expected, found = excluded.found, seen_at = excluded.seen_at",
    )
    .bind(tenant.uuid())
    .bind(drift.id.uuid())
    .bind(drift.kind.as_str())
    .bind(&drift.resource)
    .bind(&drift.expected)
    .bind(&drift.found)
    .bind(now)
    .bind(drift.is_repaired.then_some(now))
    .bind(drift.is_repaired)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Whether it was open.
async fn end(tx: &mut TenantTx, drift: &Met, now: OffsetDateTime) -> Result<bool> {
    let tenant = tx.tenant();
    let done = sqlx::query(
        "update drifts set ended_at = $4, is_repaired = true
         where tenant_id = $1 and kind = $2 and resource = $3 and ended_at is null",
    )
    .bind(tenant.uuid())
    .bind(drift.kind.as_str())
    .bind(&drift.resource)
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Which differences a look would have met.
#[derive(Clone, Copy, Debug)]
pub struct LookedFor<'a> {
    pub kinds: &'a [DriftKind],
    /// Of this alone; `None`: of whatever the tenant has.
    pub resource: Option<&'a str>,
}

/// Those of a tenant: what is open, then the newest that have ended.
pub async fn list_of(tx: &mut OperatorTx, tenant: TenantId) -> Result<Vec<Drift>> {
    let rows = sqlx::query(
        "select * from drifts where tenant_id = $1 order by (ended_at is null) desc, found_at desc, id desc limit $2",
    )
    .bind(tenant.uuid())
    .bind(PAGE_ROWS_MAX)
    .fetch_all(tx.sql())
    .await?;
    rows.iter().map(read).collect()
}

/// How many a person is asked about.
pub async fn count_open_of(tx: &mut OperatorTx, tenant: TenantId) -> Result<i64> {
    let count = sqlx::query_scalar("select count(*) from drifts where tenant_id = $1 and ended_at is null")
        .bind(tenant.uuid())
        .fetch_one(tx.sql())
        .await?;
    Ok(count)
}

pub async fn find_of(tx: &mut OperatorTx, tenant: TenantId, id: DriftId) -> Result<Option<Drift>> {
    let row = sqlx::query("select * from drifts where tenant_id = $1 and id = $2")
        .bind(tenant.uuid())
        .bind(id.uuid())
        .fetch_optional(tx.sql())
        .await?;
    row.as_ref().map(read).transpose()
}

/// By an operator: it is to be put right. False: it is not open any more.
pub async fn allow(
    tx: &mut OperatorTx,
    tenant: TenantId,
    id: DriftId,
    by: UserId,
    reason: &str,
    now: OffsetDateTime,
) -> Result<bool> {
    let done = sqlx::query(
        "update drifts set allowed_at = $3, allowed_by = $4, allow_reason = $5
         where tenant_id = $1 and id = $2 and ended_at is null",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .bind(now)
    .bind(by.uuid())
    .bind(reason)
    .execute(tx.sql())
    .await?;
    Ok(done.rows_affected() == 1)
}

fn read(row: &PgRow) -> Result<Drift> {
    Ok(Drift {
        id: DriftId::from_uuid(row.try_get::<Uuid, _>("id")?),
        kind: parse(row.try_get("kind")?)?,
        resource: row.try_get("resource")?,
        expected: row.try_get("expected")?,
        found: row.try_get("found")?,
        found_at: row.try_get("found_at")?,
        allowed_at: row.try_get("allowed_at")?,
        allow_reason: row.try_get("allow_reason")?,
        ended_at: row.try_get("ended_at")?,
        is_repaired: row.try_get("is_repaired")?,
    })
}

fn parse(kind: &str) -> Result<DriftKind> {
    DriftKind::parse(kind).ok_or_else(|| Error::Row(format!("drifts.kind {kind:?}")))
}
