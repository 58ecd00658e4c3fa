//! `/t/<slug>/incidents/<id>`: what was paused, by which numbers, from which mails; and what to do.

use super::recovery::{self, Standing};
use super::words::{facts, measured, what};
use crate::form::Form;
use crate::isolation::home;
use crate::page::render;
use crate::ssr::{Address, Member};
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::time::Time;
use crate::{Refusal, Result, Site, messages as mails};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::accounts::memberships;
use db::health::incidents::{self, Incident};
use db::messages::{self, Message};
use db::scope::TenantTx;
use leptos::prelude::*;
use rules::health::Scope;
use rules::ids::IncidentId;
use rules::isolation::PauseCause;
use rules::limits;
use rules::messages::Provider;
use rules::time::OffsetDateTime;
use std::collections::BTreeMap;

pub(super) type IncidentAddress = Address<(String, IncidentId)>;

/// One of this team's; others do not exist.
pub(super) async fn find(tx: &mut TenantTx, id: IncidentId) -> Result<Incident> {
    incidents::find(tx, id).await?.ok_or(Refusal::NotFound)
}

/// The bounces and complaints that it was judged by, and those that came for the same mails since.
pub(super) async fn list_mails(tx: &mut TenantTx, incident: &Incident) -> Result<Vec<Message>> {
    Ok(match incident.judged {
        Some(judged) => messages::list_bad(tx, incident.scope, judged.between, limits::INCIDENT_EVENTS_MAX).await?,
        None => Vec::new(),
    })
}

/// Who ended it, as the team knows them.
async fn closer(tx: &mut TenantTx, incident: &Incident) -> Result<Option<String>> {
    let Some(by) = incident.closed.as_ref().and_then(|closed| closed.by) else { return Ok(None) };
    let member = memberships::find(tx, by).await?;
    Ok(Some(member.map_or_else(|| "the operator, or somebody who has left".to_owned(), |member| member.name)))
}

/// All that the page shows.
pub(super) struct Shown {
    pub incident: Incident,
    found: Vec<Message>,
    closer: Option<String>,
    pub recovery: Standing,
}

pub(super) async fn read(tx: &mut TenantTx, incident: Incident, now: OffsetDateTime) -> Result<Shown> {
    Ok(Shown {
        found: list_mails(tx, &incident).await?,
        closer: closer(tx, &incident).await?,
        recovery: Standing::read(tx, &incident, now).await?,
        incident,
    })
}

pub async fn page(State(site): State<Site>, member: Member, Address((_, id)): IncidentAddress) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let incident = find(&mut tx, id).await?;
    let shown = read(&mut tx, incident, frame.business_now).await?;
    tx.commit().await?;
    Ok(show(&site, StatusCode::OK, frame, shown, Form::default()).await)
}

pub(super) async fn show(site: &Site, status: StatusCode, frame: TenantFrame, shown: Shown, form: Form) -> Response {
    let title = what(&shown.incident);
    render(site, status, title.clone(), move || {
        let Shown { incident, found, closer, recovery } = shown;
        let now = frame.business_now;
        let facts = facts(&incident, closer, now);
        let part = match incident.scope {
            Scope::Part(part) => {
                let href = frame.address(&home(part));
                Some(view! { <p><a href=href>{format!("See the {}", incident.scope.word())}</a></p> })
            }
            Scope::Tenant => None,
        };
        let next = recovery::view(&frame, &incident, &recovery, &form);
        let behind = incident.judged.map(|_| {
            let providers = by_provider(&found);
            let list = if found.is_empty() {
                view! { <p class="soft">"None that is kept."</p> }.into_any()
            } else {
                mails::table(&frame, found, now).into_any()
            };
            view! { <h2 id="mails">"The mails behind it"</h2>{providers}{list} }
        });
        let back = frame.address("/health");
        view! {
            <Tenant frame section=TenantSection::Health>
                <p><a href=back>"Health"</a></p>
                <h1>{title}</h1>
                {facts}
                {part}
                {next}
                <h2>"What it touched"</h2>
                <p>{touched(&incident)}</p>
                {others(&incident, now)}
                {behind}
            </Tenant>
        }
    })
    .await
}

/// Whose mailboxes they went to, the most first.
fn by_provider(found: &[Message]) -> impl IntoView + use<> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for message in found {
        *counts.entry(message.provider.map_or("not known", Provider::name)).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let words: Vec<_> = counts.into_iter().map(|(name, count)| format!("{name}: {count}")).collect();
    (!words.is_empty()).then(|| view! { <p>"By provider: "{words.join(", ")}"."</p> })
}

fn touched(incident: &Incident) -> &'static str {
    match incident.scope {
        Scope::Tenant if incident.cause == PauseCause::Evidence => {
            "Nothing stands still for it: your team's mail goes on."
        }
        Scope::Part(_) => {
            "This part of your team alone stands still. Your team's other parts go on, and no other team waits or is \
             judged by it: each has its own tenant, suppression list and configuration set at Amazon SES."
        }
        Scope::Tenant => {
            "Your team's whole lane stands still. No other team waits or is judged by it: each has its own tenant, \
             suppression list and configuration set at Amazon SES."
        }
    }
}

/// What was measured of other teams; who they are is not this team's to know.
fn others(incident: &Incident, now: OffsetDateTime) -> impl IntoView + use<> {
    let Some(radius) = incident.radius else {
        return view! { <p class="soft">"Whether other teams' figures moved is being measured."</p> }.into_any();
    };
    view! { <p>{measured(radius)}" Measured "<Time at=radius.measured_at now/>"."</p> }.into_any()
}
