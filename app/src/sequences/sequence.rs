//! `/t/<slug>/sequences/<id>`: who gets what, when? Its steps as one lead reads them, who writes it, who is in it, and what
//! stands in the way of starting it.

use super::preview::{Occasion, letter};
use super::words::{obstacle, start_facts, state_word};
use super::{SequenceAddress, find, leads, writers};
use crate::form::Form;
use crate::isolation::of_part;
use crate::page::{render, render_fragment};
use crate::ssr::{Address, Ask, Member};
use crate::ui::button::LinkButton;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::pauses::Pauses;
use crate::ui::select::Select;
use crate::ui::state::State as StateWord;
use crate::ui::time::Time;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::accounts::settings;
use db::isolation::{Pause, parts};
use db::leads::sources::{self, Source};
use db::mailboxes::{self, Mailbox};
use db::metrics::{self, Numbers};
use db::scope::TenantTx;
use db::sequences::Sequence;
use frontend::region::Region;
use leptos::prelude::*;
use rules::access::Permission;
use rules::ids::LeadId;
use rules::isolation::LanePart;
use rules::limits;
use rules::sequences::SequenceState;
use rules::time::OffsetDateTime;
use serde::Deserialize;

#[derive(Default, Deserialize)]
pub struct PreviewAsked {
    #[serde(default)]
    lead: String,
}

impl PreviewAsked {
    pub fn lead(&self) -> Option<LeadId> {
        LeadId::parse(&self.lead)
    }
}

/// All that the page shows.
pub(super) struct Shown {
    sequence: Sequence,
    mailboxes: Vec<Mailbox>,
    sources: Vec<Source>,
    paused: Vec<(LanePart, Pause)>,
    has_postal_address: bool,
    numbers: Numbers,
    occasion: Occasion,
}

pub(super) async fn read(tx: &mut TenantTx, sequence: Sequence, lead: Option<LeadId>) -> Result<Shown> {
    Ok(Shown {
        mailboxes: mailboxes::list(tx).await?,
        sources: sources::list(tx).await?,
        paused: parts::list(tx).await?,
        has_postal_address: settings::find_postal_address(tx).await?.is_some(),
        numbers: metrics::of_sequence(tx, sequence.id).await?,
        occasion: Occasion::read(tx, &sequence, lead).await?,
        sequence,
    })
}

pub async fn page(
    State(site): State<Site>,
    member: Member,
    Address((_, id)): SequenceAddress,
    Ask(asked): Ask<PreviewAsked>,
) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let sequence = find(&mut tx, id).await?;
    let shown = read(&mut tx, sequence, asked.lead()).await?;
    tx.commit().await?;
    Ok(show(&site, StatusCode::OK, frame, shown, Form::default()).await)
}

/// The part of the page that changes by itself.
pub async fn fragment(State(site): State<Site>, member: Member, address: SequenceAddress) -> Result<Response> {
    let Address((_, id)) = address;
    let (mut tx, frame) = member.enter().await?;
    let sequence = find(&mut tx, id).await?;
    let mailboxes = mailboxes::list(&mut tx).await?;
    let has_postal_address = settings::find_postal_address(&mut tx).await?.is_some();
    let numbers = metrics::of_sequence(&mut tx, id).await?;
    tx.commit().await?;
    Ok(render_fragment(|| standing(&frame, &sequence, &mailboxes, has_postal_address, numbers, site.now())))
}

pub(super) async fn show(site: &Site, status: StatusCode, frame: TenantFrame, shown: Shown, form: Form) -> Response {
    let now = site.now();
    let title = shown.sequence.name.clone();
    render(site, status, title.clone(), move || {
        let Shown { sequence, mailboxes, sources, paused, has_postal_address, numbers, occasion } = shown;
        let at = frame.address(&format!("/sequences/{}", sequence.id));
        let manages = frame.role.may(Permission::ManageSequences);
        let held = of_part(&paused, sequence.id);
        let (business_now, health) = (frame.business_now, Some(frame.address("/health")));
        let acts = manages.then(|| acts(&at, sequence.state()));
        let standing = standing(&frame, &sequence, &mailboxes, has_postal_address, numbers, now);
        let steps = steps(&at, &sequence, &occasion, manages, now);
        let writers = writers::view(&frame, &sequence, &mailboxes, manages);
        let members = leads::view(&frame, &sequence, (&sources, &paused), &form, manages);
        view! {
            <Tenant frame section=TenantSection::Sequences>
                <div class="heading">
                    <h1>{title}</h1>
                    {acts}
                </div>
                <Pauses pauses=held now=business_now health/>
                <Region address=format!("{at}/standing")>{standing}</Region>
                {steps}
                {writers}
                {members}
            </Tenant>
        }
    })
    .await
}

