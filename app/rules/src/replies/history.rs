//! Where a quoted mail begins that has no marks of its own: "-----Original Message-----", the block of From, Sent, To and
//! Subject that Outlook sets above, the words above a forwarded mail. All that follows is quoted.

use super::tidy;
use crate::limits;

/// Between dashes, or alone with a colon.
const TITLES: &[&str] = &[
    "original message",
    "original appointment",
    "reply message",
    "forwarded message",
    "begin forwarded message",
    "ursprüngliche nachricht",
    "originalnachricht",
    "original-nachricht",
    "weitergeleitete nachricht",
    "anfang der weitergeleiteten nachricht",
    "mensaje original",
    "mensaje reenviado",
    "inicio del mensaje reenviado",
    "message d'origine",
    "message original",
    "message initial",
    "message transféré",
    "début du message transféré",
    "début du message réexpédié",
    "исходное сообщение",
    "исходное письмо",
    "пересылаемое сообщение",
    "пересылаемое письмо",
    "переадресованное сообщение",
    "пересланное сообщение",
    "пересланное письмо",
    "начало переадресованного сообщения",
    "начало переадресованного письма",
    "конец переадресованного сообщения",
    "оригинальное сообщение",
    "messaggio originale",
    "messaggio inoltrato",
    "oorspronkelijk bericht",
    "mensagem original",
    "mensagem encaminhada",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    From,
    Date,
    To,
    Subject,
    Other,
}

const FIELDS: [(Field, &[&str]); 5] = [
    (Field::From, &["from", "von", "от", "от кого", "de", "da", "van", "från", "fra", "od", "від"]),
    (
        Field::Date,
        &[
            "date",
            "sent",
            "datum",
            "gesendet",
            "gesendet am",
            "дата",
            "отправлено",
            "fecha",
            "enviado",
            "enviado el",
            "envoyé",
            "envoyé le",
            "data",
            "inviato",
            "verzonden",
            "enviada em",
            "enviado em",
            "skickat",
            "sendt",
            "wysłano",
            "надіслано",
        ],
    ),
    (Field::To, &["to", "an", "кому", "para", "à", "a", "aan", "till", "til", "do", "pour"]),
    (
        Field::Subject,
        &["subject", "betreff", "тема", "asunto", "objet", "oggetto", "onderwerp", "assunto", "ämne", "emne", "temat"],
    ),
    (
        Field::Other,
        &[
            "cc",
            "bcc",
            "kopie",
            "копия",
            "скрытая копия",
            "cc:",
            "importance",
            "priority",
            "reply-to",
            "antwort an",
            "wichtigkeit",
            "importancia",
            "важность",
            "attachments",
            "anlagen",
            "вложения",
            "responder a",
            "répondre à",
        ],
    ),
];

/// Whether all from `at` on is an older mail.
pub(super) fn begins(lines: &[&str], at: usize) -> bool {
    let Some(line) = lines.get(at) else { return false };
    is_title(line) || is_block(lines, at)
}

fn is_title(line: &str) -> bool {
    let line = line.trim();
    let may_be = line.starts_with(['-', '_', '=', '*', '~', '—', '–']) || line.ends_with(':');
    if line.len() > 200 || !may_be {
        return false;
    }
    let rules = ['-', '_', '=', '*', '~', '—', '–'];
    let inner = line.trim().trim_matches(|letter: char| rules.contains(&letter) || letter.is_whitespace());
    let is_ruled = line.trim().starts_with("--") || line.trim().starts_with("__") || line.trim().starts_with("==");
    let plain = tidy::plain(inner);
    let title = plain.trim_end_matches([':', ' ']);
    TITLES.contains(&title) && (is_ruled || plain.ends_with(':') || title.starts_with("begin"))
}

/// A sender's field and two others, on lines that follow each other.
fn is_block(lines: &[&str], at: usize) -> bool {
    let Some((first, _)) = lines.get(at).and_then(|line| field(line)) else { return false };
    if first == Field::Other {
        return false;
    }
    let mut found: Vec<Field> = Vec::new();
    let mut foreign = 0;
    for line in lines.iter().skip(at).take(12) {
        match field(line) {
            Some((field, _)) if !found.contains(&field) => found.push(field),
            Some(_) => {}
            None if line.trim().is_empty() => break,
            // A long list of recipients goes on in the next line.
            None => foreign += 1,
        }
        if foreign > 3 {
            break;
        }
    }
    let others = found.iter().filter(|field| matches!(field, Field::Date | Field::To | Field::Subject)).count();
    found.contains(&Field::From) && others >= 2
}

/// The field that a line holds, and its value. Bold letters of HTML are stars in plain text.
fn field(line: &str) -> Option<(Field, &str)> {
    let line = tidy::beginning(line, limits::QUOTE_INTRO_BYTES_MAX);
    let (name, value) = line.split_once([':', '：'])?;
    let name = name.trim_matches(|letter: char| letter.is_whitespace() || letter == '*' || letter == '_');
    if name.is_empty() || name.len() > 40 {
        return None;
    }
    let name = tidy::plain(name);
    let (field, _) = FIELDS.iter().find(|(_, names)| names.contains(&name.as_str()))?;
    Some((*field, value.trim_matches(['*', ' '])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: bool) {
        let lines: Vec<&str> = text.split('\n').collect();
        assert_eq!(begins(&lines, 0), expected, "{text:?}");
    }

    #[test]
    fn titles_stand_between_rules() {
        check("-----Original Message-----", true);
        check("-------- Weitergeleitete Nachricht --------", true);
        check("-------- Исходное сообщение --------", true);
        check("---------- Forwarded message ---------", true);
        check("Begin forwarded message:", true);
        check("Début du message réexpédié :", true);
        check("The original message", false);
        check("original message", false);
        check("-----", false);
    }

    #[test]
    fn a_header_of_another_mail_is_one_in_every_language() {
        check("From: Anna\nSent: Saturday\nTo: Bob\nSubject: Hi", true);
        check("*From:* Anna <a@b.example>\n*Date:* Saturday\n*To:* Bob", true);
        check("Von: Anna\nGesendet: Samstag\nAn: Bob\nBetreff: Hi", true);
        check("От: Anna\nОтправлено: 28 ноября\nКому: Bob;\n Carl\nТема: Hi", true);
        check("De : Anna\nEnvoyé le : samedi\nÀ : Bob\nObjet : Hi", true);
        check("De: Anna\nEnviado el: sábado\nPara: Bob\nAsunto: Hi", true);
        check("Date: Saturday\nFrom: Anna\nSubject: Hi", true);
    }

    #[test]
    fn a_persons_list_is_no_header() {
        check("Date: Wednesday\nTime: 7:00\nAddress: 1 Street", false);
        check("From: Berlin\nTo: Paris", false);
        check("To: do\nSubject: matter", false);
        check("From: Anna\n\nSent: Saturday\nTo: Bob", false);
    }
}
