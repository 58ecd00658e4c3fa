//! The button that sends a form, and the link that looks like one.

use leptos::prelude::*;

/// `danger` for what stops or takes away.
#[component]
pub fn Submit(label: &'static str, #[prop(optional)] danger: bool) -> impl IntoView {
    view! { <button class=if danger { "button danger" } else { "button" } type="submit">{label}</button> }
}

#[component]
pub fn LinkButton(#[prop(into)] href: String, label: &'static str, #[prop(optional)] quiet: bool) -> impl IntoView {
    view! { <a class=if quiet { "button quiet" } else { "button" } href=href>{label}</a> }
}
