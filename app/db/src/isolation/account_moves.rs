//! Moves of teams between accounts: what is made in the next one beside what mail leaves by, and the switch. Times are machine
//! time.

use super::ses_tenants::ReadBack;
use crate::domains::work::Identity;
use crate::scope::{OperatorTx, TenantTx};
use crate::{Error, Result};
use rules::domains::Hold;
use rules::ids::{DomainId, LeftoverId, TenantId};
use rules::isolation::Tier;
use rules::limits;
use rules::time::{Duration, OffsetDateTime};
use sqlx::{PgConnection, Row};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Move {
    /// Where to. `None`: the platform's account.
    pub account: Option<String>,
    pub begun_at: OffsetDateTime,
    pub is_cancelled: bool,
    /// Its tenant there; `None` until all but the domains is as wanted there.
    pub ready: Option<Target>,
    /// What went wrong in the last turn, and since when turns fail.
    pub trouble: Option<(String, OffsetDateTime)>,
}

/// What is ready in the account that a team moves to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    pub arn: String,
    /// Pool and shared IPs of its set, as read back.
    pub sending_pool: String,
    pub shared_pool_mode: String,
}

pub async fn find(tx: &mut TenantTx) -> Result<Option<Move>> {
    let tenant = tx.tenant();
    find_in(tx.sql(), tenant).await
}

/// The same for the operator.
pub async fn find_of(tx: &mut OperatorTx, tenant: TenantId) -> Result<Option<Move>> {
    find_in(tx.sql(), tenant).await
}

async fn find_in(sql: &mut PgConnection, tenant: TenantId) -> Result<Option<Move>> {
    let row = sqlx::query("select * from account_moves where tenant_id = $1").bind(tenant.uuid()).fetch_optional(sql);
    let Some(row) = row.await? else { return Ok(None) };
    let (arn, ready_at): (Option<String>, Option<OffsetDateTime>) = (row.try_get("arn")?, row.try_get("ready_at")?);
    let trouble: Option<String> = row.try_get("trouble")?;
    let cancelled_at: Option<OffsetDateTime> = row.try_get("cancelled_at")?;
    let text = |column: &str| Ok::<_, Error>(row.try_get::<Option<String>, _>(column)?.unwrap_or_default());
    let ready = match arn.filter(|_| ready_at.is_some()) {
        Some(arn) => {
            let (sending_pool, shared_pool_mode) = (text("sending_pool")?, text("shared_pool_mode")?);
            Some(Target { arn, sending_pool, shared_pool_mode })
        }
        None => None,
    };
    Ok(Some(Move {
        account: row.try_get("account")?,
        begun_at: row.try_get("begun_at")?,
        is_cancelled: cancelled_at.is_some(),
        ready,
        trouble: trouble.zip(row.try_get("trouble_at")?),
    }))
}

/// By an operator: the team is to be in this account. One that is under way goes on; one that was cancelled begins anew.
pub async fn begin(tx: &mut OperatorTx, tenant: TenantId, account: Option<&str>, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into account_moves (tenant_id, account, begun_at, due_at, attempts) values ($1, $2, $3, $3, 0)
         on conflict (tenant_id) do update set cancelled_at = null, due_at = excluded.due_at",
    )
    .bind(tenant.uuid())
    .bind(account)
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// By an operator: it stays where it is. What was made elsewhere goes.
pub async fn cancel(tx: &mut OperatorTx, tenant: TenantId, now: OffsetDateTime) -> Result<()> {
    cancel_in(tx.sql(), tenant, now).await
}

/// The same as the team is being closed.
pub async fn cancel_own(tx: &mut TenantTx, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    cancel_in(tx.sql(), tenant, now).await
}

async fn cancel_in(sql: &mut PgConnection, tenant: TenantId, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "update account_moves set cancelled_at = $2, due_at = $2 where tenant_id = $1 and cancelled_at is null",
    )
    .bind(tenant.uuid())
    .bind(now)
    .execute(sql)
    .await?;
    Ok(())
}

