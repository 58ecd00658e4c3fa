//! The control API's part about the world's clock and its beginning.

use super::{Done, Refusal, parse};
use crate::world::World;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clock {
    ahead_secs: f64,
}

pub(super) async fn clock(State(world): State<World>, body: Bytes) -> Done {
    let Clock { ahead_secs } = parse(&body)?;
    world.advance(ahead_secs).map_err(|error| Refusal(StatusCode::BAD_REQUEST, error.to_string()))?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reset {
    seed: Option<u64>,
}

pub(super) async fn reset(State(world): State<World>, body: Bytes) -> Done {
    let Reset { seed } = parse(&body)?;
    world.reset(seed);
    Ok(StatusCode::NO_CONTENT)
}
