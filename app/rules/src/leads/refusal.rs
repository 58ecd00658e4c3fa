//! Why a row of a file does not become a lead: a stable code for the database and a sentence for the person who has to
//! mend it. Never decides.

use super::{fields::FieldName, rows::RowTooLong};
use crate::{addresses::AddressError, limits};

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RowRefusal {
    #[error("The row has no address. Add one.")]
    NoAddress,
    #[error("This is not an address. {why}")]
    NotAnAddress { why: AddressError },
    #[error("The cell holds several addresses. Give each a row of its own.")]
    SeveralAddresses,
    #[error("The part before the @ stands in quotes, which most mail servers do not take. Ask for another address.")]
    QuotedLocalPart,
    #[error(
        "The part before the @ has letters outside a to z, which Amazon SES does not take. Ask for another address."
    )]
    NonAsciiLocalPart,
    #[error("No mail ever reaches {domain}: its ending is reserved. Ask for another address.")]
    ReservedDomain { domain: String },
    #[error("{domain} gives out throw-away mailboxes. Ask for another address.")]
    Disposable { domain: String },
    #[error(
        "This is the mailbox of a role, not of a person. Find the person, or import again with such mailboxes taken."
    )]
    RoleAccount,
    #[error("Nobody reads this mailbox. Find the person behind it.")]
    NeverRead,
    #[error("The row has {found} cells and no address; the headings have {expected}. Complete it.")]
    TooFewCells { found: usize, expected: usize },
    #[error(
        "The row has {found} cells, the headings have {expected}. Put quotes around text that holds the delimiter."
    )]
    TooManyCells { found: usize, expected: usize },
    #[error("{0}")]
    RowTooLong(RowTooLong),
    #[error(
        "A quote in this row is not closed, so that it holds the rows below it. Close it and import those rows again."
    )]
    UnclosedQuote,
    #[error("{} is longer than {} characters. Shorten it.", field.label(), limits::LEAD_VALUE_CHARS_MAX)]
    CellTooLong { field: FieldName },
    #[error("Row {row} of this file has the same address already. Keep the one that is right.")]
    Repeated { row: u64 },
}

/// A [`RowRefusal`] without its particulars: what rows are counted and filtered by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RefusalKind {
    NoAddress,
    NotAnAddress,
    SeveralAddresses,
    QuotedLocalPart,
    NonAsciiLocalPart,
    ReservedDomain,
    Disposable,
    RoleAccount,
    NeverRead,
    TooFewCells,
    TooManyCells,
    RowTooLong,
    UnclosedQuote,
    CellTooLong,
    Repeated,
}

impl RowRefusal {
    pub const fn kind(&self) -> RefusalKind {
        match self {
            Self::NoAddress => RefusalKind::NoAddress,
            Self::NotAnAddress { .. } => RefusalKind::NotAnAddress,
            Self::SeveralAddresses => RefusalKind::SeveralAddresses,
            Self::QuotedLocalPart => RefusalKind::QuotedLocalPart,
            Self::NonAsciiLocalPart => RefusalKind::NonAsciiLocalPart,
            Self::ReservedDomain { .. } => RefusalKind::ReservedDomain,
            Self::Disposable { .. } => RefusalKind::Disposable,
            Self::RoleAccount => RefusalKind::RoleAccount,
            Self::NeverRead => RefusalKind::NeverRead,
            Self::TooFewCells { .. } => RefusalKind::TooFewCells,
            Self::TooManyCells { .. } => RefusalKind::TooManyCells,
            Self::RowTooLong(_) => RefusalKind::RowTooLong,
            Self::UnclosedQuote => RefusalKind::UnclosedQuote,
            Self::CellTooLong { .. } => RefusalKind::CellTooLong,
            Self::Repeated { .. } => RefusalKind::Repeated,
        }
    }

    pub const fn code(&self) -> &'static str {
        self.kind().code()
    }
}

impl RefusalKind {
    pub const ALL: [Self; 15] = [
        Self::NoAddress,
        Self::NotAnAddress,
        Self::SeveralAddresses,
        Self::QuotedLocalPart,
        Self::NonAsciiLocalPart,
        Self::ReservedDomain,
        Self::Disposable,
        Self::RoleAccount,
        Self::NeverRead,
        Self::TooFewCells,
        Self::TooManyCells,
        Self::RowTooLong,
        Self::UnclosedQuote,
        Self::CellTooLong,
        Self::Repeated,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::NoAddress => "no_address",
            Self::NotAnAddress => "not_an_address",
            Self::SeveralAddresses => "several_addresses",
            Self::QuotedLocalPart => "quoted_local_part",
            Self::NonAsciiLocalPart => "non_ascii_local_part",
            Self::ReservedDomain => "reserved_domain",
            Self::Disposable => "disposable",
            Self::RoleAccount => "role_account",
            Self::NeverRead => "never_read",
            Self::TooFewCells => "too_few_cells",
            Self::TooManyCells => "too_many_cells",
            Self::RowTooLong => "row_too_long",
            Self::UnclosedQuote => "unclosed_quote",
            Self::CellTooLong => "cell_too_long",
            Self::Repeated => "repeated",
        }
    }

    pub fn parse_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Over a count of such rows.
    pub const fn label(self) -> &'static str {
        match self {
            Self::NoAddress => "No address",
            Self::NotAnAddress => "Not an address",
            Self::SeveralAddresses => "Several addresses in one cell",
            Self::QuotedLocalPart => "Quotes before the @",
            Self::NonAsciiLocalPart => "Letters outside a to z before the @",
            Self::ReservedDomain => "Reserved domain",
            Self::Disposable => "Throw-away mailbox",
            Self::RoleAccount => "Mailbox of a role",
            Self::NeverRead => "Mailbox that nobody reads",
            Self::TooFewCells => "Too few cells",
            Self::TooManyCells => "Too many cells",
            Self::RowTooLong => "Row too long",
            Self::UnclosedQuote => "Quote not closed",
            Self::CellTooLong => "Cell too long",
            Self::Repeated => "Repeated in the file",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_code() {
        for kind in RefusalKind::ALL {
            assert_eq!(RefusalKind::parse_code(kind.code()), Some(kind));
            assert!(kind.code().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
        }
        assert_eq!(RefusalKind::parse_code("NoAddress"), None);
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let check = |refusal: RowRefusal, code, text: &str| {
            assert_eq!((refusal.code(), refusal.to_string()), (code, text.to_owned()));
        };
        let field = FieldName::parse("notes").unwrap();
        check(RowRefusal::CellTooLong { field }, "cell_too_long", "Notes is longer than 10000 characters. Shorten it.");
        check(
            RowRefusal::NotAnAddress { why: AddressError::Domain },
            "not_an_address",
            "This is not an address. The part after the @ is not a domain name.",
        );
        check(
            RowRefusal::TooFewCells { found: 1, expected: 6 },
            "too_few_cells",
            "The row has 1 cells and no address; the headings have 6. Complete it.",
        );
    }
}
