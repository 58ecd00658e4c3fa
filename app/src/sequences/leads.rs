//! Who is in a sequence: its sources, chosen on its page; and `/t/<slug>/sequences/<id>/leads`, the list with what keeps a
//! mail from being written.

use super::{SequenceAddress, find, sequence};
use crate::form::Form;
use crate::isolation::of_part;
use crate::page::render;
use crate::ssr::{Address, Ask, Member};
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::number::thousands;
use crate::ui::select::Select;
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::summary::Summary;
use crate::ui::table::{Column, Table};
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::isolation::Pause;
use db::leads::sources::Source;
use db::sequences::enrolments::{self, Enrolment, Which};
use db::sequences::{self, AddSource, Sequence};
use leptos::prelude::*;
use rules::access::Permission;
use rules::ids::{LeadId, SourceId};
use rules::isolation::LanePart;
use rules::limits;
use serde::Deserialize;

#[derive(Default, Deserialize)]
pub struct LeadsAsked {
    #[serde(default)]
    which: String,
    #[serde(default)]
    after: String,
}

/// Adds the leads of a source.
pub async fn submit(
    State(site): State<Site>,
    member: Member,
    Address((_, id)): SequenceAddress,
    mut form: Form,
) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let sequence = find(&mut tx, id).await?;
    let added = match SourceId::parse(form.value("source")) {
        Some(source) => sequences::add_source(&mut tx, id, source, frame.person.id, site.now()).await?,
        None => AddSource::Unknown,
    };
    let refusal = match added {
        AddSource::Done => {
            tx.commit().await?;
            return Ok(Redirect::to(&frame.address(&format!("/sequences/{id}"))).into_response());
        }
        AddSource::Unknown => "Choose a source of your leads.".to_owned(),
        AddSource::Growing => "This source is still being imported. Add it when that is done.".to_owned(),
        AddSource::TooMany => format!("A sequence has {} sources at most.", limits::SEQUENCE_SOURCES_MAX),
    };
    form.refuse("source", refusal);
    let shown = sequence::read(&mut tx, sequence, None).await?;
    tx.commit().await?;
    Ok(sequence::show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, shown, form).await)
}

/// Takes one lead out.
pub async fn remove(
    State(site): State<Site>,
    member: Member,
    Address((_, id, lead)): Address<(String, rules::ids::SequenceId, LeadId)>,
) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let sequence = find(&mut tx, id).await?;
    db::leads::find(&mut tx, lead).await?.ok_or(crate::Refusal::NotFound)?;
    enrolments::remove(&mut tx, sequence.id, lead, site.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&frame.address(&format!("/sequences/{id}/leads"))).into_response())
}

pub async fn page(
    State(site): State<Site>,
    member: Member,
    Address((_, id)): SequenceAddress,
    Ask(asked): Ask<LeadsAsked>,
) -> Result<Response> {
    let (which, tab) = match asked.which.as_str() {
        "blocked" => (Which::Blocked, "blocked"),
        "warned" => (Which::Warned, "warned"),
        "waiting" => (Which::Waiting, "waiting"),
        "active" => (Which::Active, "active"),
        "finished" => (Which::Finished, "finished"),
        "stopped" => (Which::Stopped, "stopped"),
        _ => (Which::All, "all"),
    };
    let (mut tx, frame) = member.enter().await?;
    let sequence = find(&mut tx, id).await?;
    let mut list = enrolments::list(&mut tx, id, which, LeadId::parse(&asked.after), limits::PAGE_ROWS_MAX + 1).await?;
    tx.commit().await?;
    let is_full = i64::try_from(list.len()).is_ok_and(|count| count > limits::PAGE_ROWS_MAX);
    if is_full {
        list.pop();
    }
    let title = format!("Leads of {}", sequence.name);
    Ok(render(&site, StatusCode::OK, title.clone(), move || {
        let at = frame.address(&format!("/sequences/{id}"));
        let next = list.last().filter(|_| is_full).map(|last| format!("{at}/leads?which={tab}&after={}", last.lead));
        let tabs = tabs(&at, &sequence, which);
        let manages = frame.role.may(Permission::ManageSequences);
        let content = if list.is_empty() {
            view! { <p class="soft">"Nobody."</p> }.into_any()
        } else {
            table(&frame, &at, list, manages).into_any()
        };
        view! {
            <Tenant frame section=TenantSection::Sequences>
                <h1>{title}</h1>
                <p><a href=at>"Back to the sequence"</a></p>
                {tabs}
                {content}
                {next.map(|href| view! { <p><a href=href>"Next page"</a></p> })}
            </Tenant>
        }
    })
    .await)
}

