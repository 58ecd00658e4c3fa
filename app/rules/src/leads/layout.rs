//! How a file of leads is laid out: its delimiter and where its headings stand. Guessed from a sample, for a person to
//! confirm. Never reads a file's rows for import.

use super::{cell, encoding::FileEncoding, header, rows::Row, sample::Sample};
use crate::limits;
use std::ops::ControlFlow;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layout {
    pub encoding: FileEncoding,
    pub delimiter: Delimiter,
    /// The number of the row that holds the headings.
    pub header: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Delimiter {
    Comma,
    Semicolon,
    Tab,
    Pipe,
}

impl Layout {
    pub fn guess(sample: Sample<'_>, encoding: FileEncoding) -> Self {
        let delimiter = declared_delimiter(sample.bytes).unwrap_or_else(|| likeliest_delimiter(sample, encoding));
        Self::with_delimiter(sample, encoding, delimiter)
    }

    /// With what a person chose; only the header is guessed.
    pub fn with_delimiter(sample: Sample<'_>, encoding: FileEncoding, delimiter: Delimiter) -> Self {
        let rows = sample.rows(delimiter, encoding, limits::LEAD_SAMPLE_ROWS_MAX);
        Self { encoding, delimiter, header: header::find(&rows) }
    }

    /// Whether `row` may hold a lead: it stands below the headings and does not declare the delimiter.
    pub fn is_lead(&self, row: &Row) -> bool {
        self.header.is_none_or(|header| row.number > u64::from(header)) && !header::is_declaration(row)
    }

    /// One for each column; empty where a column has none. Rows below that are wider than the headings have columns of
    /// their own.
    pub fn headings(&self, sample: Sample<'_>) -> Vec<String> {
        let rows = sample.rows(self.delimiter, self.encoding, limits::LEAD_SAMPLE_ROWS_MAX);
        let header = self.header.and_then(|header| rows.iter().find(|row| row.number == u64::from(header)));
        let cells = header.and_then(|row| row.cells.as_deref().ok()).unwrap_or_default();
        let mut headings: Vec<String> = cells.iter().map(|heading| cell::heading(heading).to_owned()).collect();
        let leads = rows.iter().filter(|row| self.is_lead(row));
        let widths = leads.filter_map(|row| row.cells.as_ref().ok()).map(Vec::len);
        let width = if headings.is_empty() { widths.max() } else { usual(widths).map(|(width, _)| width) };
        if let Some(width) = width.filter(|width| *width > headings.len()) {
            headings.resize(width, String::new());
        }
        headings
    }

    /// The first leads as they are written, at most `limit`. Up to half of them are those with letters outside ASCII,
    /// so that a person sees whether the encoding is right.
    pub fn sample_rows(&self, sample: Sample<'_>, limit: usize) -> Vec<Row> {
        let (mut telling, mut others) = (Vec::new(), Vec::new());
        let telling_max = limit.div_ceil(2);
        sample.each_row(self.delimiter, self.encoding, &mut |row| {
            if !self.is_lead(&row) {
                return ControlFlow::Continue(());
            }
            if telling.len() < telling_max && is_telling(&row) {
                telling.push(row);
            } else if others.len() < limit {
                others.push(row);
            }
            let is_enough = telling.len() == telling_max && others.len() + telling_max >= limit;
            if is_enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        others.truncate(limit.saturating_sub(telling.len()));
        others.extend(telling);
        others.sort_by_key(|row| row.number);
        others
    }
}

impl Delimiter {
    pub const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Pipe];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
            Self::Pipe => "pipe",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|delimiter| delimiter.as_str() == text)
    }

    pub const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }
}

/// The value that occurs most often, and how often; the larger of two.
pub(super) fn usual(values: impl Iterator<Item = usize>) -> Option<(usize, usize)> {
    let mut counts = std::collections::BTreeMap::new();
    for value in values {
        *counts.entry(value).or_insert(0) += 1;
    }
    counts.into_iter().max_by_key(|(value, count)| (*count, *value))
}

/// Excel's first line `sep=;`.
fn declared_delimiter(bytes: &[u8]) -> Option<Delimiter> {
    let line = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).next()?;
    let line = line.strip_prefix(b"\"").unwrap_or(line);
    let (name, rest) = line.split_at_checked(4)?;
    let declared = rest.first().filter(|_| name.eq_ignore_ascii_case(b"sep="))?;
    Delimiter::ALL.into_iter().find(|delimiter| delimiter.byte() == *declared)
}

