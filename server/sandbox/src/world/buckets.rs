//! Calls to S3.

use super::{Outcome, World, after, instead};
use crate::moment;
use crate::s3;
use crate::wire::Failure;
use axum::body::Bytes;

impl World {
    /// Reads the body of a call, outside every lock.
    pub(crate) fn take_body(&self, call: &mut s3::Call, body: Bytes) -> Result<(), Failure> {
        call.take(body, &self.0.files, moment::millis((self.0.now)()))
    }

    /// Runs the operation, or the fault that awaits it.
    pub(crate) fn answer_bucket(&self, call: &mut s3::Call) -> Outcome<s3::Reply> {
        let mut inner = self.inner();
        let inner = &mut *inner;
        let fault = inner.faults.take(call.operation.name, &*self.0.chance);
        if let Some(outcome) = instead(fault) {
            call.drop_upload(&inner.state.buckets.files);
            return outcome;
        }
        let answer = call.perform(&mut inner.state.buckets);
        inner.unsaved |= answer.is_ok() && call.operation.changes();
        after(fault, answer)
    }
}
