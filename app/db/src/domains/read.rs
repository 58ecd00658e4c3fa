//! Reading domains with their records.

use super::work::Identity;
use super::{Domain, Record};
use crate::scope::{OperatorTx, TenantTx};
use crate::{Error, Result};
use rules::addresses::DomainName;
use rules::domains::{Hold, Lapse, Observation, Purpose, RecordKind, WantedRecord};
use rules::ids::{DomainId, TenantId};
use rules::limits;
use rules::time::OffsetDateTime;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use std::collections::HashMap;
use uuid::Uuid;

/// All that are not gone, by name.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Domain>> {
    let tenant = tx.tenant();
    read(tx.sql(), tenant, None).await
}

/// The same for the operator.
pub async fn list_of(tx: &mut OperatorTx, tenant: TenantId) -> Result<Vec<Domain>> {
    read(tx.sql(), tenant, None).await
}

/// A domain whose claim ended by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ended {
    pub name: DomainName,
    pub why: Lapse,
    pub at: OffsetDateTime,
}

/// Those that ended since `since` and were not connected again, the newest first.
pub async fn list_ended(tx: &mut TenantTx, since: OffsetDateTime) -> Result<Vec<Ended>> {
    let tenant = tx.tenant();
    read_ended(tx.sql(), tenant, since).await
}

/// The same for the operator.
pub async fn list_ended_of(tx: &mut OperatorTx, tenant: TenantId, since: OffsetDateTime) -> Result<Vec<Ended>> {
    read_ended(tx.sql(), tenant, since).await
}

async fn read_ended(connection: &mut PgConnection, tenant: TenantId, since: OffsetDateTime) -> Result<Vec<Ended>> {
    let rows = sqlx::query(
        "select e.name, e.removal_reason, e.removed_at from domains e
         where e.tenant_id = $1 and e.removed_at > $2 and e.removal_reason is not null and not exists (
            select from domains l where l.tenant_id = $1 and l.name = e.name
               and (l.removed_at is null or l.removed_at > e.removed_at))
         order by e.removed_at desc limit $3",
    )
    .bind(tenant.uuid())
    .bind(since)
    .bind(limits::DOMAINS_MAX)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let why = parse(row, "removal_reason", Lapse::parse)?;
            Ok(Ended {
                name: name(row, "name")?,
                why: why.ok_or_else(|| Error::Row("domains.removal_reason".to_owned()))?,
                at: row.try_get("removed_at")?,
            })
        })
        .collect()
}

/// `None` when it is gone, or another tenant's.
pub async fn find(tx: &mut TenantTx, domain: DomainId) -> Result<Option<Domain>> {
    let tenant = tx.tenant();
    Ok(read(tx.sql(), tenant, Some(domain)).await?.pop())
}

async fn read(connection: &mut PgConnection, tenant: TenantId, only: Option<DomainId>) -> Result<Vec<Domain>> {
    let only = only.map(DomainId::uuid);
    let rows = sqlx::query(
        "select d.id, d.name, d.root, d.challenge, d.created_at, d.asked_at, d.dkim_tokens, d.dkim_zone, d.dkim_status,
                d.mail_from_status, d.may_send, d.is_associated, d.ses_read_at, d.looked_at, d.verified_at, d.hold, d.trouble,
                d.trouble_at, d.claim_ends_at, d.removal_asked_at, d.removal_reason, d.due_at,
                m.dkim_tokens as next_tokens, m.dkim_zone as next_zone, m.dkim_status as next_dkim,
                m.mail_from_status as next_mail_from, m.may_send as next_may_send, m.is_associated as next_is_associated
         from domains d left join domain_moves m on m.tenant_id = $1 and m.domain_id = d.id
         where d.tenant_id = $1 and d.removed_at is null and ($2::uuid is null or d.id = $2)
         order by d.name",
    )
    .bind(tenant.uuid())
    .bind(only)
    .fetch_all(&mut *connection)
    .await?;
    let mut domains = rows.iter().map(domain).collect::<Result<Vec<_>>>()?;
    let rows = sqlx::query(
        "select r.domain_id, r.purpose, r.slot, r.kind, r.name, r.value, r.priority, r.observation, r.found,
                r.observed_at, r.unanswered_since, r.found_at
         from domain_records r join domains d on d.tenant_id = $1 and d.id = r.domain_id
         where r.tenant_id = $1 and d.removed_at is null and ($2::uuid is null or d.id = $2)
         order by r.slot",
    )
    .bind(tenant.uuid())
    .bind(only)
    .fetch_all(connection)
    .await?;
    let mut records: HashMap<Uuid, Vec<Record>> = HashMap::new();
    for row in &rows {
        records.entry(row.try_get("domain_id")?).or_default().push(record(row)?);
    }
    for domain in &mut domains {
        domain.records = records.remove(&domain.id.uuid()).unwrap_or_default();
        domain.records.sort_by_key(|record| (record.wanted.purpose, record.wanted.slot));
    }
    Ok(domains)
}

