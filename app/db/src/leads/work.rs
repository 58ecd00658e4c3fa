//! What the worker does about an import: reads its file piece by piece, and takes rows in. Rows, counts and the place to go
//! on from are written in one transaction, so that a row is taken in exactly once whenever the process ends.

use super::imports::Import;
use super::refused::RefusedRow;
use crate::Result;
use crate::lease::{Lease, Leased};
use crate::scope::TenantTx;
use rules::addresses::EmailAddress;
use rules::ids::{ImportId, LeadId, SourceId};
use rules::time::OffsetDateTime;
use sqlx::types::Json;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// A row that may become a lead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewLead {
    /// For the case that its address is new.
    pub id: LeadId,
    pub email: EmailAddress,
    pub fields: BTreeMap<String, String>,
    /// In the file, from 1, headings included.
    pub row: i64,
    /// As it stood there, for the case that it is refused after all.
    pub cells: Vec<String>,
}

/// Some rows of a file, and where to go on behind them. Each address comes once in `leads`.
pub struct Batch {
    pub leads: Vec<NewLead>,
    pub refused: Vec<RefusedRow>,
    pub next_byte: i64,
    pub next_row: i64,
}

/// Of a row whose address stood in an earlier one of this file: the reason and, from that row's number, the sentence.
pub struct Repeated<'a> {
    pub reason: &'a str,
    pub sentence: &'a (dyn Fn(i64) -> String + Send + Sync),
}

/// A row that is leased: which import it is.
pub fn leased_import(lease: &Lease) -> ImportId {
    ImportId::from_uuid(lease.id)
}

/// One piece of the file; `None` behind the last.
pub async fn find_piece(tx: &mut TenantTx, import: ImportId, number: i32) -> Result<Option<Vec<u8>>> {
    let tenant = tx.tenant();
    let piece = sqlx::query_scalar(
        "select content from lead_file_pieces where tenant_id = $1 and import_id = $2 and number = $3",
    );
    Ok(piece.bind(tenant.uuid()).bind(import.uuid()).bind(number).fetch_optional(tx.sql()).await?)
}

/// Takes a batch in; false when the lease is lost, the import was stopped, or it is elsewhere by now: then nothing has
/// changed. `import` is as it was found before the batch was read.
pub async fn take_in(
    tx: &mut TenantTx,
    lease: &Lease,
    (import, source): (&Import, SourceId),
    mut batch: Batch,
    repeated: &Repeated<'_>,
    now: OffsetDateTime,
) -> Result<bool> {
    if !hold(tx, lease, import).await? {
        return Ok(false);
    }
    let added = insert_leads(tx, &batch.leads, now).await?;
    let ids = find_ids(tx, &batch.leads).await?;
    if import.update_known {
        update_known(tx, &batch.leads, &added, now).await?;
    }
    let taken = insert_origins(tx, source, &batch.leads, &ids, now).await?;
    let again: Vec<(i64, LeadId, Vec<String>)> = batch
        .leads
        .into_iter()
        .filter_map(|lead| {
            let id = ids.get(&lead.email.key())?;
            (!taken.contains(&id.uuid())).then_some((lead.row, *id, lead.cells))
        })
        .collect();
    let first_rows = find_rows(tx, source, again.iter().map(|(_, id, _)| id.uuid()).collect()).await?;
    batch.refused.extend(again.into_iter().map(|(row, id, cells)| {
        let first = first_rows.get(&id.uuid()).copied().unwrap_or(0);
        RefusedRow { row, reason: repeated.reason.to_owned(), sentence: (repeated.sentence)(first), cells }
    }));
    insert_refused(tx, import.id, &batch.refused).await?;
    let count = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
    let (added, known) = (count(added.len()), count(taken.len()) - count(added.len()));
    let tenant = tx.tenant();
    sqlx::query(
        "update lead_imports set next_byte = $3, next_row = $4, added = added + $5, known = known + $6,
                refused = refused + $7
         where tenant_id = $1 and id = $2",
    )
    .bind(tenant.uuid())
    .bind(import.id.uuid())
    .bind(batch.next_byte)
    .bind(batch.next_row)
    .bind(added)
    .bind(known)
    .bind(count(batch.refused.len()))
    .execute(tx.sql())
    .await?;
    Ok(true)
}

/// The file has been taken in to its end, or nobody came for it: lets it go.
pub async fn finish(tx: &mut TenantTx, lease: &Lease, import: ImportId, now: OffsetDateTime) -> Result<bool> {
    if !crate::lease::settle(tx, Leased::LeadImports, lease, None).await? {
        return Ok(false);
    }
    let tenant = tx.tenant();
    sqlx::query(
        "update lead_imports set finished_at = $3, due_at = null,
                stage = case stage when 'importing' then 'done' else 'discarded' end
         where tenant_id = $1 and id = $2 and stage in ('importing', 'arriving', 'arrived')",
    )
    .bind(tenant.uuid())
    .bind(import.uuid())
    .bind(now)
    .execute(tx.sql())
    .await?;
    drop_pieces(tx, import).await?;
    Ok(true)
}

pub(super) async fn drop_pieces(tx: &mut TenantTx, import: ImportId) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query("delete from lead_file_pieces where tenant_id = $1 and import_id = $2")
        .bind(tenant.uuid())
        .bind(import.uuid())
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// Locks the import, if it is still ours and where we think it is.
async fn hold(tx: &mut TenantTx, lease: &Lease, import: &Import) -> Result<bool> {
    let tenant = tx.tenant();
    let held = sqlx::query(
        "select from lead_imports
         where tenant_id = $1 and id = $2 and stage = 'importing' and next_byte = $3 and lease_until = $4 for update",
    )
    .bind(tenant.uuid())
    .bind(import.id.uuid())
    .bind(import.next_byte)
    .bind(lease.until)
    .fetch_optional(tx.sql())
    .await?;
    Ok(held.is_some())
}

