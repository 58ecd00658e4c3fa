//! Lanes: one for each mailbox. When each is looked at again, and why nothing left. All times here are business time.

use crate::isolation::caps;
use crate::mailboxes::{self, Mailbox};
use crate::scope::{OperatorTx, TenantTx, WorkerTx};
use crate::{Error, Result};
use rules::ids::{DomainId, MailboxId, TenantId};
use rules::isolation::{Backlog, CapSpan};
use rules::limits;
use rules::messages::{LaneWait, Wait};
use rules::time::OffsetDateTime;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A lane whose time has come, locked for this transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DueLane {
    pub mailbox: Mailbox,
    /// Not before this.
    pub next_send_at: Option<OffsetDateTime>,
    /// Somebody, or the machine, paused the mailbox or its domain.
    pub is_paused: bool,
}

/// What became of a lane's look.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Look {
    pub mailbox: MailboxId,
    pub due_at: Option<OffsetDateTime>,
    pub next_send_at: Option<OffsetDateTime>,
    /// `None`: a mail leaves.
    pub waits_for: Option<LaneWait>,
}

/// How a lane stands, for its page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lane {
    pub due_at: Option<OffsetDateTime>,
    pub waits_for: Option<LaneWait>,
    pub looked_at: Option<OffsetDateTime>,
}

/// A tenant's lanes whose time has come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DueTenant {
    /// Through which account its mail leaves. `None`: the platform's.
    pub account: Option<String>,
    pub backlog: Backlog<TenantId>,
}

/// The tenants that have lanes whose time has come, with how many, the longest waiting first.
pub async fn list_due_tenants(tx: &mut WorkerTx, now: OffsetDateTime) -> Result<Vec<DueTenant>> {
    let tenants: Vec<(Uuid, i64, i16, Option<String>)> = sqlx::query_as(
        "select l.tenant_id, l.lanes, coalesce(c.weight, 1::smallint), s.account from (
            select tenant_id, count(*) as lanes, min(due_at) as since from lanes where due_at <= $1
            group by tenant_id order by since limit $2) l
         left join tenant_caps c on c.tenant_id = l.tenant_id left join ses_tenants s on s.tenant_id = l.tenant_id
         order by l.since",
    )
    .bind(now)
    .bind(limits::SENDING_TENANTS_MAX)
    .fetch_all(tx.sql())
    .await?;
    tenants
        .into_iter()
        .map(|(who, mails, weight, account)| {
            let backlog = Backlog { who: TenantId::from_uuid(who), weight: caps::read_weight(weight)?, mails };
            Ok(DueTenant { account, backlog })
        })
        .collect()
}

/// Locks lanes whose time has come. Those that another process holds are passed over.
pub async fn take_due(tx: &mut TenantTx, now: OffsetDateTime, limit: i64) -> Result<Vec<DueLane>> {
    let tenant = tx.tenant();
    let rows: Vec<(Uuid, Option<OffsetDateTime>)> = sqlx::query_as(
        "select mailbox_id, next_send_at from lanes
         where tenant_id = $1 and due_at <= $2 order by due_at limit $3 for update skip locked",
    )
    .bind(tenant.uuid())
    .bind(now)
    .bind(limit)
    .fetch_all(tx.sql())
    .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let next: HashMap<Uuid, Option<OffsetDateTime>> = rows.into_iter().collect();
    let ids: Vec<Uuid> = next.keys().copied().collect();
    let found = mailboxes::list_these(tx, &ids).await?;
    let paused = paused_mailboxes(tx, &ids).await?;
    retire(tx, &ids, &found).await?;
    Ok(found
        .into_iter()
        .map(|mailbox| {
            let id = mailbox.id.uuid();
            let is_paused = paused.contains(&id);
            DueLane { next_send_at: next.get(&id).copied().flatten(), is_paused, mailbox }
        })
        .collect())
}

/// Lanes of mailboxes that were removed are not looked at any more.
async fn retire(tx: &mut TenantTx, ids: &[Uuid], found: &[Mailbox]) -> Result<()> {
    let gone: Vec<Uuid> = ids.iter().filter(|id| found.iter().all(|it| it.id.uuid() != **id)).copied().collect();
    if gone.is_empty() {
        return Ok(());
    }
    let tenant = tx.tenant();
    sqlx::query("update lanes set due_at = null where tenant_id = $1 and mailbox_id = any($2)")
        .bind(tenant.uuid())
        .bind(&gone)
        .execute(tx.sql())
        .await?;
    Ok(())
}

async fn paused_mailboxes(tx: &mut TenantTx, ids: &[Uuid]) -> Result<HashSet<Uuid>> {
    let tenant = tx.tenant();
    let paused: Vec<Uuid> = sqlx::query_scalar(
        "select m.id from mailboxes m join part_pauses p on p.tenant_id = $1
            and (p.part = 'mailbox' and p.part_id = m.id or p.part = 'domain' and p.part_id = m.domain_id)
         where m.tenant_id = $1 and m.id = any($2) and p.resumed_at is null",
    )
    .bind(tenant.uuid())
    .bind(ids)
    .fetch_all(tx.sql())
    .await?;
    Ok(paused.into_iter().collect())
}

