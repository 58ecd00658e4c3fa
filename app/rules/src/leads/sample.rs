//! The first bytes of a file, from which its layout is guessed and shown. Never gives a row that the sample's end cut.

use super::{
    encoding::FileEncoding,
    layout::Delimiter,
    rows::{Place, Row, RowReader},
};
use std::ops::ControlFlow;

/// The first stored bytes, at most [`crate::limits::LEAD_SAMPLE_BYTES_MAX`].
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    pub bytes: &'a [u8],
    /// The file has no more than these.
    pub is_whole: bool,
}

impl<'a> Sample<'a> {
    /// Of the stored bytes as far as they are known.
    pub fn of(bytes: &'a [u8]) -> Self {
        match bytes.get(..crate::limits::LEAD_SAMPLE_BYTES_MAX) {
            Some(first) if first.len() < bytes.len() => Self { bytes: first, is_whole: false },
            _ => Self { bytes, is_whole: true },
        }
    }

    pub(super) fn rows(&self, delimiter: Delimiter, encoding: FileEncoding, limit: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        self.each_row(delimiter, encoding, &mut |row| {
            rows.push(row);
            if rows.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        rows
    }

    pub(super) fn each_row(
        &self,
        delimiter: Delimiter,
        encoding: FileEncoding,
        take: &mut impl FnMut(Row) -> ControlFlow<()>,
    ) {
        let mut reader = RowReader::new(delimiter, encoding, Place::default());
        if reader.push(self.bytes, take).is_continue()
            && self.is_whole
            && let Some(last) = reader.finish()
        {
            // Nothing follows that a break could stop.
            let _ = take(last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_the_sample_cuts_off_is_left_out() {
        let check = |is_whole, limit, expected: usize| {
            let sample = Sample { bytes: b"a,b\nc,d\ne", is_whole };
            assert_eq!(sample.rows(Delimiter::Comma, FileEncoding::utf8(), limit).len(), expected);
        };
        check(true, 100, 3);
        check(false, 100, 2);
        check(true, 2, 2);
    }
}
