//! How a tenant stands at SES, as last read: whether its mail is taken, by whose word, and what Amazon finds about it.

use crate::Result;
use crate::messages::lanes;
use crate::scope::{OperatorTx, TenantTx};
use rules::ids::TenantId;
use rules::time::OffsetDateTime;
use sqlx::{PgConnection, Row};

/// In SES's words.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Standing {
    /// SES refuses its mail as we told it to.
    pub is_held: bool,
    /// What we said.
    pub ours: Option<String>,
    /// What Amazon says, and why.
    pub aws: Option<String>,
    pub aws_cause: Option<String>,
    /// What follows from both.
    pub aggregate: Option<String>,
}

/// What Amazon finds about a tenant, in SES's words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    pub kind: String,
    pub impact: String,
    pub status: String,
    pub description: String,
    pub found_at: Option<OffsetDateTime>,
}

/// Writes down what was read. Where SES takes mail again that it refused for us, the lanes are looked at now. `machine_now`:
/// machine time.
pub async fn write(
    tx: &mut TenantTx,
    standing: &Standing,
    findings: &[Finding],
    now: OffsetDateTime,
    machine_now: OffsetDateTime,
) -> Result<()> {
    let tenant = tx.tenant();
    let is_free: bool = sqlx::query_scalar(
        "with before as (select is_held from ses_tenants where tenant_id = $1)
         update ses_tenants t set is_held = $2, our_status = $3, aws_status = $4, aws_cause = $5, sending_status = $6
         from before where t.tenant_id = $1 returning before.is_held and not t.is_held",
    )
    .bind(tenant.uuid())
    .bind(standing.is_held)
    .bind(&standing.ours)
    .bind(&standing.aws)
    .bind(&standing.aws_cause)
    .bind(&standing.aggregate)
    .fetch_one(tx.sql())
    .await?;
    sqlx::query("delete from ses_findings where tenant_id = $1").bind(tenant.uuid()).execute(tx.sql()).await?;
    sqlx::query(
        "insert into ses_findings (tenant_id, kind, impact, status, description, found_at, read_at)
         select $1, c.*, $7 from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[]) c
         on conflict do nothing",
    )
    .bind(tenant.uuid())
    .bind(findings.iter().map(|it| it.kind.as_str()).collect::<Vec<_>>())
    .bind(findings.iter().map(|it| it.impact.as_str()).collect::<Vec<_>>())
    .bind(findings.iter().map(|it| it.status.as_str()).collect::<Vec<_>>())
    .bind(findings.iter().map(|it| it.description.as_str()).collect::<Vec<_>>())
    .bind(findings.iter().map(|it| it.found_at).collect::<Vec<_>>())
    .bind(machine_now)
    .execute(tx.sql())
    .await?;
    if is_free { lanes::wake(tx, now).await } else { Ok(()) }
}

/// What stood there at the last look, by kind.
pub async fn list_findings(tx: &mut TenantTx) -> Result<Vec<Finding>> {
    let tenant = tx.tenant();
    list_findings_in(tx.sql(), tenant).await
}

/// The same for the operator.
pub async fn list_findings_of(tx: &mut OperatorTx, tenant: TenantId) -> Result<Vec<Finding>> {
    list_findings_in(tx.sql(), tenant).await
}

async fn list_findings_in(connection: &mut PgConnection, tenant: TenantId) -> Result<Vec<Finding>> {
    let rows = sqlx::query(
        "select kind, impact, status, description, found_at from ses_findings where tenant_id = $1
         order by status desc, kind",
    )
    .bind(tenant.uuid())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Finding {
                kind: row.try_get("kind")?,
                impact: row.try_get("impact")?,
                status: row.try_get("status")?,
                description: row.try_get("description")?,
                found_at: row.try_get("found_at")?,
            })
        })
        .collect()
}
