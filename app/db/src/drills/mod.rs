//! Noisy-neighbour drills that the console's button asks for. At most one is being played. What it plays in is a database of
//! its own ([`play`]).

pub mod play;

use crate::Result;
use crate::scope::{AccountsTx, OperatorTx};
use rules::drill::Report;
use rules::ids::{DrillId, UserId};
use rules::time::OffsetDateTime;
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use uuid::Uuid;

pub struct Drill {
    pub id: DrillId,
    pub number: i64,
    pub asked_at: OffsetDateTime,
    pub stage: String,
    pub finished_at: Option<OffsetDateTime>,
    /// Whether all that must hold does, once there is a report.
    pub holds: Option<bool>,
    /// Why there is none.
    pub trouble: Option<String>,
}

/// Nothing happens while one is being played.
pub async fn ask(tx: &mut OperatorTx, id: DrillId, by: UserId, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into drills (id, asked_by, asked_at, stage) values ($1, $2, $3, 'It begins in a moment.')
         on conflict do nothing",
    )
    .bind(id.uuid())
    .bind(by.uuid())
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// The newest first.
pub async fn list(tx: &mut OperatorTx, limit: i64) -> Result<Vec<Drill>> {
    let rows = sqlx::query(
        "select id, number, asked_at, stage, finished_at, holds, trouble from drills order by number desc limit $1",
    )
    .bind(limit)
    .fetch_all(tx.sql())
    .await?;
    rows.iter().map(drill).collect()
}

/// With its report, if there is one.
pub async fn find(tx: &mut OperatorTx, id: DrillId) -> Result<Option<(Drill, Option<Report>)>> {
    let row = sqlx::query(
        "select id, number, asked_at, stage, finished_at, holds, trouble, report from drills where id = $1",
    )
    .bind(id.uuid())
    .fetch_optional(tx.sql())
    .await?;
    row.map(|row| {
        let report: Option<Json<Report>> = row.try_get("report")?;
        Ok((drill(&row)?, report.map(|Json(report)| report)))
    })
    .transpose()
}

fn drill(row: &PgRow) -> Result<Drill> {
    Ok(Drill {
        id: DrillId::from_uuid(row.try_get("id")?),
        number: row.try_get("number")?,
        asked_at: row.try_get("asked_at")?,
        stage: row.try_get("stage")?,
        finished_at: row.try_get("finished_at")?,
        holds: row.try_get("holds")?,
        trouble: row.try_get("trouble")?,
    })
}

pub async fn find_open(tx: &mut AccountsTx) -> Result<Option<DrillId>> {
    let row: Option<Uuid> =
        sqlx::query_scalar("select id from drills where finished_at is null").fetch_optional(tx.sql()).await?;
    Ok(row.map(DrillId::from_uuid))
}

/// What is done now.
pub async fn write_stage(tx: &mut AccountsTx, id: DrillId, stage: &str) -> Result<()> {
    sqlx::query("update drills set stage = $2 where id = $1").bind(id.uuid()).bind(stage).execute(tx.sql()).await?;
    Ok(())
}

/// With its report, or why there is none.
pub async fn finish(
    tx: &mut AccountsTx,
    id: DrillId,
    outcome: std::result::Result<&Report, &str>,
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query(
        "update drills set finished_at = $2, report = $3, holds = $4, trouble = $5
         where id = $1 and finished_at is null",
    )
    .bind(id.uuid())
    .bind(now)
    .bind(outcome.ok().map(Json))
    .bind(outcome.ok().map(Report::holds))
    .bind(outcome.err())
    .execute(tx.sql())
    .await?;
    Ok(())
}
