//! Whether an address is gone for good. An address wrongly called gone is never written to again, so two signs must agree
//! and none may speak against it; all else may be over tomorrow.

use super::tidy;
use crate::messages::SuppressionReason;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Persistence {
    /// The mailbox or its domain does not exist.
    Hard,
    Soft,
}

impl Persistence {
    /// What follows for the address: nothing from what may be over tomorrow.
    pub const fn suppresses(self) -> Option<SuppressionReason> {
        match self {
            Self::Hard => Some(SuppressionReason::HardBounce),
            Self::Soft => None,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hard => "hard",
            Self::Soft => "soft",
        }
    }
}

/// What a server says of a mailbox that it does not have.
const NO_MAILBOX: &[&str] = &[
    "address rejected",
    "mailbox unavailable",
    "no longer on server",
    "no longer valid",
    "not our user",
    "doesn't have a",
    "user unknown",
    "unknown user",
    "no such user",
    "no such recipient",
    "unknown recipient",
    "recipient unknown",
    "user not found",
    "recipient not found",
    "recipnotfound",
    "mailbox not found",
    "mailbox unavailable or not found",
    "no such mailbox",
    "unknown mailbox",
    "mailbox does not exist",
    "mailbox doesn't exist",
    "no mailbox here",
    "no mailbox by that name",
    "does not exist",
    "doesn't exist",
    "account that you tried to reach does not exist",
    "address does not exist",
    "no such address",
    "unknown address",
    "address unknown",
    "invalid recipient",
    "invalid mailbox",
    "invalid address",
    "bad address",
    "bad destination mailbox",
    "unknown local part",
    "unknown local-part",
    "unknown or illegal alias",
    "not our customer",
    "unknown account",
    "no account by that name",
    "account is not exist",
    "no such account",
    "not a valid mailbox",
    "not a valid recipient",
    "not a known user",
    "recipient address rejected: undeliverable address",
    "isn't in my list of allowed recipients",
    "no longer here",
    "recipient name is not recognized",
    "couldn't be found",
    "wasn't found",
    "unable to find",
    "not listed in",
    "no matches to nameserver query",
    "invalid final delivery userid",
    "user doesn't have an account",
    "has moved",
    "no forwarding address",
    "permanently moved",
    "user not local",
    "user invalid",
    "unrouteable mail",
    "unknown to address",
];

/// What is said of a domain that nobody can write to. The machine that asked the DNS says so itself.
const NO_DOMAIN: &[&str] = &[
    "unrouteable address",
    "unroutable address",
    "host unknown",
    "unknown host",
    "no such domain",
    "domain not found",
    "unknown domain",
    "domain does not exist",
    "domain unknown",
    "host or domain name not found",
    "no mx record",
    "name or service not known",
    "couldn't find any host",
    "couldn't find a mail exchanger",
    "domain name not found",
    "does not accept mail (nullmx)",
    "null mx",
    "nullmx",
    "no smtp service",
    "non-existent domain",
    "nxdomain",
    "non-existent host",
];

/// What is said of the sender, the letter, the moment or the room left: it speaks against every other sign.
const PASSING: &[&str] = &[
    "x-unix",
    "couldn't create",
    "protocol error",
    "quota",
    "mailbox full",
    "mailbox is full",
    "full mailbox",
    "inbox is full",
    "over limit",
    "exceeds allowed size",
    "storage",
    "too large",
    "size limit",
    "exceeds size",
    "message size",
    "insufficient",
    "disk",
    "no space",
    "spam",
    "junk",
    "virus",
    "malware",
    "phish",
    "block",
    "blacklist",
    "black list",
    "denylist",
    "listed at",
    "listed by",
    "rbl",
    "dnsbl",
    "spamhaus",
    "barracuda",
    "reputation",
    "policy",
    "policies",
    "dmarc",
    "dkim",
    "spf",
    "sender id",
    "authentication",
    "unauthenticated",
    "authenticat",
    "not authorized",
    "not authorised",
    "unauthorized",
    "sender",
    "mail from",
    "reverse dns",
    "ptr record",
    "rdns",
    "relay",
    "rate limit",
    "rate that",
    "too many",
    "too much",
    "throttl",
    "greylist",
    "graylist",
    "try again",
    "try later",
    "temporar",
    "timed out",
    "timeout",
    "time out",
    "time limit",
    "expired",
    "delayed",
    "deferred",
    "retry",
    "queue too long",
    "connection refused",
    "connection reset",
    "unreachable",
    "lost connection",
    "unable to connect",
    "could not connect",
    "not accepting",
    "loop",
    "hop count",
    "suspended",
    "suspend",
    "disabled",
    "inactive",
    "deactivated",
    "locked",
    "on hold",
    "access denied",
    "content",
    "rfc 5322",
    "rfc5322",
    "multiple destination",
    "restricted",
    "restriction",
    "not allowed",
    "prohibited",
    "forbidden",
    "refused",
    "permission",
    "end of data",
    "data command",
    "sent the message",
    "header",
    "attachment",
    "complaint",
    "abuse",
    "country",
    "servfail",
    "server fail",
    "ldap",
    "configuration",
    "misconfig",
];

