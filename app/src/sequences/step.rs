//! `/t/<slug>/sequences/<id>/steps/<n>`: one mail of a sequence: how long it waits, its subject and its body; beside it, the
//! mail as a lead reads it.

use super::find;
use super::preview::{Occasion, letter};
use crate::form::Form;
use crate::page::render;
use crate::ssr::{Address, Member};
use crate::ui::area::Area;
use crate::ui::field::Field;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::select::Select;
use crate::ui::summary::Summary;
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::leads;
use db::scope::TenantTx;
use db::sequences::steps::{self, Change};
use db::sequences::{Sequence, StoredStep};
use leptos::prelude::*;
use rules::ids::{LeadId, SequenceId};
use rules::leads::FieldName;
use rules::limits;
use rules::sequences::{SENDER_FIELDS, SequenceState, Step, parse_delay};
use rules::time::OffsetDateTime;
use std::collections::BTreeSet;

/// Of an address below one step of a sequence.
pub type StepAddress = Address<(String, SequenceId, u16)>;

/// What the page shows beside the form.
struct Shown {
    sequence: Sequence,
    number: u16,
    known: BTreeSet<String>,
    occasion: Occasion,
}

impl Shown {
    /// The step that is there, or the one behind the last.
    async fn read(tx: &mut TenantTx, id: SequenceId, number: u16, lead: Option<LeadId>) -> Result<Self> {
        let sequence = find(tx, id).await?;
        let last = u16::try_from(sequence.steps.len()).unwrap_or(u16::MAX);
        if number == 0 || number > last + 1 || i64::from(number) > limits::STEPS_MAX {
            return Err(Refusal::NotFound);
        }
        let occasion = Occasion::read(tx, &sequence, lead).await?;
        Ok(Self { number, known: known_fields(tx).await?, occasion, sequence })
    }

    fn is_first(&self) -> bool {
        self.number == 1
    }

    fn stored(&self) -> Option<&StoredStep> {
        self.sequence.steps.iter().find(|step| step.number == self.number)
    }

    /// The steps as they would be with what is in the form.
    fn steps_with(&self, form: &Form) -> Vec<StoredStep> {
        let mut steps = self.sequence.steps.clone();
        steps.retain(|step| step.number < self.number);
        let text = |field| form.value(field).to_owned();
        steps.push(StoredStep { number: self.number, delay_days: 0, subject: text("subject"), body: text("body") });
        steps
    }
}

/// What leads of this team have; before the first file, what most files have.
async fn known_fields(tx: &mut TenantTx) -> Result<BTreeSet<String>> {
    let mut known: BTreeSet<String> = leads::list_fields(tx).await?.into_iter().map(|(name, _)| name).collect();
    if known.is_empty() {
        known.extend(FieldName::standard().map(|name| name.as_str().to_owned()));
    }
    known.insert("email".to_owned());
    Ok(known)
}

pub async fn page(State(site): State<Site>, member: Member, address: StepAddress) -> Result<Response> {
    let Address((_, id, number)) = address;
    let (mut tx, frame) = member.enter().await?;
    let shown = Shown::read(&mut tx, id, number, None).await?;
    tx.commit().await?;
    let form = match shown.stored() {
        Some(step) => Form::of([
            ("delay", step.delay_days.to_string()),
            ("subject", step.subject.clone()),
            ("body", step.body.clone()),
        ]),
        None => Form::of([("delay", limits::STEP_DELAY_DAYS_START.to_string())]),
    };
    Ok(show(&site, StatusCode::OK, frame, shown, form).await)
}

/// Saves the step, or shows it as a lead reads it when `act` asks for that.
pub async fn submit(
    State(site): State<Site>,
    member: Member,
    Address((_, id, number)): StepAddress,
    mut form: Form,
) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let shown = Shown::read(&mut tx, id, number, LeadId::parse(form.value("lead"))).await?;
    let is_first = shown.is_first();
    let delay = form.check("delay", parse_delay(form.value("delay"), is_first));
    let subject = form.value("subject").trim().to_owned();
    let body = form.value("body").to_owned();
    let has_subject = form.check("subject", Step::check_subject(&subject, is_first, &shown.known)).is_some();
    let has_body = form.check("body", Step::check_body(&body, &shown.known)).is_some();
    if form.value("act") == "preview" {
        tx.commit().await?;
        return Ok(show(&site, StatusCode::OK, frame, shown, form).await);
    }
    let Some(delay_days) = delay.filter(|_| has_subject && has_body) else {
        return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, shown, form).await);
    };
    let step = StoredStep { number, delay_days, subject, body };
    let refusal = match steps::save(&mut tx, id, &step, site.now()).await? {
        Change::Done => {
            tx.commit().await?;
            return Ok(Redirect::to(&frame.address(&format!("/sequences/{id}"))).into_response());
        }
        Change::Running => "The sequence is running. Pause it, and save this then.".to_owned(),
        Change::TooMany => format!("A sequence has {} steps at most.", limits::STEPS_MAX),
    };
    form.refuse("", refusal);
    Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, shown, form).await)
}

