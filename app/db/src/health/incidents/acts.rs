//! Opening and closing: a pause and its incident are written together, and the letters that tell of it with them.

use super::{Judged, recovery};
use crate::Result;
use crate::accounts::platform_mail::{self, NewPlatformMail};
use crate::isolation::ses_tenants;
use crate::messages::lanes;
use crate::scope::{OperatorTx, TenantTx};
use rules::addresses::EmailAddress;
use rules::health::{Letter, Scope};
use rules::ids::{IncidentId, PauseId, PlatformMailId, TenantId, UserId};
use rules::isolation::PauseCause;
use rules::time::OffsetDateTime;
use sqlx::{AssertSqlSafe, PgConnection};

/// A pause that is to be.
pub struct Opening<'a> {
    pub id: IncidentId,
    /// `None`: nothing stands still for it.
    pub pause: Option<PauseId>,
    pub scope: Scope,
    pub name: &'a str,
    pub cause: PauseCause,
    pub reason: &'a str,
    pub judged: Option<Judged>,
    /// `None`: the machine.
    pub by: Option<UserId>,
    pub now: OffsetDateTime,
    pub machine_now: OffsetDateTime,
}

/// Whom a letter goes to, and its id.
pub struct Addressed {
    pub recipient: EmailAddress,
    pub mail: PlatformMailId,
}

/// Pauses, and opens the incident. False: it stands still for that cause already, and nothing is written.
pub async fn open(tx: &mut TenantTx, opening: &Opening<'_>, letter: &Letter, to: &[Addressed]) -> Result<bool> {
    if stands_still(tx, opening.scope, opening.cause).await? {
        return Ok(false);
    }
    // So that each lane says why it sends nothing. First, as a claim locks lanes before incidents.
    lanes::wake(tx, opening.now).await?;
    let tenant = tx.tenant();
    let is_new = open_in(tx.sql(), tenant, opening, letter, to).await?;
    if is_new {
        // A pause of the whole team is to stand at SES too, and after any incident its policy is the strict one.
        ses_tenants::nudge(tx, opening.machine_now).await?;
    }
    Ok(is_new)
}

async fn stands_still(tx: &mut TenantTx, scope: Scope, cause: PauseCause) -> Result<bool> {
    let sql = match scope {
        Scope::Tenant => {
            "select exists (select from pauses
                where tenant_id = $1 and cause = $2 and resumed_at is null and $3 = 'tenant' and $4 = $1)"
        }
        Scope::Part(_) => {
            "select exists (select from part_pauses
                where tenant_id = $1 and cause = $2 and resumed_at is null and part = $3 and part_id = $4)"
        }
    };
    let tenant = tx.tenant();
    let stands = sqlx::query_scalar(sql).bind(tenant.uuid()).bind(cause.as_str()).bind(scope.kind());
    Ok(stands.bind(scope.uuid(tenant)).fetch_one(tx.sql()).await?)
}

/// The same by the operator.
pub async fn open_for(
    tx: &mut OperatorTx,
    tenant: TenantId,
    opening: &Opening<'_>,
    letter: &Letter,
    to: &[Addressed],
) -> Result<bool> {
    let is_new = open_in(tx.sql(), tenant, opening, letter, to).await?;
    if is_new {
        lanes::wake_for(tx, tenant, opening.now).await?;
        ses_tenants::nudge_for(tx, tenant, opening.machine_now).await?;
    }
    Ok(is_new)
}

async fn open_in(
    connection: &mut PgConnection,
    tenant: TenantId,
    opening: &Opening<'_>,
    letter: &Letter,
    to: &[Addressed],
) -> Result<bool> {
    if !pause(connection, tenant, opening).await? {
        return Ok(false);
    }
    insert(connection, tenant, opening, to).await?;
    for addressed in to {
        let mail = NewPlatformMail {
            id: addressed.mail,
            about: Some(tenant),
            recipient: &addressed.recipient,
            subject: &letter.subject,
            body: &letter.body,
        };
        platform_mail::write(connection, &mail, opening.machine_now).await?;
    }
    Ok(true)
}

