//! What became of mails: what SES answered, what nobody answered, and how the enrolments go on. Every statement can be run
//! twice, and nothing here lowers what events have raised.

use crate::isolation::caps;
use crate::lease::Lease;
use crate::scope::TenantTx;
use crate::{Error, Result};
use rules::ids::{MailboxId, MessageId};
use rules::messages::{MessageState, Provider};
use rules::time::OffsetDateTime;
use uuid::Uuid;

/// A mail that SES has taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    pub message: MessageId,
    pub ses_id: String,
    /// The recipient's, where it is known.
    pub provider: Option<Provider>,
}

/// A mail of which it is not known whether SES took it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unsettled {
    pub message: MessageId,
    pub mailbox: MailboxId,
    pub state: MessageState,
    /// When it was claimed, in machine time.
    pub since: OffsetDateTime,
    /// When the process that claimed it said that it calls SES now, in machine time.
    pub called_at: Option<OffsetDateTime>,
    /// SES answered with an error of its own, and this step was not given back for that before.
    pub may_go_back: bool,
}

/// Right before the calls: these are given to SES now. Returned are those that still may be: what was claimed so long ago
/// that it was given back to its sequence is no longer this process' to send.
pub async fn write_called(
    tx: &mut TenantTx,
    messages: &[MessageId],
    machine_now: OffsetDateTime,
) -> Result<Vec<MessageId>> {
    let tenant = tx.tenant();
    let called: Vec<Uuid> = sqlx::query_scalar(
        "update unsettled_messages set called_at = $3
         where tenant_id = $1 and message_id = any($2) and called_at is null and lease_until is null
         returning message_id",
    )
    .bind(tenant.uuid())
    .bind(messages.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .bind(machine_now)
    .fetch_all(tx.sql())
    .await?;
    Ok(called.into_iter().map(MessageId::from_uuid).collect())
}

/// SES took these.
pub async fn write_taken(tx: &mut TenantTx, taken: &[Taken]) -> Result<()> {
    let tenant = tx.tenant();
    let ids: Vec<Uuid> = taken.iter().map(|it| it.message.uuid()).collect();
    sqlx::query(
        "update messages m set state = greatest(m.state, $4), ses_id = coalesce(m.ses_id, c.ses_id), trouble = null,
                provider = coalesce(c.provider, m.provider)
         from unnest($2::uuid[], $3::text[], $5::text[]) c (id, ses_id, provider)
         where m.tenant_id = $1 and m.id = c.id and m.id = any($2)",
    )
    .bind(tenant.uuid())
    .bind(&ids)
    .bind(taken.iter().map(|it| it.ses_id.as_str()).collect::<Vec<_>>())
    .bind(MessageState::Accepted.rank())
    .bind(taken.iter().map(|it| it.provider.map(Provider::as_str)).collect::<Vec<_>>())
    .execute(tx.sql())
    .await?;
    advance(tx, &ids).await
}

/// The leads of these mails go on to the next step, unless they have already; what was open about them is closed.
pub(crate) async fn advance(tx: &mut TenantTx, ids: &[Uuid]) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "with closed as (delete from unsettled_messages where tenant_id = $1 and message_id = any($2))
         update enrolments e set next_step = m.step + 1, due_at = m.next_due_at, mailbox_id = m.mailbox_id,
                state = case when e.state = 'stopped' then e.state
                             when m.next_due_at is null then 'finished' else 'active' end
         from messages m
         where m.tenant_id = $1 and m.id = any($2)
           and e.tenant_id = $1 and e.sequence_id = m.sequence_id and e.lead_id = m.lead_id and e.next_step = m.step",
    )
    .bind(tenant.uuid())
    .bind(ids)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// SES did not take these, and said so: their steps are due again.
