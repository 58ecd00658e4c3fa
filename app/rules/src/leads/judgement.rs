//! The rows of a file judged one after another: which are leads, and which repeat one before. Never keeps a row; of the
//! addresses only what tells them apart.

use super::{
    columns::Target,
    layout::Layout,
    person::{Candidate, Options, judge_row},
    refusal::RowRefusal,
    rows::Row,
};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// How the rows of one file are judged.
#[derive(Clone, Debug)]
pub struct Judge {
    pub layout: Layout,
    /// One for each heading.
    pub targets: Vec<Target>,
    pub options: Options,
}

/// The addresses of the rows that were taken so far, with the numbers of their rows from 1. Sixteen bytes tell one address
/// from another, whatever its length.
#[derive(Default, Debug)]
pub struct Seen(HashMap<[u8; 16], u64>);

impl Judge {
    /// `None`: the row holds no lead, as it stands above the headings or is one of them.
    pub fn judge(&self, row: &Row, seen: &mut Seen) -> Option<Result<Candidate, RowRefusal>> {
        if !self.layout.is_lead(row) {
            return None;
        }
        Some(judge_row(row, &self.targets, self.options).and_then(|candidate| {
            match seen.insert(&candidate.email.key(), row.number + 1) {
                None => Ok(candidate),
                Some(row) => Err(RowRefusal::Repeated { row }),
            }
        }))
    }
}

impl Seen {
    /// The row that had it first, if one had.
    fn insert(&mut self, key: &str, row: u64) -> Option<u64> {
        let mut short = [0; 16];
        short.iter_mut().zip(Sha256::digest(key.as_bytes())).for_each(|(to, from)| *to = from);
        let first = *self.0.entry(short).or_insert(row);
        (first != row).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Delimiter, FileEncoding};
    use super::*;

    #[test]
    fn a_row_that_repeats_one_before_names_the_first_that_was_taken() {
        let layout = Layout { encoding: FileEncoding::utf8(), delimiter: Delimiter::Comma, header: Some(0) };
        let judge = Judge { layout, targets: vec![Target::Email], options: Options::default() };
        let mut seen = Seen::default();
        let mut judged = |number, text: &str| {
            let cells = Ok(vec![text.to_owned()]);
            judge.judge(&Row { number, next_byte: 0, cells, swallows: false }, &mut seen)
        };
        assert_eq!(judged(0, "email"), None);
        assert_eq!(judged(1, "info@b.example"), Some(Err(RowRefusal::RoleAccount)));
        assert!(judged(2, "Anna@b.example").unwrap().is_ok());
        assert_eq!(judged(3, "info@b.example"), Some(Err(RowRefusal::RoleAccount)));
        for number in [4, 5] {
            assert_eq!(judged(number, "anna@B.example"), Some(Err(RowRefusal::Repeated { row: 3 })));
        }
    }
}
