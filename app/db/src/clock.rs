//! Business time: the machine's, moved ahead by the sandbox's buttons. One row, so that all processes agree. Where mail
//! really leaves, nobody moves it.

use crate::Result;
use crate::scope::{AccountsTx, OperatorTx, TenantTx, WorkerTx};
use rules::time::{Duration, OffsetDateTime};
use sqlx::PgConnection;

const AHEAD: &str = "select ahead_secs from business_clock where id = 1";

/// What business time is when the machine's is `now`.
pub async fn business_time(tx: &mut TenantTx, now: OffsetDateTime) -> Result<OffsetDateTime> {
    read(tx.sql(), now).await
}

/// The same for a duty that looks at no tenant.
pub async fn business_time_of_work(tx: &mut WorkerTx, now: OffsetDateTime) -> Result<OffsetDateTime> {
    read(tx.sql(), now).await
}

/// The same for a page.
pub async fn business_time_of_page(tx: &mut AccountsTx, now: OffsetDateTime) -> Result<OffsetDateTime> {
    read(tx.sql(), now).await
}

/// The same for the console.
pub async fn business_time_of_console(tx: &mut OperatorTx, now: OffsetDateTime) -> Result<OffsetDateTime> {
    read(tx.sql(), now).await
}

/// Moves business time ahead; it never goes back.
pub async fn advance(tx: &mut AccountsTx, by: Duration) -> Result<()> {
    sqlx::query("update business_clock set ahead_secs = ahead_secs + $1 where id = 1")
        .bind(by.whole_seconds().max(0))
        .execute(tx.sql())
        .await?;
    Ok(())
}

async fn read(connection: &mut PgConnection, now: OffsetDateTime) -> Result<OffsetDateTime> {
    let ahead: i64 = sqlx::query_scalar(AHEAD).fetch_one(connection).await?;
    Ok(now + Duration::seconds(ahead))
}
