//! Teams' own AWS accounts: by which role each is entered, and whether that works. Times are machine time.

use crate::scope::{OperatorTx, TenantTx, WorkerTx};
use crate::{Error, Result};
use rules::ids::TenantId;
use rules::isolation::{Role, RoleArn};
use rules::time::OffsetDateTime;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnAccount {
    pub role: RoleArn,
    /// When all that is tried by the role went well last.
    pub works_at: Option<OffsetDateTime>,
    /// What went wrong in the last try, and since when tries fail.
    pub trouble: Option<(String, OffsetDateTime)>,
}

impl OwnAccount {
    /// As a move goes by it.
    pub fn state(found: Option<Self>) -> Role {
        match found {
            None => Role::None,
            Some(Self { role, trouble: Some((trouble, _)), .. }) => Role::Fails(role, trouble),
            Some(Self { role, works_at: Some(_), .. }) => Role::Works(role),
            Some(Self { role, .. }) => Role::Untried(role),
        }
    }
}

/// What became of a role that an operator named.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Named {
    Done,
    /// Another team has that account.
    AnothersAccount,
    /// The team has something in another account, which the role that is known is still needed for.
    InUse,
}

pub async fn find(tx: &mut TenantTx) -> Result<Option<OwnAccount>> {
    let tenant = tx.tenant();
    find_in(tx.sql(), tenant).await
}

/// The same for the operator.
pub async fn find_of(tx: &mut OperatorTx, tenant: TenantId) -> Result<Option<OwnAccount>> {
    find_in(tx.sql(), tenant).await
}

async fn find_in(sql: &mut PgConnection, tenant: TenantId) -> Result<Option<OwnAccount>> {
    let row = sqlx::query("select role_arn, works_at, trouble, trouble_at from own_accounts where tenant_id = $1")
        .bind(tenant.uuid())
        .fetch_optional(sql)
        .await?;
    row.map(|row| {
        let (role, trouble): (&str, Option<String>) = (row.try_get("role_arn")?, row.try_get("trouble")?);
        Ok(OwnAccount {
            role: RoleArn::parse(role).map_err(|_| Error::Row(format!("own_accounts.role_arn {role:?}")))?,
            works_at: row.try_get("works_at")?,
            trouble: trouble.zip(row.try_get("trouble_at")?),
        })
    })
    .transpose()
}

/// By an operator: by this role from now on. It is tried soon. Commit on [`Named::Done`] only.
pub async fn name(tx: &mut OperatorTx, tenant: TenantId, role: &RoleArn, now: OffsetDateTime) -> Result<Named> {
    // Whoever names the same account in this moment waits.
    sqlx::query("insert into account_claims (account, holder, claimed_at) values ($1, $2, $3) on conflict do nothing")
        .bind(role.account())
        .bind(tenant.uuid())
        .bind(now)
        .execute(tx.sql())
        .await?;
    let (is_anothers, is_in_use) = sqlx::query_as(
        "select exists (select from account_claims where account = $2 and holder <> $1),
                exists (select from own_accounts o where o.tenant_id = $1 and o.account <> $2 and (
                    exists (select from ses_tenants s where s.tenant_id = $1 and s.account = o.account)
                    or exists (select from account_moves m where m.tenant_id = $1 and m.account = o.account)
                    or exists (select from account_leftovers l
                               where l.tenant_id = $1 and l.account = o.account and l.gone_at is null)))",
    )
    .bind(tenant.uuid())
    .bind(role.account())
    .fetch_one(tx.sql())
    .await?;
    match (is_anothers, is_in_use) {
        (true, _) => return Ok(Named::AnothersAccount),
        (_, true) => return Ok(Named::InUse),
        (false, false) => {}
    }
    sqlx::query(
        "insert into own_accounts (tenant_id, role_arn, account, asked_at, due_at, attempts) values ($1, $2, $3, $4, $4, 0)
         on conflict (tenant_id) do update set role_arn = excluded.role_arn, account = excluded.account,
            asked_at = excluded.asked_at, due_at = excluded.due_at, attempts = 0, works_at = null, trouble = null,
            trouble_at = null",
    )
    .bind(tenant.uuid())
    .bind(role.as_str())
    .bind(role.account())
    .bind(now)
    .execute(tx.sql())
    .await?;
    sqlx::query("delete from account_claims where holder = $1 and account <> $2")
        .bind(tenant.uuid())
        .bind(role.account())
        .execute(tx.sql())
        .await?;
    Ok(Named::Done)
}

/// All that was tried went well.
pub async fn write_works(tx: &mut TenantTx, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query("update own_accounts set works_at = $2 where tenant_id = $1")
        .bind(tenant.uuid())
        .bind(now)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// By an operator: it is tried now.
pub async fn try_again(tx: &mut OperatorTx, tenant: TenantId, now: OffsetDateTime) -> Result<()> {
    sqlx::query("update own_accounts set due_at = $2 where tenant_id = $1")
        .bind(tenant.uuid())
        .bind(now)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// Has it tried now: something went wrong there.
pub async fn nudge(tx: &mut TenantTx, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query("update own_accounts set due_at = $2 where tenant_id = $1 and due_at > $2")
        .bind(tenant.uuid())
        .bind(now)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// Accounts that something of a team is in, or was until lately, each with its team.
pub async fn list_in_use(tx: &mut WorkerTx) -> Result<Vec<(String, TenantId)>> {
    let rows: Vec<(String, Uuid)> = sqlx::query_as(
        "select account, tenant_id from ses_tenants where account is not null
         union select account, tenant_id from account_moves where account is not null
         union select account, tenant_id from account_leftovers where account is not null and gone_at is null
         order by 1",
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows.into_iter().map(|(account, tenant)| (account, TenantId::from_uuid(tenant))).collect())
}
