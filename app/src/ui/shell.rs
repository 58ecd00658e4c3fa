//! The document around every page.

use crate::ui::strip::Strip;
use crate::ui::text::escaped;
use frontend::ready::Ready;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use rules::time::OffsetDateTime;

/// Leptos wakes the islands when the browser says that it is idle, and sets no latest time for it: a browser that never says
/// so (some 2 in 100 loads of a page in a headless one) leaves them asleep. They are small: they start at once.
const START_AT_ONCE: &str = "window.requestIdleCallback = start => setTimeout(start, 0);";

/// That the world is played, and its business time, where that is known.
#[derive(Clone, Copy)]
pub struct SandboxTime(pub Option<OffsetDateTime>);

#[component]
pub fn Shell(options: LeptosOptions, title: String, sandbox: Option<SandboxTime>, children: Children) -> impl IntoView {
    let title = format!("{} · Ownlane", escaped(&title));
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title inner_html=title></title>
                <link rel="icon" href="/icon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href="/pkg/ownlane.css"/>
                <AutoReload options=options.clone()/>
                <script nonce=use_nonce()>{START_AT_ONCE}</script>
                <HydrationScripts options islands=true/>
            </head>
            <body>
                <a class="skip" href="#main">"Skip to the content"</a>
                {sandbox.map(|SandboxTime(time)| view! { <Strip time/> })}
                {children()}
                <Ready/>
            </body>
        </html>
    }
}
