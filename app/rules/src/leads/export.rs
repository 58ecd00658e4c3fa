//! Writes leads as CSV for spreadsheets. Never a cell that a spreadsheet would run.

/// First in a file, so that Excel reads it as UTF-8.
pub const BOM: &str = "\u{feff}";

/// One line of RFC 4180 with its end. A cell that would be a formula gets a `'` in front (OWASP, CSV injection).
pub fn csv_line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut line = String::new();
    let mut count = 0;
    for cell in cells {
        if count > 0 {
            line.push(',');
        }
        count += 1;
        push_cell(&mut line, cell);
    }
    // A single empty cell would be a blank line, which is no row.
    if count == 1 && line.is_empty() {
        line.push_str("\"\"");
    }
    line.push_str("\r\n");
    line
}

fn push_cell(line: &mut String, cell: &str) {
    let is_formula = is_formula(cell);
    // Where the delimiter is a semicolon or a tab, Excel splits at those.
    let is_special = |letter: char| matches!(letter, '"' | ',' | ';' | '\t' | '\r' | '\n');
    if !is_formula && !cell.contains(is_special) && cell.trim().len() == cell.len() {
        line.push_str(cell);
        return;
    }
    line.push('"');
    if is_formula {
        line.push('\'');
    }
    line.push_str(&cell.replace('"', "\"\""));
    line.push('"');
}

/// Spreadsheets skip blanks and control characters, and some take full-width signs for plain ones.
fn is_formula(cell: &str) -> bool {
    let is_skipped = |letter: char| letter.is_whitespace() || letter.is_control() || super::cell::is_invisible(letter);
    cell.starts_with(['\t', '\r'])
        || cell.trim_start_matches(is_skipped).starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::super::{Delimiter, FileEncoding, Place, RowReader};
    use super::*;
    use std::ops::ControlFlow;

    #[test]
    fn a_cell_is_quoted_when_it_must_be_and_never_runs() {
        let check = |cells: &[&str], expected: &str| assert_eq!(csv_line(cells.iter().copied()), expected, "{cells:?}");
        check(&["a", "b c", ""], "a,b c,\r\n");
        check(&["a,b", "c\"d", "e\nf", "g;h", " i"], "\"a,b\",\"c\"\"d\",\"e\nf\",\"g;h\",\" i\"\r\n");
        check(&["=1+1", "+7 999", "-x", "@x"], "\"'=1+1\",\"'+7 999\",\"'-x\",\"'@x\"\r\n");
        check(
            &[" =1", "\t1", "\r1", "\u{0}=1", "\u{feff}=1"],
            "\"' =1\",\"'\t1\",\"'\r1\",\"'\u{0}=1\",\"'\u{feff}=1\"\r\n",
        );
        check(&["＝1", "a=1"], "\"'＝1\",a=1\r\n");
        check(&[""], "\"\"\r\n");
        check(&["", ""], ",\r\n");
        check(&[], "\r\n");
    }

    #[test]
    fn what_is_written_reads_back() {
        let cells = ["Юлия", "a \"b\", c\r\nd", "", "o'brien@b.example", " x "];
        let mut reader = RowReader::new(Delimiter::Comma, FileEncoding::utf8(), Place::default());
        let mut rows = Vec::new();
        let flow = reader.push(csv_line(cells).as_bytes(), &mut |row| {
            rows.push(row.cells.unwrap());
            ControlFlow::Continue(())
        });
        assert!(flow.is_continue());
        assert_eq!(rows, [cells]);
    }
}
