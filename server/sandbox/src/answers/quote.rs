//! How mail programs put the mail that is answered below, or above, the answer: each in its own way, in its reader's
//! language.

use super::{Original, words};
use crate::moment::{self, Civil};
use crate::people::{Language, Program};

pub(super) struct Body {
    /// Lines end in LF.
    pub(super) text: String,
    pub(super) html: Option<String>,
}

const GMAIL_LINE_CHARS: usize = 78;
const RULE: &str = "________________________________";
const QUOTE_STYLE: &str = "margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex";

/// `dice`: what a program leaves to its user's taste.
pub(super) fn around(program: Program, language: Language, own: &str, original: &Original, dice: u64) -> Body {
    let is_odd = dice / 64 % 2 == 1;
    let text = match program {
        Program::Gmail => return gmail(language, own, original),
        Program::Outlook => {
            let rule = if is_odd { format!("{RULE}\n") } else { String::new() };
            format!("{own}\n\n{rule}{}\n\n{}\n", head(language, original), original.text)
        }
        Program::Apple => {
            let sign = if is_odd { format!("\n\n{}", words::sent_from_phone(language)) } else { String::new() };
            let quoted = bars(&format!("{}\n\n{}", apple(language, original), original.text));
            format!("{own}{sign}\n\n{quoted}\n")
        }
        // It invites to answer below.
        Program::Thunderbird if is_odd => {
            format!("{}\n{}\n\n{own}\n", thunderbird(language, original), bars(&original.text))
        }
        Program::Thunderbird => format!("{own}\n\n{}\n{}\n", thunderbird(language, original), bars(&original.text)),
        Program::Webmail => {
            let Civil { year, month, day, hour, minute, .. } = moment::civil(original.sent);
            let Original { from_name, from_address, .. } = original;
            let intro = format!("{day:02}.{month:02}.{year}, {hour:02}:{minute:02}, \"{from_name}\" <{from_address}>:");
            format!("{own}\n\n{intro}\n{}\n", bars(&original.text))
        }
    };
    Body { text, html: None }
}