fn likeliest_delimiter(sample: Sample<'_>, encoding: FileEncoding) -> Delimiter {
    // Of equals the last is taken: a comma stands in prose, a tab does not.
    let candidates = [Delimiter::Pipe, Delimiter::Comma, Delimiter::Semicolon, Delimiter::Tab];
    let possible = candidates.into_iter().filter(|delimiter| encoding.splits_at(delimiter.byte()));
    let scored = possible.map(|delimiter| {
        let rows = sample.rows(delimiter, encoding, limits::LEAD_SAMPLE_ROWS_MAX);
        (score(&rows), delimiter)
    });
    let best = scored.filter(|(score, _)| score.0 > 0).max_by_key(|(score, _)| *score);
    best.map_or(Delimiter::Comma, |(_, delimiter)| delimiter)
}

/// In thousandths, how many rows are of one width and how many have a cell that is an address and nothing else; then the
/// width.
fn score(rows: &[Row]) -> (usize, usize) {
    let tables = || rows.iter().filter(|row| !header::is_declaration(row)).filter_map(|row| row.cells.as_ref().ok());
    let total = tables().count();
    match usual(tables().map(Vec::len)) {
        Some((width, count)) if width > 1 => {
            let addressed = tables().filter(|cells| cells.iter().any(|text| cell::is_like_address(text))).count();
            ((count + addressed) * 1000 / total.max(1), width)
        }
        _ => (0, 0),
    }
}

fn is_telling(row: &Row) -> bool {
    row.cells.iter().flatten().flat_map(|text| text.chars()).any(|letter| !letter.is_ascii() && letter.is_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(text: &str) -> Layout {
        Layout::guess(Sample::of(text.as_bytes()), FileEncoding::utf8())
    }

    #[test]
    fn the_delimiter_is_the_one_that_makes_rows_alike() {
        let check = |text: &str, expected| assert_eq!(guess(text).delimiter, expected, "{text:?}");
        check("email,name\na@b.example,Anna\n", Delimiter::Comma);
        check("email;name\na@b.example;Berg, Anna\nc@d.example;Olsen, Bo\n", Delimiter::Semicolon);
        check("email\tnotes\na@b.example\ta, b; c\nc@d.example\td, e; f\n", Delimiter::Tab);
        check("email|name\na@b.example|Anna\n", Delimiter::Pipe);
        check("a@b.example;1,5;2,5\nc@d.example;2,5;3,5\n", Delimiter::Semicolon);
        check("name;notes\nAnna;\"x,y\nz,w\"\nBo;\"a,b\nc,d\"\n", Delimiter::Semicolon);
        check("email\na@b.example\n", Delimiter::Comma);
        check("", Delimiter::Comma);
        check("sep=;\na,b;c,d\n", Delimiter::Semicolon);
        check("\"SEP=|\"\na,b|c,d\n", Delimiter::Pipe);
        check("sep=^\na,b\nc,d\n", Delimiter::Comma);
    }

    #[test]
    fn headings_are_clean_and_one_for_each_column() {
        let check = |text: &str, expected: &[&str]| {
            let sample = Sample::of(text.as_bytes());
            assert_eq!(guess(text).headings(sample), expected, "{text:?}");
        };
        check("\u{feff} E-mail ,\u{a0}Name\u{a0},,Name\na@b.example,Anna,x,y\n", &["E-mail", "Name", "", "Name"]);
        check("\"\"\"Email\"\"\",«Имя»\na@b.example,Анна\n", &["Email", "Имя"]);
        check("email,name\na@b.example,Anna,\nc@d.example,Bo,\n", &["email", "name", ""]);
        check("a@b.example,Anna\nc@d.example,Bo,x\n", &["", "", ""]);
        check("sep=;\nemail;name\na@b.example;Anna\n", &["email", "name"]);
        check("email,first_name\n", &["email", "first_name"]);
        check("", &[]);
    }

    #[test]
    fn sampled_rows_stand_below_the_headings_and_tell_the_encoding() {
        let mut text = "sep=,\nemail,name\n".to_owned();
        for number in 0..50 {
            text.push_str(&format!("a{number}@b.example,{}\n", if number == 40 { "Юлия" } else { "Anna" }));
        }
        let numbers = |limit| {
            let rows = guess(&text).sample_rows(Sample::of(text.as_bytes()), limit);
            rows.iter().map(|row| row.number).collect::<Vec<_>>()
        };
        assert_eq!(numbers(3), [2, 3, 42]);
        assert_eq!(numbers(1), [42]);
        assert_eq!(numbers(100).len(), 50);
        let bare = "sep=,\na@b.example,Anna\n";
        assert_eq!(guess(bare).sample_rows(Sample::of(bare.as_bytes()), 9).len(), 1);
    }

    #[test]
    fn a_pipe_is_no_guess_where_it_may_be_part_of_a_letter() {
        let big5 = FileEncoding::parse("big5").unwrap();
        let layout = Layout::guess(Sample::of(b"\xa4|\xa4|\n\xa4|\xa4|\n"), big5);
        assert_eq!(layout.delimiter, Delimiter::Comma);
    }
}
