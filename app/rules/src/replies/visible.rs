//! A person's own words, apart from quoted mails and signatures. Each line is looked at a bounded number of times, so that
//! a mail of a million lines takes no longer than its length.

use super::{history, intro, signature};

/// A page shows `text` and folds `quoted`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Visible {
    pub text: String,
    /// Older mails and signatures, in the order in which they stand.
    pub quoted: String,
}

/// Of a mail's plain text.
pub fn visible(text: &str) -> Visible {
    let lines: Vec<&str> = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let mut marks = marks(&lines);
    join_torn(&lines, &mut marks);
    mark_signatures(&lines, &mut marks);
    let of = |wanted: Mark| {
        let chosen = lines.iter().zip(&marks).filter(|(_, mark)| **mark == wanted);
        let chosen: Vec<&str> = chosen.map(|(line, _)| line.trim_end()).collect();
        chosen.join("\n").trim_matches('\n').to_owned()
    };
    Visible { text: of(Mark::Own), quoted: of(Mark::Quoted) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Own,
    Quoted,
}

fn marks(lines: &[&str]) -> Vec<Mark> {
    let mut marks = vec![Mark::Own; lines.len()];
    let mut at = 0;
    let mut quotes_with_bars = false;
    while at < lines.len() {
        let intro = intro::length(lines, at);
        if intro > 0 {
            let next = next_words(lines, at + intro);
            if !is_quote(next, true) {
                marks[at..].fill(Mark::Quoted);
                break;
            }
            quotes_with_bars = next.trim_start().starts_with('|');
            marks[at..at + intro].fill(Mark::Quoted);
            at += intro;
        } else if history::begins(lines, at) {
            marks[at..].fill(Mark::Quoted);
            break;
        } else {
            if is_quote(lines[at], quotes_with_bars) {
                marks[at] = Mark::Quoted;
            }
            at += 1;
        }
    }
    marks
}

fn is_quote(line: &str, with_bars: bool) -> bool {
    let words = line.trim_start();
    line.len() - words.len() <= 4 && (words.starts_with('>') || with_bars && words.starts_with('|'))
}

/// How many blank lines may stand between a line that announces a quote and the quote.
const BLANKS_MAX: usize = 20;

/// The next line that is not blank.
fn next_words<'a>(lines: &[&'a str], at: usize) -> &'a str {
    let near = lines.iter().skip(at).take(BLANKS_MAX);
    near.copied().find(|line| !line.trim().is_empty()).unwrap_or_default()
}

/// Programs that wrap a quoted line leave its rest without a mark; blank lines between two quotes belong to them.
fn join_torn(lines: &[&str], marks: &mut [Mark]) {
    for at in 1..lines.len().saturating_sub(1) {
        let is_between = marks[at - 1] == Mark::Quoted && marks[at + 1] == Mark::Quoted && marks[at] == Mark::Own;
        if is_between && is_rest(lines[at - 1], lines[at]) {
            marks[at] = Mark::Quoted;
        }
    }
}

fn is_rest(quoted: &str, line: &str) -> bool {
    let line = line.trim();
    let count = |letter: char| quoted.matches(letter).count();
    let is_open = count('(') > count(')')
        || quoted.matches('<').count() > quoted.trim_start_matches(['>', ' ']).matches('>').count();
    let is_link = line.starts_with(['(', '<', '[']) && line.contains("://") && line.ends_with([')', '>', ']']);
    let is_wrapped = quoted.len() >= 70 && line.starts_with(char::is_lowercase) && line.len() < 40;
    line.is_empty() || is_open || is_link || is_wrapped
}

/// Of each run of own lines before a quote or the end: what is no word is marked.
fn mark_signatures(lines: &[&str], marks: &mut [Mark]) {
    let mut start = 0;
    while start < lines.len() {
        let run = marks[start..].iter().take_while(|mark| **mark == Mark::Own).count();
        if run == 0 {
            start += 1;
            continue;
        }
        let words = signature::words(&lines[start..start + run]);
        let blanks = lines[start + words..start + run].iter().take_while(|line| line.trim().is_empty()).count();
        // Words in two places stay apart, by one line.
        let kept = if words > 0 { words + blanks.min(1) } else { 0 };
        marks[start + kept..start + run].fill(Mark::Quoted);
        let leading = lines[start..start + kept].iter().take_while(|line| line.trim().is_empty()).count();
        if start > 0 {
            marks[start..start + leading].fill(Mark::Quoted);
        }
        start += run;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(visible(text).text, expected, "{text:?}");
        assert_eq!(visible(&text.replace('\n', "\r\n")).text, expected, "{text:?} with CR");
    }

    #[test]
    fn words_above_a_quoted_mail_are_a_persons_own() {
        check(
            "Yes, gladly.\n\nOn Sat, Nov 28, 2026 at 10:05 AM Anna <a@acme.example> wrote:\n\n> Hi\n> Bye\n",
            "Yes, gladly.",
        );
        check("Да.\n\nсб, 28 нояб. 2026 г. в 10:05, Anna <a@acme.example>:\n\n> Привет", "Да.");
        check("Ja.\n\nAm 28.11.26 um 10:05 schrieb Anna:\n> Hallo\n\n-- \nBob", "Ja.");
        check("Ja.\n\n-----Ursprüngliche Nachricht-----\nVon: Anna\n\nHallo", "Ja.");
        check(
            "Sí.\n\n________________________________\nDe: Anna\nEnviado: sábado\nPara: Bob\nAsunto: Hola\n\nHola",
            "Sí.",
        );
        check("Oui.\n\nLe 28/11/2026 à 10:05, Anna a écrit :\nBonjour\nBonsoir", "Oui.");
        check(
            "Yes.\nSent from my iPhone\n\n> On 28 Nov 2026, at 10:05, Anna <a@acme.example> wrote:\n> \n> Hi",
            "Yes.",
        );
    }

    #[test]
    fn words_between_and_below_quotes_are_found() {
        check(
            "Hi Anna,\n\nAnna <a@acme.example> wrote:\n> Monday?\n\nNo.\n\n> Tuesday?\nYes!\n\n> Bye\n",
            "Hi Anna,\n\nNo.\n\nYes!",
        );
        check("On 28.11.2026 10:05, Anna wrote:\n\n> Hi\n\nThanks for asking.", "Thanks for asking.");
    }

    #[test]
    fn what_a_program_tore_apart_is_one_quote() {
        check("Yes\n\nOn 28 Nov 2026 Anna wrote:\n> see (https://x.example/a?\nb=c)\n> bye", "Yes");
    }

    #[test]
    fn nothing_is_lost() {
        let text = "Yes.\n\n-- \nAnna\n\nOn 28 Nov 2026 Bob wrote:\n> Hi";
        let found = visible(text);
        assert_eq!(
            (found.text.as_str(), found.quoted.as_str()),
            ("Yes.", "-- \nAnna\n\nOn 28 Nov 2026 Bob wrote:\n> Hi".replace("-- ", "--").as_str())
        );
        check("", "");
        check("\n\n  \n", "");
        check("> only a quote", "");
    }

    #[test]
    fn hostile_mails_take_no_longer_than_their_length() {
        for piece in
            [">", "\n", "> \n", ">\n\n", "a\n", "On 1\n", "1 <a@b>\n", "From: a\n", "--\n", "On 1 wrote:\n>\n", "a:\n"]
        {
            let text = piece.repeat(100_000 / piece.len());
            let found = visible(&text);
            assert!(found.text.len() + found.quoted.len() <= text.len() + 1, "{piece:?}");
        }
    }
}
