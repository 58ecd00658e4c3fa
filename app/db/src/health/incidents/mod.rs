//! Incidents: what stood still, for whom and why, and how it went on. A pause and its incident stand or fall together. Times
//! are business time but where it is said.

mod acts;
pub mod recovery;

pub use acts::{Addressed, Closing, Opening, close, close_for, open, open_for};

use crate::lease::Lease;
use crate::scope::{OperatorTx, TenantTx};
use crate::{Error, Result};
use rules::addresses::EmailAddress;
use rules::health::{By, Diagnosis, Grounds, Measure, Scope, Span, Stage, Tally};
use rules::ids::{IncidentId, MessageId, TenantId, UserId};
use rules::isolation::PauseCause;
use rules::limits;
use rules::messages::MessageState;
use rules::time::{Duration, OffsetDateTime};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

/// What was judged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Judged {
    pub grounds: Grounds,
    /// The mails were claimed after the first, and at the latest at the second.
    pub between: (OffsetDateTime, OffsetDateTime),
    /// The mail whose bounce or complaint crossed the line, and when that came out of the queue, in machine time.
    pub event: (MessageId, OffsetDateTime),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Incident {
    pub id: IncidentId,
    pub scope: Scope,
    /// As it was called then.
    pub name: String,
    pub cause: PauseCause,
    pub reason: String,
    /// `None`: a person, or Amazon.
    pub judged: Option<Judged>,
    /// Machine time.
    pub paused_at: OffsetDateTime,
    pub opened_at: OffsetDateTime,
    pub told: Vec<String>,
    pub recovery: Recovery,
    pub radius: Option<Radius>,
    pub closed: Option<Closed>,
}

/// What it did to others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Radius {
    pub measured_at: OffsetDateTime,
    /// Other tenants that sent meanwhile.
    pub neighbours: i64,
    /// Of how many the figures moved.
    pub moved: i64,
}

/// How far a part has come back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recovery {
    /// What was found, in a word and in somebody's words; after a relapse what was found before it.
    pub diagnosis: Option<(Diagnosis, String)>,
    pub diagnosed_at: Option<OffsetDateTime>,
    pub cleaned_at: Option<OffsetDateTime>,
    /// Leads that were taken out.
    pub removed: i64,
    pub probation_at: Option<OffsetDateTime>,
    pub relapses: i64,
}

impl Incident {
    pub const fn stage(&self) -> Stage {
        let Recovery { diagnosed_at, cleaned_at, probation_at, .. } = &self.recovery;
        match (&self.closed, probation_at, cleaned_at, diagnosed_at) {
            (Some(_), ..) => Stage::Over,
            (None, Some(_), ..) => Stage::Probation,
            (None, None, Some(_), _) => Stage::Cleaned,
            (None, None, None, Some(_)) => Stage::Diagnosed,
            (None, None, None, None) => Stage::Paused,
        }
    }
}

/// How an incident ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Closed {
    pub at: OffsetDateTime,
    /// `None`: the machine.
    pub by: Option<UserId>,
    pub reason: String,
}

/// For how long the mails of something that stood still are explained by that.
pub(super) struct Explaining {
    pub scope: Scope,
    pub until: OffsetDateTime,
}

/// The newest first, those before `before`.
pub async fn list(tx: &mut TenantTx, before: Option<IncidentId>, limit: i64) -> Result<Vec<Incident>> {
    let tenant = tx.tenant();
    let rows = sqlx::query(
        "select * from incidents where tenant_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3",
    )
    .bind(tenant.uuid())
    .bind(before.map(IncidentId::uuid))
    .bind(limit)
    .fetch_all(tx.sql())
    .await?;
    rows.iter().map(incident).collect()
}

/// Those that are open, the newest first: at most one for each scope and cause.
pub async fn list_open(tx: &mut TenantTx) -> Result<Vec<Incident>> {
    let tenant = tx.tenant();
    let rows =
        sqlx::query("select * from incidents where tenant_id = $1 and closed_at is null order by id desc limit $2");
    let rows = rows.bind(tenant.uuid()).bind(limits::PAGE_ROWS_MAX).fetch_all(tx.sql()).await?;
    rows.iter().map(incident).collect()
}

/// `None`: there is none, or it is another tenant's.
pub async fn find(tx: &mut TenantTx, id: IncidentId) -> Result<Option<Incident>> {
    let tenant = tx.tenant();
    find_in(tx.sql(), tenant, id).await
}

/// The same for the operator.
pub async fn find_of(tx: &mut OperatorTx, tenant: TenantId, id: IncidentId) -> Result<Option<Incident>> {
    find_in(tx.sql(), tenant, id).await
}

