//! How Amazon SES stands for the whole platform, for the operator. Times are machine time.

use crate::Result;
use crate::scope::OperatorTx;
use rules::ids::TenantId;
use rules::limits::PAGE_ROWS_MAX;
use rules::time::OffsetDateTime;
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

/// An account in a region.
pub struct Standing {
    /// [`rules::isolation::place`].
    pub region: String,
    /// Recipients a second.
    pub rate_a_second: i64,
    /// Recipients in 24 hours; -1: without end.
    pub quota_a_day: i64,
    pub sent_today: i64,
    pub may_send: bool,
    /// `HEALTHY`, `PROBATION`, `SHUTDOWN`, or what Amazon says next.
    pub enforcement: String,
    /// `GLOBAL` or `REGIONAL`; empty: Amazon does not say.
    pub shared_pool_mode: String,
    pub read_at: OffsetDateTime,
    /// Nobody sends before this, and why: [`rules::messages::Wait`] by its name.
    pub hold: Option<(OffsetDateTime, String)>,
    pub events_polled_at: Option<OffsetDateTime>,
    pub event_received_at: Option<OffsetDateTime>,
}

/// Notifications of SES in our hands.
pub struct Inbox {
    /// How many wait to be applied, and since when the oldest.
    pub waiting: i64,
    pub waiting_since: Option<OffsetDateTime>,
    /// The newest that could not be used, with the reason.
    pub troubles: Vec<(OffsetDateTime, String)>,
}

/// Mails of one tenant that SES never answered for.
pub struct Unanswered {
    pub tenant: TenantId,
    pub name: String,
    /// Events may still tell.
    pub open: i64,
    /// Nobody will ever tell.
    pub closed: i64,
}

/// A tenant with differences at SES that a person is asked about.
pub struct Asking {
    pub tenant: TenantId,
    pub name: String,
    pub open: i64,
}

/// The tenants that ask most first.
pub async fn list_asking(tx: &mut OperatorTx) -> Result<Vec<Asking>> {
    let rows: Vec<(Uuid, String, i64)> = sqlx::query_as(
        "select t.tenant_id, t.name, count(*) from drifts d join tenants t on t.tenant_id = d.tenant_id
         where d.ended_at is null group by t.tenant_id, t.name order by count(*) desc, t.name limit $1",
    )
    .bind(PAGE_ROWS_MAX)
    .fetch_all(tx.sql())
    .await?;
    Ok(rows.into_iter().map(|(id, name, open)| Asking { tenant: TenantId::from_uuid(id), name, open }).collect())
}

pub async fn list_standings(tx: &mut OperatorTx) -> Result<Vec<Standing>> {
    let rows = sqlx::query(
        "select * from ses_account a where strpos(a.region, '/') = 0
            or exists (select from ses_tenants t where t.account = split_part(a.region, '/', 1))
         order by strpos(a.region, '/'), a.region",
    );
    rows.fetch_all(tx.sql()).await?.iter().map(standing).collect()
}

/// Of the account that this tenant's mail leaves through.
pub async fn list_standings_of(tx: &mut OperatorTx, tenant: TenantId) -> Result<Vec<Standing>> {
    let rows = sqlx::query(
        "select a.* from ses_account a
         where case when strpos(a.region, '/') > 0 then split_part(a.region, '/', 1) end
            is not distinct from (select account from ses_tenants where tenant_id = $1)
         order by a.region",
    );
    rows.bind(tenant.uuid()).fetch_all(tx.sql()).await?.iter().map(standing).collect()
}

fn standing(row: &PgRow) -> Result<Standing> {
    let until: Option<OffsetDateTime> = row.try_get("held_until")?;
    Ok(Standing {
        region: row.try_get("region")?,
        rate_a_second: row.try_get("rate_a_second")?,
        quota_a_day: row.try_get("quota_a_day")?,
        sent_today: row.try_get("sent_today")?,
        may_send: row.try_get("may_send")?,
        enforcement: row.try_get("enforcement")?,
        shared_pool_mode: row.try_get("shared_pool_mode")?,
        read_at: row.try_get("read_at")?,
        hold: until.zip(row.try_get("hold")?),
        events_polled_at: row.try_get("events_polled_at")?,
        event_received_at: row.try_get("event_received_at")?,
    })
}

impl Standing {
    /// A team's own account. `None`: the platform's.
    pub fn account(&self) -> Option<&str> {
        self.region.split_once('/').map(|(account, _)| account)
    }
}

pub async fn find_inbox(tx: &mut OperatorTx) -> Result<Inbox> {
    let (waiting, waiting_since) =
        sqlx::query_as("select count(*), min(received_at) from event_inbox where applied_at is null")
            .fetch_one(tx.sql())
            .await?;
    let troubles = sqlx::query_as(
        "select received_at, trouble from event_inbox where trouble is not null order by received_at desc limit 10",
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(Inbox { waiting, waiting_since, troubles })
}

/// The tenants with most of them first.
pub async fn list_unanswered(tx: &mut OperatorTx) -> Result<Vec<Unanswered>> {
    let rows: Vec<(Uuid, String, i64, i64)> = sqlx::query_as(
        "select t.tenant_id, t.name, count(*) filter (where m.state = 2), count(*) filter (where m.state = 3)
         from messages m join tenants t on t.tenant_id = m.tenant_id
         where m.was_unknown and m.state in (2, 3) group by t.tenant_id, t.name order by count(*) desc, t.name limit $1",
    )
    .bind(PAGE_ROWS_MAX)
    .fetch_all(tx.sql())
    .await?;
    let tenant = |(id, name, open, closed)| Unanswered { tenant: TenantId::from_uuid(id), name, open, closed };
    Ok(rows.into_iter().map(tenant).collect())
}
