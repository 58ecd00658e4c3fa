//! The real clock and the real dice: the one place that asks the machine for either.

use rules::time::{Chance, Clock, OffsetDateTime};
use std::sync::Arc;

/// What tells the time and throws the dice: the machine's own, or a play's.
#[derive(Clone)]
pub struct Machine {
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
}

impl Machine {
    pub fn real() -> Self {
        Self { clock: Arc::new(SystemClock), chance: Arc::new(SystemChance) }
    }
}

pub struct SystemClock;

#[expect(clippy::disallowed_methods, reason = "the one place that asks for the time")]
impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        // Postgres keeps microseconds: what we compare must be what it gives back.
        let now = OffsetDateTime::now_utc();
        now.replace_nanosecond(now.microsecond() * 1000).unwrap_or(now)
    }
}

pub struct SystemChance;

#[expect(clippy::disallowed_methods, reason = "the one place that throws the dice")]
impl Chance for SystemChance {
    fn fill(&self, bytes: &mut [u8]) {
        rand::fill(bytes);
    }
}
