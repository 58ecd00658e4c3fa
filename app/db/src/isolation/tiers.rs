//! Isolation tiers, and the account's pools and dedicated IPs as last read. Times are machine time.

use super::own_accounts::{self, OwnAccount};
use crate::scope::{OperatorTx, TenantTx, WorkerTx};
use crate::{Error, Result};
use rules::ids::TenantId;
use rules::isolation::{DEFAULT_POOL, KnownPool, MoveFacts, PoolName, Scaling, Tier, TierWish};
use rules::time::OffsetDateTime;
use sqlx::{PgConnection, Row};

/// What a tenant is to have, and since when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chosen {
    pub wish: TierWish,
    /// `None`: it was never moved.
    pub changed_at: Option<OffsetDateTime>,
}

/// A dedicated IP.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DedicatedIp {
    pub ip: String,
    pub pool: String,
    /// SES's word.
    pub warmup: String,
    /// 0 to 100; negative: SES looks after it itself.
    pub warmup_percent: i64,
}

/// A pool, who is in it, and its IPs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pool {
    pub name: String,
    /// SES's word; `None`: it is to be made.
    pub scaling: Option<String>,
    pub tenants: Vec<(TenantId, String)>,
    pub ips: Vec<DedicatedIp>,
}

/// The pools of one region.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pools {
    pub read_at: Option<OffsetDateTime>,
    pub pools: Vec<Pool>,
    /// IPs in no pool of these.
    pub others: Vec<DedicatedIp>,
}

/// A tenant that is to be in a pool.
struct Member {
    tenant: TenantId,
    tenant_name: String,
    tier: String,
    /// `None`: its own, which has no name before anything of the tenant is at SES.
    pool: Option<String>,
    ips: i64,
}

async fn list_members(sql: &mut PgConnection) -> Result<Vec<Member>> {
    let rows = sqlx::query(MEMBERS).fetch_all(sql).await?;
    rows.iter()
        .map(|row| {
            Ok(Member {
                tenant: TenantId::from_uuid(row.try_get("tenant_id")?),
                tenant_name: row.try_get("tenant_name")?,
                tier: row.try_get("tier")?,
                pool: row.try_get("pool")?,
                ips: row.try_get("ips")?,
            })
        })
        .collect()
}

const MEMBERS: &str = "select coalesce(w.pool, s.own_pool) as pool, w.tier, t.tenant_id, t.name as tenant_name, coalesce(w.ips, 0) as ips
    from tenant_tiers w join tenants t on t.tenant_id = w.tenant_id left join ses_tenants s on s.tenant_id = w.tenant_id
    where w.tier in ('managed_pool', 'dedicated_pool')
      and not exists (select from closures c where c.tenant_id = w.tenant_id and c.done_at is not null and c.kept_at is null)
    order by 1, t.name";

pub async fn find(tx: &mut TenantTx) -> Result<Chosen> {
    let tenant = tx.tenant();
    find_in(tx.sql(), tenant).await
}

/// The same for the operator.
pub async fn find_of(tx: &mut OperatorTx, tenant: TenantId) -> Result<Chosen> {
    find_in(tx.sql(), tenant).await
}

async fn find_in(sql: &mut PgConnection, tenant: TenantId) -> Result<Chosen> {
    let row = sqlx::query("select tier, pool, ips, changed_at from tenant_tiers where tenant_id = $1")
        .bind(tenant.uuid())
        .fetch_optional(sql)
        .await?;
    let Some(row) = row else { return Ok(Chosen { wish: TierWish::Shared, changed_at: None }) };
    let (tier, pool, ips): (&str, Option<&str>, Option<i64>) =
        (row.try_get("tier")?, row.try_get("pool")?, row.try_get("ips")?);
    let pool = pool.and_then(|pool| PoolName::parse(pool).ok());
    let wish = match (Tier::parse(tier), pool, ips.and_then(|ips| u16::try_from(ips).ok())) {
        (Some(Tier::Shared), ..) => TierWish::Shared,
        (Some(Tier::ManagedPool), Some(pool), _) => TierWish::ManagedPool(pool),
        (Some(Tier::DedicatedPool), _, Some(ips)) => TierWish::DedicatedPool(ips),
        (Some(Tier::OwnAccount), ..) => TierWish::OwnAccount,
        _ => return Err(Error::Row(format!("tenant_tiers.tier {tier:?}"))),
    };
    Ok(Chosen { wish, changed_at: Some(row.try_get("changed_at")?) })
}

