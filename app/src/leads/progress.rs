//! How far an import is, what it brought, and what was refused, by reason.

use crate::Result;
use crate::ui::button::LinkButton;
use crate::ui::frame::TenantFrame;
use crate::ui::number::thousands;
use crate::ui::state::{State, Tone};
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use db::leads::imports::{Import, Stage};
use db::leads::refused;
use db::scope::TenantTx;
use db::suppression;
use leptos::prelude::*;
use rules::leads::RefusalKind;
use rules::time::OffsetDateTime;

pub(super) struct Standing {
    pub import: Import,
    /// By reason, once all have come: its word, the sentence of the first such row, how many.
    pub reasons: Vec<(String, String, i64)>,
    /// Leads of its source that are not to be written to, once all have come: as the list is now.
    pub suppressed: i64,
}

impl Standing {
    pub async fn read(tx: &mut TenantTx, import: Import) -> Result<Self> {
        // While rows come in, they are only counted: grouping all of them every two seconds would cost more than it says.
        let reasons =
            if import.stage == Stage::Importing { Vec::new() } else { refused::count_by_reason(tx, import.id).await? };
        let suppressed = match &import.source {
            Some((source, _)) if import.stage != Stage::Importing => suppression::count_of_source(tx, *source).await?,
            Some(_) | None => 0,
        };
        Ok(Self { import, reasons, suppressed })
    }
}

pub(super) fn standing(frame: &TenantFrame, found: Standing, now: OffsetDateTime) -> impl IntoView + use<> {
    let Standing { import, reasons, suppressed } = found;
    let (tone, word) = match import.stage {
        Stage::Arriving => (Tone::Waiting, "Arriving"),
        Stage::Arrived => (Tone::Warn, "Waits for a colleague"),
        Stage::Importing => (Tone::Waiting, "Being imported"),
        Stage::Done => (Tone::Good, "Imported"),
        Stage::Cancelled => (Tone::Warn, "Stopped"),
        Stage::Discarded => (Tone::Warn, "Thrown away"),
    };
    let sentence = sentence(&import);
    let progress = (import.stage == Stage::Importing).then(|| {
        let done = if import.bytes > 0 { import.next_byte * 100 / import.bytes } else { 0 };
        view! {
            <p>
                <progress max="100" value=done aria-label="Part of the file that is read">{format!("{done} %")}</progress>
                {format!(" {done} % of the file")}
            </p>
        }
    });
    let trouble = import.trouble.as_ref().map(|(_, since)| {
        let since = *since;
        view! { <p class="soft">"It met an obstacle on our side and is tried again since "<Time at=since now/>"."</p> }
    });
    let counts = import.source.is_some().then(|| counts(frame, &import, suppressed));
    let refused = (!reasons.is_empty()).then(|| refused_table(frame, &import, reasons));
    view! {
        <p role="status"><State tone word/>" "{sentence}</p>
        {progress}
        {trouble}
        {counts}
        {refused}
    }
}

fn sentence(import: &Import) -> String {
    let taken = import.added + import.known;
    match import.stage {
        Stage::Arriving => "The file is still being sent.".to_owned(),
        Stage::Arrived => "Somebody who manages leads says how it is read.".to_owned(),
        Stage::Importing => "You may leave this page; it goes on by itself.".to_owned(),
        Stage::Done if taken + import.refused == 0 => "The file holds 0 rows below its headings.".to_owned(),
        Stage::Done => {
            let rows = thousands(taken + import.refused);
            format!("{rows} rows: {} accepted, {} refused.", thousands(taken), thousands(import.refused))
        }
        Stage::Cancelled => format!("{} leads were in when it was stopped, and stay.", thousands(taken)),
        Stage::Discarded => "It was never imported, and its file is gone.".to_owned(),
    }
}

fn counts(frame: &TenantFrame, import: &Import, suppressed: i64) -> impl IntoView + use<> {
    let (source, name) = import.source.clone().unzip();
    let leads = source.map(|source| frame.address(&format!("/leads?source={source}"))).unwrap_or_default();
    let known = if import.update_known { "updated from this file" } else { "left as they were" };
    let suppressed = (import.stage != Stage::Importing).then(|| {
        let list = frame.address("/suppressions");
        let words =
            if suppressed == 0 { "" } else { ": they are in as leads, and are never written to while they are on " };
        let list = (suppressed > 0).then(|| view! { <a href=list>"your suppression list"</a>"." });
        view! {
            <dt>"Suppressed"</dt>
            <dd>{thousands(suppressed)}{words}{list}</dd>
        }
    });
    view! {
        <dl class="facts">
            <dt>"Source"</dt>
            <dd><a href=leads>{name}</a></dd>
            <dt>"New leads"</dt>
            <dd>{thousands(import.added)}</dd>
            <dt>"Known before"</dt>
            <dd>{format!("{}, {known}", thousands(import.known))}</dd>
            <dt>"Refused rows"</dt>
            <dd>{thousands(import.refused)}</dd>
            {suppressed}
        </dl>
    }
}

fn refused_table(frame: &TenantFrame, import: &Import, reasons: Vec<(String, String, i64)>) -> impl IntoView + use<> {
    let href = frame.address(&format!("/imports/{}/refused", import.id));
    let rows: Vec<_> = reasons
        .into_iter()
        .map(|(reason, sentence, count)| {
            let label = RefusalKind::parse_code(&reason).map_or(reason, |kind| kind.label().to_owned());
            view! {
                <tr>
                    <th scope="row">{label}</th>
                    <td data-label="Rows" class="number">{thousands(count)}</td>
                    <td data-label="For example" class="soft">{sentence}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let columns = vec![Column::Text("Refused because"), Column::Number("Rows"), Column::Text("For example")];
    view! {
        <div class="heading">
            <h2>"Refused rows"</h2>
            <LinkButton href label="Download them with their reasons" quiet=true/>
        </div>
        <Table columns rows/>
    }
}
