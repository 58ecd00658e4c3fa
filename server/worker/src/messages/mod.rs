//! Mails to leads. A turn looks at the lanes whose time has come: for each tenant one short transaction claims what may
//! leave and writes the intent ([`claim`]); after it the mails are given to SES, and what became of them is written
//! ([`deliver`]). What nobody answered for is settled later ([`unsettled`]).

mod claim;
mod compose;
mod deliver;
mod probation;
mod providers;
mod unsettled;

pub(crate) use unsettled::settle;

use crate::Context;
use crate::due::shuffle;
use crate::duty::{Error, Progress, Result};
use crate::isolation::account::{self, Tokens, Whose};
use db::clock;
use db::messages::lanes::{self, DueTenant};
use db::replies::inbound;
use db::scope::WorkerTx;
use rules::error::describe;
use rules::ids::TenantId;
use rules::isolation::Shares;
use rules::limits;
use rules::replies::ReplyKey;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OnceCell, OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

/// How many tenants are claimed for at once.
const TENANTS_AT_ONCE: usize = 8;

/// Mails of this process that are claimed and not settled: enough that SES never waits for a claim, few enough that all of
/// them are called well within [`limits::SEND_LEASE_SECS`].
const ON_THE_WAY_MAX: usize = 8 * limits::SENDS_AT_ONCE;

/// When there is no room, it is waited this long for some.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the duty keeps between its turns.
pub struct Sending {
    pub(crate) tokens: Tokens,
    shares: Mutex<Shares<TenantId>>,
    calls: Arc<Semaphore>,
    room: Arc<Semaphore>,
    turns: Mutex<JoinSet<()>>,
    reply_key: OnceCell<ReplyKey>,
}

impl Default for Sending {
    fn default() -> Self {
        Self {
            tokens: Tokens::default(),
            shares: Mutex::default(),
            calls: Arc::new(Semaphore::new(limits::SENDS_AT_ONCE)),
            room: Arc::new(Semaphore::new(ON_THE_WAY_MAX)),
            turns: Mutex::default(),
            reply_key: OnceCell::new(),
        }
    }
}

impl Sending {
    /// What addresses for answers are signed with. `None`: answers do not come in by us.
    pub(crate) async fn reply_key(&self, context: &Context) -> Result<Option<&ReplyKey>> {
        if context.ses.reply_domain().is_none() {
            return Ok(None);
        }
        let find = || async {
            let mut tx = WorkerTx::begin(&context.login).await?;
            let key = inbound::find_or_make_key(&mut tx, &ReplyKey::new(&*context.chance), context.now()).await?;
            tx.commit().await?;
            Ok::<_, Error>(key)
        };
        self.reply_key.get_or_try_init(find).await.map(Some)
    }

    /// Waits for the mails that are being given to SES.
    pub(crate) async fn wait(&self) {
        let mut turns = self.turns.lock().await;
        while turns.join_next().await.is_some() {}
    }
}

/// One turn over the tenants that have lanes whose time has come. Capacity that is short is shared among them by weight. While
/// their mails are given to SES, the next turn claims.
pub async fn send(context: &Context) -> Result<Progress> {
    let mut tx = WorkerTx::begin(&context.login).await?;
    let now = clock::business_time_of_work(&mut tx, context.now()).await?;
    let mut waiting = lanes::list_due_tenants(&mut tx, now).await?;
    tx.commit().await?;
    if waiting.is_empty() {
        return Ok(Progress::Idle);
    }
    // Among those who have had equally much, chance decides.
    shuffle(&mut waiting, &*context.chance);
    let sending = &context.sending;
    while sending.turns.lock().await.try_join_next().is_some() {}
    let lanes = waiting.len().min(TENANTS_AT_ONCE) * usize::try_from(limits::LANES_AT_ONCE).unwrap_or(1);
    let Some(mut room) = take_room(sending, lanes).await else { return Ok(Progress::Idle) };
    let mut claims = JoinSet::new();
    for (due, mails) in share(context, waiting, room.num_permits()).await? {
        let room = room.split(usize::try_from(mails).unwrap_or(0)).filter(|room| room.num_permits() > 0);
        if let Some(room) = room {
            let context = context.clone();
            claims.spawn(async move { turn(&context, due, room).await });
        }
    }
    drop(room);
    let mut progress = Progress::Idle;
    while let Some(claim) = claims.join_next().await {
        match claim {
            Ok(true) => progress = Progress::More,
            Ok(false) => {}
            Err(error) => tracing::error!("a claim fell over: {error}"),
        }
    }
    Ok(progress)
}

