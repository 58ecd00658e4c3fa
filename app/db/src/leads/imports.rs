//! Files of leads on their way in, as a person sees them: arriving, waiting to be checked, being taken in, done.

use crate::scope::TenantTx;
use crate::{Error, Result};
use rules::ids::{ImportId, SourceId, UserId};
use rules::leads::Basis;
use rules::limits;
use rules::time::{Duration, OffsetDateTime};
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Its bytes come in.
    Arriving,
    /// It waits for a person who says how it is read.
    Arrived,
    Importing,
    Done,
    /// A person stopped it; what had been taken in stays.
    Cancelled,
    /// Nobody wanted it.
    Discarded,
}

/// How a file is read, in words of the rules.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reading {
    pub encoding: String,
    pub delimiter: String,
    /// The record that holds the headings, from 0.
    pub header: Option<i64>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Import {
    pub id: ImportId,
    pub stage: Stage,
    pub file_name: String,
    /// As it is kept: the whole file once it has arrived.
    pub bytes: i64,
    pub created_at: OffsetDateTime,
    /// Proposed once it has arrived, settled once it begins.
    pub reading: Option<Reading>,
    pub headings: Vec<String>,
    pub targets: Vec<String>,
    pub take_roles: bool,
    pub update_known: bool,
    pub source: Option<(SourceId, String)>,
    pub started_at: Option<OffsetDateTime>,
    pub finished_at: Option<OffsetDateTime>,
    pub next_byte: i64,
    pub next_row: i64,
    pub added: i64,
    pub known: i64,
    pub refused: i64,
    pub trouble: Option<(String, OffsetDateTime)>,
}

/// What begins an import.
pub struct Start<'a> {
    pub reading: &'a Reading,
    pub headings: &'a [String],
    pub targets: &'a [String],
    /// Fields that leads have from now on, with their labels.
    pub fields: &'a [(String, String)],
    pub take_roles: bool,
    pub update_known: bool,
    pub source: SourceId,
    pub source_name: &'a str,
    pub basis: Basis,
    pub note: &'a str,
    pub by: UserId,
}

/// What became of it. Commit on [`Started::Begun`] only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Started {
    Begun,
    /// It had begun before, or is gone.
    NotWaiting,
    /// The tenant has a source of this name.
    NameTaken,
}

impl Stage {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Arriving, "arriving"),
        (Self::Arrived, "arrived"),
        (Self::Importing, "importing"),
        (Self::Done, "done"),
        (Self::Cancelled, "cancelled"),
        (Self::Discarded, "discarded"),
    ];

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, name)| *name == text).map(|(stage, _)| stage)
    }
}

/// Makes room for a file; false when the tenant has too many that wait.
pub async fn open(
    tx: &mut TenantTx,
    import: ImportId,
    file_name: &str,
    by: UserId,
    now: OffsetDateTime,
) -> Result<bool> {
    let tenant = tx.tenant();
    let open: i64 = sqlx::query_scalar(
        "select count(*) from lead_imports where tenant_id = $1 and stage in ('arriving', 'arrived', 'importing')",
    )
    .bind(tenant.uuid())
    .fetch_one(tx.sql())
    .await?;
    if open >= limits::IMPORTS_OPEN_MAX {
        return Ok(false);
    }
    sqlx::query(
        "insert into lead_imports (tenant_id, id, stage, file_name, bytes, created_at, created_by, take_roles,
                update_known, next_byte, next_row, added, known, refused, due_at, attempts)
         values ($1, $2, 'arriving', $3, 0, $4, $5, false, false, 0, 0, 0, 0, 0, $6, 0)",
    )
    .bind(tenant.uuid())
    .bind(import.uuid())
    .bind(file_name)
    .bind(now)
    .bind(by.uuid())
    .bind(now + Duration::hours(limits::IMPORT_ARRIVING_HOURS))
    .execute(tx.sql())
    .await?;
    Ok(true)
}

/// Keeps the next piece of a file: [`limits::LEAD_FILE_PIECE_BYTES`] each, but the last. False when the file does not arrive
/// any more: somebody has thrown it away.
pub async fn add_piece(tx: &mut TenantTx, import: ImportId, number: i32, content: &[u8]) -> Result<bool> {
    let tenant = tx.tenant();
    let kept = sqlx::query(
        "insert into lead_file_pieces (tenant_id, import_id, number, content)
         select $1, i.id, $3, $4 from lead_imports i
         where i.tenant_id = $1 and i.id = $2 and i.stage = 'arriving' for update",
    )
    .bind(tenant.uuid())
    .bind(import.uuid())
    .bind(number)
    .bind(content)
    .execute(tx.sql())
    .await?;
    Ok(kept.rows_affected() == 1)
}

