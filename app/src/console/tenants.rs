//! `/console`: the tenants, the newest first.

use crate::page::render;
use crate::ssr::{Ask, Operator};
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::number::thousands;
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::table::{Column, Table};
use crate::ui::{button::LinkButton, empty::Empty, time::Time};
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::accounts::tenants::{self, TenantLine};
use db::clock;
use leptos::prelude::*;
use rules::ids::TenantId;
use rules::limits::PAGE_ROWS_MAX;
use rules::time::OffsetDateTime;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Page {
    /// The last tenant of the page before.
    after: Option<TenantId>,
}

pub async fn page(State(site): State<Site>, operator: Operator, Ask(page): Ask<Page>) -> Result<Response> {
    let mut tx = operator.read().await?;
    // One more than is shown says whether there is a next page.
    let business_now = clock::business_time_of_console(&mut tx, site.now()).await?;
    let mut lines = tenants::list(&mut tx, page.after, PAGE_ROWS_MAX + 1, business_now).await?;
    tx.commit().await?;
    let shown = usize::try_from(PAGE_ROWS_MAX).unwrap_or(usize::MAX);
    let more = lines.len() > shown;
    lines.truncate(shown);
    let next = lines.last().filter(|_| more).map(|line| format!("/console?after={}", line.id));
    let name = operator.person.name.clone();
    let (now, first) = (site.now(), page.after.is_none());
    let can_make_demo = site.world.zones().is_some();
    Ok(render(&site, StatusCode::OK, "Tenants", move || {
        view! {
            <Console name section=ConsoleSection::Tenants>
                <div class="heading">
                    <h1>"Tenants"</h1>
                    <LinkButton href="/console/tenants/new" label="Create a tenant"/>
                </div>
                {if lines.is_empty() && first {
                    let demo = can_make_demo.then(|| {
                        view! { <p>"Or look around first: "<a href="/console/sandbox">"the sandbox makes a demo team"</a>" with two weeks of life."</p> }
                    });
                    view! {
                        <Empty sentence="A tenant is one sales team with a lane of its own. There are none yet: create the first, and its owner is invited."/>
                        {demo}
                    }
                        .into_any()
                } else {
                    table(lines, now, business_now).into_any()
                }}
                {next.map(|next| view! { <p><a href=next rel="next">"Older tenants"</a></p> })}
            </Console>
        }
    })
    .await)
}

fn table(lines: Vec<TenantLine>, now: OffsetDateTime, business_now: OffsetDateTime) -> impl IntoView {
    let rows: Vec<_> = lines
        .into_iter()
        .map(|line| {
            let owner = match line.invited_owner {
                Some(email) => format!("{email}, invited"),
                None => "joined".to_owned(),
            };
            let state = match line.paused_at {
                None => view! { <StateWord tone=Tone::Good word="Open"/> }.into_any(),
                Some(at) => {
                    view! { <StateWord tone=Tone::Bad word="Paused"/>" "<Time at now=business_now/> }.into_any()
                }
            };
            let waits = line.lanes_due_since.map(|since| {
                view! { {thousands(line.lanes_due)}", since "<Time at=since now=business_now/> }
            });
            view! {
                <tr>
                    <th scope="row"><a href=format!("/console/tenants/{}", line.id)>{line.name}</a></th>
                    <td data-label="Lane">{state}</td>
                    <td data-label="Mailboxes that wait">{waits}</td>
                    <td data-label="Address"><code>"/t/"{line.slug}</code></td>
                    <td data-label="Owner">{owner}</td>
                    <td data-label="Members" class="number">{line.members}</td>
                    <td data-label="Created"><Time at=line.created_at now/></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <Table columns=vec![Column::Text("Tenant"), Column::Text("Lane"), Column::Text("Mailboxes that wait"), Column::Text("Address"), Column::Text("Owner"), Column::Number("Members"), Column::Text("Created")] rows/>
    }
}
