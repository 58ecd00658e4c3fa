//! Says that the page is alive: `html[data-ready]`, set when its last island is.

use leptos::prelude::*;

#[island]
pub fn Ready() -> impl IntoView {
    Effect::new(|_| {
        if let Some(html) = document().document_element() {
            drop(html.set_attribute("data-ready", ""));
        }
    });
}
