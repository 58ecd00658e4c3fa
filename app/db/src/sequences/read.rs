//! Reading sequences with all that belongs to them.

use super::{Counts, Sequence, SequenceSource, StoredStep};
use crate::scope::TenantTx;
use crate::{Error, Result};
use rules::ids::{MailboxId, SequenceId, SourceId};
use rules::time::OffsetDateTime;
use sqlx::Row;
use sqlx::postgres::PgRow;
use std::collections::HashMap;
use uuid::Uuid;

/// The newest first.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Sequence>> {
    let mut sequences = read(tx, None).await?;
    let counts = read_counts(tx, None).await?;
    for sequence in &mut sequences {
        sequence.counts = counts.get(&sequence.id.uuid()).copied().unwrap_or_default();
    }
    Ok(sequences)
}

/// `None` when there is none, or it is another tenant's.
pub async fn find(tx: &mut TenantTx, sequence: SequenceId) -> Result<Option<Sequence>> {
    let Some(mut found) = find_uncounted(tx, sequence).await? else {
        return Ok(None);
    };
    let counts = read_counts(tx, Some(sequence.uuid())).await?;
    found.counts = counts.get(&sequence.uuid()).copied().unwrap_or_default();
    Ok(Some(found))
}

/// The same without its counts, which take a look at every lead in it.
pub async fn find_uncounted(tx: &mut TenantTx, sequence: SequenceId) -> Result<Option<Sequence>> {
    Ok(read(tx, Some(sequence)).await?.pop())
}

pub async fn has_any(tx: &mut TenantTx) -> Result<bool> {
    let tenant = tx.tenant();
    let any = sqlx::query_scalar("select exists (select from sequences where tenant_id = $1)");
    Ok(any.bind(tenant.uuid()).fetch_one(tx.sql()).await?)
}

async fn read(tx: &mut TenantTx, only: Option<SequenceId>) -> Result<Vec<Sequence>> {
    let tenant = tx.tenant();
    let only = only.map(SequenceId::uuid);
    let rows = sqlx::query(
        "select id, name, created_at, version, started_at, paused_at, trouble, trouble_at from sequences
         where tenant_id = $1 and ($2::uuid is null or id = $2) order by id desc",
    )
    .bind(tenant.uuid())
    .bind(only)
    .fetch_all(tx.sql())
    .await?;
    let mut sequences = rows.iter().map(sequence).collect::<Result<Vec<_>>>()?;
    let mut steps = read_steps(tx, only.as_ref().map(std::slice::from_ref)).await?;
    let mut mailboxes = read_mailboxes(tx, only).await?;
    let mut sources = read_sources(tx, only).await?;
    for sequence in &mut sequences {
        let id = sequence.id.uuid();
        sequence.steps = steps.remove(&id).unwrap_or_default();
        sequence.mailboxes = mailboxes.remove(&id).unwrap_or_default();
        sequence.sources = sources.remove(&id).unwrap_or_default();
    }
    Ok(sequences)
}

fn sequence(row: &PgRow) -> Result<Sequence> {
    let trouble: Option<String> = row.try_get("trouble")?;
    Ok(Sequence {
        id: SequenceId::from_uuid(row.try_get("id")?),
        name: row.try_get("name")?,
        created_at: row.try_get("created_at")?,
        version: row.try_get("version")?,
        started_at: row.try_get("started_at")?,
        paused_at: row.try_get("paused_at")?,
        trouble: trouble.zip(row.try_get("trouble_at")?),
        steps: Vec::new(),
        mailboxes: Vec::new(),
        sources: Vec::new(),
        counts: Counts::default(),
    })
}

/// The steps of these sequences, in order.
pub(crate) async fn list_steps_of(tx: &mut TenantTx, sequences: &[Uuid]) -> Result<HashMap<Uuid, Vec<StoredStep>>> {
    read_steps(tx, Some(sequences)).await
}

