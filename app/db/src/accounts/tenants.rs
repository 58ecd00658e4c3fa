//! Tenants: made by an operator, found by their slug.

use crate::Result;
use crate::accounts::invitations::{self, NewInvitation};
use crate::isolation::caps;
use crate::scope::{OperatorTx, TenantTx};
use rules::accounts::{Slug, TenantName};
use rules::ids::TenantId;
use rules::isolation::Caps;
use rules::time::OffsetDateTime;
use sqlx::{AssertSqlSafe, PgConnection, Row};

/// A tenant to be made, with the invitation of its owner.
pub struct NewTenant<'a> {
    pub id: TenantId,
    pub name: &'a TenantName,
    pub slug: &'a Slug,
    pub owner: NewInvitation<'a>,
}

/// What became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Creation {
    Done(TenantId),
    /// Another tenant has this slug. Roll back: nothing must change.
    SlugTaken,
}

/// A tenant as the console lists it.
pub struct TenantLine {
    pub id: TenantId,
    pub name: String,
    pub slug: String,
    pub created_at: OffsetDateTime,
    /// Who is invited to own it, while there is no owner.
    pub invited_owner: Option<String>,
    /// Since when its lane stands still, for the oldest cause.
    pub paused_at: Option<OffsetDateTime>,
    /// Mailboxes that could write now, and since when the oldest, in business time.
    pub lanes_due: i64,
    pub lanes_due_since: Option<OffsetDateTime>,
    /// Incidents that are open.
    pub incidents: i64,
    /// Differences at SES that a person is asked about.
    pub asks: i64,
    pub caps: Caps,
}

/// Which tenants are wanted.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Filter {
    /// What stands in the name, or begins the slug, in small letters; empty: anything.
    pub text: String,
    pub only: Option<Only>,
    /// Behind this one.
    pub after: Option<TenantId>,
}

/// Those with something to look at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Only {
    Paused,
    Incidents,
    Asks,
}

impl Only {
    pub const ALL: [Self; 3] = [Self::Paused, Self::Incidents, Self::Asks];

    /// As it stands in an address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Incidents => "incidents",
            Self::Asks => "asks",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|only| only.as_str() == text)
    }

    const fn condition(self) -> &'static str {
        match self {
            Self::Paused => "exists (select from pauses p where p.tenant_id = t.tenant_id and p.resumed_at is null)",
            Self::Incidents => {
                "exists (select from incidents i where i.tenant_id = t.tenant_id and i.closed_at is null)"
            }
            Self::Asks => "exists (select from drifts d where d.tenant_id = t.tenant_id and d.ended_at is null)",
        }
    }
}

/// Commit on [`Creation::Done`] only.
pub async fn create(tx: &mut OperatorTx, new: &NewTenant<'_>, now: OffsetDateTime) -> Result<Creation> {
    let slug =
        sqlx::query("insert into tenant_slugs (slug, holder, created_at) values ($1, $2, $3) on conflict do nothing")
            .bind(new.slug.as_str())
            .bind(new.id.uuid())
            .bind(now)
            .execute(tx.sql())
            .await?;
    if slug.rows_affected() == 0 {
        return Ok(Creation::SlugTaken);
    }
    sqlx::query("insert into tenants (tenant_id, name, slug, created_at) values ($1, $2, $3, $4)")
        .bind(new.id.uuid())
        .bind(new.name.as_str())
        .bind(new.slug.as_str())
        .bind(now)
        .execute(tx.sql())
        .await?;
    // A new tenant has no members: this cannot be refused.
    invitations::write(tx.sql(), new.id, &new.owner, now).await?;
    Ok(Creation::Done(new.id))
}

/// The newest first, `rows` at most. Ids sort by the time they were made. `now` is business time.
pub async fn list(tx: &mut OperatorTx, filter: &Filter, rows: i64, now: OffsetDateTime) -> Result<Vec<TenantLine>> {
    let only = filter.only.map_or("true", Only::condition);
    let sql = format!(
        "select t.tenant_id, t.name, t.slug, t.created_at,
                (select i.email from invitations i
                 where i.tenant_id = t.tenant_id and i.role = 'owner'
                   and i.accepted_at is null and i.withdrawn_at is null
                   and not exists (select from memberships m where m.tenant_id = t.tenant_id and m.role = 'owner')
                 order by i.created_at desc limit 1) as invited_owner,
                (select min(p.paused_at) from pauses p
                 where p.tenant_id = t.tenant_id and p.resumed_at is null) as paused_at,
                (select count(*) from incidents i where i.tenant_id = t.tenant_id and i.closed_at is null) as incidents,
                (select count(*) from drifts d where d.tenant_id = t.tenant_id and d.ended_at is null) as asks,
                c.a_day, c.a_hour, c.a_second, l.lanes_due, l.lanes_due_since
         from tenants t cross join lateral (
            select count(*) as lanes_due, min(due_at) as lanes_due_since from lanes
            where tenant_id = t.tenant_id and due_at <= $3) l
         left join tenant_caps c on c.tenant_id = t.tenant_id
         where ($1::uuid is null or t.tenant_id < $1) and ($4 = '' or strpos(lower(t.name), $4) > 0 or t.slug ^@ $4)
           and {only}
         order by t.tenant_id desc limit $2"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(filter.after.map(TenantId::uuid))
        .bind(rows)
        .bind(now)
        .bind(&filter.text)
        .fetch_all(tx.sql())
        .await?;
    rows.iter()
        .map(|row| {
            Ok(TenantLine {
                id: TenantId::from_uuid(row.try_get("tenant_id")?),
                name: row.try_get("name")?,
                slug: row.try_get("slug")?,
                created_at: row.try_get("created_at")?,
                invited_owner: row.try_get("invited_owner")?,
                paused_at: row.try_get("paused_at")?,
                lanes_due: row.try_get("lanes_due")?,
                lanes_due_since: row.try_get("lanes_due_since")?,
                incidents: row.try_get("incidents")?,
                asks: row.try_get("asks")?,
                caps: caps::read_caps(row)?,
            })
        })
        .collect()
}

/// A tenant as the console opens it.
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    pub slug: String,
    pub created_at: OffsetDateTime,
}

pub async fn find(tx: &mut OperatorTx, tenant: TenantId) -> Result<Option<Tenant>> {
    find_in(tx.sql(), tenant).await
}

/// The tenant of this transaction. `None` once it is gone.
pub async fn find_own(tx: &mut TenantTx) -> Result<Option<Tenant>> {
    let tenant = tx.tenant();
    find_in(tx.sql(), tenant).await
}

async fn find_in(connection: &mut PgConnection, tenant: TenantId) -> Result<Option<Tenant>> {
    let row = sqlx::query("select name, slug, created_at from tenants where tenant_id = $1")
        .bind(tenant.uuid())
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        Ok(Tenant {
            id: tenant,
            name: row.try_get("name")?,
            slug: row.try_get("slug")?,
            created_at: row.try_get("created_at")?,
        })
    })
    .transpose()
}
