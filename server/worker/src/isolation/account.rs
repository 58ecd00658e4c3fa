//! Accounts, the platform's that all its tenants share and teams' own: rate, quota and standing of each are read once a minute,
//! and its rate is given away as each second goes, so that no process and no tenant takes more than there is, nor all of it
//! at once.

use crate::Context;
use crate::aws::Control;
use crate::duty::{Progress, Result};
use db::isolation::account_stops::{self, AccountStop};
use db::isolation::ses_account::{self, Account, Standing};
use db::isolation::ses_tenants;
use db::scope::{TenantTx, WorkerTx};
use rules::error::describe;
use rules::health::Letter;
use rules::ids::{AccountStopId, PlatformMailId, TenantId};
use rules::isolation::{AccountWord, Urgency, place, released};
use rules::limits;
use rules::time::Duration;
use std::collections::HashMap;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

/// Mails of the current second that this process may still send, by the place.
#[derive(Default)]
pub struct Tokens(Mutex<HashMap<String, Slice>>);

#[derive(Default)]
struct Slice {
    second: i64,
    left: i64,
}

/// Reads the accounts that were not read for a while. Whoever has one of its own is held up by no other's.
pub async fn read(context: &Context) -> Result<Progress> {
    let mut others = JoinSet::new();
    for (account, tenant) in context.list_accounts().await? {
        let context = context.clone();
        others.spawn(async move {
            let read = async {
                let control = context.control_in(Some(&account), tenant, Urgency::Routine).await?;
                read_one(&context, &control, Some(tenant)).await
            };
            if let Err(error) = read.await {
                tracing::warn!(%tenant, account, "its own account: {}", describe(&error));
            }
        });
    }
    let read = read_one(context, &context.control(Urgency::Routine), None).await;
    others.join_all().await;
    read?;
    Ok(Progress::Idle)
}

/// `tenant`: whose own it is.
async fn read_one(context: &Context, control: &Control<'_>, tenant: Option<TenantId>) -> Result<()> {
    let (place, now) = (control.ses().place(), context.now());
    let mut tx = WorkerTx::begin(&context.login).await?;
    let known = ses_account::find(&mut tx, &place).await?;
    tx.commit().await?;
    let is_new = |known: &Standing| now - known.read_at < Duration::seconds(limits::ACCOUNT_READ_SECS);
    if known.as_ref().is_some_and(is_new) {
        return Ok(());
    }
    let read = control.read_account().await?;
    let account = Account {
        rate_a_second: whole(read.rate_a_second),
        quota_a_day: whole(read.quota_a_day),
        sent_today: whole(read.sent_today),
        may_send: read.may_send,
        enforcement: read.enforcement,
        shared_pool_mode: read.shared_pool_mode,
    };
    // What Amazon says of a team's own account is that team's alone: its own turn asks again and acts on it. Before the word is
    // kept, else a process that dies between the two has told nobody.
    let was = known.map_or(AccountWord::Well, |known| word(&known.account));
    if let Some(tenant) = tenant.filter(|_| word(&account) != was) {
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        ses_tenants::nudge(&mut tx, context.now()).await?;
        tx.commit().await?;
    }
    let mut tx = WorkerTx::begin(&context.login).await?;
    ses_account::write(&mut tx, &place, &account, context.now()).await?;
    if tenant.is_none() {
        judge(context, &mut tx, &account).await?;
    }
    Ok(tx.commit().await?)
}

fn word(account: &Account) -> AccountWord {
    AccountWord::of(&account.enforcement, account.may_send)
}

/// Everybody stands still as soon as Amazon reviews the account, as one incident; the operators are told. It ends with Amazon's
/// word.
async fn judge(context: &Context, tx: &mut WorkerTx, account: &Account) -> Result<()> {
    let (region, now, chance) = (context.ses.region(), context.now(), &*context.chance);
    let word = word(account);
    let open = account_stops::find(tx, region).await?;
    match open {
        Some(stop) if word == AccountWord::Well => Ok(account_stops::end(tx, stop.id, now).await?),
        Some(stop)
            if (stop.enforcement.as_str(), stop.may_send) != (account.enforcement.as_str(), account.may_send) =>
        {
            Ok(account_stops::change(tx, stop.id, &account.enforcement, account.may_send).await?)
        }
        None if word != AccountWord::Well => {
            let to: Vec<_> = account_stops::list_operators(tx).await?;
            let stop = AccountStop {
                id: AccountStopId::new(now, chance),
                region: region.to_owned(),
                enforcement: account.enforcement.clone(),
                may_send: account.may_send,
                opened_at: now,
                told: to.iter().map(|it| it.as_str().to_owned()).collect(),
                allowed: None,
                ended_at: None,
            };
            let to: Vec<_> = to.into_iter().map(|it| (it, PlatformMailId::new(now, chance))).collect();
            let page = format!("{}/console/ses", context.public_url);
            let letter = Letter::of_account(word, region, &page);
            tracing::error!(region, enforcement = account.enforcement, "all lanes stand still");
            Ok(account_stops::open(tx, &stop, &letter, &to).await?)
        }
        Some(_) | None => Ok(()),
    }
}

/// Whose mail is to leave.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    Teams,
    /// It tells people what happens: it leaves while Amazon takes any.
    Platform,
}

#[expect(clippy::cast_possible_truncation, reason = "quotas are far below; what is no number is 0")]
fn whole(number: f64) -> i64 {
    number.floor() as i64
}

/// How many of `wanted` mails may leave through an account now. `None`: the platform's.
pub(crate) async fn take_tokens(context: &Context, account: Option<&str>, whose: Whose, wanted: i64) -> Result<i64> {
    let now = context.now();
    let (place, second) = (place(account, context.ses.region()), now.unix_timestamp());
    let mut slices = context.sending.tokens.0.lock().await;
    let slice = slices.entry(place.clone()).or_default();
    if slice.second != second || slice.left < wanted {
        let mut tx = WorkerTx::begin(&context.login).await?;
        let Some(known) = ses_account::find(&mut tx, &place).await? else { return Ok(0) };
        let account = &known.account;
        if whose == Whose::Teams && account_stops::find(&mut tx, &place).await?.is_some_and(|it| it.allowed.is_none()) {
            return Ok(0);
        }
        let is_held = known.held_until.is_some_and(|until| until > now);
        let is_spent = account.quota_a_day >= 0 && account.sent_today >= account.quota_a_day;
        if is_held || is_spent || !account.may_send {
            return Ok(0);
        }
        let kept = if slice.second == second { slice.left } else { 0 };
        let rate = (account.rate_a_second * limits::ACCOUNT_RATE_PERCENT / 100).max(1);
        let released = released(rate, now.millisecond().into());
        let granted = ses_account::take_tokens(&mut tx, &place, second, wanted - kept, released).await?;
        tx.commit().await?;
        *slice = Slice { second, left: kept + granted };
    }
    let taken = slice.left.min(wanted);
    slice.left -= taken;
    Ok(taken)
}

/// What was taken and not used.
pub(crate) async fn give_back(context: &Context, account: Option<&str>, tokens: i64) {
    let mut slices = context.sending.tokens.0.lock().await;
    let slice = slices.entry(place(account, context.ses.region())).or_default();
    if slice.second == context.now().unix_timestamp() {
        slice.left += tokens;
    }
}
