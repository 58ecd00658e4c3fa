//! Provisioning a tenant at SES: the tenant with its own suppression list and a strict reputation policy, and its
//! configuration set with the event destination. Each step reads, compares, puts and reads back; so it can be run after a
//! crash at any step, and mends what was changed by hand.

pub(crate) mod account;

use crate::Context;
use crate::aws::{SesError, SesErrorKind, Tenant};
use crate::due::{Acting, act_on_due};
use crate::duty::{Error, Progress, Result};
use db::isolation::ses_tenants::{self, ReadBack};
use db::lease::{self, Lease, Leased};
use db::scope::TenantTx;
use rules::ids::TenantId;
use rules::limits;
use rules::time::Duration;

pub async fn provision(context: &Context) -> Result<Progress> {
    act_on_due(context, Leased::SesTenants, provision_one).await
}

fn provision_one(context: &Context, tenant: TenantId, lease: Lease) -> Acting<'_> {
    Box::pin(async move {
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        let name = ses_tenants::name(&mut tx, &ses_name(context, tenant)).await?;
        tx.commit().await?;
        let outcome = provision_at_ses(context, &tenant.to_string(), &name).await;
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        match outcome {
            Ok(read) => {
                let next = context.now() + Duration::hours(limits::SES_TENANT_CHECK_HOURS);
                if lease::settle(&mut tx, Leased::SesTenants, &lease, Some(next)).await? {
                    ses_tenants::write_ready(&mut tx, &read, context.now()).await?;
                    tx.commit().await?;
                }
                Ok(())
            }
            Err(error) => {
                // Out of reach or throttled says nothing of how it stands: what was ready stays so.
                if error.kind != SesErrorKind::Later {
                    ses_tenants::write_unready(&mut tx).await?;
                }
                tx.commit().await?;
                Err(error.into())
            }
        }
    })
}

/// `<prefix>-<the id without hyphens>`: at most 64 characters, the same for ever.
pub(crate) fn ses_name(context: &Context, tenant: TenantId) -> String {
    format!("{}-{}", context.ses.name_prefix(), tenant.uuid().simple())
}

/// The tenant that has this name there.
pub(crate) fn tenant_of(context: &Context, name: &str) -> Option<TenantId> {
    let id = name.strip_prefix(context.ses.name_prefix())?.strip_prefix('-')?;
    TenantId::parse(id).filter(|tenant| ses_name(context, *tenant) == name)
}

pub(crate) async fn provision_at_ses(context: &Context, owner: &str, name: &str) -> Result<ReadBack, SesError> {
    let tenant = ensure_tenant(context, owner, name).await?;
    let policy = ensure_policy(context, &tenant.arn).await?;
    ensure_configuration_set(context, owner, name).await?;
    ensure_event_destination(context, name).await?;
    let set_arn = resource_arn(&tenant.arn, "configuration-set", name)?;
    ensure_associated(context, name, &set_arn).await?;
    Ok(ReadBack { arn: tenant.arn, policy, suppression_scope: tenant.suppression_scope.unwrap_or_default() })
}

async fn ensure_tenant(context: &Context, owner: &str, name: &str) -> Result<Tenant, SesError> {
    const STEP: &str = "GetTenant";
    let ses = &context.ses;
    let tenant = match ses.find_tenant(name).await? {
        Some(tenant) => tenant,
        None => {
            ses.create_tenant(name, owner).await?;
            ses.find_tenant(name).await?.ok_or_else(|| SesError::unexpected(STEP, "not there after it was made"))?
        }
    };
    assert_ours(STEP, name, tenant.owner.as_deref(), owner)?;
    if tenant.suppresses_for_itself() {
        return Ok(tenant);
    }
    ses.put_suppression(name).await?;
    let read = ses.find_tenant(name).await?.filter(Tenant::suppresses_for_itself);
    read.ok_or_else(|| SesError::unexpected("PutTenantSuppressionAttributes", "not as put when read back"))
}

async fn ensure_policy(context: &Context, tenant_arn: &str) -> Result<String, SesError> {
    let ses = &context.ses;
    let wanted = format!("arn:aws:ses:{}:aws:reputation-policy/strict", ses.region());
    if ses.find_policy(tenant_arn).await? != wanted {
        ses.put_policy(tenant_arn, &wanted).await?;
        let read = ses.find_policy(tenant_arn).await?;
        if read != wanted {
            return Err(SesError::unexpected("UpdateReputationEntityPolicy", format!("{read:?} when read back")));
        }
    }
    Ok(wanted)
}

async fn ensure_configuration_set(context: &Context, owner: &str, name: &str) -> Result<(), SesError> {
    const STEP: &str = "GetConfigurationSet";
    let ses = &context.ses;
    let found = match ses.find_configuration_set(name).await? {
        Some(found) => found,
        None => {
            ses.create_configuration_set(name, owner).await?;
            let read = ses.find_configuration_set(name).await?;
            read.ok_or_else(|| SesError::unexpected(STEP, "not there after it was made"))?
        }
    };
    assert_ours(STEP, name, found.as_deref(), owner)
}

async fn ensure_event_destination(context: &Context, set: &str) -> Result<(), SesError> {
    let ses = &context.ses;
    match ses.find_event_destination(set).await? {
        Some(true) => return Ok(()),
        Some(false) => ses.put_event_destination(set).await?,
        None => ses.create_event_destination(set).await?,
    }
    match ses.find_event_destination(set).await? {
        Some(true) => Ok(()),
        _ => Err(SesError::unexpected("GetConfigurationSetEventDestinations", "not as put when read back")),
    }
}

pub(crate) async fn ensure_associated(context: &Context, tenant: &str, resource: &str) -> Result<(), SesError> {
    let ses = &context.ses;
    let is_there = |names: Vec<String>| names.iter().any(|name| name == tenant);
    if is_there(ses.list_tenants_of(resource).await?) {
        return Ok(());
    }
    ses.associate(tenant, resource).await?;
    if is_there(ses.list_tenants_of(resource).await?) {
        Ok(())
    } else {
        Err(SesError::unexpected("CreateTenantResourceAssociation", "not there when read back"))
    }
}

/// What carries our name and not our tag was made by somebody else: it is never taken over.
fn assert_ours(operation: &'static str, name: &str, found: Option<&str>, owner: &str) -> Result<(), SesError> {
    if found == Some(owner) {
        return Ok(());
    }
    let message = format!("{name} is tagged {found:?} and not {owner:?}: it was made by somebody else");
    Err(SesError { operation, kind: SesErrorKind::Refused, message })
}

/// The ARN of another resource in the account and region of a tenant.
pub(crate) fn resource_arn(tenant_arn: &str, kind: &str, name: &str) -> Result<String, SesError> {
    let account = tenant_arn.split_inclusive(':').take(5).collect::<String>();
    if account.matches(':').count() == 5 {
        Ok(format!("{account}{kind}/{name}"))
    } else {
        Err(SesError::unexpected("GetTenant", format!("{tenant_arn:?} is no ARN")))
    }
}

impl From<SesError> for Error {
    fn from(error: SesError) -> Self {
        Self::Ses(Box::new(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_keeps_partition_region_and_account() {
        let tenant = "arn:aws-us-gov:ses:us-gov-west-1:123456789012:tenant/ownlane-7f/tn-1";
        let arn = resource_arn(tenant, "identity", "acme.com").unwrap();
        assert_eq!(arn, "arn:aws-us-gov:ses:us-gov-west-1:123456789012:identity/acme.com");
        assert!(resource_arn("tenant/x", "identity", "acme.com").is_err());
    }
}
