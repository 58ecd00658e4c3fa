//! Rows of a file that were refused, each with its reason.

use crate::Result;
use crate::scope::TenantTx;
use rules::ids::ImportId;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefusedRow {
    /// In the file, from 1, headings included.
    pub row: i64,
    /// A word of the rules, the same for all rows of one kind.
    pub reason: String,
    /// What is said to a person.
    pub sentence: String,
    pub cells: Vec<String>,
}

/// In the order of the file, those behind `after`.
pub async fn list(tx: &mut TenantTx, import: ImportId, after: i64, limit: i64) -> Result<Vec<RefusedRow>> {
    let tenant = tx.tenant();
    let rows: Vec<(i64, String, String, Vec<String>)> = sqlx::query_as(
        "select row_number, reason, sentence, cells from refused_rows
         where tenant_id = $1 and import_id = $2 and row_number > $3 order by row_number limit $4",
    )
    .bind(tenant.uuid())
    .bind(import.uuid())
    .bind(after)
    .bind(limit)
    .fetch_all(tx.sql())
    .await?;
    Ok(rows.into_iter().map(|(row, reason, sentence, cells)| RefusedRow { row, reason, sentence, cells }).collect())
}

/// How many rows each reason has, with the sentence of the first; the most frequent first.
pub async fn count_by_reason(tx: &mut TenantTx, import: ImportId) -> Result<Vec<(String, String, i64)>> {
    let tenant = tx.tenant();
    let counts = sqlx::query_as(
        "select reason, (array_agg(sentence order by row_number))[1], count(*) from refused_rows
         where tenant_id = $1 and import_id = $2 group by reason order by count(*) desc, reason",
    );
    Ok(counts.bind(tenant.uuid()).bind(import.uuid()).fetch_all(tx.sql()).await?)
}
