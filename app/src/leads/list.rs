//! `/t/<slug>/leads`: where the team's leads come from, and who they are. What is looked for stands in the address.

use super::name_of;
use crate::form::Form;
use crate::isolation::{of_part, pause_link};
use crate::page::render;
use crate::ssr::{Ask, Member};
use crate::ui::button::LinkButton;
use crate::ui::empty::Empty;
use crate::ui::field::Field;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::number::thousands;
use crate::ui::pauses::Pauses;
use crate::ui::select::Select;
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::isolation::{Pause, parts};
use db::leads::imports::{self, Import, Stage};
use db::leads::sources::{self, Source};
use db::leads::{self, Filter, Lead};
use db::scope::TenantTx;
use leptos::prelude::*;
use rules::access::Permission;
use rules::ids::{LeadId, SourceId};
use rules::isolation::LanePart;
use rules::limits;
use rules::time::OffsetDateTime;
use serde::Deserialize;

/// What is looked for.
#[derive(Default, Deserialize)]
pub struct LeadsAsked {
    #[serde(default)]
    source: String,
    #[serde(default)]
    starts: String,
    #[serde(default)]
    after: String,
}

/// For the database; a source that is not this team's does not exist.
pub(super) async fn filter(tx: &mut TenantTx, asked: &LeadsAsked) -> Result<Filter> {
    let source = match asked.source.as_str() {
        "" => None,
        id => {
            let id = SourceId::parse(id).ok_or(Refusal::NotFound)?;
            Some(sources::find(tx, id).await?.ok_or(Refusal::NotFound)?.id)
        }
    };
    let prefix = asked.starts.trim().to_lowercase().chars().take(limits::SEARCH_CHARS_MAX).collect();
    Ok(Filter { source, prefix, after: LeadId::parse(&asked.after) })
}

struct Found {
    sources: Vec<Source>,
    paused: Vec<(LanePart, Pause)>,
    open: Vec<Import>,
    leads: Vec<Lead>,
    next: Option<LeadId>,
    count: i64,
    filter: Filter,
}

pub async fn page(State(site): State<Site>, member: Member, Ask(asked): Ask<LeadsAsked>) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let filter = filter(&mut tx, &asked).await?;
    let mut leads = leads::list(&mut tx, &filter, limits::PAGE_ROWS_MAX + 1).await?;
    let is_full = i64::try_from(leads.len()).unwrap_or(i64::MAX) > limits::PAGE_ROWS_MAX;
    if is_full {
        leads.pop();
    }
    let found = Found {
        next: leads.last().filter(|_| is_full).map(|lead| lead.id),
        leads,
        sources: sources::list(&mut tx).await?,
        paused: parts::list(&mut tx).await?,
        open: imports::list_open(&mut tx).await?,
        count: leads::count(&mut tx).await?,
        filter,
    };
    tx.commit().await?;
    let now = site.now();
    Ok(render(&site, StatusCode::OK, "Leads", move || {
        let import = frame.role.may(Permission::ManageLeads).then(|| frame.address("/imports/new"));
        let content = if found.sources.is_empty() && found.open.is_empty() {
            let sentence = "No leads yet. Import a file that your spreadsheet or CRM exported: you see how it is read \
                            before anything is stored.";
            view! { <Empty sentence/> }.into_any()
        } else {
            content(&frame, found, now).into_any()
        };
        view! {
            <Tenant frame section=TenantSection::Leads>
                <div class="heading">
                    <h1>"Leads"</h1>
                    {import.map(|href| view! { <LinkButton href label="Import a file"/> })}
                </div>
                {content}
            </Tenant>
        }
    })
    .await)
}

fn content(frame: &TenantFrame, found: Found, now: OffsetDateTime) -> impl IntoView + use<> {
    let open = waiting(frame, &found.open, now);
    let export = frame.address(&format!("/leads/export{}", query(&found.filter, None)));
    let form = form(frame, &found);
    let heading = format!("All leads: {}", thousands(found.count));
    let is_filtered = found.filter.source.is_some() || !found.filter.prefix.is_empty();
    let sources = (!found.sources.is_empty()).then(|| source_table(frame, found.sources, &found.paused, now));
    let next = found.next.map(|after| frame.address(&format!("/leads{}", query(&found.filter, Some(after)))));
    let list = if found.leads.is_empty() {
        let sentence = if is_filtered { "No lead is like that." } else { "None has been taken in yet." };
        view! { <p class="soft">{sentence}</p> }.into_any()
    } else {
        lead_table(frame, found.leads, now).into_any()
    };
    view! {
        {open}
        {sources}
        <div class="heading">
            <h2>{heading}</h2>
            <LinkButton href=export label="Export as CSV" quiet=true/>
        </div>
        {form}
        {list}
        {next.map(|href| view! { <p><a href=href>"Next page"</a></p> })}
    }
}