async fn find_in(connection: &mut PgConnection, tenant: TenantId, id: IncidentId) -> Result<Option<Incident>> {
    let row = sqlx::query("select * from incidents where tenant_id = $1 and id = $2")
        .bind(tenant.uuid())
        .bind(id.uuid())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(incident).transpose()
}

/// The one in this lease.
pub async fn find_leased(tx: &mut TenantTx, lease: &Lease) -> Result<Incident> {
    let found = find(tx, IncidentId::from_uuid(lease.id)).await?;
    found.ok_or_else(|| Error::Row("an incident that is leased and not there".to_owned()))
}

/// An incident with whose it is, for the operator.
pub struct OfTenant {
    pub tenant: TenantId,
    pub tenant_name: String,
    pub incident: Incident,
}

/// Of all tenants, the newest first: those before `before`, which is a time and an id.
pub async fn list_all(
    tx: &mut OperatorTx,
    only_open: bool,
    before: Option<(OffsetDateTime, IncidentId)>,
    limit: i64,
) -> Result<Vec<OfTenant>> {
    let rows = sqlx::query(
        "select i.*, t.name as tenant_name from incidents i join tenants t on t.tenant_id = i.tenant_id
         where (not $1 or i.closed_at is null) and ($2::timestamptz is null or (i.opened_at, i.id) < ($2, $3))
         order by i.opened_at desc, i.id desc limit $4",
    )
    .bind(only_open)
    .bind(before.map(|(at, _)| at))
    .bind(before.map(|(_, id)| id.uuid()))
    .bind(limit)
    .fetch_all(tx.sql())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(OfTenant {
                tenant: TenantId::from_uuid(row.try_get("tenant_id")?),
                tenant_name: row.try_get("tenant_name")?,
                incident: incident(row)?,
            })
        })
        .collect()
}

/// A letter that told of an incident. Times are machine time.
pub struct Sent {
    pub recipient: String,
    pub state: MessageState,
    pub changed_at: OffsetDateTime,
}

