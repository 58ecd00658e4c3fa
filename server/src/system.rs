//! The real clock and the real dice: the one place that asks the machine for either.

use rules::time::{Chance, Clock, OffsetDateTime};

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
