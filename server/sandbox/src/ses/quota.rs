//! How much and how fast a region may send, and be called for anything else. It counts recipients, not messages.

use crate::wire::Failure;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The same in every region.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Quota {
    /// −1: without limit.
    pub(crate) max_24_hours: f64,
    /// Recipients a second. Negative: without limit.
    pub(crate) max_rate: f64,
    /// Calls a second that do not send. Negative: without limit; Amazon has 1.
    #[serde(default = "unlimited")]
    pub(crate) control_rate: f64,
}

/// Recipients by the hour of the epoch in which their mail was taken.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Sent(BTreeMap<i64, u32>);

/// Token buckets by region. They do not outlive the process.
#[derive(Default)]
pub(crate) struct Rates(BTreeMap<String, Bucket>);

struct Bucket {
    tokens: f64,
    at: f64,
}

const MILLIS_AN_HOUR: i64 = 3_600_000;
const HOURS: i64 = 24;

impl Default for Quota {
    /// As a new account in production has it.
    fn default() -> Self {
        Self { max_24_hours: 50_000.0, max_rate: 14.0, control_rate: unlimited() }
    }
}

fn unlimited() -> f64 {
    -1.0
}

impl Quota {
    pub(super) fn admit_to_day(self, sent: &mut Sent, now: i64, recipients: u32) -> Result<(), Failure> {
        let after = sent.last_24_hours(now) + f64::from(recipients);
        if self.max_24_hours >= 0.0 && recipients > 0 && after > self.max_24_hours {
            return Err(Failure::limit_exceeded("Daily message quota exceeded."));
        }
        Ok(())
    }
}

impl Sent {
    pub(super) fn add(&mut self, now: i64, recipients: u32) {
        if recipients > 0 {
            *self.0.entry(now.div_euclid(MILLIS_AN_HOUR)).or_default() += recipients;
        }
    }

    pub(super) fn last_24_hours(&mut self, now: i64) -> f64 {
        let oldest = now.div_euclid(MILLIS_AN_HOUR) - HOURS;
        while self.0.first_key_value().is_some_and(|(hour, _)| *hour <= oldest) {
            self.0.pop_first();
        }
        self.0.values().copied().map(f64::from).sum()
    }
}

impl Rates {
    /// One second's worth may go at once. A mail to more recipients than that goes when the bucket is full, and those after
    /// it wait the longer.
    pub(super) fn take(&mut self, region: &str, rate: f64, now: f64, recipients: u32) -> Result<(), Failure> {
        let exceeded = || Failure::new(429, "TooManyRequestsException", "Maximum sending rate exceeded.");
        if self.has(region, rate, now, recipients) { Ok(()) } else { Err(exceeded()) }
    }

    /// For a call that does not send.
    pub(crate) fn take_control(&mut self, region: &str, rate: f64, now: f64) -> Result<(), Failure> {
        let is_taken = self.has(&format!("{region} control"), rate, now, 1);
        if is_taken { Ok(()) } else { Err(Failure::too_many_requests()) }
    }

    fn has(&mut self, region: &str, rate: f64, now: f64, recipients: u32) -> bool {
        if rate < 0.0 {
            return true;
        }
        if !self.0.contains_key(region) {
            self.0.insert(region.to_owned(), Bucket { tokens: rate, at: now });
        }
        let Some(bucket) = self.0.get_mut(region) else { return true };
        bucket.tokens = (bucket.tokens + (now - bucket.at).max(0.0) * rate).min(rate);
        bucket.at = now;
        if bucket.tokens < f64::from(recipients).min(rate) || rate == 0.0 {
            return false;
        }
        bucket.tokens -= f64::from(recipients);
        true
    }
}
