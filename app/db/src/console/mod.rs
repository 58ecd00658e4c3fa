//! The operators: the first one's link and sign-up.

pub mod machine;

use crate::Result;
use crate::accounts::people::{self, NewPerson};
use crate::scope::{BootstrapTx, OperatorAct, OperatorTx};
use rules::ids::{AuditId, TenantId};
use rules::secrets::SecretHash;
use rules::time::OffsetDateTime;
use sqlx::Row;

/// What became of a sign-up by link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SignUp {
    Done,
    /// The link is unknown, used, expired, or there is an operator already. Roll back: nothing must change.
    LinkRefused,
    /// Somebody signs in with this address already.
    AddressTaken,
}

/// Replaces all earlier links by this one. False when there is an operator already and no link is needed.
pub async fn issue_operator_link(
    tx: &mut BootstrapTx,
    link: &SecretHash,
    now: OffsetDateTime,
    expires_at: OffsetDateTime,
) -> Result<bool> {
    sqlx::query("delete from operator_links").execute(tx.sql()).await?;
    let done = sqlx::query(
        "insert into operator_links (token_hash, created_at, expires_at)
         select $1, $2, $3 where not exists (select from operators)",
    )
    .bind(link.bytes())
    .bind(now)
    .bind(expires_at)
    .execute(tx.sql())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether the link would be taken now. Uses nothing up.
pub async fn operator_link_is_open(tx: &mut BootstrapTx, link: &SecretHash, now: OffsetDateTime) -> Result<bool> {
    let open = sqlx::query_scalar(
        "select exists (select from operator_links where token_hash = $1 and expires_at > $2)
            and not exists (select from operators)",
    )
    .bind(link.bytes())
    .bind(now)
    .fetch_one(tx.sql())
    .await?;
    Ok(open)
}

/// Takes the link and makes its bearer the first operator. Commit on [`SignUp::Done`] only.
///
/// All links are deleted, not only this one: two people with two links meet on these rows, and the second finds none.
pub async fn sign_up_operator(
    tx: &mut BootstrapTx,
    link: &SecretHash,
    person: &NewPerson<'_>,
    audit: AuditId,
    now: OffsetDateTime,
) -> Result<SignUp> {
    let taken: Vec<(Vec<u8>, OffsetDateTime)> =
        sqlx::query_as("delete from operator_links returning token_hash, expires_at").fetch_all(tx.sql()).await?;
    let ours = taken.iter().any(|(hash, expires_at)| hash == link.bytes() && *expires_at > now);
    let empty: bool = sqlx::query_scalar("select not exists (select from operators)").fetch_one(tx.sql()).await?;
    if !(ours && empty) {
        return Ok(SignUp::LinkRefused);
    }
    if !people::create(tx.sql(), person, now).await? {
        return Ok(SignUp::AddressTaken);
    }
    sqlx::query("insert into operators (user_id, created_at) values ($1, $2)")
        .bind(person.id.uuid())
        .bind(now)
        .execute(tx.sql())
        .await?;
    let reason = "the first operator, by the link printed at start";
    let act = OperatorAct { id: audit, actor: person.id, now, action: "sign_up_operator", reason, about: None };
    tx.write_audit(&act).await?;
    Ok(SignUp::Done)
}

pub async fn count_operators(tx: &mut BootstrapTx) -> Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from operators").fetch_one(tx.sql()).await?)
}

/// One line of the audit.
pub struct AuditLine {
    pub id: AuditId,
    pub at: OffsetDateTime,
    pub actor: String,
    pub action: String,
    pub reason: String,
    /// The tenant it was about, by its name today.
    pub tenant: Option<(TenantId, String)>,
}

/// The newest first, `rows` at most, behind the line `after` if there is one; about one tenant if `tenant` is given.
pub async fn list_audit(
    tx: &mut OperatorTx,
    tenant: Option<TenantId>,
    after: Option<AuditId>,
    rows: i64,
) -> Result<Vec<AuditLine>> {
    let rows = sqlx::query(
        "select a.id, a.at, u.name as actor, a.action, a.reason, a.about_tenant, t.name as tenant_name
         from operator_audit a join users u on u.id = a.actor left join tenants t on t.tenant_id = a.about_tenant
         where ($1::uuid is null or a.about_tenant = $1) and ($2::uuid is null or a.id < $2)
         order by a.id desc limit $3",
    )
    .bind(tenant.map(TenantId::uuid))
    .bind(after.map(AuditId::uuid))
    .bind(rows)
    .fetch_all(tx.sql())
    .await?;
    rows.iter()
        .map(|row| {
            let about: Option<uuid::Uuid> = row.try_get("about_tenant")?;
            let name: Option<String> = row.try_get("tenant_name")?;
            Ok(AuditLine {
                id: AuditId::from_uuid(row.try_get("id")?),
                at: row.try_get("at")?,
                actor: row.try_get("actor")?,
                action: row.try_get("action")?,
                reason: row.try_get("reason")?,
                tenant: about.map(TenantId::from_uuid).zip(name),
            })
        })
        .collect()
}
