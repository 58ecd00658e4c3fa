//! Whom an incident touched besides its own tenant. Each neighbour's figures are counted and kept in its own scope; the tenant
//! whose incident it is learns how many there were and moved, the operator also who. Times are business time.

use crate::Result;
use crate::lease::Lease;
use crate::scope::{OperatorTx, TenantTx, WorkerTx};
use rules::health::{Measure, Neighbour, Tally};
use rules::ids::{IncidentId, TenantId};
use rules::limits;
use rules::time::OffsetDateTime;
use uuid::Uuid;

/// What is compared: from the first of the time before to the beginning, and from there to the last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Windows {
    pub before: OffsetDateTime,
    pub begin: OffsetDateTime,
    pub end: OffsetDateTime,
}

/// Everybody who may send.
pub async fn list_tenants(tx: &mut WorkerTx) -> Result<Vec<TenantId>> {
    let tenants: Vec<Uuid> =
        sqlx::query_scalar("select tenant_id from ses_tenants order by tenant_id").fetch_all(tx.sql()).await?;
    Ok(tenants.into_iter().map(TenantId::from_uuid).collect())
}

/// Counts one neighbour and writes it down. `None`: it sent nothing meanwhile.
pub async fn measure(tx: &mut TenantTx, incident: IncidentId, windows: Windows) -> Result<Option<Neighbour>> {
    let tenant = tx.tenant();
    let counts: Vec<i64> = sqlx::query_scalar(
        "select array[count(*) filter (where m.claimed_at <= $3),
                      count(*) filter (where m.claimed_at <= $3 and m.state = 9),
                      count(*) filter (where m.claimed_at <= $3 and m.complained_at is not null),
                      count(*) filter (where m.claimed_at > $3),
                      count(*) filter (where m.claimed_at > $3 and m.state = 9),
                      count(*) filter (where m.claimed_at > $3 and m.complained_at is not null)]
         from messages m
         where m.tenant_id = $1 and m.sent_on >= ($2 at time zone 'UTC')::date - 1 and m.claimed_at > $2
           and m.claimed_at <= $4 and not m.is_simulated and m.state in (4, 5, 6, 7, 9)",
    )
    .bind(tenant.uuid())
    .bind(windows.before)
    .bind(windows.begin)
    .bind(windows.end)
    .fetch_one(tx.sql())
    .await?;
    let [before_sends, before_hard, before_complaints, sends, hard_bounces, complaints] = counts[..] else {
        return Ok(None);
    };
    if sends == 0 {
        return Ok(None);
    }
    let neighbour = Neighbour {
        before: Tally { sends: before_sends, hard_bounces: before_hard, complaints: before_complaints },
        during: Tally { sends, hard_bounces, complaints },
    };
    sqlx::query(
        "insert into incident_neighbours (tenant_id, incident_id, before_sends, before_hard_bounces, before_complaints, sends,
                hard_bounces, complaints, moved)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (tenant_id, incident_id) do update set before_sends = excluded.before_sends,
            before_hard_bounces = excluded.before_hard_bounces, before_complaints = excluded.before_complaints,
            sends = excluded.sends, hard_bounces = excluded.hard_bounces, complaints = excluded.complaints,
            moved = excluded.moved",
    )
    .bind(tenant.uuid())
    .bind(incident.uuid())
    .bind(before_sends)
    .bind(before_hard)
    .bind(before_complaints)
    .bind(sends)
    .bind(hard_bounces)
    .bind(complaints)
    .bind(neighbour.moved().map(Measure::as_str))
    .execute(tx.sql())
    .await?;
    Ok(Some(neighbour))
}

/// How often the incident in this lease was measured, this time not included.
pub async fn count_measured(tx: &mut TenantTx, lease: &Lease) -> Result<i64> {
    let tenant = tx.tenant();
    let count = sqlx::query_scalar("select measured from incidents where tenant_id = $1 and id = $2");
    Ok(count.bind(tenant.uuid()).bind(lease.id).fetch_one(tx.sql()).await?)
}

/// What all neighbours together came to.
pub async fn write(
    tx: &mut TenantTx,
    incident: IncidentId,
    (neighbours, moved): (i64, i64),
    now: OffsetDateTime,
) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update incidents set measured = measured + 1, measured_at = $3, neighbours = $4, neighbours_moved = $5
         where tenant_id = $1 and id = $2",
    )
    .bind(tenant.uuid())
    .bind(incident.uuid())
    .bind(now)
    .bind(neighbours)
    .bind(moved)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// A neighbour, for the operator.
pub struct Measured {
    pub tenant: TenantId,
    pub name: String,
    pub figures: Neighbour,
    pub moved: Option<Measure>,
}

/// Those whose figures moved first, then those that send most.
pub async fn list(tx: &mut OperatorTx, incident: IncidentId) -> Result<Vec<Measured>> {
    let rows: Vec<(Uuid, String, Vec<i64>, Option<String>)> = sqlx::query_as(
        "select n.tenant_id, t.name,
                array[n.before_sends, n.before_hard_bounces, n.before_complaints, n.sends, n.hard_bounces, n.complaints],
                n.moved
         from incident_neighbours n join tenants t on t.tenant_id = n.tenant_id where n.incident_id = $1
         order by n.moved is null, n.sends desc, t.name limit $2",
    )
    .bind(incident.uuid())
    .bind(limits::PAGE_ROWS_MAX)
    .fetch_all(tx.sql())
    .await?;
    let tally = |counts: &[i64]| match counts {
        [sends, hard_bounces, complaints] => {
            Tally { sends: *sends, hard_bounces: *hard_bounces, complaints: *complaints }
        }
        _ => Tally::default(),
    };
    Ok(rows
        .into_iter()
        .map(|(id, name, counts, moved)| {
            let (before, during) = counts.split_at(counts.len().min(3));
            Measured {
                tenant: TenantId::from_uuid(id),
                name,
                figures: Neighbour { before: tally(before), during: tally(during) },
                moved: moved.as_deref().and_then(Measure::parse),
            }
        })
        .collect())
}
