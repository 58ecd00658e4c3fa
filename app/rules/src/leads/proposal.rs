//! What a person is shown of a file before it is imported: its headings, some rows, and what each column would become.
//! Never chooses for that person.

use super::{
    columns::{Target, propose},
    layout::Layout,
    rows::Row,
    sample::Sample,
};
use crate::limits;

#[derive(Clone, Debug)]
pub struct Proposal {
    pub headings: Vec<String>,
    /// The first leads, as they are written.
    pub rows: Vec<Row>,
    /// One for each heading.
    pub targets: Vec<Target>,
}

impl Proposal {
    pub fn of(layout: Layout, sample: Sample<'_>) -> Self {
        let headings = layout.headings(sample);
        let rows = layout.sample_rows(sample, limits::LEAD_SAMPLE_ROWS);
        let cells: Vec<Vec<String>> = rows.iter().filter_map(|row| row.cells.clone().ok()).collect();
        let targets = propose(&headings, &cells);
        Self { headings, rows, targets }
    }
}

#[cfg(test)]
mod tests {
    use super::super::FileEncoding;
    use super::*;

    #[test]
    fn every_column_has_a_proposal() {
        let sample = Sample::of(b"Firma;Mail;\nAcme;a@b.example;x\nAcme;c@d.example;y\n");
        let proposal = Proposal::of(Layout::guess(sample, FileEncoding::utf8()), sample);
        assert_eq!(proposal.headings, ["Firma", "Mail", ""]);
        assert_eq!(proposal.rows.len(), 2);
        let targets: Vec<&str> = proposal.targets.iter().map(Target::as_str).collect();
        assert_eq!(targets, ["company", "@", "column_3"]);
    }
}
