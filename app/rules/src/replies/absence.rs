//! When somebody who is away is back, as an automatic answer says it. Only what can be read one way is read.

use super::tidy;
use jiff::civil::Date;

/// The day, with the words that it was read from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Return {
    pub day: i8,
    pub month: i8,
    pub year: Option<i16>,
    pub words: String,
}

impl Return {
    /// Seen from the day on which the answer came: a day without a year is the next of its name. One that passed less
    /// than two months ago is not a year away.
    pub fn date(&self, came: Date) -> Option<Date> {
        if let Some(year) = self.year {
            return Date::new(year, self.month, self.day).ok();
        }
        let this_year = Date::new(came.year(), self.month, self.day).ok();
        let passed_days = this_year.map(|date| (came - date).get_days());
        if passed_days.is_some_and(|days| days < 60) {
            return this_year;
        }
        Date::new(came.year().checked_add(1)?, self.month, self.day).ok()
    }
}

/// Words before the day, those of coming back first.
const CUES: [&[&str]; 2] = [
    &[
        "back in the office on",
        "back in office on",
        "back at work on",
        "be back on",
        "am back on",
        "back on",
        "back from",
        "return to the office on",
        "returning to the office on",
        "return on",
        "returning on",
        "returning",
        "will return",
        "back",
        "wieder ab dem",
        "wieder ab",
        "ab dem",
        "zurück am",
        "wieder am",
        "zurück ab",
        "wieder erreichbar ab",
        "вернусь",
        "буду на месте с",
        "буду с",
        "снова на связи с",
        "de vuelta el",
        "vuelvo el",
        "volveré el",
        "regreso el",
        "regresaré el",
        "a partir del",
        "de retour le",
        "de retour à partir du",
        "retour le",
        "reviens le",
        "à partir du",
    ],
    &["until", "till", "through", "bis zum", "bis einschließlich", "bis", "по", "до", "hasta el", "hasta", "jusqu'au"],
];

const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "januar", "января", "янв", "enero", "ene", "janvier", "janv", "jänner"],
    &["february", "feb", "februar", "февраля", "фев", "febrero", "février", "févr"],
    &["march", "mar", "märz", "марта", "мар", "marzo", "mars"],
    &["april", "apr", "апреля", "апр", "abril", "abr", "avril", "avr"],
    &["may", "mai", "мая", "mayo"],
    &["june", "jun", "juni", "июня", "июн", "junio", "juin"],
    &["july", "jul", "juli", "июля", "июл", "julio", "juillet", "juil"],
    &["august", "aug", "августа", "авг", "agosto", "ago", "août"],
    &["september", "sep", "sept", "сентября", "сен", "сент", "septiembre", "septembre"],
    &["october", "oct", "oktober", "okt", "октября", "окт", "octubre", "octobre"],
    &["november", "nov", "ноября", "ноя", "noviembre", "novembre"],
    &["december", "dec", "dezember", "dez", "декабря", "дек", "diciembre", "dic", "décembre", "déc"],
];

/// Words that may stand between a cue and its day.
const BETWEEN: &[&str] = &[
    "the",
    "on",
    "of",
    "den",
    "dem",
    "am",
    "el",
    "le",
    "de",
    "del",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "lunes",
    "martes",
    "lundi",
    "mardi",
    "понедельник",
    "вторник",
    "to",
    "office",
];

pub(super) fn read(text: &str) -> Option<Return> {
    let text = tidy::plain(tidy::beginning(text, 4000));
    CUES.iter().find_map(|cues| cues.iter().find_map(|cue| after(&text, cue)))
}

fn after(text: &str, cue: &str) -> Option<Return> {
    text.match_indices(cue).take(20).find_map(|(at, _)| {
        let is_word = !text[..at].ends_with(char::is_alphanumeric);
        let rest = &text[at + cue.len()..];
        let is_whole = !rest.starts_with(char::is_alphanumeric);
        let (day, month, year) = if is_word && is_whole { day(tidy::beginning(rest, 60))? } else { return None };
        Date::new(year.unwrap_or(2028), month, day).ok()?;
        let words = format!("{cue}{}", tidy::beginning(rest, 60));
        Some(Return { day, month, year, words: tidy::line(&words, 60) })
    })
}

