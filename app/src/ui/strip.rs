//! The strip above every page where the world is played: nobody must take the sandbox for the real one.

use leptos::prelude::*;

#[component]
pub fn Strip() -> impl IntoView {
    view! {
       <aside class="strip" aria-label="Sandbox">
           "Sandbox: Amazon SES and DNS are played on this machine. No mail leaves it."
       </aside>
    }
}
