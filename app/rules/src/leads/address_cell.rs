//! Reads the one address out of a cell as people and programs fill it. Never decides whether its mailbox is written to.

use super::{cell, refusal::RowRefusal};
use crate::addresses::{AddressError, DomainName, EmailAddress};

pub(super) fn read(text: &str) -> Result<EmailAddress, RowRefusal> {
    let text = bare(text);
    if text.is_empty() {
        return Err(RowRefusal::NoAddress);
    }
    if is_quoted(text) {
        return Err(RowRefusal::QuotedLocalPart);
    }
    match EmailAddress::parse(text) {
        Ok(address) => Ok(address),
        Err(_) if is_several(text) => Err(RowRefusal::SeveralAddresses),
        Err(AddressError::LocalPart) if is_non_ascii(text) => Err(RowRefusal::NonAsciiLocalPart),
        Err(why) => Err(RowRefusal::NotAnAddress { why }),
    }
}

/// Without `mailto:`, a name before it, brackets, quotes and separators around it.
fn bare(text: &str) -> &str {
    let text = unwrapped(text);
    let text = without_scheme(text);
    let text = cell::bracketed(text).unwrap_or(text);
    without_scheme(unwrapped(text))
}

fn unwrapped(text: &str) -> &str {
    let is_around = |letter: char| letter.is_whitespace() || cell::is_invisible(letter) || [',', ';'].contains(&letter);
    let text = text.trim_matches(is_around);
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).unwrap_or(text).trim_matches(is_around)
}

/// RFC 6068: `mailto:anna@example.com?subject=…`.
fn without_scheme(text: &str) -> &str {
    match text.split_at_checked(7) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto:") => rest.split('?').next().unwrap_or(rest).trim(),
        _ => text,
    }
}

/// RFC 5321 4.1.2 `Quoted-string @ Domain`.
fn is_quoted(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    local.len() > 1 && local.starts_with('"') && local.ends_with('"') && DomainName::parse(domain).is_ok()
}

fn is_several(text: &str) -> bool {
    let separators = |letter: char| letter.is_whitespace() || [',', ';', '/', '|'].contains(&letter);
    let tokens = text.split(separators).map(|token| token.trim_matches(['<', '>', '(', ')', '[', ']', '"']));
    tokens.filter(|token| cell::is_like_address(token)).count() > 1
}

/// RFC 6531: it would be an address where letters of all alphabets may stand before the @.
fn is_non_ascii(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let ascii: String = local.chars().map(|letter| if letter.is_alphanumeric() { 'a' } else { letter }).collect();
    !local.is_ascii() && EmailAddress::parse(&format!("{ascii}@{domain}")).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_out_of_what_stands_around_it() {
        let check = |text: &str, expected: &str| assert_eq!(read(text).unwrap().as_str(), expected, "{text:?}");
        check(" a@b.example ", "a@b.example");
        check("\u{a0}\u{feff}a@b.example\u{200b}", "a@b.example");
        check("<\u{200b}a@b.example>", "a@b.example");
        check("a@b.example;", "a@b.example");
        check("<a@b.example>", "a@b.example");
        check("\"a@b.example\"", "a@b.example");
        check("Marta Novak <marta@b.example>", "marta@b.example");
        check("\"Novak, Marta @ Home\" <marta@b.example>", "marta@b.example");
        check("Marta <mailto:marta@b.example>", "marta@b.example");
        check("MailTo:a@b.example?subject=hi&to=x@y.example", "a@b.example");
        check("o'brien@b.example", "o'brien@b.example");
        check("anna@Почта.Example", "anna@xn--80a1acny.example");
    }

    #[test]
    fn what_is_no_single_usable_address_is_refused_with_its_reason() {
        let not = |why| RowRefusal::NotAnAddress { why };
        let check = |text: &str, expected| assert_eq!(read(text), Err(expected), "{text:?}");
        check("", RowRefusal::NoAddress);
        check(" \u{a0}\u{200b};", RowRefusal::NoAddress);
        check("mailto:", RowRefusal::NoAddress);
        check("short row", not(AddressError::At));
        check("a@@b.example", not(AddressError::At));
        check("a@b", not(AddressError::Domain));
        // Who sees it cannot tell it from another.
        check("a\u{200b}b@b.example", not(AddressError::LocalPart));
        check("=HYPERLINK(\"http://e.example\",\"x\")@b.example", not(AddressError::LocalPart));
        for text in [
            "a@b.example, c@d.example",
            "a@b.example;c@d.example",
            "a@b.example c@d.example",
            "a@b.example\nc@d.example",
            "a@b.example / c@d.example",
            "Anna <a@b.example>; Bo <c@d.example>",
        ] {
            check(text, RowRefusal::SeveralAddresses);
        }
        check("\"very.unusual.@.unusual.com\"@b.example", RowRefusal::QuotedLocalPart);
        check("\"a b\"@b.example", RowRefusal::QuotedLocalPart);
        check("юлия@почта.example", RowRefusal::NonAsciiLocalPart);
        check("jürgen.k@b.example", RowRefusal::NonAsciiLocalPart);
        check("ю..я@почта.example", not(AddressError::LocalPart));
    }
}
