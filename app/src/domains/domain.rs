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
use rules::domains::{DomainState, Lapse, Observation, Proof, Purpose};
use rules::time::OffsetDateTime;

pub async fn page(State(site): State<Site>, member: Member, address: DomainAddress) -> Result<Response> {
    let Address((_, id)) = address;
    let (mut tx, frame) = member.enter().await?;
    let domain = find(&mut tx, id).await?;
    let mailboxes = mailboxes::list(&mut tx).await?.iter().filter(|mailbox| mailbox.domain == id).count();
    let pauses = of_part(&parts::list(&mut tx).await?, id);
    tx.commit().await?;
    let now = site.now();
    let can_publish = site.world.hands().is_some();
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
                <Pauses pauses now=frame.business_now health=Some(frame.address("/health"))/>
                <Region address=format!("{at}/standing")>{standing(domain, now, frame.business_now)}</Region>
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
    let (mut tx, frame) = member.enter().await?;
    let domain = find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(render_fragment(|| standing(domain, site.now(), frame.business_now)))
}

fn standing(domain: Domain, now: OffsetDateTime, business_now: OffsetDateTime) -> impl IntoView {
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
        {claim_end(&domain, business_now)}
        <Steps steps/>
        {looked_at}
        <Records domain now/>
    }
}

/// Until when the claim stands without its proof.
fn claim_end(domain: &Domain, business_now: OffsetDateTime) -> Option<impl IntoView + use<>> {
    let at = domain.claim_ends_at.filter(|_| domain.removal_asked_at.is_none())?;
    let what = match domain.facts().proof() {
        Proof::Missing(Lapse::Lost) => {
            "The ownership record is gone, and Amazon SES does not see the domain's keys any more. Without either of them"
        }
        Proof::Missing(Lapse::Unproved) | Proof::CannotTell | Proof::Shown => "Without the ownership record",
    };
    Some(view! {
        <p class="soft">
            {what}" the claim ends "<Time at now=business_now/>": then another team can connect the name."
        </p>
    })
}

fn steps(domain: &Domain, state: DomainState) -> Vec<Step> {
    let others = domain
        .records
        .iter()
        .filter(|record| record.wanted.purpose.is_required() && record.wanted.purpose != Purpose::Ownership);
    let all = others.clone().count();
    let right = others.filter(|record| record.observation == Some(Observation::Found)).count();
    let (is_owned, is_known) = (domain.facts().is_owned(), domain.dkim.is_some());
    let verified = state == DomainState::Verified;
    let step = |name, detail: &str, is_done| Step { name, detail: detail.to_owned(), is_done };
    let published = if is_known { format!("{right} of {all} required") } else { "DKIM comes after step 2".to_owned() };
    vec![
        step("Claimed", domain.root.as_str(), true),
        step("Ownership shown", if is_owned { "the name is your team's" } else { "1 TXT record" }, is_owned),
        step("Records published", &published, is_known && right == all),
        step(
            "Verified by SES",
            if verified { "mail can leave" } else { "by itself, once they are published" },
            verified,
        ),
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
