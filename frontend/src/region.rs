//! A part of a page that is kept fresh: the server renders it again, and it is put in place when it differs. What was
//! folded out stays so, and the keyboard stays where it was. Fragments hold no islands.

use leptos::html::Div;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// How often it is fetched while the page can be seen.
const PERIOD: Duration = Duration::from_secs(2);

#[island]
pub fn Region(address: String, children: Children) -> impl IntoView {
    let place = NodeRef::<Div>::new();
    let is_busy = StoredValue::new(false);
    Effect::new(move |_| {
        let address = address.clone();
        let timer = set_interval_with_handle(
            move || {
                if document().hidden() || is_busy.get_value() {
                    return;
                }
                is_busy.set_value(true);
                let address = address.clone();
                leptos::task::spawn_local(async move {
                    if let (Some(fresh), Some(place)) = (fetch(&address).await, place.get_untracked()) {
                        replace(&place, &fresh);
                    }
                    is_busy.set_value(false);
                });
            },
            PERIOD,
        );
        if let Ok(timer) = timer {
            on_cleanup(move || timer.clear());
        }
    });
    view! { <div class="region" node_ref=place>{children()}</div> }
}

/// The fragment; nothing when the server is away or the person is no longer signed in.
async fn fetch(address: &str) -> Option<String> {
    let response = JsFuture::from(window().fetch_with_str(address)).await.ok()?;
    let response: web_sys::Response = response.dyn_into().ok()?;
    if !response.ok() || response.redirected() {
        return None;
    }
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}

fn replace(place: &web_sys::HtmlDivElement, fresh: &str) {
    // Parsed first, so that two spellings of one thing are no difference.
    let Ok(parsed) = document().create_element("div") else { return };
    parsed.set_inner_html(fresh);
    if parsed.inner_html() == place.inner_html() {
        return;
    }
    let focused = document().active_element().filter(|element| place.contains(Some(element)));
    let focused = focused.and_then(|element| element.get_attribute("aria-label"));
    place.set_inner_html(fresh);
    if let Some(label) = focused {
        let labelled = place.query_selector(&format!("[aria-label=\"{}\"]", label.replace('"', "\\\"")));
        if let Some(element) =
            labelled.ok().flatten().and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
        {
            drop(element.focus());
        }
    }
}
