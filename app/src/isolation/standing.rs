//! How a part of the lane stands: why it is paused, and the way to the page that pauses or resumes it.

use crate::ui::button::LinkButton;
use crate::ui::frame::TenantSection;
use db::isolation::Pause;
use leptos::prelude::*;
use rules::isolation::{LanePart, PauseCause};

/// Why this part stands still, out of all that does.
pub(crate) fn of_part(pauses: &[(LanePart, Pause)], part: impl Into<LanePart>) -> Vec<Pause> {
    let part = part.into();
    pauses.iter().filter(|(paused, _)| *paused == part).map(|(_, pause)| pause.clone()).collect()
}

/// Whether the team itself has paused it: what it can lift.
pub(super) fn is_paused_by_team(pauses: &[Pause]) -> bool {
    pauses.iter().any(|pause| pause.cause == PauseCause::Owner)
}

/// Where the part stands among the team's pages, below the team's own address.
pub(crate) fn home(part: LanePart) -> String {
    match part {
        LanePart::Mailbox(id) => format!("/mailboxes/{id}"),
        LanePart::Domain(id) => format!("/domains/{id}"),
        LanePart::Source(_) => "/leads".to_owned(),
        LanePart::Sequence(id) => format!("/sequences/{id}"),
    }
}

pub(super) const fn section(part: LanePart) -> TenantSection {
    match part {
        LanePart::Mailbox(_) => TenantSection::Mailboxes,
        LanePart::Domain(_) => TenantSection::Domains,
        LanePart::Source(_) => TenantSection::Leads,
        LanePart::Sequence(_) => TenantSection::Sequences,
    }
}

/// `at` is the part's own address.
pub(crate) fn pause_link(at: &str, pauses: &[Pause]) -> impl IntoView + use<> {
    if is_paused_by_team(pauses) {
        view! { <LinkButton href=format!("{at}/resume") label="Resume" quiet=true/> }
    } else {
        view! { <LinkButton href=format!("{at}/pause") label="Pause" quiet=true/> }
    }
}
