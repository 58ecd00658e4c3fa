//! The intent that a claim leaves: the mails, before anything is told to SES, and why a lead gets none.

use super::due::Candidate;
use crate::isolation::caps;
use crate::scope::TenantTx;
use crate::{Error, Result};
use rules::ids::{DomainId, LeadId, MailboxId, MessageId, SequenceId};
use rules::isolation::minute_of;
use rules::messages::MessageState;
use rules::secrets::SecretHash;
use rules::time::OffsetDateTime;
use uuid::Uuid;

/// A mail that is about to leave.
#[derive(Clone, Debug)]
pub struct NewMessage {
    pub id: MessageId,
    pub mailbox: MailboxId,
    /// The mailbox's.
    pub domain: DomainId,
    pub candidate: Candidate,
    pub subject: String,
    /// Without the secret of the way out.
    pub body: String,
    pub opt_out: SecretHash,
    /// The mailbox's local day, `2026-11-29`.
    pub day: String,
    pub next_due_at: Option<OffsetDateTime>,
    pub is_simulated: bool,
}

/// Why a lead gets no mail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Passed {
    pub sequence: SequenceId,
    pub lead: LeadId,
    pub why: PassedFor,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PassedFor {
    /// Its mail cannot be written: a sentence that says what is missing.
    Problem(String),
    Suppressed,
    /// The sequence has no such step (any more).
    NoStep,
}

impl PassedFor {
    fn problem(&self) -> Option<&str> {
        match self {
            Self::Problem(sentence) => Some(sentence),
            Self::Suppressed | Self::NoStep => None,
        }
    }

    /// What the enrolment becomes.
    const fn state(&self) -> Option<&'static str> {
        match self {
            Self::Problem(_) => None,
            Self::Suppressed => Some("stopped"),
            Self::NoStep => Some("finished"),
        }
    }
}

/// Leaves the intent: from here on each is sent, or known not to have been. What is sent under caps is counted.
pub async fn insert(
    tx: &mut TenantTx,
    messages: &[NewMessage],
    now: OffsetDateTime,
    machine_now: OffsetDateTime,
    call_until: OffsetDateTime,
    has_caps: bool,
) -> Result<()> {
    insert_rows(tx, messages, now).await?;
    let tenant = tx.tenant();
    let ids: Vec<Uuid> = messages.iter().map(|message| message.id.uuid()).collect();
    sqlx::query(
        "with texts as (
            insert into message_texts (tenant_id, message_id, subject, body)
            select $1, c.* from unnest($2::uuid[], $3::text[], $4::text[]) c on conflict do nothing),
         links as (
            insert into opt_out_links (tenant_id, token_hash, email_key, message_id, made_at)
            select $1, c.token_hash, c.email_key, c.id, $7
            from unnest($2::uuid[], $5::bytea[], $6::text[]) c (id, token_hash, email_key) on conflict do nothing),
         counted as (
            insert into claimed_minutes as m (tenant_id, minute, mails) select $1, $9, $10 where $11
            on conflict (tenant_id, minute) do update set mails = m.mails + excluded.mails),
         forgotten as (delete from claimed_minutes where $11 and tenant_id = $1 and minute < $12),
         in_second as (
            update tenant_caps set in_second = case when second >= $13 then in_second + $10 else $10 end,
                second = greatest(second, $13) where $11 and tenant_id = $1)
         insert into unsettled_messages (tenant_id, message_id, since, may_go_back, due_at, attempts)
         select $1, c.id, $7, false, $8, 0 from unnest($2::uuid[]) c (id) on conflict do nothing",
    )
    .bind(tenant.uuid())
    .bind(&ids)
    .bind(messages.iter().map(|message| message.subject.as_str()).collect::<Vec<_>>())
    .bind(messages.iter().map(|message| message.body.as_str()).collect::<Vec<_>>())
    .bind(messages.iter().map(|message| message.opt_out.bytes().as_slice()).collect::<Vec<_>>())
    .bind(messages.iter().map(|message| message.candidate.email.key()).collect::<Vec<_>>())
    .bind(machine_now)
    .bind(call_until)
    .bind(minute_of(now))
    .bind(i64::try_from(ids.len()).unwrap_or(i64::MAX))
    .bind(has_caps)
    .bind(caps::oldest(now))
    .bind(now.unix_timestamp())
    .execute(tx.sql())
    .await?;
    Ok(())
}