/// The day with which a text begins.
fn day(text: &str) -> Option<(i8, i8, Option<i16>)> {
    let words = text.split(|letter: char| letter.is_whitespace() || letter == ',' || letter == ':');
    let words = words.map(|word| word.trim_matches(['(', ')', '!', '*'])).filter(|word| !word.is_empty());
    let words: Vec<&str> =
        words.skip_while(|word| BETWEEN.contains(word)).filter(|word| !["of", "de"].contains(word)).collect();
    let first = *words.first()?;
    if let Some(date) = numbers(first) {
        return Some(date);
    }
    let second = words.get(1).copied().unwrap_or_default();
    let (number, name) = if month(first).is_some() { (second, first) } else { (first, second) };
    let year = words.get(2).and_then(|word| word.trim_matches(|letter: char| !letter.is_ascii_digit()).parse().ok());
    Some((ordinal(number)?, month(name)?, year.filter(|year| (2000..2100).contains(year))))
}

/// `14.12.`, `14.12.2026`, `2026-12-14`, and `14/12` where it cannot be the twelfth of another month.
fn numbers(word: &str) -> Option<(i8, i8, Option<i16>)> {
    let word = word.trim_end_matches([';', ')']);
    let separator = ['.', '-', '/'].into_iter().find(|separator| word.contains(*separator))?;
    let parts: Vec<i16> =
        word.split(separator).filter(|part| !part.is_empty()).map(str::parse).collect::<Result<_, _>>().ok()?;
    let small = |number: i16| i8::try_from(number).ok();
    match (separator, parts.as_slice()) {
        (_, [year, month, day]) if *year > 1999 => Some((small(*day)?, small(*month)?, Some(*year))),
        ('/' | '-', [day, month, ..]) if *day < 13 && *month < 13 && day != month => None,
        ('/' | '-', [month, day, rest @ ..]) if *day > 12 => Some((small(*day)?, small(*month)?, year(rest))),
        (_, [day, month, rest @ ..]) => Some((small(*day)?, small(*month)?, year(rest))),
        _ => None,
    }
}

fn year(rest: &[i16]) -> Option<i16> {
    let year = *rest.first()?;
    let year = if (0..100).contains(&year) { year + 2000 } else { year };
    (2000..2100).contains(&year).then_some(year)
}

fn ordinal(word: &str) -> Option<i8> {
    let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
    let rest = &word[digits.len()..];
    let is_ordinal = ["", "st", "nd", "rd", "th", "er", "-го"].contains(&rest.trim_end_matches('.'));
    digits.parse().ok().filter(|_| is_ordinal)
}

fn month(word: &str) -> Option<i8> {
    let word = word.trim_end_matches(['.', ';']);
    let at = MONTHS.iter().position(|names| names.contains(&word))?;
    i8::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_is_read_in_five_languages() {
        let check = |text: &str, day: i8, month: i8, year: Option<i16>| {
            let found = read(text).map(|found| (found.day, found.month, found.year));
            assert_eq!(found, Some((day, month, year)), "{text:?}");
        };
        check("I am away and will be back on 8 December.", 8, 12, None);
        check("Returning to the office on Monday, May 5th. Bye", 5, 5, None);
        check("I'm out from 1 December until 4 January", 4, 1, None);
        check("Ich bin bis zum 14.12.2026 nicht im Büro", 14, 12, Some(2026));
        check("Ich bin zurück am 14.12.", 14, 12, None);
        check("Ab dem 14.12. wieder da, in Urlaub bis 13.12.", 14, 12, None);
        check("Меня нет с 1 по 14 декабря", 14, 12, None);
        check("Вернусь 14 декабря 2026 г.", 14, 12, Some(2026));
        check("Estaré fuera hasta el 14 de diciembre", 14, 12, None);
        check("Je suis absent jusqu'au 1er décembre", 1, 12, None);
        check("back 2026-12-14", 14, 12, Some(2026));
        check("until 12/24", 24, 12, None);
    }

    #[test]
    fn what_can_be_read_two_ways_is_not_read() {
        for text in
            ["", "I am away.", "until 11/12", "back soon", "back on 32 December", "until 31.02.", "background 5 May"]
        {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_day_without_a_year_lies_ahead() {
        let check = |day, month, came, expected| {
            let found = Return { day, month, year: None, words: String::new() };
            assert_eq!(found.date(came), Some(expected));
        };
        check(4, 1, date(2026, 12, 20), date(2027, 1, 4));
        check(14, 12, date(2026, 11, 28), date(2026, 12, 14));
        check(20, 11, date(2026, 11, 28), date(2026, 11, 20));
        let leap = Return { day: 29, month: 2, year: None, words: String::new() };
        assert_eq!(leap.date(date(2026, 1, 1)), None);
    }
}
