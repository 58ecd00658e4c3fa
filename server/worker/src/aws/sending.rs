//! One mail given to SES. Nothing is tried twice here: whoever calls has the intent in the database and decides.

use super::Ses;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sesv2::config::http::HttpResponse;
use aws_sdk_sesv2::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::RequestId;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Destination, EmailContent, MessageTag, RawMessage};
use db::isolation::ses_tenants::Route;
use rules::events::{MESSAGE_TAG, TENANT_TAG};
use rules::evidence::Attempt;
use rules::messages::{Reply, SendOutcome, judge};
use std::error::Error;
use std::io;

pub(crate) struct Mail<'a> {
    pub from: &'a str,
    pub to: &'a str,
    pub raw: Vec<u8>,
    pub route: &'a Route,
    /// Our ids: they come back with every event.
    pub tenant: String,
    pub message: String,
}

impl Ses {
    /// What became of it, and, where that is not plain success, what was said.
    pub(crate) async fn send_email(&self, mail: Mail<'_>) -> (SendOutcome, Option<String>) {
        let tag = |name: &str, value: String| MessageTag::builder().name(name).value(value).build();
        let (Ok(message), Ok(tenant), Ok(raw)) = (
            tag(MESSAGE_TAG, mail.message),
            tag(TENANT_TAG, mail.tenant),
            RawMessage::builder().data(Blob::new(mail.raw)).build(),
        ) else {
            let reason = "the mail could not be put into a request".to_owned();
            return (SendOutcome::Refused { reason }, None);
        };
        let call = self.sender.send_email().from_email_address(mail.from);
        let answer = call
            .destination(Destination::builder().to_addresses(mail.to).build())
            .content(EmailContent::builder().raw(raw).build())
            .configuration_set_name(&mail.route.set)
            .tenant_name(&mail.route.tenant)
            .email_tags(message)
            .email_tags(tenant)
            .send()
            .await;
        match &answer {
            Ok(answer) => (judge(&Reply::Answer { message_id: answer.message_id() }), None),
            Err(error) => (judge_error(error), Some(describe(error))),
        }
    }
}

impl Ses {
    /// Tries to send what must be refused, by whatever tenant and set are named.
    pub(crate) async fn try_to_send(
        &self,
        (from, to): (&str, &str),
        raw: &[u8],
        tenant: Option<&str>,
        set: Option<&str>,
    ) -> Attempt {
        let Ok(raw) = RawMessage::builder().data(Blob::new(raw)).build() else {
            return Attempt::Unanswered("the mail could not be put into a request".to_owned());
        };
        let call = self.sender.send_email().from_email_address(from);
        let answer = call
            .destination(Destination::builder().to_addresses(to).build())
            .content(EmailContent::builder().raw(raw).build())
            .set_configuration_set_name(set.map(str::to_owned))
            .set_tenant_name(tenant.map(str::to_owned))
            .send()
            .await;
        match answer {
            Ok(answer) if answer.message_id().is_some_and(|id| !id.is_empty()) => Attempt::Accepted,
            Ok(_) => Attempt::Unanswered("an answer without an id".to_owned()),
            Err(SdkError::ServiceError(answer)) => Attempt::Refused {
                status: answer.raw().status().as_u16(),
                code: answer.err().code().unwrap_or_default().to_owned(),
                message: answer.err().message().unwrap_or_default().to_owned(),
                request_id: answer.err().request_id().unwrap_or("without an id").to_owned(),
            },
            Err(error) => Attempt::Unanswered(describe(&error)),
        }
    }
}

fn judge_error<E>(error: &SdkError<E, HttpResponse>) -> SendOutcome
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ServiceError(answer) => judge(&Reply::Refusal {
            status: answer.raw().status().as_u16(),
            code: answer.err().code().unwrap_or_default(),
            message: answer.err().message().unwrap_or_default(),
        }),
        SdkError::ConstructionFailure(_) => SendOutcome::Refused { reason: describe(error) },
        // Before the first byte: whatever could not be got, no mail was given.
        _ if was_not_signed(error) => judge(&Reply::NotSigned),
        SdkError::DispatchFailure(_) if never_left(error) => judge(&Reply::NotSent),
        _ => judge(&Reply::Silence),
    }
}

fn was_not_signed(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<CredentialsError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Whether it is certain that not a byte of the request reached SES: there was no connection. What is in doubt is unknown.
fn never_left(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        if let Some(
            io::ErrorKind::ConnectionRefused
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::AddrNotAvailable,
        ) = kind
        {
            return true;
        }
        cause = error.source();
    }
    false
}

fn describe<E>(error: &SdkError<E, HttpResponse>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ServiceError(answer) => {
            let (code, text) = (answer.err().code().unwrap_or_default(), answer.err().message().unwrap_or("no text"));
            format!("{} {code}: {text}", answer.raw().status().as_u16())
        }
        error => DisplayErrorContext(error).to_string(),
    }
}
