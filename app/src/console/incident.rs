//! `/console/tenants/<tenant>/incidents/<incident>`: one incident as the operator sees it. A whole team that health has paused
//! goes on by the operator's word alone; a part of it is its team's.

use crate::console::tenant;
use crate::form::Form;
use crate::health::{facts, measured, what};
use crate::page::render;
use crate::ssr::{Address, Operator};
use crate::ui::button::LinkButton;
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::number::thousands;
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use crate::ui::{button::Submit, field::Field, summary::Summary};
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::accounts::tenants::Tenant;
use db::clock;
use db::health::incidents::{self, Closing, Incident};
use db::health::radius::{self, Measured};
use db::scope::OperatorTx;
use leptos::prelude::*;
use rules::accounts::Reason;
use rules::health::{Measure, Scope, Tally};
use rules::ids::{IncidentId, TenantId};
use rules::isolation::PauseCause;
use rules::time::OffsetDateTime;

type At = Address<(TenantId, IncidentId)>;

/// All that the page shows.
struct Shown {
    tenant: Tenant,
    incident: Incident,
    letters: Vec<incidents::Sent>,
    neighbours: Vec<Measured>,
    closer: Option<String>,
    now: OffsetDateTime,
    machine_now: OffsetDateTime,
}

async fn read(tx: &mut OperatorTx, tenant: TenantId, id: IncidentId, machine_now: OffsetDateTime) -> Result<Shown> {
    let tenant = tenant::find(tx, tenant).await?;
    let incident = incidents::find_of(tx, tenant.id, id).await?.ok_or(Refusal::NotFound)?;
    Ok(Shown {
        letters: incidents::list_letters(tx, tenant.id, id).await?,
        neighbours: radius::list(tx, id).await?,
        closer: incidents::find_closer(tx, tenant.id, id).await?,
        now: clock::business_time_of_console(tx, machine_now).await?,
        machine_now,
        tenant,
        incident,
    })
}

pub async fn page(State(site): State<Site>, operator: Operator, Address((tenant, id)): At) -> Result<Response> {
    let mut tx = operator.act("open_incident", "looked at an incident", Some(tenant)).await?;
    let shown = read(&mut tx, tenant, id, site.now()).await?;
    tx.commit().await?;
    Ok(show(&site, &operator, StatusCode::OK, shown, Form::default()).await)
}

pub async fn resume(
    State(site): State<Site>,
    operator: Operator,
    Address((tenant, id)): At,
    mut form: Form,
) -> Result<Response> {
    let Some(reason) = form.check("reason", Reason::parse(form.value("reason"))) else {
        let mut tx = operator.read().await?;
        let shown = read(&mut tx, tenant, id, site.now()).await?;
        tx.commit().await?;
        return Ok(show(&site, &operator, StatusCode::UNPROCESSABLE_ENTITY, shown, form).await);
    };
    let mut tx = operator.act("resume_health", reason.as_str(), Some(tenant)).await?;
    let Shown { incident, now, .. } = read(&mut tx, tenant, id, site.now()).await?;
    if !is_operators(&incident) {
        return Err(Refusal::NotFound);
    }
    let closing = Closing {
        scope: Scope::Tenant,
        cause: incident.cause,
        by: Some(operator.person.id),
        reason: reason.as_str(),
        now,
        machine_now: site.now(),
    };
    incidents::close_for(&mut tx, tenant, closing).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/console/tenants/{tenant}/incidents/{id}")).into_response())
}

/// Whether this page ends it.
fn is_operators(incident: &Incident) -> bool {
    incident.closed.is_none() && incident.scope == Scope::Tenant && incident.cause == PauseCause::Health
}

