//! A bounce that is told in words only: whom it is about is looked for among the addresses that it names, each with what
//! is said between it and the next.

use super::bounce::{self, BounceReport, BouncedRecipient, Delivery};
use super::{diagnosis, tidy};
use crate::limits;

/// With which words the returned mail begins.
const RETURNED: &[&str] = &[
    "original message",
    "copy of the message",
    "copy of your message",
    "copy of the original",
    "message headers follow",
    "header of the original",
    "message header:",
    "unsent message",
    "returned message",
    "original message headers",
    "below this line",
    "the headers of",
    "текст исходного",
    "заголовки исходного",
    "mensaje original",
    "ursprüngliche nachricht",
    "message d'origine",
    "----- message",
    "message text follows",
    "message returned",
    "returned mail follows",
];

/// Whose address is no recipient's.
const OF_OTHERS: &[&str] = &[
    "mail from:",
    "from:",
    "sender:",
    "return-path",
    "contact",
    "please mail",
    "support",
    "assistance",
    "message-id",
    "reply-to",
    "questions",
    "postmaster",
    "envelope-from",
    "help",
    "original sender",
    "sent from",
];

/// No notice says more about itself.
const NOTICE_BYTES_MAX: usize = 64 * 1024;

const TRANSCRIPT: &[&str] = &["rcpt to", "recipient", "delivered to", "deliver", "message to"];

/// `failed` is what the header names (`X-Failed-Recipients`), `ours` are the addresses that the notice went to.
pub(super) fn read(text: &str, failed: &[String], ours: &[String]) -> BounceReport {
    let notice = before_returned(text);
    let groups = bounce::groups(text);
    if let Some(Delivery::Failed(report)) = embedded(&groups, notice) {
        return report;
    }
    let mut found: Vec<(String, usize)> = Vec::new();
    let lines: Vec<&str> = notice.lines().take(limits::REPLY_REPORT_LINES_MAX).collect();
    for (at, line) in lines.iter().enumerate() {
        for address in named(line, if failed.is_empty() { ours } else { &[] }) {
            if !found.iter().any(|(known, _)| known.eq_ignore_ascii_case(&address)) {
                found.push((address, at));
            }
        }
    }
    if !failed.is_empty() {
        let at = |address: &String| {
            let named = found.iter().find(|(known, _)| known.eq_ignore_ascii_case(address));
            (address.clone(), named.map_or(0, |(_, at)| *at))
        };
        found = failed.iter().map(at).collect();
    }
    if found.is_empty() {
        found = returned_recipients(text).into_iter().map(|address| (address, 0)).collect();
    }
    found.truncate(limits::REPLY_BOUNCED_MAX);
    let said = |at: usize| {
        let next = found.iter().map(|(_, at)| *at).filter(|next| *next > at).min().unwrap_or(lines.len());
        let block = lines.get(at..next).unwrap_or_default().join("\n");
        // Where nothing is said below an address, it stands above all of them.
        if says_why(&block) { block } else { lines.join("\n") }
    };
    let is_delay = is_delay(notice);
    let recipients = found.iter().map(|(address, at)| {
        let said = said(*at);
        BouncedRecipient::new(address.clone(), "", &said, reason(&said), is_delay)
    });
    BounceReport { recipients: recipients.collect() }
}

/// Whether a text reads like a notice: without other signs, nothing is a bounce because of its words.
pub(super) fn is_like(text: &str) -> bool {
    let text = tidy::plain(tidy::beginning(before_returned(text), 4000));
    let phrases = [
        "could not be delivered",
        "couldn't be delivered",
        "was not delivered",
        "cannot be delivered",
        "wasn't able to deliver",
        "unable to deliver",
        "undeliverable",
        "delivery failed",
        "delivery has failed",
        "delivery to the following",
        "did not reach the following",
        "has not yet been delivered",
        "delivery status notification",
        "delivery failure",
        "error occurred while trying to deliver",
        "error delivering your mail",
        "permanent fatal errors",
        "mailbox exceeds",
        "could not deliver",
        "failed to deliver",
        "returned to sender",
        "не может быть доставлено",
        "не доставлено",
        "не было доставлено",
        "не удалось доставить",
        "konnte nicht zugestellt werden",
        "nicht zugestellt",
        "konnte nicht übermittelt",
        "no se pudo entregar",
        "no se ha podido entregar",
        "no pudo ser entregado",
        "n'a pas pu être remis",
        "n'a pas pu être délivré",
        "n'a pas été remis",
        "rcpt to",
        "user unknown",
        "failure reasons",
        "invalid final delivery userid",
        "transcript of session",
        "delivery errors",
    ];
    phrases.iter().any(|phrase| text.contains(phrase))
}

fn embedded(groups: &[bounce::Group], notice: &str) -> Option<Delivery> {
    let about =
        groups.iter().any(|group| group.iter().any(|(name, value)| name == "final-recipient" && value.contains('@')));
    about.then(|| bounce::read_groups(groups, notice))
}

fn before_returned(text: &str) -> &str {
    let text = tidy::beginning(text, NOTICE_BYTES_MAX);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let is_header = ["received:", "return-path:", "message-id:", "dkim-signature:"]
            .iter()
            .any(|name| line.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)));
        let is_title = line.len() < 120 && start > 0 && {
            let plain = tidy::plain(line);
            RETURNED.iter().any(|words| plain.contains(words)) && (line.contains("--") || plain.ends_with(['.', ':']))
        };
        if is_header || is_title {
            return &text[..start];
        }
        start += line.len();
    }
    text
}

