//! `/console/sandbox/drills/<drill>`: what a noisy-neighbour drill showed, with both charts side by side; the same as JSON; and
//! the button that has one played. Where mail really leaves there is no such page.

mod chart;
mod report;

use crate::page::{render, render_fragment};
use crate::ssr::{Address, Operator};
use crate::ui::button::Submit;
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::time::Time;
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use db::drills::{self, Drill};
use leptos::prelude::*;
use rules::drill::Report;
use rules::ids::DrillId;
use rules::limits::PAGE_ROWS_MAX;
use rules::time::OffsetDateTime;

const ADDRESS: &str = "/console/sandbox/drills";

pub async fn page(State(site): State<Site>, operator: Operator, Address(id): Address<DrillId>) -> Result<Response> {
    let (drill, report) = find(&site, &operator, id).await?;
    let (now, name, title) = (site.now(), operator.person.name.clone(), format!("Drill {}", drill.number));
    Ok(render(&site, StatusCode::OK, title.clone(), move || {
        let shown = match report {
            Some(report) => view! {
                <p><a href=format!("{ADDRESS}/{id}/report.json")>"The report as JSON"</a></p>
                {report::view(report)}
            }
            .into_any(),
            None => ().into_any(),
        };
        view! {
            <Console name section=ConsoleSection::Sandbox>
                <p><a href="/console/sandbox">"The sandbox"</a></p>
                <h1>"The noisy neighbour: "{title.to_lowercase()}</h1>
                {standing(drill, now)}
                {shown}
            </Console>
        }
    })
    .await)
}

/// The report alone, as it is kept.
pub async fn download(State(site): State<Site>, operator: Operator, Address(id): Address<DrillId>) -> Result<Response> {
    let report = find(&site, &operator, id).await?.1.ok_or(Refusal::NotFound)?;
    let json = serde_json::to_string_pretty(&report).map_err(|error| Refusal::Fault(error.into()))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}

async fn find(site: &Site, operator: &Operator, id: DrillId) -> Result<(Drill, Option<Report>)> {
    let mut tx = operator.read().await?;
    let found = if site.world.is_sandbox() { drills::find(&mut tx, id).await? } else { None };
    tx.commit().await?;
    found.ok_or(Refusal::NotFound)
}

/// The part of the sandbox's page that changes by itself.
pub async fn fragment(State(site): State<Site>, operator: Operator) -> Result<Response> {
    let drills = list(&site, &operator).await?;
    Ok(render_fragment(|| cards(drills, site.now())))
}

/// Asks for one. While one is being played, it goes on.
pub async fn ask(State(site): State<Site>, operator: Operator) -> Result<Redirect> {
    if site.world.hands().is_none() {
        return Err(Refusal::NotFound);
    }
    let now = site.now();
    let mut tx = operator.act("play_drill", "pressed the sandbox's button for a drill", None).await?;
    drills::ask(&mut tx, DrillId::new(now, site.chance()), operator.person.id, now).await?;
    tx.commit().await?;
    Ok(Redirect::to("/console/sandbox"))
}

pub(super) async fn list(site: &Site, operator: &Operator) -> Result<Vec<Drill>> {
    let mut tx = operator.read().await?;
    if !site.world.is_sandbox() {
        return Err(Refusal::NotFound);
    }
    let drills = drills::list(&mut tx, PAGE_ROWS_MAX).await?;
    tx.commit().await?;
    Ok(drills)
}

/// The button, and the drills of before.
pub(super) fn cards(drills: Vec<Drill>, now: OffsetDateTime) -> impl IntoView {
    let is_busy = drills.iter().any(|drill| drill.finished_at.is_none());
    let button = (!is_busy).then(|| {
        view! {
            <form method="post" action=ADDRESS>
                <Submit label="Play the drill"/>
            </form>
        }
    });
    let card = |drill: Drill| {
        let link = format!("{ADDRESS}/{}", drill.id);
        view! {
            <li class="card">
                <p><a href=link><strong>"Drill "{drill.number}</strong></a></p>
                {standing(drill, now)}
            </li>
        }
    };
    view! {
        {button}
        <ul class="cards">{drills.into_iter().map(card).collect_view()}</ul>
    }
}

fn standing(drill: Drill, now: OffsetDateTime) -> impl IntoView {
    let (tone, word) = match (drill.finished_at, drill.holds) {
        (None, _) => (Tone::Waiting, "Being played"),
        (Some(_), Some(true)) => (Tone::Good, "Holds"),
        (Some(_), Some(false)) => (Tone::Bad, "Does not hold"),
        (Some(_), None) => (Tone::Bad, "Given up"),
    };
    let said = match drill.finished_at {
        None => Some(drill.stage),
        Some(_) => drill.trouble,
    };
    view! {
        <p><StateWord tone word/>" asked for "<Time at=drill.asked_at now/></p>
        {said.map(|said| view! { <p>{said}</p> })}
    }
}
