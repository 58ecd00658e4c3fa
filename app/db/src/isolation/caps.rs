//! What an operator allows one tenant ([`rules::isolation::Caps`]), and what was claimed under that. The claim holds the row
//! of the caps locked from before it reads what was used until its mails are counted, so that no two claims take the same
//! room. Times are business time but where a parameter says otherwise.
//!
//! A tenant without caps is not counted, and costs a claim nothing. So whoever sets caps counts what is there: with all lanes
//! locked, which no claim does without.

use crate::messages::lanes;
use crate::scope::{OperatorTx, TenantTx};
use crate::{Error, Result};
use rules::ids::{TenantId, UserId};
use rules::isolation::{Allowance, Caps, Weight, minute_of};
use rules::messages::MessageState;
use rules::time::{Duration, OffsetDateTime};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

/// Caps as a claim has locked them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Held {
    caps: Caps,
    second: (i64, i64),
}

/// What is set of one tenant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    pub allowance: Allowance,
    pub weight: Weight,
    /// Machine time; `None`: nobody ever set anything.
    pub changed_at: Option<OffsetDateTime>,
}

/// Of a row that has the columns of `tenant_caps`.
pub(crate) fn read_held(row: &PgRow) -> Result<Held> {
    Ok(Held { caps: read_caps(row)?, second: (row.try_get("second")?, row.try_get("in_second")?) })
}

/// The same without what was claimed.
pub(crate) fn read_caps(row: &PgRow) -> Result<Caps> {
    let cap = |column: &'static str| -> Result<Option<u32>> {
        let cap: Option<i64> = row.try_get(column)?;
        cap.map(|cap| u32::try_from(cap).map_err(|_| Error::Row(format!("tenant_caps.{column}")))).transpose()
    };
    let caps = Caps::new(cap("a_day")?, cap("a_hour")?, cap("a_second")?);
    caps.map_err(|(span, _)| Error::Row(format!("tenant_caps.a_{}", span.as_str())))
}

/// What is left of the caps that this claim holds.
pub async fn find_allowance(tx: &mut TenantTx, held: Held, now: OffsetDateTime) -> Result<Allowance> {
    let tenant = tx.tenant();
    allowance(tx.sql(), tenant, held, now).await
}

async fn allowance(
    connection: &mut PgConnection,
    tenant: TenantId,
    held: Held,
    now: OffsetDateTime,
) -> Result<Allowance> {
    let minutes = match held.caps.counts_since(now) {
        None => Vec::new(),
        Some(since) => {
            let rows = sqlx::query_as(
                "select minute, mails from claimed_minutes where tenant_id = $1 and minute >= $2 order by minute",
            );
            rows.bind(tenant.uuid()).bind(since).fetch_all(connection).await?
        }
    };
    Ok(Allowance::new(held.caps, minutes, held.second))
}

/// These are not taken after all (`more` is -1), or taken after all (1): each in the minute in which it was claimed.
pub(crate) async fn correct(tx: &mut TenantTx, messages: &[(Uuid, i64)]) -> Result<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let tenant = tx.tenant();
    sqlx::query(
        "update claimed_minutes t set mails = greatest(t.mails + c.more, 0)
         from (select date_trunc('minute', m.claimed_at) as minute, sum(d.more)::bigint as more
               from unnest($2::uuid[], $3::bigint[]) d (id, more)
               join messages m on m.tenant_id = $1 and m.id = d.id where m.id = any($2) group by 1) c
         where t.tenant_id = $1 and t.minute = c.minute",
    )
    .bind(tenant.uuid())
    .bind(messages.iter().map(|(id, _)| *id).collect::<Vec<_>>())
    .bind(messages.iter().map(|(_, more)| *more).collect::<Vec<_>>())
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// For the team's pages. `None`: it has no caps.
pub async fn find(tx: &mut TenantTx, now: OffsetDateTime) -> Result<Option<Allowance>> {
    let tenant = tx.tenant();
    let found = find_in(tx.sql(), tenant, now).await?;
    Ok(Some(found.allowance).filter(|allowance| !allowance.caps().is_none()))
}