/// The recipients that a line names.
fn named(line: &str, ours: &[String]) -> Vec<String> {
    if !line.contains('@') || line.len() > limits::MAIL_LINE_BYTES_MAX {
        return Vec::new();
    }
    let plain = tidy::plain(line);
    let trimmed = line.trim_start_matches(|letter: char| letter.is_whitespace() || "<\"'*-".contains(letter));
    let first = addresses(trimmed).into_iter().next().filter(|address| trimmed.starts_with(address.as_str()));
    let is_transcript = TRANSCRIPT.iter().any(|words| plain.contains(words)) || plain.starts_with(char::is_numeric);
    // Addresses of others stand on lines of their own, but for a transcript's.
    let is_of_others = OF_OTHERS.iter().any(|words| plain.contains(words)) && !plain.contains("rcpt");
    let read = match first {
        Some(address) => vec![address],
        None if is_transcript && !is_of_others => addresses(line),
        None if plain.contains("rcpt") => {
            let at = plain.find("rcpt").unwrap_or_default();
            addresses(plain.get(at..).unwrap_or_default())
        }
        None if plain
            .split_once(": ")
            .is_some_and(|(words, rest)| words.len() > 4 && !words.contains('@') && !rest.contains(' '))
            && !is_of_others =>
        {
            addresses(line)
        }
        None => Vec::new(),
    };
    let is_machine = |address: &str| {
        let local = address.split('@').next().unwrap_or_default().to_ascii_lowercase();
        ["mailer-daemon", "postmaster", "abuse", "support"].contains(&local.as_str())
    };
    let ours_too = |address: &String| ours.iter().any(|one| one.eq_ignore_ascii_case(address));
    read.into_iter().filter(|address| !is_machine(address) && !ours_too(address)).collect()
}

/// Whatever looks like an address.
fn addresses(text: &str) -> Vec<String> {
    let is_letter = |letter: char| letter.is_alphanumeric() || "@.!#$%&'*+/=?^_`{|}~-".contains(letter);
    let words = text.split(|letter: char| !is_letter(letter));
    let words = words.map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()));
    let read = words.filter(|word| {
        let parts = word.split_once('@');
        parts.is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') && !domain.contains('@'))
            && word.len() <= limits::ADDRESS_BYTES_MAX
    });
    read.map(str::to_owned).collect()
}

/// The To of the returned mail, where the notice itself names nobody.
fn returned_recipients(text: &str) -> Vec<String> {
    let returned = &text[before_returned(text).len()..];
    let line = returned.lines().find(|line| line.get(..3).is_some_and(|name| name.eq_ignore_ascii_case("to:")));
    line.map(addresses).unwrap_or_default()
}

fn says_why(block: &str) -> bool {
    diagnosis::has_code(block) || !diagnosis::statuses(block).is_empty() || block.split_whitespace().count() > 3
}

/// From the first code on, else all of it.
fn reason(said: &str) -> &str {
    let code = said.match_indices(['4', '5']).map(|(at, _)| at).find(|at| {
        let before = said[..*at].chars().next_back();
        let word: String = said[*at..].chars().take(4).collect();
        let is_code = word.chars().take(3).all(|letter| letter.is_ascii_digit()) && word.ends_with([' ', '-']);
        is_code && before.is_none_or(char::is_whitespace)
    });
    code.map_or(said, |at| &said[at..])
}

fn is_delay(notice: &str) -> bool {
    let plain = tidy::plain(tidy::beginning(notice, 4000));
    [
        "has been delayed",
        "not yet been delivered",
        "warning message only",
        "will be retried",
        "delivery attempts will continue",
    ]
    .iter()
    .any(|words| plain.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replies::Persistence;

    fn check(text: &str, expected: &[(&str, Persistence)]) {
        let report = read(text, &[], &["anna@acme.example".to_owned()]);
        let found: Vec<_> = report.recipients.iter().map(|one| (one.address.as_str(), one.persistence)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn whom_it_is_about_stands_in_the_words() {
        check(
            "Your mail could not be delivered:\n\n  bob@b.example\n    SMTP error after RCPT TO:<bob@b.example>:\n    \
             550 5.1.1 user unknown\n  carl@b.example\n    552 5.2.2 mailbox full\n\n\
             ------ This is a copy of the message ------\n\nTo: dora@b.example\n",
            &[("bob@b.example", Persistence::Hard), ("carl@b.example", Persistence::Soft)],
        );
        check("<bob@b.example>:\n192.0.2.7 said: 550 5.1.1 no such user", &[("bob@b.example", Persistence::Hard)]);
        check(
            "It could not be delivered because of\n550 5.1.1 User unknown\n\nRecipients:\n   bob@b.example\n",
            &[("bob@b.example", Persistence::Hard)],
        );
        check(
            "There was an error delivering your mail to <bob@b.example>.\nPlease contact help@b.example.\n450 busy",
            &[("bob@b.example", Persistence::Soft)],
        );
        check("Sorry.\n--- Original message follows.\nTo: bob@b.example\n", &[("bob@b.example", Persistence::Soft)]);
        check("Dear anna@acme.example, sorry.", &[]);
    }

    #[test]
    fn the_header_knows_better() {
        let failed = ["bob@b.example".to_owned()];
        let report = read("Carl <carl@b.example>\nbob@b.example\n  550 5.1.1 user unknown", &failed, &[]);
        let found: Vec<&str> = report.recipients.iter().map(|one| one.address.as_str()).collect();
        assert_eq!((found, report.recipients[0].persistence), (vec!["bob@b.example"], Persistence::Hard));
    }
}
