//! How a request is refused: the status, and a page that says what to do. Our own faults are logged here, once, under
//! an incident id that the page shows.

use crate::Site;
use crate::accounts::sign_in;
use crate::page::render;
use crate::ui::frame::Plain;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use rules::access::{Permission, Role};
use rules::error::describe;
use std::sync::Arc;

pub type Result<T, E = Refusal> = std::result::Result<T, E>;

/// Why a request gets no answer of its own.
#[derive(Debug)]
pub enum Refusal {
    /// Nobody is signed in; `next` is where to go afterwards.
    NotSignedIn { next: String },
    /// There is nothing here for this person; it looks the same whether it exists or not.
    NotFound,
    /// A member whose role does not reach.
    RoleTooLow { role: Role, permission: Permission },
    /// Too large, or not what a form sends. A sentence for the person.
    BadRequest(&'static str),
    /// Our fault.
    Fault(Box<dyn std::error::Error + Send + Sync>),
}

impl From<db::Error> for Refusal {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::NotOperator => Self::NotFound,
            error => Self::Fault(error.into()),
        }
    }
}

impl From<tower_sessions::session::Error> for Refusal {
    fn from(error: tower_sessions::session::Error) -> Self {
        Self::Fault(error.into())
    }
}

impl IntoResponse for Refusal {
    /// The status, with the refusal beside it for [`render_refusals`], which can wait for the renderer.
    fn into_response(self) -> Response {
        let status = match &self {
            Self::NotSignedIn { next } => return Redirect::to(&sign_in::address(next)).into_response(),
            Self::RoleTooLow { .. } => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut response = status.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// The layer that turns refusals into pages.
pub async fn render_refusals(State(site): State<Site>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let Some(refusal) = response.extensions_mut().remove::<Arc<Refusal>>() else {
        return response;
    };
    let (heading, sentence) = match &*refusal {
        Refusal::NotSignedIn { .. } => return response,
        Refusal::RoleTooLow { role, permission } => {
            let article = if matches!(role, Role::Owner | Role::Admin) { "an" } else { "a" };
            let (what, whose) = (permission.describe(), permission.holders());
            ("Your role does not reach", format!("You are {article} {role} of this team. To {what}, ask an {whose}."))
        }
        Refusal::NotFound => {
            ("There is nothing here", "The address may be mistyped, or it belongs to somebody else.".to_owned())
        }
        Refusal::BadRequest(sentence) => ("That did not work", (*sentence).to_owned()),
        Refusal::Fault(error) => ("Something broke on our side", apology(&log_fault(&site, &**error))),
    };
    render(&site, response.status(), heading, move || {
        view! {
            <Plain>
                <h1>{heading}</h1>
                <p>{sentence}</p>
                <p><a href="/">"Go to the start"</a></p>
            </Plain>
        }
    })
    .await
}

/// For whatever no route answers.
pub async fn not_found() -> Refusal {
    Refusal::NotFound
}

fn apology(incident: &str) -> String {
    format!(
        "This is our fault, and what you sent was not saved. Try again in a minute. If it stays, tell us this number: \
         {incident}."
    )
}

fn log_fault(site: &Site, error: &(dyn std::error::Error + Send + Sync + 'static)) -> String {
    let chain = describe(error);
    let mut random = [0; 4];
    site.chance().fill(&mut random);
    let incident: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    tracing::error!(incident, "{chain}");
    incident
}
