//! What the platform's own mail leaves from: its address, and how that stands at SES as last read back. Times are machine
//! time.

use crate::Result;
use crate::scope::{OperatorTx, WorkerTx};
use rules::time::OffsetDateTime;
use sqlx::{PgConnection, Row};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlatformSender {
    pub address: String,
    pub may_send: bool,
    /// What has to stand in DNS: tokens and zone; `None`: SES has not told yet.
    pub dkim: Option<(Vec<String>, String)>,
    pub read_at: Option<OffsetDateTime>,
    pub trouble: Option<(String, OffsetDateTime)>,
    pub due_at: OffsetDateTime,
}

/// What one turn read back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadBack {
    pub may_send: bool,
    pub dkim_tokens: Vec<String>,
    pub dkim_zone: String,
}

pub async fn find(tx: &mut WorkerTx, region: &str) -> Result<Option<PlatformSender>> {
    let row = sqlx::query("select * from platform_sender where region = $1").bind(region);
    row.fetch_optional(tx.sql()).await?.map(|row| read(&row)).transpose()
}

/// For the operator: the one that was looked at last.
pub async fn find_last(tx: &mut OperatorTx) -> Result<Option<PlatformSender>> {
    let connection: &mut PgConnection = tx.sql();
    let row = sqlx::query("select * from platform_sender order by read_at desc nulls last limit 1");
    row.fetch_optional(connection).await?.map(|row| read(&row)).transpose()
}

fn read(row: &sqlx::postgres::PgRow) -> Result<PlatformSender> {
    let tokens: Option<Vec<String>> = row.try_get("dkim_tokens")?;
    let trouble: Option<String> = row.try_get("trouble")?;
    Ok(PlatformSender {
        address: row.try_get("address")?,
        may_send: row.try_get("may_send")?,
        dkim: tokens.zip(row.try_get("dkim_zone")?),
        read_at: row.try_get("read_at")?,
        trouble: trouble.zip(row.try_get("trouble_at")?),
        due_at: row.try_get("due_at")?,
    })
}

/// Takes it in hand until `until`, if it is due or the address is another one than before. False: somebody else has it, or
/// nothing is due.
pub async fn take(
    tx: &mut WorkerTx,
    region: &str,
    address: &str,
    now: OffsetDateTime,
    until: OffsetDateTime,
) -> Result<bool> {
    let done = sqlx::query(
        "insert into platform_sender as s (region, address, may_send, due_at, lease_until)
         values ($1, $2, false, $3, $4)
         on conflict (region) do update set address = excluded.address, lease_until = excluded.lease_until,
                may_send = s.may_send and s.address = excluded.address
         where (s.due_at <= $3 or s.address <> excluded.address) and (s.lease_until is null or s.lease_until <= $3)",
    )
    .bind(region)
    .bind(address)
    .bind(now)
    .bind(until)
    .execute(tx.sql())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes what was read back, and when it is looked at again.
pub async fn write(
    tx: &mut WorkerTx,
    region: &str,
    read: &ReadBack,
    now: OffsetDateTime,
    next: OffsetDateTime,
) -> Result<()> {
    sqlx::query(
        "update platform_sender set may_send = $2, dkim_tokens = $3, dkim_zone = $4, read_at = $5, due_at = $6,
                lease_until = null, trouble = null, trouble_at = null
         where region = $1",
    )
    .bind(region)
    .bind(read.may_send)
    .bind(&read.dkim_tokens)
    .bind(&read.dkim_zone)
    .bind(now)
    .bind(next)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// A turn that failed. `is_refused`: it is known that nothing can leave.
pub async fn fail(
    tx: &mut WorkerTx,
    region: &str,
    trouble: &str,
    is_refused: bool,
    now: OffsetDateTime,
    next: OffsetDateTime,
) -> Result<()> {
    sqlx::query(
        "update platform_sender set trouble = $2, trouble_at = coalesce(trouble_at, $4), due_at = $5, lease_until = null,
                may_send = may_send and not $3
         where region = $1",
    )
    .bind(region)
    .bind(trouble)
    .bind(is_refused)
    .bind(now)
    .bind(next)
    .execute(tx.sql())
    .await?;
    Ok(())
}
