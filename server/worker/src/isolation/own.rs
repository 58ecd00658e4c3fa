//! Teams' own accounts are tried: whether the role lets us in, SES takes mail there, and the queue of events can be read. Nothing is
//! changed in them.

use crate::Context;
use crate::aws::{Queue, SesError, SesErrorKind};
use crate::due::{Acting, act_on_due};
use crate::duty::{Progress, Result};
use db::isolation::own_accounts;
use db::lease::{self, Lease, Leased};
use db::scope::TenantTx;
use rules::ids::TenantId;
use rules::isolation::{AccountWord, Urgency};
use rules::limits;
use rules::time::Duration;

pub async fn try_all(context: &Context) -> Result<Progress> {
    act_on_due(context, Leased::OwnAccounts, try_one).await
}

fn try_one(context: &Context, tenant: TenantId, lease: Lease) -> Acting<'_> {
    Box::pin(async move {
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        let found = own_accounts::find(&mut tx).await?;
        tx.commit().await?;
        if let Some(found) = found {
            // Another role may have been named since it was entered last.
            context.forget_account(Some(found.role.account())).await;
            try_it(context, tenant, found.role.account()).await?;
        }
        let now = context.now();
        let next = now + Duration::minutes(limits::OWN_ACCOUNT_TRIED_MINS);
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        if lease::settle(&mut tx, Leased::OwnAccounts, &lease, Some(next)).await? {
            own_accounts::write_works(&mut tx, now).await?;
        }
        Ok(tx.commit().await?)
    })
}

async fn try_it(context: &Context, tenant: TenantId, account: &str) -> Result<()> {
    let control = context.control_in(Some(account), tenant, Urgency::Person).await?;
    let read = control.read_account().await?;
    if read.word() == AccountWord::Shutdown {
        let message = format!("it takes no mail there: {} ({account})", read.enforcement);
        return Err(SesError { operation: "GetAccount", kind: SesErrorKind::Refused, message }.into());
    }
    control.ses().look_at(Queue::Events).await?;
    Ok(())
}
