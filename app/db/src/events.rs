//! What SES told: what it means for a message ([`apply`]), and every notification raw, once, with what came of it
//! ([`keep`]). Doing either twice changes nothing, and the order makes no difference.

use crate::isolation::caps;
use crate::messages::{lanes, settle};
use crate::scope::{TenantTx, WorkerTx};
use crate::suppression;
use crate::{Error, Result};
use rules::addresses::EmailAddress;
use rules::events::{Effect, is_simulator};
use rules::ids::MessageId;
use rules::limits;
use rules::messages::{MessageState, SuppressionReason};
use rules::time::{Duration, OffsetDateTime};
use std::collections::HashMap;
use uuid::Uuid;

/// A notification as it came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Raw {
    pub id: String,
    /// Whose queue it came out of. `None`: the platform's.
    pub account: Option<String>,
    pub body: String,
    pub received_at: OffsetDateTime,
}

/// What came of a notification.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Applied,
    /// Nothing can be done with it: a sentence that says why.
    Unusable(&'static str),
    /// It could not be written; tried again.
    Failed,
}

impl Outcome {
    const fn trouble(self) -> Option<&'static str> {
        match self {
            Self::Unusable(trouble) => Some(trouble),
            Self::Applied | Self::Failed => None,
        }
    }
}

/// What an event says of one message of ours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fact {
    pub message: MessageId,
    /// The same for the same fact, however often it is told.
    pub key: String,
    /// SES's own word.
    pub kind: String,
    pub detail: Option<String>,
    pub at: Option<OffsetDateTime>,
    pub received_at: OffsetDateTime,
    pub ses_id: String,
    pub effect: Effect,
}

/// What came of facts.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Applied {
    /// Messages that this tenant does not have.
    pub unknown: Vec<MessageId>,
    /// Those that bounced hard or were complained about, which was not known before.
    pub bad: Vec<MessageId>,
}

/// Keeps notifications as they came, each with its outcome; those that were kept before are left as they are.
pub async fn keep(tx: &mut WorkerTx, raw: &[Raw], outcomes: &[Outcome], now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into event_inbox (id, body, received_at, applied_at, trouble, account)
         select c.id, c.body, c.received_at, case when c.is_done then $6 end, c.trouble, c.account
         from unnest($1::text[], $2::text[], $3::timestamptz[], $4::bool[], $5::text[], $7::text[])
            c (id, body, received_at, is_done, trouble, account)
         on conflict do nothing",
    )
    .bind(raw.iter().map(|it| it.id.as_str()).collect::<Vec<_>>())
    .bind(raw.iter().map(|it| it.body.as_str()).collect::<Vec<_>>())
    .bind(raw.iter().map(|it| it.received_at).collect::<Vec<_>>())
    .bind(outcomes.iter().map(|it| *it != Outcome::Failed).collect::<Vec<_>>())
    .bind(outcomes.iter().map(|it| it.trouble()).collect::<Vec<_>>())
    .bind(now)
    .bind(raw.iter().map(|it| it.account.as_deref()).collect::<Vec<_>>())
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Those that are still to be applied, the oldest first.
pub async fn list_left(tx: &mut WorkerTx, limit: i64) -> Result<Vec<Raw>> {
    let rows: Vec<(String, Option<String>, String, OffsetDateTime)> = sqlx::query_as(
        "select id, account, body, received_at from event_inbox where applied_at is null order by received_at limit $1",
    )
    .bind(limit)
    .fetch_all(tx.sql())
    .await?;
    Ok(rows.into_iter().map(|(id, account, body, received_at)| Raw { id, account, body, received_at }).collect())
}

/// What came of those that were left.
pub async fn write_outcomes(tx: &mut WorkerTx, raw: &[Raw], outcomes: &[Outcome], now: OffsetDateTime) -> Result<()> {
    let done = || raw.iter().zip(outcomes).filter(|(_, outcome)| **outcome != Outcome::Failed);
    sqlx::query(
        "update event_inbox i set applied_at = $3, trouble = c.trouble
         from unnest($1::text[], $2::text[]) c (id, trouble) where i.id = c.id and i.id = any($1)",
    )
    .bind(done().map(|(raw, _)| raw.id.as_str()).collect::<Vec<_>>())
    .bind(done().map(|(_, outcome)| outcome.trouble()).collect::<Vec<_>>())
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Forgets notifications that were done with before `before`, some at a time.
pub async fn sweep(tx: &mut WorkerTx, before: OffsetDateTime, limit: i64) -> Result<u64> {
    let done = sqlx::query(
        "delete from event_inbox where id in (
            select id from event_inbox where applied_at < $1 order by applied_at limit $2)",
    )
    .bind(before)
    .bind(limit)
    .execute(tx.sql())
    .await?;
    Ok(done.rows_affected())
}

