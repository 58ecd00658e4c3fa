//! Letters of other alphabets in plain ASCII, for names that people type. Never for text that is sent.

/// `None` for a letter of an alphabet that is not here.
pub(super) fn ascii(letter: char) -> Option<&'static str> {
    LETTERS.iter().find(|(letters, _)| letters.contains(letter)).map(|(_, ascii)| *ascii)
}

/// Lower case only.
const LETTERS: &[(&str, &str)] = &[
    ("àáâãäåāăąǎạảấầẩẫậắằẳẵặ", "a"),
    ("æ", "ae"),
    ("ćĉċč", "c"),
    ("ç", "c"),
    ("ðďđ", "d"),
    ("èéêëēĕėęěẹẻẽếềểễệ", "e"),
    ("ĝğġģ", "g"),
    ("ĥħ", "h"),
    ("ìíîïĩīĭįıỉị", "i"),
    ("ĵ", "j"),
    ("ķ", "k"),
    ("ĺļľŀł", "l"),
    ("ñńņňŋ", "n"),
    ("òóôõöøōŏőọỏốồổỗộớờởỡợơ", "o"),
    ("œ", "oe"),
    ("ŕŗř", "r"),
    ("śŝşšș", "s"),
    ("ß", "ss"),
    ("ţťŧț", "t"),
    ("þ", "th"),
    ("ùúûüũūŭůűųụủứừửữựư", "u"),
    ("ŵ", "w"),
    ("ýÿŷỳỵỷỹ", "y"),
    ("źżž", "z"),
    ("а", "a"),
    ("б", "b"),
    ("в", "v"),
    ("гґ", "g"),
    ("д", "d"),
    ("еёэ", "e"),
    ("є", "ie"),
    ("ж", "zh"),
    ("з", "z"),
    ("иі", "i"),
    ("йы", "y"),
    ("ї", "yi"),
    ("к", "k"),
    ("л", "l"),
    ("м", "m"),
    ("н", "n"),
    ("о", "o"),
    ("п", "p"),
    ("р", "r"),
    ("с", "s"),
    ("т", "t"),
    ("уў", "u"),
    ("ф", "f"),
    ("х", "kh"),
    ("ц", "ts"),
    ("ч", "ch"),
    ("ш", "sh"),
    ("щ", "shch"),
    ("ъь", ""),
    ("ю", "yu"),
    ("я", "ya"),
    // What is left of an accent that is a character of its own.
    ("\u{300}\u{301}\u{302}\u{303}\u{306}\u{307}\u{308}\u{30a}\u{30b}\u{30c}\u{323}\u{327}\u{328}", ""),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_of_another_alphabet_has_one_spelling() {
        let check = |text: &str, expected: &str| {
            let spelled: String = text.chars().map(|letter| ascii(letter).unwrap()).collect();
            assert_eq!(spelled, expected);
        };
        check("щёютьï", "shcheyuti");
        check("łßœ", "lssoe");
        assert_eq!(ascii('名'), None);
    }
}
