//! Who is due: what a claim asks in its one transaction. May the tenant send, which sequences run, whose turn it is, who is
//! suppressed. All times here are business time.

use super::lanes::DueLane;
use crate::isolation::caps;
use crate::isolation::ses_tenants::Route;
use crate::scope::TenantTx;
use crate::sequences::StoredStep;
use crate::{Error, Result};
use rules::addresses::EmailAddress;
use rules::ids::{LeadId, MailboxId, SequenceId, SourceId};
use rules::time::OffsetDateTime;
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// What holds for all lanes of a tenant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TenantGate {
    pub is_paused: bool,
    /// `None`: what it leaves by is not as wanted now.
    pub route: Option<Route>,
    pub postal_address: Option<String>,
    /// Locked for this transaction. `None`: the tenant has none.
    pub caps: Option<caps::Held>,
}

/// A sequence that runs, with the sources that are not paused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Running {
    pub sequence: SequenceId,
    pub mailboxes: Vec<MailboxId>,
    pub sources: Vec<SourceId>,
}

/// A lead whose turn it is, locked for this transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    pub sequence: SequenceId,
    pub lead: LeadId,
    pub source: SourceId,
    /// From 1.
    pub step: u16,
    pub email: EmailAddress,
    pub fields: BTreeMap<String, String>,
}

pub async fn find_gate(tx: &mut TenantTx) -> Result<TenantGate> {
    let tenant = tx.tenant();
    let row = sqlx::query(
        "with caps as (
            select true as has_caps, a_day, a_hour, a_second, second, in_second from tenant_caps
            where tenant_id = $1 and (a_day is not null or a_hour is not null or a_second is not null) for update)
         select exists (select from pauses where tenant_id = $1 and resumed_at is null) as is_paused,
                t.account, t.name, t.set_name, (select postal_address from tenant_settings where tenant_id = $1) as postal_address,
                caps.*
         from (select) one left join ses_tenants t on t.tenant_id = $1 and t.ready_at is not null and not t.is_held
         left join caps on true",
    )
    .bind(tenant.uuid())
    .fetch_one(tx.sql())
    .await?;
    let (name, set): (Option<String>, Option<String>) = (row.try_get("name")?, row.try_get("set_name")?);
    let account: Option<String> = row.try_get("account")?;
    Ok(TenantGate {
        is_paused: row.try_get("is_paused")?,
        route: name.zip(set).map(|(tenant, set)| Route { account, tenant, set }),
        postal_address: row.try_get("postal_address")?,
        caps: match row.try_get("has_caps")? {
            Some(true) => Some(caps::read_held(&row)?),
            Some(false) | None => None,
        },
    })
}

/// Those that run now.
pub async fn list_running(tx: &mut TenantTx) -> Result<Vec<Running>> {
    let tenant = tx.tenant();
    let rows: Vec<(Uuid, Vec<Uuid>, Vec<Uuid>)> = sqlx::query_as(
        "select s.id,
                array(select m.mailbox_id from sequence_mailboxes m where m.tenant_id = $1 and m.sequence_id = s.id),
                array(select q.source_id from sequence_sources q
                      where q.tenant_id = $1 and q.sequence_id = s.id and not exists (
                        select from part_pauses p where p.tenant_id = $1 and p.part = 'source'
                          and p.part_id = q.source_id and p.resumed_at is null)
                      order by q.added_at)
         from sequences s where s.tenant_id = $1 and s.started_at is not null and s.paused_at is null and not exists (
            select from part_pauses p where p.tenant_id = $1 and p.part = 'sequence' and p.part_id = s.id
              and p.resumed_at is null)",
    )
    .bind(tenant.uuid())
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|(sequence, mailboxes, sources)| Running {
            sequence: SequenceId::from_uuid(sequence),
            mailboxes: mailboxes.into_iter().map(MailboxId::from_uuid).collect(),
            sources: sources.into_iter().map(SourceId::from_uuid).collect(),
        })
        .collect())
}

