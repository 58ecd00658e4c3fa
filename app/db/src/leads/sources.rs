//! Sources of leads, with what each brought.

use crate::scope::TenantTx;
use crate::{Error, Result};
use rules::ids::{ImportId, SourceId};
use rules::leads::Basis;
use rules::time::OffsetDateTime;
use sqlx::Row;
use sqlx::postgres::PgRow;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    pub id: SourceId,
    pub name: String,
    pub basis: Basis,
    pub note: String,
    pub created_at: OffsetDateTime,
    pub import: ImportId,
    /// Whether its file is still being taken in.
    pub is_growing: bool,
    /// Leads that it brought, those that were there already among them.
    pub accepted: i64,
    pub refused: i64,
    /// Why its mails were taken badly, if that was so.
    pub mark: Option<String>,
}

/// The newest first.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Source>> {
    read(tx, None).await
}

/// `None` when there is none, or it is another tenant's.
pub async fn find(tx: &mut TenantTx, source: SourceId) -> Result<Option<Source>> {
    Ok(read(tx, Some(source)).await?.pop())
}

async fn read(tx: &mut TenantTx, only: Option<SourceId>) -> Result<Vec<Source>> {
    let tenant = tx.tenant();
    let rows = sqlx::query(
        "select s.id, s.name, s.basis, s.note, s.created_at, i.id as import, i.stage = 'importing' as is_growing,
                i.added + i.known as accepted, i.refused, s.mark
         from lead_sources s join lead_imports i on i.tenant_id = $1 and i.source_id = s.id
         where s.tenant_id = $1 and ($2::uuid is null or s.id = $2)
         order by s.id desc",
    )
    .bind(tenant.uuid())
    .bind(only.map(SourceId::uuid))
    .fetch_all(tx.sql())
    .await?;
    rows.iter().map(source).collect()
}

fn source(row: &PgRow) -> Result<Source> {
    let basis: &str = row.try_get("basis")?;
    Ok(Source {
        id: SourceId::from_uuid(row.try_get("id")?),
        name: row.try_get("name")?,
        basis: Basis::parse(basis).map_err(|_| Error::Row(format!("lead_sources.basis {basis:?}")))?,
        note: row.try_get("note")?,
        created_at: row.try_get("created_at")?,
        import: ImportId::from_uuid(row.try_get("import")?),
        is_growing: row.try_get("is_growing")?,
        accepted: row.try_get("accepted")?,
        refused: row.try_get("refused")?,
        mark: row.try_get("mark")?,
    })
}
