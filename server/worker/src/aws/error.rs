//! What a call to AWS came to, when not to an answer.

use crate::aws::Ses;
use aws_sdk_sesv2::config::http::HttpResponse;
use aws_sdk_sesv2::error::{BuildError, DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use std::error::Error;

#[derive(Debug, thiserror::Error)]
#[error("{operation}: {message}")]
pub struct SesError {
    pub operation: &'static str,
    pub kind: SesErrorKind,
    /// Name and text as SES gave them.
    pub message: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SesErrorKind {
    NotFound,
    AlreadyExists,
    /// SES will say the same again: our mistake, a limit, or something that stands in the way.
    Refused,
    /// Throttled, broken or out of reach: try again.
    Later,
}

impl SesErrorKind {
    /// By the error's name first: 404 alone may come from whatever stands between. What has no name that we know is
    /// tried again unless its status says that it was understood and refused.
    fn of(code: &str, status: u16) -> Self {
        match code {
            "NotFoundException" => Self::NotFound,
            "AlreadyExistsException" => Self::AlreadyExists,
            "ConcurrentModificationException" | "ConflictException" | "TooManyRequestsException" => Self::Later,
            "AccessDeniedException" | "BadRequestException" | "LimitExceededException" => Self::Refused,
            code if code.starts_with("Throttling") => Self::Later,
            _ if status == 400 || status == 403 => Self::Refused,
            _ => Self::Later,
        }
    }
}

impl Ses {
    pub(super) fn outcome<T, E>(
        operation: &'static str,
        outcome: Result<T, SdkError<E, HttpResponse>>,
    ) -> Result<T, SesError>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        outcome.map_err(|error| match &error {
            SdkError::ServiceError(answer) => {
                let status = answer.raw().status().as_u16();
                let code = answer.err().code().unwrap_or_default();
                let text = answer.err().message().unwrap_or("no text");
                let kind = SesErrorKind::of(code, status);
                SesError { operation, kind, message: format!("{status} {code}: {text}") }
            }
            error => SesError::of_no_answer(operation, error),
        })
    }
}

/// Why a role could not be assumed, in AWS's words, if that is what went wrong.
fn refused_role(error: &(dyn Error + 'static)) -> Option<String> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(SdkError::ServiceError(answer)) = error.downcast_ref::<SdkError<AssumeRoleError, HttpResponse>>() {
            let (code, text) = (answer.err().code().unwrap_or_default(), answer.err().message().unwrap_or("no text"));
            return Some(format!("{} {code}: {text}", answer.raw().status().as_u16()));
        }
        cause = error.source();
    }
    None
}

impl SesError {
    pub(super) fn of_no_answer(operation: &'static str, error: &(impl Error + 'static)) -> Self {
        match refused_role(error) {
            Some(message) => Self { operation: "AssumeRole", kind: SesErrorKind::Later, message },
            None => {
                let message = DisplayErrorContext(error).to_string();
                Self { operation, kind: SesErrorKind::Later, message }
            }
        }
    }

    /// SES answered something that cannot be acted on, or did not keep what it was given.
    pub fn unexpected(operation: &'static str, message: impl Into<String>) -> Self {
        Self { operation, kind: SesErrorKind::Later, message: message.into() }
    }

    /// The credentials do not do, or cannot be had: others may.
    pub(super) fn is_of_credentials(&self) -> bool {
        const CODES: [&str; 4] =
            ["ExpiredToken", "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException"];
        self.operation == "AssumeRole" || CODES.iter().any(|code| self.message.contains(code))
    }

    /// It was made, or was about to be, and cannot be written down: it is made again, which changes nothing.
    pub(crate) fn unwritten(operation: &'static str) -> impl FnOnce(db::Error) -> Self {
        move |error| Self { operation, kind: SesErrorKind::Later, message: format!("not written down: {error}") }
    }

    pub(super) fn unbuilt(operation: &'static str) -> impl FnOnce(BuildError) -> Self {
        move |error| Self { operation, kind: SesErrorKind::Refused, message: error.to_string() }
    }
}

/// `None` for what SES does not have.
pub(super) fn found<T>(outcome: Result<T, SesError>) -> Result<Option<T>, SesError> {
    match outcome {
        Err(error) if error.kind == SesErrorKind::NotFound => Ok(None),
        outcome => outcome.map(Some),
    }
}

/// For what is to be there, or to be gone: whether we made it so or found it so.
pub(super) fn settled<T>(outcome: Result<T, SesError>, already: SesErrorKind) -> Result<(), SesError> {
    match outcome {
        Err(error) if error.kind == already => Ok(()),
        outcome => outcome.map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_told_by_name_then_by_status() {
        let check = |code, status, kind| assert_eq!(SesErrorKind::of(code, status), kind, "{status} {code}");
        check("NotFoundException", 404, SesErrorKind::NotFound);
        check("", 404, SesErrorKind::Later);
        check("", 429, SesErrorKind::Later);
        check("SomethingNew", 400, SesErrorKind::Refused);
        check("ConcurrentModificationException", 500, SesErrorKind::Later);
        check("AlreadyExistsException", 400, SesErrorKind::AlreadyExists);
        check("InvalidSignatureException", 403, SesErrorKind::Refused);
        check("ServiceUnavailable", 503, SesErrorKind::Later);
    }
}
