//! The way back of a part that stood still, on its incident's page: looked into, cleaned, tried with little, over. Each step
//! names what must be there before it; doing one twice is doing it once.

use super::incident::{IncidentAddress, find, read, show};
use crate::form::Form;
use crate::ssr::{Address, Member};
use crate::ui::choice::{Choice, Choose};
use crate::ui::frame::TenantFrame;
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::steps::{Step, Steps};
use crate::ui::{button::Submit, field::Field, summary::Summary};
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::health::incidents::recovery::{self, Cleaning};
use db::health::incidents::{self, Closing, Incident};
use db::health::probation;
use db::scope::TenantTx;
use leptos::prelude::*;
use rules::access::Permission;
use rules::accounts::Reason;
use rules::health::{Diagnosis, Proof, Scope, Stage, Trial};
use rules::isolation::{LanePart, PauseCause};
use rules::limits;
use rules::time::{OffsetDateTime, absolute};

/// What the steps need to know.
pub struct Standing {
    on_the_way: i64,
    has_waiting: bool,
    /// What the trial has shown, and when it was looked at.
    trial: Option<(Trial, OffsetDateTime)>,
}

impl Standing {
    pub async fn read(tx: &mut TenantTx, incident: &Incident, now: OffsetDateTime) -> Result<Self> {
        let trial = match (incident.stage(), incident.recovery.probation_at) {
            (Stage::Probation, Some(since)) => {
                let (tally, _) = probation::count(tx, incident.scope, since, now).await?;
                Some((Trial { since, tally }, now))
            }
            _ => None,
        };
        Ok(Self {
            on_the_way: recovery::count_on_the_way(tx, incident.scope, now).await?,
            has_waiting: recovery::has_waiting(tx, incident.scope).await?,
            trial,
        })
    }
}

/// Only a part that health has paused comes back by these steps.
const fn comes_back(incident: &Incident) -> bool {
    matches!((incident.scope, incident.cause), (Scope::Part(_), PauseCause::Health))
}

/// One that stands at this stage now. `None`: it has gone on, and its page says how.
async fn find_at(tx: &mut TenantTx, address: &IncidentAddress, stages: &[Stage]) -> Result<Option<Incident>> {
    let Address((_, id)) = address;
    let incident = find(tx, *id).await?;
    if !comes_back(&incident) {
        return Err(Refusal::NotFound);
    }
    Ok(Some(incident).filter(|incident| stages.contains(&incident.stage())))
}

fn back(frame: &TenantFrame, address: &IncidentAddress) -> Response {
    let Address((_, id)) = address;
    Redirect::to(&frame.address(&format!("/incidents/{id}"))).into_response()
}

pub async fn diagnose(
    State(site): State<Site>,
    member: Member,
    address: IncidentAddress,
    mut form: Form,
) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let now = frame.business_now;
    let Some(incident) = find_at(&mut tx, &address, &[Stage::Paused, Stage::Diagnosed]).await? else {
        return Ok(back(&frame, &address));
    };
    let shown = read(&mut tx, incident, now).await?;
    if shown.recovery.on_the_way > 0 {
        form.refuse("diagnosis", "Some mails are still on the way: wait until it is known what became of them.");
    }
    let diagnosis = form.check("diagnosis", Diagnosis::parse(form.value("diagnosis")).ok_or("Choose what it was."));
    let note = form.check("note", Reason::parse(form.value("note")));
    let (Some(diagnosis), Some(note), true) = (diagnosis, note, form.errors().is_empty()) else {
        return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, shown, form).await);
    };
    recovery::diagnose(&mut tx, shown.incident.id, frame.person.id, diagnosis, note.as_str(), now).await?;
    tx.commit().await?;
    Ok(back(&frame, &address))
}

pub async fn clean(
    State(site): State<Site>,
    member: Member,
    address: IncidentAddress,
    mut form: Form,
) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let now = frame.business_now;
    let Some(incident) = find_at(&mut tx, &address, &[Stage::Diagnosed]).await? else {
        return Ok(back(&frame, &address));
    };
    let cleaning = match form.value("what") {
        "dead" => Some(Cleaning::DeadDomains),
        "all" => Some(Cleaning::Everybody),
        _ => None,
    };
    let Some(cleaning) = form.check("what", cleaning.ok_or("Choose who is taken out.")) else {
        let shown = read(&mut tx, incident, now).await?;
        return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, shown, form).await);
    };
    recovery::clean(&mut tx, &incident, cleaning, frame.person.id, now).await?;
    tx.commit().await?;
    Ok(back(&frame, &address))
}

