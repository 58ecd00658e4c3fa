//! Whether somebody asks not to be written to again. A wish that is missed is seen by a person on the page; one that is
//! made up loses a customer without a word. So: short texts, clear phrases, never a quoted mail.

use super::tidy;
use crate::limits;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Wish {
    /// To hear nothing more.
    Remove,
    None,
}

impl Wish {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Remove => "remove",
            Self::None => "none",
        }
    }
}

/// Enough as the whole of a mail, or as its first line.
const WORDS: &[&str] = &[
    "unsubscribe",
    "unsubscribe me",
    "please unsubscribe",
    "remove",
    "remove me",
    "stop",
    "stop it",
    "opt out",
    "opt-out",
    "optout",
    "no more emails",
    "take me off",
    "please remove",
    "please stop",
    "remove please",
    "unsubscribe please",
    "отписаться",
    "отписка",
    "отпишите",
    "отпишите меня",
    "удалите",
    "удалите меня",
    "не пишите",
    "не пишите мне",
    "хватит",
    "стоп",
    "abmelden",
    "austragen",
    "abbestellen",
    "bitte abmelden",
    "bitte austragen",
    "baja",
    "darme de baja",
    "dar de baja",
    "darse de baja",
    "désabonner",
    "désabonnement",
    "désinscription",
    "désinscrire",
    "se désabonner",
    "désabonnez-moi",
    "désinscrivez-moi",
    "cancelar suscripción",
    "bitte löschen",
];

/// Enough within a short text.
const PHRASES: &[&str] = &[
    "remove me",
    "remove my email",
    "remove my address",
    "remove my name",
    "remove us from",
    "remove this address",
    "remove this email",
    "take me off",
    "take us off",
    "take my name off",
    "unsubscribe me",
    "unsubscribe us",
    "please unsubscribe",
    "want to unsubscribe",
    "like to unsubscribe",
    "wish to unsubscribe",
    "opt me out",
    "like to opt out",
    "stop emailing",
    "stop e-mailing",
    "stop mailing",
    "stop contacting",
    "stop writing",
    "stop sending",
    "stop spamming",
    "stop messaging",
    "do not contact me",
    "don't contact me",
    "do not email",
    "don't email me",
    "do not e-mail",
    "do not write to me",
    "don't write to me",
    "don't write me",
    "do not send me",
    "don't send me any",
    "no further emails",
    "no more emails",
    "no more mails",
    "never contact me",
    "never email me",
    "delete my data",
    "delete my address",
    "delete my email",
    "off your list",
    "off your mailing list",
    "from your list",
    "from your mailing list",
    "from the mailing list",
    "удалите меня",
    "удалите мой",
    "удалите наш",
    "удалите из",
    "уберите меня",
    "уберите мой",
    "уберите из",
    "исключите меня",
    "исключите из",
    "вычеркните",
    "отпишите",
    "отписаться от",
    "не пишите мне",
    "не пишите нам",
    "больше не пишите",
    "не пишите больше",
    "не присылайте",
    "не шлите",
    "прекратите рассылку",
    "прекратите присылать",
    "прекратите писать",
    "aus dem verteiler",
    "aus ihrem verteiler",
    "aus eurem verteiler",
    "von der liste",
    "von ihrer liste",
    "aus ihrer liste",
    "keine weiteren e-mails",
    "keine weiteren mails",
    "keine e-mails mehr",
    "keine mails mehr",
    "nicht mehr anschreiben",
    "nicht mehr kontaktieren",
    "löschen sie meine",
    "no me escriban",
    "no me escriba más",
    "no me envíen más",
    "no me contacten",
    "no quiero recibir más",
    "dejen de escribir",
    "elimínenme",
    "bórrenme",
    "denme de baja",
    "désabonnez-moi",
    "désinscrivez-moi",
    "retirez-moi",
    "ne m'écrivez plus",
];

const MORE_PHRASES: &[&str] = &[
    "ne me contactez plus",
    "ne plus recevoir",
    "cessez de m'écrire",
    "arrêtez de m'écrire",
    "supprimez mon adresse",
    "me retirer de",
    "me désabonner",
    "me désinscrire",
    "de votre liste",
    "dar de baja",
    "darme de baja",
    "eliminar mi correo",
    "eliminen mi",
    "de su lista",
];

/// Turns a phrase around where it stands right before it.
const NEGATIONS: &[&str] = &[
    "not",
    "don't",
    "never",
    "didn't",
    "without",
    "no need to",
    "не",
    "nicht",
    "kein",
    "no",
    "ne",
    "doesn't",
    "wouldn't",
];

/// Phrases that are only names of a place need a word of leaving.
const PLACES: &[&str] = &[
    "from your list",
    "from your mailing list",
    "from the mailing list",
    "off your list",
    "von der liste",
    "de votre liste",
    "de su lista",
];

