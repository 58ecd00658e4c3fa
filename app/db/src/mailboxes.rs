//! Mailboxes that a tenant sends from.

use crate::messages::lanes;
use crate::scope::TenantTx;
use crate::{Error, Result};
use rules::addresses::EmailAddress;
use rules::ids::{DomainId, MailboxId, UserId};
use rules::limits;
use rules::mailboxes::{DailyCap, Gap, SendWindow, WeekDays, ZoneName};
use rules::time::OffsetDateTime;
use sqlx::Row;
use sqlx::postgres::PgRow;
use std::collections::HashMap;
use uuid::Uuid;

/// What a person sets of a mailbox.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// One line; what recipients see beside the address.
    pub display_name: String,
    /// Lines ended by LF; may be empty.
    pub signature: String,
    pub daily_cap: DailyCap,
    pub gap: Gap,
    pub window: SendWindow,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mailbox {
    pub id: MailboxId,
    pub domain: DomainId,
    pub address: EmailAddress,
    pub settings: Settings,
    pub created_at: OffsetDateTime,
    /// Whether its domain is verified, and not being removed.
    pub may_send: bool,
    /// The claim on its domain ended by itself.
    pub is_domain_gone: bool,
}

pub struct NewMailbox<'a> {
    pub id: MailboxId,
    pub domain: DomainId,
    pub address: &'a EmailAddress,
    pub settings: &'a Settings,
    pub by: UserId,
}

/// What became of it. Commit on [`Create::Done`] only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Create {
    Done,
    /// The tenant has a mailbox of this address, in whatever spelling.
    AddressTaken,
    /// The domain is not verified, or is being removed.
    DomainNotReady,
    TooMany,
}

pub async fn create(tx: &mut TenantTx, new: &NewMailbox<'_>, now: OffsetDateTime) -> Result<Create> {
    let tenant = tx.tenant();
    // Locked, so that it is not removed in this moment.
    let is_ready: Option<bool> = sqlx::query_scalar(
        "select verified_at is not null and removal_asked_at is null from domains
         where tenant_id = $1 and id = $2 and removed_at is null for update",
    )
    .bind(tenant.uuid())
    .bind(new.domain.uuid())
    .fetch_optional(tx.sql())
    .await?;
    if is_ready != Some(true) {
        return Ok(Create::DomainNotReady);
    }
    let live: i64 = sqlx::query_scalar("select count(*) from mailboxes where tenant_id = $1 and removed_at is null")
        .bind(tenant.uuid())
        .fetch_one(tx.sql())
        .await?;
    if live >= limits::MAILBOXES_MAX {
        return Ok(Create::TooMany);
    }
    let settings = new.settings;
    let done = sqlx::query(
        "insert into mailboxes (tenant_id, id, domain_id, address, created_at, created_by, display_name, signature,
                daily_cap, gap_min_mins, gap_max_mins, window_days, window_from, window_until, time_zone, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $5)
         on conflict (tenant_id, address_key) where removed_at is null do nothing",
    )
    .bind(tenant.uuid())
    .bind(new.id.uuid())
    .bind(new.domain.uuid())
    .bind(new.address.as_str())
    .bind(now)
    .bind(new.by.uuid())
    .bind(&settings.display_name)
    .bind(&settings.signature)
    .bind(small(settings.daily_cap.mails()))
    .bind(small(settings.gap.min_mins()))
    .bind(small(settings.gap.max_mins()))
    .bind(i16::from(settings.window.days().bits()))
    .bind(small(settings.window.from()))
    .bind(small(settings.window.until()))
    .bind(settings.window.zone().as_str())
    .execute(tx.sql())
    .await?;
    Ok(if done.rows_affected() == 1 { Create::Done } else { Create::AddressTaken })
}

pub async fn change(tx: &mut TenantTx, mailbox: MailboxId, settings: &Settings, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update mailboxes set display_name = $3, signature = $4, daily_cap = $5, gap_min_mins = $6, gap_max_mins = $7,
                window_days = $8, window_from = $9, window_until = $10, time_zone = $11, changed_at = $12
         where tenant_id = $1 and id = $2 and removed_at is null",
    )
    .bind(tenant.uuid())
    .bind(mailbox.uuid())
    .bind(&settings.display_name)
    .bind(&settings.signature)
    .bind(small(settings.daily_cap.mails()))
    .bind(small(settings.gap.min_mins()))
    .bind(small(settings.gap.max_mins()))
    .bind(i16::from(settings.window.days().bits()))
    .bind(small(settings.window.from()))
    .bind(small(settings.window.until()))
    .bind(settings.window.zone().as_str())
    .bind(now)
    .execute(tx.sql())
    .await?;
    lanes::wake(tx, now).await
}

