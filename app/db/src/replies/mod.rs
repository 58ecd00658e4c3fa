//! Answers to mails of a tenant: written once each, with what follows from them in the same transaction; and read for pages.
//! Mail that has come in and is not known yet whose is [`inbound`]'s.

pub mod inbound;

use crate::messages::settle;
use crate::scope::TenantTx;
use crate::{Error, Result, suppression};
use rules::addresses::EmailAddress;
use rules::ids::{LeadId, MessageId, ReplyId};
use rules::messages::MessageState;
use rules::replies::{Attachment, ReplyClass, ReplyEffect};
use rules::time::OffsetDateTime;
use sqlx::Row;
use sqlx::types::Json;
use uuid::Uuid;

/// How it is known which mail of ours is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MatchedBy {
    /// By the signed address that the answer came to.
    Address,
    /// By the ids of mails that it names, from an address that is a lead's.
    Thread,
}

/// An answer as it is written down.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewReply {
    pub id: ReplyId,
    /// SES's id of the mail.
    pub inbound_id: String,
    pub message: MessageId,
    pub matched_by: MatchedBy,
    pub content: ReplyContent,
}

/// What is shown of an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReplyContent {
    pub received_at: OffsetDateTime,
    pub class: ReplyClass,
    pub from_name: String,
    pub from_address: String,
    pub subject: String,
    /// A person's own words; empty where a virus was found.
    pub body: String,
    /// Older mails and signatures.
    pub quoted: String,
    pub attachments: Vec<Attachment>,
    pub is_spam: bool,
    pub has_virus: bool,
}

/// The mail of ours that is answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answered {
    pub message: MessageId,
    pub lead: LeadId,
    pub recipient: EmailAddress,
}

impl MatchedBy {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Thread => "thread",
        }
    }
}

/// The message that an address names. `None`: this tenant has none (any more).
pub async fn find_message(tx: &mut TenantTx, message: MessageId) -> Result<Option<Answered>> {
    let tenant = tx.tenant();
    let row: Option<(Uuid, String)> =
        sqlx::query_as("select lead_id, recipient from messages where tenant_id = $1 and id = $2")
            .bind(tenant.uuid())
            .bind(message.uuid())
            .fetch_optional(tx.sql())
            .await?;
    row.map(|(lead, recipient)| answered(message.uuid(), lead, &recipient)).transpose()
}

/// Of the mails to the lead with this address, the one that comes first among these ids, which are SES's or ours.
pub async fn find_in_thread(
    tx: &mut TenantTx,
    email_key: &str,
    ses_ids: &[String],
    ours: &[MessageId],
) -> Result<Option<Answered>> {
    let tenant = tx.tenant();
    let row: Option<(Uuid, Uuid, String)> = sqlx::query_as(
        "select m.id, m.lead_id, m.recipient
         from leads l join messages m on m.tenant_id = $1 and m.lead_id = l.id
         where l.tenant_id = $1 and l.email_key = $2 and (m.ses_id = any($3) or m.id = any($4))
         order by coalesce(array_position($3, m.ses_id), 0), m.id desc limit 1",
    )
    .bind(tenant.uuid())
    .bind(email_key)
    .bind(ses_ids)
    .bind(ours.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .fetch_optional(tx.sql())
    .await?;
    row.map(|(message, lead, recipient)| answered(message, lead, &recipient)).transpose()
}

fn answered(message: Uuid, lead: Uuid, recipient: &str) -> Result<Answered> {
    let recipient =
        EmailAddress::parse(recipient).map_err(|_| Error::Row(format!("messages.recipient of {message}")))?;
    Ok(Answered { message: MessageId::from_uuid(message), lead: LeadId::from_uuid(lead), recipient })
}

/// Writes an answer and what follows from it. One that was written before is left as it is, and nothing follows again.
pub async fn record(
    tx: &mut TenantTx,
    reply: &NewReply,
    answered: &Answered,
    effect: ReplyEffect,
    now: OffsetDateTime,
) -> Result<()> {
    if !insert(tx, reply, answered.lead).await? {
        return Ok(());
    }
    // Whoever answers has got it, whether SES told or not.
    raise(tx, answered.message).await?;
    if let Some(reason) = effect.suppresses {
        suppression::suppress(tx, &answered.recipient.key(), reason, Some(answered.message), now).await?;
    }
    if effect.answers {
        stop(tx, answered.lead, now).await?;
    }
    mark(tx, answered.message, effect, now).await
}

/// False: it stands there already.
async fn insert(tx: &mut TenantTx, reply: &NewReply, lead: LeadId) -> Result<bool> {
    let tenant = tx.tenant();
    let content = &reply.content;
    let done = sqlx::query(
        "insert into replies (tenant_id, id, inbound_id, message_id, lead_id, received_at, matched_by, class, from_name,
                from_address, subject, body, quoted, attachments, is_spam, has_virus)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) on conflict do nothing",
    )
    .bind(tenant.uuid())
    .bind(reply.id.uuid())
    .bind(&reply.inbound_id)
    .bind(reply.message.uuid())
    .bind(lead.uuid())
    .bind(content.received_at)
    .bind(reply.matched_by.as_str())
    .bind(content.class.as_str())
    .bind(&content.from_name)
    .bind(&content.from_address)
    .bind(&content.subject)
    .bind(&content.body)
    .bind(&content.quoted)
    .bind(Json(&content.attachments))
    .bind(content.is_spam)
    .bind(content.has_virus)
    .execute(tx.sql())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// SES took this mail, even where it never said so.
