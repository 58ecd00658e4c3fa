//! Events: what SES tells comes out of the queue into the database as it came ([`take_in`]), and from there to the messages
//! that it is about ([`apply`]). Either can be done twice; what cannot be used is kept, with the reason.

use crate::Context;
use crate::aws::{BATCH, Received};
use crate::duty::{Progress, Result};
use crate::platform;
use db::clock;
use db::events::{self, Fact, Raw};
use db::isolation::ses_account;
use db::scope::{TenantTx, WorkerTx};
use rules::error::describe;
use rules::events::{EventKind, effect, envelope_id, parse};
use rules::ids::{MessageId, TenantId};
use rules::limits;
use std::collections::HashMap;
use std::time::Duration;
use tokio::task::JoinSet;

/// Rounds of receives in one turn, so that what has come is applied in between.
const ROUNDS: usize = 8;

/// Takes what has come out of the queue. It is deleted there once it stands in the database.
pub async fn take_in(context: &Context) -> Result<Progress> {
    let mut received = context.ses.receive_events(context.event_wait).await?;
    let mut is_full = received.len() == BATCH;
    let mut has_any = !received.is_empty();
    for _ in 0..ROUNDS {
        keep(context, &received, has_any).await?;
        if !is_full {
            return Ok(if has_any { Progress::More } else { Progress::Idle });
        }
        received = receive_many(context).await?;
        is_full = received.len() > BATCH;
        has_any |= !received.is_empty();
    }
    keep(context, &received, has_any).await?;
    Ok(Progress::More)
}

async fn receive_many(context: &Context) -> Result<Vec<Received>> {
    let mut receives = JoinSet::new();
    for _ in 0..limits::EVENT_RECEIVES_AT_ONCE {
        let ses = context.ses.clone();
        receives.spawn(async move { ses.receive_events(Duration::ZERO).await });
    }
    let mut all = Vec::new();
    while let Some(received) = receives.join_next().await {
        if let Ok(received) = received {
            all.extend(received?);
        }
    }
    Ok(all)
}

async fn keep(context: &Context, received: &[Received], has_any: bool) -> Result<()> {
    let mut tx = WorkerTx::begin(&context.login).await?;
    if !received.is_empty() {
        // A notification that is delivered twice has two ids in the queue and one of its own.
        let id = |it: &Received| envelope_id(&it.body).unwrap_or_else(|| format!("sqs:{}", it.id));
        let rows: Vec<(String, String)> = received.iter().map(|it| (id(it), it.body.clone())).collect();
        events::keep(&mut tx, &rows, context.now()).await?;
    }
    ses_account::write_polled(&mut tx, context.ses.region(), has_any, context.now()).await?;
    tx.commit().await?;
    Ok(context.ses.delete_events(received).await?)
}

/// Forgets notifications that were done with long ago, and seconds whose mails were given away.
pub async fn sweep(context: &Context) -> Result<Progress> {
    let now = context.now();
    let until = now - rules::time::Duration::days(limits::SWEEP_AFTER_DAYS);
    let mut tx = WorkerTx::begin(&context.login).await?;
    let swept = events::sweep(&mut tx, until, limits::SWEEP_ROWS_MAX).await?;
    ses_account::sweep_tokens(&mut tx, now.unix_timestamp() - 60).await?;
    tx.commit().await?;
    Ok(if swept < limits::SWEEP_ROWS_MAX.cast_unsigned() { Progress::Idle } else { Progress::More })
}

/// Does with some notifications what they are about.
pub async fn apply(context: &Context) -> Result<Progress> {
    let mut tx = WorkerTx::begin(&context.login).await?;
    let new = events::list_new(&mut tx, limits::EVENTS_AT_ONCE).await?;
    tx.commit().await?;
    if new.is_empty() {
        return Ok(Progress::Idle);
    }
    let mut done: Vec<(&str, Option<&str>)> = Vec::new();
    let mut by_tenant: HashMap<TenantId, Vec<(&str, Fact)>> = HashMap::new();
    let mut platforms: Vec<(&str, Fact)> = Vec::new();
    for raw in &new {
        match read(context, raw) {
            Ok((Whose::Tenant(tenant), fact)) => by_tenant.entry(tenant).or_default().push((&raw.id, fact)),
            Ok((Whose::Platform, fact)) => platforms.push((&raw.id, fact)),
            Err(trouble) => done.push((&raw.id, Some(trouble))),
        }
    }
    platform::apply(context, platforms.iter().map(|(_, fact)| fact)).await?;
    done.extend(platforms.iter().map(|(id, _)| (*id, None)));
    for (tenant, facts) in &by_tenant {
        done.extend(apply_to(context, *tenant, facts).await);
    }
    let progress = if done.is_empty() { Progress::Idle } else { Progress::More };
    let mut tx = WorkerTx::begin(&context.login).await?;
    events::write_applied(&mut tx, &done, context.now()).await?;
    tx.commit().await?;
    Ok(progress)
}

