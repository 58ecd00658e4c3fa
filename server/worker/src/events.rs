//! Events: what SES tells comes out of the queue ([`take_in`]), is done with what it is about, and stands in the database as
//! it came before it is deleted there. What could not be written the first time is tried again ([`apply`]); what cannot be
//! used is kept, with the reason. Doing any of it twice changes nothing.

use crate::Context;
use crate::aws::{BATCH, Queue, Received, Ses};
use crate::duty::{Progress, Result};
use crate::{health, platform};
use db::clock;
use db::events::{self, Fact, Outcome, Raw};
use db::isolation::{ses_account, ses_tenants};
use db::scope::{TenantTx, WorkerTx};
use rules::error::describe;
use rules::events::{EventError, EventKind, SesEvent, effect, parse, parse_with_id, tenant_hint};
use rules::ids::TenantId;
use rules::limits;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// How long the queue of a team's own account is listened to at most, as the next turn of all waits for it.
const OWN_WAIT_MAX: Duration = Duration::from_secs(5);

/// For how many tenants events are applied at once.
const TENANTS_AT_ONCE: usize = 4;

/// Takes some of what has come out of the queue. It is deleted there once it stands in the database; a crash before that, and
/// it comes again. Where the database is out of reach nothing is taken: SQS counts how often it hands out each.
pub async fn take_in(context: &Context) -> Result<Progress> {
    take_in_from(context, &context.ses, &Owners::default(), context.event_wait).await
}

/// The same from the queues of teams' own accounts, each by itself.
pub async fn take_in_own(context: &Context) -> Result<Progress> {
    let owners: Owners = context.list_accounts().await?.into_iter().collect();
    let mut turns = JoinSet::new();
    for (account, tenant) in owners.clone() {
        let (context, owners) = (context.clone(), owners.clone());
        turns.spawn(async move {
            let turn = async {
                let ses = context.ses_in(Some(&account), tenant).await?;
                take_in_from(&context, &ses, &owners, context.event_wait.min(OWN_WAIT_MAX)).await
            };
            let turn = turn.await;
            if turn.is_err() {
                context.forget_account(Some(&account)).await;
            }
            turn.unwrap_or_else(|error| {
                tracing::warn!(%tenant, account, "events of its own account: {}", describe(&error));
                Progress::Idle
            })
        });
    }
    let turns = turns.join_all().await;
    Ok(if turns.contains(&Progress::More) { Progress::More } else { Progress::Idle })
}

/// Whose account it is: what comes out of its queue, which its owner can write to, is about that team alone.
type Owners = HashMap<String, TenantId>;

async fn take_in_from(context: &Context, ses: &Arc<Ses>, owners: &Owners, wait: Duration) -> Result<Progress> {
    WorkerTx::begin(&context.login).await?.commit().await?;
    let mut received = receive(ses, wait).await?;
    let received_at = context.now();
    let (raw, events): (Vec<Raw>, Vec<Parsed>) = received
        .iter_mut()
        .map(|it| {
            let body = std::mem::take(&mut it.body);
            let (id, event) = parse_with_id(&body);
            // A notification that is delivered twice has two ids in the queue and one of its own.
            let id = id.unwrap_or_else(|| format!("sqs:{}", it.id));
            // Nobody takes the place of another's notification.
            let account = ses.account().map(str::to_owned);
            let id = account.as_ref().map_or_else(|| id.clone(), |account| format!("{account}:{id}"));
            (Raw { id, account, body, received_at }, event)
        })
        .unzip();
    let outcomes = apply_all(context, owners, &raw, events).await;
    let mut tx = WorkerTx::begin(&context.login).await?;
    if !raw.is_empty() {
        events::keep(&mut tx, &raw, &outcomes, context.now()).await?;
    }
    ses_account::write_polled(&mut tx, &ses.place(), !raw.is_empty(), context.now()).await?;
    tx.commit().await?;
    delete(ses, received).await?;
    Ok(if raw.is_empty() { Progress::Idle } else { Progress::More })
}

