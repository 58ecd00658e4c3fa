//! Why a lane stands still: each cause for itself, since when, and in whose words.

use crate::ui::state::{State, Tone};
use crate::ui::time::Time;
use db::isolation::Pause;
use leptos::prelude::*;
use rules::time::OffsetDateTime;

#[component]
pub fn Pauses(pauses: Vec<Pause>, now: OffsetDateTime) -> impl IntoView {
    let lines: Vec<_> = pauses
        .into_iter()
        .map(|pause| {
            view! {
                <li>
                    <State tone=Tone::Bad word="Paused"/>
                    {format!(" by {} · ", pause.cause)}
                    <Time at=pause.paused_at now/>
                    " · "
                    {pause.reason}
                </li>
            }
        })
        .collect();
    (!lines.is_empty()).then(|| view! { <ul class="lines">{lines}</ul> })
}
