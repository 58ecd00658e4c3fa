//! Calls that manage what SES holds, for one purpose: at the pace that SES takes them, and each written down, with the id
//! that AWS gave it.

use super::{Ses, SesError};
use crate::Context;
use crate::duty::Result;
use aws_sdk_sesv2::config::http::HttpResponse;
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::RequestId;
use db::isolation::aws_calls::{self, AwsCall};
use db::isolation::ses_tenants;
use db::scope::{TenantTx, WorkerTx};
use rules::ids::{AwsCallId, DriftId, TenantId};
use rules::isolation::{SagaStep, Urgency};
use rules::limits;
use std::sync::Arc;

pub(crate) struct Control<'a> {
    context: &'a Context,
    ses: Arc<Ses>,
    /// `None`: the platform's own.
    about: Option<TenantId>,
    urgency: Urgency,
}

impl Context {
    /// In the platform's account.
    pub(crate) fn control(&self, urgency: Urgency) -> Control<'_> {
        Control { context: self, ses: self.ses.clone(), about: None, urgency }
    }

    /// In the account that a tenant is in, moves to, or has left. `None`: the platform's.
    pub(crate) async fn control_in(
        &self,
        account: Option<&str>,
        tenant: TenantId,
        urgency: Urgency,
    ) -> Result<Control<'_>> {
        let ses = self.ses_in(account, tenant).await?;
        Ok(Control { context: self, ses, about: Some(tenant), urgency })
    }
}

impl Control<'_> {
    pub(crate) fn ses(&self) -> &Ses {
        &self.ses
    }

    pub(crate) fn region(&self) -> &str {
        self.ses().region()
    }

    pub(super) fn client(&self) -> &aws_sdk_sesv2::Client {
        &self.ses().client
    }

    /// Makes the request once the pace allows it. `resource`: what it is about, by name or ARN.
    pub(super) async fn call<T, E>(
        &self,
        operation: &'static str,
        resource: &str,
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, SesError>
    where
        T: RequestId,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        self.wait().await?;
        let answer = request.await;
        let request_id = answer.request_id().map(str::to_owned);
        let outcome = Ses::outcome(operation, answer);
        if outcome.as_ref().is_err_and(SesError::is_of_credentials) {
            self.context.forget_account(self.ses.account()).await;
        }
        let refusal = outcome.as_ref().err().map(|error| {
            let text: String = error.message.chars().take(limits::TROUBLE_CHARS_MAX).collect();
            text
        });
        let call = AwsCall {
            id: AwsCallId::new(self.context.now(), &*self.context.chance),
            at: self.context.now(),
            region: self.ses.place(),
            operation: operation.to_owned(),
            about: self.about,
            resource: resource.to_owned(),
            request_id,
            refusal,
        };
        let mut tx = WorkerTx::begin(&self.context.login).await.map_err(SesError::unwritten(operation))?;
        aws_calls::write(&mut tx, &call).await.map_err(SesError::unwritten(operation))?;
        tx.commit().await.map_err(SesError::unwritten(operation))?;
        outcome
    }

    pub(crate) fn new_drift(&self) -> DriftId {
        DriftId::new(self.context.now(), &*self.context.chance)
    }

    /// Which step of its saga is being taken for a tenant.
    pub(crate) async fn write_step(&self, tenant: TenantId, step: SagaStep) -> Result<(), SesError> {
        let unwritten = |error: db::Error| SesError::unwritten("a step")(error);
        let mut tx = TenantTx::begin_work(&self.context.login, tenant).await.map_err(unwritten)?;
        ses_tenants::write_step(&mut tx, Some(step)).await.map_err(unwritten)?;
        tx.commit().await.map_err(unwritten)
    }

    async fn wait(&self) -> Result<(), SesError> {
        const OPERATION: &str = "the pace of calls";
        let ses = self.ses();
        let Some(pace) = ses.settings.control_pace else { return Ok(()) };
        let _turn = ses.line.turn(self.urgency).await;
        let (now, place) = (self.context.now(), ses.place());
        let mut tx = WorkerTx::begin(&self.context.login).await.map_err(SesError::unwritten(OPERATION))?;
        let slot = aws_calls::take_slot(&mut tx, &place, now, pace);
        let slot = slot.await.map_err(SesError::unwritten(OPERATION))?;
        tx.commit().await.map_err(SesError::unwritten(OPERATION))?;
        // A clock that was set back far must not hold everybody up.
        let wait = std::time::Duration::try_from(slot - now).unwrap_or_default().min(pace * 60);
        tokio::time::sleep(wait).await;
        Ok(())
    }
}
