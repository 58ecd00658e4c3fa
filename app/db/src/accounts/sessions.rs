//! Sessions: found by the hash of what the cookie holds. A session is live until it is idle too long, too old, or
//! revoked; a revoked one never comes back, because nothing here updates a row that is over.

use crate::scope::{AccountsTx, WorkerTx};
use crate::{Error, Result};
use rules::ids::UserId;
use rules::limits;
use rules::secrets::SecretHash;
use rules::time::{Duration, OffsetDateTime};
use sqlx::Row;

pub struct NewSession<'a> {
    pub token: &'a SecretHash,
    pub user: UserId,
    pub address: &'a str,
    pub agent: &'a str,
}

/// A session that is live.
pub struct LiveSession {
    pub user: UserId,
    pub address: String,
    pub agent: String,
    /// When it ends at the latest, used or not.
    pub ends_at: OffsetDateTime,
}

/// False when the token is taken (then draw another).
pub async fn start(tx: &mut AccountsTx, session: &NewSession<'_>, now: OffsetDateTime) -> Result<bool> {
    let done = sqlx::query(
        "insert into sessions (token_hash, user_id, created_at, seen_at, address, agent)
         values ($1, $2, $3, $3, $4, $5) on conflict do nothing",
    )
    .bind(session.token.bytes())
    .bind(session.user.uuid())
    .bind(now)
    .bind(session.address)
    .bind(session.agent)
    .execute(tx.sql())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The session if it is live. Its "last seen" moves to `now`, but is written once a minute at most.
pub async fn find_live(tx: &mut AccountsTx, token: &SecretHash, now: OffsetDateTime) -> Result<Option<LiveSession>> {
    let longest = Duration::days(limits::SESSION_DAYS_MAX);
    let row = sqlx::query(
        "select user_id, address, agent, created_at, seen_at from sessions
         where token_hash = $1 and revoked_at is null and seen_at > $2 and created_at > $3",
    )
    .bind(token.bytes())
    .bind(now - Duration::hours(limits::SESSION_IDLE_HOURS))
    .bind(now - longest)
    .fetch_optional(tx.sql())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let seen_at: OffsetDateTime = row.try_get("seen_at")?;
    if now - seen_at >= Duration::seconds(limits::SESSION_TOUCH_SECS_MIN) {
        sqlx::query("update sessions set seen_at = $2 where token_hash = $1 and revoked_at is null")
            .bind(token.bytes())
            .bind(now)
            .execute(tx.sql())
            .await?;
    }
    Ok(Some(LiveSession {
        user: UserId::from_uuid(row.try_get("user_id")?),
        address: row.try_get("address")?,
        agent: row.try_get("agent")?,
        ends_at: row.try_get::<OffsetDateTime, _>("created_at")? + longest,
    }))
}

/// Ends a session for good. Ending one that is over, or was never there, is no error.
pub async fn revoke(tx: &mut AccountsTx, token: &SecretHash, now: OffsetDateTime) -> Result<()> {
    sqlx::query("update sessions set revoked_at = $2 where token_hash = $1 and revoked_at is null")
        .bind(token.bytes())
        .bind(now)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// A live session, as its person sees it.
pub struct SessionLine {
    pub token: SecretHash,
    pub address: String,
    pub agent: String,
    pub created_at: OffsetDateTime,
    pub seen_at: OffsetDateTime,
}

/// The live sessions of a person, the one used last first.
pub async fn list_live(tx: &mut AccountsTx, user: UserId, now: OffsetDateTime) -> Result<Vec<SessionLine>> {
    let rows = sqlx::query(
        "select token_hash, address, agent, created_at, seen_at from sessions
         where user_id = $1 and revoked_at is null and seen_at > $2 and created_at > $3
         order by seen_at desc, created_at desc limit 200",
    )
    .bind(user.uuid())
    .bind(now - Duration::hours(limits::SESSION_IDLE_HOURS))
    .bind(now - Duration::days(limits::SESSION_DAYS_MAX))
    .fetch_all(tx.sql())
    .await?;
    rows.iter()
        .map(|row| {
            let token: Vec<u8> = row.try_get("token_hash")?;
            Ok(SessionLine {
                token: SecretHash::from_bytes(&token).ok_or_else(|| Error::Row("sessions.token_hash".to_owned()))?,
                address: row.try_get("address")?,
                agent: row.try_get("agent")?,
                created_at: row.try_get("created_at")?,
                seen_at: row.try_get("seen_at")?,
            })
        })
        .collect()
}

/// Ends one session of this person; one of somebody else's stays.
pub async fn revoke_of(tx: &mut AccountsTx, user: UserId, token: &SecretHash, now: OffsetDateTime) -> Result<()> {
    sqlx::query("update sessions set revoked_at = $3 where token_hash = $2 and user_id = $1 and revoked_at is null")
        .bind(user.uuid())
        .bind(token.bytes())
        .bind(now)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// Ends all sessions of this person but one.
pub async fn revoke_others(tx: &mut AccountsTx, user: UserId, kept: &SecretHash, now: OffsetDateTime) -> Result<()> {
    sqlx::query("update sessions set revoked_at = $3 where user_id = $1 and token_hash <> $2 and revoked_at is null")
        .bind(user.uuid())
        .bind(kept.bytes())
        .bind(now)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// Deletes sessions that began before `until` and are over; how many, [`limits::SWEEP_ROWS_MAX`] at most.
pub async fn sweep(tx: &mut WorkerTx, until: OffsetDateTime) -> Result<u64> {
    let done = sqlx::query(
        "delete from sessions where token_hash in
            (select token_hash from sessions where created_at < $1 order by created_at limit $2)",
    )
    .bind(until)
    .bind(limits::SWEEP_ROWS_MAX)
    .execute(tx.sql())
    .await?;
    Ok(done.rows_affected())
}