/// Whether it is new.
async fn pause(connection: &mut PgConnection, tenant: TenantId, opening: &Opening<'_>) -> Result<bool> {
    let Some(id) = opening.pause else { return Ok(!is_open(connection, tenant, opening).await?) };
    let query = match opening.scope {
        Scope::Tenant => sqlx::query(
            "insert into pauses (tenant_id, id, cause, reason, paused_at, paused_by) values ($1, $2, $3, $4, $5, $6)
             on conflict do nothing",
        ),
        Scope::Part(_) => sqlx::query(
            "insert into part_pauses (tenant_id, id, cause, reason, paused_at, paused_by, part, part_id)
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        ),
    };
    let query = query
        .bind(tenant.uuid())
        .bind(id.uuid())
        .bind(opening.cause.as_str())
        .bind(opening.reason)
        .bind(opening.now)
        .bind(opening.by.map(UserId::uuid));
    let query = match opening.scope {
        Scope::Tenant => query,
        Scope::Part(part) => query.bind(part.kind()).bind(part.uuid()),
    };
    Ok(query.execute(connection).await?.rows_affected() == 1)
}

async fn is_open(connection: &mut PgConnection, tenant: TenantId, opening: &Opening<'_>) -> Result<bool> {
    let open = sqlx::query_scalar(
        "select exists (select from incidents
            where tenant_id = $1 and part = $2 and part_id = $3 and cause = $4 and closed_at is null)",
    );
    let open = open.bind(tenant.uuid()).bind(opening.scope.kind()).bind(opening.scope.uuid(tenant));
    Ok(open.bind(opening.cause.as_str()).fetch_one(connection).await?)
}

async fn insert(
    connection: &mut PgConnection,
    tenant: TenantId,
    opening: &Opening<'_>,
    to: &[Addressed],
) -> Result<()> {
    let judged = opening.judged.as_ref();
    let grounds = judged.map(|judged| judged.grounds);
    // A part that was being tried stands still again: its own incident goes on from its beginning.
    let again = match opening.scope {
        Scope::Tenant => "do nothing",
        Scope::Part(_) => {
            "(tenant_id, part, part_id, cause) where closed_at is null do update set reason = excluded.reason,
            measure = excluded.measure, span = excluded.span, judged_by = excluded.judged_by, sends = excluded.sends,
            bad = excluded.bad, judged_from = excluded.judged_from, judged_until = excluded.judged_until,
            event_received_at = excluded.event_received_at, event_message_id = excluded.event_message_id,
            paused_at = excluded.paused_at, told = excluded.told, letter_ids = i.letter_ids || excluded.letter_ids,
            diagnosed_at = null, cleaned_at = null, probation_at = null, relapses = i.relapses + 1,
            measured = 0, due_at = excluded.due_at"
        }
    };
    let sql = format!(
        "insert into incidents as i (tenant_id, id, part, part_id, part_name, cause, reason, measure, span, judged_by, sends,
                bad, judged_from, judged_until, event_received_at, event_message_id, paused_at, opened_by, opened_at, told,
                letter_ids, due_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $17)
         on conflict {again}"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(opening.id.uuid())
        .bind(opening.scope.kind())
        .bind(opening.scope.uuid(tenant))
        .bind(opening.name)
        .bind(opening.cause.as_str())
        .bind(opening.reason)
        .bind(grounds.map(|grounds| grounds.measure.as_str()))
        .bind(grounds.map(|grounds| grounds.span.as_str()))
        .bind(grounds.map(|grounds| grounds.by.as_str()))
        .bind(grounds.map(|grounds| grounds.sends))
        .bind(grounds.map(|grounds| grounds.bad))
        .bind(judged.map(|judged| judged.between.0))
        .bind(judged.map(|judged| judged.between.1))
        .bind(judged.map(|judged| judged.event.1))
        .bind(judged.map(|judged| judged.event.0.uuid()))
        .bind(opening.machine_now)
        .bind(opening.by.map(UserId::uuid))
        .bind(opening.now)
        .bind(to.iter().map(|it| it.recipient.as_str()).collect::<Vec<_>>())
        .bind(to.iter().map(|it| it.mail.uuid()).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}

/// What is lifted, and how.
#[derive(Clone, Copy)]
pub struct Closing<'a> {
    pub scope: Scope,
    pub cause: PauseCause,
    /// `None`: the machine.
    pub by: Option<UserId>,
    pub reason: &'a str,
    pub now: OffsetDateTime,
    pub machine_now: OffsetDateTime,
}