/// How the letters of an incident stand.
pub async fn list_letters(tx: &mut OperatorTx, tenant: TenantId, id: IncidentId) -> Result<Vec<Sent>> {
    let rows: Vec<(String, i16, OffsetDateTime)> = sqlx::query_as(
        "select p.recipient, p.state, coalesce(p.changed_at, p.created_at)
         from incidents i join platform_mail p on p.id = any(i.letter_ids)
         where i.tenant_id = $1 and i.id = $2 order by p.recipient",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .fetch_all(tx.sql())
    .await?;
    rows.into_iter()
        .map(|(recipient, rank, changed_at)| {
            let state =
                MessageState::from_rank(rank).ok_or_else(|| Error::Row(format!("platform_mail.state {rank}")))?;
            Ok(Sent { recipient, state, changed_at })
        })
        .collect()
}

/// The name of whoever ended it. `None`: nobody did, or the machine.
pub async fn find_closer(tx: &mut OperatorTx, tenant: TenantId, id: IncidentId) -> Result<Option<String>> {
    let name = sqlx::query_scalar(
        "select u.name from incidents i join users u on u.id = i.closed_by where i.tenant_id = $1 and i.id = $2",
    );
    Ok(name.bind(tenant.uuid()).bind(id.uuid()).fetch_optional(tx.sql()).await?)
}

/// What mails since then are explained by: scopes that stand still for their health now, or did and were resumed.
pub(super) async fn list_explaining(
    tx: &mut TenantTx,
    since: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<Vec<Explaining>> {
    let tenant = tx.tenant();
    let rows: Vec<(String, Uuid, OffsetDateTime)> = sqlx::query_as(
        "select part, part_id, max(coalesce(probation_at, closed_at, $3)) from incidents
         where tenant_id = $1 and cause = 'health' and (closed_at is null or closed_at > $2) group by part, part_id",
    )
    .bind(tenant.uuid())
    .bind(since)
    .bind(now + Duration::days(1))
    .fetch_all(tx.sql())
    .await?;
    rows.into_iter().map(|(kind, id, until)| Ok(Explaining { scope: parse_scope(&kind, id)?, until })).collect()
}

/// What parts stood still for since then, as it counts against the tenant. What the whole tenant stood still for meanwhile
/// counts no more.
pub async fn count_stood(tx: &mut TenantTx, since: OffsetDateTime) -> Result<Tally> {
    let tenant = tx.tenant();
    let rows = sqlx::query(
        "select * from incidents where tenant_id = $1 and cause = 'health' and part <> 'tenant' and measure is not null
           and opened_at > $2 and opened_at > coalesce((
            select max(coalesce(closed_at, opened_at)) from incidents
            where tenant_id = $1 and cause = 'health' and part = 'tenant'), '-infinity')",
    )
    .bind(tenant.uuid())
    .bind(since)
    .fetch_all(tx.sql())
    .await?;
    let judged = rows.iter().map(incident).filter_map(|incident| match incident {
        Ok(incident) => incident.judged.map(|judged| Ok(judged.grounds.held_against_tenant())),
        Err(error) => Some(Err(error)),
    });
    judged.sum()
}

/// Who is told: owners and admins.
pub async fn list_addresses(tx: &mut TenantTx) -> Result<Vec<EmailAddress>> {
    let tenant = tx.tenant();
    list_addresses_in(tx.sql(), tenant).await
}

/// The same for the operator.
pub async fn list_addresses_of(tx: &mut OperatorTx, tenant: TenantId) -> Result<Vec<EmailAddress>> {
    list_addresses_in(tx.sql(), tenant).await
}

async fn list_addresses_in(connection: &mut PgConnection, tenant: TenantId) -> Result<Vec<EmailAddress>> {
    let emails: Vec<String> = sqlx::query_scalar(
        "select email from memberships where tenant_id = $1 and role in ('owner', 'admin') order by email limit $2",
    )
    .bind(tenant.uuid())
    .bind(limits::INCIDENT_LETTERS_MAX)
    .fetch_all(connection)
    .await?;
    let parse = |email: String| {
        EmailAddress::parse(&email).map_err(|_| Error::Row("memberships.email that is no address".to_owned()))
    };
    emails.into_iter().map(parse).collect()
}

fn parse_scope(kind: &str, id: Uuid) -> Result<Scope> {
    Scope::parse(kind, id).ok_or_else(|| Error::Row(format!("incidents.part {kind:?}")))
}

fn incident(row: &PgRow) -> Result<Incident> {
    let (kind, cause): (&str, &str) = (row.try_get("part")?, row.try_get("cause")?);
    let measure: Option<&str> = row.try_get("measure")?;
    let closed_at: Option<OffsetDateTime> = row.try_get("closed_at")?;
    let closed_by: Option<Uuid> = row.try_get("closed_by")?;
    Ok(Incident {
        id: IncidentId::from_uuid(row.try_get("id")?),
        scope: parse_scope(kind, row.try_get("part_id")?)?,
        name: row.try_get("part_name")?,
        cause: PauseCause::parse(cause).ok_or_else(|| Error::Row(format!("incidents.cause {cause:?}")))?,
        reason: row.try_get("reason")?,
        judged: measure.map(|measure| judged(row, measure)).transpose()?,
        paused_at: row.try_get("paused_at")?,
        opened_at: row.try_get("opened_at")?,
        told: row.try_get("told")?,
        recovery: recovered(row)?,
        radius: radius(row)?,
        closed: match closed_at {
            Some(at) => Some(Closed { at, by: closed_by.map(UserId::from_uuid), reason: row.try_get("close_reason")? }),
            None => None,
        },
    })
}

fn radius(row: &PgRow) -> Result<Option<Radius>> {
    let measured_at: Option<OffsetDateTime> = row.try_get("measured_at")?;
    let (neighbours, moved): (Option<i64>, Option<i64>) =
        (row.try_get("neighbours")?, row.try_get("neighbours_moved")?);
    let counts = neighbours.zip(moved);
    Ok(measured_at.zip(counts).map(|(measured_at, (neighbours, moved))| Radius { measured_at, neighbours, moved }))
}

fn recovered(row: &PgRow) -> Result<Recovery> {
    let (word, note): (Option<&str>, Option<String>) = (row.try_get("diagnosis")?, row.try_get("diagnosis_note")?);
    let removed: Option<i64> = row.try_get("removed")?;
    Ok(Recovery {
        diagnosis: word.and_then(Diagnosis::parse).zip(note),
        diagnosed_at: row.try_get("diagnosed_at")?,
        cleaned_at: row.try_get("cleaned_at")?,
        removed: removed.unwrap_or(0),
        probation_at: row.try_get("probation_at")?,
        relapses: row.try_get("relapses")?,
    })
}

fn judged(row: &PgRow, measure: &str) -> Result<Judged> {
    let (span, by): (&str, &str) = (row.try_get("span")?, row.try_get("judged_by")?);
    let unknown = |what: &str| Error::Row(format!("incidents: {what:?}"));
    Ok(Judged {
        grounds: Grounds {
            measure: Measure::parse(measure).ok_or_else(|| unknown(measure))?,
            span: Span::parse(span).ok_or_else(|| unknown(span))?,
            by: By::parse(by).ok_or_else(|| unknown(by))?,
            sends: row.try_get("sends")?,
            bad: row.try_get("bad")?,
        },
        between: (row.try_get("judged_from")?, row.try_get("judged_until")?),
        event: (MessageId::from_uuid(row.try_get("event_message_id")?), row.try_get("event_received_at")?),
    })
}
