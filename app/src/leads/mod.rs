//! Leads: files of them that come in, where they come from, and the people they are.

mod columns;
pub mod download;
pub mod import;
pub mod lead;
pub mod list;
mod progress;
mod review;
pub mod upload;

use db::leads::Lead;

/// The name of a person, from whichever fields have it; empty if none has.
fn name_of(lead: &Lead) -> String {
    let field = |name: &str| lead.fields.get(name).map(String::as_str);
    let parts: Vec<&str> = [field("first_name"), field("last_name")].into_iter().flatten().collect();
    if parts.is_empty() { field("full_name").unwrap_or_default().to_owned() } else { parts.join(" ") }
}

/// Three digits at a time, with a narrow blank between.
fn thousands(number: i64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        let is_border = at > 0 && (digits.len() - at).is_multiple_of(3) && digit != '-' && !grouped.ends_with('-');
        if is_border {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let check = |number, shown: &str| assert_eq!(thousands(number), shown.replace(' ', "\u{202f}"));
        check(0, "0");
        check(999, "999");
        check(1000, "1 000");
        check(1_312_004, "1 312 004");
    }
}
