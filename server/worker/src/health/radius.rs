//! Whom an incident touched besides its own tenant: everybody who sent meanwhile is counted, before it and while it happened.

use crate::Context;
use crate::due::{Acting, act_on_due};
use crate::duty::{Progress, Result};
use db::clock;
use db::health::incidents::{self, Incident};
use db::health::radius::{self, Windows};
use db::lease::{self, Lease, Leased};
use db::scope::{TenantTx, WorkerTx};
use rules::ids::{IncidentId, TenantId};
use rules::limits;
use rules::time::{Duration, OffsetDateTime};

pub(crate) async fn measure(context: &Context) -> Result<Progress> {
    act_on_due(context, Leased::Incidents, measure_one).await
}

fn measure_one(context: &Context, tenant: TenantId, lease: Lease) -> Acting<'_> {
    Box::pin(async move {
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        let now = clock::business_time(&mut tx, context.now()).await?;
        let found = incidents::find_leased(&mut tx, &lease).await?;
        let measured = radius::count_measured(&mut tx, &lease).await?;
        tx.commit().await?;
        let windows = windows(&found, now);
        let mut tx = WorkerTx::begin(&context.login).await?;
        let tenants = radius::list_tenants(&mut tx).await?;
        tx.commit().await?;
        let (mut neighbours, mut moved) = (0, 0);
        for other in tenants.into_iter().filter(|other| *other != tenant) {
            if let Some(has_moved) = count(context, other, found.id, windows).await? {
                neighbours += 1;
                moved += i64::from(has_moved);
            }
        }
        let again = usize::try_from(measured).ok().and_then(|turn| limits::RADIUS_AGAIN_HOURS.get(turn));
        let next = again.map(|hours| context.now() + Duration::hours(*hours));
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        if lease::settle(&mut tx, Leased::Incidents, &lease, next).await? {
            radius::write(&mut tx, found.id, (neighbours, moved), now).await?;
        }
        Ok(tx.commit().await?)
    })
}

/// From the first mail that was judged on it happened; before that is as long a time, a day at least.
fn windows(incident: &Incident, now: OffsetDateTime) -> Windows {
    let least = Duration::hours(limits::RADIUS_HOURS_MIN);
    let begin = incident.judged.map_or(incident.opened_at - least, |judged| judged.between.0);
    Windows { before: begin - least.max(now - begin), begin, end: now }
}

/// Whether a neighbour's figures moved. `None`: it sent nothing.
async fn count(context: &Context, tenant: TenantId, incident: IncidentId, windows: Windows) -> Result<Option<bool>> {
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    let neighbour = radius::measure(&mut tx, incident, windows).await?;
    tx.commit().await?;
    Ok(neighbour.map(|neighbour| neighbour.moved().is_some()))
}