fn acts(at: &str, state: SequenceState) -> impl IntoView + use<> {
    match state {
        SequenceState::Draft => view! { <LinkButton href=format!("{at}/start") label="Start"/> }.into_any(),
        SequenceState::Paused => view! { <LinkButton href=format!("{at}/start") label="Go on"/> }.into_any(),
        SequenceState::Running => view! {
            <form method="post" action=format!("{at}/pause") novalidate>
                <button class="button quiet">"Pause"</button>
            </form>
        }
        .into_any(),
    }
}

fn standing(
    frame: &TenantFrame,
    sequence: &Sequence,
    mailboxes: &[Mailbox],
    has_postal_address: bool,
    numbers: Numbers,
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let (tone, word) = state_word(sequence.state());
    let since = match sequence.state() {
        SequenceState::Draft => None,
        SequenceState::Running => sequence.started_at,
        SequenceState::Paused => sequence.paused_at,
    };
    let since = since.map(|at| view! { " since "<Time at now/> });
    let lines: Vec<_> = start_facts(sequence, mailboxes, has_postal_address)
        .obstacles()
        .into_iter()
        .map(|found| {
            let (sentence, mend) = obstacle(found, sequence);
            let mend = mend.map(|(page, label)| view! { " "<a href=frame.address(&page)>{label}</a> });
            view! { <li>{sentence}{mend}</li> }
        })
        .collect();
    let obstacles = (!lines.is_empty()).then(|| {
        let lead = if sequence.state() == SequenceState::Draft { "Before it can start:" } else { "What it lacks now:" };
        view! { <div class="notice"><p>{lead}</p><ul>{lines}</ul></div> }
    });
    let trouble = sequence.trouble.as_ref().map(|(_, since)| {
        let since = *since;
        view! { <p class="soft">"Something on our side failed, and is tried again since "<Time at=since now/>"."</p> }
    });
    view! {
        <p role="status"><StateWord tone word/>{since}</p>
        {obstacles}
        {trouble}
        {leads::counts(frame, sequence)}
        {crate::metrics::of_sequence(frame, sequence.id, numbers)}
    }
}

/// The mails, as the chosen lead reads them.
fn steps(
    at: &str,
    sequence: &Sequence,
    occasion: &Occasion,
    manages: bool,
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let edits = manages && sequence.state() != SequenceState::Running;
    let mut day = 0;
    let items: Vec<_> = sequence
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| {
            day += step.delay_days;
            let wait = match step.delay_days {
                0 => "First mail".to_owned(),
                1 => "1 sending day after the mail before".to_owned(),
                days => format!("{days} sending days after the mail before"),
            };
            let when = format!("Sending day {}", day + 1);
            let edit = edits.then(|| {
                let href = format!("{at}/steps/{}", step.number);
                view! { <a href=href aria-label=format!("Change step {}", step.number)>"Change"</a> }
            });
            view! {
                <li>
                    <p><strong>{when}</strong><span class="soft">{format!(" · {wait} ")}</span>{edit}</p>
                    {letter(occasion.write(&sequence.steps, index, now))}
                </li>
            }
        })
        .collect();
    let may_grow = i64::try_from(sequence.steps.len()).is_ok_and(|count| count < limits::STEPS_MAX);
    let add = (edits && may_grow).then(|| {
        let href = format!("{at}/steps/{}", sequence.steps.len() + 1);
        let label = if sequence.steps.is_empty() { "Write the first mail" } else { "Add a follow-up" };
        view! { <LinkButton href label quiet=true/> }
    });
    let held = (manages && !edits).then(|| view! { <p class="soft">"Pause it to change what it says."</p> });
    let chooser = (!items.is_empty()).then(|| chooser(at, occasion));
    view! {
        <h2>"What they read"</h2>
        {chooser}
        <ol class="timeline">{items}</ol>
        {add}
        {held}
    }
}

fn chooser(at: &str, occasion: &Occasion) -> impl IntoView + use<> {
    let chosen = occasion.lead.as_ref().map(|lead| lead.id.to_string()).unwrap_or_default();
    let form = Form::of([("lead", chosen)]);
    let options: Vec<_> = occasion.choices.iter().map(|(id, email)| (id.to_string(), email.clone())).collect();
    (!options.is_empty()).then(|| {
        view! {
            <form class="filter" method="get" action=at.to_owned()>
                <Select form=&form name="lead" label="As this lead reads it" options/>
                <button class="button quiet">"Show"</button>
            </form>
        }
    })
}
