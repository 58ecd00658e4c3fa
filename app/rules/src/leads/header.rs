//! Where the headings of a file stand, if it has any. Never reads past the rows that it is given.

use super::{cell, headings, layout, rows::Row};
use crate::limits;

/// The number of the row that holds the headings: below titles, above the first row with an address.
pub(super) fn find(rows: &[Row]) -> Option<u32> {
    let table: Vec<(u64, &[String])> =
        rows.iter().filter(|row| !is_declaration(row)).filter_map(|row| Some((row.number, cells(row)?))).collect();
    let (width, _) = layout::usual(table.iter().map(|(_, cells)| cells.len()))?;
    let is_addressed = |cells: &[String]| cells.iter().any(|text| cell::is_like_address(text));
    let above: Vec<(u64, &[String])> = table
        .iter()
        .take_while(|(_, cells)| !is_addressed(cells))
        .take(limits::LEAD_TITLE_ROWS_MAX)
        .filter(|(_, cells)| !is_title(cells, width))
        .copied()
        .collect();
    let known = above.iter().map(|(_, cells)| known_count(cells)).max().filter(|count| *count > 0);
    let column = address_column(&table);
    let is_header = |cells: &[String]| match (known, column) {
        (Some(known), _) => known_count(cells) == known,
        // Over a column of addresses stands at least a word; a person without an address has nothing there.
        (None, Some(column)) => has_words(cells) && cells.get(column).is_some_and(|text| !cell::trim(text).is_empty()),
        (None, None) => has_words(cells),
    };
    let header = above.iter().find(|(_, cells)| is_header(cells))?;
    u32::try_from(header.0).ok()
}

/// Excel's first line `sep=;`, read with whatever delimiter.
pub(super) fn is_declaration(row: &Row) -> bool {
    let first = cells(row).and_then(<[String]>::first).filter(|_| row.number == 0);
    first.and_then(|text| text.get(..4)).is_some_and(|name| name.eq_ignore_ascii_case("sep="))
}

fn cells(row: &Row) -> Option<&[String]> {
    row.cells.as_deref().ok()
}

/// A line of few cells over a table of many.
fn is_title(cells: &[String], width: usize) -> bool {
    let filled = cells.iter().filter(|text| !cell::trim(text).is_empty()).count();
    let known = known_count(cells);
    filled == 0 || (known < 2 && filled <= width / 3) || (known == 0 && filled == 1 && width > 1)
}

fn known_count(cells: &[String]) -> usize {
    cells.iter().filter(|text| headings::find(cell::heading(text)).is_some()).count()
}

fn has_words(cells: &[String]) -> bool {
    cells.iter().any(|text| !cell::is_like_data(text))
}

/// The column that holds the most addresses.
fn address_column(table: &[(u64, &[String])]) -> Option<usize> {
    let columns = table.iter().flat_map(|(_, cells)| cells.iter().position(|text| cell::is_like_address(text)));
    layout::usual(columns).map(|(column, _)| column)
}

#[cfg(test)]
mod tests {
    use super::super::{FileEncoding, Layout, Sample};

    #[test]
    fn headings_are_found_below_titles_and_above_the_first_address() {
        let check = |text: &str, expected| {
            let layout = Layout::guess(Sample::of(text.as_bytes()), FileEncoding::utf8());
            assert_eq!(layout.header, expected, "{text:?}");
        };
        check("", None);
        check("email,name\na@b.example,Anna\n", Some(0));
        check("email,name\n", Some(0));
        check("email\na@b.example\n", Some(0));
        check("email,\na@b.example,Anna\n", Some(0));
        check("a@b.example,Anna\nc@d.example,Bo\n", None);
        check("Anna,Berg,\nBo,Olsen,b@c.example\nEva,Ek,e@f.example\n", None);
        check("1,2,3\n4,5,6\n", None);
        check("Exported by Some CRM 4.2\n\nemail,name,city\na@b.example,Anna,Oslo\n", Some(1));
        check("Exported by Some CRM, 2026,,,,\n,,,,,\nemail,a,b,c,d,e\na@b.example,1,2,3,4,5\n", Some(2));
        check("Exported for boss@acme.example\nemail,name,city\na@b.example,Anna,Oslo\n", Some(1));
        check("My list\nemail\na@b.example\n", Some(1));
        check("sep=;\nemail;name\na@b.example;Anna\n", Some(1));
        check("sep=;\na@b.example;Anna\n", None);
        check("Foo;Bar\nx;a@b.example\n", Some(0));
        check("Kolumna,Adres\nx,a@b.example\ny,\n", Some(0));
        check("Имя;Почта\n;a@b.example\n", Some(0));
    }
}
