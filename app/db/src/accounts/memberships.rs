//! Who belongs to a tenant, and as what.

use crate::scope::TenantTx;
use crate::{Error, Result};
use rules::access::Role;
use rules::ids::UserId;

/// The role of a person in the tenant of this transaction; `None` for somebody who does not belong to it.
pub async fn find_role(tx: &mut TenantTx, user: UserId) -> Result<Option<Role>> {
    let role: Option<String> = sqlx::query_scalar("select role from memberships where tenant_id = $1 and user_id = $2")
        .bind(tx.tenant().uuid())
        .bind(user.uuid())
        .fetch_optional(tx.sql())
        .await?;
    role.map(|role| Role::parse(&role).ok_or_else(|| Error::Row(format!("memberships.role {role:?}")))).transpose()
}