fn tabs(at: &str, sequence: &Sequence, which: Which) -> impl IntoView + use<> {
    let counts = sequence.counts;
    let tabs = [
        (Which::All, "all", format!("All {}", thousands(counts.leads))),
        (Which::Blocked, "blocked", format!("Blocked {}", thousands(counts.blocked))),
        (Which::Warned, "warned", format!("To be looked at {}", thousands(counts.warned))),
        (Which::Waiting, "waiting", format!("Not written to {}", thousands(counts.waiting))),
        (Which::Active, "active", format!("Under way {}", thousands(counts.active))),
        (Which::Finished, "finished", format!("Finished {}", thousands(counts.finished))),
        (Which::Stopped, "stopped", format!("Stopped {}", thousands(counts.stopped))),
    ];
    let tabs: Vec<_> = tabs
        .into_iter()
        .map(|(tab, word, label)| {
            let current = (tab == which).then_some("page");
            view! { <li><a href=format!("{at}/leads?which={word}") aria-current=current>{label}</a></li> }
        })
        .collect();
    view! { <ul class="tabs">{tabs}</ul> }
}

fn table(frame: &TenantFrame, at: &str, list: Vec<Enrolment>, manages: bool) -> impl IntoView + use<> {
    let rows: Vec<_> = list
        .into_iter()
        .map(|enrolment| {
            let lead = frame.address(&format!("/leads/{}", enrolment.lead));
            let mails = format!("{at}?lead={}", enrolment.lead);
            let email = enrolment.email.to_string();
            let how_far = how_far(&enrolment);
            let said = enrolment.problem.or(enrolment.warning).unwrap_or_default();
            let removal = manages.then(|| {
                let action = format!("{at}/leads/{}/removal", enrolment.lead);
                let label = format!("Take out {email}");
                view! {
                    <form method="post" action=action novalidate>
                        <button class="button quiet" aria-label=label>"Take out"</button>
                    </form>
                }
            });
            view! {
                <tr>
                    <th scope="row"><a href=lead>{email.clone()}</a></th>
                    <td data-label="How far">{how_far}</td>
                    <td data-label="What stands in the way" class="soft">{said}</td>
                    <td data-label="Mails"><a href=mails aria-label=format!("What they read: {email}")>"What they read"</a></td>
                    <td>{removal}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let columns = vec![
        Column::Text("Address"),
        Column::Text("How far"),
        Column::Text("What stands in the way"),
        Column::Text("Mails"),
        Column::Action,
    ];
    view! { <Table columns rows/> }
}

/// How far a lead is in the sequence, in words.
fn how_far(enrolment: &Enrolment) -> &'static str {
    match (enrolment.state.as_str(), enrolment.stopped_for.as_deref()) {
        ("waiting", _) => "Not written to",
        ("finished", _) => "Finished",
        ("stopped", Some("manual")) => "Stopped: taken out",
        ("stopped", Some("hard_bounce")) => "Stopped: bounced",
        ("stopped", Some("soft_bounces")) => "Stopped: kept bouncing",
        ("stopped", Some("complaint")) => "Stopped: complained",
        ("stopped", Some("replied")) => "Stopped: answered",
        ("stopped", Some("opt_out")) => "Stopped: opted out",
        ("stopped", Some("refused")) => "Stopped: refused by Amazon SES",
        ("stopped", _) => "Stopped: Amazon SES never answered",
        _ => "Under way",
    }
}

/// How many leads it has, and how many of them are in trouble; each number opens its rows.
pub(super) fn counts(frame: &TenantFrame, sequence: &Sequence) -> impl IntoView + use<> {
    let at = frame.address(&format!("/sequences/{}/leads", sequence.id));
    let counts = sequence.counts;
    let all = thousands(counts.leads);
    let checked = thousands(counts.leads - counts.unchecked);
    let filling = sequence.is_filling().then_some(", and more are being added");
    let progress = (counts.unchecked > 0).then(|| format!("{checked} of {all} looked through"));
    let blocked = (counts.blocked > 0).then(|| {
        let words = format!("{} blocked: a mail to them cannot be written", thousands(counts.blocked));
        view! { <li><a href=format!("{at}?which=blocked")>{words}</a></li> }
    });
    let warned = (counts.warned > 0).then(|| {
        let words = format!("{} to be looked at: a value looks as if it were none", thousands(counts.warned));
        view! { <li><a href=format!("{at}?which=warned")>{words}</a></li> }
    });
    let how_far = (sequence.started_at.is_some()).then(|| {
        let parts = [
            ("waiting", "not written to", counts.waiting),
            ("active", "under way", counts.active),
            ("finished", "finished", counts.finished),
            ("stopped", "stopped", counts.stopped),
        ];
        let parts = parts.map(|(which, words, count)| {
            view! { <li><a href=format!("{at}?which={which}")>{format!("{} {words}", thousands(count))}</a></li> }
        });
        parts.into_iter().collect::<Vec<_>>()
    });
    (counts.leads > 0 || sequence.is_filling()).then(|| {
        view! {
            <ul class="lines">
                <li><a href=at>{format!("{all} leads")}</a>{filling}</li>
                {progress.map(|words| view! { <li class="soft">{words}</li> })}
                {blocked}
                {warned}
                {how_far}
            </ul>
        }
    })
}

/// Its sources, and the form that adds one.
pub(super) fn view(
    frame: &TenantFrame,
    sequence: &Sequence,
    (sources, paused): (&[Source], &[(LanePart, Pause)]),
    form: &Form,
    manages: bool,
) -> impl IntoView + use<> {
    let lines: Vec<_> = sequence
        .sources
        .iter()
        .map(|source| {
            let href = frame.address(&format!("/leads?source={}", source.source));
            let state = (!of_part(paused, source.source).is_empty())
                .then(|| view! { " "<StateWord tone=Tone::Bad word="Paused"/> });
            // Whether its leads are in is said above, where the page renews itself.
            view! { <li><a href=href>{source.name.clone()}</a>{state}</li> }
        })
        .collect();
    let is_in = |source: &&Source| sequence.sources.iter().any(|known| known.source == source.id);
    let options: Vec<_> = sources
        .iter()
        .filter(|source| !is_in(source))
        .map(|source| (source.id.to_string(), format!("{} ({} leads)", source.name, thousands(source.accepted))))
        .collect();
    let action = frame.address(&format!("/sequences/{}/sources", sequence.id));
    let import = frame.address("/imports/new");
    let add = if !manages {
        ().into_any()
    } else if options.is_empty() && sources.is_empty() {
        view! { <p class="soft">"Your team has no leads yet. "<a href=import>"Import some"</a></p> }.into_any()
    } else if options.is_empty() {
        view! { <p class="soft">"All your sources are in."</p> }.into_any()
    } else {
        view! {
            <Summary form/>
            <form class="filter" method="post" action=action novalidate>
                <Select form name="source" label="Source" options/>
                <button class="button quiet">"Add its leads"</button>
            </form>
        }
        .into_any()
    };
    view! {
        <h2>"Who gets it"</h2>
        <ul class="lines">{lines}</ul>
        {add}
    }
}
