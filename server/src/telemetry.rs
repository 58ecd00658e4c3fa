//! The log: lines on standard error. `RUST_LOG` narrows or widens it.

use tracing_subscriber::EnvFilter;

/// Postgres's notices (such as "already exists, skipping") say nothing to an operator.
const DEFAULT: &str = "info,sqlx::postgres::notice=warn";

pub fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
