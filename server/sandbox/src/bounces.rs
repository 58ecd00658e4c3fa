//! Which bounce each fate is: its type, and what the other side is said to have answered. It makes no events.

use crate::people::{Fate, Scope};

pub(crate) struct Bounce {
    /// `Permanent` or `Transient`.
    pub(crate) kind: &'static str,
    pub(crate) sub_type: &'static str,
    /// An automatic reply is no report about a delivery, and has none.
    pub(crate) report: Option<Report>,
}

pub(crate) struct Report {
    pub(crate) status: &'static str,
    pub(crate) diagnostic: String,
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
            Fate::Suppressed(Scope::Tenant) => permanent("OnTenantSuppressionList", suppressed("tenant")),
            Fate::Suppressed(Scope::Account) => permanent("OnAccountSuppressionList", suppressed("account")),
            Fate::OutOfOffice => Self { kind: "Transient", sub_type: "General", report: None },
            Fate::Bounced
            | Fate::Delivered
            | Fate::Complained
            | Fate::Rejected
            | Fate::Delayed
            | Fate::Silent
            | Fate::SimulatedComplaint => permanent("NoEmail", format!("smtp; 550 5.1.1 <{address}>: user unknown")),
        }
    }

    fn reported(kind: &'static str, sub_type: &'static str, status: &'static str, diagnostic: String) -> Self {
        Self { kind, sub_type, report: Some(Report { status, diagnostic }) }
    }
}

fn suppressed(whose: &str) -> String {
    format!(
        "Amazon SES did not send the message to this address because it is on the suppression list for your {whose}."
    )
}