/// Where nobody is left to be written to there is nothing to try: then it is over.
pub async fn begin_probation(
    State(site): State<Site>,
    member: Member,
    address: IncidentAddress,
    mut form: Form,
) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let now = frame.business_now;
    let Some(incident) = find_at(&mut tx, &address, &[Stage::Cleaned]).await? else {
        return Ok(back(&frame, &address));
    };
    let Some(reason) = form.check("reason", Reason::parse(form.value("reason"))) else {
        let shown = read(&mut tx, incident, now).await?;
        return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, shown, form).await);
    };
    let by = frame.person.id;
    if recovery::has_waiting(&mut tx, incident.scope).await? {
        recovery::begin_probation(&mut tx, &incident, by, reason.as_str(), now).await?;
    } else {
        let (scope, cause, machine_now) = (incident.scope, incident.cause, site.now());
        let closing = Closing { scope, cause, by: Some(by), reason: reason.as_str(), now, machine_now };
        incidents::close(&mut tx, closing).await?;
    }
    tx.commit().await?;
    Ok(back(&frame, &address))
}

/// How far it has come, and the step that is next.
pub(super) fn view(
    frame: &TenantFrame,
    incident: &Incident,
    standing: &Standing,
    form: &Form,
) -> impl IntoView + use<> {
    if !comes_back(incident) {
        let open = incident.closed.is_none();
        return open.then(|| view! { <h2>"What to do"</h2><p>{whose(incident)}</p> }).into_any();
    }
    let at = frame.address(&format!("/incidents/{}", incident.id));
    let next = if frame.role.may(Permission::ManageMailboxes) {
        step(&at, incident, standing, form)
    } else if incident.stage() < Stage::Probation {
        let sentence = format!("The next step is for an {} of your team.", Permission::ManageMailboxes.holders());
        view! { <p>{sentence}</p> }.into_any()
    } else {
        step(&at, incident, standing, form)
    };
    let relapses = match incident.recovery.relapses {
        0 => None,
        1 => Some("It stood still again while it was tried.".to_owned()),
        times => Some(format!("It stood still again {times} times while it was tried.")),
    };
    view! {
        <h2>"The way back"</h2>
        <Steps steps=steps(incident)/>
        {relapses.map(|words| view! { <p>{words}</p> })}
        {next}
    }
    .into_any()
}

const fn whose(incident: &Incident) -> &'static str {
    match incident.cause {
        PauseCause::Evidence => {
            "It is over once the tests hold again: they are run every day, and whenever somebody asks for a report on the page \
             Evidence. What is wrong is the operator's to put right."
        }
        PauseCause::Aws => {
            "Amazon SES has stopped the team, and Amazon alone lifts that: the operator can ask it. What you do here \
             meanwhile is kept."
        }
        _ => {
            "Only the operator can resume a whole team. Nothing of it leaves until then; what you do here meanwhile is kept."
        }
    }
}

fn steps(incident: &Incident) -> Vec<Step> {
    let (stage, recovery) = (incident.stage(), &incident.recovery);
    let on = |at: Option<OffsetDateTime>| at.map(absolute).unwrap_or_default();
    let found = match (&recovery.diagnosis, recovery.diagnosed_at) {
        (Some((diagnosis, note)), Some(at)) => format!("{}: {note} · {}", diagnosis.label(), absolute(at)),
        _ => "What it was, once nothing of it is on the way any more".to_owned(),
    };
    let cleaned = match recovery.cleaned_at {
        Some(at) => format!("{} leads taken out · {}", recovery.removed, absolute(at)),
        None => "Who shares the fate of what bounced is taken out, the source is marked".to_owned(),
    };
    let tried = format!(
        "{} mails a day for {} days and {} mails{}",
        limits::PROBATION_A_DAY,
        limits::PROBATION_DAYS_MIN,
        limits::PROBATION_SENDS_MIN,
        recovery.probation_at.map(|at| format!(" · since {}", absolute(at))).unwrap_or_default()
    );
    let over = on(incident.closed.as_ref().map(|closed| closed.at));
    vec![
        Step { name: "Paused", detail: absolute(incident.opened_at), is_done: true },
        Step { name: "Looked into", detail: found, is_done: recovery.diagnosed_at.is_some() },
        Step { name: "Cleaned", detail: cleaned, is_done: recovery.cleaned_at.is_some() },
        Step { name: "Tried", detail: tried, is_done: stage == Stage::Over },
        Step { name: "Over", detail: over, is_done: stage == Stage::Over },
    ]
}

/// What comes next.
fn step(at: &str, incident: &Incident, standing: &Standing, form: &Form) -> AnyView {
    match incident.stage() {
        Stage::Paused => diagnosis(at, incident, standing, form).into_any(),
        Stage::Diagnosed => cleaning(at, incident, form).into_any(),
        Stage::Cleaned => trying(at, standing, form).into_any(),
        Stage::Probation => trial(standing).into_any(),
        Stage::Over => ().into_any(),
    }
}

