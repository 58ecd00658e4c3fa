//! `/console`: the tenants, the newest first, and what of each asks for a look. What is looked for stands in the address.

use crate::form::Form;
use crate::isolation::allowed;
use crate::page::render;
use crate::ssr::{Ask, Operator};
use crate::ui::field::Field;
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::number::thousands;
use crate::ui::select::Select;
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::table::{Column, Table};
use crate::ui::{button::LinkButton, empty::Empty, time::Time};
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::accounts::tenants::{self, Filter, Only, TenantLine};
use db::clock;
use leptos::prelude::*;
use rules::ids::TenantId;
use rules::limits;
use rules::time::OffsetDateTime;
use serde::Deserialize;

/// What is looked for; each may be missing.
#[derive(Default, Deserialize)]
pub struct TenantsAsked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    only: String,
    /// The last tenant of the page before.
    after: Option<TenantId>,
}

impl TenantsAsked {
    fn filter(&self) -> Filter {
        let text = self.q.trim().to_lowercase().chars().take(limits::SEARCH_CHARS_MAX).collect();
        Filter { text, only: Only::parse(&self.only), after: self.after }
    }
}

/// The address of the page behind `after`.
fn address(filter: &Filter, after: TenantId) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if !filter.text.is_empty() {
        query.append_pair("q", &filter.text);
    }
    if let Some(only) = filter.only {
        query.append_pair("only", only.as_str());
    }
    query.append_pair("after", &after.to_string());
    format!("/console?{}", query.finish())
}

pub async fn page(State(site): State<Site>, operator: Operator, Ask(asked): Ask<TenantsAsked>) -> Result<Response> {
    let filter = asked.filter();
    let mut tx = operator.read().await?;
    // One more than is shown says whether there is a next page.
    let business_now = clock::business_time_of_console(&mut tx, site.now()).await?;
    let mut lines = tenants::list(&mut tx, &filter, limits::PAGE_ROWS_MAX + 1, business_now).await?;
    tx.commit().await?;
    let shown = usize::try_from(limits::PAGE_ROWS_MAX).unwrap_or(usize::MAX);
    let more = lines.len() > shown;
    lines.truncate(shown);
    let next = lines.last().filter(|_| more).map(|line| address(&filter, line.id));
    let name = operator.person.name.clone();
    let now = site.now();
    let can_make_demo = site.world.hands().is_some();
    Ok(render(&site, StatusCode::OK, "Tenants", move || {
        let is_all = filter == Filter::default();
        let list = match (lines.is_empty(), is_all) {
            (true, true) => nobody(can_make_demo).into_any(),
            (true, false) => view! { <p class="soft">"No tenant is like that."</p> }.into_any(),
            (false, _) => table(lines, now, business_now).into_any(),
        };
        view! {
            <Console name section=ConsoleSection::Tenants>
                <div class="heading">
                    <h1>"Tenants"</h1>
                    <LinkButton href="/console/tenants/new" label="Create a tenant"/>
                </div>
                {search(&filter)}
                {list}
                {next.map(|next| view! { <p><a href=next rel="next">"Older tenants"</a></p> })}
            </Console>
        }
    })
    .await)
}

fn search(filter: &Filter) -> impl IntoView + use<> {
    let only = filter.only.map_or("", Only::as_str).to_owned();
    let form = Form::of([("q", filter.text.clone()), ("only", only)]);
    let mut options = vec![(String::new(), "All".to_owned())];
    options.extend(Only::ALL.map(|only| {
        let label = match only {
            Only::Paused => "Paused",
            Only::Incidents => "With open incidents",
            Only::Asks => "That ask something of you",
        };
        (only.as_str().to_owned(), label.to_owned())
    }));
    view! {
        <form class="filter" method="get" action="/console" role="search">
            <Field form=&form name="q" label="Name, or beginning of the address"/>
            <Select form=&form name="only" label="Which" options/>
            <button class="button quiet">"Show"</button>
        </form>
    }
}

fn nobody(can_make_demo: bool) -> impl IntoView {
    let demo = can_make_demo.then(|| {
        view! { <p>"Or look around first: "<a href="/console/sandbox">"the sandbox makes a demo team"</a>" with two weeks of life."</p> }
    });
    view! {
        <Empty sentence="A tenant is one sales team with a lane of its own. There are none yet: create the first, and its owner is invited."/>
        {demo}
    }
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
            let incidents = match line.incidents {
                0 => None,
                count => {
                    let word = if count == 1 { "1 open".to_owned() } else { format!("{count} open") };
                    Some(view! { <StateWord tone=Tone::Warn word="Incidents"/>" "{word} })
                }
            };
            let asks = (line.asks > 0).then(|| {
                let href = format!("/console/tenants/{}/ses", line.id);
                view! { <a href=href>{format!("{} of you", line.asks)}</a> }
            });
            view! {
                <tr>
                    <th scope="row">
                        <a href=format!("/console/tenants/{}", line.id)>{line.name}</a>
                        " "<code>"/t/"{line.slug}</code>
                    </th>
                    <td data-label="Lane">{state}</td>
                    <td data-label="Health">{incidents}</td>
                    <td data-label="Asks">{asks}</td>
                    <td data-label="Caps">{allowed(line.caps)}</td>
                    <td data-label="Mailboxes that wait">{waits}</td>
                    <td data-label="Owner">{owner}</td>
                    <td data-label="Created"><Time at=line.created_at now/></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <Table columns=vec![Column::Text("Tenant"), Column::Text("Lane"), Column::Text("Health"), Column::Text("Asks"), Column::Text("Caps"), Column::Text("Mailboxes that wait"), Column::Text("Owner"), Column::Text("Created")] rows/>
    }
}
