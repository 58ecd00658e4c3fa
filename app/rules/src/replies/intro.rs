//! The line above a quoted mail: "On … wrote:" in the words of many programs and languages. Never looks at what comes
//! below it, but for the one form that has no other sign.

use super::tidy;
use crate::limits;

/// With which word such a line begins. A verb and a number must follow.
const STARTS: &[&str] = &["on", "am", "le", "el", "em", "il", "in", "op", "den", "på", "dnia", "w", "pe", "dne", "vào"];

/// Days of the week, as far as their first letters tell.
const DAYS: &[&str] = &[
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
    "пн",
    "вт",
    "ср",
    "чт",
    "пт",
    "сб",
    "вс",
    "понедельник",
    "вторник",
    "сред",
    "четверг",
    "пятниц",
    "суббот",
    "воскресенье",
    "mo",
    "di",
    "mi",
    "do",
    "fr",
    "sa",
    "so",
    "lunes",
    "martes",
    "miércoles",
    "jueves",
    "viernes",
    "sábado",
    "domingo",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
];

/// What was done, at the end of the line or before the writer's name.
const VERBS: &[&str] = &[
    "wrote",
    "writes",
    "schrieb",
    "geschrieben",
    "écrit",
    "ecrit",
    "escribió",
    "escribio",
    "ha scritto",
    "scrisse",
    "escreveu",
    "schreef",
    "geschreven",
    "skrev",
    "napisał",
    "napisał(a)",
    "napisała",
    "написал",
    "написал(а)",
    "написала",
    "написав",
    "пишет",
    "писал",
    "пише",
    "kirjoitti",
    "yazdı",
    "viết",
    "napsal",
    "napsal(a)",
    "a scris",
    "írta",
];

/// How many lines from `at` on are such a line; 0 where none begins.
pub(super) fn length(lines: &[&str], at: usize) -> usize {
    let Some(first) = lines.get(at).filter(|line| begins(line)) else { return 0 };
    let mut whole = String::new();
    let mut taken = 0;
    let mut blanks = 0;
    for line in lines.iter().skip(at).take(limits::QUOTE_INTRO_LINES_MAX + 2) {
        taken += 1;
        if line.trim().is_empty() {
            // A name and its address are sometimes torn apart.
            let is_torn = lines.get(at + taken).is_some_and(|next| next.trim_start().starts_with('<'));
            blanks += 1;
            if is_torn && blanks == 1 {
                continue;
            }
            return 0;
        }
        if taken > 1 && begins_anew(line) {
            return 0;
        }
        whole.push(' ');
        whole.push_str(line.trim());
        if whole.len() > limits::QUOTE_INTRO_BYTES_MAX {
            return 0;
        }
        if is_whole(&tidy::plain(&whole), starts_with_digit(first) || starts_with_day(first)) {
            return taken;
        }
        if ends_undecided(&whole, first) && is_quoted_next(lines, at + taken) {
            return taken;
        }
    }
    0
}

fn bare(line: &str) -> &str {
    line.trim_start_matches(|letter: char| letter.is_whitespace() || "-–—*_|".contains(letter))
}

fn begins(line: &str) -> bool {
    let line = bare(tidy::beginning(line, limits::QUOTE_INTRO_BYTES_MAX));
    if line.len() < 4 {
        return false;
    }
    if starts_with_digit(line) || starts_with_day(line) {
        return true;
    }
    let word = line.split_whitespace().next().unwrap_or_default().to_lowercase();
    STARTS.contains(&word.as_str()) || is_name_and_address(line)
}

/// A line within that begins another one: the first was a sentence.
fn begins_anew(line: &str) -> bool {
    let word = bare(line).split_whitespace().next().unwrap_or_default();
    word.len() < 10
        && STARTS.contains(&word.to_lowercase().as_str())
        && line.chars().any(|letter| letter.is_ascii_digit())
}

fn starts_with_digit(line: &str) -> bool {
    bare(line).starts_with(|letter: char| letter.is_ascii_digit())
}

fn starts_with_day(line: &str) -> bool {
    let word = bare(line).split([' ', ',', '.']).next().unwrap_or_default();
    // Longer words are no days, however they begin.
    word.chars().count() <= 11 && {
        let word = word.to_lowercase();
        DAYS.iter().any(|day| if day.chars().count() > 3 { word.starts_with(day) } else { word == *day })
    }
}

/// `Anna Berg <anna@b.example> wrote:`
fn is_name_and_address(line: &str) -> bool {
    line.contains('@') && line.trim_end().ends_with(':') && ends_with_verb(&tidy::plain(line))
}

