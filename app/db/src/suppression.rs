//! Who is not to be written to any more: an address, or a whole domain. Each reason is kept for itself, and none is ever
//! lifted by another; what a team may lift, the reason says.

use crate::scope::TenantTx;
use crate::{Error, Result};
use rules::addresses::EmailAddress;
use rules::ids::{MessageId, SourceId};
use rules::messages::{Suppressed, SuppressionReason};
use rules::secrets::SecretHash;
use rules::time::OffsetDateTime;
use uuid::Uuid;

/// One reason for which somebody is not written to any more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suppression {
    pub whom: Suppressed,
    pub reason: SuppressionReason,
    pub since: OffsetDateTime,
}

/// Which of them are wanted.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Filter {
    /// How the address, or the domain with its `@`, begins, in lower case; empty: any.
    pub prefix: String,
    /// This whole domain too, as `@domain`: it holds for the address that is looked for.
    pub domain: Option<String>,
    /// Those behind this one, in the order of the list.
    pub after: Option<(String, SuppressionReason)>,
}

/// A link by which a recipient opts out, as it was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OptOut {
    pub email_key: String,
    pub message: MessageId,
    /// Who has written.
    pub tenant_name: String,
    /// Whether they have opted out already.
    pub is_done: bool,
}

/// Suppresses an address, given in its normal form, and stops whatever was planned for it. Asking twice changes nothing.
pub async fn suppress(
    tx: &mut TenantTx,
    email_key: &str,
    reason: SuppressionReason,
    message: Option<MessageId>,
    now: OffsetDateTime,
) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "insert into suppressions (tenant_id, address_key, reason, since, message_id) values ($1, $2, $3, $4, $5)
         on conflict do nothing",
    )
    .bind(tenant.uuid())
    .bind(email_key)
    .bind(reason.as_str())
    .bind(now)
    .bind(message.map(MessageId::uuid))
    .execute(tx.sql())
    .await?;
    stop(tx, &[email_key.to_owned()], reason, now).await
}

/// A person of the team adds these. Asking twice changes nothing.
pub async fn suppress_by_hand(tx: &mut TenantTx, whom: &[Suppressed], now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    let keys: Vec<String> = whom.iter().map(Suppressed::key).collect();
    sqlx::query(
        "insert into suppressions (tenant_id, address_key, reason, since)
         select $1, k, $3, $4 from unnest($2::text[]) k order by k on conflict do nothing",
    )
    .bind(tenant.uuid())
    .bind(&keys)
    .bind(SuppressionReason::Manual.as_str())
    .bind(now)
    .execute(tx.sql())
    .await?;
    stop(tx, &keys, SuppressionReason::Manual, now).await
}

