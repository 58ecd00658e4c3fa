//! `/console/sandbox`: the world that is played here, and the buttons that make a demo team and play a drill. Where
//! mail really leaves there is no such page.

use crate::console::drill;
use crate::page::{render, render_fragment};
use crate::ssr::Operator;
use crate::ui::button::Submit;
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::time::Time;
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use db::demos::{self, Demo};
use frontend::region::Region;
use leptos::prelude::*;
use rules::ids::DemoId;
use rules::limits::PAGE_ROWS_MAX;
use rules::time::OffsetDateTime;

const ADDRESS: &str = "/console/sandbox";

pub async fn page(State(site): State<Site>, operator: Operator) -> Result<Response> {
    let demos = read(&site, &operator).await?;
    let drills = drill::list(&site, &operator).await?;
    let (now, name) = (site.now(), operator.person.name.clone());
    let can_make = site.world.hands().is_some();
    Ok(render(&site, StatusCode::OK, "Sandbox", move || {
        view! {
            <Console name section=ConsoleSection::Sandbox>
                <h1>"The sandbox"</h1>
                <p>
                    "Amazon SES, its queues, DNS and the people who get mail are played on this machine. Nothing leaves it."
                </p>
                <h2>"Demo teams"</h2>
                <p>
                    "A team with a domain, mailboxes, leads, a running sequence and two weeks of life behind it, made by the \
                     same forms as yours, in about a minute. You are its owner. Everybody's business time moves two weeks ahead."
                </p>
                {if can_make {
                    view! { <Region address=format!("{ADDRESS}/demos")>{standing(demos, now)}</Region> }.into_any()
                } else {
                    view! { <p class="soft">"The sandbox runs in another process: demo teams are made where it runs with the pages."</p> }
                        .into_any()
                }}
                <h2>"The noisy neighbour"</h2>
                <p>
                    "Two teams live side by side in worlds of their own, one of them uploads a bad list, and the other's figures are \
                     compared with those of the same weeks without it. Nothing of yours is touched. It takes some minutes; \
                     "<code>"ownlane drill noisy-neighbour"</code>" does the same."
                </p>
                {if can_make {
                    view! { <Region address=format!("{ADDRESS}/drills")>{drill::cards(drills, now)}</Region> }.into_any()
                } else {
                    view! { <p class="soft">"The sandbox runs in another process: drills are played where it runs with the pages."</p> }
                        .into_any()
                }}
            </Console>
        }
    })
    .await)
}

/// The part of the page that changes by itself.
pub async fn fragment(State(site): State<Site>, operator: Operator) -> Result<Response> {
    let demos = read(&site, &operator).await?;
    Ok(render_fragment(|| standing(demos, site.now())))
}

/// Asks for one. While one is being made, it goes on.
pub async fn make(State(site): State<Site>, operator: Operator) -> Result<Redirect> {
    if site.world.hands().is_none() {
        return Err(Refusal::NotFound);
    }
    let now = site.now();
    let mut tx = operator.act("make_demo", "pressed the sandbox's button for a demo team", None).await?;
    demos::ask(&mut tx, DemoId::new(now, site.chance()), operator.person.id, now).await?;
    tx.commit().await?;
    Ok(Redirect::to(ADDRESS))
}

async fn read(site: &Site, operator: &Operator) -> Result<Vec<Demo>> {
    let mut tx = operator.read().await?;
    if !site.world.is_sandbox() {
        return Err(Refusal::NotFound);
    }
    let demos = demos::list(&mut tx, PAGE_ROWS_MAX).await?;
    tx.commit().await?;
    Ok(demos)
}

fn standing(demos: Vec<Demo>, now: OffsetDateTime) -> impl IntoView {
    let is_busy = demos.iter().any(|demo| demo.finished_at.is_none());
    let button = (!is_busy).then(|| {
        view! {
            <form method="post" action=format!("{ADDRESS}/demos")>
                <Submit label="Make a demo team"/>
            </form>
        }
    });
    view! {
        {button}
        <ul class="cards">{demos.into_iter().map(|demo| card(demo, now)).collect_view()}</ul>
    }
}

fn card(demo: Demo, now: OffsetDateTime) -> impl IntoView {
    let (tone, word) = match (demo.finished_at, &demo.trouble) {
        (None, _) => (Tone::Waiting, "Being made"),
        (Some(_), None) => (Tone::Good, "Ready"),
        (Some(_), Some(_)) => (Tone::Bad, "Given up"),
    };
    let said = demo.trouble.unwrap_or(demo.stage);
    let link = demo.slug.map(|slug| view! { <p><a href=format!("/t/{slug}")>"Open its pages"</a></p> });
    view! {
        <li class="card">
            <p><strong>"Demo "{demo.number}</strong>" "<StateWord tone word/></p>
            <p>{said}</p>
            {link}
            <p class="soft">"Asked for "<Time at=demo.asked_at now/></p>
        </li>
    }
}
