//! A domain goes: its identity at SES first, the row and the claim only once SES has said that it is gone.

use super::Ready;
use crate::Context;
use crate::aws::{Control, SesError};
use crate::duty::Result;
use crate::isolation::resource_arn;
use db::domains::{Domain, work};
use db::isolation::{account_leftovers, account_moves, closures};
use db::lease::{self, Lease, Leased};
use db::scope::TenantTx;
use rules::ids::TenantId;
use rules::isolation::Urgency;

pub async fn remove(
    context: &Context,
    tenant: TenantId,
    lease: &Lease,
    domain: &Domain,
    ready: Option<Ready<'_>>,
) -> Result<()> {
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    let moving = account_moves::find(&mut tx).await?;
    let left = account_leftovers::list(&mut tx).await?;
    tx.commit().await?;
    // Without a tenant at SES nothing can have been made there.
    if let Some(ready) = ready {
        let next = moving.as_ref().and_then(|it| Some((it.account.as_deref(), it.ready.as_ref()?.arn.as_str())));
        // What is in an account of its own that the team has left goes with that, and is in nobody's way.
        let left = left.iter().filter(|it| it.account.is_none()).filter_map(|it| Some((None, it.arn.as_deref()?)));
        for (account, tenant_arn) in std::iter::once((ready.account, ready.arn)).chain(next).chain(left) {
            let control = context.control_in(account, tenant, Urgency::Person).await?;
            let name = domain.name.as_str();
            let arn = resource_arn(tenant_arn, "identity", name)?;
            remove_identity(&control, tenant, ready.name, (name, &arn)).await?;
        }
    }
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    if lease::settle(&mut tx, Leased::Domains, lease, None).await? {
        work::write_removed(&mut tx, domain.id, context.now()).await?;
        // A tenant that is being closed waits for it.
        closures::nudge(&mut tx, context.now()).await?;
    }
    Ok(tx.commit().await?)
}

/// `holder`: the tenant at SES that it is associated with, if all is as it should be.
pub(crate) async fn remove_identity(
    control: &Control<'_>,
    tenant: TenantId,
    holder: &str,
    (name, arn): (&str, &str),
) -> Result<(), SesError> {
    let holders = control.list_tenants_of(arn).await?;
    if holders.iter().any(|it| it == holder) {
        control.disassociate(holder, arn).await?;
    }
    // Somebody else may be sending by it.
    if holders.iter().any(|it| it != holder) {
        return Ok(());
    }
    let owner = tenant.to_string();
    match control.find_identity(name).await? {
        // What we did not make stays.
        Some(found) if found.owner.as_deref() == Some(&owner) => control.delete_identity(name).await?,
        _ => return Ok(()),
    }
    match control.find_identity(name).await? {
        None => Ok(()),
        Some(_) => Err(SesError::unexpected("DeleteEmailIdentity", "still there when read back")),
    }
}
