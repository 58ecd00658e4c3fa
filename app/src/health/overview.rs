//! `/t/<slug>/health`: how is the team's mail taken, what stands still for it, and where are the limits?

use super::words::{incident_table, state, what};
use crate::isolation::home;
use crate::page::render;
use crate::ssr::{Ask, Member};
use crate::ui::empty::Empty;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::number::thousands;
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::health::incidents::{self, Incident};
use db::health::{self, Line};
use db::isolation::ses_standing::{self, Finding};
use db::isolation::ses_tenants::{self, SesTenant};
use db::isolation::tiers;
use leptos::prelude::*;
use rules::health::{LIMITS, Measure, Scope, Span, Stage, Standing, Tally, limit_words, standing};
use rules::ids::IncidentId;
use rules::isolation::{SharedPoolMode, Tier};
use rules::limits;
use rules::metrics::rate;
use rules::time::OffsetDateTime;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct IncidentsAsked {
    /// The last incident of the page before.
    before: Option<IncidentId>,
}

/// Lines of each kind: the worst and the largest first.
const LINES_MAX: i64 = 20;

pub async fn page(State(site): State<Site>, member: Member, Ask(asked): Ask<IncidentsAsked>) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let lines = health::list_lines(&mut tx, frame.business_now, LINES_MAX).await?;
    let open = incidents::list_open(&mut tx).await?;
    let mut all = incidents::list(&mut tx, asked.before, limits::PAGE_ROWS_MAX + 1).await?;
    let at_ses = ses_tenants::find(&mut tx).await?;
    let findings = ses_standing::list_findings(&mut tx).await?;
    let tier = tiers::find(&mut tx).await?.wish.tier();
    tx.commit().await?;
    let is_full = i64::try_from(all.len()).is_ok_and(|count| count > limits::PAGE_ROWS_MAX);
    if is_full {
        all.pop();
    }
    let machine_now = site.now();
    Ok(render(&site, StatusCode::OK, "Health", move || {
        let now = frame.business_now;
        let next =
            all.last().filter(|_| is_full).map(|last| frame.address(&format!("/health?before={}#incidents", last.id)));
        let history = if all.is_empty() {
            view! { <p class="soft">"None: nothing of this team was paused by Ownlane or the operator so far."</p> }
                .into_any()
        } else {
            let at = |incident: &Incident| frame.address(&format!("/incidents/{}", incident.id));
            let lines = all.into_iter().map(|incident| (at(&incident), None, incident)).collect();
            incident_table(lines, now).into_any()
        };
        let evidence = frame.address("/evidence");
        let standing = standing_now(&frame, &open);
        let lines = if lines.is_empty() {
            view! { <Empty sentence="No mail left in the last 24 hours: there is nothing to judge."/> }.into_any()
        } else {
            table(&frame, lines, &open).into_any()
        };
        view! {
            <Tenant frame section=TenantSection::Health>
                <h1>"Health"</h1>
                {standing}
                <h2>"The last 24 hours"</h2>
                {lines}
                <h2>"What is this team's own"</h2>
                {own(&evidence, tier, at_ses.as_ref())}
                <h2>"What Amazon SES says"</h2>
                {amazon(at_ses, findings, machine_now)}
                <h2>"When something stops"</h2>
                {limit_list()}
                <h2 id="incidents">"Incidents"</h2>
                {history}
                {next.map(|href| view! { <p><a href=href>"Older incidents"</a></p> })}
            </Tenant>
        }
    })
    .await)
}

/// What stands still now, with the way to what happened.
fn standing_now(frame: &TenantFrame, open: &[Incident]) -> AnyView {
    if open.is_empty() {
        return view! {
            <p><StateWord tone=Tone::Good word="Nothing paused"/>" Ownlane holds nothing of this team back."</p>
        }
        .into_any();
    }
    let now = frame.business_now;
    let lines = open.iter().map(|incident| {
        let href = frame.address(&format!("/incidents/{}", incident.id));
        view! {
            <li>
                {state(incident)}
                " "<a href=href>{what(incident)}</a>" "<Time at=incident.opened_at now/>" · "{incident.reason.clone()}
            </li>
        }
    });
    let rest = if open.iter().any(|incident| incident.scope == Scope::Tenant) {
        "Nothing of the team leaves meanwhile. Open one to see what happened and what to do."
    } else {
        "Whatever else the team sends goes on. Open one to see what happened and what to do."
    };
    view! {
        <section class="notice bad" aria-label="Paused or on probation">
            <ul class="lines">{lines.collect_view()}</ul>
            <p>{rest}</p>
        </section>
    }
    .into_any()
}

