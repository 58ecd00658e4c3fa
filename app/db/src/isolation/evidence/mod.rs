//! Evidence: the reports that were made of a team's isolation, and the keys they are signed with. Times are machine time.

pub mod database;

use crate::lease::{Lease, Leased};
use crate::scope::{AccountsTx, OperatorTx, TenantTx, WorkerTx};
use crate::{Error, Result, lease};
use rules::ids::{EvidenceId, TenantId, UserId};
use rules::limits;
use rules::time::{Duration, OffsetDateTime};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

/// One report, without its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Made {
    pub id: EvidenceId,
    pub at: OffsetDateTime,
    /// A person asked for it.
    pub was_asked: bool,
    pub held: i64,
    pub failed: i64,
    pub not_run: i64,
    pub key: String,
}

/// One report as it was signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signed {
    pub made: Made,
    /// JSON, and its Ed25519 signature.
    pub report: (String, Vec<u8>),
    /// HTML, and its signature.
    pub document: (String, Vec<u8>),
}

/// How the making of reports stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Making {
    pub asked_at: Option<OffsetDateTime>,
    pub due_at: Option<OffsetDateTime>,
    pub trouble: Option<String>,
}

/// A key by its public half.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicKey {
    pub id: String,
    /// 32 bytes.
    pub bytes: Vec<u8>,
    pub made_at: OffsetDateTime,
}

/// What became of the wish for a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    Soon,
    /// One was asked for a moment ago: again from then on.
    TooSoon(OffsetDateTime),
    /// The team has nothing at SES yet.
    NothingYet,
}

/// From now on reports are made, the first soon.
pub(crate) async fn want(connection: &mut PgConnection, tenant: TenantId, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into tenant_evidence (tenant_id, due_at, attempts) values ($1, $2, 0) on conflict (tenant_id) do nothing",
    )
    .bind(tenant.uuid())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// By a member: a report is made soon.
pub async fn ask(tx: &mut TenantTx, by: UserId, now: OffsetDateTime) -> Result<Asked> {
    let tenant = tx.tenant();
    let Some(making) = find_making(tx).await? else { return Ok(Asked::NothingYet) };
    let again = making.asked_at.map(|at| at + Duration::minutes(limits::EVIDENCE_AGAIN_MINS));
    if let Some(again) = again.filter(|again| *again > now) {
        return Ok(Asked::TooSoon(again));
    }
    sqlx::query("update tenant_evidence set asked_at = $2, asked_by = $3, due_at = $2 where tenant_id = $1")
        .bind(tenant.uuid())
        .bind(now)
        .bind(by.uuid())
        .execute(tx.sql())
        .await?;
    Ok(Asked::Soon)
}

