//! The mails that people write back, and their programs. Written by the address and the mail alone: the same answer each
//! time. It sends nothing.

mod coding;
mod quote;
mod words;

use crate::headers::Headers;
use crate::moment;
use crate::people::{self, Charset, Intent, Language, Mood, Program};
use coding::Encoder;
use encoding_rs::{KOI8_R, UTF_8, WINDOWS_1251};
use mail_parser::MessageParser;
use quote::Body;
use std::fmt::Write;

/// The mail that is answered, as its reader sees it.
struct Original {
    from_name: String,
    from_address: String,
    to: String,
    subject: String,
    text: String,
    /// Epoch milliseconds.
    sent: i64,
    /// With its brackets.
    message_id: String,
    references: String,
}

const DAY_MILLIS: i64 = 86_400_000;
const AWAY_DAYS: i64 = 9;

/// The answer to `raw`, which left at `sent` and was delivered to `recipient`; it is written at `at`. `to`: the mailboxes
/// that it goes to.
pub(crate) fn write(mood: Mood, recipient: &str, to: &str, raw: &[u8], sent: i64, at: i64) -> Vec<u8> {
    let original = Original::read(raw, recipient, sent);
    let dice = dice(recipient);
    let program = program(mood, dice);
    let encoder = Encoder::new(charset(mood, dice));
    let own = own(mood, recipient, &original, at);
    let body = match mood.intent.is_automatic() {
        true => Body { text: own, html: None },
        false => quote::around(program, mood.language, &own, &original, dice),
    };
    let name = people::name(recipient);
    let mut mail = String::new();
    let mut line = |name: &str, value: &str| {
        let _ = write!(mail, "{name}: {value}\r\n"); // a String takes everything
    };
    if mood.intent.is_automatic() {
        line("Return-Path", "<>");
    } else {
        line("Return-Path", &format!("<{recipient}>"));
    }
    line("From", &format!("{name} <{recipient}>"));
    line("To", to);
    line("Subject", &encoder.header(&subject(mood, &original.subject)));
    line("Date", &moment::rfc5322(at));
    let domain = recipient.rsplit_once('@').map_or(recipient, |(_, domain)| domain);
    let id = format!("{:016x}{:016x}", dice, self::dice(&format!("{}{recipient}", original.message_id)));
    line("Message-ID", &format!("<{id}@{domain}>"));
    line("In-Reply-To", &original.message_id);
    let references = match original.references.as_str() {
        "" => original.message_id.clone(),
        before => format!("{before}\r\n {}", original.message_id),
    };
    line("References", &references);
    for (name, value) in marks(mood.intent, program) {
        line(name, value);
    }
    line("MIME-Version", "1.0");
    let mut mail = mail.into_bytes();
    encoder.entities(&mut mail, &body, &id);
    mail
}

impl Original {
    fn read(raw: &[u8], recipient: &str, sent: i64) -> Self {
        let headers = Headers::parse(raw);
        let header = |name: &str| headers.as_ref().and_then(|headers| headers.get(name)).unwrap_or_default().to_owned();
        let message = MessageParser::default().parse(raw);
        let message = message.as_ref();
        let from = message.and_then(|message| message.from()?.first().cloned());
        let from_address = from.as_ref().and_then(|from| from.address.as_deref()).unwrap_or_default().to_owned();
        let from_name = from.as_ref().and_then(|from| from.name.as_deref()).unwrap_or(&from_address).to_owned();
        let text = message.and_then(|message| message.body_text(0)).unwrap_or_default();
        Self {
            from_name,
            from_address,
            to: recipient.to_owned(),
            subject: message.and_then(|message| message.subject()).unwrap_or_default().to_owned(),
            text: text.replace("\r\n", "\n").trim_end().to_owned(),
            sent,
            message_id: header("Message-ID"),
            references: header("References").split_whitespace().collect::<Vec<_>>().join("\r\n "),
        }
    }
}

/// What the answer says by itself.
fn own(mood: Mood, recipient: &str, original: &Original, at: i64) -> String {
    let name = people::name(recipient);
    let domain = recipient.rsplit_once('@').map_or(recipient, |(_, domain)| domain);
    let back = words::day(mood.language, at + AWAY_DAYS * DAY_MILLIS);
    let text = words::text(mood.intent, mood.language)
        .replace("{name}", &name)
        .replace("{domain}", domain)
        .replace("{back}", &back);
    let greeting = words::greeting(mood.language);
    let first_name = original.from_name.split(' ').next().unwrap_or_default();
    let greeting = match (mood.intent, first_name.contains('@')) {
        (Intent::Automatic, _) | (_, true) => format!("{greeting},"),
        (_, false) => format!("{greeting} {first_name},"),
    };
    format!("{greeting}\n\n{text}\n\n{}\n{name}", words::farewell(mood.language))
}

fn subject(mood: Mood, subject: &str) -> String {
    if matches!(mood.intent, Intent::Away | Intent::Left) {
        return format!("{} {subject}", words::automatic_reply(mood.language));
    }
    let is_reply = subject.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("re:"));
    if is_reply { subject.to_owned() } else { format!("Re: {subject}") }
}

/// By which others tell that no person wrote it, or which program a person wrote it with.
fn marks(intent: Intent, program: Program) -> &'static [(&'static str, &'static str)] {
    match (intent, program) {
        (Intent::Away, _) => &[("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All")],
        (Intent::Left, _) => &[("Auto-Submitted", "auto-replied (rejected)"), ("X-Autoreply", "yes")],
        (Intent::Automatic, _) => {
            &[("X-Auto-Response-Suppress", "DR, RN, NRN, OOF, AutoReply"), ("Precedence", "auto_reply")]
        }
        (_, Program::Outlook) => &[("Thread-Index", "AQHc0Q=="), ("X-Mailer", "Microsoft Outlook 16.0")],
        (_, Program::Apple) => &[("X-Mailer", "iPhone Mail (23B85)")],
        (_, Program::Thunderbird) => &[("User-Agent", "Mozilla Thunderbird")],
        (_, Program::Gmail | Program::Webmail) => &[],
    }
}

fn program(mood: Mood, dice: u64) -> Program {
    let any = match (mood.language, dice % 5) {
        (Language::Russian, 4) => Program::Webmail,
        (_, 0 | 4) => Program::Gmail,
        (_, 1) => Program::Outlook,
        (_, 2) => Program::Apple,
        (_, _) => Program::Thunderbird,
    };
    mood.program.unwrap_or(any)
}

/// Half of those who write Russian have never changed it.
fn charset(mood: Mood, dice: u64) -> &'static encoding_rs::Encoding {
    let any = match (mood.language, dice / 5 % 4) {
        (Language::Russian, 0) => Charset::Windows1251,
        (Language::Russian, 1) => Charset::Koi8R,
        (_, _) => Charset::Utf8,
    };
    match mood.charset.unwrap_or(any) {
        Charset::Utf8 => UTF_8,
        Charset::Windows1251 => WINDOWS_1251,
        Charset::Koi8R => KOI8_R,
    }
}

/// Thrown once for each text, and for good (FNV-1a).
fn dice(text: &str) -> u64 {
    let throw = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().map(|byte| byte.to_ascii_lowercase()).fold(0xcbf2_9ce4_8422_2325, throw)
}
