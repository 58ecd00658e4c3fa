//! The platform's own mail: invitations now, alerts later. It waits here until it leaves. An invitation that comes twice
//! harms nobody, and one that never comes does: where it is not known whether one left, it is sent again.

use crate::scope::{OperatorTx, WorkerTx};
use crate::{Error, Result};
use rules::addresses::EmailAddress;
use rules::ids::{PlatformMailId, TenantId};
use rules::messages::MessageState;
use rules::time::OffsetDateTime;
use sqlx::{PgConnection, Row};

/// A mail ready to be written down. `body` is plain text.
pub struct NewPlatformMail<'a> {
    pub id: PlatformMailId,
    pub about: Option<TenantId>,
    pub recipient: &'a EmailAddress,
    pub subject: &'a str,
    pub body: &'a str,
}

/// A mail as the operator reads it.
pub struct PlatformMail {
    pub id: PlatformMailId,
    pub created_at: OffsetDateTime,
    pub recipient: String,
    pub subject: String,
    pub body: String,
    /// [`MessageState::Returned`]: it waits.
    pub state: MessageState,
    pub trouble: Option<String>,
}

/// A mail in the hands of one worker.
pub struct Leaving {
    pub id: PlatformMailId,
    pub created_at: OffsetDateTime,
    pub recipient: String,
    pub subject: String,
    pub body: String,
    /// How often it was tried, this time included.
    pub attempts: i64,
}

/// Every scope that invites may write one; it is called by the queries beside it.
pub(crate) async fn write(
    connection: &mut PgConnection,
    mail: &NewPlatformMail<'_>,
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query(
        "insert into platform_mail (id, about_tenant, created_at, recipient, subject, body, due_at)
         values ($1, $2, $3, $4, $5, $6, $3)",
    )
    .bind(mail.id.uuid())
    .bind(mail.about.map(TenantId::uuid))
    .bind(now)
    .bind(mail.recipient.as_str())
    .bind(mail.subject)
    .bind(mail.body)
    .execute(connection)
    .await?;
    Ok(())
}

/// The newest first, `rows` at most.
pub async fn list(tx: &mut OperatorTx, rows: i64) -> Result<Vec<PlatformMail>> {
    let rows = sqlx::query(
        "select id, created_at, recipient, subject, body, state, trouble from platform_mail
         order by created_at desc, id desc limit $1",
    )
    .bind(rows)
    .fetch_all(tx.sql())
    .await?;
    rows.iter()
        .map(|row| {
            let rank: i16 = row.try_get("state")?;
            Ok(PlatformMail {
                id: PlatformMailId::from_uuid(row.try_get("id")?),
                created_at: row.try_get("created_at")?,
                recipient: row.try_get("recipient")?,
                subject: row.try_get("subject")?,
                body: row.try_get("body")?,
                state: MessageState::from_rank(rank)
                    .ok_or_else(|| Error::Row(format!("platform_mail.state {rank}")))?,
                trouble: row.try_get("trouble")?,
            })
        })
        .collect()
}

/// Takes mails that are due in hand until `until`, the longest waiting first.
pub async fn take(tx: &mut WorkerTx, now: OffsetDateTime, until: OffsetDateTime, limit: i64) -> Result<Vec<Leaving>> {
    let rows = sqlx::query(
        "update platform_mail set lease_until = $2, attempts = attempts + 1, state = greatest(state, $4), changed_at = $1
         where id in (
            select id from platform_mail where due_at <= $1 and (lease_until is null or lease_until <= $1)
            order by due_at limit $3 for update skip locked)
         returning id, created_at, recipient, subject, body, attempts",
    )
    .bind(now)
    .bind(until)
    .bind(limit)
    .bind(MessageState::Sending.rank())
    .fetch_all(tx.sql())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Leaving {
                id: PlatformMailId::from_uuid(row.try_get("id")?),
                created_at: row.try_get("created_at")?,
                recipient: row.try_get("recipient")?,
                subject: row.try_get("subject")?,
                body: row.try_get("body")?,
                attempts: row.try_get("attempts")?,
            })
        })
        .collect()
}

/// What is known of a mail now, from an answer or from an event. Its state only rises, and it is not tried again.
pub async fn raise(
    tx: &mut WorkerTx,
    id: PlatformMailId,
    to: MessageState,
    ses_id: Option<&str>,
    trouble: Option<&str>,
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query(
        "update platform_mail set trouble = case when state <= $2 then $4 else trouble end, state = greatest(state, $2),
                ses_id = coalesce(ses_id, $3), changed_at = $5, due_at = null, lease_until = null
         where id = $1",
    )
    .bind(id.uuid())
    .bind(to.rank())
    .bind(ses_id)
    .bind(trouble)
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// It did not leave, or nobody knows: tried again at `next`, unless an event has told more meanwhile.
pub async fn put_off(
    tx: &mut WorkerTx,
    id: PlatformMailId,
    state: MessageState,
    trouble: &str,
    next: OffsetDateTime,
) -> Result<()> {
    sqlx::query(
        "update platform_mail set state = $2, trouble = $3, due_at = $4, lease_until = null
         where id = $1 and state < $5",
    )
    .bind(id.uuid())
    .bind(state.rank())
    .bind(trouble)
    .bind(next)
    .bind(MessageState::Accepted.rank())
    .execute(tx.sql())
    .await?;
    Ok(())
}
