//! Calls to S3.

use super::{Outcome, World, after, instead};
use crate::moment;
use crate::s3;

impl World {
    /// Runs the operation, or the fault that awaits it.
    pub(crate) fn answer_bucket(&self, call: &mut s3::Call) -> Outcome<s3::Reply> {
        let mut inner = self.inner();
        let inner = &mut *inner;
        let fault = inner.faults.take(call.operation.name, &*self.0.chance);
        if let Some(outcome) = instead(fault) {
            return outcome;
        }
        let answer = call.perform(&mut inner.state.buckets, moment::millis((self.0.now)()));
        inner.unsaved |= answer.is_ok() && call.operation.changes();
        after(fault, answer)
    }
}
