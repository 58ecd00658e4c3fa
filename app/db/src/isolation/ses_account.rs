//! The account at SES that all tenants share: its rate and quota as last read, given away a second at a time, and whether
//! the event stream is alive. Times are machine time.

use crate::Result;
use crate::scope::WorkerTx;
use rules::time::OffsetDateTime;
use sqlx::Row;

/// As SES gives it back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    /// Recipients a second.
    pub rate_a_second: i64,
    /// Recipients in 24 hours; -1: without end.
    pub quota_a_day: i64,
    pub sent_today: i64,
    pub may_send: bool,
    /// `HEALTHY`, `PROBATION`, `SHUTDOWN`, or what Amazon says next.
    pub enforcement: String,
    /// `GLOBAL` or `REGIONAL`: the shared IPs of sets that do not name it themselves. Empty: SES does not say.
    pub shared_pool_mode: String,
}

/// What keeps everybody from sending, or lets them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    pub account: Account,
    pub read_at: OffsetDateTime,
    pub held_until: Option<OffsetDateTime>,
    /// When the queue of events was last found empty, or emptied.
    pub events_polled_at: Option<OffsetDateTime>,
    pub event_received_at: Option<OffsetDateTime>,
}

pub async fn find(tx: &mut WorkerTx, region: &str) -> Result<Option<Standing>> {
    let row = sqlx::query("select * from ses_account where region = $1").bind(region).fetch_optional(tx.sql()).await?;
    row.map(|row| {
        let account = Account {
            rate_a_second: row.try_get("rate_a_second")?,
            quota_a_day: row.try_get("quota_a_day")?,
            sent_today: row.try_get("sent_today")?,
            may_send: row.try_get("may_send")?,
            enforcement: row.try_get("enforcement")?,
            shared_pool_mode: row.try_get("shared_pool_mode")?,
        };
        Ok(Standing {
            account,
            read_at: row.try_get("read_at")?,
            held_until: row.try_get("held_until")?,
            events_polled_at: row.try_get("events_polled_at")?,
            event_received_at: row.try_get("event_received_at")?,
        })
    })
    .transpose()
}

pub async fn write(tx: &mut WorkerTx, region: &str, account: &Account, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into ses_account (region, rate_a_second, quota_a_day, sent_today, may_send, enforcement, read_at,
                shared_pool_mode)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (region) do update set rate_a_second = excluded.rate_a_second, quota_a_day = excluded.quota_a_day,
            sent_today = excluded.sent_today, may_send = excluded.may_send, enforcement = excluded.enforcement,
            read_at = excluded.read_at, shared_pool_mode = excluded.shared_pool_mode",
    )
    .bind(region)
    .bind(account.rate_a_second)
    .bind(account.quota_a_day)
    .bind(account.sent_today)
    .bind(account.may_send)
    .bind(&account.enforcement)
    .bind(now)
    .bind(&account.shared_pool_mode)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// It is read again as if it had been read at `as_of`, at the latest.
pub async fn age(tx: &mut WorkerTx, region: &str, as_of: OffsetDateTime) -> Result<()> {
    sqlx::query("update ses_account set read_at = least(read_at, $2) where region = $1")
        .bind(region)
        .bind(as_of)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// Nothing is sent by anybody before `until`.
pub async fn hold(tx: &mut WorkerTx, region: &str, hold: &str, until: OffsetDateTime) -> Result<()> {
    sqlx::query("update ses_account set held_until = greatest(held_until, $3), hold = $2 where region = $1")
        .bind(region)
        .bind(hold)
        .bind(until)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// The queue of events was asked, and gave what it had.
pub async fn write_polled(tx: &mut WorkerTx, region: &str, has_events: bool, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "update ses_account set events_polled_at = $2, event_received_at = case when $3 then $2 else event_received_at end
         where region = $1",
    )
    .bind(region)
    .bind(now)
    .bind(has_events)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Takes up to `wanted` mails of one second, of which so many were released for all processes together.
pub async fn take_tokens(tx: &mut WorkerTx, region: &str, second: i64, wanted: i64, released: i64) -> Result<i64> {
    sqlx::query("insert into account_tokens (region, second, granted) values ($1, $2, 0) on conflict do nothing")
        .bind(region)
        .bind(second)
        .execute(tx.sql())
        .await?;
    let before: i64 =
        sqlx::query_scalar("select granted from account_tokens where region = $1 and second = $2 for update")
            .bind(region)
            .bind(second)
            .fetch_one(tx.sql())
            .await?;
    let granted = wanted.min(released - before).max(0);
    sqlx::query("update account_tokens set granted = granted + $3 where region = $1 and second = $2")
        .bind(region)
        .bind(second)
        .bind(granted)
        .execute(tx.sql())
        .await?;
    Ok(granted)
}

/// Forgets seconds that are over.
pub async fn sweep_tokens(tx: &mut WorkerTx, before: i64) -> Result<u64> {
    let done = sqlx::query("delete from account_tokens where second < $1").bind(before).execute(tx.sql()).await?;
    Ok(done.rows_affected())
}
