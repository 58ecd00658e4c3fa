//! `/`: where somebody belongs: the console, their only team, or the choice among several.

use crate::Site;
use crate::ssr::Visitor;
use crate::{Result, accounts::sign_in};
use axum::extract::State;
use axum::response::Redirect;
use db::accounts::memberships;
use db::scope::AccountsTx;

pub async fn page(State(site): State<Site>, Visitor(person): Visitor) -> Result<Redirect> {
    let Some(person) = person else {
        return Ok(Redirect::to(&sign_in::address("/")));
    };
    let mut tx = AccountsTx::begin(&site.web).await?;
    let tenants = memberships::list_tenants_of(&mut tx, person.id).await?;
    tx.commit().await?;
    Ok(match tenants.as_slice() {
        [] if person.is_operator => Redirect::to("/console"),
        [only] if !person.is_operator => Redirect::to(&format!("/t/{}", only.slug)),
        _ => Redirect::to("/teams"),
    })
}
