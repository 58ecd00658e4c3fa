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

/// A size, in the unit in which it is a small number.
pub fn bytes(count: usize) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{} kB", count.div_ceil(1_000)),
        _ => format!("{}.{} MB", count / 1_000_000, count / 100_000 % 10),
    }
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

    #[test]
    fn sizes_are_small_numbers() {
        let shown = [0, 999, 1_000, 1_001, 999_000, 1_250_000, 40_000_000].map(bytes);
        assert_eq!(shown, ["0 B", "999 B", "1 kB", "2 kB", "999 kB", "1.2 MB", "40.0 MB"]);
    }
}