/// Takes back the reasons that a team may take back; every other stays. What was stopped stays stopped.
pub async fn lift(tx: &mut TenantTx, whom: &Suppressed) -> Result<()> {
    let tenant = tx.tenant();
    let liftable: Vec<&str> =
        SuppressionReason::ALL.into_iter().filter(|it| it.may_be_lifted()).map(SuppressionReason::as_str).collect();
    sqlx::query("delete from suppressions where tenant_id = $1 and address_key = $2 and reason = any($3)")
        .bind(tenant.uuid())
        .bind(whom.key())
        .bind(liftable)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// Ends whatever is planned for these addresses, and for all at these domains.
async fn stop(tx: &mut TenantTx, keys: &[String], reason: SuppressionReason, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    // Locked in the order in which a claim locks.
    sqlx::query(
        "with planned as (
            select e.sequence_id, e.lead_id
            from leads l join enrolments e on e.tenant_id = $1 and e.lead_id = l.id
            where l.tenant_id = $1 and (l.email_key = any($2) or l.domain_key = any($2))
              and e.state in ('waiting', 'active', 'sending')
            order by e.sequence_id, e.lead_id for update of e)
         update enrolments e set state = 'stopped', stopped_for = $3, stopped_at = $4 from planned p
         where e.tenant_id = $1 and e.sequence_id = p.sequence_id and e.lead_id = p.lead_id",
    )
    .bind(tenant.uuid())
    .bind(keys)
    .bind(reason.as_str())
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// By address, those behind `after`, `limit` at most.
pub async fn list(tx: &mut TenantTx, filter: &Filter, limit: i64) -> Result<Vec<Suppression>> {
    let tenant = tx.tenant();
    let rows: Vec<(String, String, OffsetDateTime)> = sqlx::query_as(
        "select address_key, reason, since from suppressions
         where tenant_id = $1 and (address_key ^@ $2 or address_key = $3)
           and ($4::text is null or (address_key, reason) > ($4, $5))
         order by address_key, reason limit $6",
    )
    .bind(tenant.uuid())
    .bind(&filter.prefix)
    .bind(&filter.domain)
    .bind(filter.after.as_ref().map(|(key, _)| key))
    .bind(filter.after.as_ref().map(|(_, reason)| reason.as_str()))
    .bind(limit)
    .fetch_all(tx.sql())
    .await?;
    rows.into_iter()
        .map(|(key, reason, since)| {
            let whom = Suppressed::parse(&key).map_err(|_| Error::Row(format!("suppressions.address_key {key:?}")))?;
            Ok(Suppression { whom, reason: parse_reason(&reason)?, since })
        })
        .collect()
}

/// How many addresses and domains are suppressed.
pub async fn count(tx: &mut TenantTx) -> Result<i64> {
    let tenant = tx.tenant();
    let count = sqlx::query_scalar("select count(distinct address_key) from suppressions where tenant_id = $1");
    Ok(count.bind(tenant.uuid()).fetch_one(tx.sql()).await?)
}

/// How many leads of a source are suppressed now, by their address or their domain.
pub async fn count_of_source(tx: &mut TenantTx, source: SourceId) -> Result<i64> {
    let tenant = tx.tenant();
    let count = sqlx::query_scalar(
        "select count(*) from (
            select l.id from suppressions s join leads l on l.tenant_id = $1 and l.email_key = s.address_key
            where s.tenant_id = $1
            union
            select l.id from suppressions s join leads l on l.tenant_id = $1 and l.domain_key = s.address_key
            where s.tenant_id = $1) suppressed
         join lead_origins o on o.tenant_id = $1 and o.source_id = $2 and o.lead_id = suppressed.id",
    );
    Ok(count.bind(tenant.uuid()).bind(source.uuid()).fetch_one(tx.sql()).await?)
}

fn parse_reason(reason: &str) -> Result<SuppressionReason> {
    SuppressionReason::parse(reason).ok_or_else(|| Error::Row(format!("suppressions.reason {reason:?}")))
}

/// `None`: there is no such link.
pub async fn find_link(tx: &mut TenantTx, link: &SecretHash) -> Result<Option<OptOut>> {
    let tenant = tx.tenant();
    let row: Option<(String, Uuid, String, bool)> = sqlx::query_as(
        "select k.email_key, k.message_id, (select name from tenants where tenant_id = $1), exists (
            select from suppressions s where s.tenant_id = $1 and s.address_key = k.email_key and s.reason = $3)
         from opt_out_links k where k.tenant_id = $1 and k.token_hash = $2",
    )
    .bind(tenant.uuid())
    .bind(link.bytes())
    .bind(SuppressionReason::OptOut.as_str())
    .fetch_optional(tx.sql())
    .await?;
    Ok(row.map(|(email_key, message, tenant_name, is_done)| OptOut {
        email_key,
        message: MessageId::from_uuid(message),
        tenant_name,
        is_done,
    }))
}

/// The recipient of this link opts out. Asking twice changes nothing, and is counted once.
pub async fn opt_out(tx: &mut TenantTx, link: &OptOut, now: OffsetDateTime) -> Result<()> {
    if link.is_done {
        return Ok(());
    }
    suppress(tx, &link.email_key, SuppressionReason::OptOut, Some(link.message), now).await?;
    let tenant = tx.tenant();
    sqlx::query("update messages set opted_out_at = coalesce(opted_out_at, $3) where tenant_id = $1 and id = $2")
        .bind(tenant.uuid())
        .bind(link.message.uuid())
        .bind(now)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// Why an address is suppressed, the oldest reason first.
pub async fn list_reasons(tx: &mut TenantTx, email: &EmailAddress) -> Result<Vec<(SuppressionReason, OffsetDateTime)>> {
    let tenant = tx.tenant();
    let rows: Vec<(String, OffsetDateTime)> = sqlx::query_as(
        "select reason, since from suppressions where tenant_id = $1 and address_key = any($2) order by since",
    )
    .bind(tenant.uuid())
    .bind([email.key(), format!("@{}", email.domain().as_str())])
    .fetch_all(tx.sql())
    .await?;
    rows.into_iter().map(|(reason, since)| Ok((parse_reason(&reason)?, since))).collect()
}
