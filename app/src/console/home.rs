//! `/console`: the operator's first page.

use crate::ssr::{Operator, render};
use crate::ui::frame::Console;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;

pub async fn page(State(site): State<Site>, operator: Operator) -> Result<Response> {
    operator.read().await?.commit().await?;
    let name = operator.person.name.clone();
    Ok(render(&site, StatusCode::OK, "Console", move || {
        view! {
            <Console name>
                <h1>"Console"</h1>
                <p>"You are the operator. There are no tenants yet."</p>
            </Console>
        }
    })
    .await)
}
