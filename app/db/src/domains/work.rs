//! What the worker writes about domains: what SES and DNS said.

use super::Record;
use crate::Result;
use crate::messages::lanes;
use crate::scope::TenantTx;
use rules::domains::{Hold, Lapse, Observation, WantedRecord};
use rules::ids::DomainId;
use rules::time::OffsetDateTime;

/// An identity as SES gives it back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    pub dkim_tokens: Vec<String>,
    pub dkim_zone: String,
    pub dkim_status: String,
    pub mail_from_status: String,
    pub may_send: bool,
    pub is_associated: bool,
}

impl Identity {
    /// Mail could leave under it.
    pub fn is_ready(&self) -> bool {
        self.may_send && self.is_associated && self.dkim_status == "SUCCESS" && self.mail_from_status == "SUCCESS"
    }
}

/// A row that is leased: which domain it is.
pub fn leased_domain(lease: &crate::lease::Lease) -> DomainId {
    DomainId::from_uuid(lease.id)
}

/// Brings the wanted records to `wanted`. What was seen of a record stays unless its name or value changed.
pub async fn want_records(tx: &mut TenantTx, domain: DomainId, wanted: &[WantedRecord]) -> Result<()> {
    let tenant = tx.tenant();
    let texts = |part: fn(&WantedRecord) -> String| -> Vec<String> { wanted.iter().map(part).collect() };
    let (names, values) = (texts(|record| record.name.clone()), texts(|record| record.value.clone()));
    let purposes = texts(|record| record.purpose.as_str().to_owned());
    let slots: Vec<i16> = wanted.iter().map(|record| record.slot).collect();
    sqlx::query(
        "delete from domain_records r
         where r.tenant_id = $1 and r.domain_id = $2 and not exists (
            select from unnest($3::text[], $4::smallint[], $5::text[], $6::text[]) w (purpose, slot, name, value)
            where w.purpose = r.purpose and w.slot = r.slot and w.name = r.name and w.value = r.value)",
    )
    .bind(tenant.uuid())
    .bind(domain.uuid())
    .bind(&purposes)
    .bind(&slots)
    .bind(&names)
    .bind(&values)
    .execute(tx.sql())
    .await?;
    sqlx::query(
        "insert into domain_records (tenant_id, domain_id, purpose, slot, kind, name, value, priority, found)
         select $1, $2, w.purpose, w.slot, w.kind, w.name, w.value, w.priority, '{}'
         from unnest($3::text[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::smallint[])
            w (purpose, slot, name, value, kind, priority)
         on conflict do nothing",
    )
    .bind(tenant.uuid())
    .bind(domain.uuid())
    .bind(&purposes)
    .bind(&slots)
    .bind(&names)
    .bind(&values)
    .bind(texts(|record| record.kind.as_str().to_owned()))
    .bind(wanted.iter().map(|record| record.priority).collect::<Vec<_>>())
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Writes what SES said; `None`: it has no such identity.
pub async fn write_identity(
    tx: &mut TenantTx,
    domain: DomainId,
    identity: Option<&Identity>,
    now: OffsetDateTime,
) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update domains set dkim_tokens = $3, dkim_zone = $4, dkim_status = $5, mail_from_status = $6, may_send = $7,
                is_associated = $8, ses_read_at = $9, hold = null
         where tenant_id = $1 and id = $2",
    )
    .bind(tenant.uuid())
    .bind(domain.uuid())
    .bind(identity.map(|identity| &identity.dkim_tokens))
    .bind(identity.map(|identity| &identity.dkim_zone))
    .bind(identity.map(|identity| &identity.dkim_status))
    .bind(identity.map(|identity| &identity.mail_from_status))
    .bind(identity.is_some_and(|identity| identity.may_send))
    .bind(identity.is_some_and(|identity| identity.is_associated))
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Writes what was seen of one record.
pub async fn write_record(tx: &mut TenantTx, domain: DomainId, record: &Record) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update domain_records set observation = $5, found = $6, observed_at = $7, unanswered_since = $8, found_at = $9
         where tenant_id = $1 and domain_id = $2 and purpose = $3 and slot = $4",
    )
    .bind(tenant.uuid())
    .bind(domain.uuid())
    .bind(record.wanted.purpose.as_str())
    .bind(record.wanted.slot)
    .bind(record.observation.map(Observation::as_str))
    .bind(&record.found)
    .bind(record.observed_at)
    .bind(record.unanswered_since)
    .bind(record.found_at)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Writes when DNS was looked at, since when the domain is verified, and when its claim ends.
pub async fn write_look(
    tx: &mut TenantTx,
    domain: DomainId,
    looked_at: OffsetDateTime,
    verified_at: Option<OffsetDateTime>,
    claim_ends_at: Option<OffsetDateTime>,
) -> Result<()> {
    let tenant = tx.tenant();
    let is_new: Option<bool> = sqlx::query_scalar(
        "with before as (select verified_at from domains where tenant_id = $1 and id = $2)
         update domains d set looked_at = $3, verified_at = $4, claim_ends_at = $5 from before
         where d.tenant_id = $1 and d.id = $2
         returning before.verified_at is null and d.verified_at is not null",
    )
    .bind(tenant.uuid())
    .bind(domain.uuid())
    .bind(looked_at)
    .bind(verified_at)
    .bind(claim_ends_at)
    .fetch_optional(tx.sql())
    .await?;
    // Where nothing is new, nobody is woken to meet the same again.
    if is_new == Some(true) { lanes::wake(tx, looked_at).await } else { Ok(()) }
}

/// The claim has ended by itself: the domain goes as if a person had asked, with whatever mailboxes stand on it. They stay,
/// and nothing leaves from them.
pub async fn end(tx: &mut TenantTx, domain: DomainId, why: Lapse, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update domains set removal_asked_at = $3, removal_reason = $4, verified_at = null, due_at = $3
         where tenant_id = $1 and id = $2 and removed_at is null and removal_asked_at is null",
    )
    .bind(tenant.uuid())
    .bind(domain.uuid())
    .bind(now)
    .bind(why.as_str())
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Holds a domain until an operator has looked at it.
pub async fn hold(tx: &mut TenantTx, domain: DomainId, hold: Hold) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query("update domains set hold = $3, verified_at = null where tenant_id = $1 and id = $2")
        .bind(tenant.uuid())
        .bind(domain.uuid())
        .bind(hold.as_str())
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// Writes that nothing of it is left at SES, and lets the claim go with the last domain under it.
pub async fn write_removed(tx: &mut TenantTx, domain: DomainId, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    let root: Option<String> = sqlx::query_scalar(
        "update domains set removed_at = $3, may_send = false, is_associated = false, verified_at = null
         where tenant_id = $1 and id = $2 and removed_at is null returning root",
    )
    .bind(tenant.uuid())
    .bind(domain.uuid())
    .bind(now)
    .fetch_optional(tx.sql())
    .await?;
    let Some(root) = root else {
        return Ok(());
    };
    // Locked first, so that the statement behind it sees a domain that was connected in this moment.
    super::lock_claim(tx, &root).await?;
    sqlx::query(
        "delete from domain_claims c where c.root = $2 and c.holder = $1 and not exists (
            select from domains d where d.tenant_id = $1 and d.root = $2 and d.removed_at is null)",
    )
    .bind(tenant.uuid())
    .bind(root)
    .execute(tx.sql())
    .await?;
    Ok(())
}
