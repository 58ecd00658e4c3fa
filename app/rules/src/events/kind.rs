//! What an event says (SES developer guide, "event data published to Amazon SNS").

use super::lenient::Node;

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EventKind {
    Send,
    Delivery,
    Bounce(Bounce),
    Complaint(Complaint),
    /// SES took it and then found something in it, like a virus.
    Reject {
        reason: String,
    },
    Delay {
        delay_type: String,
        diagnostic: Option<String>,
    },
    RenderingFailure {
        message: String,
    },
    Open,
    Click,
    /// One that we do not know, or do not ask for.
    Other(String),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bounce {
    pub class: BounceClass,
    /// `Permanent`, `Transient`, `Undetermined`; empty where SES does not say.
    pub bounce_type: String,
    pub sub_type: String,
    /// What the first recipient's machine said.
    pub diagnostic: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BounceClass {
    Hard,
    Soft,
    /// SES did not even try: the address is on a suppression list. In no rate.
    ListSuppressed,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Complaint {
    /// The opposite of a complaint.
    pub is_not_spam: bool,
    /// `abuse`, `fraud`, `virus` … (RFC 5965 7.3).
    pub feedback_type: Option<String>,
    /// SES did not even try: the address had complained before. In no rate.
    pub on_list: bool,
}

/// Sub-types of what was not tried.
const ON_A_LIST: [&str; 5] = [
    "Suppressed",
    "OnAccountSuppressionList",
    "OnTenantSuppressionList",
    "EmailValidationSuppressed",
    "UnsubscribedRecipient",
];

impl EventKind {
    /// SES's own word, as in `eventType`.
    pub fn name(&self) -> &str {
        match self {
            Self::Send => "Send",
            Self::Delivery => "Delivery",
            Self::Bounce(_) => "Bounce",
            Self::Complaint(_) => "Complaint",
            Self::Reject { .. } => "Reject",
            Self::Delay { .. } => "DeliveryDelay",
            Self::RenderingFailure { .. } => "Rendering Failure",
            Self::Open => "Open",
            Self::Click => "Click",
            Self::Other(name) => name,
        }
    }

    /// Reads the block that stands beside `mail`; also the block itself, with the name of its list of recipients.
    pub(super) fn read<'a>(name: &str, event: Node<'a>) -> (Self, Node<'a>, &'static str) {
        let word = |node: Node<'_>| node.text().unwrap_or_default();
        match name {
            "Send" => (Self::Send, event.get("send"), ""),
            "Delivery" => (Self::Delivery, event.get("delivery"), "recipients"),
            "Bounce" => {
                let block = event.get("bounce");
                (Self::Bounce(Bounce::read(block)), block, "bouncedRecipients")
            }
            "Complaint" => {
                let block = event.get("complaint");
                (Self::Complaint(Complaint::read(block)), block, "complainedRecipients")
            }
            "Reject" => {
                let block = event.get("reject");
                (Self::Reject { reason: word(block.get("reason")) }, block, "")
            }
            "DeliveryDelay" => {
                let block = event.get("deliveryDelay");
                let diagnostic = diagnostic(block, "delayedRecipients");
                (Self::Delay { delay_type: word(block.get("delayType")), diagnostic }, block, "delayedRecipients")
            }
            "Rendering Failure" | "RenderingFailure" => {
                let block = event.get("failure");
                (Self::RenderingFailure { message: word(block.get("errorMessage")) }, block, "")
            }
            "Open" => (Self::Open, event.get("open"), ""),
            "Click" => (Self::Click, event.get("click"), ""),
            name => (Self::Other(name.to_owned()), event.get(""), ""),
        }
    }
}

impl Bounce {
    fn read(block: Node<'_>) -> Self {
        let bounce_type = block.get("bounceType").text().unwrap_or_default();
        let sub_type = block.get("bounceSubType").text().unwrap_or_default();
        let class = BounceClass::of(&bounce_type, &sub_type);
        Self { class, bounce_type, sub_type, diagnostic: diagnostic(block, "bouncedRecipients") }
    }
}

impl BounceClass {
    /// Only what SES calls permanent is hard: what it cannot tell, and what we do not know, may be over tomorrow.
    fn of(bounce_type: &str, sub_type: &str) -> Self {
        match bounce_type {
            "Permanent" if ON_A_LIST.contains(&sub_type) => Self::ListSuppressed,
            "Permanent" => Self::Hard,
            _ => Self::Soft,
        }
    }
}

impl Complaint {
    fn read(block: Node<'_>) -> Self {
        let feedback_type = block.get("complaintFeedbackType").text();
        let sub_type = block.get("complaintSubType").text();
        Self {
            is_not_spam: feedback_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("not-spam")),
            feedback_type,
            on_list: sub_type.is_some_and(|kind| ON_A_LIST.contains(&kind.as_str())),
        }
    }
}

fn diagnostic(block: Node<'_>, recipients: &str) -> Option<String> {
    let first = block.get(recipients).elements().next()?;
    first.get("diagnosticCode").text().or_else(|| first.get("status").text())
}
