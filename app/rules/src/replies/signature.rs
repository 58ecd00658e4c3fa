//! What stands under a person's words: a signature after `-- `, what a telephone adds, the card below "Best regards".
//! The greeting and the name stay with the words.

use super::tidy;
use crate::limits;

const MOBILE_STARTS: &[&str] = &[
    "sent from",
    "sent via",
    "sent with",
    "sent by",
    "sent using",
    "get outlook for",
    "get [outlook",
    "from my iphone",
    "from my ipad",
    "from my android",
    "from my samsung",
    "gesendet von",
    "gesendet mit",
    "gesendet aus",
    "von meinem iphone",
    "von meinem ipad",
    "von meinem handy",
    "von meinem mobil",
    "von meinem samsung",
    "diese nachricht wurde von meinem",
    "holen sie sich outlook",
    "outlook für",
    "envoyé de",
    "envoyé depuis",
    "envoyé à partir",
    "envoyé avec",
    "télécharger outlook",
    "obtenez outlook",
    "outlook pour",
    "enviado desde",
    "enviado con",
    "enviado de",
    "enviado do",
    "obtener outlook",
    "outlook para",
    "inviato da",
    "отправлено с",
    "отправлено из",
    "отправлено через",
    "скачать outlook",
    "outlook для",
    "verzonden met",
    "verzonden vanaf",
    "verstuurd vanaf",
    "sendt fra",
    "skickat från",
    "wysłane z",
    "надіслано з",
];

const MOBILE_ENDS: &[&str] = &["iphone 傳送", "iphone 发送", "iphone发送", "iphoneから送信", "from mobile"];

const CLOSINGS: &[&str] = &[
    "regards",
    "best regards",
    "kind regards",
    "warm regards",
    "many thanks",
    "thanks",
    "thank you",
    "best",
    "cheers",
    "sincerely",
    "best wishes",
    "yours sincerely",
    "thanks and regards",
    "mit freundlichen grüßen",
    "mit freundlichem gruß",
    "freundliche grüße",
    "viele grüße",
    "beste grüße",
    "mit besten grüßen",
    "liebe grüße",
    "с уважением",
    "с наилучшими пожеланиями",
    "спасибо",
    "всего доброго",
    "un saludo",
    "saludos",
    "saludos cordiales",
    "atentamente",
    "cordialement",
    "bien cordialement",
    "bien à vous",
    "salutations",
    "sincères salutations",
    "bonne journée",
];

/// How many of these lines, which are a person's own and the last before a quote or the end, are words.
pub(super) fn words(lines: &[&str]) -> usize {
    let lines = &lines[..without_trailer(lines)];
    let lines = &lines[..before_dashes(lines)];
    let lines = &lines[..without_trailer(lines)];
    let lines = &lines[..before_card(lines)];
    without_trailer(lines)
}

/// Without blank lines, rules and what a telephone or a program adds, from the end.
fn without_trailer(lines: &[&str]) -> usize {
    lines.iter().rposition(|line| !is_rule(line) && !is_mobile(line)).map_or(0, |at| at + 1)
}

fn is_rule(line: &str) -> bool {
    let line = line.trim();
    let first = line.chars().next();
    // Streak's mark of a mail that it counts.
    let is_drawn = |letter: char| "-_=~+*#—–·\u{1427}".contains(letter);
    match first {
        None => true,
        Some('\u{1427}') => line.chars().count() == 1,
        Some(first) => is_drawn(first) && line.chars().count() > 1 && line.chars().all(|letter| letter == first),
    }
}

fn is_mobile(line: &str) -> bool {
    let line = line.trim().trim_matches(|letter: char| "<>()[]*_|\"'".contains(letter));
    if line.is_empty() || line.len() > 200 {
        return false;
    }
    let line = tidy::plain(line);
    let words = line.split("<http").next().unwrap_or_default();
    words.chars().count() <= 100
        && (MOBILE_STARTS.iter().any(|start| line.starts_with(start))
            || MOBILE_ENDS.iter().any(|end| line.ends_with(end)))
}

/// `-- ` of RFC 3676, and what people take for it.
fn before_dashes(lines: &[&str]) -> usize {
    let is_dashes = |line: &&str| matches!(line.trim(), "--" | "__" | "—" | "– –" | "- --");
    let Some(at) = lines.iter().position(is_dashes) else { return lines.len() };
    let below = lines.iter().skip(at + 1).filter(|line| !line.trim().is_empty()).count();
    if below <= limits::SIGNATURE_LINES_MAX { at } else { lines.len() }
}

