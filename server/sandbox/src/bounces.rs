//! Which bounce each fate is: its type, and what the other side is said to have answered; and what it answers that defers a
//! mail. It makes no events.

use crate::people::{Fate, Scope};
use crate::providers::Provider;

pub(crate) struct Bounce {
    /// `Permanent`, `Transient` or `Undetermined`.
    pub(crate) kind: &'static str,
    pub(crate) sub_type: &'static str,
    /// An automatic reply is no report about a delivery, and has none.
    pub(crate) report: Option<Report>,
}

pub(crate) struct Report {
    pub(crate) status: &'static str,
    pub(crate) diagnostic: String,
}

/// Those that SES tells apart, but for the two that have fates of their own. Each has its word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BounceKind {
    General,
    /// On the list that SES keeps for everybody.
    GlobalList,
    AccountList,
    TenantList,
    /// SES thinks that nobody is there.
    Validation,
    Unsubscribed,
    SoftGeneral,
    TooLarge,
    Timeout,
    Content,
    Attachment,
    Undetermined,
}

impl BounceKind {
    pub(crate) fn meant(word: &str) -> Option<Self> {
        Some(match word {
            "bouncegeneral" => Self::General,
            "bouncegloballist" => Self::GlobalList,
            "bounceaccountlist" => Self::AccountList,
            "bouncetenantlist" => Self::TenantList,
            "bouncevalidation" => Self::Validation,
            "bounceunsubscribed" => Self::Unsubscribed,
            "softgeneral" => Self::SoftGeneral,
            "softtoolarge" => Self::TooLarge,
            "softtimeout" => Self::Timeout,
            "softcontent" => Self::Content,
            "softattachment" => Self::Attachment,
            "undetermined" => Self::Undetermined,
            _ => return None,
        })
    }
}

impl Bounce {
    /// Of a fate that is a bounce.
    pub(crate) fn of(fate: Fate, address: &str) -> Self {
        let permanent = |sub_type, diagnostic| Self::reported("Permanent", sub_type, "5.1.1", diagnostic);
        match fate {
            Fate::SimulatedBounce => {
                permanent("General", format!("smtp; 550 5.1.1 As requested: user unknown <{address}>"))
            }
            Fate::SimulatedSuppression => {
                let text = "Amazon SES has suppressed sending to this address";
                permanent("General", format!("{text} (suppressed address: {address})"))
            }
            Fate::SoftBounced => {
                let text = format!("smtp; 452 4.2.2 The mailbox of <{address}> is full");
                Self::reported("Transient", "MailboxFull", "4.2.2", text)
            }
            Fate::BouncedAs(kind) => Self::as_told(kind, address),
            Fate::Blocked(provider) => Self::blocked(provider),
            Fate::Suppressed(Scope::Tenant) => permanent("OnTenantSuppressionList", suppressed("tenant")),
            Fate::Suppressed(Scope::Account) => permanent("OnAccountSuppressionList", suppressed("account")),
            Fate::OutOfOffice => Self { kind: "Transient", sub_type: "General", report: None },
            Fate::Bounced
            | Fate::Delivered
            | Fate::Complained
            | Fate::Rejected
            | Fate::Delayed
            | Fate::Deferred(_)
            | Fate::Silent
            | Fate::SimulatedComplaint => permanent("NoEmail", format!("smtp; 550 5.1.1 <{address}>: user unknown")),
        }
    }

