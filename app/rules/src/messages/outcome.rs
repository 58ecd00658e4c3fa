//! What one call to SendEmail came to, decided from plain facts. Where it is not certain that SES did not take a mail, the
//! answer is "unknown": never a reason to send it again.

use crate::limits;

/// What came back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reply<'a> {
    /// 200, and its body could be read.
    Answer { message_id: Option<&'a str> },
    /// Any other status. `code` is the error's name as SES gave it, empty where the answer has none.
    Refusal { status: u16, code: &'a str, message: &'a str },
    /// The request was never written: no connection, no DNS, no TLS.
    NotSent,
    /// The request was never written: there were no credentials to sign it with.
    NotSigned,
    /// Time-out, reset, or an answer that cannot be read.
    Silence,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SendOutcome {
    /// `ses_id` is bare; on the wire it stands as [`super::ses_message_id_header`] says.
    Accepted { ses_id: String },
    /// Definitely not taken: the step is due again.
    Later(Wait),
    /// Definitely not taken, and never will be.
    Refused { reason: String },
    /// Perhaps taken.
    Unknown {
        /// SES said itself that it failed: when no event comes, the mail did not leave.
        may_go_back: bool,
    },
}

/// Why SES does not take a mail now, and will when that is mended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Wait {
    /// Mails a second of the whole account.
    Throttled,
    /// Mails a day of the whole account.
    DailyQuota,
    /// Paused or suspended, the tenant or the account.
    TenantStopped,
    /// The tenant or something that belongs to it is not what SES has.
    NotAssociated,
    DomainNotVerified,
    /// Keys or clock of this installation.
    OurCredentials,
    /// The role by which the team's own account is entered.
    Role,
    /// No connection to SES.
    OutOfReach,
}

/// SES.md 4.7: 5xx and silence are unknown whatever their name; 429 waits whatever its name; then by name.
pub fn judge(reply: &Reply<'_>) -> SendOutcome {
    match *reply {
        Reply::Answer { message_id } => match message_id.map(str::trim).filter(|id| !id.is_empty()) {
            Some(ses_id) => SendOutcome::Accepted { ses_id: ses_id.to_owned() },
            None => SendOutcome::Unknown { may_go_back: false },
        },
        Reply::NotSent => SendOutcome::Later(Wait::OutOfReach),
        Reply::NotSigned => SendOutcome::Later(Wait::OurCredentials),
        Reply::Silence => SendOutcome::Unknown { may_go_back: false },
        Reply::Refusal { status: 500.., .. } => SendOutcome::Unknown { may_go_back: true },
        Reply::Refusal { status: 429, .. } => SendOutcome::Later(Wait::Throttled),
        // 408: a request that was only partly read, or so somebody in between says.
        Reply::Refusal { status: 408 | ..400, .. } => SendOutcome::Unknown { may_go_back: false },
        Reply::Refusal { status, code, message } => match wait(code, &message.to_lowercase()) {
            Some(wait) => SendOutcome::Later(wait),
            None => SendOutcome::Refused {
                reason: format!("{status} {code}: {message}").chars().take(limits::TROUBLE_CHARS_MAX).collect(),
            },
        },
    }
}

/// What SES waits for, by the error's name and its text in small letters; `None` for what is refused for good.
fn wait(code: &str, text: &str) -> Option<Wait> {
    match code.strip_suffix("Exception").unwrap_or(code) {
        // SES names all that it says. This comes from something in between, and SES did not see the mail.
        "" => Some(Wait::OutOfReach),
        "LimitExceeded" => Some(Wait::DailyQuota),
        name if name.starts_with("Throttling") && text.contains("daily") => Some(Wait::DailyQuota),
        name if name.starts_with("Throttling") || name == "TooManyRequests" => Some(Wait::Throttled),
        "SendingPaused" | "AccountSuspended" => Some(Wait::TenantStopped),
        "MessageRejected" if text.contains("paused") => Some(Wait::TenantStopped),
        "MessageRejected" if text.contains("not verified") => Some(Wait::DomainNotVerified),
        "MailFromDomainNotVerified" => Some(Wait::DomainNotVerified),
        "NotFound" => Some(Wait::NotAssociated),
        "AccessDenied" if text.contains("not associated") => Some(Wait::NotAssociated),
        "AccessDenied" => Some(Wait::TenantStopped),
        name if OUR_CREDENTIALS.contains(&name) => Some(Wait::OurCredentials),
        _ => None,
    }
}

/// AWS, "common error types": what is wrong with who asks, not with what is asked. Without `Exception`.
const OUR_CREDENTIALS: [&str; 9] = [
    "ExpiredToken",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignature",
    "MissingAuthenticationToken",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClient",
];

impl Wait {
    pub const ALL: [Self; 8] = [
        Self::Throttled,
        Self::DailyQuota,
        Self::TenantStopped,
        Self::NotAssociated,
        Self::DomainNotVerified,
        Self::OurCredentials,
        Self::Role,
        Self::OutOfReach,
    ];

