//! `/t/<slug>/incidents/<id>`: what was paused, by which numbers, from which mails; and what to do.

use super::words::{facts, what};
use crate::isolation::home;
use crate::page::render;
use crate::ssr::{Address, Member};
use crate::ui::button::LinkButton;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::{Refusal, Result, Site, messages as mails};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::accounts::memberships;
use db::health::incidents::{self, Incident};
use db::messages::{self, Message};
use db::scope::TenantTx;
use leptos::prelude::*;
use rules::access::Permission;
use rules::health::Scope;
use rules::ids::IncidentId;
use rules::isolation::{LanePart, PauseCause};
use rules::limits;

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

pub async fn page(State(site): State<Site>, member: Member, Address((_, id)): IncidentAddress) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let incident = find(&mut tx, id).await?;
    let found = list_mails(&mut tx, &incident).await?;
    let closer = closer(&mut tx, &incident).await?;
    tx.commit().await?;
    let title = what(&incident);
    Ok(render(&site, StatusCode::OK, title.clone(), move || {
        let now = frame.business_now;
        let facts = facts(&incident, closer, now);
        let next = next(&frame, &incident);
        let part = match incident.scope {
            Scope::Part(part) => {
                let href = frame.address(&home(part));
                Some(view! { <p><a href=href>{format!("See the {}", incident.scope.word())}</a></p> })
            }
            Scope::Tenant => None,
        };
        let behind = incident.judged.map(|_| {
            let list = if found.is_empty() {
                view! { <p class="soft">"None that is kept."</p> }.into_any()
            } else {
                mails::table(&frame, found, now).into_any()
            };
            view! { <h2>"The mails behind it"</h2>{list} }
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
                {behind}
            </Tenant>
        }
    })
    .await)
}

/// What to do now, and who can.
fn next(frame: &TenantFrame, incident: &Incident) -> impl IntoView + use<> {
    if incident.closed.is_some() {
        return None;
    }
    let may = frame.role.may(Permission::ManageMailboxes);
    let act = match (incident.scope, incident.cause) {
        (Scope::Part(_), PauseCause::Health) if may => {
            let href = frame.address(&format!("/incidents/{}/resume", incident.id));
            view! { <p><LinkButton href label="Resume"/></p> }.into_any()
        }
        (Scope::Part(_), PauseCause::Health) => {
            let sentence = format!("An {} of your team can resume it.", Permission::ManageMailboxes.holders());
            view! { <p>{sentence}</p> }.into_any()
        }
        _ => view! { <p>"Only the operator can resume a whole team."</p> }.into_any(),
    };
    Some(view! {
        <h2>"What to do"</h2>
        <ul class="lines">{advice(incident).into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
        {act}
    })
}

/// What must be true before it goes on.
pub(super) fn advice(incident: &Incident) -> Vec<&'static str> {
    if incident.cause != PauseCause::Health {
        return vec!["Nothing of your team leaves until this pause is lifted. What you do here meanwhile is kept."];
    }
    let origin = match incident.scope {
        Scope::Part(LanePart::Source(_)) => {
            "Find out where this list comes from, and how old it is. Addresses that do not exist and people who complain \
             mean that it was guessed, bought, or collected long ago."
        }
        Scope::Part(LanePart::Mailbox(_)) => {
            "Look at what only this mailbox does: whom it writes to, how often, under which name."
        }
        Scope::Part(LanePart::Sequence(_)) => {
            "Read its mails as a stranger does: do they say who writes, why, and how to make it stop?"
        }
        Scope::Part(LanePart::Domain(_)) => {
            "Look at the domain's records, and at what all its mailboxes have in common."
        }
        Scope::Tenant => "Several parts of the team are taken badly at once: look at where the leads come from.",
    };
    vec![
        origin,
        "Who bounced or complained is suppressed already, and gets no mail any more.",
        "Take out who else came by the same way, before it goes on: the same again pauses it again.",
    ]
}

fn touched(incident: &Incident) -> &'static str {
    match incident.scope {
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