async fn insert_rows(tx: &mut TenantTx, messages: &[NewMessage], now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    let column = |part: fn(&NewMessage) -> Uuid| -> Vec<Uuid> { messages.iter().map(part).collect() };
    let step = |message: &NewMessage| i16::try_from(message.candidate.step).unwrap_or(i16::MAX);
    let done = sqlx::query(
        "with placed as (
            update enrolments e set state = 'sending', mailbox_id = c.mailbox_id
            from unnest($3::uuid[], $4::uuid[], $5::uuid[]) c (mailbox_id, sequence_id, lead_id)
            where e.tenant_id = $1 and e.sequence_id = c.sequence_id and e.lead_id = c.lead_id and e.lead_id = any($5))
         insert into messages (tenant_id, id, mailbox_id, sequence_id, lead_id, source_id, step, attempt, recipient,
                is_simulated, state, claimed_at, sent_on, next_due_at, domain_id)
         select $1, c.id, c.mailbox_id, c.sequence_id, c.lead_id, c.source_id, c.step,
                1 + (select count(*) from messages m where m.tenant_id = $1 and m.sequence_id = c.sequence_id
                        and m.lead_id = c.lead_id and m.step = c.step),
                c.recipient, c.is_simulated, $12, $13, c.day::date, c.next_due_at, c.domain_id
         from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::smallint[], $8::text[],
                $9::bool[], $10::text[], $11::timestamptz[], $14::uuid[])
            c (id, mailbox_id, sequence_id, lead_id, source_id, step, recipient, is_simulated, day, next_due_at, domain_id)
         on conflict do nothing",
    )
    .bind(tenant.uuid())
    .bind(column(|message| message.id.uuid()))
    .bind(column(|message| message.mailbox.uuid()))
    .bind(column(|message| message.candidate.sequence.uuid()))
    .bind(column(|message| message.candidate.lead.uuid()))
    .bind(column(|message| message.candidate.source.uuid()))
    .bind(messages.iter().map(step).collect::<Vec<_>>())
    .bind(messages.iter().map(|message| message.candidate.email.as_str()).collect::<Vec<_>>())
    .bind(messages.iter().map(|message| message.is_simulated).collect::<Vec<_>>())
    .bind(messages.iter().map(|message| message.day.as_str()).collect::<Vec<_>>())
    .bind(messages.iter().map(|message| message.next_due_at).collect::<Vec<_>>())
    .bind(MessageState::Sending.rank())
    .bind(now)
    .bind(column(|message| message.domain.uuid()))
    .execute(tx.sql())
    .await?;
    if usize::try_from(done.rows_affected()) == Ok(messages.len()) {
        Ok(())
    } else {
        Err(Error::Row("a message of this claim stands there already".to_owned()))
    }
}

/// Writes down who gets no mail, and why: what cannot be written waits, who is suppressed is out.
pub async fn write_passed(tx: &mut TenantTx, passed: &[Passed], now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update enrolments e set problem = coalesce(c.problem, e.problem), state = coalesce(c.state, e.state),
                stopped_for = case when c.state = 'stopped' then (
                    select s.reason from suppressions s join leads l on l.tenant_id = $1 and l.id = e.lead_id
                    where s.tenant_id = $1 and s.address_key in (l.email_key, '@' || split_part(l.email_key, '@', 2))
                    order by s.since limit 1) end,
                stopped_at = case when c.state = 'stopped' then $5 end
         from unnest($2::uuid[], $3::uuid[], $4::text[], $6::text[]) c (sequence_id, lead_id, problem, state)
         where e.tenant_id = $1 and e.sequence_id = c.sequence_id and e.lead_id = c.lead_id and e.lead_id = any($3)
           and e.state in ('waiting', 'active')",
    )
    .bind(tenant.uuid())
    .bind(passed.iter().map(|it| it.sequence.uuid()).collect::<Vec<_>>())
    .bind(passed.iter().map(|it| it.lead.uuid()).collect::<Vec<_>>())
    .bind(passed.iter().map(|it| it.why.problem()).collect::<Vec<_>>())
    .bind(now)
    .bind(passed.iter().map(|it| it.why.state()).collect::<Vec<_>>())
    .execute(tx.sql())
    .await?;
    Ok(())
}