/// The file is whole; this is how it may be read.
pub async fn arrived(
    tx: &mut TenantTx,
    import: ImportId,
    bytes: i64,
    reading: &Reading,
    now: OffsetDateTime,
) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update lead_imports set stage = 'arrived', bytes = $3, encoding = $4, delimiter = $5, header = $6, due_at = $7
         where tenant_id = $1 and id = $2 and stage = 'arriving'",
    )
    .bind(tenant.uuid())
    .bind(import.uuid())
    .bind(bytes)
    .bind(&reading.encoding)
    .bind(&reading.delimiter)
    .bind(reading.header)
    .bind(now + Duration::days(limits::IMPORT_ARRIVED_DAYS))
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Begins it: the source comes to be, and the worker takes the rows in. Asking twice begins once.
pub async fn start(tx: &mut TenantTx, import: ImportId, start: &Start<'_>, now: OffsetDateTime) -> Result<Started> {
    let tenant = tx.tenant();
    let named = sqlx::query(
        "insert into lead_sources (tenant_id, id, name, basis, note, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (tenant_id, name) do nothing",
    )
    .bind(tenant.uuid())
    .bind(start.source.uuid())
    .bind(start.source_name)
    .bind(start.basis.as_str())
    .bind(start.note)
    .bind(now)
    .bind(start.by.uuid())
    .execute(tx.sql())
    .await?;
    let begun = sqlx::query(
        "update lead_imports set stage = 'importing', encoding = $3, delimiter = $4, header = $5, headings = $6,
                targets = $7, take_roles = $8, update_known = $9, source_id = $10, started_at = $11, due_at = $11
         where tenant_id = $1 and id = $2 and stage = 'arrived' and $12",
    )
    .bind(tenant.uuid())
    .bind(import.uuid())
    .bind(&start.reading.encoding)
    .bind(&start.reading.delimiter)
    .bind(start.reading.header)
    .bind(start.headings)
    .bind(start.targets)
    .bind(start.take_roles)
    .bind(start.update_known)
    .bind(start.source.uuid())
    .bind(now)
    .bind(named.rows_affected() == 1)
    .execute(tx.sql())
    .await?;
    let (names, labels): (Vec<&str>, Vec<&str>) =
        start.fields.iter().map(|(name, label)| (name.as_str(), label.as_str())).unzip();
    sqlx::query(
        "insert into lead_fields (tenant_id, name, label, added_at)
         select $1, f.name, f.label, $4 from unnest($2::text[], $3::text[]) f (name, label)
         on conflict do nothing",
    )
    .bind(tenant.uuid())
    .bind(names)
    .bind(labels)
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(match (begun.rows_affected(), named.rows_affected()) {
        (1, _) => Started::Begun,
        (_, 0) => match find(tx, import).await? {
            Some(Import { stage: Stage::Arrived, .. }) => Started::NameTaken,
            _ => Started::NotWaiting,
        },
        _ => Started::NotWaiting,
    })
}

/// Stops it: what has been taken in stays, the rest of the file is thrown away. Asking twice changes nothing.
pub async fn cancel(tx: &mut TenantTx, import: ImportId, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    let stopped = sqlx::query(
        "update lead_imports set due_at = null, finished_at = $3,
                stage = case stage when 'importing' then 'cancelled' else 'discarded' end
         where tenant_id = $1 and id = $2 and stage in ('arriving', 'arrived', 'importing')",
    )
    .bind(tenant.uuid())
    .bind(import.uuid())
    .bind(now)
    .execute(tx.sql())
    .await?;
    if stopped.rows_affected() == 1 {
        super::work::drop_pieces(tx, import).await?;
    }
    Ok(())
}

/// `None` when there is none, or it is another tenant's.
pub async fn find(tx: &mut TenantTx, import: ImportId) -> Result<Option<Import>> {
    Ok(read(tx, Some(import)).await?.pop())
}

/// Those that wait for a person or for the worker, the oldest first.
pub async fn list_open(tx: &mut TenantTx) -> Result<Vec<Import>> {
    read(tx, None).await
}

async fn read(tx: &mut TenantTx, only: Option<ImportId>) -> Result<Vec<Import>> {
    let tenant = tx.tenant();
    let rows = sqlx::query(
        "select i.id, i.stage, i.file_name, i.bytes, i.created_at, i.encoding, i.delimiter, i.header, i.headings,
                i.targets, i.take_roles, i.update_known, i.source_id, s.name as source_name, i.started_at, i.finished_at,
                i.next_byte, i.next_row, i.added, i.known, i.refused, i.trouble, i.trouble_at
         from lead_imports i left join lead_sources s on s.tenant_id = $1 and s.id = i.source_id
         where i.tenant_id = $1 and (i.id = $2 or ($2::uuid is null and i.stage in ('arrived', 'importing')))
         order by i.id limit $3",
    )
    .bind(tenant.uuid())
    .bind(only.map(ImportId::uuid))
    .bind(limits::IMPORTS_OPEN_MAX)
    .fetch_all(tx.sql())
    .await?;
    rows.iter().map(import).collect()
}

fn import(row: &PgRow) -> Result<Import> {
    let stage: &str = row.try_get("stage")?;
    let encoding: Option<String> = row.try_get("encoding")?;
    let delimiter: Option<String> = row.try_get("delimiter")?;
    let header = row.try_get("header")?;
    let source: Option<Uuid> = row.try_get("source_id")?;
    let trouble: Option<String> = row.try_get("trouble")?;
    let texts = |column| -> Result<Vec<String>> { Ok(row.try_get::<Option<_>, _>(column)?.unwrap_or_default()) };
    Ok(Import {
        id: ImportId::from_uuid(row.try_get("id")?),
        stage: Stage::parse(stage).ok_or_else(|| Error::Row(format!("lead_imports.stage {stage:?}")))?,
        file_name: row.try_get("file_name")?,
        bytes: row.try_get("bytes")?,
        created_at: row.try_get("created_at")?,
        reading: encoding.zip(delimiter).map(|(encoding, delimiter)| Reading { encoding, delimiter, header }),
        headings: texts("headings")?,
        targets: texts("targets")?,
        take_roles: row.try_get("take_roles")?,
        update_known: row.try_get("update_known")?,
        source: source.map(SourceId::from_uuid).zip(row.try_get("source_name")?),
        started_at: row.try_get("started_at")?,
        finished_at: row.try_get("finished_at")?,
        next_byte: row.try_get("next_byte")?,
        next_row: row.try_get("next_row")?,
        added: row.try_get("added")?,
        known: row.try_get("known")?,
        refused: row.try_get("refused")?,
        trouble: trouble.zip(row.try_get("trouble_at")?),
    })
}
