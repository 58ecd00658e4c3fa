//! `/t/<slug>/sequences/<id>/start`: what happens when it starts, in numbers, before it does; and pausing it.

use super::words::{obstacle, start_facts};
use super::{SequenceAddress, find};
use crate::page::render;
use crate::ssr::{Address, Member};
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::number::thousands;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::accounts::settings;
use db::mailboxes::{self, Mailbox};
use db::scope::TenantTx;
use db::sequences::{self, Sequence};
use leptos::prelude::*;
use rules::ids::SequenceId;
use rules::sequences::{Obstacle, sending_days};

struct Asked {
    sequence: Sequence,
    mailboxes: Vec<Mailbox>,
    obstacles: Vec<Obstacle>,
}

impl Asked {
    async fn read(tx: &mut TenantTx, id: SequenceId) -> Result<Self> {
        let sequence = find(tx, id).await?;
        let mailboxes = mailboxes::list(tx).await?;
        let has_postal_address = settings::find_postal_address(tx).await?.is_some();
        let obstacles = start_facts(&sequence, &mailboxes, has_postal_address).obstacles();
        Ok(Self { sequence, mailboxes, obstacles })
    }
}

pub async fn page(State(site): State<Site>, member: Member, address: SequenceAddress) -> Result<Response> {
    let Address((_, id)) = address;
    let (mut tx, frame) = member.enter().await?;
    let asked = Asked::read(&mut tx, id).await?;
    tx.commit().await?;
    Ok(show(&site, StatusCode::OK, frame, asked).await)
}

pub async fn submit(State(site): State<Site>, member: Member, address: SequenceAddress) -> Result<Response> {
    let Address((_, id)) = address;
    let (mut tx, frame) = member.enter().await?;
    let asked = Asked::read(&mut tx, id).await?;
    if !asked.obstacles.is_empty() {
        return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, asked).await);
    }
    sequences::start(&mut tx, id, frame.person.id, site.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&frame.address(&format!("/sequences/{id}"))).into_response())
}

pub async fn pause(State(site): State<Site>, member: Member, address: SequenceAddress) -> Result<Response> {
    let Address((_, id)) = address;
    let (mut tx, frame) = member.enter().await?;
    let sequence = find(&mut tx, id).await?;
    sequences::pause(&mut tx, sequence.id, frame.person.id, site.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&frame.address(&format!("/sequences/{id}"))).into_response())
}

async fn show(site: &Site, status: StatusCode, frame: TenantFrame, asked: Asked) -> Response {
    let title = format!("Start {}", asked.sequence.name);
    render(site, status, title.clone(), move || {
        let at = frame.address(&format!("/sequences/{}", asked.sequence.id));
        let content = if asked.obstacles.is_empty() {
            numbers(&at, &asked).into_any()
        } else {
            obstacles(&frame, &asked).into_any()
        };
        view! {
            <Tenant frame section=TenantSection::Sequences>
                <h1>{title}</h1>
                {content}
                <p><a href=at.clone()>"Back to the sequence"</a></p>
            </Tenant>
        }
    })
    .await
}

fn obstacles(frame: &TenantFrame, asked: &Asked) -> impl IntoView + use<> {
    let lines: Vec<_> = asked
        .obstacles
        .iter()
        .map(|found| {
            let (sentence, mend) = obstacle(*found, &asked.sequence);
            let mend = mend.map(|(page, label)| view! { " "<a href=frame.address(&page)>{label}</a> });
            view! { <li>{sentence}{mend}</li> }
        })
        .collect();
    view! { <div class="notice bad" role="alert"><p>"It cannot start yet:"</p><ul>{lines}</ul></div> }
}

fn numbers(at: &str, asked: &Asked) -> impl IntoView + use<> {
    let counts = asked.sequence.counts;
    let written = counts.leads - counts.blocked;
    let own =
        asked.mailboxes.iter().filter(|mailbox| asked.sequence.mailboxes.contains(&mailbox.id) && mailbox.may_send);
    let caps: Vec<_> = own.map(|mailbox| mailbox.settings.daily_cap).collect();
    let a_day: u32 = caps.iter().map(|cap| u32::from(cap.mails())).sum();
    let days = sending_days(written, caps.iter().copied()).unwrap_or_default();
    let boxes = if caps.len() == 1 { "1 mailbox".to_owned() } else { format!("{} mailboxes", caps.len()) };
    let days = if days == 1 { "1 sending day".to_owned() } else { format!("{} sending days", thousands(days)) };
    let steps = asked.sequence.steps.len();
    let blocked = (counts.blocked > 0).then(|| {
        let href = format!("{at}/leads?which=blocked");
        view! { <dt>"Blocked"</dt><dd><a href=href>{format!("{} get nothing, as values are missing", thousands(counts.blocked))}</a></dd> }
    });
    let warned = (counts.warned > 0).then(|| {
        let href = format!("{at}/leads?which=warned");
        view! { <dt>"To be looked at"</dt><dd><a href=href>{format!("{} have a value that looks like none", thousands(counts.warned))}</a></dd> }
    });
    view! {
        <dl class="facts">
            <dt>"Leads"</dt>
            <dd>{format!("{} get up to {steps} mails each", thousands(written))}</dd>
            {blocked}
            {warned}
            <dt>"Pace"</dt>
            <dd>{format!("{boxes}, {a_day} a day at most, inside their windows")}</dd>
            <dt>"First mails"</dt>
            <dd>{format!("all have left after {days} at the earliest")}</dd>
        </dl>
        <form method="post" action=format!("{at}/start") novalidate>
            <button class="button">"Start"</button>
        </form>
    }
}
