//! `/console/pools`: the account's pools and dedicated IPs: who sends from each, how far each is warmed up, and how many more
//! pools Amazon allows.

use crate::page::render;
use crate::ssr::Operator;
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::isolation::tiers::{self, DedicatedIp, Pool, Pools};
use leptos::prelude::*;
use rules::limits;
use rules::time::OffsetDateTime;

pub async fn page(State(site): State<Site>, operator: Operator) -> Result<Response> {
    let mut tx = operator.read().await?;
    let found = tiers::list(&mut tx).await?;
    tx.commit().await?;
    let (now, name) = (site.now(), operator.person.name.clone());
    Ok(render(&site, StatusCode::OK, "Pools and dedicated IPs", move || {
        view! {
            <Console name section=ConsoleSection::Ses>
                <p><a href="/console/ses">"Amazon SES"</a></p>
                <h1>"Pools and dedicated IPs"</h1>
                {summary(&found, now)}
                {found.pools.into_iter().map(pool).collect_view()}
                <h2>"In no pool of these"</h2>
                {ips(found.others, "None: a new IP that AWS gives the account appears here within an hour.")}
            </Console>
        }
    })
    .await)
}

fn summary(found: &Pools, now: OffsetDateTime) -> impl IntoView + use<> {
    let read = match found.read_at {
        Some(at) => view! { "Read "<Time at now/>"." }.into_any(),
        None => view! { "Not read yet: a worker reads them once an hour." }.into_any(),
    };
    view! {
        <p>
            {found.pools.len()}" of the "{limits::POOLS_MAX}" pools that Amazon allows in a region are taken. "{read}
            " Teams that are in none of them send from Amazon's shared IPs. A team is put into a pool on its own page."
        </p>
    }
}

fn pool(pool: Pool) -> impl IntoView {
    let (tone, word) = match pool.scaling.as_deref() {
        None => (Tone::Waiting, "To be made"),
        Some("MANAGED") => (Tone::Good, "Managed by Amazon"),
        Some(_) => (Tone::Good, "Dedicated"),
    };
    let tenants: Vec<_> = pool
        .tenants
        .into_iter()
        .map(|(id, name)| view! { <li><a href=format!("/console/tenants/{id}")>{name}</a></li> })
        .collect();
    let tenants = if tenants.is_empty() {
        view! { <p class="soft">"No team is in it."</p> }.into_any()
    } else {
        view! { <ul class="lines">{tenants}</ul> }.into_any()
    };
    view! {
        <h2><code>{pool.name}</code></h2>
        <p><StateWord tone word/></p>
        {tenants}
        {ips(pool.ips, "It has no IP that Amazon tells of.")}
    }
}

fn ips(ips: Vec<DedicatedIp>, none: &'static str) -> AnyView {
    if ips.is_empty() {
        return view! { <p class="soft">{none}</p> }.into_any();
    }
    let rows = ips
        .into_iter()
        .map(|it| {
            let (tone, word) = match it.warmup.as_str() {
                "DONE" => (Tone::Good, "Warm"),
                "IN_PROGRESS" => (Tone::Waiting, "Warming up"),
                "NOT_APPLICABLE" => (Tone::Good, "Amazon looks after it"),
                _ => (Tone::Warn, "Amazon says something new"),
            };
            let percent = (it.warmup == "IN_PROGRESS").then(|| format!(" {} %", it.warmup_percent));
            view! {
                <tr>
                    <th scope="row"><code>{it.ip}</code></th>
                    <td data-label="State"><StateWord tone word/>{percent}</td>
                    <td data-label="Pool"><code>{it.pool}</code></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! { <Table columns=["IP", "State", "Pool"].map(Column::Text).into() rows/> }.into_any()
}
