//! Gives claimed mails to SES, several at once: right before the call it is written that SES is called, after it what became
//! of the mail. A crash anywhere here leaves rows that are settled later; nothing is given to SES twice.

use super::compose::Mail;
use super::providers;
use crate::Context;
use crate::aws::Mail as Request;
use crate::duty::{Error, Result};
use crate::mime;
use db::clock;
use db::isolation::{own_accounts, ses_account, ses_tenants};
use db::messages::lanes;
use db::messages::settle::{self, Taken};
use db::scope::{TenantTx, WorkerTx};
use rules::error::describe;
use rules::ids::{MailboxId, MessageId, TenantId};
use rules::isolation::place;
use rules::limits;
use rules::messages::{LaneWait, Provider, SendOutcome, Wait};
use rules::time::Duration;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

/// Mails that are given to SES, and written, together. Each transaction costs as much as some ten of its rows.
const TOGETHER: usize = 32;

/// Outcomes that come within this are written together.
const GATHER: std::time::Duration = std::time::Duration::from_millis(25);

/// How often it is tried to write what became of a mail, when Postgres does not answer: half a minute together. What
/// cannot be written then is settled by its events.
const WRITE_TRIES: u32 = 6;

/// What became of one mail.
pub(super) struct Done {
    message: MessageId,
    mailbox: MailboxId,
    /// Through which it was to leave. `None`: the platform's.
    account: Option<String>,
    provider: Option<Provider>,
    outcome: SendOutcome,
    said: Option<String>,
}

/// A mail, and its recipient's provider where it is known.
type Addressed = (Mail, Option<Provider>);

/// Gives these mails to SES. `room` is free again once what became of them is written.
pub(super) async fn deliver(context: &Context, tenant: TenantId, mails: Vec<Mail>, room: OwnedSemaphorePermit) {
    let domains = mails.iter().map(|mail| mail.to_domain.clone()).collect();
    let known = providers::find_known(context, domains).await;
    let mails: Vec<Addressed> = mails
        .into_iter()
        .map(|mail| {
            let provider = known.get(&mail.to_domain).copied();
            (mail, provider)
        })
        .collect();
    let unknown: Vec<(MessageId, String)> = mails
        .iter()
        .filter(|(_, provider)| provider.is_none())
        .map(|(mail, _)| (mail.message, mail.to_domain.clone()))
        .collect();
    // Nothing waits for DNS: a mail leaves at once, and whose mail exchangers it goes to is written when that is known.
    let giving = async {
        give_all(context, tenant, mails).await;
        drop(room);
    };
    tokio::join!(look_up(context, tenant, unknown), giving);
}

async fn look_up(context: &Context, tenant: TenantId, unknown: Vec<(MessageId, String)>) {
    if unknown.is_empty() {
        return;
    }
    let found = providers::look_up(context, unknown.iter().map(|(_, domain)| domain.clone()).collect()).await;
    let found: Vec<(MessageId, Provider)> =
        unknown.into_iter().filter_map(|(message, domain)| Some((message, *found.get(&domain)?))).collect();
    if let Err(error) = write_providers(context, tenant, &found).await {
        tracing::warn!(%tenant, "recipients' providers: {}", describe(&error));
    }
}

/// Gives as many mails at once as there are places for calls.
async fn give_all(context: &Context, tenant: TenantId, mails: Vec<Addressed>) {
    let mut waiting = VecDeque::from(mails);
    let mut batches = JoinSet::new();
    loop {
        let batch = take_places(&mut waiting, &context.sending.calls).await;
        if batch.is_empty() {
            break;
        }
        match mark(context, tenant, batch).await {
            Ok(batch) => {
                let context = context.clone();
                batches.spawn(async move { give_batch(&context, tenant, batch).await });
            }
            Err(error) => {
                tracing::warn!(%tenant, "mails go back before they were given to SES: {}", describe(&error));
            }
        }
    }
    while batches.join_next().await.is_some() {}
}

/// A mail with its place among the open calls.
type Placed = (Addressed, OwnedSemaphorePermit);

