//! Answers of S3 as bytes: what was asked for, or an error in XML. It decides nothing about when an answer is given.

use super::Answer;
use super::files::Content;
use crate::wire::Failure;
use crate::xml;
use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use std::fmt::Write;

pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Content,
}

impl Reply {
    pub(super) fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self::of(status, Content::Memory(body.into()))
    }

    pub(super) fn of(status: u16, body: Content) -> Self {
        Self { status, headers: Vec::new(), body }
    }

    pub(super) fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

pub(super) fn no_body(status: u16) -> Reply {
    Reply::new(status, Bytes::new())
}

pub(super) fn header_not_implemented(header: &str) -> Failure {
    let message = format!("A header you provided implies functionality that is not implemented ({header}).");
    Failure::new(501, "NotImplemented", message)
}

/// `path`: what was asked for.
pub(crate) fn response(answer: Answer, path: &str, request_id: &str) -> Response<Body> {
    let reply = match answer {
        Ok(reply) => reply,
        Err(failure) => return refused(&failure, path, request_id),
    };
    let body = match reply.body.read() {
        Ok(body) => body,
        Err(error) => {
            tracing::error!(%error, path, "an object cannot be read");
            return refused(&Failure::internal_error(), path, request_id);
        }
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status(reply.status);
    for (name, value) in reply.headers {
        put(&mut response, &name, &value);
    }
    identify(&mut response, request_id);
    response
}

/// To a HEAD it goes out without its body.
fn refused(failure: &Failure, path: &str, request_id: &str) -> Response<Body> {
    let (code, number) = code(failure);
    let mut error = format!("{}<Error>", xml::HEAD);
    for (name, text) in [("Code", code), ("Message", &failure.message), ("Resource", path), ("RequestId", request_id)] {
        xml::element(&mut error, name, text);
    }
    let _ = write!(error, "</Error>"); // a String takes everything
    let mut response = Response::new(Body::from(error));
    *response.status_mut() = status(number);
    put(&mut response, "content-type", "application/xml");
    identify(&mut response, request_id);
    response
}

/// What all services have in common has other names here.
fn code(failure: &Failure) -> (&'static str, u16) {
    match failure.name {
        "TooManyRequestsException" => ("SlowDown", 503),
        "InternalServiceErrorException" => ("InternalError", 500),
        "NotImplementedByEmulator" => ("NotImplemented", 501),
        "MissingAuthenticationToken" => ("AccessDenied", 403),
        "IncompleteSignature" => ("AuthorizationHeaderMalformed", 400),
        name => (name, failure.status),
    }
}

fn identify(response: &mut Response<Body>, request_id: &str) {
    put(response, "x-amz-request-id", request_id);
    put(response, "x-amz-id-2", request_id);
}

fn put(response: &mut Response<Body>, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value.as_bytes())) {
        response.headers_mut().insert(name, value);
    }
}

fn status(number: u16) -> StatusCode {
    StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