/// Nothing leaves from it any more. Asking twice changes nothing.
pub async fn remove(tx: &mut TenantTx, mailbox: MailboxId, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update mailboxes set removed_at = $3, changed_at = $3 where tenant_id = $1 and id = $2 and removed_at is null",
    )
    .bind(tenant.uuid())
    .bind(mailbox.uuid())
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// All that are not removed, by address.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Mailbox>> {
    read(tx, None).await
}

/// `None` when it is removed, or another tenant's.
pub async fn find(tx: &mut TenantTx, mailbox: MailboxId) -> Result<Option<Mailbox>> {
    Ok(read(tx, Some(&[mailbox.uuid()])).await?.pop())
}

/// Those of these that are not removed.
pub(crate) async fn list_these(tx: &mut TenantTx, mailboxes: &[Uuid]) -> Result<Vec<Mailbox>> {
    read(tx, Some(mailboxes)).await
}

/// The addresses of all that there are and were.
pub async fn list_addresses(tx: &mut TenantTx) -> Result<HashMap<MailboxId, String>> {
    let tenant = tx.tenant();
    let rows: Vec<(Uuid, String)> = sqlx::query_as("select id, address from mailboxes where tenant_id = $1")
        .bind(tenant.uuid())
        .fetch_all(tx.sql())
        .await?;
    Ok(rows.into_iter().map(|(id, address)| (MailboxId::from_uuid(id), address)).collect())
}

/// The address of one that is or was there.
pub async fn find_address(tx: &mut TenantTx, mailbox: MailboxId) -> Result<Option<String>> {
    let tenant = tx.tenant();
    let address = sqlx::query_scalar("select address from mailboxes where tenant_id = $1 and id = $2");
    Ok(address.bind(tenant.uuid()).bind(mailbox.uuid()).fetch_optional(tx.sql()).await?)
}

async fn read(tx: &mut TenantTx, only: Option<&[Uuid]>) -> Result<Vec<Mailbox>> {
    let tenant = tx.tenant();
    let rows = sqlx::query(
        "select m.id, m.domain_id, m.address, m.display_name, m.signature, m.daily_cap, m.gap_min_mins, m.gap_max_mins,
                m.window_days, m.window_from, m.window_until, m.time_zone, m.created_at,
                d.verified_at is not null and d.removal_asked_at is null as may_send,
                d.removed_at is not null as is_domain_gone
         from mailboxes m join domains d on d.tenant_id = $1 and d.id = m.domain_id
         where m.tenant_id = $1 and m.removed_at is null and ($2::uuid[] is null or m.id = any($2))
         order by m.address_key",
    )
    .bind(tenant.uuid())
    .bind(only)
    .fetch_all(tx.sql())
    .await?;
    rows.iter().map(mailbox).collect()
}

fn mailbox(row: &PgRow) -> Result<Mailbox> {
    let id: Uuid = row.try_get("id")?;
    let broken = |what: &str| Error::Row(format!("mailboxes.{what} of {id}"));
    let number = |column: &'static str| -> Result<u16> {
        u16::try_from(row.try_get::<i16, _>(column)?).map_err(|_| broken(column))
    };
    let days = u8::try_from(number("window_days")?).ok().and_then(|bits| WeekDays::from_bits(bits).ok());
    let zone = ZoneName::parse(row.try_get("time_zone")?).map_err(|_| broken("time_zone"))?;
    let window = SendWindow::new(
        days.ok_or_else(|| broken("window_days"))?,
        number("window_from")?,
        number("window_until")?,
        zone,
    );
    Ok(Mailbox {
        id: MailboxId::from_uuid(id),
        domain: DomainId::from_uuid(row.try_get("domain_id")?),
        address: EmailAddress::parse(row.try_get("address")?).map_err(|_| broken("address"))?,
        settings: Settings {
            display_name: row.try_get("display_name")?,
            signature: row.try_get("signature")?,
            daily_cap: DailyCap::new(number("daily_cap")?).ok_or_else(|| broken("daily_cap"))?,
            gap: Gap::new(number("gap_min_mins")?, number("gap_max_mins")?).map_err(|_| broken("gap"))?,
            window: window.map_err(|_| broken("window"))?,
        },
        created_at: row.try_get("created_at")?,
        may_send: row.try_get("may_send")?,
        is_domain_gone: row.try_get("is_domain_gone")?,
    })
}

/// Bounded by `limits` far below.
fn small(number: u16) -> i16 {
    i16::try_from(number).unwrap_or(i16::MAX)
}