/// The most overdue follow-up of each of these lanes; none of a source that has sent what it may.
pub async fn take_follow_ups(
    tx: &mut TenantTx,
    lanes: &[&DueLane],
    running: &[Running],
    used_sources: &[SourceId],
    now: OffsetDateTime,
) -> Result<HashMap<MailboxId, Candidate>> {
    let tenant = tx.tenant();
    let mut paused = list_paused_sources(tx).await?;
    paused.extend(used_sources.iter().map(|source| source.uuid()));
    let chosen: Vec<(Uuid, Uuid, Uuid)> = sqlx::query_as(
        "select distinct on (e.mailbox_id) e.mailbox_id, e.sequence_id, e.lead_id
         from unnest($2::uuid[]) l (mailbox_id) cross join unnest($3::uuid[]) s (sequence_id)
         cross join lateral (
            select e.mailbox_id, e.sequence_id, e.lead_id, e.due_at from enrolments e
            where e.tenant_id = $1 and e.mailbox_id = l.mailbox_id and e.sequence_id = s.sequence_id
              and e.state = 'active' and e.problem is null and e.due_at <= $4 and not e.source_id = any($5)
            order by e.due_at limit 1) e
         order by e.mailbox_id, e.due_at",
    )
    .bind(tenant.uuid())
    .bind(lanes.iter().map(|lane| lane.mailbox.id.uuid()).collect::<Vec<_>>())
    .bind(running.iter().map(|it| it.sequence.uuid()).collect::<Vec<_>>())
    .bind(now)
    .bind(&paused)
    .fetch_all(tx.sql())
    .await?;
    if chosen.is_empty() {
        return Ok(HashMap::new());
    }
    // What became otherwise since it was chosen is passed over.
    let rows = sqlx::query(
        "select e.mailbox_id, e.sequence_id, e.lead_id, e.source_id, e.next_step, l.email, l.fields
         from enrolments e join leads l on l.tenant_id = $1 and l.id = e.lead_id
         where e.tenant_id = $1 and e.state = 'active' and e.lead_id = any($3)
           and (e.sequence_id, e.lead_id) in (select * from unnest($2::uuid[], $3::uuid[]))
         order by e.sequence_id, e.lead_id for update of e skip locked",
    )
    .bind(tenant.uuid())
    .bind(chosen.iter().map(|(_, sequence, _)| *sequence).collect::<Vec<_>>())
    .bind(chosen.iter().map(|(_, _, lead)| *lead).collect::<Vec<_>>())
    .fetch_all(tx.sql())
    .await?;
    rows.iter().map(|row| Ok((MailboxId::from_uuid(row.try_get("mailbox_id")?), candidate(row)?))).collect()
}

async fn list_paused_sources(tx: &mut TenantTx) -> Result<Vec<Uuid>> {
    let tenant = tx.tenant();
    let paused = sqlx::query_scalar(
        "select part_id from part_pauses where tenant_id = $1 and part = 'source' and resumed_at is null",
    );
    Ok(paused.bind(tenant.uuid()).fetch_all(tx.sql()).await?)
}

/// Leads that were never written to, in the order of the sources and of their files; `limit` at most.
pub async fn take_first(tx: &mut TenantTx, running: &Running, limit: usize) -> Result<Vec<Candidate>> {
    let tenant = tx.tenant();
    let mut found = Vec::new();
    for source in &running.sources {
        let left = i64::try_from(limit.saturating_sub(found.len())).unwrap_or(0);
        if left == 0 {
            break;
        }
        let rows = sqlx::query(
            "select e.sequence_id, e.lead_id, e.source_id, e.next_step, l.email, l.fields
             from (select sequence_id, lead_id, source_id, next_step from enrolments
                   where tenant_id = $1 and sequence_id = $2 and source_id = $3
                     and state = 'waiting' and problem is null
                   order by lead_id limit $4 for update skip locked) e
             join leads l on l.tenant_id = $1 and l.id = e.lead_id order by e.lead_id",
        )
        .bind(tenant.uuid())
        .bind(running.sequence.uuid())
        .bind(source.uuid())
        .bind(left)
        .fetch_all(tx.sql())
        .await?;
        for row in &rows {
            found.push(candidate(row)?);
        }
    }
    Ok(found)
}

fn candidate(row: &PgRow) -> Result<Candidate> {
    let lead: Uuid = row.try_get("lead_id")?;
    let email: &str = row.try_get("email")?;
    let step: i16 = row.try_get("next_step")?;
    let Json(fields) = row.try_get("fields")?;
    Ok(Candidate {
        sequence: SequenceId::from_uuid(row.try_get("sequence_id")?),
        lead: LeadId::from_uuid(lead),
        source: SourceId::from_uuid(row.try_get("source_id")?),
        step: u16::try_from(step).map_err(|_| Error::Row(format!("enrolments.next_step of {lead}")))?,
        email: EmailAddress::parse(email).map_err(|_| Error::Row(format!("leads.email of {lead}")))?,
        fields,
    })
}

