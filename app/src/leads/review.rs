//! The page of a file that waits: its reading, its columns, its first rows as they would fare, and its source.

use super::columns::{Reviewed, column_field};
use crate::form::Form;
use crate::ui::area::Area;
use crate::ui::choice::{Choice, Choose};
use crate::ui::field::Field;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::select::Select;
use crate::ui::state::{State, Tone};
use crate::ui::summary::Summary;
use crate::ui::table::{Column, Table};
use crate::ui::ticks::Ticks;
use db::leads::imports::Import;
use leptos::prelude::*;
use rules::leads::{Basis, Delimiter, FieldName, FileEncoding, Row, Target};
use rules::limits;

/// Rows among which the headings are looked for.
pub(super) const HEADER_ROWS: usize = 6;

/// Values of a column that are shown beside it.
const VALUES: usize = 3;

pub(super) fn view(frame: TenantFrame, import: Import, reviewed: Reviewed) -> impl IntoView {
    let at = frame.address(&format!("/imports/{}", import.id));
    let discard = view! {
        <form method="post" action=format!("{at}/cancellation") novalidate>
            <button class="button quiet">"Throw this file away"</button>
        </form>
    };
    let reading = reading(&at, &reviewed);
    let content = if reviewed.headings.is_empty() {
        view! { <p class="soft">"Read like this, the file holds no columns at all."</p> }.into_any()
    } else {
        order(&at, &reviewed).into_any()
    };
    view! {
        <Tenant frame section=TenantSection::Leads>
            <div class="heading">
                <h1>{import.file_name}</h1>
                {discard}
            </div>
            <Summary form=&reviewed.form/>
            <h2>"1. How it is read"</h2>
            {reading}
            {content}
        </Tenant>
    }
}

fn reading(at: &str, reviewed: &Reviewed) -> impl IntoView + use<> {
    let layout = &reviewed.layout;
    let form = Form::of([
        ("encoding", layout.encoding.label().to_owned()),
        ("delimiter", layout.delimiter.as_str().to_owned()),
        ("header", reviewed.header_text()),
    ]);
    let encodings =
        FileEncoding::offered().iter().map(|encoding| (encoding.label().to_owned(), encoding.label().to_owned()));
    let delimiters = Delimiter::ALL.map(|delimiter| (delimiter.as_str().to_owned(), delimiter_label(delimiter)));
    let headers = std::iter::once(("none".to_owned(), "No headings".to_owned()))
        .chain(reviewed.firsts.iter().map(|row| ((row.number + 1).to_string(), format!("Row {}", first_words(row)))));
    // A heading further below was found by itself.
    let chosen = reviewed.header_text();
    let mut headers: Vec<_> = headers.collect();
    if !headers.iter().any(|(value, _)| *value == chosen) {
        headers.push((chosen.clone(), format!("Row {chosen}")));
    }
    view! {
        <form class="filter" method="get" action=at.to_owned()>
            <Select form=&form name="encoding" label="Encoding" options=encodings.collect()/>
            <Select form=&form name="delimiter" label="Between cells" options=delimiters.to_vec()/>
            <Select form=&form name="header" label="Headings" options=headers/>
            <button class="button quiet">"Read it again"</button>
        </form>
    }
}

fn order(at: &str, reviewed: &Reviewed) -> impl IntoView + use<> {
    let form = &reviewed.form;
    let layout = &reviewed.layout;
    let bases =
        Basis::ALL.map(|basis| Choose { value: basis.as_str(), label: basis.label(), meaning: basis.meaning() });
    let options = vec![
        ("roles".to_owned(), "Take mailboxes of roles too (info@, sales@)".to_owned()),
        ("update".to_owned(), "Update leads that are known from this file".to_owned()),
    ];
    let rows = if reviewed.rows.is_empty() {
        view! { <p class="soft">"There are 0 rows below the headings."</p> }.into_any()
    } else {
        preview(reviewed).into_any()
    };
    view! {
        <form method="post" novalidate action=at.to_owned()>
            <input type="hidden" name="encoding" value=layout.encoding.label()/>
            <input type="hidden" name="delimiter" value=layout.delimiter.as_str()/>
            <input type="hidden" name="header" value=reviewed.header_text()/>
            <h2>"2. What each column becomes"</h2>
            {mapping(reviewed)}
            <h2>"3. The first rows"</h2>
            {rows}
            <p><button class="button quiet" name="act" value="preview">"Show them as chosen above"</button></p>
            <h2>"4. Where they come from"</h2>
            <div class="column">
                <Field
                    form
                    name="source"
                    label="Source"
                    hint="Where these people come from, in your words: Hannover fair 2026, our stand."
                />
                <Choice form name="basis" legend="On what basis may you write to them?" options=bases.into() chosen=""/>
                <Area form name="note" label="Note" hint="What you would show if somebody asks. It may stay empty." rows=2/>
                <Ticks form name="options" legend="Options" options/>
                <button class="button" name="act" value="start">"Import"</button>
            </div>
        </form>
    }
}

