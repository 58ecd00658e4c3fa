//! What Postgres itself says of a team's rows, and what it refuses.

use crate::Result;
use crate::scope::{TenantTx, WorkerTx};
use rules::evidence::Reach;
use rules::ids::TenantId;
use rules::limits;
use rules::time::OffsetDateTime;
use sqlx::{Acquire, AssertSqlSafe, Row};
use uuid::Uuid;

/// What the database says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DatabaseFacts {
    pub version: String,
    /// The role that this team's rows are read and written in, and whether it is a superuser or may pass row security by.
    pub role: String,
    pub is_powerful: bool,
    /// Tables with rows of teams.
    pub tables: Vec<String>,
    /// How many of them are under row security that binds their owner too.
    pub forced: usize,
    /// Policies on them for the role.
    pub policies: i64,
}

/// One thing of each kind that the tenant has, by the name that addresses give it.
pub async fn find_ids(tx: &mut TenantTx) -> Result<Vec<(&'static str, String)>> {
    let tenant = tx.tenant();
    let mut ids = Vec::new();
    for (name, table, column) in NAMED {
        let sql = format!("select {column}::text from {table} where tenant_id = $1 limit 1");
        let id: Option<String> =
            sqlx::query_scalar(AssertSqlSafe(sql)).bind(tenant.uuid()).fetch_optional(tx.sql()).await?;
        ids.extend(id.map(|id| (name, id)));
    }
    Ok(ids)
}

const NAMED: [(&str, &str, &str); 12] = [
    ("domain", "domains", "id"),
    ("mailbox", "mailboxes", "id"),
    ("lead", "leads", "id"),
    ("import", "lead_imports", "id"),
    ("source", "lead_sources", "id"),
    ("sequence", "sequences", "id"),
    ("message", "messages", "id"),
    ("reply", "replies", "id"),
    ("incident", "incidents", "id"),
    ("evidence", "evidence_reports", "id"),
    ("invitation", "invitations", "id"),
    ("user", "memberships", "user_id"),
];

/// How much there is of what, and what waits; `now` is business time.
pub async fn count_rows(tx: &mut TenantTx, now: OffsetDateTime) -> Result<[(&'static str, i64); 5]> {
    let tenant = tx.tenant();
    let counts: Vec<i64> = sqlx::query_scalar(
        "select array[(select count(*) from lanes where tenant_id = $1 and due_at <= $2),
            (select count(*) from mailboxes where tenant_id = $1), (select count(*) from sequences where tenant_id = $1),
            (select count(*) from leads where tenant_id = $1), (select count(*) from suppressions where tenant_id = $1)]",
    )
    .bind(tenant.uuid())
    .bind(now)
    .fetch_one(tx.sql())
    .await?;
    let of = |place: usize| counts.get(place).copied().unwrap_or_default();
    Ok([
        ("Mailboxes whose turn it is", of(0)),
        ("Mailboxes", of(1)),
        ("Sequences", of(2)),
        ("Leads", of(3)),
        ("Suppressed addresses and domains", of(4)),
    ])
}

/// Another team, whose rows and pages are tried for. `None`: there is no other.
pub async fn find_other(tx: &mut WorkerTx, than: TenantId) -> Result<Option<TenantId>> {
    let other: Option<Uuid> =
        sqlx::query_scalar("select tenant_id from tenants where tenant_id <> $1 order by tenant_id limit 1")
            .bind(than.uuid())
            .fetch_optional(tx.sql())
            .await?;
    Ok(other.map(TenantId::from_uuid))
}

/// As the catalog has it.
pub async fn find_database_facts(tx: &mut TenantTx) -> Result<DatabaseFacts> {
    let role = sqlx::query(
        "select current_user::text as role, rolsuper or rolbypassrls as is_powerful, current_setting('server_version') as version
         from pg_roles where rolname = current_user",
    )
    .fetch_one(tx.sql())
    .await?;
    let rows: Vec<(String, bool)> = sqlx::query_as(
        "select c.relname::text, c.relrowsecurity and c.relforcerowsecurity from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and exists (
            select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
         order by 1",
    )
    .fetch_all(tx.sql())
    .await?;
    let forced = rows.iter().filter(|(_, is_forced)| *is_forced).count();
    let tables: Vec<String> = rows.into_iter().map(|(name, _)| name).collect();
    let policies = sqlx::query_scalar(
        "select count(*) from pg_policies where schemaname = 'public' and tablename = any($1) and current_user = any(roles)",
    )
    .bind(&tables)
    .fetch_one(tx.sql())
    .await?;
    Ok(DatabaseFacts {
        version: role.try_get("version")?,
        role: role.try_get("role")?,
        is_powerful: role.try_get("is_powerful")?,
        tables,
        forced,
        policies,
    })
}

/// Tries to read, change and delete rows of another tenant, in this one's scope. Whatever it reaches is rolled back; nothing
/// of the transaction may be committed.
pub async fn try_rows_of(tx: &mut TenantTx, other: TenantId, table: &str) -> Result<[Reach; 3]> {
    let statements = [
        format!("select 1 from {table} where tenant_id = $1 limit 1"),
        format!("update {table} set tenant_id = tenant_id where tenant_id = $1"),
        format!("delete from {table} where tenant_id = $1"),
    ];
    let mut reached = [const { Reach::Refused }; 3];
    for (reach, statement) in reached.iter_mut().zip(statements) {
        let mut attempt = tx.sql().begin().await?;
        let bound = format!("set local statement_timeout = '{}s'", limits::EVIDENCE_STATEMENT_SECS);
        sqlx::query(AssertSqlSafe(bound)).execute(&mut *attempt).await?;
        let done = sqlx::query(AssertSqlSafe(statement)).bind(other.uuid()).execute(&mut *attempt).await;
        *reach = match done {
            Ok(done) => Reach::Rows(done.rows_affected()),
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(INSUFFICIENT_PRIVILEGE) => {
                Reach::Refused
            }
            Err(error) => Reach::Unanswered(error.to_string()),
        };
        attempt.rollback().await?;
    }
    Ok(reached)
}

/// SQLSTATE.
const INSUFFICIENT_PRIVILEGE: &str = "42501";