async fn show(site: &Site, operator: &Operator, status: StatusCode, shown: Shown, form: Form) -> Response {
    let name = operator.person.name.clone();
    let title = format!("{}: {}", shown.tenant.name, what(&shown.incident));
    render(site, status, title.clone(), move || {
        let Shown { tenant, incident, letters, neighbours, closer, now, machine_now } = shown;
        let at = format!("/console/tenants/{}", tenant.id);
        view! {
            <Console name section=ConsoleSection::Incidents>
                <p><a href="/console/incidents">"Incidents"</a></p>
                <h1>{title}</h1>
                {facts(&incident, closer, now)}
                <p><a href=at.clone()>{tenant.name}</a></p>
                {end(&at, &incident, &form)}
                <h2>"Whom else it touched"</h2>
                {others(&incident, neighbours, now)}
                <h2>"Letters"</h2>
                {sent(letters, machine_now)}
            </Console>
        }
    })
    .await
}

/// Who ends it, and how.
fn end(at: &str, incident: &Incident, form: &Form) -> AnyView {
    if incident.closed.is_some() {
        return ().into_any();
    }
    if is_operators(incident) {
        return view! {
            <h2>"Resume"</h2>
            <p>"Only this cause is lifted: whatever else holds the team stays. The mails that were judged count no more; the same again pauses it again."</p>
            <Summary form/>
            <form class="column" method="post" novalidate>
                <Field form name="reason" label="Reason" hint="The team reads it; it stays in the audit."/>
                <Submit label="Resume"/>
            </form>
        }
        .into_any();
    }
    match incident.cause {
        PauseCause::Evidence => view! { <p>"It is over once the tests of the team's isolation hold again. What was found stands in its newest report."</p> }.into_any(),
        PauseCause::Operator => view! { <p><LinkButton href=format!("{at}/resume") label="Resume"/></p> }.into_any(),
        _ => view! { <p>"The way back is its team's: looked into, cleaned, tried with little, over."</p> }.into_any(),
    }
}

fn others(incident: &Incident, neighbours: Vec<Measured>, now: OffsetDateTime) -> AnyView {
    let Some(found) = incident.radius else {
        return view! { <p class="soft">"Not measured yet."</p> }.into_any();
    };
    let rows: Vec<_> = neighbours
        .into_iter()
        .map(|it| {
            let Measured { tenant, name, figures, moved } = it;
            let (tone, word) = match moved {
                None => (Tone::Good, "Not moved"),
                Some(Measure::HardBounces) => (Tone::Warn, "Bounces moved"),
                Some(Measure::Complaints) => (Tone::Warn, "Complaints moved"),
            };
            let words = |tally: Tally| {
                format!(
                    "{} sent, {} bounced, {} complained",
                    thousands(tally.sends),
                    tally.hard_bounces,
                    tally.complaints
                )
            };
            view! {
                <tr>
                    <th scope="row"><a href=format!("/console/tenants/{tenant}")>{name}</a></th>
                    <td data-label="Figures"><StateWord tone word/></td>
                    <td data-label="Before">{words(figures.before)}</td>
                    <td data-label="While it happened">{words(figures.during)}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let columns = ["Tenant", "Figures", "Before", "While it happened"].map(Column::Text);
    let table = (!rows.is_empty()).then(|| view! { <Table columns=columns.into() rows/> });
    view! { <p>{measured(found)}" Measured "<Time at=found.measured_at now/>"."</p>{table} }.into_any()
}

fn sent(letters: Vec<incidents::Sent>, now: OffsetDateTime) -> AnyView {
    if letters.is_empty() {
        return view! { <p class="soft">"Nobody was written to."</p> }.into_any();
    }
    let rows = letters
        .into_iter()
        .map(|letter| {
            let (tone, word) = match letter.state {
                state if state.left() => (Tone::Good, state.word()),
                state => (Tone::Waiting, state.word()),
            };
            view! {
                <tr>
                    <th scope="row">{letter.recipient}</th>
                    <td data-label="State"><StateWord tone word/></td>
                    <td data-label="Since"><Time at=letter.changed_at now/></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! { <Table columns=vec![Column::Text("To"), Column::Text("State"), Column::Text("Since")] rows/> }.into_any()
}