/// All at once; where one of them cannot be written, each by itself, so that it holds up no other.
async fn apply_to<'a>(
    context: &Context,
    tenant: TenantId,
    facts: &'a [(&'a str, Fact)],
) -> Vec<(&'a str, Option<&'static str>)> {
    match apply_facts(context, tenant, facts).await {
        Ok(done) => done,
        Err(error) => {
            tracing::warn!(%tenant, "{} events: {}", facts.len(), describe(&error));
            let mut done = Vec::new();
            for fact in facts {
                match apply_facts(context, tenant, std::slice::from_ref(fact)).await {
                    Ok(one) => done.extend(one),
                    Err(error) => tracing::error!(%tenant, "the event {}: {}", fact.0, describe(&error)),
                }
            }
            done
        }
    }
}

async fn apply_facts<'a>(
    context: &Context,
    tenant: TenantId,
    facts: &'a [(&'a str, Fact)],
) -> Result<Vec<(&'a str, Option<&'static str>)>> {
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    let now = clock::business_time(&mut tx, context.now()).await?;
    let plain: Vec<Fact> = facts.iter().map(|(_, fact)| fact.clone()).collect();
    let unknown: Vec<MessageId> = events::apply(&mut tx, &plain, now).await?;
    tx.commit().await?;
    let trouble = |fact: &Fact| unknown.contains(&fact.message).then_some("This tenant has no such message.");
    Ok(facts.iter().map(|(id, fact)| (*id, trouble(fact))).collect())
}

/// Whose mail an event is about.
enum Whose {
    Tenant(TenantId),
    Platform,
}

/// Whose it is and what it says; or why nothing can be done with it.
fn read(context: &Context, raw: &Raw) -> Result<(Whose, Fact), &'static str> {
    let event = parse(&raw.body).map_err(|_| "This is no event of SES.")?;
    let (whose, message) = match (event.tenant, event.message) {
        (Some(tenant), Some(message)) => (Whose::Tenant(tenant), message),
        (None, Some(message)) if event.is_platforms => (Whose::Platform, message),
        _ => return Err("It does not name a message of ours."),
    };
    let wanted = match whose {
        Whose::Tenant(tenant) => crate::isolation::ses_name(context, tenant),
        Whose::Platform => platform::ses_name(context),
    };
    let is_ours = |name: &Option<String>| name.as_ref().is_none_or(|name| *name == wanted);
    if !is_ours(&event.configuration_set) || !is_ours(&event.ses_tenant) {
        tracing::error!(id = raw.id, "an event names another tenant's set than its message's");
        return Err("Its configuration set is not that of its message's tenant.");
    }
    let fact = Fact {
        message,
        kind: event.kind.name().to_owned(),
        detail: detail(&event.kind),
        at: event.at,
        received_at: raw.received_at,
        ses_id: event.ses_id,
        effect: effect(&event.kind),
        key: event.key,
    };
    Ok((whose, fact))
}

/// What a person reads beside the event's name.
fn detail(kind: &EventKind) -> Option<String> {
    let text = match kind {
        EventKind::Bounce(bounce) => {
            let words = [bounce.bounce_type.as_str(), &bounce.sub_type, bounce.diagnostic.as_deref().unwrap_or("")];
            words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ")
        }
        EventKind::Complaint(complaint) => complaint.feedback_type.clone()?,
        EventKind::Reject { reason } => reason.clone(),
        EventKind::Delay { delay_type, diagnostic } => {
            let words = [Some(delay_type.clone()), diagnostic.clone()];
            words.into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
        EventKind::RenderingFailure { message } => message.clone(),
        EventKind::Send | EventKind::Delivery | EventKind::Open | EventKind::Click | EventKind::Other(_) => {
            return None;
        }
    };
    Some(text.chars().take(limits::TROUBLE_CHARS_MAX).collect())
}
