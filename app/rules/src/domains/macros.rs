//! Macro strings of SPF (RFC 7208 7.1). Never expanded here: only a receiver knows what they stand for.

/// A name to be asked for, of which the receiver may fill in parts (`domain-spec`).
pub(super) fn is_domain_spec(text: &str) -> bool {
    let Some(parts) = parts(text) else { return false };
    match parts.last() {
        // It ends with a macro that is filled in.
        Some(Part::Expanded(_)) => is_of_names(&parts),
        Some(Part::Literal) => is_of_names(&parts) && ends_in_top_label(text),
        None => false,
    }
}

/// Any text of a modifier.
pub(super) fn is_macro_string(text: &str) -> bool {
    parts(text).is_some_and(|parts| is_of_names(&parts))
}

enum Part {
    Literal,
    /// Its letter in lower case; `None` for `%%`, `%_` and `%-`.
    Expanded(Option<u8>),
}

/// `c`, `r` and `t` may stand in explanations only.
fn is_of_names(parts: &[Part]) -> bool {
    parts.iter().all(|part| match part {
        Part::Literal | Part::Expanded(None) => true,
        Part::Expanded(Some(letter)) => b"slodiphv".contains(letter),
    })
}

fn parts(text: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = match (first, after) {
            (b'%', [b'%' | b'_' | b'-', after @ ..]) => {
                parts.push(Part::Expanded(None));
                after
            }
            (b'%', [b'{', letter, after @ ..]) => {
                let end = after.iter().position(|byte| *byte == b'}')?;
                let (transformers, after) = after.split_at_checked(end)?;
                let is_letter = b"slodiphcrtv".contains(&letter.to_ascii_lowercase());
                if !is_letter || !is_transformed(transformers) {
                    return None;
                }
                parts.push(Part::Expanded(Some(letter.to_ascii_lowercase())));
                after.get(1..)?
            }
            (b'%', _) => return None,
            (b'!'..=b'~', after) => {
                parts.push(Part::Literal);
                after
            }
            _ => return None,
        };
    }
    Some(parts)
}

/// `*DIGIT [ "r" ] *delimiter`; a number of zero parts is none.
fn is_transformed(transformers: &[u8]) -> bool {
    let digits = transformers.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = transformers.split_at(digits);
    let rest = rest.strip_prefix(b"r").or_else(|| rest.strip_prefix(b"R")).unwrap_or(rest);
    (number.is_empty() || number.iter().any(|digit| *digit != b'0'))
        && rest.iter().all(|byte| b".-+,/_=".contains(byte))
}

/// `"." toplabel [ "." ]`: letters in it, no hyphen at its ends.
fn ends_in_top_label(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let Some((_, label)) = text.rsplit_once('.') else { return false };
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    label.bytes().all(is_inner)
        && label.bytes().any(|byte| !byte.is_ascii_digit())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && !label.is_empty()
}
