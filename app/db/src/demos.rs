//! Demo teams that the sandbox's button asks for. At most one is being made.

use crate::Result;
use crate::scope::{AccountsTx, OperatorTx};
use rules::ids::{DemoId, UserId};
use rules::time::OffsetDateTime;
use uuid::Uuid;

pub struct Demo {
    pub number: i64,
    pub asked_at: OffsetDateTime,
    pub stage: String,
    /// Of its pages, once there are any.
    pub slug: Option<String>,
    pub finished_at: Option<OffsetDateTime>,
    /// Why it was given up.
    pub trouble: Option<String>,
}

/// One that is to be made.
pub struct Wish {
    pub id: DemoId,
    pub number: i64,
    pub asked_by: UserId,
}

type Line = (i64, OffsetDateTime, String, Option<String>, Option<OffsetDateTime>, Option<String>);

/// Nothing happens while one is being made.
pub async fn ask(tx: &mut OperatorTx, id: DemoId, by: UserId, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into demos (id, asked_by, asked_at, stage) values ($1, $2, $3, 'It begins in a moment.')
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
pub async fn list(tx: &mut OperatorTx, limit: i64) -> Result<Vec<Demo>> {
    let lines: Vec<Line> = sqlx::query_as(
        "select number, asked_at, stage, slug, finished_at, trouble from demos order by number desc limit $1",
    )
    .bind(limit)
    .fetch_all(tx.sql())
    .await?;
    let demo = |(number, asked_at, stage, slug, finished_at, trouble)| Demo {
        number,
        asked_at,
        stage,
        slug,
        finished_at,
        trouble,
    };
    Ok(lines.into_iter().map(demo).collect())
}

pub async fn find_open(tx: &mut AccountsTx) -> Result<Option<Wish>> {
    let row: Option<(Uuid, i64, Uuid)> =
        sqlx::query_as("select id, number, asked_by from demos where finished_at is null")
            .fetch_optional(tx.sql())
            .await?;
    Ok(row.map(|(id, number, by)| Wish { id: DemoId::from_uuid(id), number, asked_by: UserId::from_uuid(by) }))
}

/// What is done now.
pub async fn write_stage(tx: &mut AccountsTx, id: DemoId, stage: &str) -> Result<()> {
    sqlx::query("update demos set stage = $2 where id = $1").bind(id.uuid()).bind(stage).execute(tx.sql()).await?;
    Ok(())
}

pub async fn write_slug(tx: &mut AccountsTx, id: DemoId, slug: &str) -> Result<()> {
    sqlx::query("update demos set slug = $2 where id = $1").bind(id.uuid()).bind(slug).execute(tx.sql()).await?;
    Ok(())
}

/// `trouble`: why it was given up.
pub async fn finish(tx: &mut AccountsTx, id: DemoId, trouble: Option<&str>, now: OffsetDateTime) -> Result<()> {
    sqlx::query("update demos set finished_at = $2, trouble = $3 where id = $1 and finished_at is null")
        .bind(id.uuid())
        .bind(now)
        .bind(trouble)
        .execute(tx.sql())
        .await?;
    Ok(())
}
