//! Members that the SDK's types do not have yet, read from the body of an answer and written into that of a request.

use aws_sdk_sesv2::config::http::HttpRequest;
use aws_sdk_sesv2::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_sesv2::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_sesv2::error::BoxError;
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};

/// The body of the last answer.
#[derive(Clone, Default, Debug)]
pub(super) struct Seen(Arc<Mutex<Value>>);

impl Seen {
    /// The text at a JSON pointer (RFC 6901); empty: there is none.
    pub(super) fn text(&self, pointer: &str) -> String {
        let body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

impl Intercept for Seen {
    fn name(&self) -> &'static str {
        "Seen"
    }

    /// Earlier the body is not read yet.
    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let bytes = context.response().body().bytes().unwrap_or_default();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = serde_json::from_slice(bytes).unwrap_or_default();
        Ok(())
    }
}

/// Signed afterwards. The length of the body before it would be sent else.
pub(super) fn replace(request: &mut HttpRequest, body: &str) {
    *request.body_mut() = body.into();
    request.headers_mut().insert("content-length", body.len().to_string());
}
