//! The entrances for time and chance. The real ones live in the server's `system.rs`; everything else is handed a time,
//! bytes, or one of these traits, so that a test decides what the hour is and what the dice show.

pub use ::time::{Duration, OffsetDateTime};

/// Machine time, in UTC: for sessions, limits, leases and time-outs.
pub trait Clock: Send + Sync {
    fn now(&self) -> OffsetDateTime;
}

/// The source of unpredictable bytes.
pub trait Chance: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}
