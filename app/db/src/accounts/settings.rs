//! What a team says of itself in every mail.

use crate::Result;
use crate::messages::lanes;
use crate::scope::TenantTx;
use rules::ids::UserId;
use rules::time::OffsetDateTime;

/// Lines ended by LF; `None` until somebody has entered it.
pub async fn find_postal_address(tx: &mut TenantTx) -> Result<Option<String>> {
    let tenant = tx.tenant();
    let address = sqlx::query_scalar("select postal_address from tenant_settings where tenant_id = $1");
    Ok(address.bind(tenant.uuid()).fetch_optional(tx.sql()).await?)
}

pub async fn set_postal_address(tx: &mut TenantTx, address: &str, by: UserId, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "insert into tenant_settings (tenant_id, postal_address, changed_at, changed_by) values ($1, $2, $3, $4)
         on conflict (tenant_id) do update set postal_address = $2, changed_at = $3, changed_by = $4",
    )
    .bind(tenant.uuid())
    .bind(address)
    .bind(now)
    .bind(by.uuid())
    .execute(tx.sql())
    .await?;
    lanes::wake(tx, now).await
}
