//! Light or dark: the system's choice until the person makes one, kept in the browser.

use leptos::prelude::*;

const KEY: &str = "theme";

#[island]
pub fn ThemeSwitch() -> impl IntoView {
    Effect::new(|_| {
        if let Some(theme) = remembered() {
            apply(&theme);
        }
    });
    let switch = move |_| {
        let theme = if is_dark() { "light" } else { "dark" };
        apply(theme);
        if let Ok(Some(storage)) = window().local_storage() {
            drop(storage.set_item(KEY, theme));
        }
    };
    view! {
        <button class="button quiet theme" type="button" aria-label="Switch between light and dark" on:click=switch>
            "◐"
        </button>
    }
}

fn remembered() -> Option<String> {
    let theme = window().local_storage().ok()??.get_item(KEY).ok()??;
    ["light", "dark"].contains(&theme.as_str()).then_some(theme)
}

fn is_dark() -> bool {
    let chosen = document().document_element().and_then(|html| html.get_attribute("data-theme"));
    match chosen.as_deref() {
        Some(theme) => theme == "dark",
        None => {
            let system = window().match_media("(prefers-color-scheme: dark)");
            matches!(system, Ok(Some(query)) if query.matches())
        }
    }
}

fn apply(theme: &str) {
    if let Some(html) = document().document_element() {
        drop(html.set_attribute("data-theme", theme));
    }
}