fn bars(text: &str) -> String {
    let line = |line: &str| match (line.is_empty(), line.starts_with('>')) {
        (true, _) => ">".to_owned(),
        (false, true) => format!(">{line}"),
        (false, false) => format!("> {line}"),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn gmail(language: Language, own: &str, original: &Original) -> Body {
    let Civil { year, month, day, hour, minute, weekday, .. } = moment::civil(original.sent);
    let Original { from_name: name, from_address: address, .. } = original;
    let (week, month_name) = (words::weekday(language, weekday), words::month(language, month));
    let (week, short) = (words::short(week, 3), words::short(month_name, 3));
    let who = |mailbox: &str| match language {
        Language::English => {
            let (half, twelve) = (if hour < 12 { "AM" } else { "PM" }, if hour % 12 == 0 { 12 } else { hour % 12 });
            format!("On {week}, {short} {day}, {year} at {twelve}:{minute:02}\u{202f}{half} {mailbox} wrote:")
        }
        Language::Russian => {
            let (week, short) = (words::short_weekday(weekday), words::short(month_name, 4));
            format!("{week}, {day} {short}. {year}\u{202f}г. в {hour:02}:{minute:02}, {mailbox}:")
        }
        Language::German => {
            let week = words::short(week, 2);
            format!("Am {week}., {day}. {short}. {year} um {hour:02}:{minute:02}\u{202f}Uhr schrieb {mailbox}:")
        }
        Language::Spanish => {
            format!("El {week}, {day} {short} {year} a las {hour}:{minute:02}, {mailbox} escribió:")
        }
        Language::French => {
            format!(
                "Le {week}. {day} {}. {year} à {hour:02}:{minute:02}, {mailbox} a écrit\u{a0}:",
                words::short(month_name, 4)
            )
        }
    };
    let intro = folded(&who(&format!("{name} <{address}>")));
    let text = format!("{own}\n\n{intro}\n\n{}\n", bars(&original.text));
    let lines = |text: &str| escaped(text).replace('\n', "<br>\n");
    let link = format!("{} &lt;<a href=\"mailto:{0}\">{0}</a>&gt;", escaped(address));
    let link = link.replacen(&escaped(address), &escaped(name), 1);
    let html = format!(
        "<div dir=\"ltr\">{}</div><br>\n<div class=\"gmail_quote gmail_quote_container\"><div dir=\"ltr\" \
         class=\"gmail_attr\">{}<br></div>\n<blockquote class=\"gmail_quote\" style=\"{QUOTE_STYLE}\">{}</blockquote></div>\n",
        lines(own),
        who(&link),
        lines(&original.text),
    );
    Body { text, html: Some(html) }
}

/// At the last blank that fits.
fn folded(line: &str) -> String {
    let fits = line.char_indices().nth(GMAIL_LINE_CHARS).map(|(end, _)| end);
    let blank = fits.and_then(|end| line.get(..end)).and_then(|start| start.rfind(' '));
    match blank.and_then(|blank| Some((line.get(..blank)?, line.get(blank + 1..)?))) {
        Some((first, rest)) => format!("{first}\n{rest}"),
        None => line.to_owned(),
    }
}

/// As Outlook repeats it.
fn head(language: Language, original: &Original) -> String {
    let Civil { year, month, day, hour, minute, weekday, .. } = moment::civil(original.sent);
    let (week, month) = (words::weekday(language, weekday), words::month(language, month));
    let (names, sent) = match language {
        Language::English => {
            let (half, twelve) = (if hour < 12 { "AM" } else { "PM" }, if hour % 12 == 0 { 12 } else { hour % 12 });
            let sent = format!("{week}, {month} {day}, {year} {twelve}:{minute:02} {half}");
            (["From:", "Sent:", "To:", "Subject:"], sent)
        }
        Language::Russian => {
            let sent = format!("{day} {month} {year} г. {hour}:{minute:02}");
            (["От:", "Отправлено:", "Кому:", "Тема:"], sent)
        }
        Language::German => {
            let sent = format!("{week}, {day}. {month} {year} {hour:02}:{minute:02}");
            (["Von:", "Gesendet:", "An:", "Betreff:"], sent)
        }
        Language::Spanish => {
            let sent = format!("{week}, {day} de {month} de {year} {hour}:{minute:02}");
            (["De:", "Enviado:", "Para:", "Asunto:"], sent)
        }
        Language::French => {
            let sent = format!("{week} {day} {month} {year} {hour:02}:{minute:02}");
            (["De\u{a0}:", "Envoyé\u{a0}:", "À\u{a0}:", "Objet\u{a0}:"], sent)
        }
    };
    let Original { from_name, from_address, to, subject, .. } = original;
    let from = format!("{from_name} <{from_address}>");
    let values = [from.as_str(), sent.as_str(), to.as_str(), subject.as_str()];
    names.iter().zip(values).map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join("\n")
}

fn apple(language: Language, original: &Original) -> String {
    let Civil { year, month, day, hour, minute, .. } = moment::civil(original.sent);
    let who = format!("{} <{}>", original.from_name, original.from_address);
    let short = words::short(words::month(language, month), 3);
    match language {
        Language::English => format!("On {day} {short} {year}, at {hour:02}:{minute:02}, {who} wrote:"),
        Language::Russian => {
            let short = words::short(words::month(language, month), 4);
            format!("{day} {short}. {year} г., в {hour:02}:{minute:02}, {who} написал(а):")
        }
        Language::German => format!("Am {day:02}.{month:02}.{year} um {hour:02}:{minute:02} schrieb {who}:"),
        Language::Spanish => format!("El {day} {short} {year}, a las {hour}:{minute:02}, {who} escribió:"),
        Language::French => format!("Le {day} {short}. {year} à {hour:02}:{minute:02}, {who} a écrit :"),
    }
}

fn thunderbird(language: Language, original: &Original) -> String {
    let Civil { year, month, day, hour, minute, .. } = moment::civil(original.sent);
    let (name, short_year) = (&original.from_name, year % 100);
    match language {
        Language::English => format!("On {day:02}/{month:02}/{year} {hour:02}:{minute:02}, {name} wrote:"),
        Language::Russian => format!("{day:02}.{month:02}.{year} {hour:02}:{minute:02}, {name} пишет:"),
        Language::German => format!("Am {day:02}.{month:02}.{short_year:02} um {hour:02}:{minute:02} schrieb {name}:"),
        Language::Spanish => {
            format!("El {day:02}/{month:02}/{short_year:02} a las {hour}:{minute:02}, {name} escribió:")
        }
        Language::French => format!("Le {day:02}/{month:02}/{year} à {hour:02}:{minute:02}, {name} a écrit :"),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::{bars, folded};

    #[test]
    fn a_long_line_is_folded_at_a_blank() {
        let long = format!("On Mon, Feb 2, 2026 at 2:40 AM {} <anna@acme.example> wrote:", "Ан".repeat(20));
        assert_eq!(folded(&long), long.replace(" <", "\n<"));
        assert_eq!(folded("On Mon, Anna wrote:"), "On Mon, Anna wrote:");
        assert_eq!(folded(&"x".repeat(100)), "x".repeat(100));
    }

    #[test]
    fn what_was_quoted_is_quoted_once_more() {
        assert_eq!(bars("a\n\n> b\n  c"), "> a\n>\n>> b\n>   c");
    }
}
