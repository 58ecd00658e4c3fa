//! A report that somebody called a mail spam (RFC 5965).

use super::entity::{self, Entity};
use super::headers::Headers;
use super::{body, bounce, tidy};
use crate::limits;
use mail_parser::HeaderName;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ComplaintReport {
    /// `abuse`, `fraud`, `virus` …; as the report says, in lower case.
    pub feedback_type: String,
    /// Who complained, where it is told: many providers black it out.
    pub recipients: Vec<String>,
}

pub(super) enum Feedback {
    Complaint(ComplaintReport),
    /// Somebody took it out of the spam, or a check of DMARC failed: nobody complained.
    Other,
}

pub(super) fn read(mail: &Entity<'_>) -> Option<Feedback> {
    let report = mail.leaf("message/feedback-report")?;
    let fields: Vec<(String, String)> = bounce::groups(&body::text_of(report)).into_iter().flatten().collect();
    let values =
        |name: &'static str| fields.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str());
    let feedback_type = values("feedback-type").next().unwrap_or("abuse").trim().to_ascii_lowercase();
    if ["not-spam", "auth-failure", "dmarc"].contains(&feedback_type.as_str()) {
        return Some(Feedback::Other);
    }
    let named = values("original-rcpt-to").chain(values("removal-recipient"));
    let named = named
        .map(|value| value.trim_matches(|letter: char| letter.is_whitespace() || "<>".contains(letter)).to_owned());
    let mut recipients: Vec<String> = Vec::new();
    let named: Vec<String> = named.collect();
    let told = if named.is_empty() { returned_recipients(mail) } else { named };
    for address in told {
        let is_known = recipients.iter().any(|known| known.eq_ignore_ascii_case(&address));
        if address.contains('@') && !is_known && recipients.len() < limits::REPLY_BOUNCED_MAX {
            recipients.push(tidy::line(&address, limits::ADDRESS_BYTES_MAX));
        }
    }
    Some(Feedback::Complaint(ComplaintReport { feedback_type: tidy::line(&feedback_type, 40), recipients }))
}

/// Whom the mail went to that was complained about.
pub(super) fn returned_recipients(mail: &Entity<'_>) -> Vec<String> {
    let Some(leaf) = mail.leaves().into_iter().find(|leaf| is_returned(leaf)) else { return Vec::new() };
    let content = leaf.content(limits::REPLY_HEADER_BYTES_MAX);
    let headers = Headers::read(entity::split_header(&content).0);
    headers.mailboxes(&HeaderName::To).into_iter().map(|(_, address)| address).collect()
}

pub(super) fn is_returned(leaf: &Entity<'_>) -> bool {
    matches!(
        leaf.media.as_str(),
        "message/rfc822" | "message/global" | "text/rfc822-headers" | "message/global-headers"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replies::samples;

    #[test]
    fn who_complained_is_told_where_it_is_known() {
        let check = |fields: &str, expected: &[&str]| match read(&Entity::read(samples::feedback(fields).as_bytes())) {
            Some(Feedback::Complaint(report)) => assert_eq!(report.recipients, expected),
            Some(Feedback::Other) | None => panic!("{fields}"),
        };
        check("Feedback-Type: abuse\nOriginal-Rcpt-To: <carl@b.example>", &["carl@b.example"]);
        check("Version: 1", &["bob@b.example"]);
    }

    #[test]
    fn the_opposite_of_a_complaint_is_none() {
        for kind in ["not-spam", "auth-failure"] {
            let mail = samples::feedback(&format!("Feedback-Type: {kind}"));
            assert!(matches!(read(&Entity::read(mail.as_bytes())), Some(Feedback::Other)));
        }
        assert!(read(&Entity::read(b"\nabuse")).is_none());
    }
}
