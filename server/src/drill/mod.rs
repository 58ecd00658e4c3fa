//! `ownlane drill`: a story played in throw-away worlds, with the product's own forms and its real worker, and a report of what
//! it showed. It never touches the data that anybody works with.

pub mod command;
mod ground;
pub mod keeper;
mod list;
mod story;

use crate::BoxError;
use crate::config::{Config, ForeignDatabase, PublicUrl};
use ground::Ground;
use rules::drill::{Arrangement, Plan, Report};
use rules::time::OffsetDateTime;
use std::time::Duration as Wait;
use story::Story;

/// How long a run may take.
const PATIENCE: Wait = Wait::from_secs(40 * 60);
/// Of each mailbox.
const A_DAY: u16 = 20;
const BAD_ROWS: u16 = 400;
/// A Monday, six o'clock in the morning, UTC.
const BEGIN: OffsetDateTime = time::macros::datetime!(2026-01-05 06:00 UTC);

/// Hears how far it is, in words. That it cannot be told any more ends the play.
type Say<'a> = &'a (dyn Fn(&str) -> Result<(), BoxError> + Sync);

/// How much is played.
#[derive(Clone, Copy)]
pub struct Scale {
    /// Working days before the bad list, and from its day on.
    pub days_before: u16,
    pub days_after: u16,
    pub mailboxes: u16,
    /// How far the moments are apart in which the worker works.
    pub step_secs: i64,
}

impl Scale {
    /// Two weeks well, and one with the bad list.
    pub const WHOLE: Self = Self { days_before: 10, days_after: 5, mailboxes: 4, step_secs: 240 };
    /// As much as shows the same.
    pub const SMALL: Self = Self { days_before: 2, days_after: 2, mailboxes: 2, step_secs: 600 };

    pub const fn plan(self, seed: u64) -> Plan {
        Plan {
            seed,
            days_before: self.days_before,
            days_after: self.days_after,
            mailboxes: self.mailboxes,
            a_day: A_DAY,
            bad_rows: BAD_ROWS,
            step_secs: self.step_secs,
        }
    }
}

/// The runs of a report: with the seed of each.
pub const fn runs(seed: u64) -> [(Arrangement, u64); 4] {
    [
        (Arrangement::Lanes, seed),
        (Arrangement::Control, seed),
        (Arrangement::Shared, seed),
        (Arrangement::Control, seed.wrapping_add(1)),
    ]
}

/// Plays all runs, two at a time. `databases`: an empty one for each, which nobody works with.
pub async fn noisy_neighbour(
    config: &Config,
    databases: [ForeignDatabase; 4],
    scale: Scale,
    seed: u64,
    say: Say<'_>,
) -> Result<Report, BoxError> {
    let [first, second, third, fourth] = databases;
    let [one, two, three, four] = runs(seed);
    let say_first = |stage: &str| say(&format!("Runs 1 and 2 of 4. {stage}"));
    let say_last = |stage: &str| say(&format!("Runs 3 and 4 of 4. {stage}"));
    let (one, two) =
        tokio::try_join!(play(config, first, scale, one, &say_first), play(config, second, scale, two, &say_first))?;
    let (three, four) =
        tokio::try_join!(play(config, third, scale, three, &say_last), play(config, fourth, scale, four, &say_last))?;
    Ok(Report::of(scale.plan(seed), vec![two, one, three, four]))
}

async fn play(
    config: &Config,
    database: ForeignDatabase,
    scale: Scale,
    (arrangement, seed): (Arrangement, u64),
    say: Say<'_>,
) -> Result<rules::drill::Run, BoxError> {
    let url = PublicUrl::parse("http://drill.ownlane.example").ok_or("no address")?;
    let config = config.apart(url, database);
    let ground = Ground::prepare(&config, seed, BEGIN).await?;
    let days = scale.days_before + scale.days_after;
    let say_day = |day: usize| say(&format!("{}: day {} of {days}.", arrangement.label(), day + 1));
    let played = tokio::time::timeout(PATIENCE, Story::new(ground, scale, arrangement, &say_day).play(seed)).await;
    played.map_err(|_| format!("A run took longer than {} minutes.", PATIENCE.as_secs() / 60))?
}
