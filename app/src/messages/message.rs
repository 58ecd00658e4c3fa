//! `/t/<slug>/messages/<id>`: what was sent to whom, and what became of it?

use super::words::{answers, state};
use crate::page::render;
use crate::ssr::{Address, Member};
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::state::State as StateWord;
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::messages::{self, Event, Message};
use leptos::prelude::*;
use rules::ids::MessageId;
use rules::messages::Provider;
use rules::time::OffsetDateTime;

pub async fn page(
    State(site): State<Site>,
    member: Member,
    Address((_, id)): Address<(String, MessageId)>,
) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let (message, body) = messages::find(&mut tx, id).await?.ok_or(Refusal::NotFound)?;
    let events = messages::list_events(&mut tx, id).await?;
    tx.commit().await?;
    let now = site.now();
    Ok(render(&site, StatusCode::OK, message.subject.clone(), move || {
        let subject = message.subject.clone();
        view! {
            <Tenant frame=frame.clone() section=TenantSection::Overview>
                <h1>{subject}</h1>
                {facts(&frame, &message)}
                <h2>"What was sent"</h2>
                <div class="card"><pre class="letter">{body}</pre></div>
                <h2>"What Amazon SES told"</h2>
                {told(events, now)}
            </Tenant>
        }
    })
    .await)
}

fn facts(frame: &TenantFrame, message: &Message) -> impl IntoView + use<> {
    let (tone, word) = state(message.state);
    let answers = answers(message);
    let lead = frame.address(&format!("/leads/{}", message.lead));
    let mailbox = frame.address(&format!("/mailboxes/{}", message.mailbox));
    let sequence = frame.address(&format!("/sequences/{}", message.sequence));
    let trouble = message.trouble.clone().map(|said| view! { <dt>"What was said"</dt><dd>{said}</dd> });
    let provider = message.provider.map(|provider| {
        let name = Provider::name(provider);
        view! { <dt>"Provider"</dt><dd>{name}</dd> }
    });
    view! {
        <p role="status"><StateWord tone word/>" "{answers}</p>
        <dl class="facts">
            <dt>"To"</dt>
            <dd><a href=lead>{message.recipient.clone()}</a></dd>
            <dt>"From"</dt>
            <dd><a href=mailbox>{message.from.clone()}</a></dd>
            <dt>"Sequence"</dt>
            <dd><a href=sequence>{message.sequence_name.clone()}</a>{format!(", step {}", message.step)}</dd>
            <dt>"Left"</dt>
            <dd><Time at=message.claimed_at now=frame.business_now/></dd>
            {provider}
            {trouble}
        </dl>
    }
}

fn told(events: Vec<Event>, now: OffsetDateTime) -> impl IntoView {
    if events.is_empty() {
        return view! { <p class="soft">"Nothing yet."</p> }.into_any();
    }
    let rows: Vec<_> = events
        .into_iter()
        .map(|event| {
            view! {
                <tr>
                    <th scope="row">{event.kind}</th>
                    <td data-label="Said">{event.detail}</td>
                    <td data-label="Heard"><Time at=event.received_at now/></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! { <Table columns=["Event", "Said", "Heard"].map(Column::Text).into() rows/> }.into_any()
}
