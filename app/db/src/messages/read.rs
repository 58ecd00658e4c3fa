//! Reading mails: the rows behind every number, and one mail with all that was told of it.

use crate::metrics::{DayRange, Fact};
use crate::scope::TenantTx;
use crate::{Error, Result};
use rules::health::Scope;
use rules::ids::{LeadId, MailboxId, MessageId, SequenceId};
use rules::messages::{MessageState, Provider};
use rules::time::OffsetDateTime;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

/// One mail, as in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    pub id: MessageId,
    pub mailbox: MailboxId,
    /// Its address.
    pub from: String,
    pub sequence: SequenceId,
    pub sequence_name: String,
    pub lead: LeadId,
    pub recipient: String,
    /// From 1.
    pub step: i16,
    pub subject: String,
    pub state: MessageState,
    pub is_simulated: bool,
    pub provider: Option<Provider>,
    /// In business time.
    pub claimed_at: OffsetDateTime,
    /// What was said of it, where something was.
    pub trouble: Option<String>,
    pub complained_at: Option<OffsetDateTime>,
    pub opted_out_at: Option<OffsetDateTime>,
    pub answered_at: Option<OffsetDateTime>,
}

/// What SES told, once for each fact.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// SES's own word.
    pub kind: String,
    pub detail: Option<String>,
    pub at: Option<OffsetDateTime>,
    pub received_at: OffsetDateTime,
}

/// Which mails are wanted: those that a number counts.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Filter {
    pub fact: Option<Fact>,
    pub days: Option<DayRange>,
    pub mailbox: Option<MailboxId>,
    pub sequence: Option<SequenceId>,
    /// A provider's code; empty: those whose provider is not known.
    pub provider: Option<String>,
    /// Those behind this one, the newest first.
    pub before: Option<MessageId>,
}

const COLUMNS: &str =
    "m.id, m.mailbox_id, b.address, m.sequence_id, s.name as sequence_name, m.lead_id, m.recipient, m.step,
    t.subject, m.state, m.is_simulated, m.provider, m.claimed_at, m.trouble, m.complained_at, m.opted_out_at,
    m.answered_at";

const JOINS: &str = "join message_texts t on t.tenant_id = $1 and t.message_id = m.id
    join mailboxes b on b.tenant_id = $1 and b.id = m.mailbox_id
    join sequences s on s.tenant_id = $1 and s.id = m.sequence_id";

/// The newest first, `limit` at most.
pub async fn list(tx: &mut TenantTx, filter: &Filter, limit: i64) -> Result<Vec<Message>> {
    let tenant = tx.tenant();
    let fact = filter.fact.map_or("true", Fact::condition);
    let sql = format!(
        "select {COLUMNS} from messages m {JOINS}
         where m.tenant_id = $1 and {fact}
           and ($2::text is null or m.sent_on between $2::text::date and $3::text::date)
           and ($4::uuid is null or m.mailbox_id = $4) and ($5::uuid is null or m.sequence_id = $5)
           and ($6::text is null or coalesce(m.provider, '') = $6) and ($7::uuid is null or m.id < $7)
         order by m.id desc limit $8"
    );
    let days = filter.days.as_ref();
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(days.map(|days| days.from.as_str()))
        .bind(days.map(|days| days.until.as_str()))
        .bind(filter.mailbox.map(MailboxId::uuid))
        .bind(filter.sequence.map(SequenceId::uuid))
        .bind(filter.provider.as_deref())
        .bind(filter.before.map(MessageId::uuid))
        .bind(limit)
        .fetch_all(tx.sql())
        .await?;
    rows.iter().map(message).collect()
}

