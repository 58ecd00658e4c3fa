//! Mail that has arrived for our reply domain and waits to be read, or is nobody's. It is no tenant's until it is known whose;
//! then what it says stands with the tenant, and nothing of it here.

use crate::scope::{OperatorTx, WorkerTx};
use crate::{Error, Result};
use rules::ids::TenantId;
use rules::limits;
use rules::replies::{Arrival, ReplyKey};
use rules::time::OffsetDateTime;
use sqlx::Row;
use uuid::Uuid;

/// A mail in the hands of one worker.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unread {
    pub arrival: Arrival,
    pub received_at: OffsetDateTime,
    /// How often it was taken, this time included.
    pub attempts: i64,
}

/// What is read of a mail that is nobody's.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Nobodys {
    pub from_address: String,
    pub subject: String,
    pub body: String,
    /// Why it is nobody's.
    pub why: String,
}

/// A mail that is nobody's, or that cannot be read, as an operator sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InboundMail {
    pub id: String,
    pub recipients: Vec<String>,
    pub received_at: OffsetDateTime,
    /// `None`: it was not read yet.
    pub content: Option<Nobodys>,
    /// What keeps it from being read.
    pub trouble: Option<String>,
    /// When it is tried again. `None`: never.
    pub due_at: Option<OffsetDateTime>,
    pub is_spam: bool,
    pub has_virus: bool,
}

/// What addresses for answers are signed with. The first process to ask makes it of `new`.
pub async fn find_or_make_key(tx: &mut WorkerTx, new: &ReplyKey, now: OffsetDateTime) -> Result<ReplyKey> {
    sqlx::query("insert into reply_key (id, key, made_at) values (1, $1, $2) on conflict do nothing")
        .bind(new.bytes().as_slice())
        .bind(now)
        .execute(tx.sql())
        .await?;
    let bytes: Vec<u8> = sqlx::query_scalar("select key from reply_key where id = 1").fetch_one(tx.sql()).await?;
    ReplyKey::from_bytes(&bytes).ok_or_else(|| Error::Row("reply_key.key".to_owned()))
}

/// Keeps what has arrived, to be read; what is known already stays as it is.
pub async fn keep(tx: &mut WorkerTx, arrivals: &[Arrival], now: OffsetDateTime) -> Result<()> {
    for arrival in arrivals {
        sqlx::query(
            "insert into inbound_mail (id, bucket, object_key, recipients, is_spam, has_virus, received_at, due_at, attempts)
             values ($1, $2, $3, $4, $5, $6, $7, $7, 0) on conflict do nothing",
        )
        .bind(&arrival.id)
        .bind(&arrival.bucket)
        .bind(&arrival.object_key)
        .bind(&arrival.recipients)
        .bind(arrival.is_spam)
        .bind(arrival.has_virus)
        .bind(now)
        .execute(tx.sql())
        .await?;
    }
    Ok(())
}

/// Takes mails that are due in hand until `until`, the longest waiting first.
pub async fn take(tx: &mut WorkerTx, now: OffsetDateTime, until: OffsetDateTime, limit: i64) -> Result<Vec<Unread>> {
    let rows = sqlx::query(
        "update inbound_mail set lease_until = $2, attempts = attempts + 1
         where id in (
            select id from inbound_mail where due_at <= $1 and (lease_until is null or lease_until <= $1)
            order by due_at limit $3 for update skip locked)
         returning id, bucket, object_key, recipients, is_spam, has_virus, received_at, attempts",
    )
    .bind(now)
    .bind(until)
    .bind(limit)
    .fetch_all(tx.sql())
    .await?;
    rows.iter()
        .map(|row| {
            let arrival = Arrival {
                id: row.try_get("id")?,
                bucket: row.try_get("bucket")?,
                object_key: row.try_get("object_key")?,
                recipients: row.try_get("recipients")?,
                is_spam: row.try_get("is_spam")?,
                has_virus: row.try_get("has_virus")?,
            };
            Ok(Unread { arrival, received_at: row.try_get("received_at")?, attempts: row.try_get("attempts")? })
        })
        .collect()
}

