//! The files of the browser's part: script, wasm, styles, icons.

use axum::Router;
use axum::http::{HeaderValue, header};
use leptos::config::LeptosOptions;
use std::path::Path;
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;

pub fn router(leptos: &LeptosOptions) -> Router {
    let root = Path::new(&*leptos.site_root);
    let pkg = leptos.site_pkg_dir.to_string();
    let files = ServeDir::new(root.join(&pkg));
    // A release is packed once, as tightly as can be, when it is built; while one develops, what lies packed may be old.
    let files = if cfg!(debug_assertions) { files } else { files.precompressed_br().precompressed_gzip() };
    // Their names do not change with their content yet, so a browser asks each time (and is answered 304).
    let ask = SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Router::new()
        .nest_service(&format!("/{pkg}"), files)
        .route_service("/icon.svg", ServeFile::new(root.join("icon.svg")))
        .layer(ask)
}
