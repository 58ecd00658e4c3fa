//! What a tenant has at SES: wanted from the first domain on, and as the worker last read it back.

use crate::isolation::evidence;
use crate::messages::lanes;
use crate::scope::{OperatorTx, TenantTx};
use crate::{Error, Result};
use rules::ids::TenantId;
use rules::isolation::{ReputationPolicy, SagaStep, SharedPoolMode};
use rules::limits;
use rules::time::{Duration, OffsetDateTime};
use sqlx::{PgConnection, Row};

/// As last read back; `None` where nothing was read yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SesTenant {
    /// Which account it is in. `None`: the platform's.
    pub account: Option<String>,
    pub name: Option<String>,
    /// Of its configuration set.
    pub set_name: Option<String>,
    pub wanted_policy: ReputationPolicy,
    /// Why that one.
    pub policy_reason: Option<String>,
    /// SES has not heard of it yet: what stands there is ours of before.
    pub is_policy_new: bool,
    pub wanted_shared_pool_mode: SharedPoolMode,
    pub arn: Option<String>,
    /// The ARN of the reputation policy.
    pub policy: Option<String>,
    pub suppression_scope: Option<String>,
    pub shared_pool_mode: Option<String>,
    /// The pool of IPs that its configuration set names; empty: none.
    pub sending_pool: Option<String>,
    /// A pool of its own, by name: made or about to be, and not gone.
    pub own_pool: Option<String>,
    /// SES refuses its mail as we told it to.
    pub is_held: bool,
    /// What Amazon says of its mail, and why.
    pub aws_status: Option<String>,
    pub aws_cause: Option<String>,
    /// What follows from that and from what we said.
    pub sending_status: Option<String>,
    /// Since when it was first as wanted: what is missing from then on has gone.
    pub made_at: Option<OffsetDateTime>,
    /// What is being done.
    pub step: Option<SagaStep>,
    pub read_at: Option<OffsetDateTime>,
    pub ready_at: Option<OffsetDateTime>,
    pub trouble: Option<String>,
    pub trouble_at: Option<OffsetDateTime>,
}

/// By what mail leaves: tenant and configuration set, by name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Route {
    /// In which account they are. `None`: the platform's.
    pub account: Option<String>,
    pub tenant: String,
    pub set: String,
}

/// What one turn read back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadBack {
    pub arn: String,
    pub policy: String,
    pub suppression_scope: String,
    pub shared_pool_mode: String,
    pub sending_pool: String,
}

/// Asks for it to be made, unless it was asked for already.
pub async fn want(tx: &mut TenantTx, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "insert into ses_tenants (tenant_id, created_at, due_at, attempts) values ($1, $2, $2, 0) on conflict do nothing",
    )
    .bind(tenant.uuid())
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Has it looked at soon: something that stands on it is not as it should be.
pub async fn nudge(tx: &mut TenantTx, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    nudge_in(tx.sql(), tenant, now).await
}

/// The same by an operator.
pub async fn nudge_for(tx: &mut OperatorTx, tenant: TenantId, now: OffsetDateTime) -> Result<()> {
    nudge_in(tx.sql(), tenant, now).await
}

async fn nudge_in(connection: &mut PgConnection, tenant: TenantId, now: OffsetDateTime) -> Result<()> {
    sqlx::query("update ses_tenants set due_at = $2 where tenant_id = $1 and (due_at is null or due_at > $2)")
        .bind(tenant.uuid())
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives tenant and configuration set their name for ever, before anything is made under it. What they are called already
/// stays.
pub async fn name(tx: &mut TenantTx, name: &str) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update ses_tenants set name = coalesce(name, $2), set_name = coalesce(set_name, $2) where tenant_id = $1",
    )
    .bind(tenant.uuid())
    .bind(name)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Which reputation policy it is to have from now on, and why.
pub async fn want_policy(tx: &mut TenantTx, policy: ReputationPolicy, reason: &str) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update ses_tenants set is_policy_new = is_policy_new or wanted_policy <> $2, wanted_policy = $2, policy_reason = $3
         where tenant_id = $1",
    )
    .bind(tenant.uuid())
    .bind(policy.as_str())
    .bind(reason)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Which step is being done; `None`: none.
