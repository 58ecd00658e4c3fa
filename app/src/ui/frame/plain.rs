//! For pages outside tenant and console: one column. `person` is who is signed in, if anybody is.

use crate::ui::menu::AccountMenu;
use frontend::theme::ThemeSwitch;
use leptos::prelude::*;

#[component]
pub fn Plain(#[prop(optional_no_strip)] person: Option<String>, children: Children) -> impl IntoView {
    view! {
        <header class="top">
            <a class="wordmark" href="/">"Ownlane"</a>
            <ThemeSwitch/>
            {person.map(|name| view! { <AccountMenu name/> })}
        </header>
        <main id="main" class="plain">{children()}</main>
    }
}
