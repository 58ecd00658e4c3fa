//! Leases: a row that needs the machine's attention says so by `due_at`; whoever acts on it holds `lease_until`. Listing
//! tells which tenants have something due and locks nothing; taking and settling happen in one tenant's scope.

use crate::Result;
use crate::scope::{TenantTx, WorkerTx};
use rules::ids::TenantId;
use rules::limits;
use rules::time::{Duration, OffsetDateTime};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres, Row};
use uuid::Uuid;

/// A table whose rows are leased.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leased {
    SesTenants,
    Domains,
    LeadImports,
    Sequences,
    UnsettledMessages,
    Incidents,
    Evidence,
    OwnAccounts,
    AccountMoves,
    AccountLeftovers,
}

/// One row in the hands of one worker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lease {
    pub(crate) id: Uuid,
    pub taken_at: OffsetDateTime,
    pub(crate) until: OffsetDateTime,
    /// How often it was taken since it was last settled, this time included.
    pub attempts: i64,
}

impl Leased {
    const fn table(self) -> &'static str {
        match self {
            Self::SesTenants => "ses_tenants",
            Self::Domains => "domains",
            Self::LeadImports => "lead_imports",
            Self::Sequences => "sequences",
            Self::UnsettledMessages => "unsettled_messages",
            Self::Incidents => "incidents",
            Self::Evidence => "tenant_evidence",
            Self::OwnAccounts => "own_accounts",
            Self::AccountMoves => "account_moves",
            Self::AccountLeftovers => "account_leftovers",
        }
    }

    /// For how long a row is taken: what a turn can need, and what is waited for when its process dies.
    const fn time(self) -> Duration {
        match self {
            Self::SesTenants
            | Self::Domains
            | Self::Incidents
            | Self::Evidence
            | Self::OwnAccounts
            | Self::AccountMoves
            | Self::AccountLeftovers => Duration::minutes(limits::LEASE_MINS),
            Self::LeadImports | Self::Sequences | Self::UnsettledMessages => {
                Duration::seconds(limits::LEASE_OF_ROWS_SECS)
            }
        }
    }

    /// True of rows that somebody may be waiting for; the others are looked at because they were not for long.
    const fn is_urgent(self) -> &'static str {
        match self {
            Self::SesTenants => "ready_at is null",
            Self::Domains => "verified_at is null",
            Self::Evidence => "asked_at >= due_at",
            Self::LeadImports
            | Self::Sequences
            | Self::UnsettledMessages
            | Self::Incidents
            | Self::OwnAccounts
            | Self::AccountMoves
            | Self::AccountLeftovers => "true",
        }
    }

    /// How many tenants are listed at once: few where each takes long, so that who comes meanwhile is soon seen.
    const fn tenants_at_once(self) -> i64 {
        match self {
            Self::SesTenants
            | Self::Domains
            | Self::Evidence
            | Self::OwnAccounts
            | Self::AccountMoves
            | Self::AccountLeftovers => limits::DUE_TENANTS_AT_SES_MAX,
            Self::LeadImports | Self::Sequences | Self::UnsettledMessages | Self::Incidents => limits::DUE_TENANTS_MAX,
        }
    }

    /// The column behind `tenant_id` that names a row.
    const fn key(self) -> &'static str {
        match self {
            Self::SesTenants | Self::Evidence | Self::OwnAccounts | Self::AccountMoves => "tenant_id",
            Self::Domains | Self::LeadImports | Self::Sequences | Self::Incidents | Self::AccountLeftovers => "id",
            Self::UnsettledMessages => "message_id",
        }
    }
}

/// The tenants that have something due: those with something urgent first, then the longest waiting.
pub async fn list_due_tenants(tx: &mut WorkerTx, leased: Leased, now: OffsetDateTime) -> Result<Vec<TenantId>> {
    let (table, urgent) = (leased.table(), leased.is_urgent());
    let sql = format!(
        "select tenant_id from {table}
         where due_at <= $1 and (lease_until is null or lease_until <= $1)
         group by tenant_id order by bool_or({urgent}) desc, min(due_at) limit $2"
    );
    let tenants: Vec<Uuid> =
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(now).bind(leased.tenants_at_once()).fetch_all(tx.sql()).await?;
    Ok(tenants.into_iter().map(TenantId::from_uuid).collect())
}

/// Takes what is due in this tenant, [`limits::LEASE_ROWS_MAX`] rows at most.
pub async fn take(tx: &mut TenantTx, leased: Leased, now: OffsetDateTime) -> Result<Vec<Lease>> {
    let (table, key) = (leased.table(), leased.key());
    let sql = format!(
        "update {table} set lease_until = $3, attempts = attempts + 1
         where tenant_id = $1 and {key} in (
            select {key} from {table}
            where tenant_id = $1 and due_at <= $2 and (lease_until is null or lease_until <= $2)
            order by due_at limit $4 for update skip locked)
         returning {key} as id, attempts"
    );
    let until = now + leased.time();
    let tenant = tx.tenant();
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(now)
        .bind(until)
        .bind(limits::LEASE_ROWS_MAX)
        .fetch_all(tx.sql())
        .await?;
    rows.iter()
        .map(|row| Ok(Lease { id: row.try_get("id")?, attempts: row.try_get("attempts")?, taken_at: now, until }))
        .collect()
}

/// Lets a row go until `next` (`None`: until it is nudged). A nudge that came meanwhile counts, and a lease that
/// somebody else has taken over is left alone: then the answer is false.
pub async fn settle(tx: &mut TenantTx, leased: Leased, lease: &Lease, next: Option<OffsetDateTime>) -> Result<bool> {
    let set = "lease_until = null, attempts = 0, trouble = null, trouble_at = null,
        due_at = case when due_at > $4 then due_at else $5 end";
    let done = guarded(tx, leased, lease, set, |query| query.bind(next)).await?;
    Ok(done == 1)
}

/// Lets a row go after a turn that failed: with what went wrong, to be tried again at `next`.
pub async fn fail(
    tx: &mut TenantTx,
    leased: Leased,
    lease: &Lease,
    trouble: &str,
    next: OffsetDateTime,
) -> Result<bool> {
    let set = "lease_until = null, trouble = $6, trouble_at = coalesce(trouble_at, $4),
        due_at = case when due_at > $4 then due_at else $5 end";
    let done = guarded(tx, leased, lease, set, |query| query.bind(next).bind(trouble)).await?;
    Ok(done == 1)
}

/// `$1` to `$4` are tenant, row, lease and the time it was taken.
async fn guarded<'q>(
    tx: &mut TenantTx,
    leased: Leased,
    lease: &'q Lease,
    set: &str,
    bind: impl FnOnce(Query<'q, Postgres, PgArguments>) -> Query<'q, Postgres, PgArguments>,
) -> Result<u64> {
    let (table, key) = (leased.table(), leased.key());
    let sql = format!("update {table} set {set} where tenant_id = $1 and {key} = $2 and lease_until = $3");
    let tenant = tx.tenant();
    let query =
        sqlx::query(AssertSqlSafe(sql)).bind(tenant.uuid()).bind(lease.id).bind(lease.until).bind(lease.taken_at);
    Ok(bind(query).execute(tx.sql()).await?.rows_affected())
}