/// All but the domains was read back as wanted. The domains are looked at now, if that is new.
pub async fn write_ready(tx: &mut TenantTx, read: &ReadBack, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    let is_new: bool = sqlx::query_scalar(
        "with before as (select ready_at from account_moves where tenant_id = $1)
         update account_moves m set arn = $2, policy = $3, suppression_scope = $4, shared_pool_mode = $5, sending_pool = $6,
                ready_at = coalesce(m.ready_at, $7)
         from before where m.tenant_id = $1 returning before.ready_at is null",
    )
    .bind(tenant.uuid())
    .bind(&read.arn)
    .bind(&read.policy)
    .bind(&read.suppression_scope)
    .bind(&read.shared_pool_mode)
    .bind(&read.sending_pool)
    .bind(now)
    .fetch_optional(tx.sql())
    .await?
    .unwrap_or(false);
    if !is_new {
        return Ok(());
    }
    sqlx::query("update domains set due_at = $2 where tenant_id = $1 and removed_at is null and due_at > $2")
        .bind(tenant.uuid())
        .bind(now)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// Has the move looked at: a domain may be ready there. Before anything of the domain is locked, as a switch locks it first.
pub async fn nudge(tx: &mut TenantTx, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query("update account_moves set due_at = $2 where tenant_id = $1 and due_at > $2")
        .bind(tenant.uuid())
        .bind(now)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// What a domain has in the account that its team moves to: an identity of ours, or why there is none.
pub async fn write_identity(
    tx: &mut TenantTx,
    domain: DomainId,
    (identity, hold): (Option<&Identity>, Option<Hold>),
    now: OffsetDateTime,
) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "insert into domain_moves (tenant_id, domain_id, dkim_tokens, dkim_zone, dkim_status, mail_from_status, may_send,
                is_associated, read_at, hold)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 from account_moves where tenant_id = $1
         on conflict (tenant_id, domain_id) do update set dkim_tokens = excluded.dkim_tokens, dkim_zone = excluded.dkim_zone,
            dkim_status = excluded.dkim_status, mail_from_status = excluded.mail_from_status, may_send = excluded.may_send,
            is_associated = excluded.is_associated, read_at = excluded.read_at, hold = excluded.hold",
    )
    .bind(tenant.uuid())
    .bind(domain.uuid())
    .bind(identity.map(|identity| &identity.dkim_tokens))
    .bind(identity.map(|identity| &identity.dkim_zone))
    .bind(identity.map(|identity| &identity.dkim_status))
    .bind(identity.map(|identity| &identity.mail_from_status))
    .bind(identity.is_some_and(|identity| identity.may_send))
    .bind(identity.is_some_and(|identity| identity.is_associated))
    .bind(now)
    .bind(hold.map(Hold::as_str))
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// A verified domain under which no mail could leave yet in the account that its team moves to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotReady {
    pub name: String,
    /// It is there, and not ours to touch.
    pub hold: Option<Hold>,
}

pub async fn list_not_ready(tx: &mut TenantTx) -> Result<Vec<NotReady>> {
    let tenant = tx.tenant();
    list_not_ready_in(tx.sql(), tenant).await
}

/// The same for the operator.
pub async fn list_not_ready_of(tx: &mut OperatorTx, tenant: TenantId) -> Result<Vec<NotReady>> {
    list_not_ready_in(tx.sql(), tenant).await
}

async fn list_not_ready_in(sql: &mut PgConnection, tenant: TenantId) -> Result<Vec<NotReady>> {
    let rows: Vec<(String, Option<String>)> = sqlx::query_as(
        "select d.name, m.hold from domains d left join domain_moves m on m.tenant_id = $1 and m.domain_id = d.id
         where d.tenant_id = $1 and d.removed_at is null and d.removal_asked_at is null and d.verified_at is not null
           and not coalesce(m.may_send and m.is_associated and m.dkim_status = 'SUCCESS' and m.mail_from_status = 'SUCCESS',
                            false)
         order by d.name",
    )
    .bind(tenant.uuid())
    .fetch_all(sql)
    .await?;
    let not_ready = |(name, hold): (_, Option<String>)| NotReady { name, hold: hold.as_deref().and_then(Hold::parse) };
    Ok(rows.into_iter().map(not_ready).collect())
}

