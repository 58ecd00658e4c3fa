//! The document around every page.

use frontend::ready::Ready;
use leptos::prelude::*;

#[component]
pub fn Shell(options: LeptosOptions, title: &'static str, children: Children) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title>{title}" · Ownlane"</title>
                <link rel="icon" href="/icon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href="/pkg/ownlane.css"/>
                <AutoReload options=options.clone()/>
                <HydrationScripts options islands=true/>
            </head>
            <body>
                {children()}
                <Ready/>
            </body>
        </html>
    }
}
