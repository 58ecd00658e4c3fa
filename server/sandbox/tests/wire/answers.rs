//! People who answer: in the thread, in their language, as their mail program quotes.

use crate::harness::{REGION, Running};
use crate::post::{letter_to, parsed, send, start_and};
use crate::receiving::{envelopes, receives, stored};
use mail_parser::{Message, MessageParser};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const REPLY_TO: &str = "Anna Berg <t1@reply.example>";

async fn start() -> Running {
    start_and(receives).await
}

fn letter(to: &str) -> Value {
    let mut letter = letter_to(&[to]);
    letter["ReplyToAddresses"] = json!([REPLY_TO]);
    letter["FromEmailAddress"] = json!("Anna Berg <anna@acme.example>");
    letter["Content"]["Simple"]["Headers"] = json!([{ "Name": "References", "Value": "<first@acme.example>" }]);
    letter["Content"]["Simple"]["Body"]["Text"]["Data"] = json!("Hello,\n\nhow are you?\n> well & <good>\n-- \nAnna");
    letter
}

/// SES's id of the mail, and the raw answers to it.
async fn answers_to(sandbox: &Running, letter: Value) -> (String, Vec<Vec<u8>>) {
    let id = send(sandbox, letter).await.ok()["MessageId"].as_str().unwrap().to_owned();
    let mut answers = Vec::new();
    for envelope in envelopes(sandbox).await {
        answers.push(stored(sandbox, &parsed(&envelope["Message"])).await);
    }
    (id, answers)
}

async fn answer_of(sandbox: &Running, to: &str) -> Vec<u8> {
    let [answer] = answers_to(sandbox, letter(to)).await.1.try_into().unwrap();
    answer
}

fn read(raw: &[u8]) -> Message<'_> {
    MessageParser::default().parse(raw).unwrap()
}

