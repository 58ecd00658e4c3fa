//! HTTP on loopback: signature, routes, faults, then the operation. It knows no operation by name.

use crate::body::Unread;
use crate::place::Place;
use crate::wire::{self, Failure};
use crate::world::{Call, Incoming, Outcome, QueueCall, World};
use crate::{body, control, s3, ses, signature, sqs, sts};
use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Response, header};
use futures_util::stream;
use http_body_util::BodyExt;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use serde_json::{Map, Value};
use std::convert::Infallible;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tower::util::MapResult;

const BODY_BYTES_MAX: usize = 1_048_576; // unless the operation says more
const STS_BYTES_MAX: usize = 65_536;
const HANG_SECS: u64 = 60; // longer than any timeout of ours, and still an end
const DRIP_PAUSE: Duration = Duration::from_secs(1);
const HEAD_TIME_MAX: Duration = Duration::from_secs(60); // of a connection that is not in use too, as AWS has it
const HEAD_BYTES_MAX: usize = 65_536;
const ACCEPT_PAUSE_MILLIS: u64 = 50; // out of file descriptors: no busy loop

/// Dropping the future drops every connection.
pub(crate) async fn serve(listener: TcpListener, world: World) {
    let router = router(world);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => { connections.spawn(connection(stream, router.clone(), HEAD_TIME_MAX)); }
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

async fn connection(stream: TcpStream, router: Router, head_time_max: Duration) {
    let service = MapResult::new(router, |answered: Result<Response<Body>, Infallible>| match answered {
        Ok(response) if response.extensions().get::<Unanswered>().is_some() => Err(NoAnswer),
        Ok(response) => Ok(response),
        Err(never) => match never {},
    });
    let mut http = auto::Builder::new(TokioExecutor::new()).http1_only();
    http.http1().timer(TokioTimer::new()).header_read_timeout(head_time_max).max_buf_size(HEAD_BYTES_MAX);
    if let Err(error) = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn call(State(world): State<World>, request: Request) -> Result<Response<Body>, Infallible> {
    let id = world.uuid();
    let (head, body) = request.into_parts();
    let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    Ok(match target.and_then(sqs::operation) {
        Some(operation) => {
            let outcome = call_sqs(&world, &head, body, operation).await;
            carried_out(outcome, &id, |answer| wire::sqs_response(&answer, &id)).await
        }
        None if authorization(&head).and_then(signature::service) == Some(sts::SERVICE) => {
            let outcome = call_sts(&world, &head, body).await;
            carried_out(outcome, &id, |answer| sts::response(answer, &id)).await
        }
        None if s3::is_for(&head, authorization(&head).and_then(signature::service)) => {
            let outcome = call_s3(&world, &head, body).await;
            carried_out(outcome, &id, |answer| s3::response(answer, head.uri.path(), &id)).await
        }
        None => {
            let outcome = call_ses(&world, &head, body).await;
            carried_out(outcome, &id, |answer| wire::response(&answer, &id)).await
        }
    })
}

async fn carried_out<T>(
    outcome: Outcome<T>,
    id: &str,
    respond: impl FnOnce(Result<T, Failure>) -> Response<Body>,
) -> Response<Body> {
    match outcome {
        Outcome::Answer(answer) => respond(answer),
        Outcome::Drip(answer) => dripping(respond(answer)),
        Outcome::Garbage => wire::garbage(id),
        Outcome::Hang => {
            tokio::time::sleep(Duration::from_secs(HANG_SECS)).await;
            unanswered()
        }
        Outcome::Reset => unanswered(),
    }
}

/// The same head; of the body a byte a second, then its rest is left out and the connection dropped.
fn dripping(response: Response<Body>) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    if let Some(length) = body.size_hint().exact() {
        head.headers.insert(header::CONTENT_LENGTH, length.into());
    }
    let end = Instant::now() + Duration::from_secs(HANG_SECS);
    let drops = stream::try_unfold((body, Bytes::new()), move |(mut body, mut left)| async move {
        if Instant::now() >= end {
            return Err(NoAnswer);
        }
        while left.is_empty() {
            match body.frame().await {
                Some(Ok(frame)) => left = frame.into_data().unwrap_or_default(),
                Some(Err(_)) => return Err(NoAnswer),
                None => return Ok(None),
            }
        }
        tokio::time::sleep(DRIP_PAUSE).await;
        Ok(Some((left.split_to(1), (body, left))))
    });
    Response::from_parts(head, Body::from_stream(drops))
}

async fn call_ses(world: &World, head: &Parts, body: Body) -> Outcome {
    let (method, path) = (head.method.as_str(), head.uri.path());
    let route = ses::route(method, path);
    let limit = route.as_ref().and_then(|(operation, _)| operation.body_bytes_max()).unwrap_or(BODY_BYTES_MAX);
    let mut body = read(body, limit).await;
    let query: Vec<(String, String)> =
        form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let (unknown, drafts) = match (&route, &mut body) {
        (Some((operation, _)), Ok(body)) => (operation.unknown(body, &query), operation.take_drafts(body)),
        (Some(_), Err(_)) | (None, _) => (Vec::new(), Ok(Vec::new())),
    };
    let unmade = |failure: Failure, body: Option<Map<String, Value>>| {
        let operation = route.as_ref().map_or_else(|| format!("{method} {path}"), |route| route.0.name.to_owned());
        let body = body.map_or(Value::Null, Value::Object);
        world.keep_call(Call { operation, path: path.to_owned(), status: failure.status, body, unknown: Vec::new() });
        Outcome::Answer(Err(failure))
    };
    let place = match place(world, head, "ses") {
        Ok(place) => place,
        Err(failure) => return unmade(failure, body.ok()),
    };
    let Some((operation, labels)) = route.clone() else {
        tracing::warn!(method, path, "the sandbox does not know this operation");
        return unmade(Failure::not_implemented(&format!("{method} {path}")), body.ok());
    };
    let body = match body {
        Ok(body) => body,
        Err(failure) => return unmade(failure, None),
    };
    world.answer(Incoming { operation, place, labels, query, body, unknown, drafts }, path)
}

async fn call_sqs(
    world: &World,
    head: &Parts,
    body: Body,
    operation: Result<&'static sqs::Operation, &str>,
) -> Outcome {
    let checked = match (place(world, head, "sqs"), operation) {
        (Err(failure), _) => Err(failure),
        (Ok(_), Err(unknown)) => {
            tracing::warn!(unknown, "the sandbox does not know this operation of SQS");
            Err(Failure::not_implemented(unknown))
        }
        (Ok(place), Ok(operation)) => read(body, BODY_BYTES_MAX).await.map(|body| QueueCall { operation, place, body }),
    };
    match checked {
        Ok(call) => world.answer_queue(&call).await,
        Err(failure) => Outcome::Answer(Err(failure)),
    }
}

async fn call_s3(world: &World, head: &Parts, body: Body) -> Outcome<s3::Reply> {
    let checked = place(world, head, "s3").and_then(|place| s3::Call::of(head, &place));
    let mut call = match checked {
        Ok(call) => call,
        Err(failure) => return Outcome::Answer(Err(failure)),
    };
    let taken = match body::read(body, call.operation.body_bytes_max()).await {
        Ok(bytes) => world.take_body(&mut call, bytes),
        Err(unread) => Err(s3::unread(unread)),
    };
    match taken {
        Ok(()) => world.answer_bucket(&mut call),
        Err(failure) => Outcome::Answer(Err(failure)),
    }
}

async fn call_sts(world: &World, head: &Parts, body: Body) -> Outcome<sts::Found> {
    let caller =
        signature::scope(authorization(head), sts::SERVICE).and_then(|scope| world.caller(&scope, token(head)));
    let caller = match caller {
        Ok(caller) => caller,
        Err(failure) => return Outcome::Answer(Err(failure)),
    };
    match body::read(body, STS_BYTES_MAX).await {
        Ok(body) => world.answer_sts(&caller, &sts::Call::of(&body)),
        Err(unread) => Outcome::Answer(Err(unread_body(unread, STS_BYTES_MAX))),
    }
}

/// Where a call is, by whose key it is signed.
fn place(world: &World, head: &Parts, service: &str) -> Result<Place, Failure> {
    let scope = signature::scope(authorization(head), service)?;
    Ok(Place::new(&world.caller(&scope, token(head))?.account, &scope.region))
}

fn token(head: &Parts) -> Option<&str> {
    head.headers.get("x-amz-security-token").and_then(|value| value.to_str().ok())
}

fn authorization(head: &Parts) -> Option<&str> {
    head.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok())
}

async fn read(body: Body, bytes_max: usize) -> Result<Map<String, Value>, Failure> {
    match body::read(body, bytes_max).await {
        Ok(bytes) => parse(&bytes),
        Err(unread) => Err(unread_body(unread, bytes_max)),
    }
}

fn unread_body(unread: Unread, bytes_max: usize) -> Failure {
    match unread {
        Unread::TooLarge => {
            let message = format!("The request body is larger than {} kB.", bytes_max / 1024);
            Failure::new(413, "RequestEntityTooLarge", message)
        }
        Unread::TooSlow => Failure::new(408, "RequestTimeoutException", "The request body came too slowly."),
        Unread::Broken => Failure::new(400, "SerializationException", "The request body is not whole."),
    }
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

#[cfg(test)]
mod tests {
    use super::connection;
    use axum::Router;
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    #[tokio::test]
    async fn a_head_that_does_not_end_ends_the_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut slow = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        slow.write_all(b"POST /v2/email/tenants HTTP/1.1\r\nhost: a\r\nx-slow: ").await.unwrap();
        connection(stream, Router::new(), Duration::from_millis(20)).await;
        let _ = slow.read_to_end(&mut Vec::new()).await; // it may break with the last byte unread
    }
}
