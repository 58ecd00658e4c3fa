//! `/t/<slug>/sequences`: what the team writes, and how each sequence stands.

use super::words::state_word;
use crate::page::render;
use crate::ssr::Member;
use crate::ui::button::LinkButton;
use crate::ui::empty::Empty;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::number::thousands;
use crate::ui::state::State as StateWord;
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::sequences::{self, Sequence};
use leptos::prelude::*;
use rules::access::Permission;
use rules::time::OffsetDateTime;

pub async fn page(State(site): State<Site>, member: Member) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let sequences = sequences::list(&mut tx).await?;
    tx.commit().await?;
    let now = site.now();
    Ok(render(&site, StatusCode::OK, "Sequences", move || {
        let create = frame.role.may(Permission::ManageSequences).then(|| frame.address("/sequences/new"));
        let list = if sequences.is_empty() {
            let sentence = "No sequence yet. A sequence is a first mail and its follow-ups, written once and rendered for \
                            each lead.";
            view! { <Empty sentence/> }.into_any()
        } else {
            table(&frame, sequences, now).into_any()
        };
        view! {
            <Tenant frame section=TenantSection::Sequences>
                <div class="heading">
                    <h1>"Sequences"</h1>
                    {create.map(|href| view! { <LinkButton href label="Write a sequence"/> })}
                </div>
                {list}
            </Tenant>
        }
    })
    .await)
}

fn table(frame: &TenantFrame, sequences: Vec<Sequence>, now: OffsetDateTime) -> impl IntoView + use<> {
    let rows: Vec<_> = sequences
        .into_iter()
        .map(|sequence| {
            let href = frame.address(&format!("/sequences/{}", sequence.id));
            let blocked = format!("{href}/leads?which=blocked");
            let (tone, word) = state_word(sequence.state());
            view! {
                <tr>
                    <th scope="row"><a href=href.clone()>{sequence.name}</a></th>
                    <td data-label="State"><StateWord tone word/></td>
                    <td data-label="Steps" class="number">{sequence.steps.len()}</td>
                    <td data-label="Leads" class="number">
                        <a href=format!("{href}/leads")>{thousands(sequence.counts.leads)}</a>
                    </td>
                    <td data-label="Blocked" class="number">
                        <a href=blocked>{thousands(sequence.counts.blocked)}</a>
                    </td>
                    <td data-label="Created"><Time at=sequence.created_at now/></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let columns = vec![
        Column::Text("Name"),
        Column::Text("State"),
        Column::Number("Steps"),
        Column::Number("Leads"),
        Column::Number("Blocked"),
        Column::Text("Created"),
    ];
    view! { <Table columns rows/> }
}
