//! Leads: the people that a tenant may write to, with the sources that they come from ([`sources`]) and the files that
//! brought them ([`imports`]).

pub mod imports;
pub mod refused;
pub mod sources;
pub mod work;

use crate::scope::TenantTx;
use crate::{Error, Result};
use rules::addresses::EmailAddress;
use rules::ids::{LeadId, SourceId};
use rules::time::OffsetDateTime;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Row};
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lead {
    pub id: LeadId,
    pub email: EmailAddress,
    /// Texts by the name of the field, as they came; only those that have one.
    pub fields: BTreeMap<String, String>,
    pub added_at: OffsetDateTime,
    pub changed_at: OffsetDateTime,
}

impl Lead {
    /// What a template may say of it: its fields, and its address.
    pub fn merge_fields(&self) -> BTreeMap<String, String> {
        let mut fields = self.fields.clone();
        fields.insert("email".to_owned(), self.email.to_string());
        fields
    }
}

/// Which leads are wanted.
#[derive(Clone, Default, Debug)]
pub struct Filter {
    pub source: Option<SourceId>,
    /// How the address begins, in lower case; empty: any.
    pub prefix: String,
    /// Those behind this one, in the order of the list.
    pub after: Option<LeadId>,
}

/// One source of a lead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    pub source: SourceId,
    pub name: String,
    /// The row of the file, from 1, headings included.
    pub row: i64,
    pub added_at: OffsetDateTime,
}

/// In the order in which they came, `limit` at most.
pub async fn list(tx: &mut TenantTx, filter: &Filter, limit: i64) -> Result<Vec<Lead>> {
    let tenant = tx.tenant();
    // One text for each kind of question, so that each has its own plan.
    let from = match filter.source {
        Some(_) => {
            "lead_origins o join leads l on l.tenant_id = $1 and l.id = o.lead_id
            where o.tenant_id = $1 and o.source_id = $2 and ($3::uuid is null or o.lead_id > $3)"
        }
        None => "leads l where l.tenant_id = $1 and $2::uuid is null and ($3::uuid is null or l.id > $3)",
    };
    let order = if filter.source.is_some() { "o.lead_id" } else { "l.id" };
    let prefix = if filter.prefix.is_empty() { "$4 = ''" } else { "l.email_key ^@ $4" };
    let sql = format!(
        "select l.id, l.email, l.fields, l.added_at, l.changed_at from {from} and {prefix} order by {order} limit $5"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(filter.source.map(SourceId::uuid))
        .bind(filter.after.map(LeadId::uuid))
        .bind(&filter.prefix)
        .bind(limit)
        .fetch_all(tx.sql())
        .await?;
    rows.iter().map(lead).collect()
}

/// How many leads the tenant has.
pub async fn count(tx: &mut TenantTx) -> Result<i64> {
    let tenant = tx.tenant();
    let count = sqlx::query_scalar("select count(*) from leads where tenant_id = $1");
    Ok(count.bind(tenant.uuid()).fetch_one(tx.sql()).await?)
}

/// `None` when there is none, or it is another tenant's.
pub async fn find(tx: &mut TenantTx, lead: LeadId) -> Result<Option<Lead>> {
    let tenant = tx.tenant();
    let row = sqlx::query("select id, email, fields, added_at, changed_at from leads where tenant_id = $1 and id = $2")
        .bind(tenant.uuid())
        .bind(lead.uuid())
        .fetch_optional(tx.sql())
        .await?;
    row.as_ref().map(self::lead).transpose()
}

/// Where a lead comes from, the oldest first.
pub async fn list_origins(tx: &mut TenantTx, lead: LeadId) -> Result<Vec<Origin>> {
    let tenant = tx.tenant();
    let rows: Vec<(Uuid, String, i64, OffsetDateTime)> = sqlx::query_as(
        "select s.id, s.name, o.row_number, o.added_at
         from lead_origins o join lead_sources s on s.tenant_id = $1 and s.id = o.source_id
         where o.tenant_id = $1 and o.lead_id = $2 order by o.added_at",
    )
    .bind(tenant.uuid())
    .bind(lead.uuid())
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|(source, name, row, added_at)| Origin { source: SourceId::from_uuid(source), name, row, added_at })
        .collect())
}

/// The fields that leads can have, with their labels, by name.
pub async fn list_fields(tx: &mut TenantTx) -> Result<Vec<(String, String)>> {
    let tenant = tx.tenant();
    let fields = sqlx::query_as("select name, label from lead_fields where tenant_id = $1 order by name");
    Ok(fields.bind(tenant.uuid()).fetch_all(tx.sql()).await?)
}

pub(crate) fn lead(row: &PgRow) -> Result<Lead> {
    let id: Uuid = row.try_get("id")?;
    let Json(fields) = row.try_get("fields")?;
    Ok(Lead {
        id: LeadId::from_uuid(id),
        email: EmailAddress::parse(row.try_get("email")?).map_err(|_| Error::Row(format!("leads.email of {id}")))?,
        fields,
        added_at: row.try_get("added_at")?,
        changed_at: row.try_get("changed_at")?,
    })
}
