//! Why a lane stands still: each cause for itself, since when, and in whose words.

use crate::ui::state::{State, Tone};
use crate::ui::time::Time;
use db::isolation::Pause;
use leptos::prelude::*;
use rules::isolation::PauseCause;
use rules::time::OffsetDateTime;

/// `health`: where the team reads what happened.
#[component]
pub fn Pauses(
    pauses: Vec<Pause>,
    now: OffsetDateTime,
    #[prop(optional_no_strip)] health: Option<String>,
) -> impl IntoView {
    let lines: Vec<_> = pauses
        .into_iter()
        .map(|pause| {
            let has_incident = matches!(pause.cause, PauseCause::Health | PauseCause::Operator | PauseCause::Aws);
            let link = health.clone().filter(|_| has_incident);
            let link = link.map(|href| view! { " "<a href=href>"What happened, and what to do"</a> });
            view! {
                <li>
                    <State tone=Tone::Bad word="Paused"/>
                    {format!(" by {} · ", pause.cause)}
                    <Time at=pause.paused_at now/>
                    " · "
                    {pause.reason}
                    {link}
                </li>
            }
        })
        .collect();
    (!lines.is_empty()).then(|| view! { <ul class="lines">{lines}</ul> })
}
