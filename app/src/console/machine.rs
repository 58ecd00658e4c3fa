//! `/console/machine`: whether the machine is well and how to mend it, what waits for its workers, and what each of their
//! duties did last. `ownlane doctor` reads the same and says the same words.

use crate::page::render;
use crate::ssr::Operator;
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::number::thousands;
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::console::machine::{self, Backlog};
use leptos::prelude::*;
use rules::checks::{self, Check, DutyFacts, Verdict};
use rules::limits;
use rules::time::{Duration, OffsetDateTime};

pub async fn page(State(site): State<Site>, operator: Operator) -> Result<Response> {
    let now = site.now();
    let mut tx = operator.read().await?;
    let facts = machine::find_facts(&mut tx, site.mail_from.as_ref()).await?;
    let backlogs = machine::list_backlogs(&mut tx, now).await?;
    tx.commit().await?;
    let name = operator.person.name.clone();
    Ok(render(&site, StatusCode::OK, "Machine", move || {
        let checks = checks::examine(&facts, now);
        view! {
            <Console name section=ConsoleSection::Machine>
                <h1>"Machine"</h1>
                {summary(&checks)}
                {looked_at(checks)}
                <h2>"What waits"</h2>
                {waiting(backlogs, now)}
                <h2>"Duties"</h2>
                {duties(facts.duties, now)}
            </Console>
        }
    })
    .await)
}

fn summary(checks: &[Check]) -> impl IntoView + use<> {
    let words = match checks.iter().filter(|check| check.verdict == Verdict::Mend).count() {
        0 => "Nothing has to be mended.".to_owned(),
        1 => "One thing has to be mended.".to_owned(),
        count => format!("{count} things have to be mended."),
    };
    view! { <p>{words}" "<code>"ownlane doctor"</code>" says the same."</p> }
}

fn looked_at(checks: Vec<Check>) -> impl IntoView {
    let rows = checks
        .into_iter()
        .map(|check| {
            let (tone, word) = match check.verdict {
                Verdict::Fine => (Tone::Good, "Fine"),
                Verdict::Look => (Tone::Warn, "Look"),
                Verdict::Mend => (Tone::Bad, "Mend"),
            };
            view! {
                <tr>
                    <th scope="row">{check.subject}</th>
                    <td data-label="State"><StateWord tone word/></td>
                    <td data-label="Found">{check.words}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! { <Table columns=["What", "State", "Found"].map(Column::Text).into() rows/> }
}

fn waiting(backlogs: Vec<Backlog>, now: OffsetDateTime) -> AnyView {
    let rows: Vec<_> = backlogs
        .into_iter()
        .filter(|it| it.waiting > 0)
        .map(|it| {
            let more = if it.waiting >= limits::QUEUE_COUNTED_MAX { " or more" } else { "" };
            let count = format!("{}{more}", thousands(it.waiting));
            let oldest = it.oldest.map(|at| view! { <Time at now/> });
            view! {
                <tr>
                    <th scope="row">{it.what}</th>
                    <td class="number" data-label="Due">{count}</td>
                    <td data-label="The oldest since">{oldest}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    if rows.is_empty() {
        return view! { <p class="soft">"Nothing is due that is not done."</p> }.into_any();
    }
    let columns = vec![Column::Text("What"), Column::Number("Due"), Column::Text("The oldest since")];
    view! { <Table columns rows/> }.into_any()
}

fn duties(duties: Vec<DutyFacts>, now: OffsetDateTime) -> AnyView {
    if duties.is_empty() {
        return view! { <p class="soft">"No worker has done anything yet."</p> }.into_any();
    }
    let rows = duties
        .into_iter()
        .map(|it| {
            let (tone, word) = match (&it.failing, checks::is_late(&it, now)) {
                (Some(_), _) => (Tone::Bad, "Fails"),
                (None, true) => (Tone::Warn, "Late"),
                (None, false) => (Tone::Good, "Well"),
            };
            let ran = it.ran.map(|(at, took)| view! { <Time at now/>", in "{lasted(took)} });
            let failing = it.failing.map(|(since, why)| {
                view! { <p class="soft">"Since "<Time at=since now/>": "{why}</p> }
            });
            view! {
                <tr>
                    <th scope="row">{it.name}</th>
                    <td data-label="State"><StateWord tone word/>{failing}</td>
                    <td data-label="Last turn">{ran}</td>
                    <td class="number" data-label="Every">{lasted(it.period)}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let columns = vec![Column::Text("Duty"), Column::Text("State"), Column::Text("Last turn"), Column::Number("Every")];
    view! { <Table columns rows/> }.into_any()
}

fn lasted(time: Duration) -> String {
    match time.whole_milliseconds() {
        millis @ ..1_000 => format!("{millis} ms"),
        millis @ ..60_000 => format!("{} s", millis / 1_000),
        millis => format!("{} min", millis / 60_000),
    }
}
