//! The steps of a sequence. They are changed while it does not run, and every change makes a new version of it.

use super::StoredStep;
use crate::Result;
use crate::scope::TenantTx;
use rules::ids::SequenceId;
use rules::limits;
use rules::time::OffsetDateTime;

/// What became of a change. Commit on [`Change::Done`] only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    Done,
    /// It is running: it has to be paused first.
    Running,
    TooMany,
}

/// Writes a step: in place of the one of its number, or behind the last.
pub async fn save(tx: &mut TenantTx, sequence: SequenceId, step: &StoredStep, now: OffsetDateTime) -> Result<Change> {
    if !renew(tx, sequence, now).await? {
        return Ok(Change::Running);
    }
    if i64::from(step.number) > limits::STEPS_MAX {
        return Ok(Change::TooMany);
    }
    let tenant = tx.tenant();
    sqlx::query(
        "insert into sequence_steps (tenant_id, sequence_id, number, delay_days, subject, body, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (tenant_id, sequence_id, number)
         do update set delay_days = $4, subject = $5, body = $6, changed_at = $7",
    )
    .bind(tenant.uuid())
    .bind(sequence.uuid())
    .bind(small(step.number))
    .bind(small(step.delay_days))
    .bind(&step.subject)
    .bind(&step.body)
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(Change::Done)
}

/// Takes a step out; those behind it move up.
pub async fn remove(tx: &mut TenantTx, sequence: SequenceId, number: u16, now: OffsetDateTime) -> Result<Change> {
    if !renew(tx, sequence, now).await? {
        return Ok(Change::Running);
    }
    let tenant = tx.tenant();
    sqlx::query("delete from sequence_steps where tenant_id = $1 and sequence_id = $2 and number = $3")
        .bind(tenant.uuid())
        .bind(sequence.uuid())
        .bind(small(number))
        .execute(tx.sql())
        .await?;
    // One by one, as two steps never have one number in between.
    for behind in number + 1..=u16::try_from(limits::STEPS_MAX).unwrap_or(u16::MAX) {
        sqlx::query(
            "update sequence_steps
             set number = number - 1, delay_days = case when number = 2 then 0 else delay_days end, changed_at = $4
             where tenant_id = $1 and sequence_id = $2 and number = $3",
        )
        .bind(tenant.uuid())
        .bind(sequence.uuid())
        .bind(small(behind))
        .bind(now)
        .execute(tx.sql())
        .await?;
    }
    Ok(Change::Done)
}

/// Makes a new version, for which all leads are looked through again; false while it is running.
async fn renew(tx: &mut TenantTx, sequence: SequenceId, now: OffsetDateTime) -> Result<bool> {
    let tenant = tx.tenant();
    let renewed = sqlx::query(
        "update sequences set version = version + 1, due_at = $3
         where tenant_id = $1 and id = $2 and (started_at is null or paused_at is not null)",
    )
    .bind(tenant.uuid())
    .bind(sequence.uuid())
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(renewed.rows_affected() == 1)
}

/// Bounded by `limits` far below.
fn small(number: u16) -> i16 {
    i16::try_from(number).unwrap_or(i16::MAX)
}
