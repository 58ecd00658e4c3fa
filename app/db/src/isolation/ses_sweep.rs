//! The list of all tenants at SES, read now and then: what of ours is not on it, and what is on it and nobody's. Times are
//! machine time.

use crate::Result;
use crate::scope::{OperatorTx, WorkerTx};
use rules::ids::TenantId;
use rules::limits::PAGE_ROWS_MAX;
use rules::time::OffsetDateTime;
use sqlx::Row;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A tenant at SES under our names that no team has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stray {
    pub name: String,
    pub arn: String,
    pub found_at: OffsetDateTime,
}

/// The last time that the list was read to its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sweep {
    pub region: String,
    pub done_at: Option<OffsetDateTime>,
    /// How many tenants it had.
    pub tenants: i64,
}

/// Takes it in hand until `until`, if it is due. False: somebody else has it, or it is not due.
pub async fn take(tx: &mut WorkerTx, region: &str, now: OffsetDateTime, until: OffsetDateTime) -> Result<bool> {
    let done = sqlx::query(
        "insert into ses_sweeps as s (region, due_at, lease_until, tenants) values ($1, $2, $3, 0)
         on conflict (region) do update set lease_until = excluded.lease_until
         where s.due_at <= $2 and (s.lease_until is null or s.lease_until <= $2)",
    )
    .bind(region)
    .bind(now)
    .bind(until)
    .execute(tx.sql())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What a tenant is known to have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    pub arn: Option<String>,
    /// Its mail was refused when it was last looked at, for whatever reason.
    pub is_disabled: bool,
}

/// The tenants that are to be in an account (`None`: the platform's).
pub async fn list_wanted(tx: &mut WorkerTx, account: Option<&str>) -> Result<BTreeMap<TenantId, Wanted>> {
    let tenants: Vec<(Uuid, Option<String>, bool)> = sqlx::query_as(
        "select t.tenant_id, t.arn, coalesce(t.sending_status = 'DISABLED', false) from ses_tenants t
         where t.account is not distinct from $1 and not exists (
            select from closures c where c.tenant_id = t.tenant_id and c.kept_at is null and c.done_at is not null)",
    )
    .bind(account)
    .fetch_all(tx.sql())
    .await?;
    let wanted = |(id, arn, is_disabled)| (TenantId::from_uuid(id), Wanted { arn, is_disabled });
    Ok(tenants.into_iter().map(wanted).collect())
}

/// The tenants that move into an account, or have left something there.
pub async fn list_passing(tx: &mut WorkerTx, account: Option<&str>) -> Result<BTreeSet<TenantId>> {
    let tenants: Vec<Uuid> = sqlx::query_scalar(
        "select tenant_id from account_moves where account is not distinct from $1
         union select tenant_id from account_leftovers where account is not distinct from $1 and gone_at is null",
    )
    .bind(account)
    .fetch_all(tx.sql())
    .await?;
    Ok(tenants.into_iter().map(TenantId::from_uuid).collect())
}

/// Writes that the list was read; `strays` are all there are.
pub async fn write(
    tx: &mut WorkerTx,
    region: &str,
    strays: &[(String, String)],
    tenants: i64,
    now: OffsetDateTime,
    next: OffsetDateTime,
) -> Result<()> {
    let (names, arns): (Vec<&str>, Vec<&str>) = strays.iter().map(|(name, arn)| (name.as_str(), arn.as_str())).unzip();
    sqlx::query(
        "insert into ses_strays (region, name, arn, found_at, seen_at)
         select $1, name, arn, $4, $4 from unnest($2::text[], $3::text[]) as stray (name, arn)
         on conflict (region, name) do update set arn = excluded.arn, seen_at = excluded.seen_at",
    )
    .bind(region)
    .bind(names)
    .bind(arns)
    .bind(now)
    .execute(tx.sql())
    .await?;
    sqlx::query("delete from ses_strays where region = $1 and seen_at < $2")
        .bind(region)
        .bind(now)
        .execute(tx.sql())
        .await?;
    sqlx::query("update ses_sweeps set due_at = $3, lease_until = null, done_at = $2, tenants = $4 where region = $1")
        .bind(region)
        .bind(now)
        .bind(next)
        .bind(tenants)
        .execute(tx.sql())
        .await?;
    Ok(())
}

pub async fn list_strays(tx: &mut OperatorTx) -> Result<Vec<Stray>> {
    let rows = sqlx::query("select name, arn, found_at from ses_strays order by found_at desc, name limit $1")
        .bind(PAGE_ROWS_MAX)
        .fetch_all(tx.sql())
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Stray { name: row.try_get("name")?, arn: row.try_get("arn")?, found_at: row.try_get("found_at")? })
        })
        .collect()
}

pub async fn list(tx: &mut OperatorTx) -> Result<Vec<Sweep>> {
    let rows = sqlx::query("select region, done_at, tenants from ses_sweeps order by region").fetch_all(tx.sql());
    rows.await?
        .iter()
        .map(|row| {
            let (region, done_at) = (row.try_get("region")?, row.try_get("done_at")?);
            Ok(Sweep { region, done_at, tenants: row.try_get("tenants")? })
        })
        .collect()
}
