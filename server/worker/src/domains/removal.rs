//! A domain goes: its identity at SES first, the row and the claim only once SES has said that it is gone.

use super::Ready;
use crate::Context;
use crate::aws::SesError;
use crate::duty::Result;
use crate::isolation::resource_arn;
use db::domains::{Domain, work};
use db::isolation::closures;
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
    // Without a tenant at SES nothing can have been made there.
    if let Some(ready) = ready {
        remove_identity(context, tenant, domain, ready).await?;
    }
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    if lease::settle(&mut tx, Leased::Domains, lease, None).await? {
        work::write_removed(&mut tx, domain.id, context.now()).await?;
        // A tenant that is being closed waits for it.
        closures::nudge(&mut tx, context.now()).await?;
    }
    Ok(tx.commit().await?)
}

async fn remove_identity(
    context: &Context,
    tenant: TenantId,
    domain: &Domain,
    ready: Ready<'_>,
) -> Result<(), SesError> {
    let (control, name) = (context.control(Some(tenant), Urgency::Person), domain.name.as_str());
    let arn = resource_arn(ready.arn, "identity", name)?;
    let holders = control.list_tenants_of(&arn).await?;
    if holders.iter().any(|holder| holder == ready.name) {
        control.disassociate(ready.name, &arn).await?;
    }
    // Somebody else may be sending by it.
    if holders.iter().any(|holder| holder != ready.name) {
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