/// Lifts the pause for this cause, and closes its incident; every other cause stays. Nothing changes where it does not stand
/// still for it (any more). Of a whole tenant mail leaves again once SES takes it.
pub async fn close(tx: &mut TenantTx, closing: Closing<'_>) -> Result<()> {
    let is_open = recovery::find_open(tx, closing.scope, closing.cause).await?.is_some();
    if !is_open && !stands_still(tx, closing.scope, closing.cause).await? {
        return Ok(());
    }
    lanes::wake(tx, closing.now).await?;
    let tenant = tx.tenant();
    if close_in(tx.sql(), tenant, closing).await? && closing.scope == Scope::Tenant {
        ses_tenants::nudge(tx, closing.machine_now).await?;
    }
    Ok(())
}

/// The same by the operator.
pub async fn close_for(tx: &mut OperatorTx, tenant: TenantId, closing: Closing<'_>) -> Result<()> {
    if close_in(tx.sql(), tenant, closing).await? {
        lanes::wake_for(tx, tenant, closing.now).await?;
        ses_tenants::nudge_for(tx, tenant, closing.machine_now).await?;
    }
    Ok(())
}

/// Whether it stood still for that.
async fn close_in(connection: &mut PgConnection, tenant: TenantId, closing: Closing<'_>) -> Result<bool> {
    let Closing { scope, cause, by, reason, now, .. } = closing;
    let lifted = lift(connection, tenant, (scope, cause), by, reason, now).await?;
    let ended = sqlx::query(
        "update incidents set closed_at = $3, closed_by = $4, close_reason = $5
         where tenant_id = $1 and cause = $2 and closed_at is null and part = $6 and part_id = $7",
    )
    .bind(tenant.uuid())
    .bind(cause.as_str())
    .bind(now)
    .bind(by.map(UserId::uuid))
    .bind(reason)
    .bind(scope.kind())
    .bind(scope.uuid(tenant))
    .execute(connection)
    .await?;
    Ok(lifted || ended.rows_affected() > 0)
}

/// The pause alone.
pub(super) async fn lift(
    connection: &mut PgConnection,
    tenant: TenantId,
    (scope, cause): (Scope, PauseCause),
    by: Option<UserId>,
    reason: &str,
    now: OffsetDateTime,
) -> Result<bool> {
    let sql = match scope {
        Scope::Tenant => {
            "update pauses set resumed_at = $3, resumed_by = $4, resume_reason = $5
             where tenant_id = $1 and cause = $2 and resumed_at is null and $6 = 'tenant' and $7 = $1"
        }
        Scope::Part(_) => {
            "update part_pauses set resumed_at = $3, resumed_by = $4, resume_reason = $5
             where tenant_id = $1 and cause = $2 and resumed_at is null and part = $6 and part_id = $7"
        }
    };
    let done = sqlx::query(sql)
        .bind(tenant.uuid())
        .bind(cause.as_str())
        .bind(now)
        .bind(by.map(UserId::uuid))
        .bind(reason)
        .bind(scope.kind())
        .bind(scope.uuid(tenant))
        .execute(connection)
        .await?;
    Ok(done.rows_affected() > 0)
}
