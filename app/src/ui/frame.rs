//! What surrounds the content of a page: nothing but the name for people who have not come in yet, the console's frame
//! for operators.

use frontend::theme::ThemeSwitch;
use leptos::prelude::*;

/// For pages outside: one column.
#[component]
pub fn Plain(children: Children) -> impl IntoView {
    view! {
        <header class="plain-top">
            <a class="wordmark" href="/">"Ownlane"</a>
            <ThemeSwitch/>
        </header>
        <main class="plain">{children()}</main>
    }
}

/// For operators. `name` is who is signed in.
#[component]
pub fn Console(name: String, children: Children) -> impl IntoView {
    view! {
        <header class="console-top">
            <a class="wordmark" href="/console">"Ownlane console"</a>
            <span class="who">{name}</span>
            <ThemeSwitch/>
            <form method="post" action="/sign-out"><button class="button quiet" type="submit">"Sign out"</button></form>
        </header>
        <main class="console">{children()}</main>
    }
}
