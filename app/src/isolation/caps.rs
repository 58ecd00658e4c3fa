//! What the operator allows a team, in words.

use crate::ui::number::thousands;
use rules::isolation::{Allowance, CapSpan, Caps};
use rules::time::OffsetDateTime;

/// Why nothing leaves: `The team's cap of 500 mails an hour is used.`
pub(crate) fn cap_is_used(span: CapSpan, cap: u32) -> String {
    format!("The team's cap of {} is used.", mails(span, cap))
}

/// How much of a cap is used. `None`: there is none.
pub(crate) fn used(allowance: &Allowance, span: CapSpan, now: OffsetDateTime) -> Option<String> {
    let cap = allowance.caps().of(span)?;
    Some(match span {
        CapSpan::Day | CapSpan::Hour => {
            format!("{} of {} used", thousands(allowance.used(span, now)), thousands(cap.into()))
        }
        CapSpan::Second => thousands(cap.into()),
    })
}

/// `500 mails in 24 hours, 50 mails an hour`.
pub(crate) fn allowed(caps: Caps) -> String {
    if caps.is_none() {
        return "no cap".to_owned();
    }
    caps.list().map(|(span, cap)| mails(span, cap)).collect::<Vec<_>>().join(", ")
}

fn mails(span: CapSpan, cap: u32) -> String {
    let word = if cap == 1 { "mail" } else { "mails" };
    format!("{} {word} {}", thousands(cap.into()), span.a_span())
}