pub async fn write_returned(tx: &mut TenantTx, messages: &[MessageId], trouble: &str) -> Result<()> {
    let tenant = tx.tenant();
    let ids: Vec<Uuid> = messages.iter().map(|id| id.uuid()).collect();
    // An event that came first knows better.
    let returned: Vec<Uuid> = sqlx::query_scalar(
        "with closed as (delete from unsettled_messages where tenant_id = $1 and message_id = any($2))
         update messages set state = $3, trouble = $4
         where tenant_id = $1 and id = any($2) and state in ($5, $6) returning id",
    )
    .bind(tenant.uuid())
    .bind(&ids)
    .bind(MessageState::Returned.rank())
    .bind(trouble)
    .bind(MessageState::Sending.rank())
    .bind(MessageState::Unknown.rank())
    .fetch_all(tx.sql())
    .await?;
    // Which mailbox writes stays as it was chosen only once a first mail has left.
    sqlx::query(
        "update enrolments e set state = case when m.step = 1 then 'waiting' else 'active' end,
                mailbox_id = case when m.step = 1 then null else e.mailbox_id end
         from messages m
         where m.tenant_id = $1 and m.id = any($2) and e.tenant_id = $1 and e.sequence_id = m.sequence_id
           and e.lead_id = m.lead_id and e.next_step = m.step and e.state = 'sending'",
    )
    .bind(tenant.uuid())
    .bind(&returned)
    .execute(tx.sql())
    .await?;
    // Nothing left: the lane need not wait for a gap behind it.
    sqlx::query(
        "update lanes l set next_send_at = null from messages m
         where m.tenant_id = $1 and m.id = any($2) and l.tenant_id = $1 and l.mailbox_id = m.mailbox_id",
    )
    .bind(tenant.uuid())
    .bind(&returned)
    .execute(tx.sql())
    .await?;
    // Last, as a claim locks lanes before it counts.
    caps::correct(tx, &returned.into_iter().map(|id| (id, -1)).collect::<Vec<_>>()).await
}

/// Its process ended before it called SES: its step is due again.
pub async fn write_never_called(tx: &mut TenantTx, lease: &Lease, trouble: &str) -> Result<()> {
    let tenant = tx.tenant();
    let held = sqlx::query(
        "select 1 from unsettled_messages
         where tenant_id = $1 and message_id = $2 and lease_until = $3 and called_at is null for update",
    )
    .bind(tenant.uuid())
    .bind(lease.id)
    .bind(lease.until)
    .execute(tx.sql())
    .await?;
    if held.rows_affected() == 0 {
        return Ok(());
    }
    write_returned(tx, &[MessageId::from_uuid(lease.id)], trouble).await
}

