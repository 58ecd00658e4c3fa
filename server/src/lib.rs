//! The machine: puts the product behind its middleware. Configuration, start-up and shutdown stand beside it.

pub mod config;
pub mod database;
#[cfg(feature = "sandbox")]
pub mod demo;
pub mod doctor;
pub mod doors;
#[cfg(feature = "sandbox")]
pub mod drill;
pub mod inspect;
pub mod middleware;
#[cfg(feature = "sandbox")]
mod player;
pub mod serve;
pub mod system;
pub mod telemetry;
pub mod world;

use app::Site;
use axum::Router;
use config::PublicUrl;
use ipnet::IpNet;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

/// Of everything that links this: the program, its tests, its figures.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Everything that listens: pages, and the files of the browser's part. To be served with the peer's address
/// (`into_make_service_with_connect_info`).
pub fn router(site: Site, public_url: &PublicUrl, trusted_proxies: &[IpNet]) -> Router {
    let proxies: Arc<[IpNet]> = trusted_proxies.into();
    let sessions = app::accounts::sessions::layer(site.clone(), public_url.is_https());
    app::routes::router(site.clone())
        .layer(sessions)
        .merge(middleware::files::router(&site.leptos))
        .layer(axum::middleware::from_fn_with_state(public_url.clone(), middleware::csrf::refuse_foreign_posts))
        .layer(axum::middleware::from_fn(middleware::headers::strict))
        .layer(axum::middleware::from_fn_with_state(proxies, middleware::client::find))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::new())
}
