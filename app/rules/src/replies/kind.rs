//! What kind of mail it is: first what a report says of itself, then what header and words say together. Where nothing
//! speaks for a program, a person wrote it.

use super::automatic::{self, Automatic};
use super::bounce::{self, BounceReport, BouncedRecipient, Delivery};
use super::complaint::{self, ComplaintReport, Feedback};
use super::entity::Entity;
use super::{notice, tidy};
use mail_parser::HeaderName;

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReplyKind {
    /// Not delivered, or not yet.
    Bounce(BounceReport),
    Complaint(ComplaintReport),
    /// A program's answer, a receipt, a report of success.
    Automatic(Automatic),
    Person,
}

impl ReplyKind {
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Bounce(_) => "bounce",
            Self::Complaint(_) => "complaint",
            Self::Automatic(_) => "automatic",
            Self::Person => "person",
        }
    }
}

/// With which the subject of a notice begins, or what stands in it.
const SUBJECTS: &[&str] = &[
    "undeliverable",
    "undelivered",
    "delivery status notification",
    "delivery notification",
    "delivery failure",
    "delivery failed",
    "mail delivery failed",
    "mail delivery failure",
    "mail delivery system",
    "message delivery has failed",
    "mail failure",
    "failure notice",
    "returned mail",
    "failed delivery",
    "delivery report",
    "mail delivery status",
    "warning: message",
    "could not be delivered",
    "mail could not",
    "non-delivery",
    "message not delivered",
    "unzustellbar",
    "nicht zustellbar",
    "unzustellbarkeit",
    "mail nicht zugestellt",
    "недоставлен",
    "не доставлен",
    "не удалось доставить",
    "no se puede entregar",
    "no se pudo entregar",
    "no entregado",
    "mensaje no entregado",
    "non remis",
    "non distribuable",
    "échec de la remise",
    "échec de remise",
    "message non délivré",
    "returned to sender",
];

/// Senders of notices.
const DAEMONS: &[&str] = &[
    "mailer-daemon",
    "mail-daemon",
    "mailerdaemon",
    "mail delivery s",
    "mail deliver s",
    "system administrator",
    "mailsystem",
];

pub(super) fn read(mail: &Entity<'_>, text: &str, ours: &[String]) -> ReplyKind {
    match complaint::read(mail) {
        Some(Feedback::Complaint(report)) => return ReplyKind::Complaint(report),
        Some(Feedback::Other) => return by_program(),
        None => {}
    }
    match bounce::read(mail) {
        // A report that names nobody is read as words.
        Some(Delivery::Failed(report)) if report.recipients.is_empty() => {
            return ReplyKind::Bounce(told(mail, text, ours));
        }
        Some(Delivery::Failed(report)) => return ReplyKind::Bounce(report),
        Some(Delivery::Done) => return by_program(),
        None => {}
    }
    if mail.leaf("message/disposition-notification").is_some() {
        return by_program();
    }
    if is_notice(mail, text) {
        return ReplyKind::Bounce(told(mail, text, ours));
    }
    automatic::read(&mail.headers, text).map_or(ReplyKind::Person, ReplyKind::Automatic)
}

const fn by_program() -> ReplyKind {
    ReplyKind::Automatic(Automatic { is_absence: false, returns: None })
}

/// Who sent it, and what subject or words say: a person may forward a notice, a holiday answer comes from nobody too.
fn is_notice(mail: &Entity<'_>, text: &str) -> bool {
    let headers = &mail.headers;
    if headers.has("X-Failed-Recipients") {
        return true;
    }
    let from = headers.mailboxes(&HeaderName::From);
    let from = from
        .first()
        .map_or_else(|| headers.raw("From").unwrap_or_default(), |(name, address)| format!("{name} {address}"));
    let from = tidy::plain(&from);
    let subject = tidy::plain(&headers.subject());
    let is_daemon = DAEMONS.iter().any(|name| from.contains(name));
    let is_postmaster = from.contains("postmaster@");
    let is_titled = SUBJECTS.iter().any(|words| subject.contains(words));
    let is_told = notice::is_like(text);
    let is_unanswerable = automatic::is_from_nobody(headers) || headers.has("Auto-Submitted");
    is_daemon || (is_postmaster || is_unanswerable) && (is_titled || is_told)
}

fn told(mail: &Entity<'_>, text: &str, ours: &[String]) -> BounceReport {
    let failed: Vec<String> = mail
        .headers
        .raws("X-Failed-Recipients")
        .iter()
        .flat_map(|value| value.split([',', ' ']).map(str::to_owned).collect::<Vec<_>>())
        .filter(|address| address.contains('@'))
        .collect();
    let mut report = notice::read(text, &failed, ours);
    if report.recipients.is_empty() {
        // All that is left is whom the returned mail was for.
        let returned = complaint::returned_recipients(mail).into_iter();
        let returned = returned.filter(|address| !ours.contains(address)).take(1);
        report.recipients = returned.map(|address| BouncedRecipient::new(address, "", text, text, false)).collect();
    }
    report
}

#[cfg(test)]
mod tests {
    use crate::replies::{parse, samples};

    #[test]
    fn each_kind_is_told_from_the_others() {
        let kind = |mail: &str| parse(mail.as_bytes()).kind.as_str();
        assert_eq!(kind(&samples::delivery_status("Final-Recipient: rfc822;bob@b.example\nAction: failed")), "bounce");
        assert_eq!(kind(&samples::feedback("Feedback-Type: abuse")), "complaint");
        assert_eq!(kind("From: MAILER-DAEMON@b.example\nSubject: failure notice\n\n<bob@b.example>: 550"), "bounce");
        assert_eq!(kind("Return-Path: <>\nSubject: Mail\n\nCould not be delivered to <bob@b.example>"), "bounce");
        assert_eq!(kind("Return-Path: <>\nSubject: Automatic reply: Hi\n\nI am away."), "automatic");
        assert_eq!(kind(samples::PERSON), "person");
        assert_eq!(kind("Subject: Re: Hi\n\nMy mail to you could not be delivered, user unknown?"), "person");
        assert_eq!(kind(""), "person");
    }
}