pub async fn remove(State(site): State<Site>, member: Member, address: StepAddress) -> Result<Response> {
    let Address((_, id, number)) = address;
    let (mut tx, frame) = member.enter().await?;
    let shown = Shown::read(&mut tx, id, number, None).await?;
    if steps::remove(&mut tx, shown.sequence.id, number, site.now()).await? == Change::Done {
        tx.commit().await?;
    }
    Ok(Redirect::to(&frame.address(&format!("/sequences/{id}"))).into_response())
}

async fn show(site: &Site, status: StatusCode, frame: TenantFrame, shown: Shown, form: Form) -> Response {
    let now = site.now();
    let title = if shown.is_first() { "The first mail".to_owned() } else { format!("Step {}", shown.number) };
    render(site, status, title.clone(), move || {
        let at = frame.address(&format!("/sequences/{}", shown.sequence.id));
        let name = shown.sequence.name.clone();
        let held = (shown.sequence.state() == SequenceState::Running).then(|| {
            view! { <p class="notice">"The sequence is running. Pause it to save a change."</p> }
        });
        let removal = shown.stored().map(|_| removal(&format!("{at}/steps/{}", shown.number)));
        let editor = editor(&at, &shown, &form);
        let reading = reading(&shown, &form, now);
        view! {
            <Tenant frame section=TenantSection::Sequences>
                <h1>{title}</h1>
                <p><a href=at.clone()>{format!("Back to {name}")}</a></p>
                {held}
                <Summary form=&form/>
                <div class="sides">
                    {editor}
                    <section aria-label="As a lead reads it">{reading}</section>
                </div>
                {removal}
            </Tenant>
        }
    })
    .await
}

fn editor(at: &str, shown: &Shown, form: &Form) -> impl IntoView + use<> {
    let action = format!("{at}/steps/{}", shown.number);
    let wait =
        (!shown.is_first()).then(|| view! { <Field form name="delay" label="Sending days after the mail before"/> });
    let subject_hint = if shown.is_first() {
        "It may name fields too."
    } else {
        "Leave it empty to answer in the thread of the mail before."
    };
    let chosen = shown.occasion.lead.as_ref().map(|lead| lead.id.to_string()).unwrap_or_default();
    let lead = Form::of([("lead", chosen)]);
    let options: Vec<_> = shown.occasion.choices.iter().map(|(id, email)| (id.to_string(), email.clone())).collect();
    let chooser = (!options.is_empty())
        .then(|| view! { <Select form=&lead name="lead" label="Show it as this lead reads it" options/> });
    view! {
        <form method="post" novalidate action=action>
            {wait}
            <Field form name="subject" label="Subject" hint=subject_hint/>
            <Area
                form
                name="body"
                label="Body"
                hint="Plain text. Signature, postal address and the way out are added by themselves."
                rows=12
            />
            {fields(&shown.known)}
            {chooser}
            <p class="acts">
                <button class="button" name="act" value="save">"Save"</button>
                <button class="button quiet" name="act" value="preview">"Show it"</button>
            </p>
        </form>
    }
}

/// What can be named, ready to be copied.
fn fields(known: &BTreeSet<String>) -> impl IntoView + use<> {
    let of_lead = known.iter().map(|name| format!("{{{{ lead.{name} }}}}"));
    let of_sender = SENDER_FIELDS.iter().map(|name| format!("{{{{ sender.{name} }}}}"));
    let items: Vec<_> = of_lead.chain(of_sender).map(|text| view! { <li><code>{text}</code></li> }).collect();
    view! {
        <details class="fields-known">
            <summary>"Fields that a mail can name"</summary>
            <ul>{items}</ul>
            <p class="soft">
                "A lead without a value for a field gets no mail, unless a default stands behind it: "
                <code>"{{ lead.first_name | default: \"there\" }}"</code>
            </p>
        </details>
    }
}

fn reading(shown: &Shown, form: &Form, now: OffsetDateTime) -> impl IntoView + use<> {
    let has_errors = form.error("subject").or_else(|| form.error("body")).is_some();
    if has_errors || form.value("body").is_empty() {
        return view! { <p class="soft">"It shows here once it can be read."</p> }.into_any();
    }
    let steps = shown.steps_with(form);
    let written = shown.occasion.write(&steps, steps.len() - 1, now);
    let lead = shown.occasion.lead.as_ref().map(|lead| format!("As {} reads it", lead.email));
    view! {
        {lead.map(|words| view! { <p class="soft">{words}</p> })}
        {letter(written)}
    }
    .into_any()
}

fn removal(at: &str) -> impl IntoView + use<> {
    view! {
        <details class="danger">
            <summary>"Take this step out"</summary>
            <p>"Later steps move up by one. Nothing that was sent is touched."</p>
            <form method="post" action=format!("{at}/removal") novalidate>
                <button class="button danger">"Take out"</button>
            </form>
        </details>
    }
}
