//! The button that sends a form, and the link that looks like one.

use leptos::prelude::*;

#[component]
pub fn Submit(label: &'static str) -> impl IntoView {
    view! { <button class="button" type="submit">{label}</button> }
}

#[component]
pub fn LinkButton(href: &'static str, label: &'static str) -> impl IntoView {
    view! { <a class="button" href=href>{label}</a> }
}
