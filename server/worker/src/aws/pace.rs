//! The pace of calls that do not send: SES takes one a second from the whole account. In this process the most urgent call
//! goes first, and one that waits long grows urgent; between processes a row in the database hands out the moments.

use rules::isolation::Urgency;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

#[derive(Default)]
pub(super) struct Line {
    waiting: Mutex<Waiting>,
    changed: Notify,
}

#[derive(Default)]
struct Waiting {
    /// By the moment from which on it is as urgent as what is urgent at once.
    places: BTreeSet<(Instant, u64)>,
    next: u64,
    is_taken: bool,
}

/// The next call is this one's; dropped, it is the next one's.
pub(super) struct Turn<'a>(&'a Line);

/// A place in the line, given up when dropped.
struct Place<'a> {
    line: &'a Line,
    key: (Instant, u64),
}

impl Line {
    pub(super) async fn turn(&self, urgency: Urgency) -> Turn<'_> {
        self.turn_within(patience(urgency)).await
    }

    /// `patience`: for how long it may be overtaken.
    async fn turn_within(&self, patience: Duration) -> Turn<'_> {
        let place = self.stand(patience);
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable(); // before the look: what changes meanwhile wakes
            {
                let mut waiting = self.waiting();
                if !waiting.is_taken && waiting.places.first() == Some(&place.key) {
                    waiting.is_taken = true;
                    return Turn(self);
                }
            }
            changed.await;
        }
    }

    fn stand(&self, patience: Duration) -> Place<'_> {
        let mut waiting = self.waiting();
        let key = (Instant::now() + patience, waiting.next);
        waiting.next += 1;
        waiting.places.insert(key);
        Place { line: self, key }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.line.waiting().places.remove(&self.key);
        self.line.changed.notify_waiters();
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.waiting().is_taken = false;
        self.0.changed.notify_waiters();
    }
}

const fn patience(urgency: Urgency) -> Duration {
    Duration::from_secs(match urgency {
        Urgency::Person => 0,
        Urgency::Pause => 2,
        Urgency::Routine => 30,
        Urgency::Sweep => 300,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    async fn order(line: &Arc<Line>, urgencies: &[Urgency]) -> Vec<usize> {
        let first = line.turn(Urgency::Sweep).await; // while it lasts, all others wait
        let (done, mut order) = tokio::sync::mpsc::unbounded_channel();
        let mut tasks = tokio::task::JoinSet::new();
        for (index, urgency) in urgencies.iter().copied().enumerate() {
            let (line, done) = (line.clone(), done.clone());
            tasks.spawn(async move {
                let _turn = line.turn(urgency).await;
                assert!(done.send(index).is_ok());
            });
            tokio::task::yield_now().await;
        }
        drop((first, done));
        let mut seen = Vec::new();
        while let Some(index) = order.recv().await {
            seen.push(index);
        }
        seen
    }

    #[tokio::test]
    async fn the_most_urgent_goes_first_and_equals_in_their_order() {
        let line = Arc::new(Line::default());
        let urgencies = [Urgency::Sweep, Urgency::Person, Urgency::Routine, Urgency::Pause, Urgency::Person];
        assert_eq!(order(&line, &urgencies).await, [1, 4, 3, 2, 0]);
    }

    #[tokio::test]
    async fn who_waits_long_goes_before_what_is_urgent_now() {
        let line = Arc::new(Line::default());
        let holds = line.turn(Urgency::Person).await;
        let (done, mut order) = tokio::sync::mpsc::unbounded_channel();
        for patience in [50, 0] {
            let (line, done) = (line.clone(), done.clone());
            tokio::spawn(async move {
                let _turn = line.turn_within(Duration::from_millis(patience)).await;
                assert!(done.send(patience).is_ok());
            });
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        drop(holds);
        assert_eq!((order.recv().await, order.recv().await), (Some(50), Some(0)));
    }

    #[tokio::test]
    async fn who_goes_away_holds_up_nobody() {
        let line = Arc::new(Line::default());
        let holds = line.turn(Urgency::Person).await;
        let gone = tokio::spawn({
            let line = line.clone();
            async move { drop(line.turn(Urgency::Person).await) }
        });
        tokio::task::yield_now().await;
        gone.abort();
        drop(gone.await);
        drop(holds);
        assert!(tokio::time::timeout(Duration::from_secs(1), line.turn(Urgency::Sweep)).await.is_ok(), "held up");
    }
}