/// By an operator. It is brought about soon; the pools are read again.
pub async fn choose(tx: &mut OperatorTx, tenant: TenantId, wish: &TierWish, now: OffsetDateTime) -> Result<()> {
    let (pool, ips) = match wish {
        TierWish::Shared | TierWish::OwnAccount => (None, None),
        TierWish::ManagedPool(pool) => (Some(pool.as_str()), None),
        TierWish::DedicatedPool(ips) => (None, Some(i64::from(*ips))),
    };
    sqlx::query(
        "insert into tenant_tiers as w (tenant_id, tier, pool, ips, changed_at) values ($1, $2, $3, $4, $5)
         on conflict (tenant_id) do update set tier = excluded.tier, pool = excluded.pool, ips = excluded.ips,
            changed_at = excluded.changed_at",
    )
    .bind(tenant.uuid())
    .bind(wish.tier().as_str())
    .bind(pool)
    .bind(ips)
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Whoever moves another tenant meanwhile waits: two do not take the last IP.
pub async fn lock(tx: &mut OperatorTx) -> Result<()> {
    sqlx::query("update pool_reads set due_at = due_at").execute(tx.sql()).await?;
    Ok(())
}

/// What decides whether the tenant can move.
pub async fn find_move_facts(tx: &mut OperatorTx, tenant: TenantId) -> Result<MoveFacts> {
    let found = list(tx).await?;
    let members = list_members(tx.sql()).await?;
    let own: Option<String> =
        sqlx::query_scalar("select own_pool from ses_tenants where tenant_id = $1 and own_pool is not null")
            .bind(tenant.uuid())
            .fetch_optional(tx.sql())
            .await?;
    let in_pool = |name: Option<&str>| {
        let pool = found.pools.iter().find(|pool| Some(pool.name.as_str()) == name);
        pool.map_or(0, |pool| i64::try_from(pool.ips.len()).unwrap_or(i64::MAX))
    };
    let others = members.iter().filter(|it| it.tenant != tenant);
    let waited_for: i64 = others.map(|it| (it.ips - in_pool(it.pool.as_deref())).max(0)).sum();
    let free = found.others.iter().filter(|ip| ip.pool == DEFAULT_POOL).count();
    let has_open_incident =
        sqlx::query_scalar("select exists (select from incidents where tenant_id = $1 and closed_at is null)")
            .bind(tenant.uuid())
            .fetch_one(tx.sql())
            .await?;
    let pools: Vec<_> = found
        .pools
        .iter()
        .map(|pool| {
            let of = |it: &&Member| it.pool.as_ref() == Some(&pool.name);
            let is_managed = members.iter().find(of).is_some_and(|it| it.tier == Tier::ManagedPool.as_str());
            let scaling = if is_managed { Scaling::Managed } else { Scaling::Standard };
            let scaling = pool.scaling.clone().unwrap_or_else(|| scaling.as_str().to_owned());
            KnownPool { name: pool.name.clone(), scaling }
        })
        .collect();
    Ok(MoveFacts {
        pools,
        has_own_pool: found.pools.iter().any(|pool| Some(&pool.name) == own.as_ref()),
        free_ips: (i64::try_from(free).unwrap_or(i64::MAX) - waited_for).max(0),
        own_ips: in_pool(own.as_deref()),
        has_open_incident,
        is_unread: found.read_at.is_none(),
        is_away: is_away(tx, tenant).await?,
        role: OwnAccount::state(own_accounts::find_of(tx, tenant).await?),
    })
}

/// Whether its mail leaves through its own account.
pub async fn is_away(tx: &mut OperatorTx, tenant: TenantId) -> Result<bool> {
    let sql = "select exists (select from ses_tenants where tenant_id = $1 and account is not null)";
    Ok(sqlx::query_scalar(sql).bind(tenant.uuid()).fetch_one(tx.sql()).await?)
}

/// All that there are or are to be, of the region of this platform.
pub async fn list(tx: &mut OperatorTx) -> Result<Pools> {
    let read_at = sqlx::query_scalar("select max(read_at) from pool_reads").fetch_one(tx.sql()).await?;
    let known: Vec<(String, String)> =
        sqlx::query_as("select name, scaling from ses_pools order by name").fetch_all(tx.sql()).await?;
    let ips = sqlx::query("select ip, pool, warmup, warmup_percent from dedicated_ips order by ip");
    let ips = ips.fetch_all(tx.sql()).await?;
    let members = list_members(tx.sql()).await?;
    let mut pools: Vec<Pool> = known
        .into_iter()
        .map(|(name, scaling)| Pool { name, scaling: Some(scaling), tenants: Vec::new(), ips: Vec::new() })
        .collect();
    for member in members {
        let name = member.pool.unwrap_or_else(|| member.tenant.to_string());
        let tenant = (member.tenant, member.tenant_name);
        match pools.iter_mut().find(|pool| pool.name == name) {
            Some(pool) => pool.tenants.push(tenant),
            None => pools.push(Pool { name, scaling: None, tenants: vec![tenant], ips: Vec::new() }),
        }
    }
    let mut others = Vec::new();
    for row in ips {
        let ip = DedicatedIp {
            ip: row.try_get("ip")?,
            pool: row.try_get("pool")?,
            warmup: row.try_get("warmup")?,
            warmup_percent: row.try_get("warmup_percent")?,
        };
        match pools.iter_mut().find(|pool| pool.name == ip.pool) {
            Some(pool) => pool.ips.push(ip),
            None => others.push(ip),
        }
    }
    Ok(Pools { read_at, pools, others })
}

/// How many tenants are to be in a managed pool.
pub async fn count_in(tx: &mut WorkerTx, pool: &PoolName) -> Result<i64> {
    let count = sqlx::query_scalar("select count(*) from tenant_tiers where pool = $1").bind(pool.as_str());
    Ok(count.fetch_one(tx.sql()).await?)
}

/// Whether AWS gave the account IPs of its own.
pub async fn has_ips(tx: &mut TenantTx) -> Result<bool> {
    has_ips_in(tx.sql()).await
}

/// The same for the platform's own mail.
pub async fn has_ips_for_platform(tx: &mut WorkerTx) -> Result<bool> {
    has_ips_in(tx.sql()).await
}

async fn has_ips_in(sql: &mut PgConnection) -> Result<bool> {
    Ok(sqlx::query_scalar("select exists (select from dedicated_ips)").fetch_one(sql).await?)
}

/// Names a pool of the tenant's own before it is made. `None`: it is gone.
pub async fn write_own_pool(tx: &mut TenantTx, pool: Option<&str>) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query("update ses_tenants set own_pool = $2 where tenant_id = $1 and own_pool is distinct from $2")
        .bind(tenant.uuid())
        .bind(pool)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// Pools or IPs were changed: they are read soon.
pub async fn read_again(tx: &mut TenantTx, now: OffsetDateTime) -> Result<()> {
    sqlx::query("update pool_reads set due_at = $1 where due_at > $1").bind(now).execute(tx.sql()).await?;
    Ok(())
}

/// Takes the reading in hand until `until`, if it is due.
pub async fn take_reading(tx: &mut WorkerTx, region: &str, now: OffsetDateTime, until: OffsetDateTime) -> Result<bool> {
    let done = sqlx::query(
        "insert into pool_reads as r (region, due_at, lease_until) values ($1, $2, $3)
         on conflict (region) do update set lease_until = excluded.lease_until
         where r.due_at <= $2 and (r.lease_until is null or r.lease_until <= $2)",
    )
    .bind(region)
    .bind(now)
    .bind(until)
    .execute(tx.sql())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes what was read: all that there is. True: the account has IPs now, and had none, or the other way round.
pub async fn write_read(
    tx: &mut WorkerTx,
    region: &str,
    pools: &[KnownPool],
    ips: &[DedicatedIp],
    (now, next): (OffsetDateTime, OffsetDateTime),
) -> Result<bool> {
    let had = has_ips_in(tx.sql()).await?;
    sqlx::query("delete from ses_pools where region = $1").bind(region).execute(tx.sql()).await?;
    sqlx::query("delete from dedicated_ips where region = $1").bind(region).execute(tx.sql()).await?;
    let (names, scalings): (Vec<&str>, Vec<&str>) =
        pools.iter().map(|pool| (pool.name.as_str(), pool.scaling.as_str())).unzip();
    sqlx::query(
        "insert into ses_pools (region, name, scaling) select $1, name, scaling from unnest($2::text[], $3::text[]) as p (name, scaling)
         on conflict (region, name) do nothing",
    )
    .bind(region)
    .bind(names)
    .bind(scalings)
    .execute(tx.sql())
    .await?;
    sqlx::query(
        "insert into dedicated_ips (region, ip, pool, warmup, warmup_percent)
         select $1, ip, pool, warmup, percent from unnest($2::text[], $3::text[], $4::text[], $5::bigint[]) as i (ip, pool, warmup, percent)
         on conflict (region, ip) do nothing",
    )
    .bind(region)
    .bind(ips.iter().map(|ip| ip.ip.as_str()).collect::<Vec<_>>())
    .bind(ips.iter().map(|ip| ip.pool.as_str()).collect::<Vec<_>>())
    .bind(ips.iter().map(|ip| ip.warmup.as_str()).collect::<Vec<_>>())
    .bind(ips.iter().map(|ip| ip.warmup_percent).collect::<Vec<_>>())
    .execute(tx.sql())
    .await?;
    sqlx::query("update pool_reads set due_at = $3, lease_until = null, read_at = $2 where region = $1")
        .bind(region)
        .bind(now)
        .bind(next)
        .execute(tx.sql())
        .await?;
    Ok(had == ips.is_empty())
}