/// Who may send how many of `room` mails now. Whoever has an account of its own shares nothing but the room.
async fn share(context: &Context, waiting: Vec<DueTenant>, room: usize) -> Result<Vec<(DueTenant, i64)>> {
    let (shared, own): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|due| due.account.is_none());
    let places = if shared.is_empty() { TENANTS_AT_ONCE } else { TENANTS_AT_ONCE / 2 };
    let (mut granted, mut left) = (Vec::new(), room);
    for due in own.into_iter().take(places) {
        let wanted = due.backlog.mails.min(limits::LANES_AT_ONCE).min(i64::try_from(left).unwrap_or(0));
        let mails = account::take_tokens(context, due.account.as_deref(), Whose::Teams, wanted).await?;
        left -= usize::try_from(mails).unwrap_or(0);
        granted.push((due, mails));
    }
    if shared.is_empty() {
        return Ok(granted);
    }
    let tokens = account::take_tokens(context, None, Whose::Teams, i64::try_from(left).unwrap_or(0)).await?;
    let backlogs: Vec<_> = shared.iter().map(|due| due.backlog).collect();
    let given = context.sending.shares.lock().await.share(&backlogs, tokens, TENANTS_AT_ONCE);
    account::give_back(context, None, tokens - given.iter().map(|(_, mails)| mails).sum::<i64>()).await;
    for (tenant, mails) in given {
        granted.extend(shared.iter().find(|due| due.backlog.who == tenant).map(|due| (due.clone(), mails)));
    }
    Ok(granted)
}

/// Room for `wanted` mails, so that they are claimed and written together; when that takes long, what there is. `None`: SES
/// takes too long with those on their way.
async fn take_room(sending: &Sending, wanted: usize) -> Option<OwnedSemaphorePermit> {
    let room = &sending.room;
    let wanted = u32::try_from(wanted.min(ON_THE_WAY_MAX / 4)).unwrap_or(1);
    if let Ok(taken) = tokio::time::timeout(PATIENCE, room.clone().acquire_many_owned(wanted)).await {
        return taken.ok();
    }
    let there = u32::try_from(room.available_permits()).unwrap_or(0).min(wanted);
    room.clone().try_acquire_many_owned(there).ok().filter(|taken| taken.num_permits() > 0)
}

/// For measuring: a claim whose mails are never given to SES.
pub(crate) async fn claim_alone(context: &Context, tenant: TenantId, limit: i64) -> Result<usize> {
    Ok(claim::claim(context, tenant, limit).await?.mails.len())
}

/// Claims for one tenant as many mails as there is room for, and sets them on their way; whether there was anything to look
/// at.
async fn turn(context: &Context, DueTenant { account, backlog }: DueTenant, mut room: OwnedSemaphorePermit) -> bool {
    let (tenant, limit) = (backlog.who, i64::try_from(room.num_permits()).unwrap_or(1));
    match claim::claim(context, tenant, limit).await {
        Ok(claim) => {
            let left = limit - i64::try_from(claim.mails.len()).unwrap_or(limit);
            account::give_back(context, account.as_deref(), left).await;
            context.sending.shares.lock().await.give_back(tenant, backlog.weight, left);
            if let Some(room) = room.split(claim.mails.len()).filter(|_| !claim.mails.is_empty()) {
                let going = context.clone();
                let mut turns = context.sending.turns.lock().await;
                turns.spawn(async move { deliver::deliver(&going, tenant, claim.mails, room).await });
            }
            claim.looked > 0
        }
        Err(error) => {
            // It has had its turn: whoever fails again and again is in nobody's way.
            tracing::error!(%tenant, "claiming: {}", describe(&error));
            account::give_back(context, account.as_deref(), limit).await;
            false
        }
    }
}
