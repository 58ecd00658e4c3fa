//! Invitations into a tenant: one open one a person, found by the hash of the secret in its link. Looking at one uses
//! nothing up.

use crate::Result;
use crate::accounts::memberships::parse_role;
use crate::accounts::people::{self, NewPerson};
use crate::accounts::platform_mail::{self, NewPlatformMail};
use crate::scope::{AccountsTx, OperatorTx, TenantTx};
use rules::access::Role;
use rules::addresses::EmailAddress;
use rules::ids::{InvitationId, TenantId, UserId};
use rules::secrets::SecretHash;
use rules::time::OffsetDateTime;
use sqlx::{PgConnection, Row};

/// An invitation with the mail that carries its link.
pub struct NewInvitation<'a> {
    pub id: InvitationId,
    pub email: &'a EmailAddress,
    pub role: Role,
    pub token: &'a SecretHash,
    /// `None`: the platform.
    pub invited_by: Option<UserId>,
    pub expires_at: OffsetDateTime,
    pub mail: NewPlatformMail<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Invite {
    /// An earlier open one for this address is withdrawn: its link is dead.
    Done,
    /// Somebody with this address belongs to the tenant already.
    MemberAlready,
}

/// An invitation that nobody has answered.
#[derive(Clone, Debug)]
pub struct OpenInvitation {
    pub id: InvitationId,
    pub email: String,
    pub role: Role,
    pub created_at: OffsetDateTime,
    pub expires_at: OffsetDateTime,
}

/// An invitation as its bearer meets it.
pub struct Found {
    pub id: InvitationId,
    pub tenant: TenantId,
    pub tenant_name: String,
    pub slug: String,
    pub email: String,
    pub role: Role,
    pub state: State,
    /// Somebody signs in with this address already.
    pub has_account: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Open,
    Expired,
    Withdrawn,
    Accepted,
}

/// By a member of the tenant.
pub async fn invite(tx: &mut TenantTx, invitation: &NewInvitation<'_>, now: OffsetDateTime) -> Result<Invite> {
    let tenant = tx.tenant();
    write(tx.sql(), tenant, invitation, now).await
}

/// By the operator, for a tenant's owner.
pub async fn invite_owner(
    tx: &mut OperatorTx,
    tenant: TenantId,
    invitation: &NewInvitation<'_>,
    now: OffsetDateTime,
) -> Result<Invite> {
    write(tx.sql(), tenant, invitation, now).await
}

/// Writes invitation and mail, in whichever scope invites.
pub(super) async fn write(
    connection: &mut PgConnection,
    tenant: TenantId,
    invitation: &NewInvitation<'_>,
    now: OffsetDateTime,
) -> Result<Invite> {
    let member: bool =
        sqlx::query_scalar("select exists (select from memberships where tenant_id = $1 and email_key = $2)")
            .bind(tenant.uuid())
            .bind(invitation.email.key())
            .fetch_one(&mut *connection)
            .await?;
    if member {
        return Ok(Invite::MemberAlready);
    }
    sqlx::query(
        "update invitations set withdrawn_at = $3
         where tenant_id = $1 and email_key = $2 and accepted_at is null and withdrawn_at is null",
    )
    .bind(tenant.uuid())
    .bind(invitation.email.key())
    .bind(now)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "insert into invitations (tenant_id, id, email, role, token_hash, invited_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(tenant.uuid())
    .bind(invitation.id.uuid())
    .bind(invitation.email.as_str())
    .bind(invitation.role.as_str())
    .bind(invitation.token.bytes())
    .bind(invitation.invited_by.map(UserId::uuid))
    .bind(now)
    .bind(invitation.expires_at)
    .execute(&mut *connection)
    .await?;
    platform_mail::write(connection, &invitation.mail, now).await?;
    Ok(Invite::Done)
}

/// Those that nobody has answered, expired ones too, the newest first.
pub async fn list_open(tx: &mut TenantTx) -> Result<Vec<OpenInvitation>> {
    let tenant = tx.tenant();
    list_open_in(tx.sql(), tenant).await
}

/// The same for the operator.
pub async fn list_open_of(tx: &mut OperatorTx, tenant: TenantId) -> Result<Vec<OpenInvitation>> {
    list_open_in(tx.sql(), tenant).await
}

async fn list_open_in(connection: &mut PgConnection, tenant: TenantId) -> Result<Vec<OpenInvitation>> {
    let rows = sqlx::query(
        "select id, email, role, created_at, expires_at from invitations
         where tenant_id = $1 and accepted_at is null and withdrawn_at is null order by id desc limit 1000",
    )
    .bind(tenant.uuid())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(OpenInvitation {
                id: InvitationId::from_uuid(row.try_get("id")?),
                email: row.try_get("email")?,
                role: parse_role(row.try_get("role")?)?,
                created_at: row.try_get("created_at")?,
                expires_at: row.try_get("expires_at")?,
            })
        })
        .collect()
}

