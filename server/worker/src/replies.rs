//! Answers: news of what has arrived comes out of a queue and stands in the database before it is deleted there ([`take_in`]);
//! each mail is fetched, read, and written down with the team whose mail it answers ([`read`]). What is nobody's, or cannot be
//! read, is kept for the operator. Doing any of it twice changes nothing.

use crate::Context;
use crate::aws::{Queue, SesError};
use crate::due::retry_after;
use crate::duty::{Error, Progress, Result};
use db::clock;
use db::events::{self, Outcome, Raw};
use db::replies::inbound::{self, Nobodys, Unread};
use db::replies::{self, Answered, MatchedBy, NewReply, ReplyContent};
use db::scope::{TenantTx, WorkerTx};
use rules::error::describe;
use rules::ids::{MessageId, ReplyId, TenantId};
use rules::limits;
use rules::replies::{Arrival, Candidate, Reply, ReplyClass, candidates, parse, parse_arrival, reply_effect};
use rules::time::Duration;
use tokio::task::JoinSet;

/// Takes some of what has arrived out of the queue.
pub async fn take_in(context: &Context) -> Result<Progress> {
    if context.ses.reply_domain().is_none() {
        return Ok(Progress::Idle);
    }
    // Where the database is out of reach nothing is taken: SQS counts how often it hands out each.
    WorkerTx::begin(&context.login).await?.commit().await?;
    let mut received = context.ses.receive(Queue::Replies, context.event_wait).await?;
    if received.is_empty() {
        return Ok(Progress::Idle);
    }
    let now = context.now();
    let (mut arrivals, mut nonsense): (Vec<Arrival>, Vec<Raw>) = (Vec::new(), Vec::new());
    for message in &mut received {
        let body = std::mem::take(&mut message.body);
        match parse_arrival(&body) {
            (_, Ok(arrival)) => arrivals.push(arrival),
            (id, Err(_)) => {
                let id = id.unwrap_or_else(|| format!("sqs:{}", message.id));
                nonsense.push(Raw { id, account: None, body, received_at: now });
            }
        }
    }
    let mut tx = WorkerTx::begin(&context.login).await?;
    inbound::keep(&mut tx, &arrivals, now).await?;
    if !nonsense.is_empty() {
        let outcomes = vec![Outcome::Unusable("This is no news of a mail that arrived."); nonsense.len()];
        events::keep(&mut tx, &nonsense, &outcomes, now).await?;
    }
    tx.commit().await?;
    context.ses.delete(Queue::Replies, &received).await?;
    Ok(Progress::More)
}

/// Reads some of what has arrived.
pub async fn read(context: &Context) -> Result<Progress> {
    let now = context.now();
    let mut tx = WorkerTx::begin(&context.login).await?;
    let until = now + Duration::seconds(limits::REPLY_LEASE_SECS);
    let mails = inbound::take(&mut tx, now, until, limits::REPLIES_AT_ONCE).await?;
    tx.commit().await?;
    let mut turns = JoinSet::new();
    for mail in mails {
        let context = context.clone();
        turns.spawn(async move { settle(&context, mail).await });
    }
    let mut progress = Progress::Idle;
    while let Some(turn) = turns.join_next().await {
        progress = Progress::More;
        match turn {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!("an answer: {}", describe(&error)),
            Err(error) => tracing::error!("an answer fell over: {error}"),
        }
    }
    Ok(progress)
}

/// Forgets that mails arrived which stand with their teams for long.
pub async fn sweep(context: &Context) -> Result<Progress> {
    let until = context.now() - Duration::days(limits::SWEEP_AFTER_DAYS);
    let mut tx = WorkerTx::begin(&context.login).await?;
    let swept = inbound::sweep(&mut tx, until, limits::SWEEP_ROWS_MAX).await?;
    tx.commit().await?;
    Ok(if swept < limits::SWEEP_ROWS_MAX.cast_unsigned() { Progress::Idle } else { Progress::More })
}

async fn settle(context: &Context, mail: Unread) -> Result<()> {
    let id = mail.arrival.id.clone();
    match take_up(context, &mail).await {
        Ok(Whose::Tenant(tenant)) => {
            let mut tx = WorkerTx::begin(&context.login).await?;
            inbound::write_matched(&mut tx, &id, tenant, context.now()).await?;
            Ok(tx.commit().await?)
        }
        Ok(Whose::Nobody(content)) => {
            let mut tx = WorkerTx::begin(&context.login).await?;
            inbound::write_nobodys(&mut tx, &id, &content, context.now()).await?;
            Ok(tx.commit().await?)
        }
        Err(error) => put_off(context, &mail, &error).await,
    }
}

