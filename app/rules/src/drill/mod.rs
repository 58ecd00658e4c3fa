//! The noisy-neighbour drill: two teams live side by side, one of them uploads a bad list, and the other's figures are compared
//! with those of the same weeks without that list. Here is what a report says, and how it is judged.

mod judge;
mod text;

pub use judge::{compare, judge};

use serde::{Deserialize, Serialize};

/// The shape of [`Report`], as its `format` says.
pub const FORMAT: &str = "ownlane.drill/1";

/// All of it. Times are RFC 3339, in UTC, on the calendar of the play.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Report {
    pub format: String,
    pub plan: Plan,
    pub runs: Vec<Run>,
    /// How far the neighbour's figures moved.
    pub moved: Vec<Moved>,
    pub findings: Vec<Finding>,
}

/// What is played, of each team the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Plan {
    pub seed: u64,
    /// Working days before the bad list, and from its day on.
    pub days_before: u16,
    pub days_after: u16,
    pub mailboxes: u16,
    /// Mails of a mailbox.
    pub a_day: u16,
    /// Rows of the bad list.
    pub bad_rows: u16,
    /// How far the moments are apart in which the worker works: no wait is known more exactly.
    pub step_secs: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrangement {
    /// Lanes and IPs of their own, and nobody uploads anything.
    Control,
    /// Lanes and IPs of their own, and team A uploads the bad list.
    Lanes,
    /// The same list, where both send from the same IPs and no pause of health holds.
    Shared,
}

/// A line of what a drill writes while it is played.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// How far it is, in words.
    Stage(String),
    Report(Box<Report>),
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Run {
    pub arrangement: Arrangement,
    pub seed: u64,
    /// When A started to write to the bad list.
    pub started_at: Option<String>,
    pub a: Team,
    pub b: Team,
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Team {
    pub days: Vec<Day>,
    /// Incidents, the first one first.
    pub stops: Vec<Stop>,
}

/// A working day of a team. Bounces and complaints count on the day on which their mail was sent.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Day {
    /// `2026-01-05`.
    pub date: String,
    /// Mails that its mailboxes may send.
    pub allowance: i64,
    pub sends: i64,
    /// From due to claimed.
    pub wait_p50_secs: i64,
    pub wait_p95_secs: i64,
    pub hard_bounces: i64,
    pub complaints: i64,
    /// Where the recipients' providers put the mails.
    pub inbox: i64,
    pub spam: i64,
    pub blocked: i64,
    pub incidents: i64,
    /// What stood still in the evening.
    pub paused: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Stop {
    pub at: String,
    /// `source`, `mailbox`, `sequence`, `domain` or `tenant`.
    pub part: String,
    pub name: String,
    pub cause: String,
    pub reason: String,
    /// Mails of it that were claimed after it stood still.
    pub mails_after: i64,
}

/// One figure of the neighbour, on the day on which it differed most.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Moved {
    pub figure: String,
    /// Between the run with the bad list and the control run.
    pub by: i64,
    /// Between the two control runs, which differ in nothing but chance.
    pub noise: i64,
    /// What is less than this cannot be seen.
    pub resolution: i64,
}

/// One sentence of what must hold, and what was seen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Finding {
    pub what: String,
    pub found: String,
    pub holds: bool,
}

impl Report {
    /// `runs`: a control run, another with other chance, the drill, and the shared arrangement, in any order.
    pub fn of(plan: Plan, runs: Vec<Run>) -> Self {
        let (moved, findings) = (compare(&plan, &runs), judge(&plan, &runs));
        Self { format: FORMAT.to_owned(), plan, runs, moved, findings }
    }

    pub fn holds(&self) -> bool {
        self.findings.iter().all(|finding| finding.holds)
    }

    pub fn run(&self, arrangement: Arrangement) -> Option<&Run> {
        find(&self.runs, arrangement)
    }
}

fn find(runs: &[Run], arrangement: Arrangement) -> Option<&Run> {
    runs.iter().find(|run| run.arrangement == arrangement)
}

impl Moved {
    pub fn is_noise(&self) -> bool {
        self.by <= self.noise.max(self.resolution)
    }
}

impl Arrangement {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Control => "Without the bad list",
            Self::Lanes => "In lanes of their own",
            Self::Shared => "Deliberately shared",
        }
    }
}

impl Day {
    pub const fn placed(&self) -> i64 {
        self.inbox + self.spam + self.blocked
    }

    /// In percent; `None`: nothing arrived anywhere.
    pub const fn inbox_percent(&self) -> Option<i64> {
        percent(self.inbox, self.placed())
    }
}

pub(crate) const fn percent(part: i64, whole: i64) -> Option<i64> {
    if whole > 0 { Some((100 * part + whole / 2) / whole) } else { None }
}

/// The value that so many percent of the sorted values do not exceed (nearest rank).
pub fn percentile(sorted: &[i64], percent: usize) -> i64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}
