//! The button that sends a form.

use leptos::prelude::*;

#[component]
pub fn Submit(label: &'static str) -> impl IntoView {
    view! { <button class="button" type="submit">{label}</button> }
}
