//! The control API's part about DNS: records, and what ails the answers.

use super::{Done, Refusal, parse};
use crate::records::{Record, RecordError, RecordKind, five_minutes};
use crate::troubles::DnsTrouble;
use crate::world::World;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

pub(super) async fn records(State(world): State<World>) -> Json<Vec<Record>> {
    Json(world.records())
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Published {
    One(Publication),
    Several(Vec<Publication>),
}

#[derive(Deserialize)]
struct Publication {
    name: String,
    kind: RecordKind,
    value: Texts,
    #[serde(default = "five_minutes")]
    ttl: u32,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Texts {
    Whole(String),
    Strings(Vec<String>),
}

pub(super) async fn publish(State(world): State<World>, body: Bytes) -> Done {
    let records = match parse(&body)? {
        Published::One(record) => vec![record],
        Published::Several(records) => records,
    };
    for Publication { name, kind, value, ttl } in records {
        let (value, strings) = match value {
            Texts::Whole(value) => (value, None),
            Texts::Strings(strings) => (strings.concat(), Some(strings)),
        };
        world.try_publish(Record { name, kind, value, ttl }, strings.as_deref()).map_err(bad_record)?;
    }
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Withdrawn {
    name: String,
    kind: RecordKind,
}

pub(super) async fn withdraw(State(world): State<World>, body: Bytes) -> Done {
    let Withdrawn { name, kind } = parse(&body)?;
    world.withdraw(&name, kind);
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trouble {
    trouble: Option<DnsTrouble>,
    name: Option<String>,
}

pub(super) async fn trouble(State(world): State<World>, body: Bytes) -> Done {
    let Trouble { trouble, name } = parse(&body)?;
    match name {
        Some(name) => world.try_trouble_at(&name, trouble).map_err(bad_record)?,
        None => world.trouble(trouble),
    }
    Ok(StatusCode::NO_CONTENT)
}

fn bad_record(error: RecordError) -> Refusal {
    Refusal(StatusCode::BAD_REQUEST, error.to_string())
}
