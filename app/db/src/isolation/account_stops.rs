//! Stops of everybody: the account at SES is under review, or shut down. One is open for each region at most. Times are machine
//! time.

use crate::accounts::platform_mail::{self, NewPlatformMail};
use crate::scope::{AccountsTx, OperatorTx, WorkerTx};
use crate::{Error, Result};
use rules::addresses::EmailAddress;
use rules::health::Letter;
use rules::ids::{AccountStopId, PlatformMailId, UserId};
use rules::limits;
use rules::time::OffsetDateTime;
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountStop {
    pub id: AccountStopId,
    pub region: String,
    /// Amazon's word: `PROBATION`, `SHUTDOWN`, or what it says next.
    pub enforcement: String,
    /// Whether Amazon takes mail at all.
    pub may_send: bool,
    pub opened_at: OffsetDateTime,
    pub told: Vec<String>,
    /// An operator lets mail leave meanwhile: when and why.
    pub allowed: Option<(OffsetDateTime, String)>,
    pub ended_at: Option<OffsetDateTime>,
}

/// That nothing leaves, for everybody's pages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    pub enforcement: String,
    pub may_send: bool,
    pub since: OffsetDateTime,
}

/// The one that is open.
pub async fn find(tx: &mut WorkerTx, region: &str) -> Result<Option<AccountStop>> {
    let row = sqlx::query("select * from account_stops where region = $1 and ended_at is null");
    row.bind(region).fetch_optional(tx.sql()).await?.as_ref().map(stop).transpose()
}

/// Who is told.
pub async fn list_operators(tx: &mut WorkerTx) -> Result<Vec<EmailAddress>> {
    let emails: Vec<String> = sqlx::query_scalar(
        "select u.email from operators o join users u on u.id = o.user_id order by u.email limit $1",
    )
    .bind(limits::INCIDENT_LETTERS_MAX)
    .fetch_all(tx.sql())
    .await?;
    let parse = |email: String| {
        EmailAddress::parse(&email).map_err(|_| Error::Row("users.email that is no address".to_owned()))
    };
    emails.into_iter().map(parse).collect()
}

/// Opens one, and writes the letters that tell of it. Nothing changes where one is open already.
pub async fn open(
    tx: &mut WorkerTx,
    stop: &AccountStop,
    letter: &Letter,
    to: &[(EmailAddress, PlatformMailId)],
) -> Result<()> {
    let done = sqlx::query(
        "insert into account_stops (id, region, enforcement, may_send, opened_at, told, letter_ids)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
    )
    .bind(stop.id.uuid())
    .bind(&stop.region)
    .bind(&stop.enforcement)
    .bind(stop.may_send)
    .bind(stop.opened_at)
    .bind(&stop.told)
    .bind(to.iter().map(|(_, mail)| mail.uuid()).collect::<Vec<_>>())
    .execute(tx.sql())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(());
    }
    for (recipient, id) in to {
        let mail = NewPlatformMail { id: *id, about: None, recipient, subject: &letter.subject, body: &letter.body };
        platform_mail::write(tx.sql(), &mail, stop.opened_at).await?;
    }
    Ok(())
}

/// Amazon says something else now. What an operator has allowed was meant for what it said before.
pub async fn change(tx: &mut WorkerTx, id: AccountStopId, enforcement: &str, may_send: bool) -> Result<()> {
    sqlx::query(
        "update account_stops set enforcement = $2, may_send = $3, allowed_at = null, allowed_by = null, allow_reason = null
         where id = $1 and ended_at is null",
    )
    .bind(id.uuid())
    .bind(enforcement)
    .bind(may_send)
    .execute(tx.sql())
    .await?;
    Ok(())
}

pub async fn end(tx: &mut WorkerTx, id: AccountStopId, now: OffsetDateTime) -> Result<()> {
    sqlx::query("update account_stops set ended_at = $2 where id = $1 and ended_at is null")
        .bind(id.uuid())
        .bind(now)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// By an operator. Nothing changes where it has ended, or is allowed already.
pub async fn allow(
    tx: &mut OperatorTx,
    id: AccountStopId,
    by: UserId,
    reason: &str,
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query(
        "update account_stops set allowed_at = $2, allowed_by = $3, allow_reason = $4
         where id = $1 and ended_at is null and allowed_at is null",
    )
    .bind(id.uuid())
    .bind(now)
    .bind(by.uuid())
    .bind(reason)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// The newest first.
pub async fn list(tx: &mut OperatorTx) -> Result<Vec<AccountStop>> {
    let rows = sqlx::query("select * from account_stops order by ended_at is not null, opened_at desc limit $1")
        .bind(limits::PAGE_ROWS_MAX)
        .fetch_all(tx.sql())
        .await?;
    rows.iter().map(stop).collect()
}

pub async fn find_of_console(tx: &mut OperatorTx, id: AccountStopId) -> Result<Option<AccountStop>> {
    let row = sqlx::query("select * from account_stops where id = $1");
    row.bind(id.uuid()).fetch_optional(tx.sql()).await?.as_ref().map(stop).transpose()
}

/// What holds everybody now.
pub async fn find_notice(tx: &mut AccountsTx) -> Result<Option<Notice>> {
    let row: Option<(String, bool, OffsetDateTime)> = sqlx::query_as(
        "select enforcement, may_send, opened_at from account_stops where ended_at is null and allowed_at is null
         order by opened_at limit 1",
    )
    .fetch_optional(tx.sql())
    .await?;
    Ok(row.map(|(enforcement, may_send, since)| Notice { enforcement, may_send, since }))
}

fn stop(row: &PgRow) -> Result<AccountStop> {
    let id: Uuid = row.try_get("id")?;
    let allowed_at: Option<OffsetDateTime> = row.try_get("allowed_at")?;
    Ok(AccountStop {
        id: AccountStopId::from_uuid(id),
        region: row.try_get("region")?,
        enforcement: row.try_get("enforcement")?,
        may_send: row.try_get("may_send")?,
        opened_at: row.try_get("opened_at")?,
        told: row.try_get("told")?,
        allowed: allowed_at.zip(row.try_get("allow_reason")?),
        ended_at: row.try_get("ended_at")?,
    })
}
