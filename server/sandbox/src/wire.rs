//! Answers of SES (AWS rest-json) and SQS (AWS json 1.0) as bytes. It decides nothing about when an answer is given.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

pub(crate) type Answer = Result<Value, Failure>;

/// An error by the name that SDKs look at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Failure {
    pub(crate) status: u16,
    pub(crate) name: &'static str,
    pub(crate) message: String,
}

const ACCESS_DENIED: &str = "AccessDeniedException";

impl Failure {
    pub(crate) fn new(status: u16, name: &'static str, message: impl Into<String>) -> Self {
        Self { status, name, message: message.into() }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequestException", message)
    }

    pub(crate) fn already_exists(message: impl Into<String>) -> Self {
        Self::new(400, "AlreadyExistsException", message)
    }

    pub(crate) fn limit_exceeded(message: impl Into<String>) -> Self {
        Self::new(400, "LimitExceededException", message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "NotFoundException", message)
    }

    pub(crate) fn message_rejected(message: impl Into<String>) -> Self {
        Self::new(400, "MessageRejected", message)
    }

    pub(crate) fn account_suspended(message: impl Into<String>) -> Self {
        Self::new(400, "AccountSuspendedException", message)
    }

    pub(crate) fn sending_paused(message: impl Into<String>) -> Self {
        Self::new(400, "SendingPausedException", message)
    }

    pub(crate) fn access_denied(message: impl Into<String>) -> Self {
        Self::new(403, ACCESS_DENIED, message)
    }

    pub(crate) fn too_many_requests() -> Self {
        Self::new(429, "TooManyRequestsException", "Rate exceeded")
    }

    pub(crate) fn internal_error() -> Self {
        Self::new(500, "InternalServiceErrorException", "An internal error occurred.")
    }

    pub(crate) fn service_unavailable() -> Self {
        Self::new(503, "ServiceUnavailable", "Service is unavailable.")
    }

    pub(crate) fn not_implemented(what: &str) -> Self {
        Self::new(501, "NotImplementedByEmulator", format!("The sandbox does not know {what}."))
    }
}

/// Of SES.
pub(crate) fn response(answer: &Answer, request_id: &str) -> Response<Body> {
    let (status, body) = match answer {
        Ok(value) => (StatusCode::OK, value.to_string()),
        Err(failure) => {
            // Another part of AWS answers this one, and writes the member otherwise.
            let member = if failure.name == ACCESS_DENIED { "Message" } else { "message" };
            (status(failure), json!({ member: failure.message }).to_string())
        }
    };
    let mut response = page(status, "application/json", body, request_id);
    if let Err(failure) = answer {
        response.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(failure.name));
    }
    response
}

/// Of SQS, by its JSON protocol. SDKs look for the error in the header, where the query protocol's code is.
pub(crate) fn sqs_response(answer: &Answer, request_id: &str) -> Response<Body> {
    const JSON: &str = "application/x-amz-json-1.0";
    let failure = match answer {
        Ok(value) => return page(StatusCode::OK, JSON, value.to_string(), request_id),
        Err(failure) => failure,
    };
    let name = match failure.name {
        "BadRequestException" => "InvalidParameterValue",
        "TooManyRequestsException" => "RequestThrottled",
        "InternalServiceErrorException" => "InternalFailure",
        name => name,
    };
    let code = match name {
        "QueueDoesNotExist" => "AWS.SimpleQueueService.NonExistentQueue".to_owned(),
        "MessageNotInflight" | "EmptyBatchRequest" | "TooManyEntriesInBatchRequest" | "BatchEntryIdsNotDistinct" => {
            format!("AWS.SimpleQueueService.{name}")
        }
        name => name.to_owned(),
    };
    let side = if failure.status < 500 { "Sender" } else { "Receiver" };
    let body = json!({ "__type": format!("com.amazonaws.sqs#{name}"), "message": failure.message });
    let mut response = page(status(failure), JSON, body.to_string(), request_id);
    if let Ok(value) = HeaderValue::from_str(&format!("{code};{side}")) {
        response.headers_mut().insert("x-amzn-query-error", value);
    }
    response
}

/// What a proxy on the way might say.
pub(crate) fn garbage(request_id: &str) -> Response<Body> {
    let html = "<!doctype html><html><body><h1>Please sign in to this network</h1></body></html>";
    page(StatusCode::OK, "text/html", html.to_owned(), request_id)
}

fn status(failure: &Failure) -> StatusCode {
    StatusCode::from_u16(failure.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn page(status: StatusCode, kind: &'static str, body: String, request_id: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
    response
}
