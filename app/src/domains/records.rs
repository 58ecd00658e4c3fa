//! The records of a domain, by what they are for: type, name, value, TTL, how each stands, and a copy on every field.

use super::words::{record_hint, record_state};
use crate::ui::copy::Copy;
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use db::domains::{Domain, Record};
use leptos::prelude::*;
use rules::addresses::DomainName;
use rules::domains::{DomainFacts, Purpose, RecordKind, RecordState};
use rules::time::OffsetDateTime;

/// What is asked for; whatever the DNS form offers does as well.
const TTL_SECS: &str = "3600";

#[component]
pub fn Records(domain: Domain, now: OffsetDateTime) -> impl IntoView {
    let facts = domain.facts();
    let groups: Vec<_> = Purpose::ALL
        .into_iter()
        .filter_map(|purpose| {
            let records: Vec<_> =
                domain.records.iter().filter(|record| record.wanted.purpose == purpose).cloned().collect();
            if records.is_empty() {
                return (purpose == Purpose::Dkim).then(|| keys_to_come(facts.is_owned()).into_any());
            }
            Some(group(purpose, records, &domain.root, &facts, now).into_any())
        })
        .collect();
    view! { {groups} }
}

fn group(
    purpose: Purpose,
    records: Vec<Record>,
    zone: &DomainName,
    facts: &DomainFacts,
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let (title, sentence) = describe(purpose);
    let need = match purpose {
        Purpose::Ownership => "Required first",
        Purpose::Dkim | Purpose::ReturnPath => "Required",
        Purpose::NextDkim => "Asked for beside the others",
        Purpose::Dmarc => "Recommended",
    };
    let rows = records.into_iter().map(|record| row(record, zone, facts, now)).collect();
    let columns = vec![
        Column::Text("Type"),
        Column::Text("Name"),
        Column::Text("Value"),
        Column::Text("TTL"),
        Column::Text("State"),
    ];
    view! {
        <section class="records">
            <h2>{title}</h2>
            <p class="soft">{need}". "{sentence}</p>
            <Table columns rows/>
        </section>
    }
}

/// In the place of the records that SES has not given yet.
fn keys_to_come(is_owned: bool) -> impl IntoView {
    let (title, sentence) = describe(Purpose::Dkim);
    let word = if is_owned { "In a moment" } else { "Once ownership is shown" };
    view! {
        <section class="records">
            <h2>{title}</h2>
            <p class="soft">"Required. "{sentence}</p>
            <p><StateWord tone=Tone::Waiting word/>" Three records appear here by themselves."</p>
        </section>
    }
}

const fn describe(purpose: Purpose) -> (&'static str, &'static str) {
    match purpose {
        Purpose::Ownership => ("Ownership", "Shows that the domain is yours, to this platform alone."),
        Purpose::Dkim => {
            ("DKIM", "Lets Amazon SES sign your mail in your name. At Cloudflare, set them to “DNS only”.")
        }
        Purpose::NextDkim => (
            "DKIM of the next account",
            "The team moves to another AWS account, which has keys of its own. Mail goes on by the others until these are seen; \
             leave both in your DNS for a month after it.",
        ),
        Purpose::ReturnPath => {
            ("Return path", "Bounces come back under your own name, so that SPF counts for your domain.")
        }
        Purpose::Dmarc => (
            "DMARC",
            "Tells providers what to do with mail that is not yours. Large providers ask for one from senders.",
        ),
    }
}

fn row(record: Record, zone: &DomainName, facts: &DomainFacts, now: OffsetDateTime) -> AnyView {
    let state = facts.record_state(&record.found());
    let (tone, word) = record_state(state);
    let hint = record_hint(state, &record).map(|hint| view! { <p class="hint">{hint}</p> });
    let wanted = record.wanted.clone();
    let kind = wanted.kind.as_str();
    let short = wanted.relative_name(zone).to_owned();
    let whole = (short != wanted.name).then(|| {
        view! { <Copy what="whole name" text=wanted.name.clone() soft=true/> }
    });
    let priority = wanted.priority.map(|priority| {
        view! { <Copy what="priority" text=priority.to_string() before="Priority"/> }
    });
    view! {
        <tr>
            <th scope="row">{kind}</th>
            <td data-label="Name"><Copy what="name" text=short/>{whole}</td>
            <td data-label="Value">{priority}<Copy what="value" text=wanted.value/></td>
            <td data-label="TTL"><Copy what="TTL" text=TTL_SECS.to_owned()/></td>
            <td data-label="State">
                <StateWord tone word/>
                {hint}
                {found(&record, state, now)}
            </td>
        </tr>
    }
    .into_any()
}

/// What stands there, where it is not what should.
fn found(record: &Record, state: RecordState, now: OffsetDateTime) -> Option<impl IntoView + use<>> {
    let differs = matches!(state, RecordState::Wrong | RecordState::Several | RecordState::Doubled);
    let since = record.observed_at;
    (differs && !record.found.is_empty()).then(|| {
        let expected = match record.wanted.kind {
            RecordKind::Mx => record.wanted.full_value(),
            RecordKind::Txt | RecordKind::Cname => record.wanted.value.clone(),
        };
        let lines: Vec<_> =
            record.found.iter().map(|value| view! { <li class="is-found"><code>{value.clone()}</code></li> }).collect();
        view! {
            <p class="hint">"Found"{since.map(|at| view! { ", seen "<Time at now/> })}":"</p>
            <ul class="lines diff">{lines}</ul>
            <p class="hint">"Expected:"</p>
            <ul class="lines diff"><li class="is-expected"><code>{expected}</code></li></ul>
        }
    })
}
