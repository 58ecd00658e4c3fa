//! The list of all tenants that SES has, and of those whose mail it refuses, read now and then: what of ours is not as we know
//! it is looked at at once, and what is under our names and nobody's is shown to the operator. A few calls find what else would
//! come to light in a day.

use super::tenant_of;
use crate::Context;
use crate::aws::Control;
use crate::duty::{Progress, Result};
use db::isolation::{aws_calls, ses_sweep, ses_tenants};
use db::scope::{TenantTx, WorkerTx};
use rules::error::describe;
use rules::ids::TenantId;
use rules::isolation::Urgency;
use rules::limits;
use rules::time::Duration;
use std::collections::BTreeSet;
use tokio::task::JoinSet;

pub async fn list_all(context: &Context) -> Result<Progress> {
    let mut others = JoinSet::new();
    for (account, tenant) in context.list_accounts().await? {
        let context = context.clone();
        others.spawn(async move {
            let list = async {
                let control = context.control_in(Some(&account), tenant, Urgency::Routine).await?;
                list_in(&context, &control).await
            };
            if let Err(error) = list.await {
                tracing::warn!(%tenant, account, "tenants in its own account: {}", describe(&error));
            }
        });
    }
    let listed = list_in(context, &context.control(Urgency::Routine)).await;
    others.join_all().await;
    listed?;
    Ok(Progress::Idle)
}

async fn list_in(context: &Context, control: &Control<'_>) -> Result<()> {
    let (place, account, now) = (control.ses().place(), control.ses().account(), context.now());
    let until = now + Duration::minutes(limits::LEASE_MINS);
    let mut tx = WorkerTx::begin(&context.login).await?;
    let is_taken = ses_sweep::take(&mut tx, &place, now, until).await?;
    tx.commit().await?;
    if !is_taken {
        return Ok(());
    }
    let listed = control.list_tenants().await?;
    let disabled: BTreeSet<String> = control.list_disabled().await?.into_iter().collect();
    // Read after that list: what is wanted is written down before it is made, so that nothing new looks like a stray.
    let mut tx = WorkerTx::begin(&context.login).await?;
    let wanted = ses_sweep::list_wanted(&mut tx, account).await?;
    let passing = ses_sweep::list_passing(&mut tx, account).await?;
    tx.commit().await?;
    let mut found = BTreeSet::new();
    let mut strays = Vec::new();
    for tenant in &listed {
        // What has no team's name is the platform's own, or somebody else's in the same account.
        let Some(id) = tenant_of(context, &tenant.name) else { continue };
        if wanted.contains_key(&id) {
            found.insert(id);
        } else if !passing.contains(&id) {
            strays.push((tenant.name.clone(), tenant.arn.clone()));
        }
    }
    for (tenant, known) in &wanted {
        let is_disabled = known.arn.as_ref().is_some_and(|arn| disabled.contains(arn));
        if !found.contains(tenant) || is_disabled != known.is_disabled {
            look_soon(context, *tenant).await?;
        }
    }
    let now = context.now();
    let next = now + Duration::minutes(limits::SES_LIST_MINS);
    let count = i64::try_from(listed.len()).unwrap_or(i64::MAX);
    let mut tx = WorkerTx::begin(&context.login).await?;
    ses_sweep::write(&mut tx, &place, &strays, count, now, next).await?;
    Ok(tx.commit().await?)
}

/// Forgets calls that are long over.
pub async fn forget_calls(context: &Context) -> Result<Progress> {
    let until = context.now() - Duration::days(limits::AWS_CALL_DAYS);
    let mut tx = WorkerTx::begin(&context.login).await?;
    let gone = aws_calls::sweep(&mut tx, until).await?;
    tx.commit().await?;
    Ok(if gone < limits::SWEEP_ROWS_MAX.cast_unsigned() { Progress::Idle } else { Progress::More })
}

/// One that was made already. What was not comes in its own turn.
pub(super) async fn look_soon(context: &Context, tenant: TenantId) -> Result<()> {
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    if ses_tenants::find(&mut tx).await?.is_some_and(|found| found.ready_at.is_some()) {
        ses_tenants::nudge(&mut tx, context.now()).await?;
    }
    Ok(tx.commit().await?)
}
