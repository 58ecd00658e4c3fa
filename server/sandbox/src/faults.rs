//! Faults to come: which calls fail, and how. It decides only; `http` carries a fault out.
//! Those that are counted come first; a call that none of them takes fails by the odds.

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

/// Of the calls of `operation`, `percent` in a hundred fail in this way, at random, until other odds are set. Of several odds
/// for one operation a call meets at most one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Odds {
    pub operation: String,
    pub percent: u8,
    pub kind: FaultKind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum FaultKind {
    TooManyRequests,
    InternalError,
    ServiceUnavailable,
    /// Not found, as from a place that has not heard of it yet. No effect.
    NotFound,
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
    /// The call takes effect; its answer comes a byte a second, for 60 seconds at most.
    SlowDrip,
}

#[derive(Default)]
pub(crate) struct Faults {
    queue: VecDeque<Fault>,
    odds: Vec<Odds>,
}

impl Faults {
    pub(crate) fn push(&mut self, fault: Fault) {
        self.queue.push_back(fault);
    }

    /// In place of those before.
    pub(crate) fn set_odds(&mut self, odds: Vec<Odds>) {
        self.odds = odds;
    }

    /// Counts the call and says how it fails.
    pub(crate) fn take(&mut self, operation: &str, chance: &dyn Fn(&mut [u8])) -> Option<FaultKind> {
        self.counted(operation).or_else(|| self.drawn(operation, chance))
    }

    fn drawn(&self, operation: &str, chance: &dyn Fn(&mut [u8])) -> Option<FaultKind> {
        let mut odds = self.odds.iter().filter(|odds| odds.operation == operation).peekable();
        odds.peek()?;
        let draw = percent(chance);
        let mut below = 0;
        odds.find(|odds| {
            below += u32::from(odds.percent);
            draw < below
        })
        .map(|odds| odds.kind)
    }

    fn counted(&mut self, operation: &str) -> Option<FaultKind> {
        let mut taken = None;
        for fault in &mut self.queue {
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
        self.queue.retain(|fault| fault.times > 0);
        taken
    }
}

/// One of 0 to 99, each as likely.
pub(crate) fn percent(chance: &dyn Fn(&mut [u8])) -> u32 {
    let mut bytes = [0; 4];
    chance(&mut bytes);
    u32::from_le_bytes(bytes) % 100
}

fn once() -> u32 {
    1
}
