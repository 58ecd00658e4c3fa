//! `/t/<slug>/leads/<id>`: who is this, and where do we know them from?

use super::name_of;
use crate::messages::table;
use crate::page::render;
use crate::ssr::{Address, Member};
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::number::thousands;
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::messages::{self, Message};
use db::{leads, replies, suppression};
use leptos::prelude::*;
use rules::ids::LeadId;
use rules::limits;
use rules::messages::SuppressionReason;
use rules::time::OffsetDateTime;
use std::collections::HashMap;

pub async fn page(
    State(site): State<Site>,
    member: Member,
    Address((_, id)): Address<(String, LeadId)>,
) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let lead = leads::find(&mut tx, id).await?.ok_or(Refusal::NotFound)?;
    let origins = leads::list_origins(&mut tx, id).await?;
    let labels: HashMap<String, String> = leads::list_fields(&mut tx).await?.into_iter().collect();
    let mails = messages::list_of_lead(&mut tx, id, limits::LEAD_MESSAGES_MAX).await?;
    let suppressed = suppression::list_reasons(&mut tx, &lead.email).await?;
    let answers = replies::list_of_lead(&mut tx, id, limits::LEAD_REPLIES_MAX).await?;
    tx.commit().await?;
    let now = site.now();
    let title = lead.email.to_string();
    Ok(render(&site, StatusCode::OK, title.clone(), move || {
        let name = name_of(&lead);
        let facts: Vec<_> = lead
            .fields
            .iter()
            .map(|(field, value)| {
                let label = labels.get(field).cloned().unwrap_or_else(|| field.clone());
                view! { <dt>{label}</dt><dd>{value.clone()}</dd> }
            })
            .collect();
        let facts = if facts.is_empty() {
            view! { <p class="soft">"Nothing is known but the address."</p> }.into_any()
        } else {
            view! { <dl class="facts">{facts}</dl> }.into_any()
        };
        let rows: Vec<_> = origins
            .into_iter()
            .map(|origin| {
                let href = frame.address(&format!("/leads?source={}", origin.source));
                view! {
                    <tr>
                        <th scope="row"><a href=href>{origin.name}</a></th>
                        <td data-label="Row" class="number">{thousands(origin.row)}</td>
                        <td data-label="Added"><Time at=origin.added_at now/></td>
                    </tr>
                }
                .into_any()
            })
            .collect();
        let columns = vec![Column::Text("Source"), Column::Number("Row"), Column::Text("Added")];
        view! {
            <Tenant frame=frame.clone() section=TenantSection::Leads>
                <h1>{title}</h1>
                {(!name.is_empty()).then(|| view! { <p>{name}</p> })}
                {suppressed_notice(suppressed, frame.business_now)}
                {facts}
                {crate::replies::section(&frame, answers, now)}
                {mails_view(&frame, mails)}
                <h2>"Where this lead comes from"</h2>
                <Table columns rows/>
            </Tenant>
        }
    })
    .await)
}

/// Why nobody of the team writes to this lead any more: each reason for itself.
fn suppressed_notice(reasons: Vec<(SuppressionReason, OffsetDateTime)>, now: OffsetDateTime) -> impl IntoView {
    let lines: Vec<_> = reasons
        .into_iter()
        .map(|(reason, since)| view! { <li>{format!("It {} ", reason.word())}<Time at=since now/></li> })
        .collect();
    (!lines.is_empty()).then(|| {
        view! {
            <section class="notice bad" aria-label="Suppressed">
                <p>"This lead gets no mail any more."</p>
                <ul class="lines">{lines}</ul>
            </section>
        }
    })
}

fn mails_view(frame: &TenantFrame, mails: Vec<Message>) -> impl IntoView + use<> {
    let list = if mails.is_empty() {
        view! { <p class="soft">"None yet."</p> }.into_any()
    } else {
        table(frame, mails, frame.business_now).into_any()
    };
    view! { <h2>"Mails"</h2>{list} }
}
