#!/usr/bin/env bash
# tracing-subscriber 0.3.23 with tracing-log 0.2.0 and log 0.4 (crates.io), rustc 1.95.
# A layer with a filter of its own that takes spans only. Whoever asks by `log::log_enabled!` whether a record would be written
# (as clients of databases do before each statement) hides the next span of that thread from the layer, although its filter takes
# every span: whoever times or counts by such a layer misses some, without a word. Writing the record hides nothing, nor does
# asking by tracing's own `enabled!`.
# Output seen:
#   log_enabled!       spans 6, seen 3
#   log::info!         spans 6, seen 6
#   tracing::enabled!  spans 6, seen 6
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cat > "$folder/Cargo.toml" <<'TOML'
[package]
name = "finding"
version = "0.0.0"
edition = "2024"
[dependencies]
log = "0.4"
tracing = "0.1"
tracing-subscriber = "=0.3.23"
tracing-log = "=0.2.0"
TOML
cat > "$folder/src/main.rs" <<'RUST'
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use tracing::{Subscriber, span};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::Context;
use tracing_subscriber::{Layer, prelude::*, registry};

static SEEN: AtomicUsize = AtomicUsize::new(0);

struct Count;

impl<S: Subscriber> Layer<S> for Count {
    fn on_new_span(&self, _: &span::Attributes<'_>, _: &span::Id, _: Context<'_, S>) {
        SEEN.fetch_add(1, SeqCst);
    }
}

fn spans(between: fn()) -> usize {
    SEEN.store(0, SeqCst);
    for at in 0..6 {
        if at % 2 == 1 {
            between();
        }
        drop(tracing::info_span!("work"));
    }
    SEEN.load(SeqCst)
}

fn main() {
    registry().with(Count.with_filter(filter_fn(|it| it.is_span()))).init();
    println!("log_enabled!       spans 6, seen {}", spans(|| { let _ = log::log_enabled!(log::Level::Info); }));
    println!("log::info!         spans 6, seen {}", spans(|| log::info!("a statement took 1 ms")));
    println!("tracing::enabled!  spans 6, seen {}", spans(|| { let _ = tracing::enabled!(tracing::Level::INFO); }));
}
RUST
seen=$(cd "$folder" && cargo run --quiet)
echo "$seen"
wanted="log_enabled!       spans 6, seen 3
log::info!         spans 6, seen 6
tracing::enabled!  spans 6, seen 6"
[ "$seen" = "$wanted" ] || { echo "It behaves otherwise now." >&2; exit 1; }