/// Writes what these facts say of their messages, and what follows.
pub async fn apply(tx: &mut TenantTx, facts: &[&Fact], now: OffsetDateTime) -> Result<Applied> {
    let before = lock_messages(tx, facts).await?;
    let (known, unknown): (Vec<&Fact>, Vec<&Fact>) =
        facts.iter().copied().partition(|it| before.contains_key(&it.message.uuid()));
    insert_events(tx, &known).await?;
    let Raised { left, bad } = raise(tx, &known, &before, now).await?;
    if !left.is_empty() {
        settle::advance(tx, &left).await?;
    }
    let refused: Vec<Uuid> = known
        .iter()
        .filter(|fact| fact.effect.raises_to == Some(MessageState::Refused))
        .map(|fact| fact.message.uuid())
        .collect();
    if !refused.is_empty() {
        settle::stop_refused(tx, &refused, now).await?;
    }
    for fact in &known {
        let Some(reason) = fact.effect.suppresses else { continue };
        match before.get(&fact.message.uuid()) {
            // Amazon's simulator bounces by order.
            Some(message) if !is_simulator(message.recipient.as_str()) => {
                suppression::suppress(tx, &message.recipient.key(), reason, Some(fact.message), now).await?;
            }
            _ => {}
        }
    }
    let soft_bounced = |fact: &&&Fact| fact.effect.raises_to == Some(MessageState::SoftBounced);
    let soft_bounced: Vec<MessageId> = known.iter().filter(soft_bounced).map(|fact| fact.message).collect();
    if !soft_bounced.is_empty() {
        for (message, recipient) in list_worn_out(tx, &soft_bounced, now).await? {
            suppression::suppress(tx, &recipient, SuppressionReason::SoftBounces, Some(message), now).await?;
        }
    }
    let bad = bad.into_iter().map(MessageId::from_uuid).collect();
    Ok(Applied { unknown: unknown.into_iter().map(|fact| fact.message).collect(), bad })
}

/// Those of these mails whose recipients have bounced too often, with their recipients' keys.
async fn list_worn_out(
    tx: &mut TenantTx,
    messages: &[MessageId],
    now: OffsetDateTime,
) -> Result<Vec<(MessageId, String)>> {
    let tenant = tx.tenant();
    let rows: Vec<(Uuid, String)> = sqlx::query_as(
        "select m.id, l.email_key from messages m join leads l on l.tenant_id = $1 and l.id = m.lead_id
         where m.tenant_id = $1 and m.id = any($2) and not m.is_simulated and $5 <= (
            select count(*) from messages o
            where o.tenant_id = $1 and o.lead_id = m.lead_id and o.state = $3 and o.bounced_at > $4)",
    )
    .bind(tenant.uuid())
    .bind(messages.iter().map(|it| it.uuid()).collect::<Vec<_>>())
    .bind(MessageState::SoftBounced.rank())
    .bind(now - Duration::days(limits::SOFT_BOUNCE_DAYS))
    .bind(limits::SOFT_BOUNCES_MAX)
    .fetch_all(tx.sql())
    .await?;
    Ok(rows.into_iter().map(|(id, key)| (MessageId::from_uuid(id), key)).collect())
}

struct Before {
    state: MessageState,
    has_ses_id: bool,
    complained: bool,
    recipient: EmailAddress,
}

async fn lock_messages(tx: &mut TenantTx, facts: &[&Fact]) -> Result<HashMap<Uuid, Before>> {
    let tenant = tx.tenant();
    let rows: Vec<(Uuid, i16, String, bool, bool)> = sqlx::query_as(
        "select id, state, recipient, ses_id is not null, complained_at is not null from messages
         where tenant_id = $1 and id = any($2) order by id for update",
    )
    .bind(tenant.uuid())
    .bind(facts.iter().map(|fact| fact.message.uuid()).collect::<Vec<_>>())
    .fetch_all(tx.sql())
    .await?;
    rows.into_iter()
        .map(|(id, rank, recipient, has_ses_id, complained)| {
            let state = MessageState::from_rank(rank).ok_or_else(|| Error::Row(format!("messages.state of {id}")))?;
            let recipient = EmailAddress::parse(&recipient);
            let recipient = recipient.map_err(|_| Error::Row(format!("messages.recipient of {id}")))?;
            Ok((id, Before { state, has_ses_id, complained, recipient }))
        })
        .collect()
}

async fn insert_events(tx: &mut TenantTx, facts: &[&Fact]) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "insert into message_events (tenant_id, message_id, key, kind, detail, at, received_at)
         select $1, c.* from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[]) c
         on conflict do nothing",
    )
    .bind(tenant.uuid())
    .bind(facts.iter().map(|fact| fact.message.uuid()).collect::<Vec<_>>())
    .bind(facts.iter().map(|fact| fact.key.as_str()).collect::<Vec<_>>())
    .bind(facts.iter().map(|fact| fact.kind.as_str()).collect::<Vec<_>>())
    .bind(facts.iter().map(|fact| fact.detail.as_deref()).collect::<Vec<_>>())
    .bind(facts.iter().map(|fact| fact.at).collect::<Vec<_>>())
    .bind(facts.iter().map(|fact| fact.received_at).collect::<Vec<_>>())
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// What was news.
#[derive(Default)]
struct Raised {
    /// It was not known before that SES took them.
    left: Vec<Uuid>,
    bad: Vec<Uuid>,
}

