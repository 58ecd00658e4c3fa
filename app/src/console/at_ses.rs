//! `/console/tenants/<tenant>/ses`: what a tenant has at Amazon SES, how that differs from what is wanted and what was done
//! about it, and the calls that were made.

use crate::console::{ses, tenant};
use crate::form::Form;
use crate::page::render;
use crate::ssr::{Address, Operator};
use crate::ui::button::{LinkButton, Submit};
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::domains;
use db::isolation::aws_calls::{self, AwsCall};
use db::isolation::drifts::{self, Drift};
use db::isolation::{closures, ses_tenants};
use leptos::prelude::*;
use rules::ids::TenantId;
use rules::isolation::Remedy;
use rules::time::OffsetDateTime;

pub async fn page(
    State(site): State<Site>,
    operator: Operator,
    Address(tenant): Address<TenantId>,
) -> Result<Response> {
    let mut tx = operator.read().await?;
    let tenant = tenant::find(&mut tx, tenant).await?;
    let found = ses_tenants::find_of(&mut tx, tenant.id).await?;
    let domains = domains::list_of(&mut tx, tenant.id).await?;
    let lapsed = ses::list_ended(&mut tx, tenant.id, site.now()).await?;
    let closing = closures::find_of(&mut tx, tenant.id).await?;
    let drifts = drifts::list_of(&mut tx, tenant.id).await?;
    let calls = aws_calls::list_about(&mut tx, tenant.id).await?;
    tx.commit().await?;
    let (now, name) = (site.now(), operator.person.name.clone());
    let title = format!("{} at Amazon SES", tenant.name);
    Ok(render(&site, StatusCode::OK, title.clone(), move || {
        let at = format!("/console/tenants/{}/ses", tenant.id);
        let (open, ended): (Vec<_>, Vec<_>) = drifts.into_iter().partition(|drift| drift.ended_at.is_none());
        let is_there = found.is_some() && closing.as_ref().is_none_or(|closure| closure.begun_at.is_none());
        let steps = is_there.then(|| {
            view! {
                <div class="acts">
                    <form method="post" action=format!("{at}/look")>
                        <Submit label="Look again now"/>
                    </form>
                    <LinkButton href=format!("{at}/shared-ips") label="Choose its shared IPs" quiet=true/>
                </div>
            }
        });
        view! {
            <Console name section=ConsoleSection::Tenants>
                <p><a href=format!("/console/tenants/{}", tenant.id)>{tenant.name}</a></p>
                <h1>{title}</h1>
                {ses::facts_of(found, closing.as_ref(), now)}
                {steps}
                <h2>"Identities"</h2>
                {ses::identities(domains, lapsed, now)}
                <h2>"Asked of you"</h2>
                {asked(&at, open, now)}
                <h2>"Was different"</h2>
                {history(ended, now)}
                <h2>"Calls"</h2>
                {calls_made(calls, now)}
            </Console>
        }
    })
    .await)
}

/// Has it compared with what is wanted soon.
pub async fn look(
    State(site): State<Site>,
    operator: Operator,
    Address(tenant): Address<TenantId>,
    _: Form,
) -> Result<Response> {
    let mut tx = operator.act("look_at_ses", "compared with what is wanted", Some(tenant)).await?;
    tenant::find(&mut tx, tenant).await?;
    ses_tenants::nudge_for(&mut tx, tenant, site.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/console/tenants/{tenant}/ses")).into_response())
}

fn asked(at: &str, drifts: Vec<Drift>, now: OffsetDateTime) -> impl IntoView {
    if drifts.is_empty() {
        return view! { <p>"Nothing."</p> }.into_any();
    }
    let cards = drifts.into_iter().map(|drift| {
        let step = match (drift.kind.remedy(), drift.allowed_at) {
            (Remedy::ByHand, _) => view! {
                <p>"Ownlane does not touch it: somebody may be sending by it. Put it right at Amazon, then look again."</p>
            }
            .into_any(),
            (_, Some(at)) => view! {
                <p><StateWord tone=Tone::Waiting word="Being put right"/>" since "<Time at now/></p>
            }
            .into_any(),
            (Remedy::Allowed(label), None) => view! {
                <p><LinkButton href=format!("{at}/drifts/{}", drift.id) label/></p>
            }
            .into_any(),
            (Remedy::ByItself, None) => view! { <p>"It is put right at the next look."</p> }.into_any(),
        };
        view! {
            <li class="card">
                <p><strong>{drift.kind.to_string()}</strong></p>
                <dl class="facts">
                    <dt>"At"</dt><dd><code>{drift.resource}</code></dd>
                    <dt>"Expected"</dt><dd><code>{drift.expected}</code></dd>
                    <dt>"Found"</dt><dd><code>{drift.found}</code>", first "<Time at=drift.found_at now/></dd>
                </dl>
                {step}
            </li>
        }
    });
    view! { <ul class="cards">{cards.collect_view()}</ul> }.into_any()
}

fn history(drifts: Vec<Drift>, now: OffsetDateTime) -> impl IntoView {
    if drifts.is_empty() {
        return view! { <p class="soft">"Nothing was ever found that is not as wanted."</p> }.into_any();
    }
    let rows: Vec<_> = drifts
        .into_iter()
        .map(|drift| {
            let done = match (drift.is_repaired, drift.allow_reason) {
                (true, None) => "put right by itself".to_owned(),
                (true, Some(reason)) => format!("put right by an operator: {reason}"),
                (false, _) => "gone when looked at again".to_owned(),
            };
            view! {
                <tr>
                    <th scope="row">{drift.kind.to_string()}</th>
                    <td data-label="At"><code>{drift.resource}</code></td>
                    <td data-label="Found">
                        <code>{drift.found}</code>" instead of "<code>{drift.expected}</code>
                    </td>
                    <td data-label="Done">{done}</td>
                    <td data-label="When"><Time at=drift.ended_at.unwrap_or(drift.found_at) now/></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let columns = ["What", "At", "Found", "Done", "When"].map(Column::Text);
    view! { <Table columns=columns.into() rows/> }.into_any()
}

fn calls_made(calls: Vec<AwsCall>, now: OffsetDateTime) -> impl IntoView {
    if calls.is_empty() {
        return view! { <p class="soft">"None was made."</p> }.into_any();
    }
    let rows: Vec<_> = calls
        .into_iter()
        .map(|call| {
            let answer = match call.refusal {
                None => view! { <StateWord tone=Tone::Good word="Done"/> }.into_any(),
                // The answer to whether it is there.
                Some(refusal) if refusal.starts_with("404 NotFound") => {
                    view! { <StateWord tone=Tone::Waiting word="Not there"/> }.into_any()
                }
                Some(refusal) => view! { <StateWord tone=Tone::Warn word="Refused"/>" "{refusal} }.into_any(),
            };
            view! {
                <tr>
                    <th scope="row">{call.operation}</th>
                    <td data-label="About"><code>{call.resource}</code></td>
                    <td data-label="Answer">{answer}" "<code class="soft">{call.request_id.unwrap_or_default()}</code></td>
                    <td data-label="When"><Time at=call.at now/></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let columns = ["Call", "About", "Answer and request id", "When"].map(Column::Text);
    view! {
        <details>
            <summary>"The newest "{rows.len()}</summary>
            <Table columns=columns.into() rows/>
        </details>
    }
    .into_any()
}