fn table(frame: &TenantFrame, lines: Vec<Line>, open: &[Incident]) -> impl IntoView + use<> {
    let rows: Vec<_> = lines
        .into_iter()
        .map(|line| {
            let name = match line.scope {
                Scope::Tenant => view! { "The whole team" }.into_any(),
                Scope::Part(part) => view! { <a href=frame.address(&home(part))>{line.name.clone()}</a> }.into_any(),
            };
            let stage = open.iter().find(|incident| incident.scope == line.scope).map(Incident::stage);
            let (tone, word) = word(stage, standing(line.hour, line.day));
            let numbers = |measure: Measure| match (measure.of(line.day), line.day.sends) {
                (bad, sends) if sends < limits::RATE_SENDS_MIN => format!("{bad} of {sends}"),
                (bad, sends) => rate(bad, sends),
            };
            view! {
                <tr>
                    <th scope="row">{name}</th>
                    <td data-label="Kind">{line.scope.word()}</td>
                    <td data-label="State"><StateWord tone word/></td>
                    <td data-label="Sent" class="number">{thousands(line.day.sends)}</td>
                    <td data-label="Hard bounces">{numbers(Measure::HardBounces)}</td>
                    <td data-label="Complaints">{numbers(Measure::Complaints)}</td>
                    <td data-label="In the last hour">{last_hour(line.hour)}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let columns = vec![
        Column::Text("What"),
        Column::Text("Kind"),
        Column::Text("State"),
        Column::Number("Sent"),
        Column::Text("Hard bounces"),
        Column::Text("Complaints"),
        Column::Text("In the last hour"),
    ];
    view! { <Table columns rows/> }
}

fn last_hour(tally: Tally) -> String {
    let Tally { sends, hard_bounces, complaints } = tally;
    if sends == 0 {
        return "nothing sent".to_owned();
    }
    format!("{} sent, {hard_bounces} bounced, {complaints} complained", thousands(sends))
}

const fn word(stage: Option<Stage>, standing: Standing) -> (Tone, &'static str) {
    match (stage, standing) {
        (Some(Stage::Probation), _) => (Tone::Warn, "On probation"),
        (Some(_), _) => (Tone::Bad, "Paused"),
        (None, Standing::Bad(_)) => (Tone::Bad, "Bad"),
        (None, Standing::Warn(_)) => (Tone::Warn, "Look at it"),
        (None, Standing::Good) => (Tone::Good, "Good"),
        (None, Standing::TooFew) => (Tone::Waiting, "Too few to judge"),
    }
}

/// The tier, in plain words.
fn own(evidence: &str, tier: Tier, at_ses: Option<&SesTenant>) -> impl IntoView + use<> {
    let mode = at_ses.map_or(SharedPoolMode::Regional, |it| it.wanted_shared_pool_mode);
    view! {
        <p><strong>"Isolation tier: "{tier.label()}</strong>". "{tier.ips(mode)}</p>
        <p class="soft">{Tier::OWN}</p>
        <p><a href=evidence.to_owned()>"Evidence: read it, test it, take it with you"</a></p>
    }
}

/// Its own judgement, which may differ from ours, and why.
fn amazon(at_ses: Option<SesTenant>, findings: Vec<Finding>, now: OffsetDateTime) -> impl IntoView {
    let Some(at_ses) = at_ses.filter(|it| it.sending_status.is_some()) else {
        return view! { <p class="soft">"Nothing yet: it is asked with the first domain."</p> }.into_any();
    };
    let (tone, words) = match (at_ses.aws_status.as_deref(), at_ses.is_held) {
        (Some("DISABLED"), _) => (Tone::Bad, "Stopped by Amazon"),
        (_, true) => (Tone::Bad, "Refused, as we asked"),
        _ => (Tone::Good, "Takes its mail"),
    };
    let cause = at_ses.aws_cause.map(|cause| format!(" “{cause}”"));
    let none = findings.is_empty().then(|| view! { <p>"It finds nothing to criticise."</p> });
    let findings = findings.into_iter().map(|finding| {
        let since = finding.found_at.map(|at| view! { ", since "<Time at now/> });
        let words =
            format!("{}, {}, {} impact", finding.kind, finding.status.to_lowercase(), finding.impact.to_lowercase());
        view! { <li>{words}{since}": "{finding.description}</li> }
    });
    view! {
        <p>
            <StateWord tone word=words/>{cause}
            {at_ses.read_at.map(|at| view! { " read "<Time at now/> })}
        </p>
        {none}
        <ul class="lines">{findings.collect_view()}</ul>
        <p class="soft">
            "Amazon judges the team as a whole, over a longer time than a day, and tells no numbers. Ownlane judges each part by \
             the hour and by the day. So either may stop something before the other does; neither lifts what the other holds."
        </p>
    }
    .into_any()
}

/// All numbers that a team is judged by. They are the same for every team.
fn limit_list() -> impl IntoView {
    let rows = LIMITS.iter().map(|limit| {
        let what = match (limit.measure, limit.span) {
            (Measure::HardBounces, Span::Hour) => "Hard bounces in an hour",
            (Measure::HardBounces, Span::Day) => "Hard bounces in 24 hours",
            (Measure::Complaints, Span::Hour) => "Complaints in an hour",
            (Measure::Complaints, Span::Day) => "Complaints in 24 hours",
        };
        view! { <dt>{what}</dt><dd>{limit_words(limit)}</dd> }
    });
    let ceilings = format!(
        "In a team's first {} days, and where fewer than {} mails leave in 24 hours, {} hard bounces or {} complaints in 24 \
         hours pause a source or a mailbox; {} or {} pause the team.",
        limits::NEW_TENANT_DAYS,
        limits::HOUR_SENDS_MIN,
        limits::PART_HARD_BOUNCES_MAX,
        limits::PART_COMPLAINTS_MAX,
        limits::TENANT_HARD_BOUNCES_MAX,
        limits::TENANT_COMPLAINTS_MAX,
    );
    view! {
        <p>
            "Each bounce and each complaint is judged as it comes, in the hour in which its mail was sent. The smallest part \
             that explains the numbers is paused: the source first, then the mailbox, the sequence, the domain, and the team \
             last. Other teams are never touched."
        </p>
        <dl class="facts">{rows.collect_view()}</dl>
        <p>{ceilings}" Mail to Amazon's simulator counts nowhere."</p>
    }
}