    /// As it stands in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::DailyQuota => "daily_quota",
            Self::TenantStopped => "tenant_stopped",
            Self::NotAssociated => "not_associated",
            Self::DomainNotVerified => "domain_not_verified",
            Self::OurCredentials => "our_credentials",
            Self::Role => "role",
            Self::OutOfReach => "out_of_reach",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wait| wait.as_str() == text)
    }

    /// What happened and what we do, for a page.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Throttled => "Amazon SES takes no more mails this second: it is tried again shortly.",
            Self::DailyQuota => "Amazon SES takes no more mails today: they leave when the day's quota is free again.",
            Self::TenantStopped => "Amazon SES has stopped this team's sending: mails wait until it is lifted.",
            Self::NotAssociated => "Amazon SES does not have this team's set-up as it should be: it is being repaired.",
            Self::DomainNotVerified => {
                "Amazon SES does not see this domain as verified: its records are looked at again."
            }
            Self::OurCredentials => "Amazon SES does not accept Ownlane's own keys: the operator has to renew them.",
            Self::Role => {
                "The team's own AWS account does not let Ownlane in by its role: mails wait until it does again."
            }
            Self::OutOfReach => "Amazon SES cannot be reached: it is tried again shortly.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, code: &str, message: &str) -> SendOutcome {
        judge(&Reply::Refusal { status, code, message })
    }

    #[test]
    fn only_an_id_says_that_a_mail_was_taken() {
        let ses_id = "010f0193a2b4c5d6-6c9654bb-dc58-4957-8828-68360c1c2d10-000000";
        let check = |message_id, expected| assert_eq!(judge(&Reply::Answer { message_id }), expected);
        check(Some(ses_id), SendOutcome::Accepted { ses_id: ses_id.to_owned() });
        for nothing in [None, Some(""), Some(" ")] {
            check(nothing, SendOutcome::Unknown { may_go_back: false });
        }
    }

    #[test]
    fn whatever_may_have_been_taken_is_unknown() {
        let check = |outcome, may_go_back| assert_eq!(outcome, SendOutcome::Unknown { may_go_back });
        check(judge(&Reply::Silence), false);
        check(refused(200, "", "<html>"), false);
        check(refused(302, "", ""), false);
        check(refused(408, "RequestTimeout", ""), false);
        check(refused(500, "InternalFailure", "internal"), true);
        check(refused(503, "", "<html>"), true);
        check(refused(503, "ThrottlingException", "slow down"), true);
        check(refused(500, "MessageRejected", "Email address is not verified."), true);
    }

    #[test]
    fn what_ses_does_not_take_now_is_due_again() {
        let check =
            |status, code, text, wait| assert_eq!(refused(status, code, text), SendOutcome::Later(wait), "{text}");
        assert_eq!(judge(&Reply::NotSent), SendOutcome::Later(Wait::OutOfReach));
        assert_eq!(judge(&Reply::NotSigned), SendOutcome::Later(Wait::OurCredentials));
        check(429, "TooManyRequestsException", "Maximum sending rate exceeded.", Wait::Throttled);
        check(429, "", "<html>", Wait::Throttled);
        check(429, "BadRequestException", "", Wait::Throttled);
        check(400, "ThrottlingException", "Rate exceeded", Wait::Throttled);
        check(400, "Throttling", "Daily message quota exceeded.", Wait::DailyQuota);
        check(400, "LimitExceededException", "Daily message quota exceeded.", Wait::DailyQuota);
        check(400, "SendingPausedException", "Sending paused for this account.", Wait::TenantStopped);
        check(400, "MessageRejected", "Sending Paused for tenant x.", Wait::TenantStopped);
        check(400, "AccountSuspendedException", "", Wait::TenantStopped);
        check(403, "AccessDeniedException", "Sending is disabled", Wait::TenantStopped);
        let text = "Tenant t is not associated with resources [arn:aws:ses:us-east-2:1:identity/b.example]";
        check(403, "AccessDeniedException", text, Wait::NotAssociated);
        check(404, "NotFoundException", "Tenant t does not exist", Wait::NotAssociated);
        check(404, "NotFoundException", "Configuration set <c> does not exist.", Wait::NotAssociated);
        let text = "Email address is not verified. The following identities failed the check: a@b.example";
        check(400, "MessageRejected", text, Wait::DomainNotVerified);
        check(400, "MailFromDomainNotVerifiedException", "", Wait::DomainNotVerified);
        check(403, "SignatureDoesNotMatch", "", Wait::OurCredentials);
        check(403, "ExpiredTokenException", "", Wait::OurCredentials);
        check(403, "UnrecognizedClientException", "", Wait::OurCredentials);
        check(404, "", "<html>", Wait::OutOfReach);
    }

    #[test]
    fn what_ses_refuses_for_good_is_told_in_its_words() {
        let reason = |status, code, text| match refused(status, code, text) {
            SendOutcome::Refused { reason } => reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            reason(400, "BadRequestException", "Missing final '@domain'"),
            "400 BadRequestException: Missing final '@domain'"
        );
        assert_eq!(reason(413, "SomethingNew", ""), "413 SomethingNew: ");
        let long = "ä".repeat(2 * limits::TROUBLE_CHARS_MAX);
        assert_eq!(reason(400, "MessageRejected", &long).chars().count(), limits::TROUBLE_CHARS_MAX);
    }

    #[test]
    fn a_wait_survives_the_database() {
        for wait in Wait::ALL {
            assert_eq!(Wait::parse(wait.as_str()), Some(wait));
            assert!(wait.sentence().ends_with('.'));
        }
        assert_eq!(Wait::parse(""), None);
    }
}
