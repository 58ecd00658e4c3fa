//! `make bench`: what isolation costs and gives, as ratios within one run: a neighbour's wait beside a backlog of a million, what
//! judging costs of the events taken in, and the console where a thousand tenants have ten million mails. Figures are shown, not
//! asserted. The site and its teams are those of the tests.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on is none")]

#[path = "../parts/backlog.rs"]
mod backlog;
mod console;
#[path = "../../tests/pages/harness.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod harness;
mod judging;
mod spans;
#[path = "../../tests/pages/teams.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod teams;
mod waits;
#[path = "../../tests/pages/world.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod world;

use crate::harness::TestSite;
use db::embedded_postgres::{EmbeddedPostgres, Options};
use db::fixtures::TestDatabase;

fn main() {
    spans::listen();
    let folder = tempfile::tempdir().unwrap();
    // As it runs for users: every commit reaches the disk.
    let options = Options { data: folder.path().join("data"), bin: None, path: None, throw_away: false };
    let postgres = EmbeddedPostgres::start(&options).unwrap();
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(figures(&postgres));
}

async fn figures(postgres: &EmbeddedPostgres) {
    let new = async || TestSite::in_real_time(TestDatabase::on(&postgres.maintenance_url()).await).await;
    // Those that are named, or all.
    let named: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    let wanted = |name: &str| named.is_empty() || named.iter().any(|it| it == name);
    if wanted("waits") {
        waits::measure(&new().await).await;
    }
    if wanted("judging") {
        judging::measure(&new().await).await;
    }
    if wanted("console") {
        console::measure(&new().await).await;
    }
}