fn diagnosis(at: &str, incident: &Incident, standing: &Standing, form: &Form) -> impl IntoView + use<> {
    let on_the_way = match standing.on_the_way {
        0 => view! { <p><StateWord tone=Tone::Good word="Nothing on the way"/>" It is known what became of every mail of it."</p> }.into_any(),
        count => view! {
            <p><StateWord tone=Tone::Waiting word="On the way"/>{format!(" Of {count} mails it is not known yet what became of them. Look again later.")}</p>
        }
        .into_any(),
    };
    let options = Diagnosis::ALL.map(|it| Choose { value: it.as_str(), label: it.label(), meaning: it.meaning() });
    let before = incident.recovery.diagnosis.as_ref();
    let chosen = before.map_or("", |(diagnosis, _)| diagnosis.as_str());
    let before = before.map(|(diagnosis, note)| format!("Found before: {}: {note}", diagnosis.label()));
    view! {
        <p>{origin(incident)}" "<a href="#mails">"The mails behind it"</a>" show the addresses and their providers. Who bounced or complained is suppressed already."</p>
        {before.map(|words| view! { <p>{words}</p> })}
        {on_the_way}
        <Summary form/>
        <form class="column" method="post" action=format!("{at}/diagnosis") novalidate>
            <Choice form name="diagnosis" legend="What was it?" options=options.into() chosen/>
            <Field form name="note" label="What did you find?" hint="Your team and the operator read it."/>
            <Submit label="Write it down"/>
        </form>
    }
}

fn origin(incident: &Incident) -> &'static str {
    match incident.scope {
        Scope::Part(LanePart::Source(_)) => {
            "Find out where this list comes from, and how old it is: addresses that do not exist and people who complain mean \
             that it was guessed, bought, or collected long ago."
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
        Scope::Tenant => "Several parts of the team are taken badly at once.",
    }
}

fn cleaning(at: &str, incident: &Incident, form: &Form) -> impl IntoView + use<> {
    let everybody = match incident.scope {
        Scope::Part(LanePart::Source(_)) => {
            "Nobody of this source is written to any more. The best for a list that was bought."
        }
        Scope::Part(_) | Scope::Tenant => "Nobody that it writes to is written to by it any more.",
    };
    let options = vec![
        Choose {
            value: "dead",
            label: "Who is at domains that only bounce",
            meaning: "Of which nothing arrived and at least two mails bounced. Providers of free mail are not among them.",
        },
        Choose { value: "all", label: "Everybody", meaning: everybody },
    ];
    view! {
        <p>"Who is taken out gets no mail of the sequences that they are in. The sources that the bad mails came by are marked, so that nobody takes them for good later."</p>
        <Summary form/>
        <form class="column" method="post" action=format!("{at}/cleaning") novalidate>
            <Choice form name="what" legend="Who is taken out?" options chosen="dead"/>
            <Submit label="Clean it" danger=true/>
        </form>
    }
}

fn trying(at: &str, standing: &Standing, form: &Form) -> impl IntoView + use<> {
    let (words, label) = if standing.has_waiting {
        let words = format!(
            "It sends again, at most {} mails in 24 hours. After {} days and {} mails with few bounces and no complaint it goes \
             on as before by itself; taken badly again, it stands still again.",
            limits::PROBATION_A_DAY,
            limits::PROBATION_DAYS_MIN,
            limits::PROBATION_SENDS_MIN
        );
        (words, "Try it")
    } else {
        ("Nobody of it is left to be written to: there is nothing to try.".to_owned(), "End the incident")
    };
    view! {
        <p>{words}</p>
        <Summary form/>
        <form class="column" method="post" action=format!("{at}/probation") novalidate>
            <Field form name="reason" label="What is different now?" hint="It stays with the incident."/>
            <Submit label/>
        </form>
    }
}

/// What the trial has shown so far.
fn trial(standing: &Standing) -> impl IntoView + use<> {
    standing.trial.map(|(trial, now)| {
        let lines = Proof::ALL.map(|proof| {
            let (is_shown, words) = trial.shows(proof, now);
            let (tone, word) = if is_shown { (Tone::Good, "Shown") } else { (Tone::Waiting, "Not yet") };
            view! { <li><StateWord tone word/>" "{words}</li> }
        });
        view! {
            <p>"It goes on as before by itself once all of this is shown, with the first mail that is due then."</p>
            <ul class="lines">{lines.collect_view()}</ul>
        }
    })
}
