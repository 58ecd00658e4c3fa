//! What stands where there is nothing yet: why, and what to do next.

use leptos::prelude::*;

#[component]
pub fn Empty(sentence: &'static str) -> impl IntoView {
    view! { <p class="empty">{sentence}</p> }
}