/// Waits for the first; where there are many, takes many.
async fn receive(ses: &Arc<Ses>, wait: Duration) -> Result<Vec<Received>> {
    let mut all = ses.receive(Queue::Events, wait).await?;
    let mut is_full = all.len() == BATCH;
    while is_full && all.len() < usize::try_from(limits::EVENTS_AT_ONCE).unwrap_or(BATCH) {
        let mut receives = JoinSet::new();
        for _ in 0..limits::EVENT_RECEIVES_AT_ONCE {
            let ses = ses.clone();
            receives.spawn(async move { ses.receive(Queue::Events, Duration::ZERO).await });
        }
        let before = all.len();
        while let Some(received) = receives.join_next().await {
            match received {
                Ok(Ok(received)) => all.extend(received),
                // Those that were received come first.
                Ok(Err(error)) => tracing::warn!("{error}"),
                Err(error) => tracing::error!("a receive fell over: {error}"),
            }
        }
        is_full = all.len() - before > BATCH;
    }
    Ok(all)
}

async fn delete(ses: &Arc<Ses>, mut received: Vec<Received>) -> Result<()> {
    let mut deletes = JoinSet::new();
    while !received.is_empty() {
        let batch = received.split_off(received.len().saturating_sub(BATCH));
        let ses = ses.clone();
        deletes.spawn(async move { ses.delete(Queue::Events, &batch).await });
    }
    Ok(deletes.join_all().await.into_iter().collect::<Result<(), _>>()?)
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

/// Does with some notifications what they are about, which could not be done when they came.
pub async fn apply(context: &Context) -> Result<Progress> {
    let mut tx = WorkerTx::begin(&context.login).await?;
    let left = events::list_left(&mut tx, limits::EVENTS_AT_ONCE).await?;
    tx.commit().await?;
    let owners: Owners = context.list_accounts().await?.into_iter().collect();
    let outcomes = apply_all(context, &owners, &left, left.iter().map(|raw| parse(&raw.body)).collect()).await;
    if outcomes.iter().all(|outcome| *outcome == Outcome::Failed) {
        return Ok(Progress::Idle);
    }
    let mut tx = WorkerTx::begin(&context.login).await?;
    events::write_outcomes(&mut tx, &left, &outcomes, context.now()).await?;
    tx.commit().await?;
    Ok(Progress::More)
}

type Parsed = Result<SesEvent, EventError>;

/// What a notification says, and its place among those that came with it.
type Placed = (usize, Fact);

/// What came of each, in their order.
async fn apply_all(context: &Context, owners: &Owners, raw: &[Raw], events: Vec<Parsed>) -> Vec<Outcome> {
    let mut outcomes = vec![Outcome::Failed; raw.len()];
    let mut platforms: Vec<Placed> = Vec::new();
    let mut by_tenant: HashMap<TenantId, Vec<Placed>> = HashMap::new();
    for (place, (raw, event)) in raw.iter().zip(events).enumerate() {
        if let Some(name) = event.is_err().then(|| tenant_hint(&raw.body)).flatten() {
            outcomes[place] = look_soon(context, owners, raw, &name).await;
            continue;
        }
        match read(context, raw, event) {
            Ok((whose, _)) if !may_tell(owners, raw, &whose) => {
                tracing::error!(id = raw.id, "the queue of a team's own account tells of another's mail");
                outcomes[place] = Outcome::Unusable("It is about no mail of the team whose account it came from.");
            }
            Ok((Whose::Tenant(tenant), fact)) => by_tenant.entry(tenant).or_default().push((place, fact)),
            Ok((Whose::Platform, fact)) => platforms.push((place, fact)),
            Err(trouble) => outcomes[place] = Outcome::Unusable(trouble),
        }
    }
    if !platforms.is_empty() {
        match platform::apply(context, platforms.iter().map(|(_, fact)| fact)).await {
            Ok(()) => platforms.iter().for_each(|(place, _)| outcomes[*place] = Outcome::Applied),
            Err(error) => {
                tracing::error!("{} events of the platform's own mail: {}", platforms.len(), describe(&error));
            }
        }
    }
    let mut tenants = by_tenant.into_iter();
    let mut open = JoinSet::new();
    loop {
        while open.len() < TENANTS_AT_ONCE
            && let Some((tenant, facts)) = tenants.next()
        {
            let context = context.clone();
            open.spawn(async move { apply_to(&context, tenant, facts).await });
        }
        match open.join_next().await {
            Some(Ok(done)) => done.into_iter().for_each(|(place, outcome)| outcomes[place] = outcome),
            Some(Err(error)) => tracing::error!("a tenant's events: {error}"),
            None => return outcomes,
        }
    }
}

/// Whether the queue that it came out of can know anything of whom it tells.
fn may_tell(owners: &Owners, raw: &Raw, whose: &Whose) -> bool {
    let Some(account) = &raw.account else { return true };
    matches!(whose, Whose::Tenant(tenant) if owners.get(account) == Some(tenant))
}

/// How a tenant stands at SES may have changed: the duty that knows looks now.
async fn look_soon(context: &Context, owners: &Owners, raw: &Raw, name: &str) -> Outcome {
    let found = crate::isolation::tenant_of(context, name);
    let Some(tenant) = found.filter(|tenant| may_tell(owners, raw, &Whose::Tenant(*tenant))) else {
        return Outcome::Unusable("It is about no tenant of ours.");
    };
    match nudge(context, tenant).await {
        Ok(()) => Outcome::Applied,
        Err(error) => {
            tracing::warn!(%tenant, "a hint about how it stands at SES: {}", describe(&error));
            Outcome::Failed
        }
    }
}

async fn nudge(context: &Context, tenant: TenantId) -> Result<()> {
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    ses_tenants::nudge(&mut tx, context.now()).await?;
    Ok(tx.commit().await?)
}

/// All at once; where one of them cannot be written, each by itself, so that it holds up no other.
async fn apply_to(context: &Context, tenant: TenantId, facts: Vec<Placed>) -> Vec<(usize, Outcome)> {
    match apply_facts(context, tenant, &facts).await {
        Ok(done) => done,
        Err(error) => {
            tracing::warn!(%tenant, "{} events: {}", facts.len(), describe(&error));
            let mut done = Vec::new();
            for fact in &facts {
                match apply_facts(context, tenant, std::slice::from_ref(fact)).await {
                    Ok(one) => done.extend(one),
                    Err(error) => tracing::error!(%tenant, "the event {}: {}", fact.1.key, describe(&error)),
                }
            }
            done
        }
    }
}

async fn apply_facts(context: &Context, tenant: TenantId, placed: &[Placed]) -> Result<Vec<(usize, Outcome)>> {
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    let now = clock::business_time(&mut tx, context.now()).await?;
    let facts: Vec<&Fact> = placed.iter().map(|(_, fact)| fact).collect();
    let events::Applied { unknown, bad } = events::apply(&mut tx, &facts, now).await?;
    let received_at = facts.iter().map(|fact| fact.received_at).max().unwrap_or(now);
    health::judge_mails(context, &mut tx, &bad, received_at, now).await?;
    tx.commit().await?;
    let outcome = |fact: &Fact| {
        if unknown.contains(&fact.message) {
            Outcome::Unusable("This tenant has no such message.")
        } else {
            Outcome::Applied
        }
    };
    Ok(placed.iter().map(|(place, fact)| (*place, outcome(fact))).collect())
}

/// Whose mail an event is about.
enum Whose {
    Tenant(TenantId),
    Platform,
}

/// Whose it is and what it says; or why nothing can be done with it.
fn read(context: &Context, raw: &Raw, event: Parsed) -> Result<(Whose, Fact), &'static str> {
    let event = event.map_err(|_| "This is no event of SES.")?;
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
