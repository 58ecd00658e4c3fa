//! Invitations into a tenant: one open one a person, found by the hash of the secret in its link.

use crate::Result;
use crate::accounts::platform_mail::{self, NewPlatformMail};
use rules::access::Role;
use rules::addresses::EmailAddress;
use rules::ids::{InvitationId, TenantId};
use rules::secrets::SecretHash;
use rules::time::OffsetDateTime;
use sqlx::PgConnection;

/// An invitation with the mail that carries its link.
pub struct NewInvitation<'a> {
    pub id: InvitationId,
    pub email: &'a EmailAddress,
    pub role: Role,
    pub token: &'a SecretHash,
    pub expires_at: OffsetDateTime,
    pub mail: NewPlatformMail<'a>,
}

/// Writes invitation and mail; for the scopes that may invite.
pub(crate) async fn write(
    connection: &mut PgConnection,
    tenant: TenantId,
    invitation: &NewInvitation<'_>,
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query(
        "insert into invitations (tenant_id, id, email, role, token_hash, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(tenant.uuid())
    .bind(invitation.id.uuid())
    .bind(invitation.email.as_str())
    .bind(invitation.role.as_str())
    .bind(invitation.token.bytes())
    .bind(now)
    .bind(invitation.expires_at)
    .execute(&mut *connection)
    .await?;
    platform_mail::write(connection, &invitation.mail, now).await
}
