//! `/console/incidents`: every pause by the machine, the operator or Amazon, over all tenants, the newest first.

use crate::health::incident_table;
use crate::page::render;
use crate::ssr::{Ask, Operator};
use crate::ui::frame::{Console, ConsoleSection};
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::clock;
use db::health::incidents::{self, OfTenant};
use leptos::prelude::*;
use rules::ids::IncidentId;
use rules::limits;
use rules::time::{OffsetDateTime, machine_readable, parse_rfc3339};
use serde::Deserialize;

#[derive(Default, Deserialize)]
pub struct IncidentsAsked {
    /// `open`: only those.
    #[serde(default)]
    only: String,
    /// The last line of the page before: when it was opened, and which it was.
    #[serde(default)]
    opened: String,
    before: Option<IncidentId>,
}

impl IncidentsAsked {
    fn before(&self) -> Option<(OffsetDateTime, IncidentId)> {
        parse_rfc3339(&self.opened).zip(self.before)
    }
}

pub async fn page(State(site): State<Site>, operator: Operator, Ask(asked): Ask<IncidentsAsked>) -> Result<Response> {
    let only_open = asked.only == "open";
    let mut tx = operator.read().await?;
    let mut found = incidents::list_all(&mut tx, only_open, asked.before(), limits::PAGE_ROWS_MAX + 1).await?;
    let now = clock::business_time_of_console(&mut tx, site.now()).await?;
    tx.commit().await?;
    let is_full = i64::try_from(found.len()).is_ok_and(|count| count > limits::PAGE_ROWS_MAX);
    if is_full {
        found.pop();
    }
    let name = operator.person.name.clone();
    Ok(render(&site, StatusCode::OK, "Incidents", move || {
        let next = found.last().filter(|_| is_full).map(|last| {
            let opened = machine_readable(last.incident.opened_at);
            let only = if only_open { "only=open&" } else { "" };
            format!("/console/incidents?{only}opened={opened}&before={}", last.incident.id)
        });
        let switch = if only_open {
            view! { <p><a href="/console/incidents">"All incidents"</a></p> }
        } else {
            view! { <p><a href="/console/incidents?only=open">"Only those that are open"</a></p> }
        };
        let list = if found.is_empty() {
            view! { <p class="soft">"None."</p> }.into_any()
        } else {
            incident_table(found.into_iter().map(line).collect(), now).into_any()
        };
        view! {
            <Console name section=ConsoleSection::Incidents>
                <h1>"Incidents"</h1>
                {switch}
                {list}
                {next.map(|href| view! { <p><a href=href rel="next">"Older incidents"</a></p> })}
            </Console>
        }
    })
    .await)
}

fn line(found: OfTenant) -> (String, Option<String>, incidents::Incident) {
    let OfTenant { tenant, tenant_name, incident } = found;
    (format!("/console/tenants/{tenant}/incidents/{}", incident.id), Some(tenant_name), incident)
}
