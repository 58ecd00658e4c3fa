//! The control API's part about those whom mail reaches.

use super::{Done, Refusal, parse};
use crate::people::shares::Shares;
use crate::world::World;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

pub(super) async fn people(State(world): State<World>, body: Bytes) -> Done {
    let refuse = |error: crate::SharesError| Refusal(StatusCode::BAD_REQUEST, error.to_string());
    world.people(parse::<Shares>(&body)?).map_err(refuse)?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Switch {
    reputation: bool,
}

pub(super) async fn reputation(State(world): State<World>, body: Bytes) -> Done {
    world.provider_reputation(parse::<Switch>(&body)?.reputation);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn providers(State(world): State<World>) -> Json<Value> {
    Json(world.providers())
}