/// Raises the messages.
async fn raise(
    tx: &mut TenantTx,
    facts: &[&Fact],
    before: &HashMap<Uuid, Before>,
    now: OffsetDateTime,
) -> Result<Raised> {
    let mut merged: HashMap<Uuid, Merged<'_>> = HashMap::new();
    for fact in facts {
        let id = fact.message.uuid();
        let Some(known) = before.get(&id) else { continue };
        let to = fact.effect.raises_to.unwrap_or(known.state);
        let merge = merged.entry(id).or_insert(Merged::new(known.state, &fact.ses_id));
        merge.to = merge.to.raise(to);
        merge.delivered |= to == MessageState::Delivered;
        merge.bounced |= matches!(to, MessageState::Bounced | MessageState::SoftBounced);
        merge.complained |= fact.effect.complained;
        if let (MessageState::SoftBounced | MessageState::Bounced | MessageState::Refused, Some(detail)) =
            (to, &fact.detail)
        {
            merge.trouble = Some(detail);
        }
    }
    let tenant = tx.tenant();
    let (ids, merged): (Vec<Uuid>, Vec<Merged<'_>>) =
        merged.into_iter().filter(|(id, it)| before.get(id).is_some_and(|known| it.changes(known))).unzip();
    if ids.is_empty() {
        return Ok(Raised::default());
    }
    sqlx::query(
        "update messages m set state = greatest(m.state, c.state), ses_id = coalesce(m.ses_id, c.ses_id),
                trouble = coalesce(c.trouble, m.trouble),
                delivered_at = case when c.delivered then coalesce(m.delivered_at, $9) else m.delivered_at end,
                bounced_at = case when c.bounced then coalesce(m.bounced_at, $9) else m.bounced_at end,
                complained_at = case when c.complained then coalesce(m.complained_at, $9) else m.complained_at end
         from unnest($2::uuid[], $3::smallint[], $4::text[], $5::text[], $6::bool[], $7::bool[], $8::bool[])
            c (id, state, ses_id, trouble, delivered, bounced, complained)
         where m.tenant_id = $1 and m.id = c.id and m.id = any($2)",
    )
    .bind(tenant.uuid())
    .bind(&ids)
    .bind(merged.iter().map(|it| it.to.rank()).collect::<Vec<_>>())
    .bind(merged.iter().map(|it| it.ses_id).collect::<Vec<_>>())
    .bind(merged.iter().map(|it| it.trouble).collect::<Vec<_>>())
    .bind(merged.iter().map(|it| it.delivered).collect::<Vec<_>>())
    .bind(merged.iter().map(|it| it.bounced).collect::<Vec<_>>())
    .bind(merged.iter().map(|it| it.complained).collect::<Vec<_>>())
    .bind(now)
    .execute(tx.sql())
    .await?;
    let counts = |state: MessageState| i64::from(state.takes_allowance());
    let more =
        ids.iter().zip(&merged).filter_map(|(id, it)| Some((*id, counts(it.to) - counts(before.get(id)?.state))));
    let more: Vec<(Uuid, i64)> = more.filter(|(_, more)| *more != 0).collect();
    if more.iter().any(|(_, more)| *more < 0) {
        lanes::wake_those_over_cap(tx, now).await?;
    }
    caps::correct(tx, &more).await?;
    let mut raised = Raised::default();
    for (id, it) in ids.iter().zip(&merged) {
        let Some(known) = before.get(id) else { continue };
        if it.has_left(known) {
            raised.left.push(*id);
        }
        if it.is_bad(known) {
            raised.bad.push(*id);
        }
    }
    Ok(raised)
}

/// What several facts say of one message together.
struct Merged<'a> {
    to: MessageState,
    ses_id: &'a str,
    trouble: Option<&'a String>,
    delivered: bool,
    bounced: bool,
    complained: bool,
}

impl<'a> Merged<'a> {
    const fn new(to: MessageState, ses_id: &'a str) -> Self {
        Self { to, ses_id, trouble: None, delivered: false, bounced: false, complained: false }
    }

    fn has_left(&self, known: &Before) -> bool {
        known.state < MessageState::Accepted && self.to.left()
    }

    fn is_bad(&self, known: &Before) -> bool {
        let has_bounced = self.to == MessageState::Bounced && known.state != MessageState::Bounced;
        has_bounced || self.complained && !known.complained
    }

    /// Most mails are known to be taken before SES says that it took them.
    fn changes(&self, known: &Before) -> bool {
        let tells = self.delivered || self.bounced || self.complained || self.trouble.is_some();
        tells || self.to != known.state || !known.has_ses_id
    }
}
