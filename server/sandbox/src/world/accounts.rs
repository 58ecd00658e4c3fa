//! Who calls: home, or whoever assumed a role of another account.

use super::{Outcome, World, after, instead};
use crate::signature::Scope;
use crate::sts::{self, Caller, NotARole};
use crate::wire::Failure;
use crate::world::Call;
use serde_json::{Value, json};

impl World {
    /// A role of any account, which whoever knows its external id may assume. One of that ARN is replaced.
    pub fn add_role(&self, arn: &str, external_id: Option<&str>) -> Result<(), NotARole> {
        self.change(|inner| inner.state.sts.add_role(arn, external_id))
    }

    /// False: there is none. Who has assumed it keeps that until it expires.
    pub fn remove_role(&self, arn: &str) -> bool {
        self.change(|inner| inner.state.sts.remove_role(arn))
    }

    pub(crate) fn roles(&self) -> Value {
        json!(self.inner().state.sts.roles().collect::<Vec<_>>())
    }

    pub(crate) fn caller(&self, scope: &Scope, token: Option<&str>) -> Result<Caller, Failure> {
        self.inner().state.sts.caller(&scope.key, token, (self.0.now)())
    }

    /// Runs the operation, or the fault that awaits it, and keeps the call.
    pub(crate) fn answer_sts(&self, caller: &Caller, call: &sts::Call) -> Outcome<sts::Found> {
        let (now, operation) = ((self.0.now)(), call.operation());
        let mut inner = self.inner();
        let fault = inner.faults.take(operation, &*self.0.chance);
        let outcome = match instead(fault) {
            Some(outcome) => outcome,
            None => after(fault, inner.state.sts.perform(caller, call, now, &*self.0.chance)),
        };
        let status = outcome.status();
        let body = call.shown();
        super::keep_call(
            &mut inner.calls,
            Call { operation: operation.to_owned(), path: "/".to_owned(), status, body, unknown: Vec::new() },
        );
        let inner = &mut *inner;
        inner.folder.keep(&inner.state);
        outcome
    }
}
