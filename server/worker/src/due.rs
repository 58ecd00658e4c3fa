//! The way every duty over due rows goes: list the tenants that have some (no locks) → per tenant, in an order that
//! chance gives, lease → commit → act → settle. A turn that fails is due again later, with what went wrong beside it.

use crate::Context;
use crate::duty::{Error, Progress, Result};
use db::lease::{self, Lease, Leased};
use db::scope::{TenantTx, WorkerTx};
use rules::error::describe;
use rules::ids::TenantId;
use rules::limits;
use rules::time::{Chance, Duration};
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// How many tenants are acted for at once: one that waits for a slow name server holds up a few, not all.
const TENANTS_AT_ONCE: usize = 8;

/// What a duty does about one row, settling included.
pub(crate) type Act = for<'a> fn(&'a Context, TenantId, Lease) -> Acting<'a>;
pub(crate) type Acting<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// One turn over all tenants that have something due.
pub(crate) async fn act_on_due(context: &Context, leased: Leased, act: Act) -> Result<Progress> {
    let mut tx = WorkerTx::begin(&context.login).await?;
    let mut tenants = lease::list_due_tenants(&mut tx, leased, context.now()).await?;
    tx.commit().await?;
    shuffle(&mut tenants, &*context.chance);
    let places = Arc::new(Semaphore::new(TENANTS_AT_ONCE));
    let mut turns = JoinSet::new();
    for tenant in tenants {
        let (context, places) = (context.clone(), places.clone());
        turns.spawn(async move {
            let _place = places.acquire().await;
            act_for(&context, leased, tenant, act).await
        });
    }
    let mut progress = Progress::Idle;
    while let Some(turn) = turns.join_next().await {
        match turn {
            Ok(Ok(0)) => {}
            Ok(Ok(_)) => progress = Progress::More,
            Ok(Err(error)) => tracing::error!("{leased:?}: {}", describe(&error)),
            Err(error) => tracing::error!("{leased:?}: a turn fell over: {error}"),
        }
    }
    Ok(progress)
}

/// How many rows of this tenant were acted on.
async fn act_for(context: &Context, leased: Leased, tenant: TenantId, act: Act) -> Result<usize> {
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    let leases = lease::take(&mut tx, leased, context.now()).await?;
    tx.commit().await?;
    let count = leases.len();
    for lease in leases {
        if let Err(error) = act(context, tenant, lease).await {
            put_off(context, leased, tenant, &lease, &error).await?;
        }
    }
    Ok(count)
}

async fn put_off(context: &Context, leased: Leased, tenant: TenantId, lease: &Lease, error: &Error) -> Result<()> {
    let trouble: String = describe(error).chars().take(limits::TROUBLE_CHARS_MAX).collect();
    tracing::warn!(%tenant, "{leased:?}: {trouble}");
    let next = context.now() + retry_after(lease.attempts);
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    lease::fail(&mut tx, leased, lease, &trouble, next).await?;
    Ok(tx.commit().await?)
}

/// 1, 2, 4 … seconds, up to a quarter of an hour.
pub(crate) fn retry_after(attempts: i64) -> Duration {
    let doublings = u32::try_from((attempts - 1).clamp(0, 20)).unwrap_or(0);
    Duration::seconds((1_i64 << doublings).min(limits::RETRY_SECS_MAX))
}

/// Fisher and Yates.
pub(crate) fn shuffle<T>(list: &mut [T], chance: &dyn Chance) {
    for last in (1..list.len()).rev() {
        let mut bytes = [0; 4];
        chance.fill(&mut bytes);
        let other = usize::try_from(u32::from_le_bytes(bytes)).unwrap_or(0) % (last + 1);
        list.swap(last, other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_turn_is_tried_again_ever_later() {
        let seconds = |attempts| retry_after(attempts).whole_seconds();
        assert_eq!([1, 2, 3, 4].map(seconds), [1, 2, 4, 8]);
        assert_eq!([12, 60, i64::MAX].map(seconds), [limits::RETRY_SECS_MAX; 3]);
    }
}