/// One line a column: its heading, some values, and what becomes of it.
fn mapping(reviewed: &Reviewed) -> impl IntoView + use<> {
    let targets = reviewed.targets();
    let rows: Vec<_> = reviewed
        .headings
        .iter()
        .enumerate()
        .map(|(column, heading)| {
            let shown = if heading.is_empty() { format!("Column {}", column + 1) } else { heading.clone() };
            let label = format!("{shown} becomes");
            let options = targets_for(heading, column, targets.get(column));
            let form = &reviewed.form;
            view! {
                <tr>
                    <th scope="row">{shown}</th>
                    <td data-label="Values" class="soft">{values(&reviewed.rows, column)}</td>
                    <td data-label="Becomes"><Select form name=column_field(column) label options/></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let columns = vec![Column::Text("Column"), Column::Text("Values"), Column::Text("Becomes")];
    view! { <div class="mapping"><Table columns rows/></div> }
}

fn targets_for(heading: &str, column: usize, chosen: Option<&Target>) -> Vec<(String, String)> {
    let mut options = vec![(String::new(), "Left out".to_owned()), ("@".to_owned(), "The address".to_owned())];
    options.extend(FieldName::standard().map(|name| (name.as_str().to_owned(), name.label())));
    let own = FieldName::of_heading(heading).or_else(|| FieldName::parse(&format!("column_{}", column + 1)).ok());
    let chosen = chosen.and_then(|target| match target {
        Target::Field(name) => Some(name.clone()),
        Target::Skip | Target::Email => None,
    });
    for name in own.into_iter().chain(chosen).filter(|name| name.as_str() != "email") {
        let value = name.as_str().to_owned();
        if !options.iter().any(|(known, _)| *known == value) {
            options.push((value.clone(), format!("A field of its own: {value}")));
        }
    }
    options
}

fn values(rows: &[Row], column: usize) -> String {
    let cells = rows.iter().filter_map(|row| row.cells.as_ref().ok()?.get(column));
    let filled: Vec<String> =
        cells.filter(|cell| !cell.trim().is_empty()).take(VALUES).map(|cell| short(cell)).collect();
    filled.join(" · ")
}

/// The first rows, each as it would fare.
fn preview(reviewed: &Reviewed) -> impl IntoView + use<> {
    let address = reviewed.targets().iter().position(|target| *target == Target::Email);
    let rows: Vec<_> = reviewed
        .rows
        .iter()
        .zip(reviewed.verdicts())
        .map(|(row, verdict)| {
            let cells = row.cells.as_deref().unwrap_or_default();
            let shown = address.and_then(|at| cells.get(at)).map(|cell| short(cell)).unwrap_or_default();
            let rest = cells.iter().enumerate().filter(|(at, cell)| Some(*at) != address && !cell.trim().is_empty());
            let rest: Vec<String> = rest.map(|(_, cell)| short(cell)).collect();
            let (tone, word, why) = match verdict {
                None => (Tone::Good, "Taken", String::new()),
                Some(refusal) => (Tone::Warn, "Refused", refusal.to_string()),
            };
            view! {
                <tr>
                    <th scope="row" class="number">{row.number + 1}</th>
                    <td data-label="Address">{shown}</td>
                    <td data-label="Other cells" class="soft">{rest.join(" · ")}</td>
                    <td data-label="Fares"><State tone word/>" "{why}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let columns =
        vec![Column::Number("Row"), Column::Text("Address"), Column::Text("Other cells"), Column::Text("Fares")];
    view! { <Table columns rows/> }
}

fn first_words(row: &Row) -> String {
    let cells = row.cells.as_deref().unwrap_or_default();
    let words: Vec<String> = cells.iter().take(VALUES).map(|cell| short(cell)).collect();
    format!("{}: {}", row.number + 1, words.join(", "))
}

fn short(cell: &str) -> String {
    let cell = cell.trim();
    if cell.chars().count() <= limits::CELL_SHOWN_CHARS {
        return cell.to_owned();
    }
    format!("{}…", cell.chars().take(limits::CELL_SHOWN_CHARS).collect::<String>())
}

fn delimiter_label(delimiter: Delimiter) -> String {
    match delimiter {
        Delimiter::Comma => "Comma ,",
        Delimiter::Semicolon => "Semicolon ;",
        Delimiter::Tab => "Tab",
        Delimiter::Pipe => "Bar |",
    }
    .to_owned()
}
