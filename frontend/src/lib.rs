//! The living parts of the pages, one island a file. Everything else is rendered by the server and never shipped.
//! Islands call no server functions: what they show comes in their properties or as a fragment that the server renders.

pub mod copy;
pub mod ready;
pub mod region;
pub mod theme;

/// Wakes the islands of the page. Called by the script that `HydrationScripts` writes.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