fn header(message: &Message, name: &str) -> Option<String> {
    message.header_raw(name).map(|value| value.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[tokio::test]
async fn each_kind_of_person_answers_in_the_thread() {
    let sandbox = start().await;
    for (word, said) in [
        ("answer", "sounds interesting"),
        ("interested", "sounds interesting"),
        ("notnow", "not a good time"),
        ("decline", "not interested"),
        ("notinterested", "not interested"),
        ("question", "What does it cost"),
        ("wrongperson", "purchasing@people.example"),
        ("remove", "remove me from your list"),
        ("unsubscribe", "remove me from your list"),
    ] {
        let to = format!("carl.{word}@people.example");
        let (id, answers) = answers_to(&sandbox, letter(&to)).await;
        let message = read(&answers[0]);
        assert_eq!(message.body_text(0).unwrap().contains(said), answers.len() == 1, "{word}");
        let id = format!("<{id}@{REGION}.amazonses.com>");
        assert_eq!(header(&message, "In-Reply-To"), Some(id.clone()));
        assert_eq!(header(&message, "References"), Some(format!("<first@acme.example> {id}")));
        assert_eq!(message.subject(), Some("Re: Hello"));
        assert_eq!(header(&message, "From"), Some(format!("Carl <{to}>")));
        assert_eq!(header(&message, "To").as_deref(), Some(REPLY_TO));
        assert_eq!(header(&message, "Return-Path"), Some(format!("<{to}>")));
        assert!(header(&message, "Message-ID").unwrap().ends_with("@people.example>"));
        assert_eq!(header(&message, "Auto-Submitted"), None, "{word}");
    }
}

#[tokio::test]
async fn programs_answer_as_programs_do() {
    let sandbox = start().await;
    for (word, said, marks) in [
        ("away", "back on 11 February 2026", [("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All")]),
        ("left", "Carl no longer works", [("Auto-Submitted", "auto-replied (rejected)"), ("X-Autoreply", "yes")]),
        (
            "autoreply",
            "We have received it",
            [("Precedence", "auto_reply"), ("X-Auto-Response-Suppress", "DR, RN, NRN, OOF, AutoReply")],
        ),
    ] {
        let answer = answer_of(&sandbox, &format!("carl.{word}@people.example")).await;
        let message = read(&answer);
        assert!(message.body_text(0).unwrap().contains(said), "{word}");
        assert!(!message.body_text(0).unwrap().contains("how are you"), "a program quotes nothing");
        for (name, value) in marks {
            assert_eq!(header(&message, name).as_deref(), Some(value), "{word}");
        }
        let subject = if word == "autoreply" { "Re: Hello" } else { "Automatic reply: Hello" };
        assert_eq!(message.subject(), Some(subject));
        assert_eq!(header(&message, "Return-Path").as_deref(), Some("<>"));
        assert!(header(&message, "In-Reply-To").is_some());
    }
}

#[tokio::test]
async fn each_program_quotes_in_its_way_and_language() {
    let sandbox = start().await;
    let anna = "Anna Berg <anna@acme.example>";
    for (words, expected) in [
        (
            "gmail",
            format!("On Mon, Feb 2, 2026 at 2:40\u{202f}AM {anna} wrote:\n\n> Hello,\n>\n> how are you?\n>> well"),
        ),
        ("gmail.de", format!("Am Mo., 2. Feb. 2026 um 02:40\u{202f}Uhr schrieb {anna}:\n\n> Hello,")),
        ("gmail.ru", format!("пн, 2 февр. 2026\u{202f}г. в 02:40, {anna}:\n\n> Hello,")),
        ("gmail.fr", format!("Le lun. 2 févr. 2026 à 02:40, {anna} a écrit\u{a0}:\n\n> Hello,")),
        ("gmail.es", format!("El lun, 2 feb 2026 a las 2:40, {anna} escribió:\n\n> Hello,")),
        (
            "outlook",
            format!(
                "From: {anna}\nSent: Monday, February 2, 2026 2:40 AM\nTo: carl.answer.outlook@p.example\nSubject: Hello\n\n\
                 Hello,\n\nhow are you?\n> well & <good>"
            ),
        ),
        ("outlook.de", format!("Von: {anna}\nGesendet: Montag, 2. Februar 2026 02:40\nAn: carl")),
        ("outlook.ru", format!("От: {anna}\nОтправлено: 2 февраля 2026 г. 2:40\nКому: carl")),
        ("outlook.es", format!("De: {anna}\nEnviado: lunes, 2 de febrero de 2026 2:40\nPara: carl")),
        ("outlook.fr", format!("De\u{a0}: {anna}\nEnvoyé\u{a0}: lundi 2 février 2026 02:40\nÀ\u{a0}: carl")),
        ("apple", format!("> On 2 Feb 2026, at 02:40, {anna} wrote:\n>\n> Hello,")),
        ("apple.ru", format!("> 2 февр. 2026 г., в 02:40, {anna} написал(а):\n>\n> Hello,")),
        ("thunderbird", "On 02/02/2026 02:40, Anna Berg wrote:\n> Hello,".to_owned()),
        ("thunderbird.de", "Am 02.02.26 um 02:40 schrieb Anna Berg:\n> Hello,".to_owned()),
        ("webmail.ru", "02.02.2026, 02:40, \"Anna Berg\" <anna@acme.example>:\n> Hello,".to_owned()),
    ] {
        let answer = answer_of(&sandbox, &format!("carl.answer.{words}@p.example")).await;
        let text = read(&answer).body_text(0).unwrap().replace("\r\n", "\n");
        assert!(text.contains(&expected), "{words}:\n{text}\nwanted:\n{expected}");
        assert!(text.contains("how are you?") && text.contains("Carl"), "{words}");
    }
}

#[tokio::test]
async fn gmail_quotes_in_html_too() {
    let sandbox = start().await;
    let answer = answer_of(&sandbox, "answer.gmail@p.example").await;
    let html = read(&answer).body_html(0).unwrap().into_owned();
    let intro = "Anna Berg &lt;<a href=\"mailto:anna@acme.example\">anna@acme.example</a>&gt; wrote:<br></div>";
    assert!(html.contains(intro), "{html}");
    assert!(
        html.contains("<blockquote class=\"gmail_quote\" ") && html.contains("&gt; well &amp; &lt;good&gt;"),
        "{html}"
    );
}

#[tokio::test]
async fn people_write_in_their_language_and_some_in_its_old_charsets() {
    let sandbox = start().await;
    for (words, charset, subject, said) in [
        ("question.ru.koi8", "KOI8-R", "Re: Привет, как дела у вас сегодня?", "Сколько это стоит"),
        ("decline.ru.cp1251", "windows-1251", "Re: Привет, как дела у вас сегодня?", "Нам это неинтересно"),
        ("away.ru.utf8", "UTF-8", "Автоответ: Привет, как дела у вас сегодня?", "вернусь 11 февраля 2026 г."),
        ("away.de", "UTF-8", "Automatische Antwort: Привет, как дела у вас сегодня?", "ab dem 11. Februar 2026"),
        ("away.es", "UTF-8", "Respuesta automática: Привет, как дела у вас сегодня?", "el 11 de febrero de 2026"),
        ("remove.fr", "UTF-8", "Re: Привет, как дела у вас сегодня?", "retirer de votre liste"),
    ] {
        let mut letter = letter(&format!("{words}.outlook@p.example"));
        letter["Content"]["Simple"]["Subject"]["Data"] = json!("Привет, как дела у вас сегодня?");
        let [answer] = answers_to(&sandbox, letter).await.1.try_into().unwrap();
        let message = read(&answer);
        assert_eq!(message.subject(), Some(subject));
        let content_type = header(&message, "Content-Type").unwrap();
        assert_eq!(content_type, format!("text/plain; charset=\"{charset}\""));
        assert!(message.body_text(0).unwrap().contains(said), "{words}");
        assert!(answer.is_ascii(), "{words}");
    }
    let mut letter = letter("question.ru.koi8.outlook@p.example");
    letter["Content"]["Simple"]["Body"]["Text"]["Data"] = json!("東京");
    let [answer] = answers_to(&sandbox, letter).await.1.try_into().unwrap();
    let content_type = header(&read(&answer), "Content-Type").unwrap();
    assert_eq!(content_type, "text/plain; charset=\"UTF-8\""); // the old one does not hold what is quoted
    assert!(read(&answer).body_text(0).unwrap().contains("東京"));
}

#[tokio::test]
async fn who_writes_with_what_is_settled_by_the_address() {
    let (sandbox, other) = (start().await, start().await);
    let (mut charsets, mut mailers) = (BTreeSet::new(), BTreeSet::new());
    for number in 0..30 {
        let to = format!("answer.ru.p{number}@p.example");
        let answer = answer_of(&sandbox, &to).await;
        let message = read(&answer);
        let text = message.body_text(0).unwrap().into_owned();
        let again = answer_of(&other, &to).await;
        assert_eq!(read(&again).body_text(0).unwrap(), text);
        let content_type = header(&message, "Content-Type").unwrap();
        charsets.extend(content_type.split_once("charset=").map(|(_, charset)| charset.to_owned()));
        mailers.insert(format!("{:?}", header(&message, "X-Mailer").or(header(&message, "User-Agent"))));
    }
    assert_eq!((charsets.len(), mailers.len()), (3, 4), "{charsets:?} {mailers:?}");
}

#[tokio::test]
async fn only_what_arrives_and_wants_an_answer_is_answered() {
    let sandbox = start().await;
    for nobody in ["carl", "bounce.answer", "answer.bounce", "silent.answer", "answer.complain", "answers", "de.gmail"]
    {
        let (_, answers) = answers_to(&sandbox, letter(&format!("{nobody}@p.example"))).await;
        assert!(answers.is_empty(), "{nobody}");
    }
    assert!(answers_to(&sandbox, letter("answer@simulator.amazonses.com")).await.1.is_empty());
    assert!(answers_to(&sandbox, letter_to(&["answer@p.example"])).await.1.is_empty(), "From is elsewhere");
    let mut to_several = letter("answer@p.example");
    to_several["Destination"]["CcAddresses"] = json!(["decline@p.example", "carl@p.example"]);
    assert_eq!(answers_to(&sandbox, to_several).await.1.len(), 2);
}

#[tokio::test]
async fn an_answer_takes_its_time() {
    let sandbox = start_and(|options| {
        receives(options);
        options.event_delay = 10.0;
    })
    .await;
    send(&sandbox, letter("answer@p.example")).await.ok();
    send(&sandbox, letter("away@p.example")).await.ok();
    for (secs, count) in [(29.0, 0), (1.0, 1), (29.0, 0), (1.0, 1), (600.0, 0)] {
        *sandbox.now.lock().unwrap() += secs;
        assert_eq!(envelopes(&sandbox).await.len(), count);
    }
}