/// Waits for places for some, none of which is waited for by itself.
async fn take_places(waiting: &mut VecDeque<Addressed>, calls: &Arc<Semaphore>) -> Vec<Placed> {
    let wanted = waiting.len().min(TOGETHER);
    let places = calls.clone().acquire_many_owned(u32::try_from(wanted).unwrap_or(1)).await;
    let Ok(mut places) = places else { return Vec::new() };
    waiting.drain(..wanted).filter_map(|mail| Some((mail, places.split(1)?))).collect()
}

/// Says that these are given to SES now: from here on a mail that nobody answers for is unknown. Those that are no longer
/// this process' to send are left out.
async fn mark(context: &Context, tenant: TenantId, mut batch: Vec<Placed>) -> Result<Vec<Placed>> {
    let messages: Vec<MessageId> = batch.iter().map(|((mail, _), _)| mail.message).collect();
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    let called = settle::write_called(&mut tx, &messages, context.now()).await?;
    tx.commit().await?;
    batch.retain(|((mail, _), _)| called.contains(&mail.message));
    Ok(batch)
}

async fn give_batch(context: &Context, tenant: TenantId, batch: Vec<Placed>) {
    let mut open = JoinSet::new();
    for ((mail, provider), place) in batch {
        let context = context.clone();
        open.spawn(async move {
            let (outcome, said) = give(&context, tenant, &mail).await;
            drop(place);
            Done { message: mail.message, mailbox: mail.mailbox, account: mail.route.account, provider, outcome, said }
        });
    }
    while let Some(first) = open.join_next().await {
        let mut done: Vec<Done> = first.into_iter().collect();
        let gathering = async {
            while let Some(next) = open.join_next().await {
                done.extend(next);
            }
        };
        let _ = tokio::time::timeout(GATHER, gathering).await;
        write_all(context, tenant, &done).await;
    }
}

async fn write_providers(context: &Context, tenant: TenantId, found: &[(MessageId, Provider)]) -> Result<()> {
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    settle::write_providers(&mut tx, found).await?;
    Ok(tx.commit().await?)
}

async fn give(context: &Context, tenant: TenantId, mail: &Mail) -> (SendOutcome, Option<String>) {
    let domain = mail.from_email.rsplit('@').next().unwrap_or_default();
    let message_id = format!("{}@{domain}", mail.message);
    let draft = mime::Draft {
        from_name: &mail.from_name,
        from_email: &mail.from_email,
        to: &mail.to,
        reply_to: mail.reply_to.as_deref(),
        subject: &mail.letter.subject,
        text: &mail.letter.text,
        opt_out_url: Some(&mail.opt_out_url),
        message_id: &message_id,
        in_reply_to: mail.references.last().map(String::as_str),
        references: &mail.references,
        date: mail.date,
    };
    let raw = match mime::build(&draft) {
        Ok(raw) => raw,
        Err(error) => return (SendOutcome::Refused { reason: describe(&error) }, None),
    };
    let request = Request {
        from: &mail.from_email,
        to: &mail.to,
        raw,
        route: &mail.route,
        tenant: tenant.to_string(),
        message: mail.message.to_string(),
    };
    let account = mail.route.account.as_deref();
    let ses = match context.ses_in(account, tenant).await {
        Ok(ses) => ses,
        Err(error) => return (SendOutcome::Later(Wait::Role), Some(describe(&error))),
    };
    let (outcome, said) = ses.send_email(request).await;
    if account.is_some() && outcome == SendOutcome::Later(Wait::OurCredentials) {
        context.forget_account(account).await;
        return (SendOutcome::Later(Wait::Role), said);
    }
    (outcome, said)
}

async fn write_all(context: &Context, tenant: TenantId, done: &[Done]) {
    for attempt in 0..WRITE_TRIES {
        match write(context, tenant, done).await {
            Ok(()) => return,
            Err(error) => tracing::warn!(%tenant, "what became of {} mails: {}", done.len(), describe(&error)),
        }
        tokio::time::sleep(std::time::Duration::from_millis(500 << attempt)).await;
    }
    tracing::error!(%tenant, "what became of {} mails could not be written; their events will tell", done.len());
}

