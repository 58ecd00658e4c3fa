//! Numbers as people read them.

/// Three digits at a time, with a narrow blank between.
pub fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = if number < 0 { "−".to_owned() } else { String::new() };
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
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
        check(-12_345, "−12 345");
        check(1_312_004, "1 312 004");
    }
}