async fn raise(tx: &mut TenantTx, message: MessageId) -> Result<()> {
    let tenant = tx.tenant();
    let raised = sqlx::query("update messages set state = $3 where tenant_id = $1 and id = $2 and state < $3")
        .bind(tenant.uuid())
        .bind(message.uuid())
        .bind(MessageState::Accepted.rank())
        .execute(tx.sql())
        .await?;
    if raised.rows_affected() > 0 { settle::advance(tx, &[message.uuid()]).await } else { Ok(()) }
}

/// Ends whatever a sequence has planned for somebody who talks to a person now.
async fn stop(tx: &mut TenantTx, lead: LeadId, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    // Locked in the order in which a claim locks.
    sqlx::query(
        "with planned as (
            select sequence_id, lead_id from enrolments
            where tenant_id = $1 and lead_id = $2 and state in ('waiting', 'active', 'sending')
            order by sequence_id for update)
         update enrolments e set state = 'stopped', stopped_for = 'replied', stopped_at = $3 from planned p
         where e.tenant_id = $1 and e.sequence_id = p.sequence_id and e.lead_id = p.lead_id",
    )
    .bind(tenant.uuid())
    .bind(lead.uuid())
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// What is counted of the mail that is answered.
async fn mark(tx: &mut TenantTx, message: MessageId, effect: ReplyEffect, now: OffsetDateTime) -> Result<()> {
    use rules::messages::SuppressionReason::{Complaint, OptOut};
    let tenant = tx.tenant();
    sqlx::query(
        "update messages set answered_at = coalesce(answered_at, case when $3 then $6 end),
                opted_out_at = coalesce(opted_out_at, case when $4 then $6 end),
                complained_at = coalesce(complained_at, case when $5 then $6 end)
         where tenant_id = $1 and id = $2 and ($3 or $4 or $5)",
    )
    .bind(tenant.uuid())
    .bind(message.uuid())
    .bind(effect.answers)
    .bind(effect.suppresses == Some(OptOut))
    .bind(effect.suppresses == Some(Complaint))
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Answers of a lead, the newest first, `limit` at most.
pub async fn list_of_lead(tx: &mut TenantTx, lead: LeadId, limit: i64) -> Result<Vec<(MessageId, ReplyContent)>> {
    let tenant = tx.tenant();
    let rows = sqlx::query(
        "select message_id, received_at, class, from_name, from_address, subject, body, quoted, attachments, is_spam,
                has_virus
         from replies where tenant_id = $1 and lead_id = $2 order by id desc limit $3",
    )
    .bind(tenant.uuid())
    .bind(lead.uuid())
    .bind(limit)
    .fetch_all(tx.sql())
    .await?;
    rows.iter()
        .map(|row| {
            let class: &str = row.try_get("class")?;
            let Json(attachments): Json<Vec<Attachment>> = row.try_get("attachments")?;
            let content = ReplyContent {
                received_at: row.try_get("received_at")?,
                class: ReplyClass::parse(class).ok_or_else(|| Error::Row(format!("replies.class {class:?}")))?,
                from_name: row.try_get("from_name")?,
                from_address: row.try_get("from_address")?,
                subject: row.try_get("subject")?,
                body: row.try_get("body")?,
                quoted: row.try_get("quoted")?,
                attachments,
                is_spam: row.try_get("is_spam")?,
                has_virus: row.try_get("has_virus")?,
            };
            Ok((MessageId::from_uuid(row.try_get("message_id")?), content))
        })
        .collect()
}
