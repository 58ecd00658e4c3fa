//! A file that waits: how it is read, what each column becomes, where its leads come from; and how its first rows would
//! fare. What is judged here is judged by the same rules when it is imported.

use super::review;
use crate::form::Form;
use crate::page::render;
use crate::ui::frame::TenantFrame;
use crate::{Refusal, Result, Site};
use axum::http::StatusCode;
use axum::response::Response;
use db::leads::imports::{Import, Reading};
use rules::leads::{
    Basis, Delimiter, FieldName, FileEncoding, Layout, Options, Proposal, Row, RowRefusal, Sample, Target,
    check_targets, judge_row, parse_source_name, parse_source_note,
};
use serde::Deserialize;

/// How somebody wants the file to be read; what is missing is guessed.
#[derive(Default, Deserialize)]
pub struct ReadingAsked {
    #[serde(default)]
    encoding: String,
    #[serde(default)]
    delimiter: String,
    /// The number of the row with the headings, from 1; `none`.
    #[serde(default)]
    header: String,
}

/// What an import is begun with.
pub(super) struct Order {
    pub reading: Reading,
    pub headings: Vec<String>,
    pub targets: Vec<String>,
    pub fields: Vec<(String, String)>,
    pub take_roles: bool,
    pub update_known: bool,
    pub source_name: String,
    pub basis: Basis,
    pub note: String,
}

/// The file as it is read now, with what is chosen so far.
pub(super) struct Reviewed {
    pub layout: Layout,
    pub headings: Vec<String>,
    pub rows: Vec<Row>,
    /// The first records of the file, to choose the headings from.
    pub firsts: Vec<Row>,
    pub form: Form,
}

impl Reviewed {
    /// As proposed, or as somebody wants it read.
    pub fn propose(import: &Import, sample: Vec<u8>, asked: &ReadingAsked) -> Result<Self> {
        let stored = import.reading.as_ref().ok_or(Refusal::NotFound)?;
        let encoding = pick(&asked.encoding, &stored.encoding, FileEncoding::parse)?;
        let delimiter = pick(&asked.delimiter, &stored.delimiter, Delimiter::parse)?;
        check_pair(encoding, delimiter)?;
        let sample = Sample::of(&sample);
        let mut layout = Layout::with_delimiter(sample, encoding, delimiter);
        let is_as_stored = asked.encoding.is_empty() && asked.delimiter.is_empty();
        if is_as_stored {
            layout.header = stored.header.and_then(|header| u32::try_from(header).ok());
        }
        match asked.header.as_str() {
            "" => {}
            chosen => layout.header = read_header(chosen)?,
        }
        let (mut reviewed, targets) = Self::read(layout, sample, Form::default());
        let names: Vec<String> = (0..targets.len()).map(column_field).collect();
        let chosen = names.iter().map(String::as_str).zip(targets.iter().map(|target| target.as_str().to_owned()));
        reviewed.form = Form::of(chosen);
        Ok(reviewed)
    }

    /// As it was sent back.
    pub fn of(import: &Import, sample: Vec<u8>, form: Form) -> Result<Self> {
        let stored = import.reading.as_ref().ok_or(Refusal::NotFound)?;
        let encoding = pick(form.value("encoding"), &stored.encoding, FileEncoding::parse)?;
        let delimiter = pick(form.value("delimiter"), &stored.delimiter, Delimiter::parse)?;
        check_pair(encoding, delimiter)?;
        let header = match form.value("header") {
            "" => stored.header.and_then(|header| u32::try_from(header).ok()),
            chosen => read_header(chosen)?,
        };
        Ok(Self::read(Layout { encoding, delimiter, header }, Sample::of(&sample), form).0)
    }

    /// With what is proposed for each column.
    fn read(layout: Layout, sample: Sample<'_>, form: Form) -> (Self, Vec<Target>) {
        let Proposal { headings, rows, targets } = Proposal::of(layout, sample);
        let from_top = Layout { header: None, ..layout };
        let firsts = from_top.sample_rows(sample, review::HEADER_ROWS);
        (Self { layout, headings, rows, firsts, form }, targets)
    }

