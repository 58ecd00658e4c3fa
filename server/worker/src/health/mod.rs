//! Health: bounces and complaints are judged in the transaction that writes them down, so that from the one that crosses a line
//! on nothing of what explains it is claimed any more. Whoever owns the team is told by a letter that is written with it. Whom else
//! it touched is measured after it ([`radius`]).

pub(crate) mod radius;

use crate::Context;
use crate::duty::Result;
use db::accounts::tenants;
use db::health::{self, incidents};
use db::scope::TenantTx;
use rules::health::{Crossing, Letter, Scope, Tally, Touched, judge, may_cross, reason};
use rules::ids::{IncidentId, MessageId, PauseId, PlatformMailId};
use rules::isolation::PauseCause;
use rules::limits;
use rules::time::{Duration, OffsetDateTime};

/// These mails have bounced or were complained about. `received_at`: when that came out of the queue, in machine time; `now`:
/// business time.
#[tracing::instrument(level = "debug", skip_all)]
pub(crate) async fn judge_mails(
    context: &Context,
    tx: &mut TenantTx,
    bad: &[MessageId],
    received_at: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<()> {
    if bad.is_empty() {
        return Ok(());
    }
    let Some(health::Asked { tenant_since, mails }) = health::lock(tx, bad, now).await? else { return Ok(()) };
    let touched: Vec<Touched> = mails.iter().map(|(_, touched)| *touched).collect();
    let oldest = touched.iter().map(|it| it.hours_ago).max().unwrap_or(0);
    let since = now - Duration::hours(i64::try_from(oldest).unwrap_or(limits::LATE_HOURS_MAX) + 24);
    let health::Bad { groups, has_stood } = health::count_bad(tx, since, now).await?;
    let stood = if has_stood { incidents::count_stood(tx, now - Duration::days(1)).await? } else { Tally::default() };
    if !may_cross(&groups, &touched, stood) {
        return Ok(());
    }
    let is_new = now - tenant_since < Duration::days(limits::NEW_TENANT_DAYS);
    let groups = health::count(tx, &touched, has_stood, since, now).await?;
    for crossing in judge(groups, &touched, stood, is_new) {
        let last = mails.iter().rev().find(|(_, touched)| touched.is_of(crossing.scope));
        if let Some((message, _)) = last {
            stop(context, tx, crossing, (*message, received_at), now).await?;
        }
    }
    Ok(())
}

async fn stop(
    context: &Context,
    tx: &mut TenantTx,
    crossing: Crossing,
    event: (MessageId, OffsetDateTime),
    now: OffsetDateTime,
) -> Result<()> {
    let Some(name) = health::find_name(tx, crossing.scope).await? else { return Ok(()) };
    let (oldest, newest) = crossing.hours;
    let hours = |count: usize| Duration::hours(i64::try_from(count).unwrap_or(0));
    let judged =
        incidents::Judged { grounds: crossing.grounds, between: (now - hours(oldest + 1), now - hours(newest)), event };
    let why = reason(crossing.grounds);
    open(
        context,
        tx,
        Pausing { scope: crossing.scope, name: &name, reason: &why, cause: PauseCause::Health, judged: Some(judged) },
        now,
    )
    .await
}

/// What the machine pauses.
pub(crate) struct Pausing<'a> {
    pub scope: Scope,
    pub name: &'a str,
    pub reason: &'a str,
    pub cause: PauseCause,
    pub judged: Option<incidents::Judged>,
}

/// Pauses, and tells whoever owns the team. What stands still for that cause already stays as it is.
pub(crate) async fn open(
    context: &Context,
    tx: &mut TenantTx,
    pausing: Pausing<'_>,
    now: OffsetDateTime,
) -> Result<()> {
    let (machine_now, chance) = (context.now(), &*context.chance);
    // One that was being tried stands still again, as the same incident.
    let known = incidents::recovery::find_open(tx, pausing.scope, pausing.cause).await?;
    let id = known.unwrap_or_else(|| IncidentId::new(now, chance));
    let Some(team) = tenants::find_own(tx).await? else { return Ok(()) };
    let page = format!("{}/t/{}/incidents/{id}", context.public_url, team.slug);
    let letter = match pausing.cause {
        PauseCause::Evidence => Letter::of_evidence(&team.name, pausing.reason, &page),
        _ => Letter::write(&team.name, pausing.scope, pausing.name, pausing.reason, &page),
    };
    let to: Vec<_> = incidents::list_addresses(tx)
        .await?
        .into_iter()
        .map(|recipient| incidents::Addressed { recipient, mail: PlatformMailId::new(machine_now, chance) })
        .collect();
    let opening = incidents::Opening {
        id,
        pause: (pausing.cause != PauseCause::Evidence).then(|| PauseId::new(now, chance)),
        scope: pausing.scope,
        name: pausing.name,
        cause: pausing.cause,
        reason: pausing.reason,
        judged: pausing.judged,
        by: None,
        now,
        machine_now,
    };
    if incidents::open(tx, &opening, &letter, &to).await? {
        tracing::warn!(tenant = %tx.tenant(), incident = %id, scope = pausing.scope.kind(), "{}: {}", pausing.cause.as_str(), pausing.reason);
    }
    Ok(())
}
