//! The control API's part about events: how they come, what else comes, and into which queues.

use super::{Done, Refusal, home, parse, us_east_1};
use crate::events::EventPlan;
use crate::place::Place;
use crate::sqs;
use crate::world::World;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

pub(super) async fn events(State(world): State<World>, body: Bytes) -> Done {
    world.event_plan(parse::<EventPlan>(&body)?);
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct RawEvent {
    #[serde(default = "home")]
    account: String,
    #[serde(default = "us_east_1")]
    region: String,
    #[serde(default = "events_queue")]
    queue: String,
    message: Value,
}

pub(super) async fn raw_event(State(world): State<World>, body: Bytes) -> Done {
    let RawEvent { account, region, queue, message } = parse(&body)?;
    world.push_event(Place::new(&account, &region), &queue, &message);
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Subscription {
    topic: String,
    raw: bool,
}

pub(super) async fn subscription(State(world): State<World>, body: Bytes) -> Done {
    let Subscription { topic, raw } = parse(&body)?;
    world.set_raw_delivery(&topic, raw);
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    #[serde(default = "home")]
    account: String,
    #[serde(default = "us_east_1")]
    region: String,
    queue: String,
}

pub(super) async fn rule(State(world): State<World>, body: Bytes) -> Done {
    let Rule { account, region, queue } = parse(&body)?;
    world.add_rule(Place::new(&account, &region), &queue);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn no_rule(State(world): State<World>, body: Bytes) -> Done {
    let Rule { account, region, queue } = parse(&body)?;
    if world.remove_rule(Place::new(&account, &region), &queue) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Refusal(StatusCode::NOT_FOUND, format!("No rule there names the queue {queue}.")))
}

fn events_queue() -> String {
    sqs::EVENTS.to_owned()
}
