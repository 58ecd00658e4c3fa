//! `/console/audit`: what operators did, when and why. Nobody can change or delete a line.

use crate::page::render;
use crate::ssr::{Ask, Operator};
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::console::{self, AuditLine};
use leptos::prelude::*;
use rules::ids::{AuditId, TenantId};
use rules::limits::PAGE_ROWS_MAX;
use rules::time::OffsetDateTime;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Page {
    /// Only what was about this tenant.
    tenant: Option<TenantId>,
    /// The last line of the page before.
    after: Option<AuditId>,
}

pub async fn page(State(site): State<Site>, operator: Operator, Ask(ask): Ask<Page>) -> Result<Response> {
    let mut tx = operator.read().await?;
    // One more than is shown says whether there is a next page.
    let mut lines = console::list_audit(&mut tx, ask.tenant, ask.after, PAGE_ROWS_MAX + 1).await?;
    tx.commit().await?;
    let shown = usize::try_from(PAGE_ROWS_MAX).unwrap_or(usize::MAX);
    let more = lines.len() > shown;
    lines.truncate(shown);
    let tenant = ask.tenant.map_or_else(String::new, |tenant| format!("&tenant={tenant}"));
    let next = lines.last().filter(|_| more).map(|line| format!("/console/audit?after={}{tenant}", line.id));
    let (now, name) = (site.now(), operator.person.name.clone());
    let all = ask.tenant.map(|_| view! { <p><a href="/console/audit">"About all tenants"</a></p> });
    Ok(render(&site, StatusCode::OK, "Audit", move || {
        view! {
            <Console name section=ConsoleSection::Audit>
                <h1>"What operators did"</h1>
                {all}
                {table(lines, now)}
                {next.map(|next| view! { <p><a href=next rel="next">"Older"</a></p> })}
            </Console>
        }
    })
    .await)
}

fn table(lines: Vec<AuditLine>, now: OffsetDateTime) -> impl IntoView {
    let rows: Vec<_> = lines
        .into_iter()
        .map(|line| {
            let tenant = line.tenant.map(|(id, name)| view! { <a href=format!("/console/tenants/{id}")>{name}</a> });
            view! {
                <tr>
                    <th scope="row">{line.action.replace('_', " ")}</th>
                    <td data-label="Tenant">{tenant}</td>
                    <td data-label="Why">{line.reason}</td>
                    <td data-label="Who">{line.actor}</td>
                    <td data-label="When"><Time at=line.at now/></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <Table columns=vec![Column::Text("What"), Column::Text("Tenant"), Column::Text("Why"), Column::Text("Who"), Column::Text("When")] rows/>
    }
}
