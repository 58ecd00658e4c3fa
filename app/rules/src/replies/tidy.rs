//! Text of strangers as it is kept: without what no page, log or database takes. Never decides what a text means.

/// On one line, blanks squeezed, cut.
pub(super) fn line(text: &str, chars_max: usize) -> String {
    let mut tidy = String::new();
    for word in text.split(|letter: char| letter.is_whitespace() || letter.is_control()) {
        let word: String = word.chars().filter(|letter| !is_harmful(*letter)).collect();
        if !word.is_empty() && !tidy.is_empty() {
            tidy.push(' ');
        }
        tidy.push_str(&word);
        if tidy.len() > chars_max.saturating_mul(4) {
            break;
        }
    }
    cut(&tidy, chars_max)
}

/// Lines ended by LF, without control characters; cut at a letter.
pub(super) fn text(text: &str, bytes_max: usize) -> String {
    let mut tidy = String::with_capacity(text.len().min(bytes_max));
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let letter = match letter {
            '\r' if letters.peek() == Some(&'\n') => continue,
            '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
            letter if letter != '\n' && letter != '\t' && (letter.is_control() || is_harmful(letter)) => continue,
            letter => letter,
        };
        if tidy.len() + letter.len_utf8() > bytes_max {
            break;
        }
        tidy.push(letter);
    }
    tidy
}

pub(super) fn cut(text: &str, chars_max: usize) -> String {
    text.chars().take(chars_max).collect()
}

/// What turns the direction of the text around it, or marks a byte order.
const fn is_harmful(letter: char) -> bool {
    matches!(letter, '\0' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// The longest beginning of at most so many bytes that ends between letters.
pub(super) fn beginning(text: &str, bytes_max: usize) -> &str {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// For comparison: lower case, one kind of apostrophe, blank and `ё`, blanks squeezed.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            letter if letter.is_whitespace() => {
                if !plain.ends_with(' ') {
                    plain.push(' ');
                }
            }
            '’' | '‘' | '`' | '´' => plain.push('\''),
            'ё' => plain.push('е'),
            '\u{200b}'..='\u{200f}' | '\u{ad}' | '\u{2060}' => {}
            letter => plain.push(letter),
        }
    }
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_no_ends_and_no_tricks() {
        assert_eq!(line(" a\r\n\tb\u{0}c \u{202e}d\u{200b} ", 20), "a b c d\u{200b}");
        assert_eq!(line("ääää", 3), "äää");
        assert_eq!(line("", 3), "");
    }

    #[test]
    fn lines_of_every_kind_end_alike() {
        assert_eq!(text("a\r\nb\rc\u{2028}d\n\n\te\u{0}\u{1b}f", 99), "a\nb\nc\nd\n\n\tef");
        assert_eq!(text("aää", 4), "aä");
        assert_eq!(beginning("aää", 4), "aä");
    }

    #[test]
    fn spellings_of_one_thing_are_compared_alike() {
        assert_eq!(plain(" DON’T\u{a0}\u{200b}ещЁ\n"), "don't еще");
    }
}
