//! The rows of a file, read from bytes as they come. Never holds more than one row of the longest kind, and never an
//! error: whatever the bytes are, they are rows of some kind.

use super::{encoding::FileEncoding, layout::Delimiter};
use crate::limits;
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use std::ops::ControlFlow;

/// Reads from some place of a file on; a second reader may go on in another process where this one stopped.
pub struct RowReader {
    parser: Reader,
    delimiter: Delimiter,
    encoding: FileEncoding,
    place: Place,
    /// The text of the row that is being read, and where each of its cells ends. One more of each than a row may have.
    text: Vec<u8>,
    ends: Vec<usize>,
    text_len: usize,
    ends_len: usize,
    too_long: Option<RowTooLong>,
}

/// Where a row begins, in the stored bytes and in the count of rows.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Place {
    pub byte: u64,
    pub row: u64,
}

/// One record. Lines without anything are none and are not counted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// From 0, over the whole file.
    pub number: u64,
    /// A fresh reader that starts here gives the next row.
    pub next_byte: u64,
    pub cells: Result<Vec<String>, RowTooLong>,
    /// A quote that is never closed has made one cell of several rows.
    pub swallows: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RowTooLong {
    #[error("A row has at most {} bytes. Shorten it, and see that every quote is closed.", limits::LEAD_ROW_BYTES_MAX)]
    Bytes,
    #[error("A row has at most {} cells. Take out columns that are not needed.", limits::LEAD_COLUMNS_MAX)]
    Cells,
}

impl RowReader {
    pub fn new(delimiter: Delimiter, encoding: FileEncoding, start: Place) -> Self {
        let mut reader = Self {
            parser: ReaderBuilder::new().delimiter(delimiter.byte()).build(),
            delimiter,
            encoding,
            place: start,
            text: vec![0; limits::LEAD_ROW_BYTES_MAX + 1],
            ends: vec![0; limits::LEAD_COLUMNS_MAX + 1],
            text_len: 0,
            ends_len: 0,
            too_long: None,
        };
        // The parser takes a byte order mark off its first bytes, if they come at once. Bytes must not depend on chunks,
        // so it gets a blank line first, which is no record.
        let _ = reader.parser.read_record(b"\n", &mut reader.text, &mut reader.ends);
        reader
    }

    /// Gives every row that `bytes` complete. After a break the reader is spent: go on with a new one at the
    /// [`Row::next_place`] of the row that broke.
    pub fn push(&mut self, bytes: &[u8], take: &mut impl FnMut(Row) -> ControlFlow<()>) -> ControlFlow<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (result, read) = self.step(rest);
            rest = rest.get(read..).unwrap_or_default();
            self.place.byte += u64::try_from(read).unwrap_or(u64::MAX);
            if matches!(result, ReadRecordResult::Record) {
                take(self.row(false))?;
            }
        }
        ControlFlow::Continue(())
    }

    /// The last row, when no line end follows it.
    pub fn finish(mut self) -> Option<Row> {
        let mut rest: &[u8] = b"\n";
        let mut is_unclosed = false;
        loop {
            let (result, read) = self.step(rest);
            rest = rest.get(read..).unwrap_or_default();
            match result {
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return None,
                // A line end that ends no row stands within quotes.
                ReadRecordResult::InputEmpty => is_unclosed = true,
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {}
            }
        }
        if is_unclosed {
            self.take_off_line_end();
        }
        Some(self.row(is_unclosed))
    }

    fn step(&mut self, bytes: &[u8]) -> (ReadRecordResult, usize) {
        let text = self.text.get_mut(self.text_len..).unwrap_or_default();
        let ends = self.ends.get_mut(self.ends_len..).unwrap_or_default();
        let (result, read, text_len, ends_len) = self.parser.read_record(bytes, text, ends);
        self.text_len += text_len;
        self.ends_len += ends_len;
        match result {
            ReadRecordResult::OutputFull => self.overflow(RowTooLong::Bytes),
            ReadRecordResult::OutputEndsFull => self.overflow(RowTooLong::Cells),
            ReadRecordResult::InputEmpty | ReadRecordResult::Record | ReadRecordResult::End => {}
        }
        (result, read)
    }

    /// The rest of the row is read over what is there already.
    fn overflow(&mut self, too_long: RowTooLong) {
        self.too_long.get_or_insert(too_long);
        self.text_len = 0;
        self.ends_len = 0;
    }

    fn row(&mut self, is_unclosed: bool) -> Row {
        let too_long = self.too_long.take().or(self.excess());
        let cells = too_long.map_or_else(|| Ok(self.cells()), Err);
        let swallows = is_unclosed || cells.iter().flatten().any(|cell| swallows_rows(cell, self.delimiter));
        let number = self.place.row;
        self.place.row += 1;
        self.text_len = 0;
        self.ends_len = 0;
        Row { number, next_byte: self.place.byte, cells, swallows }
    }

    /// The room for a row is one more than it may have, so that a row that just fits is told from one that does not.
    fn excess(&self) -> Option<RowTooLong> {
        let is_text = self.text_len > limits::LEAD_ROW_BYTES_MAX;
        let is_cells = self.ends_len > limits::LEAD_COLUMNS_MAX;
        is_text.then_some(RowTooLong::Bytes).or(is_cells.then_some(RowTooLong::Cells))
    }

    fn cells(&self) -> Vec<String> {
        let ends = self.ends.get(..self.ends_len).unwrap_or_default();
        let starts = std::iter::once(&0).chain(ends);
        let cell = |(start, end): (&usize, &usize)| {
            let bytes = self.text.get(*start..*end).unwrap_or_default();
            self.encoding.decode(bytes)
        };
        starts.zip(ends).map(cell).collect()
    }

    /// The one that [`Self::finish`] put there.
    fn take_off_line_end(&mut self) {
        self.text_len = self.text_len.saturating_sub(1);
        if let Some(end) = self.ends_len.checked_sub(1).and_then(|last| self.ends.get_mut(last)) {
            *end = end.saturating_sub(1);
        }
    }
}

