//! The sandbox's clock: the buttons that move business time ahead, so that days can be watched in minutes. Where mail
//! really leaves there are none.

use crate::form::Form;
use crate::ssr::SignedIn;
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Redirect;
use db::clock;
use db::scope::AccountsTx;
use rules::time::Duration;

pub async fn advance(
    State(site): State<Site>,
    SignedIn(_): SignedIn,
    headers: HeaderMap,
    form: Form,
) -> Result<Redirect> {
    if !site.world.is_sandbox() {
        return Err(Refusal::NotFound);
    }
    let by = match form.value("by") {
        "hour" => Duration::hours(1),
        "day" => Duration::days(1),
        _ => return Err(Refusal::BadRequest("Business time moves ahead by an hour or a day.")),
    };
    let mut tx = AccountsTx::begin(&site.web).await?;
    clock::advance(&mut tx, by).await?;
    tx.commit().await?;
    Ok(Redirect::to(&back(&site, &headers)))
}

/// The page on which the button was pressed.
fn back(site: &Site, headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let path = referer.and_then(|url| url.strip_prefix(site.public_url.as_str()));
    path.filter(|path| path.starts_with('/') && !path.starts_with("//")).unwrap_or("/").to_owned()
}
