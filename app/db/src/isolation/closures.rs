//! The closing of a tenant: asked for by an operator, who can take it back while its grace lasts; then begun, and done once SES
//! has said that nothing of it is left. Its rows stay: late events find their owner, and every way out goes on working. Times
//! are business time, but where they say otherwise.

use super::{lift_pause, write_pause};
use crate::messages::lanes;
use crate::scope::{OperatorTx, TenantTx, WorkerTx};
use crate::{Error, Result};
use rules::ids::{ClosureId, PauseId, TenantId, UserId};
use rules::isolation::PauseCause;
use rules::limits::DUE_TENANTS_MAX;
use rules::messages::{Suppressed, SuppressionReason};
use rules::time::{Duration, OffsetDateTime};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

/// One that nobody took back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Closure {
    pub id: ClosureId,
    pub reason: String,
    pub asked_at: OffsetDateTime,
    pub ends_at: OffsetDateTime,
    /// `None`: it can still be taken back.
    pub begun_at: Option<OffsetDateTime>,
    /// Addresses of its suppression list at SES.
    pub taken_over: Option<i64>,
    pub done_at: Option<OffsetDateTime>,
}

/// What an operator asks for.
pub struct NewClosure<'a> {
    pub tenant: TenantId,
    pub id: ClosureId,
    pub pause: PauseId,
    pub by: UserId,
    pub reason: &'a str,
    pub grace: Duration,
}

/// Holds the tenant's lane from now on. Asking twice changes nothing.
pub async fn ask(tx: &mut OperatorTx, new: &NewClosure<'_>, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into closures (tenant_id, id, reason, asked_at, asked_by, ends_at) values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing",
    )
    .bind(new.tenant.uuid())
    .bind(new.id.uuid())
    .bind(new.reason)
    .bind(now)
    .bind(new.by.uuid())
    .bind(now + new.grace)
    .execute(tx.sql())
    .await?;
    write_pause(tx.sql(), new.tenant, new.pause, PauseCause::Closing, Some(new.by), new.reason, now).await
}

/// Takes it back; every other cause for which the lane stands still stays. False: it has begun.
pub async fn keep(
    tx: &mut OperatorTx,
    tenant: TenantId,
    by: UserId,
    reason: &str,
    now: OffsetDateTime,
) -> Result<bool> {
    let done = sqlx::query(
        "update closures set kept_at = $2, kept_by = $3, keep_reason = $4
         where tenant_id = $1 and kept_at is null and begun_at is null",
    )
    .bind(tenant.uuid())
    .bind(now)
    .bind(by.uuid())
    .bind(reason)
    .execute(tx.sql())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    lift_pause(tx.sql(), tenant, PauseCause::Closing, by, reason, now).await?;
    lanes::wake_for(tx, tenant, now).await?;
    Ok(true)
}

pub async fn find(tx: &mut TenantTx) -> Result<Option<Closure>> {
    let tenant = tx.tenant();
    find_in(tx.sql(), tenant).await
}

/// The same for the operator.
pub async fn find_of(tx: &mut OperatorTx, tenant: TenantId) -> Result<Option<Closure>> {
    find_in(tx.sql(), tenant).await
}

async fn find_in(connection: &mut PgConnection, tenant: TenantId) -> Result<Option<Closure>> {
    let row = sqlx::query(
        "select id, reason, asked_at, ends_at, begun_at, taken_over, done_at from closures
         where tenant_id = $1 and kept_at is null",
    );
    let row = row.bind(tenant.uuid()).fetch_optional(connection).await?;
    row.as_ref().map(closure).transpose()
}

fn closure(row: &PgRow) -> Result<Closure> {
    Ok(Closure {
        id: ClosureId::from_uuid(row.try_get("id")?),
        reason: row.try_get("reason")?,
        asked_at: row.try_get("asked_at")?,
        ends_at: row.try_get("ends_at")?,
        begun_at: row.try_get("begun_at")?,
        taken_over: row.try_get("taken_over")?,
        done_at: row.try_get("done_at")?,
    })
}

