//! The platform's own mail: invitations now, alerts later. It waits here until it can leave.

use crate::Result;
use crate::scope::OperatorTx;
use rules::addresses::EmailAddress;
use rules::ids::{PlatformMailId, TenantId};
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

/// A mail that waits, as the operator reads it.
pub struct PlatformMail {
    pub id: PlatformMailId,
    pub created_at: OffsetDateTime,
    pub recipient: String,
    pub subject: String,
    pub body: String,
}

/// Every scope that invites may write one; it is called by the queries beside it.
pub(crate) async fn write(
    connection: &mut PgConnection,
    mail: &NewPlatformMail<'_>,
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query(
        "insert into platform_mail (id, about_tenant, created_at, recipient, subject, body)
         values ($1, $2, $3, $4, $5, $6)",
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
        "select id, created_at, recipient, subject, body from platform_mail order by created_at desc, id desc limit $1",
    )
    .bind(rows)
    .fetch_all(tx.sql())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(PlatformMail {
                id: PlatformMailId::from_uuid(row.try_get("id")?),
                created_at: row.try_get("created_at")?,
                recipient: row.try_get("recipient")?,
                subject: row.try_get("subject")?,
                body: row.try_get("body")?,
            })
        })
        .collect()
}
