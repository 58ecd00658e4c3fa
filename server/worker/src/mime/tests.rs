//! Mails as a foreign reader sees them, and as bytes. Never sends one.

use super::*;
use mail_parser::{Message, MessageParser};

const OPT_OUT: &str =
    "https://mail.acme.example/u/019ac9a6-2500-7000-8000-0000000000aa.AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
const ID: &str = "019ac9a6-2500-7000-8000-000000000001@acme.example";

const DRAFT: Draft<'static> = Draft {
    from_name: "Anna Berg",
    from_email: "anna@acme.example",
    to: "bob@b.example",
    reply_to: None,
    subject: "Your question",
    text: "Hi Bob,\n\nbye\n",
    opt_out_url: Some(OPT_OUT),
    message_id: ID,
    in_reply_to: None,
    references: &[],
    date: OffsetDateTime::UNIX_EPOCH,
};

fn built(draft: &Draft<'_>) -> String {
    String::from_utf8(build(draft).unwrap()).unwrap()
}

fn read(text: &str) -> Message<'_> {
    MessageParser::new().parse(text.as_bytes()).unwrap()
}

/// What a reader shows of our HTML.
fn shown(html: &str) -> String {
    let html = html.replace("\r\n", "").replace("</p><p>", "\n\n").replace("<br>", "\n");
    let mut text = String::new();
    let mut in_tag = false;
    for letter in html.chars() {
        match letter {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            letter if !in_tag => text.push(letter),
            _ => {}
        }
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    text.replace("&amp;", "&")
}

#[test]
fn subjects_and_names_arrive_as_they_were_written() {
    let long = "long ".repeat(60);
    let names = [
        "Anna Berg",
        "Smith & Sons <EU>",
        "O'Brien",
        "Anne-\"Annie\"",
        "Berg, Anna; a:b @ c (d) \\e",
        "Анна Берг, \"Аня\"",
        "Zoë & 王小明",
        "%recipient% {% raw %} {{ company }} &amp;",
        "from: x@b.example",
        long.trim_end(),
    ];
    for name in names {
        let mail = built(&Draft { from_name: name, subject: name, ..DRAFT });
        let message = read(&mail);
        let from = message.from().and_then(|from| from.first()).unwrap();
        assert_eq!(message.subject(), Some(name));
        assert_eq!((from.name(), from.address()), (Some(name), Some("anna@acme.example")), "{mail}");
        assert_eq!(message.to().map(|to| to.iter().count()), Some(1));
    }
    let nameless = built(&Draft { from_name: "", ..DRAFT });
    assert!(nameless.starts_with("From: <anna@acme.example>\r\n"), "{nameless}");
}

#[test]
fn answers_are_asked_for_where_they_come_in() {
    let token = format!("r+{}@in.ownlane.example", "a".repeat(61));
    let mail = built(&Draft { from_name: "Анна, \"Аня\"", reply_to: Some(&token), ..DRAFT });
    let message = read(&mail);
    let reply_to = message.reply_to().and_then(|to| to.first()).unwrap();
    assert_eq!((reply_to.name(), reply_to.address()), (Some("Анна, \"Аня\""), Some(token.as_str())), "{mail}");
    assert!(read(&built(&DRAFT)).reply_to().is_none());
    let wrong = build(&Draft { reply_to: Some("a@b.example\r\nBcc: c@d.example"), ..DRAFT });
    assert!(matches!(wrong, Err(MimeError::ReplyTo(_))), "{wrong:?}");
}

#[test]
fn text_arrives_byte_for_byte_and_its_twin_says_the_same() {
    let long = format!("{}\n{}\n", "word ".repeat(400), "x".repeat(3000));
    let mixed = "Hi,\n\nSmith & Sons <EU> said \"yes\" &amp; 'no' = 100%\n{% raw %} {{ x }} %recipient% =20 =?\n\n\
                 From here on\n.\n..\n\ttab  two  spaces \n\nSee https://x.example/?a=1&b=2.\n\n-- \nAcme\n";
    let texts = [
        "Hi".to_owned(),
        "Hi\n".to_owned(),
        mixed.to_owned(),
        long,
        "Здравствуйте, Анна!\n\nДо встречи. \n".to_owned(),
        format!("{mixed}Grüße, 王\n"),
        format!("a\n\n\n\nb\n--{}\n", "=_"),
    ];
    for text in &texts {
        let mail = built(&Draft { text, ..DRAFT });
        let message = read(&mail);
        assert_eq!(message.body_text(0).unwrap().replace("\r\n", "\n"), *text, "{mail}");
        assert_eq!(shown(&message.body_html(0).unwrap()), text.trim_end_matches('\n'), "{mail}");
        assert!(message.attachment_count() == 0);
    }
    let windows = built(&Draft { text: "a\r\nb\rc\n", ..DRAFT });
    assert_eq!(read(&windows).body_text(0).unwrap(), "a\r\nb\r\nc\r\n");
}

#[test]
fn the_way_out_stands_on_one_line_of_the_header() {
    let mail = built(&DRAFT);
    assert!(mail.contains(&format!("\r\nList-Unsubscribe: <{OPT_OUT}>\r\n")), "{mail}");
    assert!(mail.contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{mail}");
    let message = read(&mail);
    let link = message.list_unsubscribe().as_address().and_then(|links| links.first()?.address.clone());
    assert_eq!(link.as_deref(), Some(OPT_OUT));
}

#[test]
fn a_thread_is_named_oldest_first_in_brackets() {
    let references: Vec<String> =
        (0..10).map(|n| format!("010f019ac9a62608-{n}-000000@us-east-2.amazonses.com")).collect();
    let mail = built(&Draft { in_reply_to: references.last().map(String::as_str), references: &references, ..DRAFT });
    assert!(mail.contains(&format!("\r\nMessage-ID: <{ID}>\r\n")), "{mail}");
    assert_eq!(mail.matches("<010f019ac9a62608-9-000000@us-east-2.amazonses.com>").count(), 2, "{mail}");
    let message = read(&mail);
    assert_eq!(message.message_id(), Some(ID));
    assert_eq!(message.in_reply_to().as_text(), references.last().map(String::as_str));
    let named: Vec<&str> = message.references().as_text_list().unwrap().iter().map(AsRef::as_ref).collect();
    assert_eq!(named, references);
    assert!(!built(&DRAFT).contains("References") && !built(&DRAFT).contains("In-Reply-To"));
}

#[test]
fn one_draft_is_one_sequence_of_bytes() {
    let mail = built(&DRAFT);
    assert_eq!(mail, built(&DRAFT));
    assert!(mail.contains("\r\nDate: Thu, 1 Jan 1970 00:00:00 +0000\r\n"), "{mail}");
    assert!(mail.contains("boundary=\"=_019ac9a6250070008000000000000001acmeexample\""), "{mail}");
}

#[test]
fn domains_are_written_in_ascii_and_local_parts_must_be() {
    let mail = built(&Draft { from_email: "anna@bücher.example", to: "Bob@ПОЧТА.example", ..DRAFT });
    assert!(
        mail.contains("<anna@xn--bcher-kva.example>") && mail.contains("\r\nTo: <Bob@xn--80a1acny.example>\r\n"),
        "{mail}"
    );
    let check = |draft: Draft<'_>, error| assert_eq!(build(&draft), Err(error));
    check(Draft { from_email: "анна@acme.example", ..DRAFT }, MimeError::From(AddressError::LocalPart));
    check(Draft { to: "bücher@b.example", ..DRAFT }, MimeError::To(AddressError::LocalPart));
    check(Draft { to: "a@b.example, c@b.example", ..DRAFT }, MimeError::To(AddressError::At));
    check(Draft { to: "a@b.example\r\nBcc: c.example", ..DRAFT }, MimeError::To(AddressError::Domain));
}

#[test]
fn nothing_can_add_a_line_to_the_header() {
    let check = |draft: Draft<'_>, error| assert_eq!(build(&draft), Err(error));
    for text in ["a\r\nBcc: c@b.example", "a\nb", "a\rb", "a\u{0}", "a\u{85}b", "\t"] {
        check(Draft { subject: text, ..DRAFT }, MimeError::Control);
        check(Draft { from_name: text, ..DRAFT }, MimeError::Control);
    }
    check(Draft { subject: "=?utf-8?Q?a=0D=0ABcc?=", ..DRAFT }, MimeError::EncodedWord);
    for id in ["", "a", "@b", "a@", "<a@b>", "a b@c", "a@b\r\nBcc: x", "ä@b", "a@b> <c@d"] {
        check(Draft { message_id: id, ..DRAFT }, MimeError::MessageId);
        check(Draft { in_reply_to: Some(id), ..DRAFT }, MimeError::MessageId);
        check(Draft { references: &[ID.to_owned(), id.to_owned()], ..DRAFT }, MimeError::MessageId);
    }
    let long = format!("https://x.example/{}", "a".repeat(limits::HEADER_URL_BYTES_MAX));
    for url in
        ["", "mailto:a@b.example", "https://x.example/a b", "https://x.example/>\r\nBcc: x", "https://ä.example", &long]
    {
        check(Draft { opt_out_url: Some(url), ..DRAFT }, MimeError::OptOutUrl);
    }
}

#[test]
fn what_no_server_takes_is_refused_after_building() {
    let check = |draft: Draft<'_>, error| assert_eq!(build(&draft), Err(error));
    let [long_word, long_id] = ["x".repeat(2000), format!("{}@b.example", "x".repeat(998))];
    check(Draft { text: "a\u{0}b", ..DRAFT }, MimeError::EightBit);
    check(Draft { in_reply_to: Some(&long_id), ..DRAFT }, MimeError::Line);
    let forged = format!("a\n--{}\n", boundary(ID));
    check(Draft { text: &forged, ..DRAFT }, MimeError::Boundary);
    // One word of a subject is cut into encoded words, not left as a line that is too long.
    assert_eq!(read(&built(&Draft { subject: &long_word, ..DRAFT })).subject(), Some(long_word.as_str()));
    let once = "From: a\r\nTo: b\r\nSubject: c\r\nDate: d\r\nMIME-Version: 1.0\r\nMessage-ID: e\r\n";
    let headers = |text: &str| check_bytes(text.as_bytes(), "x");
    assert_eq!(headers(&format!("{once}\r\n")), Err(MimeError::Boundary));
    assert_eq!(headers(&format!("{once}from: f\r\n\r\n")), Err(MimeError::Header { name: "From", count: 2 }));
    assert_eq!(headers("From: a\r\n\r\nTo: b\r\n"), Err(MimeError::Header { name: "To", count: 0 }));
    assert_eq!(headers("From: a\nTo: b\r\n"), Err(MimeError::Line));
    assert_eq!(headers("From: ä\r\n"), Err(MimeError::EightBit));
}