const LEAVING: &[&str] = &[
    "remove",
    "delete",
    "take",
    "unsubscribe",
    "get me",
    "nehmen",
    "streichen",
    "löschen",
    "retir",
    "supprim",
    "elimin",
    "quit",
];

/// Of a person's own words.
pub fn wish(subject: &str, words: &str) -> Wish {
    if words.len() > limits::WISH_CHARS_MAX * 4 {
        return Wish::None;
    }
    let words = words.trim();
    let first_line = words.lines().find(|line| !is_greeting(line)).unwrap_or_default();
    let lone = if words.is_empty() { subject_alone(subject) } else { bare(first_line) };
    if WORDS.contains(&lone.as_str()) {
        return Wish::Remove;
    }
    let plain = tidy::plain(words);
    if plain.chars().count() > limits::WISH_CHARS_MAX {
        return Wish::None;
    }
    let mut phrases = PHRASES.iter().chain(MORE_PHRASES);
    if phrases.any(|phrase| says(&plain, phrase)) { Wish::Remove } else { Wish::None }
}

fn bare(line: &str) -> String {
    let plain = tidy::plain(tidy::beginning(line, 200));
    plain.trim_matches(|letter: char| !letter.is_alphanumeric()).to_owned()
}

/// A mail without words that only has a subject: how programs send an opt-out (RFC 2369).
fn subject_alone(subject: &str) -> String {
    let subject = tidy::plain(subject);
    if subject.starts_with("re:") { String::new() } else { bare(&subject) }
}

fn is_greeting(line: &str) -> bool {
    let bare = bare(line);
    let greetings = [
        "hi",
        "hello",
        "hey",
        "dear",
        "hallo",
        "guten",
        "sehr",
        "liebe",
        "добр",
        "здравст",
        "привет",
        "hola",
        "buen",
        "bonjour",
    ];
    bare.is_empty() || line.trim_end().ends_with([',', '!']) && greetings.iter().any(|word| bare.starts_with(word))
}

fn says(text: &str, phrase: &str) -> bool {
    let found = text.match_indices(phrase).take(20);
    found.map(|(at, _)| &text[..at]).any(|before| {
        let is_word = !before.ends_with(char::is_alphanumeric);
        let last_words = before.trim_end_matches(|letter: char| !letter.is_alphanumeric());
        let is_negated = NEGATIONS.iter().any(|word| {
            let rest = last_words.strip_suffix(word);
            rest.is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
        });
        let sentence = before.rsplit(['.', '!', '?', '\n']).next().unwrap_or_default();
        let is_leaving = LEAVING.iter().any(|word| sentence.contains(word))
            && !sentence.split([' ', ',']).any(|word| NEGATIONS.contains(&word));
        let is_placed = !PLACES.contains(&phrase) || is_leaving;
        is_word && !is_negated && is_placed
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_heard_in_five_languages() {
        for words in [
            "Unsubscribe",
            "STOP!",
            "Hi Anna,\nremove me please",
            "Please remove me from your list.",
            "Stop emailing me",
            "Could you take me off this list?",
            "I don’t want this. Don’t contact me again.",
            "Hello,\n\nunsubscribe.\n\nBob",
            "Отпишите",
            "Удалите меня из рассылки, пожалуйста",
            "Больше не пишите мне!",
            "Прекратите рассылку",
            "Bitte nehmen Sie mich aus dem Verteiler",
            "Ich möchte keine weiteren E-Mails",
            "abmelden",
            "No me escriban más",
            "Por favor, quiero darme de baja",
            "Désabonnez-moi SVP",
            "Merci de me retirer de votre liste",
        ] {
            assert_eq!(wish("Re: Offer", words), Wish::Remove, "{words:?}");
        }
        assert_eq!(wish("unsubscribe", " \n"), Wish::Remove);
    }

    #[test]
    fn words_about_something_else_are_none() {
        for words in [
            "",
            "Yes, gladly.",
            "How do your customers unsubscribe?",
            "Please don't remove me from your list!",
            "We never stop emailing our own customers.",
            "Our list grows. Is Bob from your list?",
            "Can you stop by on Monday?",
            "Не удалите из письма договор",
            "Nicht aus dem Verteiler nehmen",
            "I removed the obstacle",
            "Please stop by.",
        ] {
            assert_eq!(
                wish("unsubscribe", words),
                if words.is_empty() { Wish::Remove } else { Wish::None },
                "{words:?}"
            );
        }
        assert_eq!(wish("Re: unsubscribe", ""), Wish::None);
        let long = format!("{} remove me", "This is about the contract. ".repeat(40));
        assert_eq!(wish("", &long), Wish::None);
    }
}
