//! The account that all tenants share: its rate, quota and standing are read once a minute, and its rate is given away as
//! each second goes, so that no process and no tenant takes more than there is, nor all of it at once.

use crate::Context;
use crate::duty::{Progress, Result};
use db::isolation::account_stops::{self, AccountStop};
use db::isolation::ses_account::{self, Account};
use db::scope::WorkerTx;
use rules::health::Letter;
use rules::ids::{AccountStopId, PlatformMailId};
use rules::isolation::{AccountWord, Urgency, released};
use rules::limits;
use rules::time::Duration;
use tokio::sync::Mutex;

/// Mails of the current second that this process may still send.
#[derive(Default)]
pub struct Tokens(Mutex<Slice>);

#[derive(Default)]
struct Slice {
    second: i64,
    left: i64,
}

/// Reads the account, when it was not read for a while.
pub async fn read(context: &Context) -> Result<Progress> {
    let (region, now) = (context.ses.region(), context.now());
    let mut tx = WorkerTx::begin(&context.login).await?;
    let known = ses_account::find(&mut tx, region).await?;
    tx.commit().await?;
    if known.is_some_and(|known| now - known.read_at < Duration::seconds(limits::ACCOUNT_READ_SECS)) {
        return Ok(Progress::Idle);
    }
    let read = context.control(None, Urgency::Routine).read_account().await?;
    let account = Account {
        rate_a_second: whole(read.rate_a_second),
        quota_a_day: whole(read.quota_a_day),
        sent_today: whole(read.sent_today),
        may_send: read.may_send,
        enforcement: read.enforcement,
        shared_pool_mode: read.shared_pool_mode,
    };
    let mut tx = WorkerTx::begin(&context.login).await?;
    ses_account::write(&mut tx, region, &account, context.now()).await?;
    judge(context, &mut tx, &account).await?;
    tx.commit().await?;
    Ok(Progress::Idle)
}

/// Everybody stands still as soon as Amazon reviews the account, as one incident; the operators are told. It ends with Amazon's
/// word.
async fn judge(context: &Context, tx: &mut WorkerTx, account: &Account) -> Result<()> {
    let (region, now, chance) = (context.ses.region(), context.now(), &*context.chance);
    let word = AccountWord::of(&account.enforcement, account.may_send);
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

/// How many of `wanted` mails may leave now.
pub(crate) async fn take_tokens(context: &Context, whose: Whose, wanted: i64) -> Result<i64> {
    let now = context.now();
    let second = now.unix_timestamp();
    let mut slice = context.sending.tokens.0.lock().await;
    if slice.second != second || slice.left < wanted {
        let mut tx = WorkerTx::begin(&context.login).await?;
        let region = context.ses.region();
        let Some(known) = ses_account::find(&mut tx, region).await? else { return Ok(0) };
        let account = &known.account;
        if whose == Whose::Teams && account_stops::find(&mut tx, region).await?.is_some_and(|it| it.allowed.is_none()) {
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
        let granted = ses_account::take_tokens(&mut tx, region, second, wanted - kept, released).await?;
        tx.commit().await?;
        *slice = Slice { second, left: kept + granted };
    }
    let taken = slice.left.min(wanted);
    slice.left -= taken;
    Ok(taken)
}

/// What was taken and not used.
pub(crate) async fn give_back(context: &Context, tokens: i64) {
    let mut slice = context.sending.tokens.0.lock().await;
    if slice.second == context.now().unix_timestamp() {
        slice.left += tokens;
    }
}