    fn as_told(kind: BounceKind, address: &str) -> Self {
        let (kind, sub_type, status, text) = match kind {
            BounceKind::General => (
                "Permanent",
                "General",
                "5.4.1",
                "smtp; 550 5.4.1 Recipient address rejected: Access denied.".to_owned(),
            ),
            BounceKind::GlobalList => {
                let text = "Amazon SES has suppressed sending to this address because it has a recent history of bouncing as an \
                            invalid address.";
                ("Permanent", "Suppressed", "5.1.1", text.to_owned())
            }
            BounceKind::AccountList => ("Permanent", "OnAccountSuppressionList", "5.1.1", suppressed("account")),
            BounceKind::TenantList => ("Permanent", "OnTenantSuppressionList", "5.1.1", suppressed("tenant")),
            BounceKind::Validation => {
                let text = "Amazon SES did not send the message to this address because it did not pass validation.";
                ("Permanent", "EmailValidationSuppressed", "5.1.1", text.to_owned())
            }
            BounceKind::Unsubscribed => {
                let text = "Amazon SES did not send the message to this address because its owner has unsubscribed.";
                ("Permanent", "UnsubscribedRecipient", "5.1.1", text.to_owned())
            }
            BounceKind::SoftGeneral => {
                ("Transient", "General", "4.3.0", "smtp; 451 4.3.0 Temporary failure, try again later".to_owned())
            }
            BounceKind::TooLarge => {
                let text = "smtp; 552 5.3.4 Message size exceeds fixed maximum message size";
                ("Transient", "MessageTooLarge", "5.3.4", text.to_owned())
            }
            BounceKind::Timeout => {
                let text = "smtp; 550 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.4.1 Unable to connect to \
                            remote host>";
                ("Transient", "CustomTimeoutExceeded", "4.4.7", text.to_owned())
            }
            BounceKind::Content => {
                let text = "smtp; 554 5.7.1 Message rejected because of its content";
                ("Transient", "ContentRejected", "5.7.1", text.to_owned())
            }
            BounceKind::Attachment => {
                let text =
                    "smtp; 552 5.7.0 This message was blocked because its content presents a potential security issue.";
                ("Transient", "AttachmentRejected", "5.7.0", text.to_owned())
            }
            BounceKind::Undetermined => {
                ("Undetermined", "Undetermined", "5.0.0", format!("smtp; 550 <{address}>: not now, not here"))
            }
        };
        Self::reported(kind, sub_type, status, text)
    }

    /// As a matter of policy: what a provider says when it does not want the sender.
    fn blocked(provider: Provider) -> Self {
        let text = match provider {
            Provider::Google => {
                "smtp; 550 5.7.1 Our system has detected that this message is likely unsolicited mail. To reduce the amount of \
                 spam sent to Gmail, this message has been blocked."
            }
            Provider::Microsoft => {
                "smtp; 550 5.7.1 Unfortunately, messages from this address weren't sent. Please contact your Internet service \
                 provider since part of their network is on our block list (S3150)."
            }
            Provider::Yahoo => "smtp; 553 5.7.1 [BL21] Connections will not be accepted, because of user complaints",
            Provider::MailRu => "smtp; 550 5.7.1 spam message rejected. Please visit the postmaster's page.",
            Provider::Yandex => "smtp; 554 5.7.1 [2] Message rejected under suspicion of SPAM",
            Provider::Apple => "smtp; 554 5.7.1 [HM08] Message rejected due to local policy.",
            Provider::Gmx | Provider::Own => "smtp; 554 5.7.1 Transaction failed: reject due to policy restrictions.",
        };
        Self::reported("Transient", "ContentRejected", "5.7.1", text.to_owned())
    }

    fn reported(kind: &'static str, sub_type: &'static str, status: &'static str, diagnostic: String) -> Self {
        Self { kind, sub_type, report: Some(Report { status, diagnostic }) }
    }
}

/// Why a mail comes only at the second attempt: SES's word for it, status and diagnostic.
pub(crate) fn delay(fate: Fate) -> (&'static str, &'static str, &'static str) {
    match fate {
        Fate::Deferred(Provider::Google) => (
            "SpamDetected",
            "4.7.28",
            "smtp; 421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your domain.",
        ),
        Fate::Deferred(Provider::Yahoo) => (
            "SpamDetected",
            "4.7.0",
            "smtp; 421 4.7.0 [TSS04] Messages temporarily deferred due to unexpected volume or user complaints",
        ),
        Fate::Deferred(Provider::Microsoft) => (
            "IPFailure",
            "4.7.650",
            "smtp; 451 4.7.650 The mail server has been temporarily rate limited due to IP reputation.",
        ),
        Fate::Deferred(_) => {
            ("SpamDetected", "4.7.1", "smtp; 451 4.7.1 Try again later: too much mail of doubtful repute")
        }
        _ => ("TransientCommunicationFailure", "4.4.1", "smtp; 421 4.4.1 Unable to connect to remote host"),
    }
}

fn suppressed(whose: &str) -> String {
    format!(
        "Amazon SES did not send the message to this address because it is on the suppression list for your {whose}."
    )
}
