//! Calls to AWS that manage what stands there: when the next may be made, and each one written down. Times are machine time.

use crate::Result;
use crate::scope::{OperatorTx, WorkerTx};
use rules::ids::{AwsCallId, TenantId};
use rules::limits::{PAGE_ROWS_MAX, SWEEP_ROWS_MAX};
use rules::time::OffsetDateTime;
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::postgres::types::PgInterval;
use std::time::Duration;
use uuid::Uuid;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AwsCall {
    pub id: AwsCallId,
    pub at: OffsetDateTime,
    pub region: String,
    /// Such as `GetTenant`.
    pub operation: String,
    /// `None`: the platform's own.
    pub about: Option<TenantId>,
    /// A name or an ARN.
    pub resource: String,
    /// AWS's own; `None`: no answer came.
    pub request_id: Option<String>,
    /// Status, name and text; `None`: it was done.
    pub refusal: Option<String>,
}

pub async fn write(tx: &mut WorkerTx, call: &AwsCall) -> Result<()> {
    sqlx::query(
        "insert into aws_calls (id, at, region, operation, about_tenant, resource, request_id, refusal)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(call.id.uuid())
    .bind(call.at)
    .bind(&call.region)
    .bind(&call.operation)
    .bind(call.about.map(TenantId::uuid))
    .bind(&call.resource)
    .bind(&call.request_id)
    .bind(&call.refusal)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Those about a tenant from `since` on, the oldest first.
pub async fn list_since(tx: &mut WorkerTx, tenant: TenantId, since: OffsetDateTime, rows: i64) -> Result<Vec<AwsCall>> {
    let rows = sqlx::query("select * from aws_calls where about_tenant = $1 and at >= $2 order by id limit $3")
        .bind(tenant.uuid())
        .bind(since)
        .bind(rows)
        .fetch_all(tx.sql())
        .await?;
    rows.iter().map(read).collect()
}

/// The moment for one call, `pace` after that of the call before, whichever process made it.
pub async fn take_slot(tx: &mut WorkerTx, region: &str, now: OffsetDateTime, pace: Duration) -> Result<OffsetDateTime> {
    let pace = PgInterval { months: 0, days: 0, microseconds: i64::try_from(pace.as_micros()).unwrap_or(i64::MAX) };
    let slot = sqlx::query_scalar(
        "insert into aws_pace as p (region, next_at) values ($1, $2 + $3)
         on conflict (region) do update set next_at = greatest(p.next_at, $2) + $3
         returning next_at - $3",
    )
    .bind(region)
    .bind(now)
    .bind(pace)
    .fetch_one(tx.sql())
    .await?;
    Ok(slot)
}

/// The newest about a tenant, the newest first.
pub async fn list_about(tx: &mut OperatorTx, tenant: TenantId) -> Result<Vec<AwsCall>> {
    let rows = sqlx::query("select * from aws_calls where about_tenant = $1 order by at desc limit $2")
        .bind(tenant.uuid())
        .bind(PAGE_ROWS_MAX)
        .fetch_all(tx.sql())
        .await?;
    rows.iter().map(read).collect()
}

/// Forgets some that are older. How many.
pub async fn sweep(tx: &mut WorkerTx, until: OffsetDateTime) -> Result<u64> {
    let done = sqlx::query(
        "delete from aws_calls where at < $1
         and at <= (select max(at) from (select at from aws_calls where at < $1 order by at limit $2) oldest)",
    )
    .bind(until)
    .bind(SWEEP_ROWS_MAX)
    .execute(tx.sql())
    .await?;
    Ok(done.rows_affected())
}

fn read(row: &PgRow) -> Result<AwsCall> {
    Ok(AwsCall {
        id: AwsCallId::from_uuid(row.try_get("id")?),
        at: row.try_get("at")?,
        region: row.try_get("region")?,
        operation: row.try_get("operation")?,
        about: row.try_get::<Option<Uuid>, _>("about_tenant")?.map(TenantId::from_uuid),
        resource: row.try_get("resource")?,
        request_id: row.try_get("request_id")?,
        refusal: row.try_get("refusal")?,
    })
}
