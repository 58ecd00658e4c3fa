//! What teams have left in an account that they moved out of: kept until late events have come, then taken down. Times are machine
//! time.

use crate::Result;
use crate::scope::{OperatorTx, TenantTx};
use rules::ids::{LeftoverId, TenantId};
use rules::time::OffsetDateTime;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

/// Something that a tenant has left in an account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leftover {
    pub id: LeftoverId,
    /// `None`: the platform's.
    pub account: Option<String>,
    pub name: String,
    pub set: String,
    /// Of the tenant at SES; `None`: it was not read there.
    pub arn: Option<String>,
    pub own_pool: Option<String>,
    pub left_at: OffsetDateTime,
    /// From then on it goes.
    pub ends_at: OffsetDateTime,
    pub trouble: Option<(String, OffsetDateTime)>,
}

/// A row that is leased: which it is.
pub const fn leased(lease: &crate::lease::Lease) -> LeftoverId {
    LeftoverId::from_uuid(lease.id)
}

/// Those that are not gone.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Leftover>> {
    let tenant = tx.tenant();
    list_in(tx.sql(), tenant).await
}

/// The same for the operator.
pub async fn list_of(tx: &mut OperatorTx, tenant: TenantId) -> Result<Vec<Leftover>> {
    list_in(tx.sql(), tenant).await
}

async fn list_in(sql: &mut PgConnection, tenant: TenantId) -> Result<Vec<Leftover>> {
    let rows = sqlx::query("select * from account_leftovers where tenant_id = $1 and gone_at is null order by left_at");
    let rows = rows.bind(tenant.uuid()).fetch_all(sql).await?;
    rows.iter()
        .map(|row| {
            let (id, trouble): (Uuid, Option<String>) = (row.try_get("id")?, row.try_get("trouble")?);
            Ok(Leftover {
                id: LeftoverId::from_uuid(id),
                account: row.try_get("account")?,
                name: row.try_get("name")?,
                set: row.try_get("set_name")?,
                arn: row.try_get("arn")?,
                own_pool: row.try_get("own_pool")?,
                left_at: row.try_get("left_at")?,
                ends_at: row.try_get("ends_at")?,
                trouble: trouble.zip(row.try_get("trouble_at")?),
            })
        })
        .collect()
}

/// The tenant moves back to where it left this: it is no leftover any more. False: it is going already.
pub async fn take_back(tx: &mut TenantTx, account: Option<&str>, now: OffsetDateTime) -> Result<bool> {
    let tenant = tx.tenant();
    sqlx::query(
        "with back as (
            delete from account_leftovers
            where tenant_id = $1 and account is not distinct from $2 and gone_at is null and ends_at > $3 returning own_pool)
         update ses_tenants t set own_pool = back.own_pool from back
         where t.tenant_id = $1 and t.own_pool is null and back.own_pool is not null and $2 is null",
    )
    .bind(tenant.uuid())
    .bind(account)
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(!sqlx::query_scalar(
        "select exists (select from account_leftovers
            where tenant_id = $1 and account is not distinct from $2 and gone_at is null)",
    )
    .bind(tenant.uuid())
    .bind(account)
    .fetch_one(tx.sql())
    .await?)
}

/// All of it goes now, as the team is being closed. How many there are.
pub async fn end_all(tx: &mut TenantTx, now: OffsetDateTime) -> Result<i64> {
    let tenant = tx.tenant();
    sqlx::query(
        "update account_leftovers set ends_at = $2, due_at = $2 where tenant_id = $1 and gone_at is null and ends_at > $2",
    )
    .bind(tenant.uuid())
    .bind(now)
    .execute(tx.sql())
    .await?;
    let sql = "select (select count(*) from account_leftovers where tenant_id = $1 and gone_at is null)
        + (select count(*) from account_moves where tenant_id = $1)";
    Ok(sqlx::query_scalar(sql).bind(tenant.uuid()).fetch_one(tx.sql()).await?)
}

/// By an operator: it cannot be taken down, and is not waited for.
pub async fn forget(tx: &mut OperatorTx, tenant: TenantId, id: LeftoverId, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "update account_leftovers set gone_at = $3, due_at = null
         where tenant_id = $1 and id = $2 and gone_at is null and trouble is not null",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// SES says that nothing of it is left.
pub async fn write_gone(tx: &mut TenantTx, id: LeftoverId, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query("update account_leftovers set gone_at = $3 where tenant_id = $1 and id = $2")
        .bind(tenant.uuid())
        .bind(id.uuid())
        .bind(now)
        .execute(tx.sql())
        .await?;
    Ok(())
}