/// The tenants whose grace is over and whose closing has not begun, the longest waiting first.
pub async fn list_to_begin(tx: &mut WorkerTx, now: OffsetDateTime) -> Result<Vec<TenantId>> {
    let tenants: Vec<Uuid> = sqlx::query_scalar(
        "select tenant_id from closures where kept_at is null and begun_at is null and ends_at <= $1
         order by ends_at limit $2",
    )
    .bind(now)
    .bind(DUE_TENANTS_MAX)
    .fetch_all(tx.sql())
    .await?;
    Ok(tenants.into_iter().map(TenantId::from_uuid).collect())
}

/// From here on it cannot be taken back, and what stands at SES is taken down in its own turn, at `machine_now`. What never
/// had anything there is done.
pub async fn begin(tx: &mut TenantTx, now: OffsetDateTime, machine_now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "with begun as (
            update closures set begun_at = $2,
                done_at = case when not exists (select from ses_tenants where tenant_id = $1) then $2 end
            where tenant_id = $1 and kept_at is null and begun_at is null and ends_at <= $2 returning tenant_id)
         update ses_tenants set ready_at = null, due_at = $3 where tenant_id = $1 and exists (select from begun)",
    )
    .bind(tenant.uuid())
    .bind(now)
    .bind(machine_now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Has a tenant that is being taken down looked at now; of any other nothing changes.
pub async fn nudge(tx: &mut TenantTx, machine_now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update ses_tenants set due_at = $2
         where tenant_id = $1 and due_at > $2 and exists (
            select from closures where tenant_id = $1 and begun_at is not null and done_at is null)",
    )
    .bind(tenant.uuid())
    .bind(machine_now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// How many mails nobody has answered for yet.
pub async fn count_on_the_way(tx: &mut TenantTx) -> Result<i64> {
    let tenant = tx.tenant();
    let count = sqlx::query_scalar("select count(*) from unsettled_messages where tenant_id = $1");
    Ok(count.bind(tenant.uuid()).fetch_one(tx.sql()).await?)
}

/// Keeps what stood on the tenant's own suppression list at SES, which goes with it. What is known already stays as it is.
pub async fn take_over(
    tx: &mut TenantTx,
    listed: &[(Suppressed, SuppressionReason)],
    now: OffsetDateTime,
) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "insert into suppressions (tenant_id, address_key, reason, since)
         select $1, c.key, c.reason, $4 from unnest($2::text[], $3::text[]) c (key, reason)
         order by c.key, c.reason on conflict do nothing",
    )
    .bind(tenant.uuid())
    .bind(listed.iter().map(|(whom, _)| whom.key()).collect::<Vec<_>>())
    .bind(listed.iter().map(|(_, reason)| reason.as_str()).collect::<Vec<_>>())
    .bind(now)
    .execute(tx.sql())
    .await?;
    let count = i64::try_from(listed.len()).unwrap_or(i64::MAX);
    sqlx::query("update closures set taken_over = $2 where tenant_id = $1 and kept_at is null")
        .bind(tenant.uuid())
        .bind(count)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// Its mailboxes are no more, and its domains go, each in its own turn. How many are still there.
pub async fn remove_domains(tx: &mut TenantTx, now: OffsetDateTime, machine_now: OffsetDateTime) -> Result<i64> {
    let tenant = tx.tenant();
    sqlx::query("update mailboxes set removed_at = $2 where tenant_id = $1 and removed_at is null")
        .bind(tenant.uuid())
        .bind(now)
        .execute(tx.sql())
        .await?;
    sqlx::query(
        "update domains set removal_asked_at = $2, due_at = $2
         where tenant_id = $1 and removed_at is null and removal_asked_at is null",
    )
    .bind(tenant.uuid())
    .bind(machine_now)
    .execute(tx.sql())
    .await?;
    let left = sqlx::query_scalar("select count(*) from domains where tenant_id = $1 and removed_at is null");
    Ok(left.bind(tenant.uuid()).fetch_one(tx.sql()).await?)
}

/// SES has said that nothing is left.
pub async fn write_done(tx: &mut TenantTx, now: OffsetDateTime, machine_now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    let done = sqlx::query(
        "with gone as (update ses_tenants set ready_at = null, step = null where tenant_id = $1),
         ended as (update drifts set ended_at = $3, is_repaired = false where tenant_id = $1 and ended_at is null)
         update closures set done_at = $2 where tenant_id = $1 and kept_at is null and begun_at is not null",
    );
    let done = done.bind(tenant.uuid()).bind(now).bind(machine_now).execute(tx.sql()).await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(Error::Row("nothing is being closed".to_owned())) }
}