/// All mails to one lead, the oldest first.
pub async fn list_of_lead(tx: &mut TenantTx, lead: LeadId, limit: i64) -> Result<Vec<Message>> {
    let tenant = tx.tenant();
    let sql = format!(
        "select {COLUMNS} from messages m {JOINS} where m.tenant_id = $1 and m.lead_id = $2 order by m.id limit $3"
    );
    let rows =
        sqlx::query(AssertSqlSafe(sql)).bind(tenant.uuid()).bind(lead.uuid()).bind(limit).fetch_all(tx.sql()).await?;
    rows.iter().map(message).collect()
}

/// Mails of a scope that bounced hard or were complained about, of those that were claimed after the first time and at the
/// latest at the second: the newest first, `limit` at most.
pub async fn list_bad(
    tx: &mut TenantTx,
    scope: Scope,
    (from, until): (OffsetDateTime, OffsetDateTime),
    limit: i64,
) -> Result<Vec<Message>> {
    let tenant = tx.tenant();
    let of_scope = crate::health::column(scope);
    let sql = format!(
        "select {COLUMNS} from messages m {JOINS}
         where m.tenant_id = $1 and m.claimed_at > $2 and m.claimed_at <= $3 and not m.is_simulated
           and (m.bounced_at is not null or m.complained_at is not null)
           and (m.state = 9 or m.complained_at is not null) and {of_scope} = $4
         order by m.claimed_at desc limit $5"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(from)
        .bind(until)
        .bind(scope.uuid(tenant))
        .bind(limit)
        .fetch_all(tx.sql())
        .await?;
    rows.iter().map(message).collect()
}

/// `None` when there is none, or it is another tenant's. With it the text that was sent.
pub async fn find(tx: &mut TenantTx, id: MessageId) -> Result<Option<(Message, String)>> {
    let tenant = tx.tenant();
    let sql = format!("select {COLUMNS}, t.body from messages m {JOINS} where m.tenant_id = $1 and m.id = $2");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(tenant.uuid()).bind(id.uuid()).fetch_optional(tx.sql()).await?;
    row.map(|row| Ok((message(&row)?, row.try_get("body")?))).transpose()
}

/// What SES told of a mail, in the order in which it happened as far as SES said when.
pub async fn list_events(tx: &mut TenantTx, message: MessageId) -> Result<Vec<Event>> {
    let tenant = tx.tenant();
    let rows: Vec<(String, Option<String>, Option<OffsetDateTime>, OffsetDateTime)> = sqlx::query_as(
        "select kind, detail, at, received_at from message_events
         where tenant_id = $1 and message_id = $2 order by coalesce(at, received_at), kind limit 100",
    )
    .bind(tenant.uuid())
    .bind(message.uuid())
    .fetch_all(tx.sql())
    .await?;
    Ok(rows.into_iter().map(|(kind, detail, at, received_at)| Event { kind, detail, at, received_at }).collect())
}

fn message(row: &PgRow) -> Result<Message> {
    let id: Uuid = row.try_get("id")?;
    let provider: Option<&str> = row.try_get("provider")?;
    let state = MessageState::from_rank(row.try_get("state")?);
    Ok(Message {
        id: MessageId::from_uuid(id),
        mailbox: MailboxId::from_uuid(row.try_get("mailbox_id")?),
        from: row.try_get("address")?,
        sequence: SequenceId::from_uuid(row.try_get("sequence_id")?),
        sequence_name: row.try_get("sequence_name")?,
        lead: LeadId::from_uuid(row.try_get("lead_id")?),
        recipient: row.try_get("recipient")?,
        step: row.try_get("step")?,
        subject: row.try_get("subject")?,
        state: state.ok_or_else(|| Error::Row(format!("messages.state of {id}")))?,
        is_simulated: row.try_get("is_simulated")?,
        provider: provider.and_then(Provider::parse),
        claimed_at: row.try_get("claimed_at")?,
        trouble: row.try_get("trouble")?,
        complained_at: row.try_get("complained_at")?,
        opted_out_at: row.try_get("opted_out_at")?,
        answered_at: row.try_get("answered_at")?,
    })
}
