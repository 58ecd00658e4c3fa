//! The world's clock and its dice: time moved ahead, and a beginning from a seed.

use super::{Inner, World};
use crate::state::State;
use crate::{Chance, Now};
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// By how much the world's time is ahead of whoever runs it, in milliseconds.
#[derive(Clone, Default)]
pub(super) struct Ahead(Arc<AtomicI64>);

/// `None`: real chance.
#[derive(Clone, Default)]
pub(super) struct Dice(Arc<Mutex<Option<StdRng>>>);

const DAYS_AHEAD_MAX: f64 = 3650.0;
const DAY_SECS: f64 = 86_400.0;

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("Time moves ahead by 0 seconds to ten years.")]
pub struct NotAhead;

impl Ahead {
    pub(super) fn of(millis: i64) -> Self {
        Self(Arc::new(AtomicI64::new(millis)))
    }

    #[expect(clippy::cast_precision_loss, reason = "milliseconds of some decades are exact in a double")]
    pub(super) fn on(&self, now: Now) -> Now {
        let ahead = self.clone();
        Arc::new(move || now() + ahead.0.load(Ordering::Relaxed) as f64 / 1000.0)
    }
}

impl Dice {
    pub(super) fn or(&self, chance: Chance) -> Chance {
        let dice = self.clone();
        Arc::new(move |bytes| match &mut *dice.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(seeded) => seeded.fill_bytes(bytes),
            None => chance(bytes),
        })
    }
}

impl World {
    /// The world's time, of SES, queues and events, moves ahead by so many seconds.
    pub fn advance(&self, secs: f64) -> Result<(), NotAhead> {
        if !(0.0..=DAYS_AHEAD_MAX * DAY_SECS).contains(&secs) {
            return Err(NotAhead);
        }
        let millis = crate::moment::millis(secs);
        self.change(|inner| {
            inner.state.ahead_millis += millis;
            self.0.ahead.0.store(inner.state.ahead_millis, Ordering::Relaxed);
        });
        self.0.arrivals.notify_waiters(); // what is due now
        Ok(())
    }

    /// A new world: nothing published, made, sent or broken, time as it is. With a seed it is the same in every run, as
    /// far as its callers are.
    pub fn reset(&self, seed: Option<u64>) {
        *self.0.dice.0.lock().unwrap_or_else(PoisonError::into_inner) = seed.map(StdRng::seed_from_u64);
        self.change(|inner| {
            let (mut queues, mut buckets) =
                (std::mem::take(&mut inner.state.queues), std::mem::take(&mut inner.state.buckets));
            queues.clear();
            buckets.clear();
            let folder = std::mem::take(&mut inner.folder);
            *inner = Inner { folder, ..Inner::of(State { queues, buckets, ..State::default() }) };
            inner.crowd.shares.seed = seed.unwrap_or_default();
            self.0.ahead.0.store(0, Ordering::Relaxed);
        });
        self.0.outbox.clear();
        self.furnish();
    }
}