    pub fn targets(&self) -> Vec<Target> {
        (0..self.headings.len()).map(|column| Target::parse(self.form.value(&column_field(column)))).collect()
    }

    /// How each of the rows that are shown would fare.
    pub fn verdicts(&self) -> Vec<Option<RowRefusal>> {
        let targets = self.targets();
        let options = Options { take_roles: self.is_ticked("roles") };
        self.rows.iter().map(|row| judge_row(row, &targets, options).err()).collect()
    }

    pub fn header_text(&self) -> String {
        self.layout.header.map_or_else(|| "none".to_owned(), |header| (header + 1).to_string())
    }

    /// Whether the columns are chosen well; if not, the error is kept.
    pub fn check_columns(&mut self) -> bool {
        let checked = check_targets(&self.targets());
        self.form.check("column-0", checked).is_some()
    }

    /// What to begin with, or the errors at their fields.
    pub fn check(&mut self) -> Option<Order> {
        let is_mapped = self.check_columns();
        let source_name = self.form.check("source", parse_source_name(self.form.value("source")));
        let basis = self.form.check("basis", Basis::parse(self.form.value("basis")));
        let note = self.form.check("note", parse_source_note(self.form.value("note")));
        let targets = self.targets();
        let fields = targets.iter().zip(&self.headings).filter_map(|(target, heading)| match target {
            Target::Field(name) => Some((name.as_str().to_owned(), label(name, heading))),
            Target::Skip | Target::Email => None,
        });
        Some(Order {
            reading: Reading {
                encoding: self.layout.encoding.label().to_owned(),
                delimiter: self.layout.delimiter.as_str().to_owned(),
                header: self.layout.header.map(i64::from),
            },
            headings: self.headings.clone(),
            fields: fields.collect(),
            targets: targets.iter().map(|target| target.as_str().to_owned()).collect(),
            take_roles: self.is_ticked("roles"),
            update_known: self.is_ticked("update"),
            source_name: source_name?,
            basis: basis?,
            note: note.filter(|_| is_mapped)?,
        })
    }

    pub fn refuse_name(&mut self) {
        self.form
            .refuse("source", "Your team has a source of this name. Each file is a source of its own: name it apart.");
    }

    fn is_ticked(&self, option: &str) -> bool {
        self.form.values_of("options").any(|ticked| ticked == option)
    }
}

/// What was asked for, else what is stored. What is neither is nothing that our form sends.
fn pick<T>(asked: &str, stored: &str, parse: fn(&str) -> Option<T>) -> Result<T> {
    let text = if asked.is_empty() { stored } else { asked };
    parse(text).ok_or(Refusal::BadRequest("The file cannot be read like that. Open its page again."))
}

/// In some encodings a byte of one letter looks like a delimiter.
fn check_pair(encoding: FileEncoding, delimiter: Delimiter) -> Result<()> {
    let sentence = "In this encoding that character may be half of a letter, so it cannot stand between cells.";
    if encoding.splits_at(delimiter.byte()) { Ok(()) } else { Err(Refusal::BadRequest(sentence)) }
}

fn read_header(text: &str) -> Result<Option<u32>> {
    match text {
        "none" => Ok(None),
        number => match number.parse::<u32>() {
            Ok(row @ 1..) => Ok(Some(row - 1)),
            _ => Err(Refusal::BadRequest("There is no such row of headings. Open the file's page again.")),
        },
    }
}

/// A field of a team's own is called what its column was called.
fn label(name: &FieldName, heading: &str) -> String {
    let is_own = FieldName::of_heading(heading).as_ref() == Some(name);
    if is_own && !FieldName::standard().any(|known| known == *name) { heading.to_owned() } else { name.label() }
}

pub(super) fn column_field(column: usize) -> String {
    format!("column-{column}")
}

pub(super) async fn show(
    site: &Site,
    status: StatusCode,
    frame: TenantFrame,
    import: Import,
    reviewed: Reviewed,
) -> Response {
    let title = import.file_name.clone();
    render(site, status, title, move || review::view(frame, import, reviewed)).await
}
