//! `/`: where somebody belongs.

use crate::Result;
use crate::ssr::Visitor;
use axum::response::Redirect;

pub async fn page(Visitor(person): Visitor) -> Result<Redirect> {
    Ok(match person {
        Some(person) if person.is_operator => Redirect::to("/console"),
        _ => Redirect::to("/sign-in"),
    })
}