/// `status` is an enhanced code (RFC 3463), empty where there is none; `text` is all that was said about the address.
pub(super) fn judge(status: &str, text: &str, is_delayed: bool) -> Persistence {
    let text = tidy::plain(text);
    let said = statuses(&text);
    let is_passing = is_delayed
        || status.starts_with("4.")
        || said.iter().any(|status| status.starts_with("4.") || is_about_others(status))
        || is_about_others(status)
        || PASSING.iter().any(|words| text.contains(words));
    if is_passing {
        return Persistence::Soft;
    }
    let is_address_status = is_about_address(status) || said.iter().any(|status| is_about_address(status));
    let is_refused_recipient =
        text.contains("rcpt to") || text.contains("rcpt:") || text.contains("recipient address rejected");
    let has_no_mailbox = NO_MAILBOX.iter().any(|words| text.contains(words));
    let has_no_domain = NO_DOMAIN.iter().any(|words| text.contains(words));
    let signs = [is_address_status, has_no_mailbox, is_refused_recipient && has_code(&text)];
    let is_hard =
        has_no_domain || is_address_status && text.is_empty() || signs.iter().filter(|sign| **sign).count() > 1;
    if is_hard { Persistence::Hard } else { Persistence::Soft }
}

/// Bad mailbox, bad domain, bad syntax, moved, null MX, not found at Microsoft (RFC 3463 3.2, RFC 7505).
fn is_about_address(status: &str) -> bool {
    matches!(status, "5.1.1" | "5.1.2" | "5.1.3" | "5.1.6" | "5.1.10")
}

/// The sender's address, the mailbox's room, the mail system, the letter itself, security.
fn is_about_others(status: &str) -> bool {
    let is_sender = matches!(status, "5.1.7" | "5.1.8");
    is_sender
        || status.starts_with("5.2.2")
        || status.starts_with("5.2.3")
        || status.starts_with("5.6.")
        || status.starts_with("5.7.")
        || status.starts_with("5.3.")
}

/// The enhanced codes in a text.
pub(super) fn statuses(text: &str) -> Vec<&str> {
    let words = text.split(|letter: char| !letter.is_ascii_digit() && letter != '.');
    words.map(|word| word.trim_end_matches('.')).filter(|word| is_status(word)).collect()
}

pub(super) fn is_status(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let is_number = |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(parts.as_slice(), [class, _, _] if ["2", "4", "5"].contains(class)) && parts.iter().all(is_number)
}

/// A refusal of SMTP for good: `550` and its like.
pub(super) fn has_code(text: &str) -> bool {
    let mut words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.any(|word| matches!(word, "550" | "551" | "553" | "554" | "501" | "511" | "521" | "552" | "571"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gone_is_what_two_signs_say() {
        let check = |status: &str, text: &str| assert_eq!(judge(status, text, false), Persistence::Hard, "{text:?}");
        check("5.1.1", "smtp; 550 5.1.1 <bob@b.example>: user unknown");
        check("5.1.1", "");
        check("", "550 5.1.1 <bob@b.example>... User Unknown");
        check("", "SMTP error after RCPT TO:<bob@b.example>: 550 no such user");
        check("5.0.0", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup");
        check("", "Unrouteable address");
        check("5.4.4", "Host or domain name not found. Name service error for name=b.example type=MX: NXDOMAIN");
    }

    #[test]
    fn whatever_may_be_over_tomorrow_is_soft() {
        let check = |status: &str, text: &str| assert_eq!(judge(status, text, false), Persistence::Soft, "{text:?}");
        check("5.1.1", "550 5.1.1 mailbox full");
        check("5.7.1", "550 5.7.1 user unknown");
        check("5.1.1", "550 5.1.1 our policy forbids it");
        check("4.1.1", "450 4.1.1 user unknown");
        check("", "550 user unknown");
        check("5.0.0", "");
        check("", "");
        check("", "after end of data: 550 5.1.1 user unknown");
        assert_eq!(judge("5.1.1", "user unknown", true), Persistence::Soft);
    }

    #[test]
    fn codes_are_told_from_other_numbers() {
        assert_eq!(statuses("from 192.0.2.7: 550-5.1.1 and (#4.4.1). v5.2.2a 5.1"), ["5.1.1", "4.4.1", "5.2.2"]);
    }
}
