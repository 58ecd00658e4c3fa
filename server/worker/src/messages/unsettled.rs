//! Mails that are open: the process that claimed or gave them died, or no answer came. What was never given goes back at
//! once. Of the others nobody knows whether SES took them, and events settle them. Where none comes for a while, although
//! events do arrive, a mail that SES answered with an error of its own goes back once; any other is never sent again.

use crate::Context;
use crate::due::{Acting, act_on_due};
use crate::duty::{Progress, Result};
use db::clock;
use db::isolation::{ses_account, ses_tenants};
use db::lease::{self, Lease, Leased};
use db::messages::settle::{self, Unsettled};
use db::scope::{TenantTx, WorkerTx};
use rules::ids::TenantId;
use rules::isolation::place;
use rules::limits;
use rules::messages::MessageState;
use rules::time::{Duration, OffsetDateTime};

pub(crate) async fn settle(context: &Context) -> Result<Progress> {
    act_on_due(context, Leased::UnsettledMessages, settle_one).await
}

fn settle_one(context: &Context, tenant: TenantId, lease: Lease) -> Acting<'_> {
    Box::pin(async move {
        let now = context.now();
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        let Some(found) = settle::find_unsettled(&mut tx, &lease).await? else {
            return Ok(());
        };
        let account = ses_tenants::find(&mut tx).await?.and_then(|it| it.account);
        tx.commit().await?;
        let is_heard = hears_events(context, account.as_deref(), found.since, now).await?;
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        let business_now = clock::business_time(&mut tx, now).await?;
        match judge(&found, is_heard, now) {
            Verdict::Close => settle::close(&mut tx, found.message).await?,
            Verdict::NeverCalled => {
                let said = "The process that was to send it ended before it gave it to Amazon SES.";
                settle::write_never_called(&mut tx, &lease, said).await?;
                db::messages::lanes::wake(&mut tx, business_now).await?;
            }
            Verdict::Unknown { look_at } => {
                let said = "The process that sent it ended before it knew the answer.";
                settle::write_unknown(&mut tx, found.message, false, said, look_at).await?;
            }
            Verdict::GoBack => {
                let said = "Amazon SES answered with an error of its own, and nothing was heard of the mail since.";
                settle::write_given_up(&mut tx, found.message, said).await?;
                db::messages::lanes::wake(&mut tx, business_now).await?;
            }
            Verdict::Final => settle::write_final(&mut tx, found.message, business_now).await?,
            Verdict::Wait { look_at } => {
                lease::settle(&mut tx, Leased::UnsettledMessages, &lease, Some(look_at)).await?;
            }
        }
        Ok(tx.commit().await?)
    })
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    /// It is known by now.
    Close,
    NeverCalled,
    Unknown {
        look_at: OffsetDateTime,
    },
    GoBack,
    Final,
    Wait {
        look_at: OffsetDateTime,
    },
}

fn judge(found: &Unsettled, is_heard: bool, now: OffsetDateTime) -> Verdict {
    match found.state {
        MessageState::Sending => {
            match found.called_at.map(|called| called + Duration::seconds(limits::SEND_LEASE_SECS)) {
                None => Verdict::NeverCalled,
                Some(over) if over > now => Verdict::Wait { look_at: over },
                Some(_) => Verdict::Unknown { look_at: now + Duration::minutes(limits::UNKNOWN_QUIET_MINS) },
            }
        }
        MessageState::Unknown if is_heard && found.may_go_back => Verdict::GoBack,
        MessageState::Unknown if is_heard || now - found.since > Duration::hours(limits::UNKNOWN_HOURS_MAX) => {
            Verdict::Final
        }
        MessageState::Unknown => Verdict::Wait { look_at: now + Duration::minutes(1) },
        MessageState::Returned
        | MessageState::UnknownFinal
        | MessageState::Accepted
        | MessageState::Delayed
        | MessageState::SoftBounced
        | MessageState::Delivered
        | MessageState::Refused
        | MessageState::Bounced => Verdict::Close,
    }
}

/// Whether events would have been heard: the queue was asked just now, and some event came since the mail was given.
async fn hears_events(
    context: &Context,
    account: Option<&str>,
    since: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<bool> {
    let mut tx = WorkerTx::begin(&context.login).await?;
    let place = place(account, context.ses.region());
    let Some(standing) = ses_account::find(&mut tx, &place).await? else { return Ok(false) };
    let is_polled = standing
        .events_polled_at
        .is_some_and(|polled| now - polled < Duration::seconds(limits::EVENTS_POLLED_SECS_MAX));
    Ok(is_polled && standing.event_received_at.is_some_and(|received| received >= since))
}
