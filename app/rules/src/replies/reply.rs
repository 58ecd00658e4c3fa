//! One incoming mail, read as a whole.

use super::attachment::Attachment;
use super::body;
use super::complaint::is_returned;
use super::entity::{self, Entity};
use super::headers::Headers;
use super::kind::{self, ReplyKind};
use super::visible::{Visible, visible};
use super::wish::{Wish, wish};
use crate::limits;
use crate::time::OffsetDateTime;
use mail_parser::HeaderName;

/// Every text is bounded (`limits`), of one line where it is one, and safe to show as text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// As the mail says. Nothing proves it.
    pub from: Option<Mailbox>,
    /// Whom it asks to answer, where that is somebody else.
    pub reply_to: Vec<Mailbox>,
    /// Everybody it names as a recipient, once each, as spelled: one of them carries our token. The envelope comes first.
    pub recipients: Vec<String>,
    pub subject: String,
    /// As its sender's clock says.
    pub date: Option<OffsetDateTime>,
    /// Ids are bare: no brackets, no white space.
    pub message_id: Option<String>,
    pub in_reply_to: Vec<String>,
    /// Oldest first.
    pub references: Vec<String>,
    /// Of a report: the mail that it is about.
    pub returned: Vec<String>,
    /// All of its words, as plain text.
    pub text: String,
    pub visible: Visible,
    pub attachments: Vec<Attachment>,
    pub kind: ReplyKind,
    /// Of a person only.
    pub wish: Wish,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mailbox {
    /// May be empty.
    pub name: String,
    pub address: String,
}

const ENVELOPE: &[&str] =
    &["X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To", "Apparently-To"];

/// Never fails: of bytes that are no mail, it says that nobody wrote nothing.
pub fn parse(raw: &[u8]) -> Reply {
    let raw = raw.get(..limits::REPLY_BYTES_MAX).unwrap_or(raw);
    // Ends of lines of old Macs.
    let ended = (!raw.contains(&b'\n') && raw.contains(&b'\r'))
        .then(|| raw.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect::<Vec<u8>>());
    let mail = Entity::read(ended.as_deref().unwrap_or(raw));
    let body = body::read(&mail);
    let headers = &mail.headers;
    let recipients = recipients(headers);
    let kind = kind::read(&mail, &body.text, &headers.addresses("To"));
    let subject = headers.subject();
    let visible = visible(&body.text);
    let wish = match kind {
        ReplyKind::Person => wish(&subject, &visible.text),
        ReplyKind::Bounce(_) | ReplyKind::Complaint(_) | ReplyKind::Automatic(_) => Wish::None,
    };
    Reply {
        from: mailboxes(headers, &HeaderName::From).into_iter().next(),
        reply_to: mailboxes(headers, &HeaderName::ReplyTo),
        recipients,
        subject,
        date: headers.date(),
        message_id: headers.ids("Message-ID").into_iter().next(),
        in_reply_to: headers.ids("In-Reply-To"),
        references: headers.ids("References"),
        returned: returned(&mail, &body.text, &kind),
        text: body.text,
        visible,
        attachments: body.attachments,
        kind,
        wish,
    }
}

fn mailboxes(headers: &Headers<'_>, name: &HeaderName<'_>) -> Vec<Mailbox> {
    headers.mailboxes(name).into_iter().map(|(name, address)| Mailbox { name, address }).collect()
}

fn recipients(headers: &Headers<'_>) -> Vec<String> {
    let envelope = ENVELOPE.iter().copied().flat_map(|name| headers.addresses(name));
    let shown = ["To", "Cc"].into_iter().flat_map(|name| headers.addresses(name));
    let mut recipients: Vec<String> = Vec::new();
    for address in envelope.chain(shown) {
        if recipients.len() < limits::REPLY_RECIPIENTS_MAX && !recipients.contains(&address) {
            recipients.push(address);
        }
    }
    recipients
}

