//! A text to be typed elsewhere, with a button that copies it. The island `frontend::copy` does the copying, for all
//! buttons of a page, those of fragments too; where no script runs the button does not show.

use crate::ui::icon::Icon;
use leptos::prelude::*;

/// `what` it is, for the button's name; `before` stands in front of the text.
#[component]
pub fn Copy(
    what: &'static str,
    text: String,
    #[prop(optional)] before: &'static str,
    #[prop(optional)] soft: bool,
) -> impl IntoView {
    let label = format!("Copy the {what} {text}");
    view! {
        <span class=if soft { "copy soft" } else { "copy" }>
            {(!before.is_empty()).then(|| format!("{before} "))}
            <code>{text.clone()}</code>
            <button type="button" data-copy=text aria-label=label>{Icon::Copy.draw()}</button>
        </span>
    }
}