/// SES answered with an error of its own, and nothing was heard of this mail since: its step is due again, once.
pub async fn write_given_up(tx: &mut TenantTx, message: MessageId, trouble: &str) -> Result<()> {
    write_returned(tx, &[message], trouble).await?;
    let tenant = tx.tenant();
    sqlx::query("update messages set was_given_up = true where tenant_id = $1 and id = $2 and state = $3")
        .bind(tenant.uuid())
        .bind(message.uuid())
        .bind(MessageState::Returned.rank())
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// SES will never take this one.
pub async fn write_refused(tx: &mut TenantTx, message: MessageId, reason: &str, now: OffsetDateTime) -> Result<()> {
    let is_counted = takes_allowance(tx, message).await?;
    raise(tx, message, MessageState::Refused, reason).await?;
    // What events say of it later is counted by them.
    if is_counted && !takes_allowance(tx, message).await? {
        caps::correct(tx, &[(message.uuid(), -1)]).await?;
    }
    close(tx, message).await?;
    stop(tx, message, "refused", now).await
}

/// No answer, or none that says whether it was taken. Looked at again at `due_at`.
pub async fn write_unknown(
    tx: &mut TenantTx,
    message: MessageId,
    may_go_back: bool,
    trouble: &str,
    due_at: OffsetDateTime,
) -> Result<()> {
    raise(tx, message, MessageState::Unknown, trouble).await?;
    let tenant = tx.tenant();
    sqlx::query(
        "update unsettled_messages set may_go_back = $3, due_at = $4, lease_until = null
         where tenant_id = $1 and message_id = $2",
    )
    .bind(tenant.uuid())
    .bind(message.uuid())
    .bind(may_go_back)
    .bind(due_at)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Nobody will ever tell: it is not sent again, and its lead gets no more mail of this sequence.
pub async fn write_final(tx: &mut TenantTx, message: MessageId, now: OffsetDateTime) -> Result<()> {
    raise(tx, message, MessageState::UnknownFinal, "Amazon SES never told whether it took this mail.").await?;
    close(tx, message).await?;
    stop(tx, message, "unknown", now).await
}

/// A row that is leased: which message it is, and how it stands. `None`: it is settled.
pub async fn find_unsettled(tx: &mut TenantTx, lease: &Lease) -> Result<Option<Unsettled>> {
    let tenant = tx.tenant();
    let row: Option<(Uuid, i16, OffsetDateTime, Option<OffsetDateTime>, bool)> = sqlx::query_as(
        "select m.mailbox_id, m.state, u.since, u.called_at, u.may_go_back and not exists (
            select from messages o where o.tenant_id = $1 and o.sequence_id = m.sequence_id and o.lead_id = m.lead_id
              and o.step = m.step and o.was_given_up)
         from unsettled_messages u join messages m on m.tenant_id = $1 and m.id = u.message_id
         where u.tenant_id = $1 and u.message_id = $2 and u.lease_until = $3",
    )
    .bind(tenant.uuid())
    .bind(lease.id)
    .bind(lease.until)
    .fetch_optional(tx.sql())
    .await?;
    row.map(|(mailbox, rank, since, called_at, may_go_back)| {
        let state = MessageState::from_rank(rank).ok_or_else(|| Error::Row(format!("messages.state {rank}")))?;
        let message = MessageId::from_uuid(lease.id);
        Ok(Unsettled { message, mailbox: MailboxId::from_uuid(mailbox), state, since, called_at, may_go_back })
    })
    .transpose()
}

/// Writes whose mail exchangers the recipients have.
pub async fn write_providers(tx: &mut TenantTx, providers: &[(MessageId, Provider)]) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update messages m set provider = c.provider from unnest($2::uuid[], $3::text[]) c (id, provider)
         where m.tenant_id = $1 and m.id = c.id and m.id = any($2)",
    )
    .bind(tenant.uuid())
    .bind(providers.iter().map(|(message, _)| message.uuid()).collect::<Vec<_>>())
    .bind(providers.iter().map(|(_, provider)| provider.as_str()).collect::<Vec<_>>())
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// SES took these and then would not send them: their leads get no more of the sequence.
pub(crate) async fn stop_refused(tx: &mut TenantTx, ids: &[Uuid], now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update enrolments e set state = 'stopped', stopped_for = 'refused', stopped_at = $3 from messages m
         where m.tenant_id = $1 and m.id = any($2) and e.tenant_id = $1 and e.sequence_id = m.sequence_id
           and e.lead_id = m.lead_id and e.state in ('sending', 'active')",
    )
    .bind(tenant.uuid())
    .bind(ids)
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

async fn raise(tx: &mut TenantTx, message: MessageId, to: MessageState, trouble: &str) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update messages set trouble = case when state < $3 then $4 else trouble end, state = greatest(state, $3),
                was_unknown = was_unknown or $5
         where tenant_id = $1 and id = $2",
    )
    .bind(tenant.uuid())
    .bind(message.uuid())
    .bind(to.rank())
    .bind(trouble)
    .bind(matches!(to, MessageState::Unknown | MessageState::UnknownFinal))
    .execute(tx.sql())
    .await?;
    Ok(())
}

async fn takes_allowance(tx: &mut TenantTx, message: MessageId) -> Result<bool> {
    let tenant = tx.tenant();
    let rank: i16 = sqlx::query_scalar("select state from messages where tenant_id = $1 and id = $2 for update")
        .bind(tenant.uuid())
        .bind(message.uuid())
        .fetch_one(tx.sql())
        .await?;
    let state = MessageState::from_rank(rank).ok_or_else(|| Error::Row(format!("messages.state {rank}")))?;
    Ok(state.takes_allowance())
}

/// Nothing is open about it any more.
pub async fn close(tx: &mut TenantTx, message: MessageId) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query("delete from unsettled_messages where tenant_id = $1 and message_id = $2")
        .bind(tenant.uuid())
        .bind(message.uuid())
        .execute(tx.sql())
        .await?;
    Ok(())
}

async fn stop(tx: &mut TenantTx, message: MessageId, reason: &str, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update enrolments e set state = 'stopped', stopped_for = $3, stopped_at = $4 from messages m
         where m.tenant_id = $1 and m.id = $2 and e.tenant_id = $1 and e.sequence_id = m.sequence_id
           and e.lead_id = m.lead_id and e.next_step = m.step and e.state = 'sending'",
    )
    .bind(tenant.uuid())
    .bind(message.uuid())
    .bind(reason)
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}
