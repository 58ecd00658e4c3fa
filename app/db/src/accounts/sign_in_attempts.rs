//! Tries to sign in that have not succeeded: counted before a password is looked at, forgotten when it was right.

use crate::Result;
use crate::scope::{AccountsTx, WorkerTx};
use rules::accounts::SignInFailures;
use rules::ids::AttemptId;
use rules::limits;
use rules::secrets::SecretHash;
use rules::time::OffsetDateTime;

/// Who tries, and from where.
pub struct Attempt<'a> {
    pub id: AttemptId,
    /// Of the address as typed, in lower case.
    pub address: &'a SecretHash,
    /// `rules::accounts::network`.
    pub network: &'a str,
}

/// Writes the try down, and counts it with those before. One that is refused for its number must be rolled back, so
/// that trying on does not lengthen the wait.
pub async fn record(tx: &mut AccountsTx, attempt: &Attempt<'_>, now: OffsetDateTime) -> Result<SignInFailures> {
    sqlx::query("insert into sign_in_attempts (id, at, address_hash, network) values ($1, $2, $3, $4)")
        .bind(attempt.id.uuid())
        .bind(now)
        .bind(attempt.address.bytes())
        .bind(attempt.network)
        .execute(tx.sql())
        .await?;
    let (pair, address, network) = sqlx::query_as(
        "select count(*) filter (where address_hash = $1 and network = $2),
                count(*) filter (where address_hash = $1),
                count(*) filter (where network = $2)
         from sign_in_attempts
         where (address_hash = $1 or network = $2) and at > $3",
    )
    .bind(attempt.address.bytes())
    .bind(attempt.network)
    .bind(now - SignInFailures::window())
    .fetch_one(tx.sql())
    .await?;
    Ok(SignInFailures { pair, address, network })
}

/// After the right password: this address is no longer suspect here.
pub async fn forget(tx: &mut AccountsTx, attempt: &Attempt<'_>) -> Result<()> {
    sqlx::query("delete from sign_in_attempts where address_hash = $1 and network = $2")
        .bind(attempt.address.bytes())
        .bind(attempt.network)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// Deletes tries from before `until`; how many, [`limits::SWEEP_ROWS_MAX`] at most.
pub async fn sweep(tx: &mut WorkerTx, until: OffsetDateTime) -> Result<u64> {
    let done = sqlx::query(
        "delete from sign_in_attempts where id in (select id from sign_in_attempts where at < $1 order by at limit $2)",
    )
    .bind(until)
    .bind(limits::SWEEP_ROWS_MAX)
    .execute(tx.sql())
    .await?;
    Ok(done.rows_affected())
}
