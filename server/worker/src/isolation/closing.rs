//! A tenant that is being closed: what it has at SES is taken down. Small steps, each of which looks first and reads back, so
//! that they can be run again after a crash at any of them; done is only what SES says is gone.

use super::assert_ours;
use crate::Context;
use crate::aws::{Control, HELD, SesError, Tenant};
use crate::duty::{Progress, Result};
use db::clock;
use db::isolation::closures;
use db::isolation::ses_tenants::SesTenant;
use db::isolation::tiers;
use db::isolation::{account_leftovers, account_moves};
use db::lease::{self, Lease, Leased};
use db::scope::{TenantTx, WorkerTx};
use rules::ids::TenantId;
use rules::isolation::{SagaStep, Urgency};
use rules::limits;
use rules::messages::Suppressed;
use rules::time::Duration;

/// Those whose grace is over cannot be kept any more; what they have at SES goes in its own turn.
pub async fn begin(context: &Context) -> Result<Progress> {
    let machine_now = context.now();
    let mut tx = WorkerTx::begin(&context.login).await?;
    let now = clock::business_time_of_work(&mut tx, machine_now).await?;
    let tenants = closures::list_to_begin(&mut tx, now).await?;
    tx.commit().await?;
    let is_idle = tenants.is_empty();
    for tenant in tenants {
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        closures::begin(&mut tx, now, machine_now).await?;
        tx.commit().await?;
    }
    Ok(if is_idle { Progress::Idle } else { Progress::More })
}

/// One turn.
pub(super) async fn take_down(context: &Context, tenant: TenantId, lease: &Lease, at_ses: &SesTenant) -> Result<()> {
    let control = context.control_in(at_ses.account.as_deref(), tenant, Urgency::Routine).await?;
    let closing = Closing { context, control: &control, tenant };
    let is_done = closing.run(at_ses).await?;
    let next = (!is_done).then(|| context.now() + Duration::seconds(limits::CLOSING_AGAIN_SECS));
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    if lease::settle(&mut tx, Leased::SesTenants, lease, next).await? && is_done {
        let machine_now = context.now();
        let now = clock::business_time(&mut tx, machine_now).await?;
        closures::write_done(&mut tx, now, machine_now).await?;
    }
    Ok(tx.commit().await?)
}

pub(super) struct Closing<'a> {
    pub context: &'a Context,
    /// Of the account that it is taken down in.
    pub control: &'a Control<'a>,
    pub tenant: TenantId,
}