async fn read_steps(tx: &mut TenantTx, only: Option<&[Uuid]>) -> Result<HashMap<Uuid, Vec<StoredStep>>> {
    let tenant = tx.tenant();
    let rows: Vec<(Uuid, i16, i16, String, String)> = sqlx::query_as(
        "select sequence_id, number, delay_days, subject, body from sequence_steps
         where tenant_id = $1 and ($2::uuid[] is null or sequence_id = any($2)) order by number",
    )
    .bind(tenant.uuid())
    .bind(only)
    .fetch_all(tx.sql())
    .await?;
    let mut steps: HashMap<Uuid, Vec<StoredStep>> = HashMap::new();
    for (id, number, delay, subject, body) in rows {
        let unsigned = |value: i16| u16::try_from(value).map_err(|_| Error::Row(format!("sequence_steps of {id}")));
        let step = StoredStep { number: unsigned(number)?, delay_days: unsigned(delay)?, subject, body };
        steps.entry(id).or_default().push(step);
    }
    Ok(steps)
}

async fn read_mailboxes(tx: &mut TenantTx, only: Option<Uuid>) -> Result<HashMap<Uuid, Vec<MailboxId>>> {
    let tenant = tx.tenant();
    let rows: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "select s.sequence_id, s.mailbox_id from sequence_mailboxes s
         join mailboxes m on m.tenant_id = $1 and m.id = s.mailbox_id
         where s.tenant_id = $1 and ($2::uuid is null or s.sequence_id = $2) and m.removed_at is null
         order by m.address_key",
    )
    .bind(tenant.uuid())
    .bind(only)
    .fetch_all(tx.sql())
    .await?;
    let mut mailboxes: HashMap<Uuid, Vec<MailboxId>> = HashMap::new();
    for (id, mailbox) in rows {
        mailboxes.entry(id).or_default().push(MailboxId::from_uuid(mailbox));
    }
    Ok(mailboxes)
}

async fn read_sources(tx: &mut TenantTx, only: Option<Uuid>) -> Result<HashMap<Uuid, Vec<SequenceSource>>> {
    let tenant = tx.tenant();
    let rows: Vec<(Uuid, Uuid, String, Option<OffsetDateTime>)> = sqlx::query_as(
        "select q.sequence_id, q.source_id, s.name, q.done_at from sequence_sources q
         join lead_sources s on s.tenant_id = $1 and s.id = q.source_id
         where q.tenant_id = $1 and ($2::uuid is null or q.sequence_id = $2) order by q.added_at, s.name",
    )
    .bind(tenant.uuid())
    .bind(only)
    .fetch_all(tx.sql())
    .await?;
    let mut sources: HashMap<Uuid, Vec<SequenceSource>> = HashMap::new();
    for (id, source, name, done_at) in rows {
        let source = SequenceSource { source: SourceId::from_uuid(source), name, is_done: done_at.is_some() };
        sources.entry(id).or_default().push(source);
    }
    Ok(sources)
}

/// What was found out for an older version counts as not looked through.
async fn read_counts(tx: &mut TenantTx, only: Option<Uuid>) -> Result<HashMap<Uuid, Counts>> {
    let tenant = tx.tenant();
    let rows: Vec<(Uuid, Vec<i64>)> = sqlx::query_as(
        "select e.sequence_id, array[count(*), count(*) filter (where e.checked_version < s.version),
                count(e.problem) filter (where e.checked_version = s.version and e.state in ('waiting', 'active')),
                count(e.warning) filter (where e.checked_version = s.version and e.state in ('waiting', 'active')),
                count(*) filter (where e.state = 'waiting'), count(*) filter (where e.state in ('sending', 'active')),
                count(*) filter (where e.state = 'finished'), count(*) filter (where e.state = 'stopped')]
         from enrolments e join sequences s on s.tenant_id = $1 and s.id = e.sequence_id
         where e.tenant_id = $1 and ($2::uuid is null or e.sequence_id = $2) group by e.sequence_id",
    )
    .bind(tenant.uuid())
    .bind(only)
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|(id, counts)| {
            let mut counts = counts.into_iter();
            let mut next = || counts.next().unwrap_or(0);
            let (leads, unchecked, blocked, warned) = (next(), next(), next(), next());
            let (waiting, active, finished, stopped) = (next(), next(), next(), next());
            (id, Counts { leads, unchecked, blocked, warned, waiting, active, finished, stopped })
        })
        .collect())
}