/// The id of the mail that a report returns: in a part of its own, or below the words.
fn returned(mail: &Entity<'_>, text: &str, kind: &ReplyKind) -> Vec<String> {
    match kind {
        ReplyKind::Bounce(_) | ReplyKind::Complaint(_) => {}
        ReplyKind::Automatic(_) | ReplyKind::Person => return Vec::new(),
    }
    let part = mail.leaves().into_iter().find(|leaf| is_returned(leaf));
    if let Some(part) = part {
        let content = part.content(limits::REPLY_HEADER_BYTES_MAX);
        return Headers::read(entity::split_header(&content).0).ids("Message-ID");
    }
    let name = "message-id:";
    let mut lines = text.lines();
    let line = lines.find(|line| line.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)));
    // The id may stand on the next line.
    let field = line.map(|line| format!("{line}\n {}\n\n", lines.next().unwrap_or_default()));
    field
        .map(|field| Headers::read(field.as_bytes()).ids("Message-ID"))
        .unwrap_or_default()
        .into_iter()
        .take(1)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replies::samples;

    #[test]
    fn a_persons_answer_is_read_whole() {
        let reply = parse(samples::PERSON.as_bytes());
        assert_eq!(reply.from, Some(Mailbox { name: "Боб".to_owned(), address: "bob@b.example".to_owned() }));
        assert_eq!(reply.recipients, ["r+token@in.ownlane.example", "r+Token@in.ownlane.example", "carl@b.example"]);
        assert_eq!((reply.subject.as_str(), reply.wish), ("Re: Вопрос", Wish::None));
        assert_eq!(reply.date.map(OffsetDateTime::unix_timestamp), Some(1_795_860_000));
        assert_eq!(reply.message_id.as_deref(), Some("x1@b.example"));
        assert_eq!((reply.in_reply_to.len(), reply.references.len()), (1, 2));
        assert_eq!(reply.visible.text, "Ja, gern.\n\nGrüße\nBob");
        assert!(reply.visible.quoted.contains("> Abmelden: https://acme.example/u/1"));
        assert_eq!(reply.kind, ReplyKind::Person);
    }

    #[test]
    fn our_own_footer_is_no_wish() {
        let mail =
            "Subject: Re: Offer\n\nYes.\n\nOn 28 Nov 2026 Anna <a@acme.example> wrote:\n\n> Hi\n> unsubscribe me: x";
        assert_eq!(parse(mail.as_bytes()).wish, Wish::None);
        assert_eq!(parse(mail.replace("Yes.", "Remove me").as_bytes()).wish, Wish::Remove);
        let automatic = "Auto-Submitted: auto-replied\n\nplease unsubscribe me";
        assert_eq!(parse(automatic.as_bytes()).wish, Wish::None);
    }

    #[test]
    fn whatever_the_bytes_are_there_is_an_answer() {
        let mut seed = 1_u64;
        let mut next = move || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            u8::try_from(seed >> 56).unwrap_or_default()
        };
        let mails = [
            samples::PERSON.to_owned(),
            samples::delivery_status("Final-Recipient: rfc822;bob@b.example\nAction: failed"),
            samples::feedback("Feedback-Type: abuse"),
        ];
        for mail in &mails {
            for round in 0..400_usize {
                let mut bytes = mail.clone().into_bytes();
                for _ in 0..=round % 8 {
                    let at = (usize::from(next()) * 256 + usize::from(next())) % bytes.len();
                    match next() % 4 {
                        0 => bytes[at] = next(),
                        1 => bytes.truncate(at.max(1)),
                        2 => bytes.insert(at, next()),
                        _ => {
                            let piece = bytes[at..(at + 40).min(bytes.len())].to_vec();
                            bytes.extend(piece);
                        }
                    }
                }
                parse(&bytes);
            }
        }
        let noise: Vec<u8> = (0..20_000).map(|_| next()).collect();
        parse(&noise);
    }

    #[test]
    fn hostile_mails_take_no_longer_than_their_length() {
        let heads =
            ["", "\n", "Content-Type: text/html\n\n", "From: MAILER-DAEMON@b.example\nSubject: failure notice\n\n"];
        let pieces = [
            "a@b.example\n",
            "<",
            "From: x\n",
            "a: b\n",
            "550 5.1.1 a@b.example\n",
            "\r",
            "=?utf-8?q?a?= ",
            "(",
            "\"",
            "a@b,",
        ];
        for head in heads {
            for piece in pieces {
                parse(format!("{head}{}", piece.repeat(50_000 / piece.len())).as_bytes());
            }
        }
        for name in ["To", "References", "Content-Type", "Subject", "Date", "X-Failed-Recipients"] {
            for piece in ["<a@b.example>", "a@b.example,", "(", "\"", ";a=b", "=?utf-8?b?", "\\", "\n "] {
                parse(format!("{name}: {}\n\n", piece.repeat(50_000 / piece.len())).as_bytes());
            }
        }
    }
}
