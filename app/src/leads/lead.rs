//! `/t/<slug>/leads/<id>`: who is this, and where do we know them from?

use super::name_of;
use crate::page::render;
use crate::ssr::{Address, Member};
use crate::ui::frame::{Tenant, TenantSection};
use crate::ui::number::thousands;
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::leads;
use leptos::prelude::*;
use rules::ids::LeadId;
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
            <Tenant frame section=TenantSection::Leads>
                <h1>{title}</h1>
                {(!name.is_empty()).then(|| view! { <p>{name}</p> })}
                {facts}
                <h2>"Where this lead comes from"</h2>
                <Table columns rows/>
            </Tenant>
        }
    })
    .await)
}
