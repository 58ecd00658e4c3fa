//! Pauses: rows with a cause each, in business time. A lane runs when no row is live; so does each part of it ([`parts`]). Those
//! by the machine and the operator have incidents ([`crate::health::incidents`]). How a tenant goes: [`closures`]. What a tenant has at SES: [`ses_tenants`], and how that differs from what is wanted:
//! [`drifts`], [`ses_sweep`]; how it stands there: [`ses_standing`]; what all share there: [`ses_account`], and how it stands still: [`account_stops`]; what it may send of that: [`caps`]; what the platform's own
//! mail leaves from: [`platform_sender`]; accounts of teams' own: [`own_accounts`], into and out of which they move:
//! [`account_moves`], [`account_leftovers`]; all of it for the operator: [`overview`]; the calls that were made: [`aws_calls`].

pub mod account_leftovers;
pub mod account_moves;
pub mod account_stops;
pub mod aws_calls;
pub mod caps;
pub mod closures;
pub mod drifts;
pub mod evidence;
pub mod overview;
pub mod own_accounts;
pub mod parts;
pub mod platform_sender;
pub mod ses_account;
pub mod ses_standing;
pub mod ses_sweep;
pub mod ses_tenants;
pub mod tiers;

use crate::scope::{OperatorTx, TenantTx};
use crate::{Error, Result};
use rules::ids::{PauseId, TenantId, UserId};
use rules::isolation::PauseCause;
use rules::time::OffsetDateTime;
use sqlx::{PgConnection, Row};

/// A cause for which a lane stands still now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pause {
    pub cause: PauseCause,
    pub reason: String,
    pub paused_at: OffsetDateTime,
}

/// The live ones of this tenant, the oldest first.
pub async fn list_pauses(tx: &mut TenantTx) -> Result<Vec<Pause>> {
    let tenant = tx.tenant();
    list_in(tx.sql(), tenant).await
}

/// The same for the operator.
pub async fn list_pauses_of(tx: &mut OperatorTx, tenant: TenantId) -> Result<Vec<Pause>> {
    list_in(tx.sql(), tenant).await
}

async fn list_in(connection: &mut PgConnection, tenant: TenantId) -> Result<Vec<Pause>> {
    let rows = sqlx::query(
        "select cause, reason, paused_at from pauses
         where tenant_id = $1 and resumed_at is null order by paused_at, cause",
    )
    .bind(tenant.uuid())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let cause: &str = row.try_get("cause")?;
            Ok(Pause {
                cause: PauseCause::parse(cause).ok_or_else(|| Error::Row(format!("pauses.cause {cause:?}")))?,
                reason: row.try_get("reason")?,
                paused_at: row.try_get("paused_at")?,
            })
        })
        .collect()
}

/// `by`: `None` is the machine. A cause that holds already stays as it is.
async fn write_pause(
    connection: &mut PgConnection,
    tenant: TenantId,
    id: PauseId,
    cause: PauseCause,
    by: Option<UserId>,
    reason: &str,
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query(
        "insert into pauses (tenant_id, id, cause, reason, paused_at, paused_by) values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .bind(cause.as_str())
    .bind(reason)
    .bind(now)
    .bind(by.map(UserId::uuid))
    .execute(connection)
    .await?;
    Ok(())
}

/// Every other cause stays.
async fn lift_pause(
    connection: &mut PgConnection,
    tenant: TenantId,
    cause: PauseCause,
    by: UserId,
    reason: &str,
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query(
        "update pauses set resumed_at = $3, resumed_by = $4, resume_reason = $5
         where tenant_id = $1 and cause = $2 and resumed_at is null",
    )
    .bind(tenant.uuid())
    .bind(cause.as_str())
    .bind(now)
    .bind(by.uuid())
    .bind(reason)
    .execute(connection)
    .await?;
    Ok(())
}
