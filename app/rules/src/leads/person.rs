//! Judges one row: the lead that it becomes, or why it does not. Never changes a value beyond the blanks around it.

use super::{address_cell, cell, columns::Target, fields::FieldName, mailboxes, refusal::RowRefusal, rows::Row};
use crate::{addresses::EmailAddress, limits};
use std::collections::BTreeMap;

/// What a row says, if it is taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    pub email: EmailAddress,
    /// Those that have a value. A value is text of strangers: it is escaped wherever it is shown.
    pub fields: BTreeMap<FieldName, String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Options {
    /// Mailboxes such as info@ are written to.
    pub take_roles: bool,
}

/// A row as the reader gives it.
pub fn judge_row(row: &Row, targets: &[Target], options: Options) -> Result<Candidate, RowRefusal> {
    // The quote is why such a row is too long.
    if row.swallows {
        return Err(RowRefusal::UnclosedQuote);
    }
    let cells = row.cells.as_ref().map_err(|too_long| RowRefusal::RowTooLong(*too_long))?;
    judge(cells, targets, options)
}

/// `targets` are one for each heading. Cells that a row lacks at its end are empty.
pub fn judge(cells: &[String], targets: &[Target], options: Options) -> Result<Candidate, RowRefusal> {
    let (found, expected) = (cells.len(), targets.len());
    // Empty cells behind the last heading come of a delimiter at the line's end.
    if cells.iter().skip(expected).any(|text| !cell::trim(text).is_empty()) {
        return Err(RowRefusal::TooManyCells { found, expected });
    }
    let column = targets.iter().position(|target| *target == Target::Email);
    let text = column.and_then(|column| cells.get(column)).map_or("", String::as_str);
    let email = address_cell::read(text).map_err(|refusal| match refusal {
        RowRefusal::NoAddress | RowRefusal::NotAnAddress { .. } if found < expected => {
            RowRefusal::TooFewCells { found, expected }
        }
        refusal => refusal,
    })?;
    mailboxes::check_mailbox(&email, options)?;
    let mut fields = BTreeMap::new();
    for (text, target) in cells.iter().zip(targets) {
        let Target::Field(field) = target else { continue };
        let value = cell::trim(text);
        if value.is_empty() {
            continue;
        }
        if value.chars().count() > limits::LEAD_VALUE_CHARS_MAX {
            return Err(RowRefusal::CellTooLong { field: field.clone() });
        }
        fields.entry(field.clone()).or_insert_with(|| value.to_owned());
    }
    Ok(Candidate { email, fields })
}

#[cfg(test)]
mod tests {
    use super::super::rows::RowTooLong;
    use super::*;

    fn targets() -> [Target; 4] {
        let field = |name: &str| Target::Field(FieldName::parse(name).unwrap());
        [field("first_name"), Target::Email, Target::Skip, field("notes")]
    }

    fn judged(cells: &[&str]) -> Result<Candidate, RowRefusal> {
        let cells: Vec<String> = cells.iter().map(|text| (*text).to_owned()).collect();
        judge(&cells, &targets(), Options::default())
    }

    #[test]
    fn values_are_kept_as_they_are_written() {
        let check = |cells: &[&str], expected: &[(&str, &str)]| {
            let candidate = judged(cells).unwrap();
            assert_eq!(candidate.email.as_str(), "a@b.example");
            let fields: Vec<(&str, &str)> = candidate.fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            assert_eq!(fields, expected, "{cells:?}");
        };
        check(
            &["=1+1", "a@b.example", "x", "Smith & Sons <EU>"],
            &[("first_name", "=1+1"), ("notes", "Smith & Sons <EU>")],
        );
        check(&["\u{a0} Anna \u{200b}", " a@b.example", "", " \n "], &[("first_name", "Anna")]);
        check(&["Anna", "a@b.example"], &[("first_name", "Anna")]);
        check(&["Anna", "a@b.example", "", "", " ", ""], &[("first_name", "Anna")]);
    }

    #[test]
    fn a_row_is_refused_with_its_reason() {
        let check = |cells: &[&str], expected| assert_eq!(judged(cells), Err(expected), "{cells:?}");
        check(&["Anna", "", "", ""], RowRefusal::NoAddress);
        check(&["short row"], RowRefusal::TooFewCells { found: 1, expected: 4 });
        check(&["Anna", "anna"], RowRefusal::TooFewCells { found: 2, expected: 4 });
        check(&["Anna", "info@b.example"], RowRefusal::RoleAccount);
        check(&["Anna", "a@b.example", "", "", "x"], RowRefusal::TooManyCells { found: 5, expected: 4 });
        let notes = FieldName::parse("notes").unwrap();
        let long = "é".repeat(limits::LEAD_VALUE_CHARS_MAX + 1);
        check(&["Anna", "a@b.example", "", &long], RowRefusal::CellTooLong { field: notes });
        assert!(judged(&["Anna", "a@b.example", &long, &long[2..]]).is_ok());
    }

    #[test]
    fn a_row_that_could_not_be_read_is_refused() {
        let row = |cells, swallows| Row { number: 3, next_byte: 0, cells, swallows };
        let check = |row: &Row, expected| assert_eq!(judge_row(row, &targets(), Options::default()), Err(expected));
        check(&row(Err(RowTooLong::Bytes), false), RowRefusal::RowTooLong(RowTooLong::Bytes));
        check(&row(Err(RowTooLong::Bytes), true), RowRefusal::UnclosedQuote);
        check(&row(Ok(vec!["Anna".to_owned(), "a@b.example".to_owned()]), true), RowRefusal::UnclosedQuote);
    }
}
