//! Sequences with their steps, mailboxes and sources; who is in them ([`enrolments`]); and what the worker does about that
//! ([`work`]). How a sequence stands is computed from these rows, never stored.

pub mod enrolments;
mod read;
pub mod steps;
pub mod work;

pub(crate) use read::list_steps_of;
pub use read::{find, find_uncounted, has_any, list};

use crate::Result;
use crate::messages::lanes;
use crate::scope::TenantTx;
use rules::ids::{MailboxId, SequenceId, SourceId, UserId};
use rules::limits;
use rules::sequences::SequenceState;
use rules::time::OffsetDateTime;
use uuid::Uuid;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sequence {
    pub id: SequenceId,
    pub name: String,
    pub created_at: OffsetDateTime,
    pub version: i64,
    pub started_at: Option<OffsetDateTime>,
    pub paused_at: Option<OffsetDateTime>,
    pub trouble: Option<(String, OffsetDateTime)>,
    pub steps: Vec<StoredStep>,
    /// Those that are not removed.
    pub mailboxes: Vec<MailboxId>,
    pub sources: Vec<SequenceSource>,
    pub counts: Counts,
}

/// A step as it is kept: its templates as they were written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredStep {
    /// From 1.
    pub number: u16,
    /// Sending days after the step before; 0 for the first.
    pub delay_days: u16,
    /// Empty: in the thread of the step before.
    pub subject: String,
    pub body: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SequenceSource {
    pub source: SourceId,
    pub name: String,
    /// Whether all its leads are in.
    pub is_done: bool,
}

/// Leads of a sequence.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    pub leads: i64,
    /// Not looked through since the sequence changed.
    pub unchecked: i64,
    /// A mail to them cannot be written.
    pub blocked: i64,
    /// A value of theirs looks as if it were none.
    pub warned: i64,
    /// Nobody has written to them yet.
    pub waiting: i64,
    /// A mail is on its way, or the next one is planned.
    pub active: i64,
    pub finished: i64,
    /// They get no more: bounced, opted out, complained, taken out.
    pub stopped: i64,
}

/// What became of it. Commit on [`Create::Done`] only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Create {
    Done,
    NameTaken,
    TooMany,
}

/// What became of a source that was to be added. Commit on [`AddSource::Done`] only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AddSource {
    Done,
    /// There is none, or it is another tenant's.
    Unknown,
    /// Its file is still being taken in.
    Growing,
    TooMany,
}

impl Sequence {
    pub const fn state(&self) -> SequenceState {
        match (self.started_at, self.paused_at) {
            (None, _) => SequenceState::Draft,
            (Some(_), None) => SequenceState::Running,
            (Some(_), Some(_)) => SequenceState::Paused,
        }
    }

    pub fn is_filling(&self) -> bool {
        self.sources.iter().any(|source| !source.is_done)
    }
}

pub async fn create(
    tx: &mut TenantTx,
    sequence: SequenceId,
    name: &str,
    by: UserId,
    now: OffsetDateTime,
) -> Result<Create> {
    let tenant = tx.tenant();
    let count: i64 = sqlx::query_scalar("select count(*) from sequences where tenant_id = $1")
        .bind(tenant.uuid())
        .fetch_one(tx.sql())
        .await?;
    if count >= limits::SEQUENCES_MAX {
        return Ok(Create::TooMany);
    }
    let done = sqlx::query(
        "insert into sequences (tenant_id, id, name, created_at, created_by, version, attempts)
         values ($1, $2, $3, $4, $5, 1, 0) on conflict (tenant_id, name) do nothing",
    )
    .bind(tenant.uuid())
    .bind(sequence.uuid())
    .bind(name)
    .bind(now)
    .bind(by.uuid())
    .execute(tx.sql())
    .await?;
    Ok(if done.rows_affected() == 1 { Create::Done } else { Create::NameTaken })
}

/// From now on these mailboxes write it; those of other tenants, and removed ones, are none.
pub async fn set_mailboxes(tx: &mut TenantTx, sequence: SequenceId, mailboxes: &[MailboxId]) -> Result<()> {
    let tenant = tx.tenant();
    let ids: Vec<Uuid> = mailboxes.iter().map(|id| id.uuid()).collect();
    sqlx::query(
        "delete from sequence_mailboxes where tenant_id = $1 and sequence_id = $2 and not mailbox_id = any($3)",
    )
    .bind(tenant.uuid())
    .bind(sequence.uuid())
    .bind(&ids)
    .execute(tx.sql())
    .await?;
    sqlx::query(
        "insert into sequence_mailboxes (tenant_id, sequence_id, mailbox_id)
         select $1, $2, m.id from mailboxes m where m.tenant_id = $1 and m.id = any($3) and m.removed_at is null
         on conflict do nothing",
    )
    .bind(tenant.uuid())
    .bind(sequence.uuid())
    .bind(&ids)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Has the leads of a source put in. Asking twice puts them in once.
pub async fn add_source(
    tx: &mut TenantTx,
    sequence: SequenceId,
    source: SourceId,
    by: UserId,
    now: OffsetDateTime,
) -> Result<AddSource> {
    let Some(found) = crate::leads::sources::find(tx, source).await? else {
        return Ok(AddSource::Unknown);
    };
    if found.is_growing {
        return Ok(AddSource::Growing);
    }
    let tenant = tx.tenant();
    let count: i64 =
        sqlx::query_scalar("select count(*) from sequence_sources where tenant_id = $1 and sequence_id = $2")
            .bind(tenant.uuid())
            .bind(sequence.uuid())
            .fetch_one(tx.sql())
            .await?;
    if count >= limits::SEQUENCE_SOURCES_MAX {
        return Ok(AddSource::TooMany);
    }
    sqlx::query(
        "insert into sequence_sources (tenant_id, sequence_id, source_id, added_at, added_by)
         values ($1, $2, $3, $4, $5) on conflict do nothing",
    )
    .bind(tenant.uuid())
    .bind(sequence.uuid())
    .bind(source.uuid())
    .bind(now)
    .bind(by.uuid())
    .execute(tx.sql())
    .await?;
    work::nudge(tx, sequence, now).await?;
    Ok(AddSource::Done)
}

/// Starts it, or goes on after a pause; the first start is remembered. Asking twice changes nothing.
pub async fn start(tx: &mut TenantTx, sequence: SequenceId, by: UserId, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update sequences set started_at = coalesce(started_at, $3), started_by = coalesce(started_by, $4),
                paused_at = null, paused_by = null
         where tenant_id = $1 and id = $2",
    )
    .bind(tenant.uuid())
    .bind(sequence.uuid())
    .bind(now)
    .bind(by.uuid())
    .execute(tx.sql())
    .await?;
    lanes::wake(tx, now).await
}

/// Nothing of it leaves until it is started again. Asking twice changes nothing.
pub async fn pause(tx: &mut TenantTx, sequence: SequenceId, by: UserId, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update sequences set paused_at = $3, paused_by = $4
         where tenant_id = $1 and id = $2 and started_at is not null and paused_at is null",
    )
    .bind(tenant.uuid())
    .bind(sequence.uuid())
    .bind(now)
    .bind(by.uuid())
    .execute(tx.sql())
    .await?;
    Ok(())
}
