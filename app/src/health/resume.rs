//! `/t/<slug>/incidents/<id>/resume`: a person lets a part of the team's lane go on, with a reason, after the page has shown
//! what must be true first.

use super::incident::{IncidentAddress, advice, find, list_mails};
use super::words::{facts, what};
use crate::form::Form;
use crate::page::render;
use crate::ssr::{Address, Member};
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::{button::Submit, field::Field, summary::Summary};
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::health::incidents::{self, Closing, Incident};
use leptos::prelude::*;
use rules::accounts::Reason;
use rules::health::Scope;
use rules::isolation::PauseCause;

pub async fn page(State(site): State<Site>, member: Member, Address((_, id)): IncidentAddress) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let incident = find(&mut tx, id).await?;
    let bad = list_mails(&mut tx, &incident).await?.len();
    tx.commit().await?;
    Ok(show(&site, StatusCode::OK, frame, open(incident)?, bad, Form::default()).await)
}

pub async fn submit(
    State(site): State<Site>,
    member: Member,
    Address((_, id)): IncidentAddress,
    mut form: Form,
) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let incident = find(&mut tx, id).await?;
    let at = frame.address(&format!("/incidents/{id}"));
    if incident.closed.is_some() {
        return Ok(Redirect::to(&at).into_response());
    }
    let incident = open(incident)?;
    let Some(reason) = form.check("reason", Reason::parse(form.value("reason"))) else {
        let bad = list_mails(&mut tx, &incident).await?.len();
        return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, incident, bad, form).await);
    };
    let (by, now) = (frame.person.id, frame.business_now);
    let closing = Closing {
        scope: incident.scope,
        cause: incident.cause,
        by: Some(by),
        reason: reason.as_str(),
        now,
        machine_now: site.now(),
    };
    incidents::close(&mut tx, closing).await?;
    tx.commit().await?;
    Ok(Redirect::to(&at).into_response())
}

/// One that the team itself can end.
fn open(incident: Incident) -> Result<Incident> {
    match (incident.scope, incident.cause, &incident.closed) {
        (Scope::Part(_), PauseCause::Health, None) => Ok(incident),
        _ => Err(Refusal::NotFound),
    }
}

async fn show(
    site: &Site,
    status: StatusCode,
    frame: TenantFrame,
    incident: Incident,
    bad: usize,
    form: Form,
) -> Response {
    let title = format!("Resume: {}", what(&incident));
    render(site, status, title.clone(), move || {
        let facts = facts(&incident, None, frame.business_now);
        let back = frame.address(&format!("/incidents/{}", incident.id));
        let behind = format!("The mails behind it: {bad}");
        view! {
            <Tenant frame section=TenantSection::Health>
                <h1>{title}</h1>
                {facts}
                <p><a href=back>{behind}</a></p>
                <h2>"Before it goes on"</h2>
                <ul class="lines">{advice(&incident).into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
                <Summary form=&form/>
                <form class="column" method="post" novalidate>
                    <Field form=&form name="reason" label="What did you find and change?" hint="It stays with the incident."/>
                    <Submit label="Resume"/>
                </form>
            </Tenant>
        }
    })
    .await
}