/// When the next follow-up of each of these lanes is due, where there is one.
pub async fn list_next_due(
    tx: &mut TenantTx,
    lanes: &[MailboxId],
    running: &[Running],
) -> Result<HashMap<MailboxId, OffsetDateTime>> {
    let tenant = tx.tenant();
    let rows: Vec<(Uuid, OffsetDateTime)> = sqlx::query_as(
        "select l.mailbox_id, min(e.due_at)
         from unnest($2::uuid[]) l (mailbox_id) cross join unnest($3::uuid[]) s (sequence_id)
         cross join lateral (
            select e.due_at from enrolments e
            where e.tenant_id = $1 and e.mailbox_id = l.mailbox_id and e.sequence_id = s.sequence_id
              and e.state = 'active' and e.problem is null
            order by e.due_at limit 1) e
         group by l.mailbox_id",
    )
    .bind(tenant.uuid())
    .bind(lanes.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .bind(running.iter().map(|it| it.sequence.uuid()).collect::<Vec<_>>())
    .fetch_all(tx.sql())
    .await?;
    Ok(rows.into_iter().map(|(mailbox, due)| (MailboxId::from_uuid(mailbox), due)).collect())
}

/// The steps of these sequences, in order.
pub async fn list_steps(tx: &mut TenantTx, sequences: &[SequenceId]) -> Result<HashMap<SequenceId, Vec<StoredStep>>> {
    let ids: Vec<Uuid> = sequences.iter().map(|id| id.uuid()).collect();
    let steps = crate::sequences::list_steps_of(tx, &ids).await?;
    Ok(steps.into_iter().map(|(id, steps)| (SequenceId::from_uuid(id), steps)).collect())
}

/// What the recipients of these mails can answer to: the ids at SES of the mails before, by sequence and lead, the first
/// step first.
pub async fn list_sent_before(
    tx: &mut TenantTx,
    follow_ups: &[(SequenceId, LeadId)],
) -> Result<HashMap<(SequenceId, LeadId), BTreeMap<u16, String>>> {
    let tenant = tx.tenant();
    let rows: Vec<(Uuid, Uuid, i16, String)> = sqlx::query_as(
        "select m.sequence_id, m.lead_id, m.step, m.ses_id
         from unnest($2::uuid[], $3::uuid[]) f (sequence_id, lead_id)
         join messages m on m.tenant_id = $1 and m.sequence_id = f.sequence_id and m.lead_id = f.lead_id
         where m.lead_id = any($3) and m.ses_id is not null order by m.step, m.attempt",
    )
    .bind(tenant.uuid())
    .bind(follow_ups.iter().map(|(sequence, _)| sequence.uuid()).collect::<Vec<_>>())
    .bind(follow_ups.iter().map(|(_, lead)| lead.uuid()).collect::<Vec<_>>())
    .fetch_all(tx.sql())
    .await?;
    let mut sent: HashMap<(SequenceId, LeadId), BTreeMap<u16, String>> = HashMap::new();
    for (sequence, lead, step, ses_id) in rows {
        let key = (SequenceId::from_uuid(sequence), LeadId::from_uuid(lead));
        let step = u16::try_from(step).map_err(|_| Error::Row(format!("messages.step of {lead}")))?;
        sent.entry(key).or_default().insert(step, ses_id);
    }
    Ok(sent)
}

/// Which of these are not to be written to: by their address, or by their whole domain.
pub async fn list_suppressed(tx: &mut TenantTx, emails: &[&EmailAddress]) -> Result<HashSet<String>> {
    let tenant = tx.tenant();
    let keys: Vec<String> =
        emails.iter().flat_map(|email| [email.key(), format!("@{}", email.domain().as_str())]).collect();
    let found: Vec<String> = sqlx::query_scalar(
        "select distinct address_key from suppressions where tenant_id = $1 and address_key = any($2)",
    )
    .bind(tenant.uuid())
    .bind(&keys)
    .fetch_all(tx.sql())
    .await?;
    Ok(found.into_iter().collect())
}
