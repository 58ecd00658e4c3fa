//! What a single cell looks like, before anybody knows what its column means. Never decides whether a row is taken.

/// Blanks of every kind, and what shows nothing at all: zero-width letters, joiners, direction marks, byte order marks.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|letter: char| letter.is_whitespace() || is_invisible(letter))
}

pub(super) fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

/// A heading without what stands around it.
pub(super) fn heading(text: &str) -> &str {
    let quotes = ['"', '\'', '“', '”', '„', '«', '»', '`'];
    trim(trim(text).trim_matches(quotes))
}

/// The address within `Name <address>`, if there is one pair of brackets at the end.
pub(super) fn bracketed(text: &str) -> Option<&str> {
    let (_, inner) = text.strip_suffix('>')?.split_once('<')?;
    (!inner.contains('<')).then_some(inner)
}

/// An address and nothing else, as far as one can tell without its grammar.
pub(super) fn is_like_address(text: &str) -> bool {
    let text = trim(text);
    let address = bracketed(text).unwrap_or(text);
    let is_foreign = |letter: char| letter.is_whitespace() || [',', ';', '|', '"'].contains(&letter);
    let parts = address.split_once('@');
    parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty()) && !address.contains(is_foreign)
}

/// A number, a date, a telephone number or a web address: no heading is one.
pub(super) fn is_like_data(text: &str) -> bool {
    let text = trim(text).to_ascii_lowercase();
    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    letters <= digits || text.contains("://") || text.starts_with("www.") || is_like_address(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_from_text_that_mentions_one() {
        let check = |text: &str, expected: bool| assert_eq!(is_like_address(text), expected, "{text:?}");
        check(" a@b.example\u{a0}", true);
        check("\u{feff}a@b.example", true);
        check("Anna Berg <a@b.example>", true);
        check("a@@b.example", true);
        check("a@b.example;Anna", false);
        check("Exported by a@b.example", false);
        check("@anna", false);
        check("Anna", false);
    }

    #[test]
    fn data_is_told_from_words() {
        let check = |text: &str, expected: bool| assert_eq!(is_like_data(text), expected, "{text:?}");
        check("", true);
        check("+7 (995) 594-40-40", true);
        check("17.12.2026", true);
        check("https://acme.example", true);
        check("www.acme.example", true);
        check("a@b.example", true);
        check("Phone 2", false);
        check("Телефон", false);
    }
}
