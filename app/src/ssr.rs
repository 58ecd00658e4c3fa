//! The door between a request and the data: who asks, may they, and the page that comes back.
//!
//! A handler reads everything it shows *before* rendering, so the status is known and nothing waits inside a page.
//! What an address needs stands in [`crate::routes`]; it reaches the extractors here as [`Need`].

use crate::routes::Need;
use crate::ui::shell::Shell;
use crate::{Refusal, Result, Site};
use axum::body::Body;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use db::accounts::people::{self, Person};
use db::scope::{AccountsTx, OperatorAct, OperatorTx};
use futures_util::StreamExt;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use rules::ids::{AuditId, TenantId, UserId};
use std::net::IpAddr;
use tower_sessions::Session;

/// The key under which a session holds who signed in.
pub const SESSION_USER: &str = "user";

/// Must run once before the first page is rendered: Leptos needs to know its executor.
pub fn init() {
    // Set already when a test builds several routers in one process; it is the same one.
    drop(any_spawner::Executor::init_tokio());
}

/// Where a request comes from; the server puts it beside the request.
#[derive(Clone, Copy, Debug)]
pub struct Client(pub IpAddr);

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let client = parts.extensions.get::<Self>().copied();
        client.ok_or_else(|| Refusal::Fault("nobody said where the request comes from".into()))
    }
}

/// Whoever asks: perhaps signed in.
pub struct Visitor(pub Option<Person>);

/// Somebody who is signed in, at an address that needs that or more.
pub struct SignedIn(pub Person);

/// An operator, at an address for operators: the only way to an [`OperatorTx`].
pub struct Operator {
    pub person: Person,
    site: Site,
}

impl Operator {
    pub async fn read(&self) -> Result<OperatorTx> {
        Ok(OperatorTx::read(&self.site.operator, self.person.id).await?)
    }

    /// Opens a transaction that changes something. `action` is a verb_noun, `reason` what the operator wrote.
    pub async fn act(&self, action: &'static str, reason: &str, about: Option<TenantId>) -> Result<OperatorTx> {
        let now = self.site.now();
        let id = AuditId::new(now, self.site.chance());
        let act = OperatorAct { id, actor: self.person.id, now, action, reason, about };
        Ok(OperatorTx::act(&self.site.operator, act).await?)
    }
}

impl FromRequestParts<Site> for Visitor {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self> {
        let session = parts.extensions.get::<Session>().cloned();
        let session = session.ok_or_else(|| Refusal::Fault("the session layer is missing".into()))?;
        let Some(user) = session.get::<UserId>(SESSION_USER).await? else {
            return Ok(Self(None));
        };
        let mut tx = AccountsTx::begin(&site.web).await?;
        let person = people::find_person(&mut tx, user).await?;
        tx.commit().await?;
        Ok(Self(person))
    }
}

impl FromRequestParts<Site> for SignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self> {
        let person = Visitor::from_request_parts(parts, site).await?.0;
        person.map(Self).ok_or(Refusal::NotSignedIn)
    }
}

impl FromRequestParts<Site> for Operator {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self> {
        if parts.extensions.get::<Need>() != Some(&Need::Operator) {
            return Err(Refusal::Fault("an address that is not for operators asked for one".into()));
        }
        let SignedIn(person) = SignedIn::from_request_parts(parts, site).await?;
        if person.is_operator { Ok(Self { person, site: site.clone() }) } else { Err(Refusal::NotFound) }
    }
}

/// Renders a page. `body` becomes the inside of the shell; it must not wait for anything.
pub async fn render<V: IntoView + 'static>(
    site: &Site,
    status: StatusCode,
    title: &'static str,
    body: impl FnOnce() -> V + Send + 'static,
) -> Response {
    let options = site.leptos.clone();
    let app = move || {
        if let Some(headers) = use_context::<ResponseOptions>() {
            headers.set_status(status);
            headers.insert_header(header::CONTENT_SECURITY_POLICY, content_security_policy());
            headers.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        view! { <Shell options title>{body().into_any()}</Shell> }.into_any()
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

/// For a rendered page: our own scripts, and the inline one that starts the islands by its nonce.
fn content_security_policy() -> HeaderValue {
    let nonce = use_nonce().map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'{nonce} 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}
