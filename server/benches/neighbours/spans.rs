//! How long the judging of bounces and complaints takes in all, waits for the database included: by the span that stands about it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tracing::span::{Attributes, Id};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

static NANOS: AtomicU64 = AtomicU64::new(0);
static COUNT: AtomicU64 = AtomicU64::new(0);

struct Judging;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Judging {
    fn on_new_span(&self, _: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(Instant::now());
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let began = context.span(&id).and_then(|span| span.extensions().get::<Instant>().copied());
        let took = began.map_or(Duration::ZERO, |began| began.elapsed());
        NANOS.fetch_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        COUNT.fetch_add(1, Ordering::Relaxed);
    }
}

/// From now on it is measured.
pub fn listen() {
    let is_judging = |it: &Metadata<'_>| it.is_span() && it.name() == "judge_mails";
    // A filter of all, not of the layer: of one of those, records of the crate "log" on the same thread leave spans unseen.
    tracing_subscriber::registry().with(filter_fn(is_judging)).with(Judging).init();
}

/// How often it was judged so far, and how long that took.
pub fn total() -> (u64, Duration) {
    (COUNT.load(Ordering::Relaxed), Duration::from_nanos(NANOS.load(Ordering::Relaxed)))
}
