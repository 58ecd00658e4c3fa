//! A report as part of a page: the same for the team and for the operator.

use crate::ui::number::thousands;
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::table::{Column, Table};
use db::isolation::evidence::Made;
use leptos::prelude::*;
use rules::evidence::{Answer, Area, Call, Fact, Outcome, Report, Section, Test};

/// How the tests of one ended, in a word.
pub(crate) fn verdict(made: &Made) -> AnyView {
    let Made { held, failed, not_run, .. } = *made;
    let (tone, word) = match (failed, not_run) {
        (0, 0) => (Tone::Good, "All held"),
        (0, _) => (Tone::Warn, "Some not run"),
        _ => (Tone::Bad, "Failed"),
    };
    let counts = format!(" {} held, {failed} failed, {not_run} not run", thousands(held));
    view! { <StateWord tone word/>{counts} }.into_any()
}

pub(crate) fn view(report: Report) -> impl IntoView {
    let Report { tier, tier_means, sections, tests, answers, shared, calls, .. } = report;
    view! {
        <h2>"Isolation tier: "{tier}</h2>
        <p>{tier_means}</p>
        <h2>"What was tried and must not be possible"</h2>
        {Area::ALL.map(|area| of_area(area, tests.iter().filter(|test| test.area == area).cloned().collect())).collect_view()}
        <h2>"What was read"</h2>
        {sections.into_iter().map(section).collect_view()}
        <h2>"What is not the team's own"</h2>
        <ul>{shared.into_iter().map(|it| view! { <li>{it}</li> }).collect_view()}</ul>
        <h2>"Questions that buyers ask"</h2>
        {answers.into_iter().map(answer).collect_view()}
        <h2>"Calls to AWS that it was read by"</h2>
        {made(calls)}
    }
}

/// What did not hold is open to the eye; what did is a line.
fn of_area(area: Area, tests: Vec<Test>) -> AnyView {
    if tests.is_empty() {
        return ().into_any();
    }
    let (held, others): (Vec<_>, Vec<_>) = tests.into_iter().partition(|test| test.outcome == Outcome::Held);
    let is_short = held.len() <= SHORT;
    let count = held.len();
    let held = (!held.is_empty()).then(|| {
        let table = table(held);
        if is_short {
            table.into_any()
        } else {
            view! { <details><summary>{count}" held"</summary>{table}</details> }.into_any()
        }
    });
    let others = (!others.is_empty()).then(|| table(others));
    view! { <h3>{area.title()}</h3>{others}{held} }.into_any()
}

/// So many are shown without being asked for.
const SHORT: usize = 5;

fn table(tests: Vec<Test>) -> impl IntoView {
    let rows = tests
        .into_iter()
        .map(|test| {
            let tone = match test.outcome {
                Outcome::Held => Tone::Good,
                Outcome::Failed => Tone::Bad,
                Outcome::NotRun => Tone::Warn,
            };
            view! {
                <tr>
                    <th scope="row">{test.what}</th>
                    <td data-label="Expected">{test.expected}</td>
                    <td data-label="Found"><code>{test.found}</code></td>
                    <td data-label="Outcome"><StateWord tone word=test.outcome.word()/></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! { <Table columns=["Tried", "Expected", "Found", "Outcome"].map(Column::Text).into() rows/> }
}

fn section(section: Section) -> impl IntoView {
    let rows = section.facts.into_iter().map(fact).collect();
    view! {
        <h3>{section.title}</h3>
        <Table columns=["What", "Found", "Read by"].map(Column::Text).into() rows/>
    }
}

fn fact(fact: Fact) -> AnyView {
    view! {
        <tr>
            <th scope="row">{fact.what}</th>
            <td data-label="Found"><code>{fact.found}</code></td>
            <td data-label="Read by">{fact.source}</td>
        </tr>
    }
    .into_any()
}

fn answer(answer: Answer) -> impl IntoView {
    view! {
        <h3>{answer.question}</h3>
        <p>{answer.answer}</p>
        <p class="soft">"Source: "{answer.source}"."</p>
    }
}

fn made(calls: Vec<Call>) -> impl IntoView {
    let count = calls.len();
    let rows = calls
        .into_iter()
        .map(|call| {
            view! {
                <tr>
                    <th scope="row">{call.operation}</th>
                    <td data-label="About"><code>{call.about}</code></td>
                    <td data-label="Answer">{call.answer}</td>
                    <td data-label="Request id"><code>{call.request_id}</code></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <details>
            <summary>{count}" calls, each with the id that AWS gave it"</summary>
            <Table columns=["Call", "About", "Answer", "Request id"].map(Column::Text).into() rows/>
        </details>
    }
}
