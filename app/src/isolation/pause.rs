//! `…/pause` and `…/resume` of a mailbox, a domain or a source: holds that part of the team's lane, with a reason, and lifts
//! that pause again. Other causes, and other parts, stay as they are.

use super::standing::{home, is_paused_by_team, of_part, section};
use crate::form::Form;
use crate::page::render;
use crate::ssr::{Address, Member};
use crate::ui::frame::{Tenant, TenantFrame};
use crate::ui::pauses::Pauses;
use crate::ui::{button::Submit, field::Field, summary::Summary};
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::isolation::{Pause, parts};
use db::leads::sources;
use db::scope::TenantTx;
use db::{domains, mailboxes, sequences};
use leptos::prelude::*;
use rules::accounts::Reason;
use rules::ids::PauseId;
use rules::isolation::LanePart;

/// Of an address below one part of a team's lane: the id's type says which.
type PartAddress<Id> = Address<(String, Id)>;

/// What both pages show.
struct Shown {
    part: LanePart,
    /// As people call it.
    name: String,
    pauses: Vec<Pause>,
}

impl Shown {
    /// A part that is not this team's does not exist.
    async fn read(tx: &mut TenantTx, part: LanePart) -> Result<Self> {
        let name = match part {
            LanePart::Mailbox(id) => mailboxes::find(tx, id).await?.map(|mailbox| mailbox.address.to_string()),
            LanePart::Domain(id) => domains::find(tx, id).await?.map(|domain| domain.name.to_string()),
            LanePart::Source(id) => sources::find(tx, id).await?.map(|source| source.name),
            LanePart::Sequence(id) => sequences::find_uncounted(tx, id).await?.map(|sequence| sequence.name),
        };
        let pauses = of_part(&parts::list(tx).await?, part);
        Ok(Self { part, name: name.ok_or(Refusal::NotFound)?, pauses })
    }
}

pub async fn page<Id: Into<LanePart>>(
    State(site): State<Site>,
    member: Member,
    Address((_, id)): PartAddress<Id>,
) -> Result<Response> {
    let (frame, shown) = look(&member, id.into()).await?;
    Ok(ask_pause(&site, StatusCode::OK, frame, shown, Form::default()).await)
}

pub async fn submit<Id: Into<LanePart>>(
    State(site): State<Site>,
    member: Member,
    Address((_, id)): PartAddress<Id>,
    mut form: Form,
) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let shown = Shown::read(&mut tx, id.into()).await?;
    let Some(reason) = form.check("reason", Reason::parse(form.value("reason"))) else {
        return Ok(ask_pause(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, shown, form).await);
    };
    let pause = PauseId::new(site.now(), site.chance());
    parts::pause(&mut tx, shown.part, pause, frame.person.id, reason.as_str(), frame.business_now).await?;
    tx.commit().await?;
    Ok(Redirect::to(&frame.address(&home(shown.part))).into_response())
}

pub async fn resume_page<Id: Into<LanePart>>(
    State(site): State<Site>,
    member: Member,
    Address((_, id)): PartAddress<Id>,
) -> Result<Response> {
    let (frame, shown) = look(&member, id.into()).await?;
    Ok(ask_resume(&site, frame, shown).await)
}

pub async fn submit_resume<Id: Into<LanePart>>(member: Member, Address((_, id)): PartAddress<Id>) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let shown = Shown::read(&mut tx, id.into()).await?;
    parts::resume(&mut tx, shown.part, frame.person.id, frame.business_now).await?;
    tx.commit().await?;
    Ok(Redirect::to(&frame.address(&home(shown.part))).into_response())
}

async fn look(member: &Member, part: LanePart) -> Result<(TenantFrame, Shown)> {
    let (mut tx, frame) = member.enter().await?;
    let shown = Shown::read(&mut tx, part).await?;
    tx.commit().await?;
    Ok((frame, shown))
}

async fn ask_pause(site: &Site, status: StatusCode, frame: TenantFrame, shown: Shown, form: Form) -> Response {
    let Shown { part, name, pauses } = shown;
    let title = format!("Pause {name}");
    render(site, status, title.clone(), move || {
        let (now, health) = (frame.business_now, Some(frame.address("/health")));
        let known =
            is_paused_by_team(&pauses).then_some(" Your team has paused it already: once more changes nothing.");
        view! {
            <Tenant frame section=section(part)>
                <h1>{title}</h1>
                <p>{consequence(part, &name)}{known}</p>
                <Pauses pauses now health/>
                <Summary form=&form/>
                <form class="column" method="post" novalidate>
                    <Field form=&form name="reason" label="Reason" hint="Your team reads it."/>
                    <Submit label="Pause" danger=true/>
                </form>
            </Tenant>
        }
    })
    .await
}

async fn ask_resume(site: &Site, frame: TenantFrame, shown: Shown) -> Response {
    let Shown { part, name, pauses } = shown;
    let title = format!("Resume {name}");
    render(site, StatusCode::OK, title.clone(), move || {
        let (now, health) = (frame.business_now, Some(frame.address("/health")));
        let content = if is_paused_by_team(&pauses) {
            let stays = (pauses.len() > 1)
                .then_some(" What else holds it stays: only your team's own pause is lifted, so it does not send yet.");
            view! {
                <p>{resumption(part, &name)}{stays}</p>
                <form method="post">
                    <Submit label="Resume"/>
                </form>
            }
            .into_any()
        } else if pauses.is_empty() {
            view! { <p>"It is not paused."</p> }.into_any()
        } else {
            view! { <p>"Your team has not paused it, and cannot lift what holds it."</p> }.into_any()
        };
        view! {
            <Tenant frame section=section(part)>
                <h1>{title}</h1>
                <Pauses pauses now health/>
                {content}
            </Tenant>
        }
    })
    .await
}

/// What stands still, and what does not.
fn consequence(part: LanePart, name: &str) -> String {
    match part {
        LanePart::Mailbox(_) => format!(
            "Nothing leaves from {name} until you resume it: its follow-ups wait too. Your other mailboxes, and other \
             teams: not touched."
        ),
        LanePart::Domain(_) => format!(
            "Nothing leaves from any mailbox at {name} until you resume it: their follow-ups wait too. Your other domains, \
             and other teams: not touched."
        ),
        LanePart::Source(_) => format!(
            "Nobody who came into a sequence from “{name}” is written to until you resume it: follow-ups wait too. Your \
             other sources, and other teams: not touched."
        ),
        LanePart::Sequence(_) => format!(
            "No mail of “{name}” leaves until you resume it: follow-ups wait too. Your other sequences, and other teams: not \
             touched."
        ),
    }
}

fn resumption(part: LanePart, name: &str) -> String {
    match part {
        LanePart::Mailbox(_) => format!("{name} sends again, at its own pace."),
        LanePart::Domain(_) => format!("Mailboxes at {name} send again, each at its own pace."),
        LanePart::Source(_) => format!("Leads from “{name}” are written to again."),
        LanePart::Sequence(_) => format!("Mails of “{name}” leave again."),
    }
}