impl Row {
    pub fn next_place(&self) -> Place {
        Place { byte: self.next_byte, row: self.number + 1 }
    }
}

/// In a note a comma is followed by a blank; in rows it touches the next cell.
fn swallows_rows(cell: &str, delimiter: Delimiter) -> bool {
    if !cell.contains(['\n', '\r']) {
        return false;
    }
    let delimiter = char::from(delimiter.byte());
    let is_followed = |rest: &str| rest.chars().next().is_some_and(|next| next == delimiter || !next.is_whitespace());
    let tight = cell.match_indices(delimiter).filter(|(at, _)| cell.get(at + 1..).is_some_and(is_followed)).count();
    tight > limits::LEAD_CELL_DELIMITERS_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_from(bytes: &[u8], chunk: usize, encoding: FileEncoding, start: Place) -> Vec<Row> {
        let mut reader = RowReader::new(Delimiter::Comma, encoding, start);
        let mut rows = Vec::new();
        let from = usize::try_from(start.byte).unwrap();
        for chunk in bytes[from..].chunks(chunk) {
            let flow = reader.push(chunk, &mut |row| {
                rows.push(row);
                ControlFlow::Continue(())
            });
            assert_eq!(flow, ControlFlow::Continue(()));
        }
        rows.extend(reader.finish());
        rows
    }

    fn read(bytes: &[u8]) -> Vec<Row> {
        read_from(bytes, 4096, FileEncoding::utf8(), Place::default())
    }

    fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
        read(bytes).into_iter().map(|row| row.cells.unwrap()).collect()
    }

    #[test]
    fn every_line_end_ends_a_row_and_blank_lines_are_none() {
        let check = |text: &str, expected: &[&[&str]]| assert_eq!(cells(text.as_bytes()), expected, "{text:?}");
        check("", &[]);
        check("\n\r\n\r", &[]);
        check("a,b\nc,d", &[&["a", "b"], &["c", "d"]]);
        check("a,b\r\n\r\n\r\nc,d\r\n", &[&["a", "b"], &["c", "d"]]);
        check("a,b\rc,d\r", &[&["a", "b"], &["c", "d"]]);
        check("a\n,,\nb\n", &[&["a"], &["", "", ""], &["b"]]);
        check("a,\n", &[&["a", ""]]);
        check("\"a\r\nb\",\"c\"\"d\"\n", &[&["a\r\nb", "c\"d"]]);
        check("\u{feff}a\n", &[&["\u{feff}a"]]);
        assert_eq!(cells("a,b\r".repeat(65).as_bytes()).len(), 65);
    }

    #[test]
    fn chunks_and_places_make_no_difference() {
        let text = "имя,e-mail\r\n\r\n\"Юлия,\r\nAnna\",a@b.example\r\n,,\r\n\u{feff}x,\"y\"\"z\"\r\nlast,é";
        let cp1251 = FileEncoding::parse("windows-1251").unwrap();
        for text in [text.to_owned(), text.replace("\r\n", "\n"), text.replace("\r\n", "\r"), format!("{text}\r\n")] {
            for encoding in [FileEncoding::utf8(), cp1251] {
                let bytes = if encoding == cp1251 {
                    encoding_rs::WINDOWS_1251.encode(&text).0.into_owned()
                } else {
                    text.clone().into_bytes()
                };
                let rows = read_from(&bytes, bytes.len(), encoding, Place::default());
                assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
                for chunk in [1, 2, 7, 4096] {
                    assert_eq!(read_from(&bytes, chunk, encoding, Place::default()), rows, "{chunk} {text:?}");
                    for (at, row) in rows.iter().enumerate() {
                        let rest = read_from(&bytes, chunk, encoding, row.next_place());
                        assert_eq!(rest, rows[at + 1..], "{at} {chunk} {text:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn reading_stops_when_it_is_told_to() {
        let mut reader = RowReader::new(Delimiter::Comma, FileEncoding::utf8(), Place { byte: 100, row: 7 });
        let mut rows = Vec::new();
        let flow = reader.push(b"a\nb\nc\n", &mut |row| {
            rows.push(row);
            if rows.len() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(flow, ControlFlow::Break(()));
        let places: Vec<(u64, u64)> = rows.iter().map(|row| (row.number, row.next_byte)).collect();
        assert_eq!(places, [(7, 102), (8, 104)]);
    }

    #[test]
    fn a_row_that_is_too_long_is_told_once_and_skipped() {
        let check = |row: &str, expected: Option<RowTooLong>| {
            let text = format!("a,b\n{row}\nc,d\n");
            for chunk in [100, 4096, text.len()] {
                let rows = read_from(text.as_bytes(), chunk, FileEncoding::utf8(), Place::default());
                let shown: Vec<Option<RowTooLong>> = rows.iter().map(|row| row.cells.clone().err()).collect();
                assert_eq!(shown, [None, expected, None], "{chunk}");
                let last = rows.last().unwrap();
                assert_eq!((last.number, last.cells.clone().unwrap()), (2, vec!["c".to_owned(), "d".to_owned()]));
                let bare = read_from(format!("a,b\n{row}").as_bytes(), chunk, FileEncoding::utf8(), Place::default());
                assert_eq!(bare.iter().map(|row| row.cells.clone().err()).collect::<Vec<_>>(), [None, expected]);
            }
        };
        let max = limits::LEAD_ROW_BYTES_MAX;
        check(&"x".repeat(max), None);
        check(&"x".repeat(max + 1), Some(RowTooLong::Bytes));
        check(&format!("a,\"{}\"", "x\n".repeat(max * 4)), Some(RowTooLong::Bytes));
        check(&",".repeat(limits::LEAD_COLUMNS_MAX - 1), None);
        check(&",".repeat(limits::LEAD_COLUMNS_MAX), Some(RowTooLong::Cells));
        check(&",".repeat(10_000), Some(RowTooLong::Cells));
    }

    #[test]
    fn a_quote_that_is_never_closed_is_told() {
        let check = |text: &str, expected: &[bool]| {
            let shown: Vec<bool> = read(text.as_bytes()).iter().map(|row| row.swallows).collect();
            assert_eq!(shown, expected, "{text:?}");
        };
        check("a,\"b\nc,d,e\nf,g,h\n\",i\nj\n", &[true, false]);
        check("a,\"b", &[true]);
        check("a,\"b\n", &[true]);
        assert_eq!(cells(b"a,\"b"), [["a", "b"]]);
        assert_eq!(cells(b"a,\"b\n"), [["a", "b\n"]]);
        assert_eq!(cells(b"\""), [[""]]);
        check("a,b\n", &[false]);
        check("a,\"b\"", &[false]);
        check("a,\"met at the fair,\nwants this, that, more, and a call\"\n", &[false]);
    }
}
