//! Calls to SQS. Only a receive that finds nothing waits, and it holds nothing while it does.

use super::{Outcome, World, after, instead};
use crate::faults::FaultKind;
use crate::moment;
use crate::place::Place;
use crate::sqs::{self, Operation, Request};
use crate::wire::Answer;
use serde_json::{Map, Value};
use std::time::Duration;

/// A signed request for an operation that exists.
pub(crate) struct QueueCall {
    pub(crate) operation: &'static Operation,
    pub(crate) place: Place,
    pub(crate) body: Map<String, Value>,
}

/// While messages are to come back, it is looked at the world's clock again after so long: a test may set it forward.
const NAP_MILLIS_MAX: i64 = 20;

impl World {
    /// Messages in the queues of that name in all places: to be received, in flight, delayed. Not those held back.
    pub fn queued(&self, queue: &str) -> usize {
        self.inner().state.queues.queued(queue)
    }

    /// Runs the operation, or the fault that awaits it.
    pub(crate) async fn answer_queue(&self, call: &QueueCall) -> Outcome {
        let fault = self.inner().faults.take(call.operation.name, &*self.0.chance);
        if let Some(outcome) = instead(fault) {
            return outcome;
        }
        let answer = if call.operation.waits() { self.receive(call).await } else { self.perform_queue(call, fault).0 };
        if answer.is_ok() {
            self.0.arrivals.notify_waiters(); // a changed visibility may bring a message back
        }
        after(fault, answer)
    }

    async fn receive(&self, call: &QueueCall) -> Answer {
        let wait = sqs::wait_secs(&call.body)?;
        let deadline = tokio::time::sleep(Duration::from_secs(wait));
        tokio::pin!(deadline);
        loop {
            let arrival = self.0.arrivals.notified();
            tokio::pin!(arrival);
            arrival.as_mut().enable(); // before the look: what comes meanwhile wakes
            let (answer, nap) = self.perform_queue(call, None);
            let found = answer.as_ref().map_or(true, |answer| answer.get("Messages").is_some());
            if found || wait == 0 {
                return answer;
            }
            tokio::select! {
                () = &mut deadline => return answer,
                () = &mut arrival => {}
                () = tokio::time::sleep(nap.unwrap_or_default()), if nap.is_some() => {}
            }
        }
    }

    /// The answer, and for how long at most to wait with the next look. `None`: until something comes.
    fn perform_queue(&self, call: &QueueCall, fault: Option<FaultKind>) -> (Answer, Option<Duration>) {
        let mut inner = self.inner();
        let inner = &mut *inner;
        let now = moment::millis((self.0.now)());
        let mut request = Request {
            place: &call.place,
            body: &call.body,
            queues: &mut inner.state.queues,
            now,
            address: self.0.address,
            shuffle: inner.plan.shuffle,
            fail_in_part: fault == Some(FaultKind::FailInPart),
            buried: false,
            chance: &*self.0.chance,
        };
        let answer = call.operation.perform(&mut request);
        let nap = match call.operation.waits() {
            true => sqs::next_due(&mut request).map(|due| (due - now).clamp(1, NAP_MILLIS_MAX).unsigned_abs()),
            false => None,
        };
        let empty = matches!(&answer, Ok(Value::Object(members)) if call.operation.waits() && members.is_empty());
        inner.unsaved |= request.buried || answer.is_ok() && !empty;
        (answer, nap.map(Duration::from_millis))
    }
}
