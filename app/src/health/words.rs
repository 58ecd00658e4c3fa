//! How incidents read, to the team and to the operator.

use crate::ui::state::{State, Tone};
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use db::health::incidents::{Incident, Radius};
use leptos::prelude::*;
use rules::health::{Scope, Stage};
use rules::isolation::PauseCause;
use rules::time::{Duration, OffsetDateTime, absolute};

/// What stands still: `Source “The fair”`.
pub(crate) fn what(incident: &Incident) -> String {
    match incident.scope {
        Scope::Tenant if incident.cause == PauseCause::Evidence => "A test of isolation".to_owned(),
        Scope::Tenant => "The whole team".to_owned(),
        Scope::Part(_) => {
            let word = incident.scope.word();
            let (first, rest) = word.split_at(1);
            format!("{}{rest} “{}”", first.to_uppercase(), incident.name)
        }
    }
}

/// Who or what holds it.
fn cause(incident: &Incident) -> String {
    match incident.cause {
        PauseCause::Health => "Ownlane, for how its mail was taken".to_owned(),
        other => other.to_string(),
    }
}

pub(crate) fn state(incident: &Incident) -> AnyView {
    let (tone, word) = match incident.stage() {
        Stage::Over => (Tone::Good, "Over"),
        _ if incident.cause == PauseCause::Evidence => (Tone::Bad, "Failed"),
        Stage::Paused | Stage::Diagnosed | Stage::Cleaned => (Tone::Bad, "Paused"),
        Stage::Probation => (Tone::Warn, "On probation"),
    };
    view! { <State tone word/> }.into_any()
}

/// Under a second to the millisecond.
fn span(span: Duration) -> String {
    match span.whole_milliseconds() {
        ..0 => "0 ms".to_owned(),
        millis @ 0..1000 => format!("{millis} ms"),
        millis => format!("{}.{} s", millis / 1000, millis / 100 % 10),
    }
}

/// What is known of one. `closer` is who ended it; `now` is business time.
pub(crate) fn facts(incident: &Incident, closer: Option<String>, now: OffsetDateTime) -> impl IntoView + use<> {
    let judged = incident.judged.map(|judged| {
        let (from, until) = judged.between;
        let reaction = span(incident.paused_at - judged.event.1);
        view! {
            <dt>"Judged"</dt>
            <dd>{format!("mails sent from {} to {}", absolute(from), absolute(until))}</dd>
            <dt>"From the event to the pause"</dt>
            <dd>{reaction}" after it came out of the queue"</dd>
        }
    });
    let told = match incident.told.as_slice() {
        [] => "nobody by mail".to_owned(),
        told => format!("{}, by mail", told.join(", ")),
    };
    let end = incident.closed.clone().map(|closed| {
        let who = closer.unwrap_or_else(|| "Ownlane".to_owned());
        view! { <dt>"Over"</dt><dd><Time at=closed.at now/>{format!(" by {who} · {}", closed.reason)}</dd> }
    });
    let verb = if incident.cause == PauseCause::Evidence { "Opened" } else { "Paused" };
    view! {
        <dl class="facts">
            <dt>"State"</dt>
            <dd>{state(incident)}</dd>
            <dt>{verb}</dt>
            <dd><Time at=incident.opened_at now/>{format!(" by {}", cause(incident))}</dd>
            <dt>"Why"</dt>
            <dd>{incident.reason.clone()}</dd>
            {judged}
            <dt>"Told"</dt>
            <dd>{told}</dd>
            {end}
        </dl>
    }
}

/// One line each. `href` is where one leads; `team` is whose it is, for the operator.
pub(crate) fn incident_table(
    lines: Vec<(String, Option<String>, Incident)>,
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let with_team = lines.iter().any(|(_, team, _)| team.is_some());
    let rows: Vec<_> = lines
        .into_iter()
        .map(|(href, team, incident)| {
            let team = team.map(|team| view! { <td data-label="Tenant">{team}</td> });
            view! {
                <tr>
                    <th scope="row"><a href=href>{what(&incident)}</a></th>
                    {team}
                    <td data-label="State">{state(&incident)}</td>
                    <td data-label="Why">{incident.reason.clone()}</td>
                    <td data-label="Since"><Time at=incident.opened_at now/></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let mut columns = vec![Column::Text("What"), Column::Text("State"), Column::Text("Why"), Column::Text("Since")];
    if with_team {
        columns.insert(1, Column::Text("Tenant"));
    }
    view! { <Table columns rows/> }
}

/// Whom else it touched.
pub(crate) fn measured(radius: Radius) -> String {
    let others = match radius.neighbours {
        0 => return "No other team sent meanwhile.".to_owned(),
        1 => "One other team sent meanwhile".to_owned(),
        count => format!("{count} other teams sent meanwhile"),
    };
    match radius.moved {
        0 => format!("{others}: the bounces and complaints of none went beyond chance."),
        1 => format!("{others}: the bounces or complaints of one went beyond chance, whatever the reason."),
        moved => format!("{others}: the bounces or complaints of {moved} went beyond chance, whatever the reason."),
    }
}
