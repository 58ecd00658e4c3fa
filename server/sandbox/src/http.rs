//! HTTP on loopback: signature, routes, faults, then the operation. It knows no operation by name.

use crate::ses;
use crate::wire::{self, Failure};
use crate::world::{Call, Incoming, Outcome, World};
use crate::{control, signature};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Response, header};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use serde_json::{Map, Value};
use std::convert::Infallible;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::util::MapResult;

const BODY_BYTES_MAX: usize = 1_048_576;
const HANG_SECS: u64 = 60; // longer than any timeout of ours, and still an end
const ACCEPT_PAUSE_MILLIS: u64 = 50; // out of file descriptors: no busy loop

/// Dropping the future drops every connection.
pub(crate) async fn serve(listener: TcpListener, world: World) {
    let router = router(world);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => { connections.spawn(connection(stream, router.clone())); }
                Err(error) => {
                    tracing::warn!(%error, "no connection accepted");
                    tokio::time::sleep(Duration::from_millis(ACCEPT_PAUSE_MILLIS)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

pub(crate) fn router(world: World) -> Router {
    control::router(world.clone()).merge(Router::new().fallback(call).with_state(world))
}

/// Marks a response that must not be sent: the connection is dropped instead.
#[derive(Clone, Copy)]
pub(crate) struct Unanswered;

#[derive(Debug, thiserror::Error)]
#[error("no answer")]
struct NoAnswer;

impl From<Infallible> for NoAnswer {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

async fn connection(stream: TcpStream, router: Router) {
    let service = MapResult::new(router, |answered: Result<Response<Body>, Infallible>| match answered {
        Ok(response) if response.extensions().get::<Unanswered>().is_some() => Err(NoAnswer),
        Ok(response) => Ok(response),
        Err(never) => match never {},
    });
    let http = auto::Builder::new(TokioExecutor::new()).http1_only();
    if let Err(error) = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn call(State(world): State<World>, request: Request) -> Result<Response<Body>, Infallible> {
    let mut id = [0; 16];
    world.fill(&mut id);
    let id = uuid::Builder::from_random_bytes(id).into_uuid().to_string();
    let method = request.method().as_str().to_owned();
    let uri = request.uri().clone();
    let authorization = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let region = signature::region(authorization);
    let route = ses::route(&method, uri.path());
    let body = match to_bytes(request.into_body(), BODY_BYTES_MAX).await {
        Ok(bytes) => parse(&bytes),
        Err(_) => Err(Failure::new(413, "RequestEntityTooLarge", "The request body is larger than 1 MB.")),
    };
    let unmade = |failure: Failure| {
        let operation =
            route.as_ref().map_or_else(|| format!("{method} {}", uri.path()), |route| route.0.name.to_owned());
        let body = body.as_ref().map_or(Value::Null, |body| Value::Object(body.clone()));
        let status = failure.status;
        world.keep_call(Call { operation, path: uri.path().to_owned(), status, body });
        wire::response(&Err(failure), &id)
    };
    let region = match region {
        Ok(region) => region,
        Err(failure) => return Ok(unmade(failure)),
    };
    let Some((operation, labels)) = route.clone() else {
        tracing::warn!(method, path = uri.path(), "the sandbox does not know this operation");
        return Ok(unmade(Failure::not_implemented(&format!("{method} {}", uri.path()))));
    };
    let body = match &body {
        Ok(body) => body.clone(),
        Err(failure) => return Ok(unmade(failure.clone())),
    };
    let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let outcome = world.answer(Incoming { operation, region, labels, query, body }, uri.path());
    Ok(match outcome {
        Outcome::Answer(answer) => wire::response(&answer, &id),
        Outcome::Garbage => wire::garbage(&id),
        Outcome::Hang => {
            tokio::time::sleep(Duration::from_secs(HANG_SECS)).await;
            unanswered()
        }
        Outcome::Reset => unanswered(),
    })
}

fn unanswered() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Unanswered);
    response
}

/// No body is an empty object.
fn parse(bytes: &Bytes) -> Result<Map<String, Value>, Failure> {
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    let wrong = |message: String| Failure::new(400, "SerializationException", message);
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(wrong("Start of structure or map expected.".to_owned())),
        Err(error) => Err(wrong(format!("The request body is not JSON: {error}"))),
    }
}
