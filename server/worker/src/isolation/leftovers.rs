//! What a team has left in an account: once late events have come, it goes, as that of a team that is closed does, but for the
//! team itself.

use super::closing::Closing;
use super::resource_arn;
use crate::Context;
use crate::domains::remove_identity;
use crate::due::{Acting, act_on_due};
use crate::duty::{Progress, Result};
use db::domains;
use db::isolation::account_leftovers::{self, Leftover};
use db::lease::{self, Lease, Leased};
use db::scope::TenantTx;
use rules::ids::TenantId;
use rules::isolation::Urgency;
use std::collections::BTreeSet;

pub async fn take_down(context: &Context) -> Result<Progress> {
    act_on_due(context, Leased::AccountLeftovers, take_down_one).await
}

fn take_down_one(context: &Context, tenant: TenantId, lease: Lease) -> Acting<'_> {
    Box::pin(async move {
        let id = account_leftovers::leased(&lease);
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        let left = account_leftovers::list(&mut tx).await?.into_iter().find(|it| it.id == id);
        let names: BTreeSet<String> = domains::list(&mut tx).await?.iter().map(|it| it.name.to_string()).collect();
        tx.commit().await?;
        if let Some(left) = left {
            run(context, tenant, &left, names).await?;
        }
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        if lease::settle(&mut tx, Leased::AccountLeftovers, &lease, None).await? {
            account_leftovers::write_gone(&mut tx, id, context.now()).await?;
        }
        Ok(tx.commit().await?)
    })
}

async fn run(context: &Context, tenant: TenantId, left: &Leftover, mut names: BTreeSet<String>) -> Result<()> {
    let control = context.control_in(left.account.as_deref(), tenant, Urgency::Sweep).await?;
    let closing = Closing { context, control: &control, tenant };
    let found = closing.find_ours(&left.name).await?;
    if let Some(found) = &found {
        closing.disable(&found.arn).await?;
        closing.take_over(&left.name).await?;
        for arn in control.list_resources(&left.name).await? {
            names.extend(arn.split_once(":identity/").map(|(_, name)| name.to_owned()));
        }
        for name in &names {
            let arn = resource_arn(&found.arn, "identity", name)?;
            remove_identity(&control, tenant, &left.name, (name, &arn)).await?;
        }
        closing.disassociate_all(&left.name).await?;
    }
    closing.remove_set(&left.set).await?;
    if let Some(pool) = left.own_pool.as_deref() {
        closing.delete_pool(pool).await?;
    }
    if found.is_some() {
        closing.remove_tenant(&left.name).await?;
    }
    Ok(())
}
