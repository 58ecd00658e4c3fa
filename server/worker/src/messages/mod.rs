//! Mails to leads. A turn looks at the lanes whose time has come: for each tenant one short transaction claims what may
//! leave and writes the intent ([`claim`]); after it the mails are given to SES, and what became of them is written
//! ([`deliver`]). What nobody answered for is settled later ([`unsettled`]).

mod claim;
mod compose;
mod deliver;
mod providers;
mod unsettled;

pub(crate) use unsettled::settle;

use crate::Context;
use crate::due::shuffle;
use crate::duty::{Progress, Result};
use crate::isolation::account::{self, Tokens};
use db::clock;
use db::messages::lanes;
use db::scope::WorkerTx;
use rules::error::describe;
use rules::ids::TenantId;
use rules::limits;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;

/// How many tenants are claimed for at once.
const TENANTS_AT_ONCE: i64 = 8;

/// A turn waits this long for its mails; those that take longer end by themselves, and hold up nobody else's.
const TURN_PATIENCE: Duration = Duration::from_secs(2);

/// What the duty keeps between its turns.
pub struct Sending {
    pub(crate) tokens: Tokens,
    calls: Arc<Semaphore>,
    turns: Mutex<JoinSet<()>>,
}

impl Default for Sending {
    fn default() -> Self {
        let calls = Arc::new(Semaphore::new(limits::SENDS_AT_ONCE));
        Self { tokens: Tokens::default(), calls, turns: Mutex::default() }
    }
}

impl Sending {
    /// Waits for the mails that are being given to SES.
    pub(crate) async fn wait(&self) {
        let mut turns = self.turns.lock().await;
        while turns.join_next().await.is_some() {}
    }
}

/// One turn over the tenants that have lanes whose time has come. Capacity that is short is shared evenly among them.
pub async fn send(context: &Context) -> Result<Progress> {
    let mut tx = WorkerTx::begin(&context.login).await?;
    let now = clock::business_time_of_work(&mut tx, context.now()).await?;
    let mut tenants = lanes::list_due_tenants(&mut tx, now).await?;
    tx.commit().await?;
    shuffle(&mut tenants, &*context.chance);
    tenants.truncate(usize::try_from(TENANTS_AT_ONCE).unwrap_or(1));
    if tenants.is_empty() {
        return Ok(Progress::Idle);
    }
    let places = i64::try_from(tenants.len()).unwrap_or(1);
    let tokens = account::take_tokens(context, places * limits::LANES_AT_ONCE).await?;
    let share = tokens / places;
    let mut extra = tokens % places;
    let mut claims = JoinSet::new();
    for tenant in tenants {
        let limit = share + i64::from(extra > 0);
        extra -= 1;
        if limit > 0 {
            let context = context.clone();
            claims.spawn(async move { turn(&context, tenant, limit).await });
        }
    }
    let mut progress = Progress::Idle;
    while let Some(claim) = claims.join_next().await {
        match claim {
            Ok(true) => progress = Progress::More,
            Ok(false) => {}
            Err(error) => tracing::error!("a claim fell over: {error}"),
        }
    }
    let mut turns = context.sending.turns.lock().await;
    // Patience for all together; what is not done then goes on by itself.
    let _ = tokio::time::timeout(TURN_PATIENCE, async { while turns.join_next().await.is_some() {} }).await;
    Ok(progress)
}

/// For measuring: a claim whose mails are never given to SES.
pub(crate) async fn claim_alone(context: &Context, tenant: TenantId, limit: i64) -> Result<usize> {
    Ok(claim::claim(context, tenant, limit).await?.mails.len())
}

/// Claims for one tenant and sets the mails on their way; whether there was anything to look at.
async fn turn(context: &Context, tenant: TenantId, limit: i64) -> bool {
    match claim::claim(context, tenant, limit).await {
        Ok(claim) => {
            let left = limit - i64::try_from(claim.mails.len()).unwrap_or(limit);
            account::give_back(context, left).await;
            if !claim.mails.is_empty() {
                let (going, calls) = (context.clone(), context.sending.calls.clone());
                let mut turns = context.sending.turns.lock().await;
                turns.spawn(async move { deliver::deliver(&going, tenant, claim.mails, &calls).await });
            }
            claim.looked > 0
        }
        Err(error) => {
            tracing::error!(%tenant, "claiming: {}", describe(&error));
            account::give_back(context, limit).await;
            false
        }
    }
}
