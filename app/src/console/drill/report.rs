//! A drill's report: what must hold, both charts, how far the neighbour moved, and every day of every run.

use super::chart;
use crate::ui::number::thousands;
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::table::{Column, Table};
use leptos::prelude::*;
use rules::drill::{Arrangement, Day, Finding, Moved, Plan, Report, Run, Stop, Team};

pub fn view(report: Report) -> impl IntoView {
    let Report { plan, runs, moved, findings, .. } = report;
    let charts: Vec<_> = [Arrangement::Lanes, Arrangement::Shared]
        .into_iter()
        .filter_map(|arrangement| runs.iter().find(|run| run.arrangement == arrangement))
        .map(|run| charts(run, &plan))
        .collect();
    view! {
        {told(&plan)}
        <h2>"What must hold"</h2>
        {held(findings)}
        <h2>"Where the mails ended"</h2>
        <p class="chart legend">
            <span class="key delivered">"inbox"</span>
            <span class="key waiting">"spam"</span>
            <span class="key bounced">"bounced or blocked"</span>
            <span>"The line: A begins to write to the bad list."</span>
        </p>
        <div class="beside">{charts}</div>
        <h2>"How far B moved"</h2>
        <p>
            "On the day on which it differed most: B beside the same weeks without A's list, and two runs without the list beside \
             each other, which differ in nothing but chance."
        </p>
        {compared(moved)}
        <h2>"Day by day"</h2>
        {runs.iter().map(days_of).collect_view()}
    }
}

fn told(plan: &Plan) -> impl IntoView + use<> {
    view! {
        <p>
            {format!(
                "Two new teams of the same shape, {} mailboxes each with {} mails a day, live {} working days side by side. Then A \
                 uploads an old list of {} rows with role accounts and writes to it for {} days. Everything is played by the \
                 product's own forms and its real worker, in databases and sandboxes that are thrown away.",
                plan.mailboxes, plan.a_day, plan.days_before, plan.bad_rows, plan.days_after
            )}
        </p>
        <p>
            "Deliberately shared means: both send from the same IPs, and every pause of health is lifted as it is written. \
             No setting of the product does that; the drill does it as the owner of its own database."
        </p>
        <p class="soft">
            {format!(
                "Chance is made from {}. A wait is from due to claimed; the worker works every {} seconds of the play, and no wait is \
                 known more exactly.",
                plan.seed, plan.step_secs
            )}
        </p>
    }
}

fn held(findings: Vec<Finding>) -> impl IntoView {
    let rows = findings
        .into_iter()
        .map(|Finding { what, found, holds }| {
            let (tone, word) = if holds { (Tone::Good, "Holds") } else { (Tone::Bad, "Does not") };
            view! {
                <tr>
                    <th scope="row">{what}</th>
                    <td data-label="Verdict"><StateWord tone word/></td>
                    <td data-label="Seen">{found}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! { <Table columns=vec![Column::Text("What"), Column::Text("Verdict"), Column::Text("Seen")] rows/> }
}

fn charts(run: &Run, plan: &Plan) -> impl IntoView + use<> {
    let label = run.arrangement.label();
    let chart = |name: &str, team: &Team| chart::view(format!("{label}: {name}"), team, plan.days_before);
    view! { <div>{chart("team A", &run.a)}{chart("team B", &run.b)}</div> }
}

fn compared(moved: Vec<Moved>) -> impl IntoView {
    let rows = moved
        .into_iter()
        .map(|it| {
            let known = if it.resolution == 0 { "1".to_owned() } else { thousands(it.resolution) };
            let (tone, word) = if it.is_noise() { (Tone::Good, "Noise") } else { (Tone::Bad, "Moved") };
            view! {
                <tr>
                    <th scope="row">{it.figure}</th>
                    <td data-label="Verdict"><StateWord tone word/></td>
                    <td class="number" data-label="Moved by">{thousands(it.by)}</td>
                    <td class="number" data-label="Noise">{thousands(it.noise)}</td>
                    <td class="number" data-label="Known to">{known}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let numbers = ["Moved by", "Noise", "Known to"].map(Column::Number);
    let columns = [Column::Text("Figure of B"), Column::Text("Verdict")].into_iter().chain(numbers).collect();
    view! { <Table columns rows/> }
}

fn days_of(run: &Run) -> impl IntoView + use<> {
    let title = format!("{} (chance {})", run.arrangement.label(), run.seed);
    let team = |name: &str, team: &Team| {
        view! {
            <details>
                <summary>{format!("{title}: {name}")}</summary>
                {stops(&team.stops)}
                {table(&team.days)}
            </details>
        }
    };
    view! { {team("team A", &run.a)}{team("team B", &run.b)} }
}

fn stops(stops: &[Stop]) -> impl IntoView + use<> {
    let line = |stop: &Stop| format!("{}: {} “{}” stopped: {}", stop.at, stop.part, stop.name, stop.reason);
    let lines: Vec<_> = stops.iter().map(|stop| view! { <li>{line(stop)}</li> }).collect();
    (!lines.is_empty()).then(|| view! { <ul>{lines}</ul> })
}

type Number = (&'static str, fn(&Day) -> i64);

const NUMBERS: [Number; 10] = [
    ("Allowed", |day| day.allowance),
    ("Sent", |day| day.sends),
    ("Wait p50, s", |day| day.wait_p50_secs),
    ("Wait p95, s", |day| day.wait_p95_secs),
    ("Bounced", |day| day.hard_bounces),
    ("Complained", |day| day.complaints),
    ("Inbox", |day| day.inbox),
    ("Spam", |day| day.spam),
    ("Blocked", |day| day.blocked),
    ("Incidents", |day| day.incidents),
];

fn table(days: &[Day]) -> impl IntoView + use<> {
    let rows = days
        .iter()
        .map(|day| {
            let cells: Vec<_> = NUMBERS
                .into_iter()
                .map(|(label, number)| view! { <td class="number" data-label=label>{thousands(number(day))}</td> })
                .collect();
            let standing = if day.paused.is_empty() { "Nothing".to_owned() } else { day.paused.join(", ") };
            view! { <tr><th scope="row">{day.date.clone()}</th>{cells}<td data-label="Stands still">{standing}</td></tr> }
                .into_any()
        })
        .collect();
    let numbers = NUMBERS.map(|(label, _)| Column::Number(label));
    let columns = std::iter::once(Column::Text("Day")).chain(numbers).chain([Column::Text("Stands still")]).collect();
    view! { <Table columns rows/> }
}
