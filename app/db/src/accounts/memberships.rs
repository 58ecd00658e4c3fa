//! Who belongs to a tenant, and as what.

use crate::scope::{AccountsTx, OperatorTx, TenantTx};
use crate::{Error, Result};
use rules::access::Role;
use rules::ids::{TenantId, UserId};
use rules::time::OffsetDateTime;
use sqlx::Row;
use sqlx::postgres::PgRow;

/// A person in a tenant, under the name and address shown there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub since: OffsetDateTime,
}

/// A tenant that somebody belongs to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TenantOf {
    pub id: TenantId,
    pub name: String,
    pub slug: String,
}

/// What became of a change of role or a removal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    Done,
    /// The person does not belong to the tenant (any more).
    NotThere,
    /// Nobody would own the tenant. Nothing was changed.
    LastOwner,
}

/// More teams than anybody belongs to; the list is not paged.
const TENANTS_OF_ONE_MAX: i64 = 500;
/// More people than a team has; the list is not paged.
const MEMBERS_MAX: i64 = 1000;

/// The tenants of a person, by name.
pub async fn list_tenants_of(tx: &mut AccountsTx, user: UserId) -> Result<Vec<TenantOf>> {
    let rows = sqlx::query(
        "select t.tenant_id, t.name, t.slug
         from memberships m join tenants t on t.tenant_id = m.tenant_id
         where m.user_id = $1 order by t.name, t.tenant_id limit $2",
    )
    .bind(user.uuid())
    .bind(TENANTS_OF_ONE_MAX)
    .fetch_all(tx.sql())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(TenantOf {
                id: TenantId::from_uuid(row.try_get("tenant_id")?),
                name: row.try_get("name")?,
                slug: row.try_get("slug")?,
            })
        })
        .collect()
}

/// The tenant at this address, whoever belongs to it.
pub async fn find_tenant_at(tx: &mut AccountsTx, slug: &str) -> Result<Option<TenantOf>> {
    let row = sqlx::query("select tenant_id, name, slug from tenants where slug = $1");
    let row = row.bind(slug).fetch_optional(tx.sql()).await?;
    row.map(|row| {
        let (id, name, slug) = (row.try_get("tenant_id")?, row.try_get("name")?, row.try_get("slug")?);
        Ok(TenantOf { id: TenantId::from_uuid(id), name, slug })
    })
    .transpose()
}

/// The role of a person in the tenant of this transaction; `None` for somebody who does not belong to it.
pub async fn find_role(tx: &mut TenantTx, user: UserId) -> Result<Option<Role>> {
    let role: Option<String> = sqlx::query_scalar("select role from memberships where tenant_id = $1 and user_id = $2")
        .bind(tx.tenant().uuid())
        .bind(user.uuid())
        .fetch_optional(tx.sql())
        .await?;
    role.as_deref().map(parse_role).transpose()
}

/// Owners first, then by name.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Member>> {
    let rows = sqlx::query(
        "select user_id, name, email, role, created_at from memberships where tenant_id = $1
         order by array_position(array['owner', 'admin', 'member', 'viewer'], role), name, user_id limit $2",
    )
    .bind(tx.tenant().uuid())
    .bind(MEMBERS_MAX)
    .fetch_all(tx.sql())
    .await?;
    rows.iter().map(member).collect()
}

pub async fn find(tx: &mut TenantTx, user: UserId) -> Result<Option<Member>> {
    let row = sqlx::query(
        "select user_id, name, email, role, created_at from memberships where tenant_id = $1 and user_id = $2",
    )
    .bind(tx.tenant().uuid())
    .bind(user.uuid())
    .fetch_optional(tx.sql())
    .await?;
    row.as_ref().map(member).transpose()
}

/// The owners of a tenant, for the operator who has to reach one.
pub async fn list_owners(tx: &mut OperatorTx, tenant: TenantId) -> Result<Vec<Member>> {
    let rows = sqlx::query(
        "select user_id, name, email, role, created_at from memberships
         where tenant_id = $1 and role = 'owner' order by name, user_id limit $2",
    )
    .bind(tenant.uuid())
    .bind(MEMBERS_MAX)
    .fetch_all(tx.sql())
    .await?;
    rows.iter().map(member).collect()
}

pub async fn change_role(tx: &mut TenantTx, user: UserId, role: Role) -> Result<Change> {
    if role != Role::Owner && is_last_owner(tx, user).await? {
        return Ok(Change::LastOwner);
    }
    let done = sqlx::query("update memberships set role = $3 where tenant_id = $1 and user_id = $2")
        .bind(tx.tenant().uuid())
        .bind(user.uuid())
        .bind(role.as_str())
        .execute(tx.sql())
        .await?;
    Ok(if done.rows_affected() == 1 { Change::Done } else { Change::NotThere })
}

pub async fn remove(tx: &mut TenantTx, user: UserId) -> Result<Change> {
    if is_last_owner(tx, user).await? {
        return Ok(Change::LastOwner);
    }
    let done = sqlx::query("delete from memberships where tenant_id = $1 and user_id = $2")
        .bind(tx.tenant().uuid())
        .bind(user.uuid())
        .execute(tx.sql())
        .await?;
    Ok(if done.rows_affected() == 1 { Change::Done } else { Change::NotThere })
}

/// Locks the owners: two who leave at once are asked one after the other.
async fn is_last_owner(tx: &mut TenantTx, user: UserId) -> Result<bool> {
    let owners: Vec<uuid::Uuid> = sqlx::query_scalar(
        "select user_id from memberships where tenant_id = $1 and role = 'owner' order by user_id for update",
    )
    .bind(tx.tenant().uuid())
    .fetch_all(tx.sql())
    .await?;
    Ok(owners == [user.uuid()])
}

fn member(row: &PgRow) -> Result<Member> {
    Ok(Member {
        user: UserId::from_uuid(row.try_get("user_id")?),
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        role: parse_role(row.try_get("role")?)?,
        since: row.try_get("created_at")?,
    })
}

pub(super) fn parse_role(role: &str) -> Result<Role> {
    Role::parse(role).ok_or_else(|| Error::Row(format!("role {role:?}")))
}