/// Mail leaves by the other account from now on, in one step: what was left is kept. True: it was done; false: there is no
/// move that is ready, or a domain is not.
pub async fn switch(tx: &mut TenantTx, leftover: LeftoverId, now: OffsetDateTime) -> Result<bool> {
    let tenant = tx.tenant();
    // Whoever looks at the tenant, or at a domain, in this moment has looked at the other account: its lease ends.
    for sql in [
        "select from ses_tenants where tenant_id = $1 for update",
        "select from domains where tenant_id = $1 and removed_at is null order by id for update",
    ] {
        sqlx::query(sql).bind(tenant.uuid()).execute(tx.sql()).await?;
    }
    let found = find(tx).await?.filter(|it| it.ready.is_some() && !it.is_cancelled);
    let Some(found) = found else { return Ok(false) };
    if !list_not_ready(tx).await?.is_empty() {
        return Ok(false);
    }
    leave(tx, leftover, now, now + Duration::days(limits::LEFTOVER_DAYS)).await?;
    sqlx::query(
        "update ses_tenants t set account = m.account, arn = m.arn, policy = m.policy, sending_pool = m.sending_pool,
                suppression_scope = m.suppression_scope, shared_pool_mode = m.shared_pool_mode, own_pool = null,
                is_policy_new = false, is_held = false, our_status = null, aws_status = null, aws_cause = null,
                sending_status = null, read_at = $2, ready_at = $2, made_at = $2, step = null, due_at = $2, lease_until = null
         from account_moves m where t.tenant_id = $1 and m.tenant_id = $1",
    )
    .bind(tenant.uuid())
    .bind(now)
    .execute(tx.sql())
    .await?;
    switch_domains(tx, now).await?;
    let tier = if found.account.is_some() { Tier::OwnAccount } else { Tier::Shared };
    sqlx::query(
        "insert into tenant_tiers as w (tenant_id, tier, changed_at) values ($1, $2, $3)
         on conflict (tenant_id) do update set tier = excluded.tier, pool = null, ips = null, changed_at = excluded.changed_at",
    )
    .bind(tenant.uuid())
    .bind(tier.as_str())
    .bind(now)
    .execute(tx.sql())
    .await?;
    end(tx).await?;
    Ok(true)
}

/// What is known of each domain is what the other account says of it. One that nothing is known of there is made in its turn.
async fn switch_domains(tx: &mut TenantTx, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    let statements = [
        "update domains d set dkim_tokens = m.dkim_tokens, dkim_zone = m.dkim_zone, dkim_status = m.dkim_status,
                mail_from_status = m.mail_from_status, may_send = m.may_send, is_associated = m.is_associated,
                ses_read_at = m.read_at, hold = null, due_at = $2, lease_until = null
         from domain_moves m where d.tenant_id = $1 and m.tenant_id = $1 and m.domain_id = d.id and d.removed_at is null
            and m.dkim_tokens is not null",
        "update domains d set dkim_tokens = null, dkim_zone = null, dkim_status = null, mail_from_status = null,
                may_send = false, is_associated = false, ses_read_at = null, hold = null, due_at = $2,
                lease_until = null
         where d.tenant_id = $1 and d.removed_at is null and d.removal_asked_at is null
           and not exists (
            select from domain_moves m where m.tenant_id = $1 and m.domain_id = d.id and m.dkim_tokens is not null)",
        "delete from domain_records where tenant_id = $1 and purpose = 'dkim' and $2::timestamptz is not null",
        "update domain_records set purpose = 'dkim'
         where tenant_id = $1 and purpose = 'next_dkim' and $2::timestamptz is not null",
    ];
    for sql in statements {
        sqlx::query(sql).bind(tenant.uuid()).bind(now).execute(tx.sql()).await?;
    }
    Ok(())
}

/// What the tenant has where it is now is kept until `ends_at`.
async fn leave(tx: &mut TenantTx, id: LeftoverId, now: OffsetDateTime, ends_at: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "insert into account_leftovers (tenant_id, id, account, name, set_name, arn, own_pool, left_at, ends_at, due_at,
                attempts)
         select $1, $2, account, name, set_name, arn, own_pool, $3, $4, $4, 0 from ses_tenants
         where tenant_id = $1 and name is not null and set_name is not null",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .bind(now)
    .bind(ends_at)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// A move that was cancelled: what it has made goes at once, as nothing ever left by it.
pub async fn give_up(tx: &mut TenantTx, id: LeftoverId, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "insert into account_leftovers (tenant_id, id, account, name, set_name, arn, left_at, ends_at, due_at, attempts)
         select $1, $2, m.account, t.name, t.set_name, m.arn, $3, $3, $3, 0
         from account_moves m join ses_tenants t on t.tenant_id = $1
         where m.tenant_id = $1 and t.name is not null and t.set_name is not null",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .bind(now)
    .execute(tx.sql())
    .await?;
    end(tx).await
}

async fn end(tx: &mut TenantTx) -> Result<()> {
    let tenant = tx.tenant();
    for sql in [
        "delete from domain_moves where tenant_id = $1",
        "delete from domain_records where tenant_id = $1 and purpose = 'next_dkim'",
        "delete from account_moves where tenant_id = $1",
    ] {
        sqlx::query(sql).bind(tenant.uuid()).execute(tx.sql()).await?;
    }
    Ok(())
}