/// How many mails of each mailbox count on its local day, given as `2026-11-29`.
pub async fn count_of_days(tx: &mut TenantTx, days: &[(MailboxId, String)]) -> Result<HashMap<MailboxId, i64>> {
    let tenant = tx.tenant();
    let rows: Vec<(Uuid, i64)> = sqlx::query_as(
        "select d.mailbox_id, count(*)
         from unnest($2::uuid[], $3::text[]) d (mailbox_id, day)
         join messages m on m.tenant_id = $1 and m.mailbox_id = d.mailbox_id and m.sent_on = d.day::date
         where m.mailbox_id = any($2) and m.state not in (0, 8) group by d.mailbox_id",
    )
    .bind(tenant.uuid())
    .bind(days.iter().map(|(mailbox, _)| mailbox.uuid()).collect::<Vec<_>>())
    .bind(days.iter().map(|(_, day)| day.as_str()).collect::<Vec<_>>())
    .fetch_all(tx.sql())
    .await?;
    Ok(rows.into_iter().map(|(mailbox, count)| (MailboxId::from_uuid(mailbox), count)).collect())
}

/// Writes when each is looked at again, and why.
pub async fn write_looks(tx: &mut TenantTx, looks: &[Look], now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update lanes l set due_at = c.due_at, next_send_at = c.next_send_at, waits_for = c.waits_for, looked_at = $6
         from unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::text[])
            c (mailbox_id, due_at, next_send_at, waits_for)
         where l.tenant_id = $1 and l.mailbox_id = c.mailbox_id and l.mailbox_id = any($2)",
    )
    .bind(tenant.uuid())
    .bind(looks.iter().map(|look| look.mailbox.uuid()).collect::<Vec<_>>())
    .bind(looks.iter().map(|look| look.due_at).collect::<Vec<_>>())
    .bind(looks.iter().map(|look| look.next_send_at).collect::<Vec<_>>())
    .bind(looks.iter().map(|look| look.waits_for.map(LaneWait::code)).collect::<Vec<_>>())
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// A mail of this lane was not taken: it stands still until `until`, with what SES said.
pub async fn hold(
    tx: &mut TenantTx,
    mailboxes: &[MailboxId],
    waits_for: LaneWait,
    until: OffsetDateTime,
) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update lanes set due_at = $3, waits_for = $4 where tenant_id = $1 and mailbox_id = any($2)
           and (due_at is null or due_at < $3)",
    )
    .bind(tenant.uuid())
    .bind(mailboxes.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .bind(until)
    .bind(waits_for.code())
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// What SES refused from `domain` for one of these, and what they wait for stands now: it is tried again soon. Never at once:
/// SES may answer from two places that do not agree.
pub async fn lift_holds(tx: &mut TenantTx, waits: &[Wait], domain: DomainId) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update lanes l set due_at = least(l.due_at, l.looked_at + make_interval(secs => $3)) from mailboxes m
         where l.tenant_id = $1 and l.waits_for = any($2) and m.tenant_id = $1 and m.id = l.mailbox_id
           and m.domain_id = $4",
    )
    .bind(tenant.uuid())
    .bind(waits.iter().map(|wait| LaneWait::Held(*wait).code().into_owned()).collect::<Vec<_>>())
    .bind(f64::from(limits::HELD_AGAIN_SECS_MIN))
    .bind(domain.uuid())
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Has every lane of the tenant looked at: something changed that may let mail leave.
pub async fn wake(tx: &mut TenantTx, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "insert into lanes (tenant_id, mailbox_id, due_at)
         select $1, m.id, $2 from mailboxes m where m.tenant_id = $1 and m.removed_at is null order by m.id
         on conflict (tenant_id, mailbox_id) do update set due_at = least(lanes.due_at, excluded.due_at)",
    )
    .bind(tenant.uuid())
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Has those looked at that wait for the team's cap: some of it is given back.
pub async fn wake_those_over_cap(tx: &mut TenantTx, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query("update lanes set due_at = least(due_at, $2) where tenant_id = $1 and waits_for = any($3)")
        .bind(tenant.uuid())
        .bind(now)
        .bind(CapSpan::ALL.map(|span| LaneWait::TeamCap(span).code().into_owned()))
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// The same when the operator lifted a pause, or set caps.
pub async fn wake_for(tx: &mut OperatorTx, tenant: TenantId, now: OffsetDateTime) -> Result<()> {
    sqlx::query("update lanes set due_at = least(due_at, $2) where tenant_id = $1")
        .bind(tenant.uuid())
        .bind(now)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// `None`: it was never woken, as nothing that it could send was ever started.
pub async fn find(tx: &mut TenantTx, mailbox: MailboxId) -> Result<Option<Lane>> {
    let tenant = tx.tenant();
    let row: Option<(Option<OffsetDateTime>, Option<String>, Option<OffsetDateTime>)> =
        sqlx::query_as("select due_at, waits_for, looked_at from lanes where tenant_id = $1 and mailbox_id = $2")
            .bind(tenant.uuid())
            .bind(mailbox.uuid())
            .fetch_optional(tx.sql())
            .await?;
    row.map(|(due_at, waits_for, looked_at)| {
        let parse =
            |code: String| LaneWait::parse(&code).ok_or_else(|| Error::Row(format!("lanes.waits_for {code:?}")));
        Ok(Lane { due_at, waits_for: waits_for.map(parse).transpose()?, looked_at })
    })
    .transpose()
}
