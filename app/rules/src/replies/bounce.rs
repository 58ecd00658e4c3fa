//! A report that a mail was not delivered, as RFC 3464 asks for it: one group of fields for each recipient.

use super::diagnosis::{self, Persistence};
use super::entity::Entity;
use super::{body, tidy};
use crate::limits;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BounceReport {
    /// Empty where the report does not say.
    pub recipients: Vec<BouncedRecipient>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BouncedRecipient {
    /// As the report spells it.
    pub address: String,
    pub persistence: Persistence,
    /// RFC 3463, like `5.1.1`.
    pub status: Option<String>,
    /// What was said, cut.
    pub reason: String,
}

impl BouncedRecipient {
    /// `said` is all that was said about it, `reason` what is worth showing of it.
    pub(super) fn new(address: String, status: &str, said: &str, reason: &str, is_delayed: bool) -> Self {
        let found = diagnosis::statuses(said);
        let said_status = found.iter().find(|status| !status.ends_with(".0.0")).or(found.first()).copied();
        // A code of zeros says nothing (RFC 3463 3.1).
        let status = if status.is_empty() || status.ends_with(".0.0") { said_status.unwrap_or(status) } else { status };
        Self {
            persistence: diagnosis::judge(status, said, is_delayed),
            status: Some(status.to_owned()).filter(|status| !status.is_empty()),
            reason: tidy::line(reason, limits::TROUBLE_CHARS_MAX),
            address,
        }
    }
}

/// Fields in lower case with their values, one list a group.
pub(super) type Group = Vec<Field>;

type Field = (String, String);

pub(super) enum Delivery {
    Failed(BounceReport),
    /// It was delivered, relayed or expanded.
    Done,
}

/// `None`: this is no report.
pub(super) fn read(mail: &Entity<'_>) -> Option<Delivery> {
    let leaves = mail.leaves();
    let reports = leaves
        .iter()
        .filter(|leaf| leaf.media == "message/delivery-status" || leaf.media == "message/global-delivery-status");
    let reports: Vec<String> = reports.map(|leaf| body::text_of(leaf)).collect();
    if reports.is_empty() {
        return None;
    }
    let words = leaves.iter().find(|leaf| leaf.media.starts_with("text/")).map(|leaf| body::text_of(leaf));
    let groups: Vec<Group> = reports.iter().flat_map(|text| groups(text)).collect();
    Some(read_groups(&groups, &words.unwrap_or_default()))
}

/// `words` is what the report says to people.
pub(super) fn read_groups(groups: &[Group], words: &str) -> Delivery {
    let mut report = BounceReport::default();
    let mut is_done = false;
    let about: Vec<(&Group, String)> = groups.iter().filter_map(|group| Some((group, address(group)?))).collect();
    for (group, address) in about.iter().take(limits::REPLY_BOUNCED_MAX) {
        let action = value(group, "action").to_lowercase();
        if ["delivered", "relayed", "expanded"].iter().any(|done| action.starts_with(done)) {
            is_done = true;
            continue;
        }
        let status = value(group, "status");
        let status = status.split_whitespace().next().filter(|word| diagnosis::is_status(word)).unwrap_or_default();
        let codes: Vec<&str> =
            group.iter().filter(|(name, _)| name == "diagnostic-code").map(|(_, code)| code.as_str()).collect();
        let diagnostic = codes.join(" ");
        let spoken: Vec<&str> = codes.iter().map(|code| without_type(code)).collect();
        // Words stand for the code that is missing, where they can be about nobody else.
        let told = if about.len() == 1 || diagnostic.is_empty() { beginning(words) } else { "" };
        let comment = value(group, "status").split_once('(').map_or("", |(_, comment)| comment);
        let spoken = spoken.join("\n");
        let said = format!("{spoken} {comment} {}", if diagnosis_is_mute(&diagnostic) { told } else { "" });
        let reason = if diagnostic.is_empty() { said.trim() } else { &diagnostic };
        let known = report.recipients.iter().any(|known| known.address.eq_ignore_ascii_case(address));
        if !known {
            let is_delayed = action.starts_with("delayed");
            report.recipients.push(BouncedRecipient::new(address.clone(), status, &said, reason, is_delayed));
        }
    }
    if report.recipients.is_empty() && is_done { Delivery::Done } else { Delivery::Failed(report) }
}

/// `smtp; 550 …` (RFC 3464 2.3.6): the type says who speaks, not what is said. What a program on the receiving machine
/// prints is another matter.
fn without_type(code: &str) -> &str {
    match code.split_once(';') {
        Some((kind, said)) if !kind.trim().contains(char::is_whitespace) && !kind.eq_ignore_ascii_case("x-unix") => {
            said
        }
        _ => code,
    }
}

/// Nothing but a code or a type.
fn diagnosis_is_mute(diagnostic: &str) -> bool {
    diagnostic.chars().filter(|letter| letter.is_alphabetic()).count() < 8
}

fn beginning(words: &str) -> &str {
    let words = tidy::beginning(words, 4000);
    let end = words.find("\nReceived:").unwrap_or(words.len());
    &words[..end]
}

fn value<'a>(group: &'a [Field], name: &str) -> &'a str {
    group.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value.as_str())
}