async fn write(context: &Context, tenant: TenantId, done: &[Done]) -> Result<()> {
    let machine_now = context.now();
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    let now = clock::business_time(&mut tx, machine_now).await?;
    // First, as a claim locks lanes before anything else.
    if done.iter().any(|it| matches!(it.outcome, SendOutcome::Later(_) | SendOutcome::Refused { .. })) {
        lanes::wake_those_over_cap(&mut tx, now).await?;
    }
    let mut taken = Vec::new();
    let mut waiting: HashMap<Wait, Vec<&Done>> = HashMap::new();
    let mut others = Vec::new();
    for it in done {
        let said = it.said.as_deref().unwrap_or("no answer");
        if let (Some(provider), false) = (it.provider, matches!(it.outcome, SendOutcome::Accepted { .. })) {
            others.push((it.message, provider));
        }
        match &it.outcome {
            SendOutcome::Accepted { ses_id } => {
                taken.push(Taken { message: it.message, ses_id: ses_id.clone(), provider: it.provider });
            }
            SendOutcome::Later(wait) => waiting.entry(*wait).or_default().push(it),
            SendOutcome::Refused { reason } => settle::write_refused(&mut tx, it.message, reason, now).await?,
            SendOutcome::Unknown { may_go_back } => {
                let due_at = machine_now + Duration::minutes(limits::UNKNOWN_QUIET_MINS);
                settle::write_unknown(&mut tx, it.message, *may_go_back, said, due_at).await?;
            }
        }
    }
    if !taken.is_empty() {
        settle::write_taken(&mut tx, &taken).await?;
    }
    if !others.is_empty() {
        settle::write_providers(&mut tx, &others).await?;
    }
    for (wait, held) in &waiting {
        let messages: Vec<MessageId> = held.iter().map(|it| it.message).collect();
        let mailboxes: Vec<MailboxId> = held.iter().map(|it| it.mailbox).collect();
        settle::write_returned(&mut tx, &messages, wait.sentence()).await?;
        lanes::hold(&mut tx, &mailboxes, LaneWait::Held(*wait), now + hold_of(*wait)).await?;
        if *wait == Wait::NotAssociated || *wait == Wait::TenantStopped {
            ses_tenants::nudge(&mut tx, machine_now).await?;
        }
        if *wait == Wait::Role {
            own_accounts::nudge(&mut tx, machine_now).await?;
        }
        if *wait == Wait::NotAssociated || *wait == Wait::DomainNotVerified {
            db::domains::nudge_of(&mut tx, &mailboxes, machine_now).await?;
        }
        tracing::warn!(%tenant, "{} mails go back: {}", held.len(), held.iter().find_map(|it| it.said.as_deref()).unwrap_or(""));
    }
    tx.commit().await?;
    let waits = waiting.iter().flat_map(|(wait, held)| held.iter().map(|it| (it.account.as_deref(), *wait)));
    hold_everybody(context, waits.collect()).await
}

/// What SES says of an account holds for all tenants in it; what it may have meant of it is looked at.
async fn hold_everybody(context: &Context, waits: HashSet<(Option<&str>, Wait)>) -> Result<()> {
    for (account, wait) in waits {
        let (place, now) = (place(account, context.ses.region()), context.now());
        match wait {
            Wait::Throttled | Wait::DailyQuota | Wait::OurCredentials | Wait::Role | Wait::OutOfReach => {
                let mut tx = WorkerTx::begin(&context.login).await.map_err(Error::from)?;
                ses_account::hold(&mut tx, &place, wait.as_str(), now + hold_of(wait)).await?;
                tx.commit().await?;
            }
            // Perhaps not the tenant is stopped but the account: it is read in some seconds.
            Wait::TenantStopped => {
                let since = limits::ACCOUNT_READ_SECS - limits::ACCOUNT_READ_SOON_SECS;
                let mut tx = WorkerTx::begin(&context.login).await.map_err(Error::from)?;
                ses_account::age(&mut tx, &place, now - Duration::seconds(since)).await?;
                tx.commit().await?;
            }
            Wait::NotAssociated | Wait::DomainNotVerified => {}
        }
    }
    Ok(())
}

/// How long nothing is tried after such an answer.
const fn hold_of(wait: Wait) -> Duration {
    match wait {
        Wait::Throttled => Duration::seconds(2),
        Wait::OutOfReach => Duration::seconds(15),
        Wait::NotAssociated | Wait::OurCredentials | Wait::Role => Duration::minutes(5),
        Wait::DailyQuota | Wait::TenantStopped | Wait::DomainNotVerified => Duration::minutes(15),
    }
}
