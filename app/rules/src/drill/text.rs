//! A drill's report as lines of text, for a terminal.

use super::{Arrangement, Moved, Report, Run, Team};
use std::fmt;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for run in &self.runs {
            writeln!(f, "{} (seed {})\n", run.arrangement.label(), run.seed)?;
            for (name, team) in [("Team A", &run.a), ("Team B", &run.b)] {
                write_team(f, name, team)?;
            }
            write_stops(f, run)?;
        }
        writeln!(f, "How far B's figures moved on any day; between two runs without the list (noise)\n")?;
        writeln!(f, "  {:<24} {:>10} {:>10} {:>10}", "", "moved", "noise", "resolution")?;
        for Moved { figure, by, noise, resolution } in &self.moved {
            writeln!(f, "  {figure:<24} {by:>10} {noise:>10} {resolution:>10}")?;
        }
        f.write_str("\n")?;
        for finding in &self.findings {
            let verdict = if finding.holds { "ok" } else { "NOT" };
            writeln!(f, "{verdict:<4} {} {}", finding.what, finding.found)?;
        }
        Ok(())
    }
}

fn write_team(f: &mut fmt::Formatter<'_>, name: &str, team: &Team) -> fmt::Result {
    write!(f, "  {name:<11}")?;
    for word in ["allowed", "sends", "p50 s", "p95 s", "bounces", "complaints", "inbox", "spam", "blocked"] {
        write!(f, " {word:>10}")?;
    }
    writeln!(f, "  paused")?;
    for day in &team.days {
        write!(f, "  {:<11}", day.date)?;
        let sent = [day.allowance, day.sends, day.wait_p50_secs, day.wait_p95_secs];
        let became = [day.hard_bounces, day.complaints, day.inbox, day.spam, day.blocked];
        for figure in sent.into_iter().chain(became) {
            write!(f, " {figure:>10}")?;
        }
        writeln!(f, "  {}", day.paused.join(", "))?;
    }
    f.write_str("\n")
}

/// Where nothing is meant to stop for long, they would be many.
fn write_stops(f: &mut fmt::Formatter<'_>, run: &Run) -> fmt::Result {
    if run.arrangement == Arrangement::Shared {
        return Ok(());
    }
    for (name, team) in [("A", &run.a), ("B", &run.b)] {
        for stop in &team.stops {
            writeln!(f, "  {}: {} “{}” of {name} stopped: {}\n", stop.at, stop.part, stop.name, stop.reason)?;
        }
    }
    Ok(())
}