fn domain(row: &PgRow) -> Result<Domain> {
    let tokens: Option<Vec<String>> = row.try_get("dkim_tokens")?;
    let zone: Option<String> = row.try_get("dkim_zone")?;
    let trouble: Option<String> = row.try_get("trouble")?;
    Ok(Domain {
        id: DomainId::from_uuid(row.try_get("id")?),
        name: name(row, "name")?,
        root: name(row, "root")?,
        challenge: row.try_get("challenge")?,
        created_at: row.try_get("created_at")?,
        asked_at: row.try_get("asked_at")?,
        dkim: tokens.zip(zone),
        dkim_status: row.try_get("dkim_status")?,
        mail_from_status: row.try_get("mail_from_status")?,
        may_send: row.try_get("may_send")?,
        is_associated: row.try_get("is_associated")?,
        next: next_identity(row)?,
        ses_read_at: row.try_get("ses_read_at")?,
        looked_at: row.try_get("looked_at")?,
        verified_at: row.try_get("verified_at")?,
        hold: parse(row, "hold", Hold::parse)?,
        trouble: trouble.zip(row.try_get("trouble_at")?),
        claim_ends_at: row.try_get("claim_ends_at")?,
        removal_asked_at: row.try_get("removal_asked_at")?,
        removal_reason: parse(row, "removal_reason", Lapse::parse)?,
        due_at: row.try_get("due_at")?,
        records: Vec::new(),
    })
}

fn next_identity(row: &PgRow) -> Result<Option<Identity>> {
    let tokens: Option<Vec<String>> = row.try_get("next_tokens")?;
    let Some(dkim_tokens) = tokens else { return Ok(None) };
    Ok(Some(Identity {
        dkim_tokens,
        dkim_zone: row.try_get("next_zone")?,
        dkim_status: row.try_get("next_dkim")?,
        mail_from_status: row.try_get("next_mail_from")?,
        may_send: row.try_get("next_may_send")?,
        is_associated: row.try_get("next_is_associated")?,
    }))
}

fn record(row: &PgRow) -> Result<Record> {
    let needed = |column: &str| Error::Row(format!("domain_records.{column}"));
    Ok(Record {
        wanted: WantedRecord {
            purpose: parse(row, "purpose", Purpose::parse)?.ok_or_else(|| needed("purpose"))?,
            slot: row.try_get("slot")?,
            kind: parse(row, "kind", RecordKind::parse)?.ok_or_else(|| needed("kind"))?,
            name: row.try_get("name")?,
            value: row.try_get("value")?,
            priority: row.try_get("priority")?,
        },
        observation: parse(row, "observation", Observation::parse)?,
        found: row.try_get("found")?,
        observed_at: row.try_get("observed_at")?,
        unanswered_since: row.try_get("unanswered_since")?,
        found_at: row.try_get("found_at")?,
    })
}

fn name(row: &PgRow, column: &str) -> Result<DomainName> {
    let text: &str = row.try_get(column)?;
    DomainName::parse(text).map_err(|_| Error::Row(format!("domains.{column} {text:?}")))
}

/// A word of ours; `None` for null.
fn parse<T>(row: &PgRow, column: &str, parse: fn(&str) -> Option<T>) -> Result<Option<T>> {
    let text: Option<&str> = row.try_get(column)?;
    text.map(|text| parse(text).ok_or_else(|| Error::Row(format!("{column} {text:?}")))).transpose()
}
