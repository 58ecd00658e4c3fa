//! Leads come in: the rows of a file that a person has checked are judged and taken in, some at a time. A turn goes on where
//! the last one stopped, in whatever process; a file that nobody came for is thrown away.

use crate::Context;
use crate::due::{Acting, act_on_due};
use crate::duty::{Progress, Result};
use db::leads::imports::{self, Import, Stage};
use db::leads::refused::RefusedRow;
use db::leads::work::{self, Batch, NewLead, Repeated};
use db::lease::{self, Lease, Leased};
use db::scope::TenantTx;
use rules::ids::{LeadId, TenantId};
use rules::leads::{
    Delimiter, FileEncoding, Judge, Layout, Options, Place, RefusalKind, Row, RowReader, RowRefusal, Seen, Target,
};
use rules::limits;
use std::ops::ControlFlow;

pub async fn import(context: &Context) -> Result<Progress> {
    act_on_due(context, Leased::LeadImports, import_some).await
}

fn import_some(context: &Context, tenant: TenantId, lease: Lease) -> Acting<'_> {
    Box::pin(async move {
        let id = work::leased_import(&lease);
        for _ in 0..limits::IMPORT_TURN_BATCHES {
            let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
            let import = imports::find(&mut tx, id).await?;
            tx.commit().await?;
            let is_over = match import {
                Some(import) if import.stage == Stage::Importing => {
                    import_batch(context, tenant, &lease, &import).await?
                }
                // It was due because nobody came for it; or it was stopped.
                _ => {
                    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
                    work::finish(&mut tx, &lease, id, context.now()).await?;
                    tx.commit().await?;
                    true
                }
            };
            if is_over {
                return Ok(());
            }
        }
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        lease::settle(&mut tx, Leased::LeadImports, &lease, Some(context.now())).await?;
        Ok(tx.commit().await?)
    })
}

/// Takes the next rows in; true when there is nothing more to do for whoever holds this lease.
async fn import_batch(context: &Context, tenant: TenantId, lease: &Lease, import: &Import) -> Result<bool> {
    let Some((judge, (source, _))) = judge_of(import).zip(import.source.as_ref()) else {
        // Written by a newer program, perhaps: whoever can read it goes on with it later.
        return Err(crate::Error::Import(format!("the import {} cannot be read", import.id)));
    };
    let (rows, is_last) = read_rows(context, tenant, import, judge.layout).await?;
    let batch = judge_rows(context, import, &judge, &rows);
    let kind = RefusalKind::Repeated;
    let sentence = |row: i64| RowRefusal::Repeated { row: u64::try_from(row).unwrap_or(0) }.to_string();
    let repeated = Repeated { reason: kind.code(), sentence: &sentence };
    let now = context.now();
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    if !work::take_in(&mut tx, lease, (import, *source), batch, &repeated, now).await? {
        lease::settle(&mut tx, Leased::LeadImports, lease, None).await?;
        tx.commit().await?;
        return Ok(true);
    }
    if is_last {
        work::finish(&mut tx, lease, import.id, now).await?;
    }
    tx.commit().await?;
    Ok(is_last)
}

/// How the rows of one file are read and judged.
fn judge_of(import: &Import) -> Option<Judge> {
    let reading = import.reading.as_ref()?;
    let layout = Layout {
        encoding: FileEncoding::parse(&reading.encoding)?,
        delimiter: Delimiter::parse(&reading.delimiter)?,
        header: reading.header.and_then(|header| u32::try_from(header).ok()),
    };
    let targets = import.targets.iter().map(|text| Target::parse(text)).collect();
    Some(Judge { layout, targets, options: Options { take_roles: import.take_roles } })
}

/// What a batch has twice is told here; what an earlier one had, by the database.
fn judge_rows(context: &Context, import: &Import, judge: &Judge, rows: &[Row]) -> Batch {
    let mut seen = Seen::default();
    let (mut leads, mut refused) = (Vec::new(), Vec::new());
    for row in rows {
        let Some(judged) = judge.judge(row, &mut seen) else { continue };
        let cells = || row.cells.clone().unwrap_or_default();
        let shown = i64::try_from(row.number + 1).unwrap_or(i64::MAX);
        match judged {
            Ok(candidate) => leads.push(NewLead {
                id: LeadId::new(context.now(), &*context.chance),
                email: candidate.email,
                fields: candidate.fields.into_iter().map(|(name, value)| (name.to_string(), value)).collect(),
                row: shown,
                cells: cells(),
            }),
            Err(refusal) => refused.push(RefusedRow {
                row: shown,
                reason: refusal.code().to_owned(),
                sentence: refusal.to_string(),
                cells: cells(),
            }),
        }
    }
    in_order(&mut leads);
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let next = rows.last().map(Row::next_place);
    Batch {
        leads,
        refused,
        next_byte: next.map_or(import.next_byte, |place| signed(place.byte)),
        next_row: next.map_or(import.next_row, |place| signed(place.row)),
    }
}

/// Ids of one moment sort by chance: the list of leads is to be in the order of the file.
fn in_order(leads: &mut [NewLead]) {
    let mut ids: Vec<LeadId> = leads.iter().map(|lead| lead.id).collect();
    ids.sort_unstable();
    for (lead, id) in leads.iter_mut().zip(ids) {
        lead.id = id;
    }
}

/// The next rows of the file, and whether they are its last.
async fn read_rows(context: &Context, tenant: TenantId, import: &Import, layout: Layout) -> Result<(Vec<Row>, bool)> {
    let unsigned = |number: i64| u64::try_from(number).unwrap_or(0);
    let start = Place { byte: unsigned(import.next_byte), row: unsigned(import.next_row) };
    let piece_bytes = u64::try_from(limits::LEAD_FILE_PIECE_BYTES).unwrap_or(u64::MAX);
    let mut reader = RowReader::new(layout.delimiter, layout.encoding, start);
    let mut rows: Vec<Row> = Vec::new();
    let mut bytes = 0;
    let mut byte = start.byte;
    loop {
        let number = i32::try_from(byte / piece_bytes).unwrap_or(i32::MAX);
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        let piece = work::find_piece(&mut tx, import.id, number).await?;
        tx.commit().await?;
        let Some(piece) = piece else {
            rows.extend(reader.finish());
            return Ok((rows, true));
        };
        let offset = usize::try_from(byte % piece_bytes).unwrap_or(0);
        let fresh = piece.get(offset..).unwrap_or_default();
        let flow = reader.push(fresh, &mut |row| {
            bytes += row.cells.iter().flatten().map(String::len).sum::<usize>();
            rows.push(row);
            let is_full = rows.len() >= limits::IMPORT_BATCH_ROWS || bytes >= limits::IMPORT_BATCH_BYTES;
            if is_full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if flow.is_break() {
            return Ok((rows, false));
        }
        byte = (byte / piece_bytes + 1) * piece_bytes;
    }
}
