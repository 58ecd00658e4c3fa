//! How long a tenant's queue is, for the operator: counted so far as it decides anything, so that a million waiting leads cost
//! no more than ten thousand. All times here are business time.

use crate::Result;
use crate::scope::OperatorTx;
use rules::ids::TenantId;
use rules::limits;
use rules::time::OffsetDateTime;
use sqlx::Row;

/// Counts end at [`limits::QUEUE_COUNTED_MAX`]; one more says that there are more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Queue {
    /// Lanes that could be looked at now, and since when the oldest.
    pub lanes_due: i64,
    pub lanes_due_since: Option<OffsetDateTime>,
    /// Follow-ups of running sequences whose time has come, and since when the oldest.
    pub follow_ups: i64,
    pub follow_ups_since: Option<OffsetDateTime>,
    /// Leads of running sequences that wait for their first mail.
    pub first_mails: i64,
    /// Mailboxes whose domain is verified, and what they may send a day together.
    pub mailboxes: i64,
    pub mails_a_day: i64,
}

pub async fn find_of(tx: &mut OperatorTx, tenant: TenantId, now: OffsetDateTime) -> Result<Queue> {
    let row = sqlx::query(
        "with running as (
            select id from sequences where tenant_id = $1 and started_at is not null and paused_at is null),
         follow_ups as (
            select from running r join sequence_mailboxes s on s.tenant_id = $1 and s.sequence_id = r.id
            cross join lateral (
                select from enrolments
                where tenant_id = $1 and mailbox_id = s.mailbox_id and sequence_id = r.id
                  and state = 'active' and problem is null and due_at <= $2 limit $3 + 1) e
            limit $3 + 1),
         oldest as (
            select min(e.due_at) as due_at from running r
            join sequence_mailboxes s on s.tenant_id = $1 and s.sequence_id = r.id
            cross join lateral (
                select due_at from enrolments
                where tenant_id = $1 and mailbox_id = s.mailbox_id and sequence_id = r.id
                  and state = 'active' and problem is null and due_at <= $2 order by due_at limit 1) e),
         first_mails as (
            select from running r cross join lateral (
                select from enrolments
                where tenant_id = $1 and sequence_id = r.id and state = 'waiting' and problem is null limit $3 + 1) e
            limit $3 + 1),
         writing as (
            select m.daily_cap from mailboxes m join domains d on d.tenant_id = $1 and d.id = m.domain_id
            where m.tenant_id = $1 and m.removed_at is null and d.verified_at is not null and d.removal_asked_at is null)
         select l.lanes_due, l.lanes_due_since, (select count(*) from follow_ups) as follow_ups,
                (select due_at from oldest) as follow_ups_since, (select count(*) from first_mails) as first_mails,
                w.mailboxes, w.mails_a_day
         from (select count(*) as lanes_due, min(due_at) as lanes_due_since from lanes
               where tenant_id = $1 and due_at <= $2) l,
              (select count(*) as mailboxes, coalesce(sum(daily_cap), 0)::bigint as mails_a_day from writing) w",
    )
    .bind(tenant.uuid())
    .bind(now)
    .bind(limits::QUEUE_COUNTED_MAX)
    .fetch_one(tx.sql())
    .await?;
    Ok(Queue {
        lanes_due: row.try_get("lanes_due")?,
        lanes_due_since: row.try_get("lanes_due_since")?,
        follow_ups: row.try_get("follow_ups")?,
        follow_ups_since: row.try_get("follow_ups_since")?,
        first_mails: row.try_get("first_mails")?,
        mailboxes: row.try_get("mailboxes")?,
        mails_a_day: row.try_get("mails_a_day")?,
    })
}
