//! A team moves from one account to another while its mail goes on: what it is to have there is made beside what it has, its
//! domains are verified there by keys of their own, and once mail could leave there as it does here, everything changes in one
//! transaction. What is left behind stays until late events have come ([`super::leftovers`]).

use super::pool::Pooled;
use super::saga::{Judgement, Saga, Wanted};
use crate::Context;
use crate::due::{Acting, act_on_due};
use crate::duty::{Progress, Result};
use db::isolation::account_moves::{self, Move};
use db::isolation::ses_tenants::{self, SesTenant};
use db::isolation::{account_leftovers, tiers};
use db::lease::{self, Lease, Leased};
use db::messages::lanes;
use db::scope::TenantTx;
use db::{clock, domains};
use rules::ids::{LeftoverId, TenantId};
use rules::isolation::{PauseCause, Urgency};
use rules::limits;
use rules::time::Duration;

pub async fn go_on(context: &Context) -> Result<Progress> {
    act_on_due(context, Leased::AccountMoves, move_one).await
}

fn move_one(context: &Context, tenant: TenantId, lease: Lease) -> Acting<'_> {
    Box::pin(async move {
        let now = context.now();
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        let found = account_moves::find(&mut tx).await?.zip(ses_tenants::find(&mut tx).await?);
        let Some((moving, at_ses)) = found else {
            // Nothing of the team is wanted at SES yet.
            tx.commit().await?;
            return settle(context, tenant, &lease).await;
        };
        if moving.is_cancelled {
            account_moves::give_up(&mut tx, LeftoverId::new(now, &*context.chance), now).await?;
            return Ok(tx.commit().await?);
        }
        let is_free = account_leftovers::take_back(&mut tx, moving.account.as_deref(), now).await?;
        tx.commit().await?;
        // What it had there before is being taken down: that is waited for.
        if is_free {
            make(context, tenant, &moving, &at_ses).await?;
        }
        settle(context, tenant, &lease).await
    })
}

/// Everything but the domains, which are made in their own turns.
async fn make(context: &Context, tenant: TenantId, moving: &Move, at_ses: &SesTenant) -> Result<()> {
    let (Some(name), Some(set)) = (at_ses.name.as_deref(), at_ses.set_name.as_deref()) else { return Ok(()) };
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    let domains = domains::list(&mut tx).await?;
    let pauses = db::isolation::list_pauses(&mut tx).await?;
    let pool = match moving.account {
        None if tiers::has_ips(&mut tx).await? => Pooled::Shared,
        _ => Pooled::Usual,
    };
    tx.commit().await?;
    let owner = tenant.to_string();
    let known = moving.ready.as_ref();
    let wanted = Wanted {
        owner: &owner,
        tenant: name,
        set,
        policy: at_ses.wanted_policy,
        is_policy_new: true,
        shared_pool_mode: at_ses.wanted_shared_pool_mode,
        pool,
        known_delivery: (known.map(|it| it.sending_pool.as_str()), known.map(|it| it.shared_pool_mode.as_str())),
        left_pool: None,
        is_paused: pauses.iter().any(|pause| !matches!(pause.cause, PauseCause::Aws | PauseCause::Closing)),
        was_held: false,
        identities: domains
            .iter()
            .filter(|domain| domain.next.as_ref().is_some_and(|next| next.is_associated))
            .map(|domain| domain.name.to_string())
            .collect(),
        known_identities: domains.iter().map(|domain| domain.name.to_string()).collect(),
    };
    // Nothing leaves by it yet: whatever differs is put right, and nobody is asked.
    let judgement = Judgement { was_made: false, allowed: &[] };
    let control = context.control_in(moving.account.as_deref(), tenant, Urgency::Person).await?;
    let read = Saga::new(&control, &wanted, &judgement, None).run().await?;
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    if let Some(read) = read {
        account_moves::write_ready(&mut tx, &read, context.now()).await?;
    }
    Ok(tx.commit().await?)
}

/// Switches, if all is ready; else it is looked at again.
async fn settle(context: &Context, tenant: TenantId, lease: &Lease) -> Result<()> {
    let now = context.now();
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    let next = now + Duration::seconds(limits::MOVE_AGAIN_SECS);
    if !lease::settle(&mut tx, Leased::AccountMoves, lease, Some(next)).await? {
        return Ok(());
    }
    if account_moves::switch(&mut tx, LeftoverId::new(now, &*context.chance), now).await? {
        let business_now = clock::business_time(&mut tx, now).await?;
        lanes::wake(&mut tx, business_now).await?;
        tracing::info!(%tenant, "its mail leaves through another account from now on");
    }
    Ok(tx.commit().await?)
}