pub async fn write_step(tx: &mut TenantTx, step: Option<SagaStep>) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query("update ses_tenants set step = $2 where tenant_id = $1")
        .bind(tenant.uuid())
        .bind(step.map(SagaStep::as_str))
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// Writes down that everything was read back as wanted. If that is new, or the tenant at SES is another one than before, the
/// domains and mailboxes that stand on it are looked at now; if nothing is new, nobody is woken to meet the same again.
pub async fn write_ready(tx: &mut TenantTx, read: &ReadBack, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    let is_new: bool = sqlx::query_scalar(
        "with before as (select arn, ready_at from ses_tenants where tenant_id = $1)
         update ses_tenants t set arn = $2, policy = $3, suppression_scope = $4, shared_pool_mode = $6, sending_pool = $7,
                read_at = $5, ready_at = coalesce(t.ready_at, $5), made_at = coalesce(t.made_at, $5), step = null,
                is_policy_new = t.is_policy_new and split_part($3, ':reputation-policy/', 2) <> t.wanted_policy
         from before where t.tenant_id = $1
         returning before.ready_at is null or before.arn is distinct from t.arn",
    )
    .bind(tenant.uuid())
    .bind(&read.arn)
    .bind(&read.policy)
    .bind(&read.suppression_scope)
    .bind(now)
    .bind(&read.shared_pool_mode)
    .bind(&read.sending_pool)
    .fetch_one(tx.sql())
    .await?;
    evidence::want(tx.sql(), tenant, now + Duration::minutes(limits::EVIDENCE_FIRST_MINS)).await?;
    if !is_new {
        return Ok(());
    }
    sqlx::query("update domains set due_at = $2 where tenant_id = $1 and removed_at is null and due_at > $2")
        .bind(tenant.uuid())
        .bind(now)
        .execute(tx.sql())
        .await?;
    lanes::wake(tx, now).await
}

/// Writes down that it is not as wanted now.
pub async fn write_unready(tx: &mut TenantTx) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query("update ses_tenants set ready_at = null, step = null where tenant_id = $1")
        .bind(tenant.uuid())
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// By an operator: which shared IPs its mail may leave from. It is brought about soon.
pub async fn want_shared_pool_mode(
    tx: &mut OperatorTx,
    tenant: TenantId,
    mode: SharedPoolMode,
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query("update ses_tenants set wanted_shared_pool_mode = $2, due_at = $3 where tenant_id = $1")
        .bind(tenant.uuid())
        .bind(mode.as_str())
        .bind(now)
        .execute(tx.sql())
        .await?;
    Ok(())
}

pub async fn find(tx: &mut TenantTx) -> Result<Option<SesTenant>> {
    let tenant = tx.tenant();
    find_in(tx.sql(), tenant).await
}

/// The same for the operator.
pub async fn find_of(tx: &mut OperatorTx, tenant: TenantId) -> Result<Option<SesTenant>> {
    find_in(tx.sql(), tenant).await
}

async fn find_in(connection: &mut PgConnection, tenant: TenantId) -> Result<Option<SesTenant>> {
    let row = sqlx::query("select * from ses_tenants where tenant_id = $1")
        .bind(tenant.uuid())
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        let (policy, mode): (&str, &str) = (row.try_get("wanted_policy")?, row.try_get("wanted_shared_pool_mode")?);
        let step: Option<&str> = row.try_get("step")?;
        Ok(SesTenant {
            account: row.try_get("account")?,
            name: row.try_get("name")?,
            set_name: row.try_get("set_name")?,
            wanted_policy: ReputationPolicy::parse(policy)
                .ok_or_else(|| Error::Row(format!("ses_tenants.wanted_policy {policy:?}")))?,
            policy_reason: row.try_get("policy_reason")?,
            is_policy_new: row.try_get("is_policy_new")?,
            wanted_shared_pool_mode: SharedPoolMode::parse(mode)
                .ok_or_else(|| Error::Row(format!("ses_tenants.wanted_shared_pool_mode {mode:?}")))?,
            arn: row.try_get("arn")?,
            policy: row.try_get("policy")?,
            suppression_scope: row.try_get("suppression_scope")?,
            shared_pool_mode: row.try_get("shared_pool_mode")?,
            sending_pool: row.try_get("sending_pool")?,
            own_pool: row.try_get("own_pool")?,
            is_held: row.try_get("is_held")?,
            aws_status: row.try_get("aws_status")?,
            aws_cause: row.try_get("aws_cause")?,
            sending_status: row.try_get("sending_status")?,
            made_at: row.try_get("made_at")?,
            step: step.and_then(SagaStep::parse),
            read_at: row.try_get("read_at")?,
            ready_at: row.try_get("ready_at")?,
            trouble: row.try_get("trouble")?,
            trouble_at: row.try_get("trouble_at")?,
        })
    })
    .transpose()
}