/// Files that wait for a person, or are being taken in.
fn waiting(frame: &TenantFrame, open: &[Import], now: OffsetDateTime) -> impl IntoView + use<> {
    let lines: Vec<_> = open
        .iter()
        .map(|import| {
            let href = frame.address(&format!("/imports/{}", import.id));
            let (tone, word) = match import.stage {
                Stage::Importing => (Tone::Waiting, "Being imported"),
                Stage::Arriving | Stage::Arrived | Stage::Done | Stage::Cancelled | Stage::Discarded => {
                    (Tone::Warn, "Waits for you")
                }
            };
            let at = import.created_at;
            view! {
                <li><StateWord tone word/>" "<a href=href>{import.file_name.clone()}</a>" · "<Time at now/></li>
            }
        })
        .collect();
    (!lines.is_empty()).then(|| view! { <div class="notice"><ul>{lines}</ul></div> })
}

fn source_table(
    frame: &TenantFrame,
    sources: Vec<Source>,
    paused: &[(LanePart, Pause)],
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let manages = frame.role.may(Permission::ManageLeads);
    let rows: Vec<_> = sources
        .into_iter()
        .map(|source| {
            let leads = frame.address(&format!("/leads?source={}", source.id));
            let import = frame.address(&format!("/imports/{}", source.import));
            let pauses = of_part(paused, source.id);
            let at = frame.address(&format!("/sources/{}", source.id));
            let act = manages.then(|| pause_link(&at, &pauses));
            let state = if pauses.is_empty() {
                view! { <StateWord tone=Tone::Good word="Open"/> }.into_any()
            } else {
                view! { <Pauses pauses now=frame.business_now health=Some(frame.address("/health"))/> }.into_any()
            };
            let mark = source.mark.map(|why| {
                view! { <p><StateWord tone=Tone::Warn word="Taken badly"/>" "{why}</p> }
            });
            let more = source.is_growing.then_some(" and counting");
            view! {
                <tr>
                    <th scope="row"><a href=leads.clone()>{source.name}</a></th>
                    <td data-label="Basis">{source.basis.label()}</td>
                    <td data-label="Accepted" class="number">
                        <a href=leads>{thousands(source.accepted)}</a>{more}
                    </td>
                    <td data-label="Refused" class="number"><a href=import>{thousands(source.refused)}</a></td>
                    <td data-label="Since"><Time at=source.created_at now/></td>
                    <td data-label="State">{state}{mark}</td>
                    <td>{act}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let columns = vec![
        Column::Text("Source"),
        Column::Text("Basis"),
        Column::Number("Accepted"),
        Column::Number("Refused"),
        Column::Text("Since"),
        Column::Text("State"),
        Column::Action,
    ];
    view! { <h2>"Sources"</h2><Table columns rows/> }
}

fn form(frame: &TenantFrame, found: &Found) -> impl IntoView + use<> {
    let chosen = found.filter.source.map(|id| id.to_string()).unwrap_or_default();
    let form = Form::of([("source", chosen), ("starts", found.filter.prefix.clone())]);
    let mut options = vec![(String::new(), "All sources".to_owned())];
    options.extend(found.sources.iter().map(|source| (source.id.to_string(), source.name.clone())));
    let action = frame.address("/leads");
    view! {
        <form class="filter" method="get" action=action>
            <Select form=&form name="source" label="Source" options/>
            <Field form=&form name="starts" label="Address begins with"/>
            <button class="button quiet">"Show"</button>
        </form>
    }
}

fn lead_table(frame: &TenantFrame, leads: Vec<Lead>, now: OffsetDateTime) -> impl IntoView + use<> {
    let rows: Vec<_> = leads
        .into_iter()
        .map(|lead| {
            let href = frame.address(&format!("/leads/{}", lead.id));
            let field = |name: &str| lead.fields.get(name).cloned().unwrap_or_default();
            view! {
                <tr>
                    <th scope="row"><a href=href>{lead.email.to_string()}</a></th>
                    <td data-label="Name">{name_of(&lead)}</td>
                    <td data-label="Company">{field("company")}</td>
                    <td data-label="Title">{field("title")}</td>
                    <td data-label="Added"><Time at=lead.added_at now/></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let columns = vec![
        Column::Text("Address"),
        Column::Text("Name"),
        Column::Text("Company"),
        Column::Text("Title"),
        Column::Text("Added"),
    ];
    view! { <Table columns rows/> }
}

fn query(filter: &Filter, after: Option<LeadId>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(source) = filter.source {
        query.append_pair("source", &source.to_string());
    }
    if !filter.prefix.is_empty() {
        query.append_pair("starts", &filter.prefix);
    }
    if let Some(after) = after {
        query.append_pair("after", &after.to_string());
    }
    let query = query.finish();
    if query.is_empty() { query } else { format!("?{query}") }
}