/// By an operator.
pub async fn ask_for(tx: &mut OperatorTx, tenant: TenantId, by: UserId, now: OffsetDateTime) -> Result<()> {
    sqlx::query("update tenant_evidence set asked_at = $2, asked_by = $3, due_at = $2 where tenant_id = $1")
        .bind(tenant.uuid())
        .bind(now)
        .bind(by.uuid())
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// `None`: the team has nothing at SES yet.
pub async fn find_making(tx: &mut TenantTx) -> Result<Option<Making>> {
    let tenant = tx.tenant();
    let row = sqlx::query("select asked_at, due_at, trouble from tenant_evidence where tenant_id = $1")
        .bind(tenant.uuid())
        .fetch_optional(tx.sql())
        .await?;
    row.map(|row| {
        Ok(Making {
            asked_at: row.try_get("asked_at")?,
            due_at: row.try_get("due_at")?,
            trouble: row.try_get("trouble")?,
        })
    })
    .transpose()
}

/// Who asked for the one that is being made.
pub async fn find_asker(tx: &mut TenantTx) -> Result<Option<UserId>> {
    let tenant = tx.tenant();
    let asker: Option<Option<Uuid>> = sqlx::query_scalar("select asked_by from tenant_evidence where tenant_id = $1")
        .bind(tenant.uuid())
        .fetch_optional(tx.sql())
        .await?;
    Ok(asker.flatten().map(UserId::from_uuid))
}

/// Keeps it, forgets those that are long over, and settles when the next is made. False: somebody else has the lease.
pub async fn write(
    tx: &mut TenantTx,
    lease: &Lease,
    signed: &Signed,
    by: Option<UserId>,
    next: OffsetDateTime,
) -> Result<bool> {
    if !lease::settle(tx, Leased::Evidence, lease, Some(next)).await? {
        return Ok(false);
    }
    let tenant = tx.tenant();
    let made = &signed.made;
    sqlx::query(
        "insert into evidence_reports (tenant_id, id, made_at, asked_by, held, failed, not_run, key_id, report,
                report_signature, document, document_signature)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(tenant.uuid())
    .bind(made.id.uuid())
    .bind(made.at)
    .bind(by.map(UserId::uuid))
    .bind(made.held)
    .bind(made.failed)
    .bind(made.not_run)
    .bind(&made.key)
    .bind(&signed.report.0)
    .bind(&signed.report.1)
    .bind(&signed.document.0)
    .bind(&signed.document.1)
    .execute(tx.sql())
    .await?;
    sqlx::query("update tenant_evidence set asked_by = null where tenant_id = $1 and asked_at <= $2")
        .bind(tenant.uuid())
        .bind(lease.taken_at)
        .execute(tx.sql())
        .await?;
    sqlx::query("delete from evidence_reports where tenant_id = $1 and made_at < $2")
        .bind(tenant.uuid())
        .bind(made.at - Duration::days(limits::EVIDENCE_KEPT_DAYS))
        .execute(tx.sql())
        .await?;
    Ok(true)
}

/// The newest first.
pub async fn list(tx: &mut TenantTx, rows: i64) -> Result<Vec<Made>> {
    let tenant = tx.tenant();
    let rows = sqlx::query(
        "select id, made_at, asked_by, held, failed, not_run, key_id from evidence_reports
         where tenant_id = $1 order by id desc limit $2",
    )
    .bind(tenant.uuid())
    .bind(rows)
    .fetch_all(tx.sql())
    .await?;
    rows.iter().map(made).collect()
}

/// `None`: there is none, or it is another tenant's.
pub async fn find(tx: &mut TenantTx, id: EvidenceId) -> Result<Option<Signed>> {
    let tenant = tx.tenant();
    find_in(tx.sql(), tenant, Some(id)).await
}

/// The newest.
pub async fn find_last(tx: &mut TenantTx) -> Result<Option<Signed>> {
    let tenant = tx.tenant();
    find_in(tx.sql(), tenant, None).await
}

/// The newest, for the operator.
pub async fn find_last_of(tx: &mut OperatorTx, tenant: TenantId) -> Result<Option<Signed>> {
    find_in(tx.sql(), tenant, None).await
}

async fn find_in(connection: &mut PgConnection, tenant: TenantId, id: Option<EvidenceId>) -> Result<Option<Signed>> {
    let row = sqlx::query(
        "select * from evidence_reports where tenant_id = $1 and ($2::uuid is null or id = $2) order by id desc limit 1",
    )
    .bind(tenant.uuid())
    .bind(id.map(EvidenceId::uuid))
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Signed {
            made: made(&row)?,
            report: (row.try_get("report")?, row.try_get("report_signature")?),
            document: (row.try_get("document")?, row.try_get("document_signature")?),
        })
    })
    .transpose()
}

fn made(row: &PgRow) -> Result<Made> {
    let asked_by: Option<Uuid> = row.try_get("asked_by")?;
    Ok(Made {
        id: EvidenceId::from_uuid(row.try_get("id")?),
        at: row.try_get("made_at")?,
        was_asked: asked_by.is_some(),
        held: row.try_get("held")?,
        failed: row.try_get("failed")?,
        not_run: row.try_get("not_run")?,
        key: row.try_get("key_id")?,
    })
}

/// The seed of the key that reports are signed with now; `new` becomes it when there is none yet.
pub async fn find_key(tx: &mut WorkerTx, new: (&PublicKey, &[u8; 32])) -> Result<[u8; 32]> {
    let (public, seed) = new;
    // One key for all processes: the first that was written.
    sqlx::query(
        "insert into evidence_keys (id, seed, public_key, made_at)
         select $1, $2, $3, $4 where not exists (select from evidence_keys) on conflict do nothing",
    )
    .bind(&public.id)
    .bind(&seed[..])
    .bind(&public.bytes)
    .bind(public.made_at)
    .execute(tx.sql())
    .await?;
    let seed: Vec<u8> = sqlx::query_scalar("select seed from evidence_keys order by made_at desc, id limit 1")
        .fetch_one(tx.sql())
        .await?;
    seed.try_into().map_err(|_| Error::Row("evidence_keys.seed".to_owned()))
}

/// The newest first.
pub async fn list_keys(tx: &mut AccountsTx) -> Result<Vec<PublicKey>> {
    let rows = sqlx::query("select id, public_key, made_at from evidence_keys order by made_at desc, id");
    let rows = rows.fetch_all(tx.sql()).await?;
    rows.iter()
        .map(|row| {
            Ok(PublicKey {
                id: row.try_get("id")?,
                bytes: row.try_get("public_key")?,
                made_at: row.try_get("made_at")?,
            })
        })
        .collect()
}