/// The name under a greeting is kept, what is on the card below is not.
fn before_card(lines: &[&str]) -> usize {
    let from = lines.len().saturating_sub(limits::SIGNATURE_LINES_MAX);
    let tail = lines.iter().enumerate().skip(from);
    let closing = tail.filter(|(_, line)| is_closing(line)).map(|(at, _)| at).next_back();
    let Some(closing) = closing else { return lines.len() };
    let below = lines.iter().enumerate().skip(closing + 1).filter(|(_, line)| !line.trim().is_empty());
    let below: Vec<(usize, &&str)> = below.collect();
    let Some((_, card)) = below.split_first() else { return lines.len() };
    let is_first = lines[..closing].iter().all(|line| line.trim().is_empty());
    let is_name = below.first().is_some_and(|(_, line)| is_name(line));
    if is_first || !is_name {
        return lines.len();
    }
    let is_short = below.iter().all(|(_, line)| line.chars().count() <= 90);
    let is_postscript = |line: &str| {
        let line = tidy::plain(tidy::beginning(line, 20)).replace('.', "");
        line.starts_with("ps") || line.starts_with("зы") || line.starts_with("p s")
    };
    let is_card = card.iter().any(|(_, line)| is_contact(line)) && !card.iter().any(|(_, line)| is_postscript(line));
    match card.first() {
        Some((at, _)) if is_short && is_card => *at,
        _ => lines.len(),
    }
}

fn is_closing(line: &str) -> bool {
    if line.len() > 80 {
        return false;
    }
    let line = tidy::plain(line);
    CLOSINGS.contains(&line.trim_end_matches([',', '.', '!', ' ', '-']))
}

fn is_name(line: &str) -> bool {
    line.split_whitespace().count() <= 5 && !line.trim_end().ends_with(['.', '?', '!', ':'])
}

/// A telephone number, an address of the web or of mail, or a company's place.
fn is_contact(line: &str) -> bool {
    let digits = line.chars().filter(char::is_ascii_digit).count();
    let asks = line.trim_end().ends_with('?');
    !asks
        && (digits >= 6 || line.contains('@') || line.contains("www.") || line.contains("://") || line.contains(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, words_expected: &str) {
        let lines: Vec<&str> = text.split('\n').collect();
        assert_eq!(lines[..words(&lines)].join("\n"), words_expected, "{text:?}");
    }

    #[test]
    fn what_a_telephone_adds_is_no_word() {
        for line in [
            "Sent from my iPhone",
            "Von meinem iPhone gesendet",
            "Отправлено с iPhone",
            "Enviado desde mi iPad",
            "Envoyé de mon iPhone",
            "Get Outlook for iOS<https://aka.example/x>",
            "(Sent from mobile)",
            "--\nSent via app",
            "Отправлено из мобильной Яндекс Почты",
            "________________________________",
        ] {
            check(&format!("Yes.\n\n{line}\n\n"), "Yes.");
        }
        check("Sent from my side:\nthe offer", "Sent from my side:\nthe offer");
    }

    #[test]
    fn a_signature_begins_with_dashes() {
        check("Yes.\n-- \nAnna\nAcme", "Yes.");
        check("Yes.\n\n--\nAnna", "Yes.");
        check("A fix -- that is all", "A fix -- that is all");
        check("a\n--------\nb", "a\n--------\nb");
        let long = format!("Yes.\n--\n{}", "more\n".repeat(40));
        check(&long, long.trim_end());
    }

    #[test]
    fn a_name_stays_and_a_card_goes() {
        check("Yes.\n\nBest regards,\nAnna", "Yes.\n\nBest regards,\nAnna");
        check("Yes.\n\nС уважением,\nАнна Берг\nООО Ромашка\n+7 (900) 000-00-00", "Yes.\n\nС уважением,\nАнна Берг");
        check("Yes.\nThanks,\n\nAnna\nSales @ Acme", "Yes.\nThanks,\n\nAnna");
        check("Yes.\nThanks,\nAnna\nPS: call +49 30 000000", "Yes.\nThanks,\nAnna\nPS: call +49 30 000000");
        check(
            "Thanks!\nCould you call me?\nAt 10:05 on 28.11.2026?",
            "Thanks!\nCould you call me?\nAt 10:05 on 28.11.2026?",
        );
    }
}