impl Closing<'_> {
    /// False: something goes by itself meanwhile, and is waited for.
    async fn run(&self, at_ses: &SesTenant) -> Result<bool> {
        self.begin(SagaStep::Drain).await?;
        if !self.is_drained().await? || !self.is_gone_elsewhere().await? {
            return Ok(false);
        }
        let (Some(name), Some(set)) = (at_ses.name.as_deref(), at_ses.set_name.as_deref()) else {
            return self.remove_domains().await;
        };
        let found = self.find_ours(name).await?;
        if let Some(found) = &found {
            self.begin(SagaStep::Disable).await?;
            self.disable(&found.arn).await?;
            self.begin(SagaStep::TakeOver).await?;
            self.take_over(name).await?;
        }
        self.begin(SagaStep::Identities).await?;
        if !self.remove_domains().await? {
            return Ok(false);
        }
        if found.is_some() {
            self.begin(SagaStep::Associations).await?;
            self.disassociate_all(name).await?;
        }
        self.begin(SagaStep::RemoveSet).await?;
        self.remove_set(set).await?;
        if let Some(pool) = at_ses.own_pool.as_deref() {
            self.begin(SagaStep::RemovePool).await?;
            self.remove_pool(pool).await?;
        }
        if found.is_some() {
            self.begin(SagaStep::RemoveTenant).await?;
            self.remove_tenant(name).await?;
        }
        Ok(true)
    }

    async fn begin(&self, step: SagaStep) -> Result<()> {
        Ok(self.control.write_step(self.tenant, step).await?)
    }

    async fn is_drained(&self) -> Result<bool> {
        let mut tx = TenantTx::begin_work(&self.context.login, self.tenant).await?;
        let left = closures::count_on_the_way(&mut tx).await?;
        tx.commit().await?;
        Ok(left == 0)
    }

    /// What it has in other accounts goes in its own turns.
    async fn is_gone_elsewhere(&self) -> Result<bool> {
        let now = self.context.now();
        let mut tx = TenantTx::begin_work(&self.context.login, self.tenant).await?;
        account_moves::cancel_own(&mut tx, now).await?;
        let left = account_leftovers::end_all(&mut tx, now).await?;
        tx.commit().await?;
        Ok(left == 0)
    }

    pub(super) async fn find_ours(&self, name: &str) -> Result<Option<Tenant>> {
        let found = self.control.find_tenant(name).await?;
        if let Some(found) = &found {
            assert_ours("GetTenant", name, found.owner.as_deref(), &self.tenant.to_string())?;
        }
        Ok(found)
    }

    pub(super) async fn disable(&self, arn: &str) -> Result<()> {
        if self.control.find_reputation(arn).await?.ours.as_deref() == Some(HELD) {
            return Ok(());
        }
        self.control.put_status(arn, HELD).await?;
        let read = self.control.find_reputation(arn).await?.ours;
        if read.as_deref() == Some(HELD) {
            return Ok(());
        }
        let message = format!("{read:?} when read back");
        Err(SesError::unexpected("UpdateReputationEntityCustomerManagedStatus", message).into())
    }

    /// Who bounced or complained stays suppressed, though SES forgets it with the tenant.
    pub(super) async fn take_over(&self, name: &str) -> Result<()> {
        let listed = self.control.list_suppressed(name).await?;
        let parse = |(text, reason): (String, _)| match Suppressed::parse(&text) {
            Ok(whom) => Some((whom, reason)),
            // Nobody can be written to by such an address.
            Err(error) => {
                tracing::warn!(tenant = %self.tenant, "on the suppression list of SES, and no address: {error}");
                None
            }
        };
        let listed: Vec<_> = listed.into_iter().filter_map(parse).collect();
        let mut tx = TenantTx::begin_work(&self.context.login, self.tenant).await?;
        let now = clock::business_time(&mut tx, self.context.now()).await?;
        closures::take_over(&mut tx, &listed, now).await?;
        Ok(tx.commit().await?)
    }

    /// Whether all are gone, each in its own turn.
    async fn remove_domains(&self) -> Result<bool> {
        let machine_now = self.context.now();
        let mut tx = TenantTx::begin_work(&self.context.login, self.tenant).await?;
        let now = clock::business_time(&mut tx, machine_now).await?;
        let left = closures::remove_domains(&mut tx, now, machine_now).await?;
        tx.commit().await?;
        Ok(left == 0)
    }

    pub(super) async fn disassociate_all(&self, name: &str) -> Result<()> {
        for _ in 0..limits::EMPTYING_TURNS_MAX {
            let found = self.control.list_resources(name).await?;
            if found.is_empty() {
                return Ok(());
            }
            for arn in found {
                self.control.disassociate(name, &arn).await?;
            }
        }
        Err(SesError::unexpected("ListTenantResources", "still something there after it was taken away").into())
    }

    pub(super) async fn remove_set(&self, name: &str) -> Result<()> {
        const STEP: &str = "GetConfigurationSet";
        let Some(found) = self.control.find_configuration_set(name).await? else { return Ok(()) };
        assert_ours(STEP, name, found.owner.as_deref(), &self.tenant.to_string())?;
        self.control.delete_event_destination(name).await?;
        self.control.delete_configuration_set(name).await?;
        match self.control.find_configuration_set(name).await? {
            None => Ok(()),
            Some(_) => Err(SesError::unexpected(STEP, "still there after it was deleted").into()),
        }
    }

    pub(super) async fn delete_pool(&self, name: &str) -> Result<()> {
        self.control.delete_pool(name).await?;
        if self.control.find_pool(name).await?.is_some() {
            return Err(SesError::unexpected("GetDedicatedIpPool", "still there after it was deleted").into());
        }
        Ok(())
    }

    async fn remove_pool(&self, name: &str) -> Result<()> {
        self.delete_pool(name).await?;
        let mut tx = TenantTx::begin_work(&self.context.login, self.tenant).await?;
        tiers::write_own_pool(&mut tx, None).await?;
        Ok(tx.commit().await?)
    }

    pub(super) async fn remove_tenant(&self, name: &str) -> Result<()> {
        self.control.delete_tenant(name).await?;
        match self.control.find_tenant(name).await? {
            None => Ok(()),
            Some(_) => Err(SesError::unexpected("GetTenant", "still there after it was deleted").into()),
        }
    }
}
