//! The account's pools and dedicated IPs, read now and then, and soon after a tenant was moved: what can be given to a tenant,
//! and how far it is warmed up.

use super::sweep::look_soon;
use crate::Context;
use crate::duty::{Progress, Result};
use db::isolation::{ses_sweep, tiers};
use db::scope::WorkerTx;
use rules::isolation::{KnownPool, Urgency};
use rules::limits;
use rules::time::Duration;

pub async fn read(context: &Context) -> Result<Progress> {
    let (region, now) = (context.ses.region(), context.now());
    let until = now + Duration::minutes(limits::LEASE_MINS);
    let mut tx = WorkerTx::begin(&context.login).await?;
    let is_taken = tiers::take_reading(&mut tx, region, now, until).await?;
    tx.commit().await?;
    if !is_taken {
        return Ok(Progress::Idle);
    }
    let control = context.control(Urgency::Routine);
    let mut pools = Vec::new();
    for name in control.list_pools().await? {
        // One that went meanwhile is none.
        if let Some(scaling) = control.find_pool(&name).await? {
            pools.push(KnownPool { name, scaling });
        }
    }
    let ips = control.list_ips(None).await?;
    let now = context.now();
    let times = (now, now + Duration::minutes(limits::POOLS_READ_MINS));
    let mut tx = WorkerTx::begin(&context.login).await?;
    let is_new = tiers::write_read(&mut tx, region, &pools, &ips, times).await?;
    let tenants = if is_new { ses_sweep::list_wanted(&mut tx, None).await? } else { Default::default() };
    tx.commit().await?;
    // Shared IPs are named from now on, or need no name any more.
    for tenant in tenants.into_keys() {
        look_soon(context, tenant).await?;
    }
    Ok(Progress::Idle)
}
