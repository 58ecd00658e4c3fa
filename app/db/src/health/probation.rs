//! What sends a little after it stood still: asked in the transaction that claims, which holds the incidents meanwhile, so that
//! two who claim at once do not send twice as much. All times here are business time.

use super::{column, incidents};
use crate::scope::TenantTx;
use crate::{Error, Result};
use rules::health::{Scope, Tally, Trial};
use rules::ids::IncidentId;
use rules::isolation::PauseCause;
use rules::time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// A part on probation, locked for this transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OnProbation {
    pub incident: IncidentId,
    pub scope: Scope,
    pub trial: Trial,
    /// Mails of the last 24 hours that count, since then.
    pub sent: i64,
}

/// All of the tenant.
pub async fn list(tx: &mut TenantTx, now: OffsetDateTime) -> Result<Vec<OnProbation>> {
    let tenant = tx.tenant();
    let rows: Vec<(Uuid, String, Uuid, OffsetDateTime)> = sqlx::query_as(
        "select id, part, part_id, probation_at from incidents
         where tenant_id = $1 and closed_at is null and probation_at is not null order by id for update",
    )
    .bind(tenant.uuid())
    .fetch_all(tx.sql())
    .await?;
    let mut all = Vec::new();
    for (id, kind, part, since) in rows {
        let scope = Scope::parse(&kind, part).ok_or_else(|| Error::Row(format!("incidents.part {kind:?}")))?;
        let (tally, sent) = count(tx, scope, since, now).await?;
        all.push(OnProbation { incident: IncidentId::from_uuid(id), scope, trial: Trial { since, tally }, sent });
    }
    Ok(all)
}

/// What a scope has done since then, and what of it counts against its last 24 hours.
pub async fn count(
    tx: &mut TenantTx,
    scope: Scope,
    since: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<(Tally, i64)> {
    let tenant = tx.tenant();
    let sql = format!(
        "select count(*) filter (where m.state in (4, 5, 6, 7, 9)), count(*) filter (where m.state = 9),
                count(*) filter (where m.complained_at is not null),
                count(*) filter (where m.state not in (0, 8) and m.claimed_at > $3)
         from messages m
         where m.tenant_id = $1 and m.sent_on >= ($2 at time zone 'UTC')::date - 1 and m.claimed_at > $2
           and not m.is_simulated and {} = $4",
        column(scope)
    );
    let (sends, hard_bounces, complaints, sent) = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(since)
        .bind(now - Duration::days(1))
        .bind(scope.uuid(tenant))
        .fetch_one(tx.sql())
        .await?;
    Ok((Tally { sends, hard_bounces, complaints }, sent))
}

/// What it had to show is shown: it goes on as before.
pub async fn end(
    tx: &mut TenantTx,
    scope: Scope,
    reason: &str,
    now: OffsetDateTime,
    machine_now: OffsetDateTime,
) -> Result<()> {
    let closing = incidents::Closing { scope, cause: PauseCause::Health, by: None, reason, now, machine_now };
    incidents::close(tx, closing).await
}
