//! The control API's part about accounts other than home: the roles by which one may act in them.

use super::{Done, Refusal, parse};
use crate::world::World;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    arn: String,
    external_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gone {
    arn: String,
}

pub(super) async fn roles(State(world): State<World>) -> Json<Value> {
    Json(world.roles())
}

pub(super) async fn add(State(world): State<World>, body: Bytes) -> Done {
    let Given { arn, external_id } = parse(&body)?;
    world
        .add_role(&arn, external_id.as_deref())
        .map_err(|error| Refusal(StatusCode::BAD_REQUEST, error.to_string()))?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn remove(State(world): State<World>, body: Bytes) -> Done {
    let Gone { arn } = parse(&body)?;
    if world.remove_role(&arn) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Refusal(StatusCode::NOT_FOUND, format!("There is no role {arn}.")))
}