async fn put_off(context: &Context, mail: &Unread, error: &Error) -> Result<()> {
    let trouble: String = describe(error).chars().take(limits::TROUBLE_CHARS_MAX).collect();
    tracing::warn!(mail = mail.arrival.id, "an answer is not read yet: {trouble}");
    let now = context.now();
    let next = (mail.attempts < limits::REPLY_TRIES).then(|| now + retry_after(mail.attempts));
    let mut tx = WorkerTx::begin(&context.login).await?;
    inbound::write_trouble(&mut tx, &mail.arrival.id, &trouble, now, next).await?;
    Ok(tx.commit().await?)
}

enum Whose {
    Tenant(TenantId),
    Nobody(Nobodys),
}

/// Fetches a mail, reads it, and writes it down with whom it belongs to.
async fn take_up(context: &Context, mail: &Unread) -> Result<Whose> {
    let Arrival { bucket, object_key, .. } = &mail.arrival;
    let raw = context.ses.fetch(bucket, object_key, limits::REPLY_BYTES_MAX).await?;
    // A mail of 40 MB is seconds of work.
    let reply = tokio::task::spawn_blocking(move || parse(&raw)).await;
    let reply = reply.map_err(|error| SesError::unexpected("GetObject", format!("reading the mail: {error}")))?;
    let by_address = find_by_address(context, mail, &reply).await?;
    if let Some((tenant, message)) = by_address {
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        if let Some(answered) = replies::find_message(&mut tx, message).await? {
            return record(context, tx, mail, &reply, &answered, MatchedBy::Address).await;
        }
    }
    if let Some((tx, answered)) = find_in_threads(context, &reply).await? {
        return record(context, tx, mail, &reply, &answered, MatchedBy::Thread).await;
    }
    let why = match by_address {
        Some(_) => "The mail that it answers is there no more.",
        None => "It came to no address of ours that names a mail, and answers none to a lead that sent it.",
    };
    Ok(Whose::Nobody(Nobodys {
        from_address: reply.from.map(|from| from.address).unwrap_or_default(),
        subject: reply.subject,
        body: if mail.arrival.has_virus { String::new() } else { reply.visible.text },
        why: why.to_owned(),
    }))
}

/// What the address that it came to names. The envelope comes first: headers are whatever the sender wrote.
async fn find_by_address(context: &Context, mail: &Unread, reply: &Reply) -> Result<Option<(TenantId, MessageId)>> {
    let Some(domain) = context.ses.reply_domain() else { return Ok(None) };
    let Some(key) = context.sending.reply_key(context).await? else { return Ok(None) };
    let mut named = mail.arrival.recipients.iter().chain(&reply.recipients);
    Ok(named.find_map(|address| key.read(address, domain)))
}

/// The mail of ours that it names, where its sender is the lead that the mail went to.
async fn find_in_threads(context: &Context, reply: &Reply) -> Result<Option<(TenantTx, Answered)>> {
    let Some(from) = &reply.from else { return Ok(None) };
    let (mut ses_ids, mut ours) = (Vec::new(), Vec::new());
    for candidate in candidates(reply) {
        match candidate {
            Candidate::Ses(id) => ses_ids.push(id),
            Candidate::Ours(id) => ours.push(id),
            Candidate::Other(_) => {}
        }
    }
    if ses_ids.is_empty() && ours.is_empty() {
        return Ok(None);
    }
    let email_key = from.address.to_lowercase();
    let mut tx = WorkerTx::begin(&context.login).await?;
    let tenants = inbound::list_tenants_with_lead(&mut tx, &email_key).await?;
    tx.commit().await?;
    for tenant in tenants {
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        if let Some(answered) = replies::find_in_thread(&mut tx, &email_key, &ses_ids, &ours).await? {
            return Ok(Some((tx, answered)));
        }
    }
    Ok(None)
}

async fn record(
    context: &Context,
    mut tx: TenantTx,
    mail: &Unread,
    reply: &Reply,
    answered: &Answered,
    matched_by: MatchedBy,
) -> Result<Whose> {
    let tenant = tx.tenant();
    let now = clock::business_time(&mut tx, context.now()).await?;
    let new = NewReply {
        id: ReplyId::new(context.now(), &*context.chance),
        inbound_id: mail.arrival.id.clone(),
        message: answered.message,
        matched_by,
        content: content(mail, reply),
    };
    replies::record(&mut tx, &new, answered, reply_effect(reply, &answered.recipient), now).await?;
    tx.commit().await?;
    Ok(Whose::Tenant(tenant))
}

fn content(mail: &Unread, reply: &Reply) -> ReplyContent {
    let has_virus = mail.arrival.has_virus;
    let shown = |text: &str| if has_virus { String::new() } else { text.to_owned() };
    let (from_name, from_address) =
        reply.from.as_ref().map_or_else(Default::default, |from| (from.name.clone(), from.address.clone()));
    ReplyContent {
        received_at: mail.received_at,
        class: ReplyClass::of(reply),
        from_name,
        from_address,
        subject: reply.subject.clone(),
        body: shown(&reply.visible.text),
        quoted: shown(&reply.visible.quoted),
        attachments: reply.attachments.clone(),
        is_spam: mail.arrival.is_spam,
        has_virus,
    }
}