/// For the operator.
pub async fn find_of(tx: &mut OperatorTx, tenant: TenantId, now: OffsetDateTime) -> Result<Standing> {
    find_in(tx.sql(), tenant, now).await
}

async fn find_in(connection: &mut PgConnection, tenant: TenantId, now: OffsetDateTime) -> Result<Standing> {
    let row = sqlx::query("select * from tenant_caps where tenant_id = $1")
        .bind(tenant.uuid())
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else {
        let allowance = Allowance::new(Caps::default(), Vec::new(), (0, 0));
        return Ok(Standing { allowance, weight: Weight::default(), changed_at: None });
    };
    Ok(Standing {
        allowance: allowance(connection, tenant, read_held(&row)?, now).await?,
        weight: read_weight(row.try_get("weight")?)?,
        changed_at: row.try_get("changed_at")?,
    })
}

pub(crate) fn read_weight(weight: i16) -> Result<Weight> {
    let parsed = u8::try_from(weight).ok().and_then(Weight::new);
    parsed.ok_or_else(|| Error::Row(format!("tenant_caps.weight {weight}")))
}

/// What an operator sets: counted from what has left already, and asked by the next claim.
pub async fn set(
    tx: &mut OperatorTx,
    tenant: TenantId,
    (caps, weight): (Caps, Weight),
    by: UserId,
    machine_now: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<()> {
    // Waits for the claims that have begun; those that begin now find no lane until this is done.
    sqlx::query("select from lanes where tenant_id = $1 order by mailbox_id for update")
        .bind(tenant.uuid())
        .execute(tx.sql())
        .await?;
    let [day, hour, second] = rules::isolation::CapSpan::ALL.map(|span| caps.of(span).map(i64::from));
    sqlx::query(
        "insert into tenant_caps (tenant_id, a_day, a_hour, a_second, weight, changed_at, changed_by, second, in_second)
         values ($1, $2, $3, $4, $5, $6, $7, 0, 0)
         on conflict (tenant_id) do update set a_day = excluded.a_day, a_hour = excluded.a_hour,
            a_second = excluded.a_second, weight = excluded.weight, changed_at = excluded.changed_at,
            changed_by = excluded.changed_by",
    )
    .bind(tenant.uuid())
    .bind(day)
    .bind(hour)
    .bind(second)
    .bind(i16::from(weight.get()))
    .bind(machine_now)
    .bind(by.uuid())
    .execute(tx.sql())
    .await?;
    count_anew(tx, tenant, now).await?;
    lanes::wake_for(tx, tenant, now).await
}

/// The day of a mailbox is one of a zone: those of the last 24 hours lie within three days of UTC.
async fn count_anew(tx: &mut OperatorTx, tenant: TenantId, now: OffsetDateTime) -> Result<()> {
    sqlx::query("delete from claimed_minutes where tenant_id = $1").bind(tenant.uuid()).execute(tx.sql()).await?;
    let free: Vec<i16> =
        MessageState::ALL.into_iter().filter(|state| !state.takes_allowance()).map(MessageState::rank).collect();
    sqlx::query(
        "insert into claimed_minutes (tenant_id, minute, mails)
         select $1, date_trunc('minute', claimed_at), count(*) from messages
         where tenant_id = $1 and sent_on between ($2::timestamptz at time zone 'UTC')::date - 1
               and ($3::timestamptz at time zone 'UTC')::date + 1
           and claimed_at >= $2 and not state = any($4) group by 2
         on conflict (tenant_id, minute) do nothing",
    )
    .bind(tenant.uuid())
    .bind(oldest(now))
    .bind(now)
    .bind(&free)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// No cap counts what was claimed before this.
pub(crate) fn oldest(now: OffsetDateTime) -> OffsetDateTime {
    minute_of(now - Duration::hours(24))
}