/// The tenants that have a lead with this address: those with whom an answer without our address may belong.
pub async fn list_tenants_with_lead(tx: &mut WorkerTx, email_key: &str) -> Result<Vec<TenantId>> {
    let tenants: Vec<Uuid> = sqlx::query_scalar(
        "select t.tenant_id from tenants t
         where exists (select from leads l where l.tenant_id = t.tenant_id and l.email_key = $1)
         order by t.tenant_id limit $2",
    )
    .bind(email_key)
    .bind(limits::REPLY_TENANTS_MAX)
    .fetch_all(tx.sql())
    .await?;
    Ok(tenants.into_iter().map(TenantId::from_uuid).collect())
}

/// It stands with its tenant now.
pub async fn write_matched(tx: &mut WorkerTx, id: &str, tenant: TenantId, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "update inbound_mail set about_tenant = $2, read_at = $3, trouble = null, trouble_at = null, due_at = null,
                lease_until = null
         where id = $1",
    )
    .bind(id)
    .bind(tenant.uuid())
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// It was read and is nobody's: kept for the operator.
pub async fn write_nobodys(tx: &mut WorkerTx, id: &str, content: &Nobodys, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "update inbound_mail set from_address = $2, subject = $3, body = $4, trouble = $5, trouble_at = $6, read_at = $6,
                due_at = null, lease_until = null
         where id = $1",
    )
    .bind(id)
    .bind(&content.from_address)
    .bind(&content.subject)
    .bind(&content.body)
    .bind(&content.why)
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// It could not be read now. Tried again at `next`; `None`: it is left to the operator.
pub async fn write_trouble(
    tx: &mut WorkerTx,
    id: &str,
    trouble: &str,
    now: OffsetDateTime,
    next: Option<OffsetDateTime>,
) -> Result<()> {
    sqlx::query(
        "update inbound_mail set trouble = $2, trouble_at = coalesce(trouble_at, $3), due_at = $4, lease_until = null
         where id = $1",
    )
    .bind(id)
    .bind(trouble)
    .bind(now)
    .bind(next)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Forgets mails that found their tenant before `before`, some at a time.
pub async fn sweep(tx: &mut WorkerTx, before: OffsetDateTime, limit: i64) -> Result<u64> {
    let done = sqlx::query(
        "delete from inbound_mail where id in (
            select id from inbound_mail where about_tenant is not null and read_at < $1 order by read_at limit $2)",
    )
    .bind(before)
    .bind(limit)
    .execute(tx.sql())
    .await?;
    Ok(done.rows_affected())
}

/// Mails that are nobody's or cannot be read, the newest first.
pub async fn list_nobodys(tx: &mut OperatorTx, limit: i64) -> Result<Vec<InboundMail>> {
    let rows = sqlx::query(
        "select id, recipients, received_at, read_at, from_address, subject, body, trouble, due_at, is_spam, has_virus
         from inbound_mail
         where about_tenant is null and (read_at is not null or trouble is not null)
         order by received_at desc limit $1",
    )
    .bind(limit)
    .fetch_all(tx.sql())
    .await?;
    rows.iter()
        .map(|row| {
            let read_at: Option<OffsetDateTime> = row.try_get("read_at")?;
            let trouble: Option<String> = row.try_get("trouble")?;
            let text = |column| row.try_get::<Option<String>, _>(column).map(Option::unwrap_or_default);
            let content = Nobodys {
                from_address: text("from_address")?,
                subject: text("subject")?,
                body: text("body")?,
                why: trouble.clone().unwrap_or_default(),
            };
            Ok(InboundMail {
                id: row.try_get("id")?,
                recipients: row.try_get("recipients")?,
                received_at: row.try_get("received_at")?,
                content: read_at.map(|_| content),
                trouble: trouble.filter(|_| read_at.is_none()),
                due_at: row.try_get("due_at")?,
                is_spam: row.try_get("is_spam")?,
                has_virus: row.try_get("has_virus")?,
            })
        })
        .collect()
}
