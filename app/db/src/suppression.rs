//! Who is not to be written to any more: an address, or a whole domain. Each reason is kept for itself, and none is ever
//! lifted by another.

use crate::scope::TenantTx;
use crate::{Error, Result};
use rules::addresses::EmailAddress;
use rules::ids::MessageId;
use rules::messages::SuppressionReason;
use rules::secrets::SecretHash;
use rules::time::OffsetDateTime;
use uuid::Uuid;

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
    sqlx::query(
        "update enrolments e set state = 'stopped', stopped_for = $3, stopped_at = $4 from leads l
         where l.tenant_id = $1 and l.email_key = $2 and e.tenant_id = $1 and e.lead_id = l.id
           and e.state in ('waiting', 'active', 'sending')",
    )
    .bind(tenant.uuid())
    .bind(email_key)
    .bind(reason.as_str())
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
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
    rows.into_iter()
        .map(|(reason, since)| {
            let parsed = SuppressionReason::parse(&reason);
            Ok((parsed.ok_or_else(|| Error::Row(format!("suppressions.reason {reason:?}")))?, since))
        })
        .collect()
}
