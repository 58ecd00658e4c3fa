//! `/t/<slug>/domains/<id>`: what is missing before mail can leave under this name? The part that changes is a fragment of
//! its own, which the page fetches again while somebody looks at it.

use super::acts::{DomainAddress, find};
use super::records::Records;
use super::{domain_sentence, domain_state};
use crate::isolation::{of_part, pause_link};
use crate::page::{render, render_fragment};
use crate::ssr::{Address, Member};
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::pauses::Pauses;
use crate::ui::state::State as StateWord;
use crate::ui::steps::{Step, Steps};
use crate::ui::time::Time;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::domains::Domain;
use db::isolation::{Pause, parts};
use db::mailboxes;
use frontend::copy::Copying;
use frontend::region::Region;
use leptos::prelude::*;
use rules::access::Permission;
use rules::domains::{DomainState, Observation};
use rules::time::OffsetDateTime;

pub async fn page(State(site): State<Site>, member: Member, address: DomainAddress) -> Result<Response> {
    let Address((_, id)) = address;
    let (mut tx, frame) = member.enter().await?;
    let domain = find(&mut tx, id).await?;
    let mailboxes = mailboxes::list(&mut tx).await?.iter().filter(|mailbox| mailbox.domain == id).count();
    let pauses = of_part(&parts::list(&mut tx).await?, id);
    tx.commit().await?;
    let now = site.now();
    let can_publish = site.world.zones().is_some();
    Ok(render(&site, StatusCode::OK, domain.name.to_string(), move || {
        let at = frame.address(&format!("/domains/{id}"));
        let name = domain.name.to_string();
        let manages = frame.role.may(Permission::ManageDomains) && domain.removal_asked_at.is_none();
        let acts = manages.then(|| acts(&frame, &domain, &pauses, can_publish));
        let removal = manages.then(|| removal(&at, &name, mailboxes));
        view! {
            <Tenant frame=frame.clone() section=TenantSection::Domains>
                <div class="heading">
                    <h1>{name}</h1>
                    {acts}
                </div>
                <Pauses pauses now=frame.business_now/>
                <Region address=format!("{at}/standing")>{standing(domain, now)}</Region>
                {removal}
                <Copying/>
            </Tenant>
        }
    })
    .await)
}

/// The part of the page that changes by itself.
pub async fn fragment(State(site): State<Site>, member: Member, address: DomainAddress) -> Result<Response> {
    let Address((_, id)) = address;
    let (mut tx, _) = member.enter().await?;
    let domain = find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(render_fragment(|| standing(domain, site.now())))
}

fn standing(domain: Domain, now: OffsetDateTime) -> impl IntoView {
    let facts = domain.facts();
    let state = facts.state();
    let (tone, word) = domain_state(state);
    let sentence = domain_sentence(&domain);
    let steps = steps(&domain, state);
    let looked_at = domain.looked_at.map(|at| view! { <p class="soft">"DNS was last looked at "<Time at now/>"."</p> });
    let trouble = domain.trouble.clone().map(|(_, since)| {
        view! {
            <p class="soft">
                "Amazon SES did not take our last call; we have been trying again since "<Time at=since now/>"."
            </p>
        }
    });
    view! {
        <p role="status"><StateWord tone word/>" "{sentence}</p>
        {trouble}
        <Steps steps/>
        {looked_at}
        <Records domain now/>
    }
}

fn steps(domain: &Domain, state: DomainState) -> Vec<Step> {
    let required = domain.records.iter().filter(|record| record.wanted.purpose.is_required());
    let right = required.clone().filter(|record| record.observation == Some(Observation::Found)).count();
    let is_known = domain.dkim.is_some();
    // Two of MAIL FROM and three of DKIM come once SES has given its keys.
    let all = if is_known { required.count() } else { 6 };
    let (published, verified) = (is_known && right == all, state == DomainState::Verified);
    vec![
        Step { name: "Claimed", detail: format!("{} is your team's", domain.root), is_done: true },
        Step { name: "Records published", detail: format!("{right} of {all} required"), is_done: published },
        Step {
            name: "Verified by SES",
            detail: if verified {
                "mail can leave".to_owned()
            } else {
                "by itself, once they are published".to_owned()
            },
            is_done: verified,
        },
    ]
}

fn acts(frame: &TenantFrame, domain: &Domain, pauses: &[Pause], can_publish: bool) -> impl IntoView + use<> {
    let at = frame.address(&format!("/domains/{}", domain.id));
    let publish = can_publish.then(|| {
        view! {
            <form method="post" action=format!("{at}/publication") novalidate>
                <button class="button quiet">"Publish these records in the sandbox"</button>
            </form>
        }
    });
    view! {
        <div class="acts">
            {pause_link(&at, pauses)}
            <form method="post" action=format!("{at}/check") novalidate>
                <button class="button quiet">"Check now"</button>
            </form>
            {publish}
        </div>
    }
}

fn removal(at: &str, name: &str, mailboxes: usize) -> AnyView {
    if mailboxes > 0 {
        let count = if mailboxes == 1 { "1 mailbox sends".to_owned() } else { format!("{mailboxes} mailboxes send") };
        return view! { <p class="soft">{format!("{count} from {name}. It can be removed after them.")}</p> }
            .into_any();
    }
    let sentence = format!(
        "{name} is removed at Amazon SES, and nothing leaves under it any more. Its records in your DNS lose their use. \
         Other domains and other teams: not touched."
    );
    view! {
        <details class="danger">
            <summary>"Remove this domain"</summary>
            <p>{sentence}</p>
            <form method="post" action=format!("{at}/removal") novalidate>
                <button class="button danger">"Remove"</button>
            </form>
        </details>
    }
    .into_any()
}
