//! Copies texts: one listener for every button with `data-copy` on the page, those that come later too. Where the browser
//! does not allow it, the text is marked, so that the keyboard copies it.

use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// How long a button says that it has copied.
const SHOWN: Duration = Duration::from_secs(2);

#[island]
pub fn Copying() -> impl IntoView {
    let said = RwSignal::new("");
    Effect::new(move |_| {
        let listener = window_event_listener(leptos::ev::click, move |event| {
            let Some(button) = copy_button(&event) else { return };
            leptos::task::spawn_local(async move {
                if copy(&button).await {
                    drop(button.set_attribute("data-copied", ""));
                    said.set("Copied");
                } else {
                    mark(&button);
                    said.set("Marked: copy it with the keyboard");
                }
                set_timeout(
                    move || {
                        drop(button.remove_attribute("data-copied"));
                        said.set("");
                    },
                    SHOWN,
                );
            });
        });
        on_cleanup(move || listener.remove());
    });
    view! { <span class="unseen" role="status">{move || said.get()}</span> }
}

fn copy_button(event: &web_sys::MouseEvent) -> Option<web_sys::Element> {
    let target: web_sys::Element = event.target()?.dyn_into().ok()?;
    target.closest("button[data-copy]").ok()?
}

/// Outside a secure context there is no clipboard to ask.
async fn copy(button: &web_sys::Element) -> bool {
    let Some(text) = button.get_attribute("data-copy") else { return false };
    window().is_secure_context() && JsFuture::from(window().navigator().clipboard().write_text(&text)).await.is_ok()
}

fn mark(button: &web_sys::Element) {
    if let (Some(text), Ok(Some(selection))) = (button.previous_element_sibling(), window().get_selection()) {
        drop(selection.select_all_children(&text));
    }
}
