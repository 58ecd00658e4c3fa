//! Faults to come: which calls fail, and how. It decides only; `http` carries a fault out.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// The `times` matching calls after the first `skip` matching ones fail. Faults queue: a call that an earlier fault
/// takes is not counted by the later ones.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Fault {
    /// An operation's name, like `SendEmail`, `ReceiveMessage` or `GetObject`. `None`: every one, of SES, SQS and S3.
    #[serde(default)]
    pub operation: Option<String>,
    #[serde(default)]
    pub skip: u32,
    #[serde(default = "once")]
    pub times: u32,
    pub kind: FaultKind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum FaultKind {
    TooManyRequests,
    InternalError,
    ServiceUnavailable,
    /// No effect and no answer: the connection is dropped after 60 seconds.
    Hang,
    /// The call takes effect; no answer, the connection is dropped after 60 seconds.
    AcceptThenHang,
    /// The call takes effect; the connection is dropped at once.
    AcceptThenReset,
    /// Of a batch to SQS every other entry fails, from the second on. Any other call takes its course.
    FailInPart,
    /// 200 with an HTML page, as from a proxy on the way. No effect.
    Garbage,
}

#[derive(Default)]
pub(crate) struct Faults(VecDeque<Fault>);

impl Faults {
    pub(crate) fn push(&mut self, fault: Fault) {
        self.0.push_back(fault);
    }

    /// Counts the call and says how it fails.
    pub(crate) fn take(&mut self, operation: &str) -> Option<FaultKind> {
        let mut taken = None;
        for fault in &mut self.0 {
            if fault.operation.as_deref().is_some_and(|wanted| wanted != operation) || fault.times == 0 {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            fault.times -= 1;
            taken = Some(fault.kind);
            break;
        }
        self.0.retain(|fault| fault.times > 0);
        taken
    }
}

fn once() -> u32 {
    1
}
