//! Faults as callers meet them: what is to come, and what a call ends in when one takes it.

use super::{Outcome, World};
use crate::faults::{Fault, FaultKind, Faults, Odds};
use crate::wire::Failure;

impl World {
    pub fn fail(&self, fault: Fault) {
        self.inner().faults.push(fault);
    }

    /// In place of the odds before.
    pub fn set_odds(&self, odds: Vec<Odds>) {
        self.inner().faults.set_odds(odds);
    }

    /// No fault is left to come, counted or by odds.
    pub fn end_faults(&self) {
        self.inner().faults = Faults::default();
    }
}

/// What the caller meets in place of the operation.
pub(super) fn instead<T>(fault: Option<FaultKind>) -> Option<Outcome<T>> {
    Some(match fault? {
        FaultKind::TooManyRequests => Outcome::Answer(Err(Failure::too_many_requests())),
        FaultKind::InternalError => Outcome::Answer(Err(Failure::internal_error())),
        FaultKind::ServiceUnavailable => Outcome::Answer(Err(Failure::service_unavailable())),
        FaultKind::NotFound => Outcome::Answer(Err(Failure::not_found("It is not known here."))),
        FaultKind::Garbage => Outcome::Garbage,
        FaultKind::Hang => Outcome::Hang,
        FaultKind::AcceptThenHang | FaultKind::AcceptThenReset | FaultKind::FailInPart | FaultKind::SlowDrip => {
            return None;
        }
    })
}

/// What the caller learns of the operation's answer. A refusal is always told.
pub(super) fn after<T>(fault: Option<FaultKind>, answer: Result<T, Failure>) -> Outcome<T> {
    match (fault, answer) {
        (Some(FaultKind::AcceptThenHang), Ok(_)) => Outcome::Hang,
        (Some(FaultKind::AcceptThenReset), Ok(_)) => Outcome::Reset,
        (Some(FaultKind::SlowDrip), answer) => Outcome::Drip(answer),
        (_, answer) => Outcome::Answer(answer),
    }
}
