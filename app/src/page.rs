//! Rendering: a page with its status and its headers. What it shows is read before; nothing waits in here.

use crate::Site;
use crate::ui::platform_stop::PlatformStop;
use crate::ui::shell::{SandboxTime, Shell};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use db::clock;
use db::isolation::account_stops::{self, Notice};
use db::scope::AccountsTx;
use futures_util::StreamExt;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use rules::time::OffsetDateTime;

/// Must run once before the first page is rendered: Leptos needs to know its executor.
pub fn init() {
    // Set already when a test builds several routers in one process; it is the same one.
    drop(any_spawner::Executor::init_tokio());
}

/// Renders a page. `body` becomes the inside of the shell; it must not wait for anything.
pub async fn render<V: IntoView + 'static>(
    site: &Site,
    status: StatusCode,
    title: impl Into<String>,
    body: impl FnOnce() -> V + Send + 'static,
) -> Response {
    let options = site.leptos.clone();
    let around = around(site).await;
    let sandbox = site.world.is_sandbox().then(|| SandboxTime(around.as_ref().map(|around| around.time)));
    let notice = around.and_then(|around| around.notice);
    let title = title.into();
    let app = move || {
        if let Some(headers) = use_context::<ResponseOptions>() {
            headers.set_status(status);
            headers.insert_header(header::CONTENT_SECURITY_POLICY, content_security_policy());
            headers.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        if let Some(sandbox) = sandbox {
            provide_context(sandbox);
        }
        if let Some(notice) = notice {
            provide_context(PlatformStop(notice));
        }
        view! { <Shell options title sandbox>{body().into_any()}</Shell> }.into_any()
    };
    leptos_axum::handle_response_inner(
        || {},
        app,
        Request::new(Body::empty()),
        |app: AnyView, chunks, _| {
            Box::pin(async move {
                let html = app.to_html_stream_in_order().collect::<String>().await;
                let whole = futures_util::stream::once(async move { html }).chain(chunks());
                Box::pin(whole) as std::pin::Pin<Box<dyn futures_util::Stream<Item = String> + Send>>
            })
        },
    )
    .await
}

/// What stands around every page.
struct Around {
    /// Business time.
    time: OffsetDateTime,
    /// Nothing of anybody leaves.
    notice: Option<Notice>,
}

/// A page must not fail for want of it.
async fn around(site: &Site) -> Option<Around> {
    let mut tx = AccountsTx::begin(&site.web).await.ok()?;
    let time = clock::business_time_of_page(&mut tx, site.now()).await.ok()?;
    let notice = account_stops::find_notice(&mut tx).await.ok()?;
    tx.commit().await.ok()?;
    Some(Around { time, notice })
}

/// Renders a part of a page that is fetched again; it holds no islands.
pub fn render_fragment<V: IntoView + 'static>(body: impl FnOnce() -> V) -> Response {
    let html = Owner::new().with(|| body().into_view().to_html());
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], html).into_response()
}

/// For a rendered page: our own scripts, and the inline one that starts the islands by its nonce.
fn content_security_policy() -> HeaderValue {
    let nonce = use_nonce().map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'{nonce} 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}