/// `line` is plain. A date alone is enough for a line that begins with one and ends with an address.
fn is_whole(line: &str, starts_with_date: bool) -> bool {
    let body = line.trim_end_matches(|letter: char| letter.is_whitespace() || "-–—*_".contains(letter));
    let is_closed = body.ends_with([':', '：']);
    let is_ruled = body.len() < line.len();
    let has_number = line.chars().any(|letter| letter.is_ascii_digit());
    let has_address = line.contains('@');
    if !is_closed && !is_ruled {
        return false;
    }
    let inner = body.trim_end_matches([':', '：', ' ']);
    let ends_with_address = has_address && inner.ends_with(['>', ')', ']']);
    if ends_with_verb(body) {
        return has_number || has_address;
    }
    is_closed && has_number && (has_verb(line) || starts_with_date && ends_with_address && numbers(line) > 1)
}

fn ends_with_verb(line: &str) -> bool {
    let line = line.trim_end_matches([':', '：', ' ', '*', '_', '-']);
    let line = line.strip_suffix(" следующее").or_else(|| line.strip_suffix(" folgendes")).unwrap_or(line);
    let line = line.trim_end_matches(',');
    VERBS.iter().any(|verb| line.ends_with(verb))
}

fn has_verb(line: &str) -> bool {
    let words = line.split([' ', ',', ':']);
    words.filter(|word| word.len() > 4).any(|word| VERBS.contains(&word))
}

fn numbers(line: &str) -> usize {
    line.split(|letter: char| !letter.is_ascii_digit()).filter(|digits| !digits.is_empty()).count()
}

/// `2026/11/28 Anna <anna@b.example>` and nothing more.
fn ends_undecided(line: &str, first: &str) -> bool {
    starts_with_digit(first) && line.contains('@') && line.trim_end().ends_with('>') && numbers(line) > 1
}

fn is_quoted_next(lines: &[&str], at: usize) -> bool {
    let next = lines.iter().skip(at).take(3).find(|line| !line.trim().is_empty());
    next.is_some_and(|line| line.trim_start().starts_with(['>', '|']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: usize) {
        let lines: Vec<&str> = text.split('\n').collect();
        assert_eq!(length(&lines, 0), expected, "{text:?}");
    }

    #[test]
    fn every_program_says_it_in_its_own_words() {
        check("On Sat, Nov 28, 2026 at 10:05 AM Anna Berg <anna@acme.example> wrote:", 1);
        check("On Sat, Nov 28, 2026 at 10:05 AM Anna Berg <\nanna@acme.example> wrote:", 2);
        check("On 28 Nov 2026, at 10:05, Anna Berg <anna@acme.example>\nwrote:", 2);
        check("On Sat, 28 Nov\n2026, 10:05 Anna Berg, <anna@acme.example>\nwrote:", 3);
        check("Am 28.11.26 um 10:05 schrieb Anna Berg:", 1);
        check("Am Sa., 28. Nov. 2026 um 10:05 Uhr schrieb Anna Berg <anna@acme.example>:", 1);
        check("сб, 28 нояб. 2026 г. в 10:05, Anna Berg <anna@acme.example>:", 1);
        check("28.11.2026, 10:05, \"Anna Berg\" <anna@acme.example>:", 1);
        check("28 нояб. 2026 г., в 10:05, Anna Berg <anna@acme.example> написал(а):", 1);
        check("Суббота, 28 ноября 2026, 10:05 +03:00 от Anna Berg <anna@acme.example>:", 1);
        check("28.11.2026 10:05, Anna Berg пишет:", 1);
        check("El sáb, 28 nov 2026 a las 10:05, Anna Berg (<anna@acme.example>) escribió:", 1);
        check("Le sam. 28 nov. 2026 à 10:05, Anna Berg <anna@acme.example> a écrit :", 1);
        check("Il giorno sab 28 nov 2026 alle ore 10:05 Anna Berg <anna@acme.example> ha scritto:", 1);
        check("Op za 28 nov 2026 om 10:05 schreef Anna Berg <anna@acme.example>:", 1);
        check("---- On Sat, 28 Nov 2026 10:05:00 +0100 Anna Berg <anna@acme.example> wrote ----", 1);
        check("Anna Berg <anna@acme.example> wrote:", 1);
        check("2026/11/28 Anna Berg <anna@acme.example>\n\n> Hi", 1);
    }

    #[test]
    fn words_of_a_person_are_none() {
        check("On the one hand, yes.\n\nOn 3 May Anna wrote:", 0);
        check("On 3 May we met:", 0);
        check("On 12 May I sent it to anna@acme.example:", 0);
        check("28.11.2026 10:05", 0);
        check("28 apples\n\nthree pears wrote:", 0);
        check("Something wrote:", 0);
        check("At 10:05 I will call you.", 0);
        check("2026/11/28 Anna Berg <anna@acme.example>\n\nHi", 0);
        check("Sunny days are here:", 0);
        check("", 0);
    }
}
