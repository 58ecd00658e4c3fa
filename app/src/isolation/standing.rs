//! How a part of the lane stands: why it is paused, and the way to the page that pauses or resumes it.

use crate::ui::button::LinkButton;
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

/// `at` is the part's own address.
pub(crate) fn pause_link(at: &str, pauses: &[Pause]) -> impl IntoView + use<> {
    if is_paused_by_team(pauses) {
        view! { <LinkButton href=format!("{at}/resume") label="Resume" quiet=true/> }
    } else {
        view! { <LinkButton href=format!("{at}/pause") label="Pause" quiet=true/> }
    }
}