/// The ids of those whose address was new.
async fn insert_leads(tx: &mut TenantTx, leads: &[NewLead], now: OffsetDateTime) -> Result<HashSet<Uuid>> {
    let tenant = tx.tenant();
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "insert into leads (tenant_id, id, email, fields, added_at, changed_at)
         select $1, c.id, c.email, c.fields, $5, $5 from unnest($2::uuid[], $3::text[], $4::jsonb[]) c (id, email, fields)
         on conflict (tenant_id, email_key) do nothing returning id",
    )
    .bind(tenant.uuid())
    .bind(leads.iter().map(|lead| lead.id.uuid()).collect::<Vec<_>>())
    .bind(leads.iter().map(|lead| lead.email.as_str()).collect::<Vec<_>>())
    .bind(leads.iter().map(|lead| Json(&lead.fields)).collect::<Vec<_>>())
    .bind(now)
    .fetch_all(tx.sql())
    .await?;
    Ok(ids.into_iter().collect())
}

/// The leads of these addresses, by the address's normal form.
async fn find_ids(tx: &mut TenantTx, leads: &[NewLead]) -> Result<HashMap<String, LeadId>> {
    let tenant = tx.tenant();
    let rows: Vec<(String, Uuid)> =
        sqlx::query_as("select email_key, id from leads where tenant_id = $1 and email_key = any($2)")
            .bind(tenant.uuid())
            .bind(leads.iter().map(|lead| lead.email.key()).collect::<Vec<_>>())
            .fetch_all(tx.sql())
            .await?;
    Ok(rows.into_iter().map(|(key, id)| (key, LeadId::from_uuid(id))).collect())
}

/// What the file says of leads that were there: its values in place of theirs, what it does not name stays. The addresses
/// are named by `= any` too, so that no more rows than theirs are read while Postgres knows nothing of the table yet.
async fn update_known(tx: &mut TenantTx, leads: &[NewLead], added: &HashSet<Uuid>, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    let known: Vec<&NewLead> = leads.iter().filter(|lead| !added.contains(&lead.id.uuid())).collect();
    let changed: Vec<Uuid> = sqlx::query_scalar(
        "update leads l set fields = l.fields || c.fields, changed_at = $4
         from unnest($2::text[], $3::jsonb[]) c (email_key, fields)
         where l.tenant_id = $1 and l.email_key = c.email_key and l.email_key = any($2)
           and l.fields || c.fields <> l.fields
         returning l.id",
    )
    .bind(tenant.uuid())
    .bind(known.iter().map(|lead| lead.email.key()).collect::<Vec<_>>())
    .bind(known.iter().map(|lead| Json(&lead.fields)).collect::<Vec<_>>())
    .bind(now)
    .fetch_all(tx.sql())
    .await?;
    crate::sequences::work::forget_checks(tx, &changed, now).await
}

/// The leads that this source had not brought yet.
async fn insert_origins(
    tx: &mut TenantTx,
    source: SourceId,
    leads: &[NewLead],
    ids: &HashMap<String, LeadId>,
    now: OffsetDateTime,
) -> Result<HashSet<Uuid>> {
    let tenant = tx.tenant();
    let (lead_ids, rows): (Vec<Uuid>, Vec<i64>) =
        leads.iter().filter_map(|lead| Some((ids.get(&lead.email.key())?.uuid(), lead.row))).unzip();
    let taken: Vec<Uuid> = sqlx::query_scalar(
        "insert into lead_origins (tenant_id, source_id, lead_id, row_number, added_at)
         select $1, $2, o.lead_id, o.row_number, $5 from unnest($3::uuid[], $4::bigint[]) o (lead_id, row_number)
         on conflict do nothing returning lead_id",
    )
    .bind(tenant.uuid())
    .bind(source.uuid())
    .bind(lead_ids)
    .bind(rows)
    .bind(now)
    .fetch_all(tx.sql())
    .await?;
    Ok(taken.into_iter().collect())
}

/// In which row of the source's file each of these leads stood first.
async fn find_rows(tx: &mut TenantTx, source: SourceId, leads: Vec<Uuid>) -> Result<HashMap<Uuid, i64>> {
    let tenant = tx.tenant();
    let rows: Vec<(Uuid, i64)> = sqlx::query_as(
        "select lead_id, row_number from lead_origins where tenant_id = $1 and source_id = $2 and lead_id = any($3)",
    )
    .bind(tenant.uuid())
    .bind(source.uuid())
    .bind(leads)
    .fetch_all(tx.sql())
    .await?;
    Ok(rows.into_iter().collect())
}

/// Cells go as one JSON list a row: a list of lists of different lengths is no array to Postgres.
async fn insert_refused(tx: &mut TenantTx, import: ImportId, refused: &[RefusedRow]) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "insert into refused_rows (tenant_id, import_id, row_number, reason, sentence, cells)
         select $1, $2, r.row_number, r.reason, r.sentence, array(select jsonb_array_elements_text(r.cells))
         from unnest($3::bigint[], $4::text[], $5::text[], $6::jsonb[]) r (row_number, reason, sentence, cells)
         on conflict do nothing",
    )
    .bind(tenant.uuid())
    .bind(import.uuid())
    .bind(refused.iter().map(|row| row.row).collect::<Vec<_>>())
    .bind(refused.iter().map(|row| row.reason.as_str()).collect::<Vec<_>>())
    .bind(refused.iter().map(|row| row.sentence.as_str()).collect::<Vec<_>>())
    .bind(refused.iter().map(|row| Json(&row.cells)).collect::<Vec<_>>())
    .execute(tx.sql())
    .await?;
    Ok(())
}
