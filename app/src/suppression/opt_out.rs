//! `/u/<tenant>.<secret>`: the way out that stands in every mail. Looking changes nothing, whoever looks; a POST acts,
//! whatever it brings: the button's, or that of a mail program (RFC 8058), which has neither cookie nor origin.

use crate::page::render;
use crate::ssr::{Address, enter_by_link};
use crate::ui::{button::Submit, frame::Plain};
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::clock;
use db::suppression::{self, OptOut};
use leptos::prelude::*;
use rules::secrets::TenantLink;

pub async fn page(State(site): State<Site>, Address(link): Address<String>) -> Result<Response> {
    let link = TenantLink::parse(&link).ok_or(Refusal::NotFound)?;
    let mut tx = enter_by_link(&site, &link).await?;
    let found = suppression::find_link(&mut tx, &link.secret.hash()).await?;
    tx.commit().await?;
    Ok(show(&site, found.ok_or(Refusal::NotFound)?).await)
}

pub async fn submit(State(site): State<Site>, Address(link): Address<String>) -> Result<Response> {
    let link = TenantLink::parse(&link).ok_or(Refusal::NotFound)?;
    let mut tx = enter_by_link(&site, &link).await?;
    let found = suppression::find_link(&mut tx, &link.secret.hash()).await?.ok_or(Refusal::NotFound)?;
    let now = clock::business_time(&mut tx, site.now()).await?;
    suppression::opt_out(&mut tx, &found, now).await?;
    tx.commit().await?;
    Ok(show(&site, OptOut { is_done: true, ..found }).await)
}

async fn show(site: &Site, found: OptOut) -> Response {
    let title = if found.is_done { "You are out" } else { "No more mails" };
    render(site, StatusCode::OK, title, move || {
        let OptOut { email_key: email, tenant_name: team, is_done, .. } = found;
        let content = if is_done {
            view! { <p>{format!("{team} does not write to {email} any more.")}</p> }.into_any()
        } else {
            view! {
                <p>{format!("{team} has written to {email}. Press the button, and it never does again.")}</p>
                <form method="post">
                    <Submit label="No more mails"/>
                </form>
            }
            .into_any()
        };
        view! { <Plain><h1>{title}</h1>{content}</Plain> }
    })
    .await
}
