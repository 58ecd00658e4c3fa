//! `/teams`: the teams that a person belongs to.

use crate::page::render;
use crate::ssr::SignedIn;
use crate::ui::{empty::Empty, frame::Plain};
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::accounts::memberships;
use db::scope::AccountsTx;
use leptos::prelude::*;

pub async fn page(State(site): State<Site>, SignedIn(person): SignedIn) -> Result<Response> {
    let mut tx = AccountsTx::begin(&site.web).await?;
    let tenants = memberships::list_tenants_of(&mut tx, person.id).await?;
    tx.commit().await?;
    Ok(render(&site, StatusCode::OK, "Your teams", move || {
        let links: Vec<_> = tenants
            .into_iter()
            .map(|team| view! { <li><a class="card" href=format!("/t/{}", team.slug)>{team.name}</a></li> })
            .collect();
        let console = person.is_operator.then(|| view! { <li><a class="card" href="/console">"Console"</a></li> });
        view! {
            <Plain person=Some(person.name)>
                <h1>"Your teams"</h1>
                {if links.is_empty() {
                    view! { <Empty sentence="You belong to no team. Ask the people of yours for an invitation: it comes by mail."/> }
                        .into_any()
                } else {
                    ().into_any()
                }}
                <ul class="cards">{links}{console}</ul>
            </Plain>
        }
    })
    .await)
}