/// Whom a group is about: the one that failed, else the one that was written to.
fn address(group: &[Field]) -> Option<String> {
    let names = ["final-recipient", "x-actual-recipient", "original-recipient"];
    let read = names.iter().map(|name| recipient(value(group, name)));
    let mut read = read.filter(|address| !address.is_empty());
    let first = read.next()?;
    Some(if first.contains('@') { first } else { read.find(|address| address.contains('@')).unwrap_or(first) })
}

/// `rfc822; <bob@b.example> (comment)`
fn recipient(value: &str) -> String {
    let (_, address) = value.split_once(';').unwrap_or(("", value));
    let address = address.trim();
    let address =
        address.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or(address, |(inner, _)| inner);
    let address =
        if address.starts_with('"') { address } else { address.split_whitespace().next().unwrap_or_default() };
    tidy::line(address.trim_matches(['<', '>', '\'', ',']), limits::ADDRESS_BYTES_MAX)
}

/// Groups of fields, which blank lines divide; a line that begins with a blank goes on with the one before.
pub(super) fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = vec![Group::new()];
    for line in text.lines().take(limits::REPLY_REPORT_LINES_MAX) {
        let is_continued = line.starts_with([' ', '\t']);
        let Some(group) = groups.last_mut() else { break };
        if line.trim().is_empty() {
            if !group.is_empty() && groups.len() <= 2 * limits::REPLY_BOUNCED_MAX {
                groups.push(Group::new());
            }
        } else if let (true, Some((_, value))) = (is_continued, group.last_mut()) {
            if value.len() < limits::MAIL_LINE_BYTES_MAX * 4 {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            // Some leave the blank line out.
            let is_next = name.eq_ignore_ascii_case("final-recipient")
                && group.iter().any(|(found, _)| found == "final-recipient");
            if is_next {
                groups.push(Group::new());
            }
            let Some(group) = groups.last_mut() else { break };
            group.push((name.trim().to_ascii_lowercase(), tidy::line(value, limits::MAIL_LINE_BYTES_MAX * 4)));
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replies::samples;

    fn failed(fields: &str) -> Vec<BouncedRecipient> {
        match read(&Entity::read(samples::delivery_status(fields).as_bytes())) {
            Some(Delivery::Failed(report)) => report.recipients,
            Some(Delivery::Done) | None => Vec::new(),
        }
    }

    #[test]
    fn every_recipient_has_its_own_verdict() {
        let read = failed(
            "Final-Recipient: RFC822; <Bob@b.example>\nAction: failed\nStatus: 5.1.1 (unknown)\n\
             Diagnostic-Code: smtp; 550 5.1.1\n <Bob@b.example>: user unknown\n\n\
             Original-Recipient: rfc822;carl@b.example\nAction: failed\nStatus: 5.0.0\n\
             Diagnostic-Code: smtp;552 5.2.2 mailbox full\n\nFinal-Recipient: rfc822; bob@b.example\nAction: failed",
        );
        let short: Vec<_> =
            read.iter().map(|one| (one.address.as_str(), one.persistence, one.status.as_deref())).collect();
        assert_eq!(
            short,
            [("Bob@b.example", Persistence::Hard, Some("5.1.1")), ("carl@b.example", Persistence::Soft, Some("5.2.2"))]
        );
        assert_eq!(read[0].reason, "smtp; 550 5.1.1 <Bob@b.example>: user unknown");
    }

    #[test]
    fn who_speaks_is_not_what_is_said() {
        let read = failed(
            "Final-Recipient: rfc822;bob@b.example\nAction: failed\nStatus: 5.4.4\nDiagnostic-Code: X-Outbound-Mail-Relay; \
             Host or domain name not found\n\nFinal-Recipient: rfc822;carl@b.example\nAction: failed\nStatus: 5.1.1\n\
             Diagnostic-Code: x-unix; user unknown",
        );
        let short: Vec<_> = read.iter().map(|one| one.persistence).collect();
        assert_eq!(short, [Persistence::Hard, Persistence::Soft]);
        assert_eq!(read[0].reason, "X-Outbound-Mail-Relay; Host or domain name not found");
    }

    #[test]
    fn a_delay_is_soft_and_a_delivery_is_none() {
        let delayed = failed("Final-Recipient: rfc822;bob@b.example\nAction: delayed\nStatus: 5.1.1");
        assert_eq!(delayed[0].persistence, Persistence::Soft);
        let done = samples::delivery_status("Final-Recipient: rfc822;bob@b.example\nAction: relayed\nStatus: 2.0.0");
        assert!(matches!(read(&Entity::read(done.as_bytes())), Some(Delivery::Done)));
    }

    #[test]
    fn a_report_without_sense_is_still_one() {
        assert!(failed("nonsense").is_empty());
        assert!(failed("Final-Recipient: rfc822;\nStatus: x").is_empty());
        assert!(read(&Entity::read(b"Subject: Hi\n\nHi")).is_none());
    }
}
