//! Pauses of parts of a tenant's lane: a mailbox, a domain, a source. Each cause stands for itself; a person of the team
//! writes and lifts the team's own cause only. That a pause holds is asked by the claim ([`crate::messages`]). All times
//! here are business time.

use super::Pause;
use crate::messages::lanes;
use crate::scope::TenantTx;
use crate::{Error, Result};
use rules::ids::{PauseId, UserId};
use rules::isolation::{LanePart, PauseCause};
use rules::time::OffsetDateTime;
use uuid::Uuid;

/// All live ones of the tenant, the oldest first: at most one for each part and cause.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<(LanePart, Pause)>> {
    let tenant = tx.tenant();
    let rows: Vec<(String, Uuid, String, String, OffsetDateTime)> = sqlx::query_as(
        "select part, part_id, cause, reason, paused_at from part_pauses
         where tenant_id = $1 and resumed_at is null order by paused_at, cause",
    )
    .bind(tenant.uuid())
    .fetch_all(tx.sql())
    .await?;
    rows.into_iter()
        .map(|(part, id, cause, reason, paused_at)| {
            let part = LanePart::parse(&part, id).ok_or_else(|| Error::Row(format!("part_pauses.part {part:?}")))?;
            let cause = PauseCause::parse(&cause).ok_or_else(|| Error::Row(format!("part_pauses.cause {cause:?}")))?;
            Ok((part, Pause { cause, reason, paused_at }))
        })
        .collect()
}

/// By the team. Pausing what the team has paused already changes nothing.
pub async fn pause(
    tx: &mut TenantTx,
    part: LanePart,
    id: PauseId,
    by: UserId,
    reason: &str,
    now: OffsetDateTime,
) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "insert into part_pauses (tenant_id, id, part, part_id, cause, reason, paused_at, paused_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .bind(part.kind())
    .bind(part.uuid())
    .bind(PauseCause::Owner.as_str())
    .bind(reason)
    .bind(now)
    .bind(by.uuid())
    .execute(tx.sql())
    .await?;
    // So that each lane says why it sends nothing.
    lanes::wake(tx, now).await
}

/// Lifts the team's own pause; every other cause stays.
pub async fn resume(tx: &mut TenantTx, part: LanePart, by: UserId, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update part_pauses set resumed_at = $5, resumed_by = $6
         where tenant_id = $1 and part = $2 and part_id = $3 and cause = $4 and resumed_at is null",
    )
    .bind(tenant.uuid())
    .bind(part.kind())
    .bind(part.uuid())
    .bind(PauseCause::Owner.as_str())
    .bind(now)
    .bind(by.uuid())
    .execute(tx.sql())
    .await?;
    lanes::wake(tx, now).await
}