/// The role that an invitation gives: who may withdraw it depends on it. `None` for one of no tenant, or of another.
pub async fn find_role(tx: &mut TenantTx, id: InvitationId) -> Result<Option<Role>> {
    let role: Option<String> = sqlx::query_scalar("select role from invitations where tenant_id = $1 and id = $2")
        .bind(tx.tenant().uuid())
        .bind(id.uuid())
        .fetch_optional(tx.sql())
        .await?;
    role.as_deref().map(parse_role).transpose()
}

/// Its link is dead from now on. One that is answered or withdrawn already stays as it is.
pub async fn withdraw(tx: &mut TenantTx, id: InvitationId, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "update invitations set withdrawn_at = $3
         where tenant_id = $1 and id = $2 and accepted_at is null and withdrawn_at is null",
    )
    .bind(tx.tenant().uuid())
    .bind(id.uuid())
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// By what stands in the link.
pub async fn find(
    tx: &mut AccountsTx,
    tenant: TenantId,
    token: &SecretHash,
    now: OffsetDateTime,
) -> Result<Option<Found>> {
    find_and(tx, tenant, token, now, "").await
}

/// The same, and nobody else answers it before this transaction ends.
pub async fn lock(
    tx: &mut AccountsTx,
    tenant: TenantId,
    token: &SecretHash,
    now: OffsetDateTime,
) -> Result<Option<Found>> {
    find_and(tx, tenant, token, now, "for update of i").await
}

async fn find_and(
    tx: &mut AccountsTx,
    tenant: TenantId,
    token: &SecretHash,
    now: OffsetDateTime,
    lock: &'static str,
) -> Result<Option<Found>> {
    let sql = format!(
        "select i.id, i.email, i.role, i.expires_at, i.accepted_at is not null as accepted,
                i.withdrawn_at is not null as withdrawn, t.name, t.slug,
                exists (select from users u where u.email_key = i.email_key) as has_account
         from invitations i join tenants t on t.tenant_id = i.tenant_id
         where i.tenant_id = $1 and i.token_hash = $2 {lock}"
    );
    let row =
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(tenant.uuid()).bind(token.bytes()).fetch_optional(tx.sql()).await?;
    let Some(row) = row else { return Ok(None) };
    let state = match (row.try_get("accepted")?, row.try_get("withdrawn")?) {
        (true, _) => State::Accepted,
        (false, true) => State::Withdrawn,
        (false, false) if row.try_get::<OffsetDateTime, _>("expires_at")? <= now => State::Expired,
        (false, false) => State::Open,
    };
    Ok(Some(Found {
        id: InvitationId::from_uuid(row.try_get("id")?),
        tenant,
        tenant_name: row.try_get("name")?,
        slug: row.try_get("slug")?,
        email: row.try_get("email")?,
        role: parse_role(row.try_get("role")?)?,
        state,
        has_account: row.try_get("has_account")?,
    }))
}

/// A person who is new here comes in. False when somebody signs in with this address
/// meanwhile: nothing was written.
pub async fn accept_as_new(
    tx: &mut AccountsTx,
    invitation: &Found,
    person: &NewPerson<'_>,
    now: OffsetDateTime,
) -> Result<bool> {
    if !people::create(tx.sql(), person, now).await? {
        return Ok(false);
    }
    join(tx, invitation, person.id, person.name, now).await?;
    Ok(true)
}

/// A person who has an account under the invited address comes in: password and other tenants stay as they are.
pub async fn accept_as(
    tx: &mut AccountsTx,
    invitation: &Found,
    person: &people::Person,
    now: OffsetDateTime,
) -> Result<()> {
    join(tx, invitation, person.id, &person.name, now).await
}

async fn join(tx: &mut AccountsTx, invitation: &Found, user: UserId, name: &str, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into memberships (tenant_id, user_id, role, name, email, created_at) values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing",
    )
    .bind(invitation.tenant.uuid())
    .bind(user.uuid())
    .bind(invitation.role.as_str())
    .bind(name)
    .bind(&invitation.email)
    .bind(now)
    .execute(tx.sql())
    .await?;
    sqlx::query("update invitations set accepted_at = $3, accepted_by = $4 where tenant_id = $1 and id = $2")
        .bind(invitation.tenant.uuid())
        .bind(invitation.id.uuid())
        .bind(now)
        .bind(user.uuid())
        .execute(tx.sql())
        .await?;
    Ok(())
}
