//! What the drill must show, each with what was seen. That the neighbour is harmed where lanes are shared is asked too: a drill
//! that could not see harm would prove nothing.

use super::{Arrangement, Day, Finding, Moved, Plan, Run, Team, find, percent};

/// Percent of mails in the inbox by which the shared arrangement must hurt the neighbour.
const HARM_MIN: i64 = 10;

struct Figure {
    name: &'static str,
    of: fn(&Day) -> i64,
    /// It is known to a step of the play.
    is_wait: bool,
}

const fn count(name: &'static str, of: fn(&Day) -> i64) -> Figure {
    Figure { name, of, is_wait: false }
}

const fn wait(name: &'static str, of: fn(&Day) -> i64) -> Figure {
    Figure { name, of, is_wait: true }
}

const FIGURES: [Figure; 9] = [
    count("Allowance", |day| day.allowance),
    count("Sends", |day| day.sends),
    wait("Wait, p50, in seconds", |day| day.wait_p50_secs),
    wait("Wait, p95, in seconds", |day| day.wait_p95_secs),
    count("Hard bounces", |day| day.hard_bounces),
    count("Complaints", |day| day.complaints),
    count("In the inbox", |day| day.inbox),
    count("In spam or blocked", |day| day.spam + day.blocked),
    count("Incidents", |day| day.incidents),
];

/// The neighbour's figures in the drill beside those of the control runs.
pub fn compare(plan: &Plan, runs: &[Run]) -> Vec<Moved> {
    let mut controls = runs.iter().filter(|run| run.arrangement == Arrangement::Control);
    let (Some(control), Some(other), Some(lanes)) = (controls.next(), controls.next(), find(runs, Arrangement::Lanes))
    else {
        return Vec::new();
    };
    FIGURES
        .into_iter()
        .map(|Figure { name, of, is_wait }| Moved {
            figure: name.to_owned(),
            by: furthest(&lanes.b, &control.b, of),
            noise: furthest(&other.b, &control.b, of),
            resolution: if is_wait { plan.step_secs } else { 0 },
        })
        .collect()
}

/// On any day; a day that only one of them has counts whole.
fn furthest(a: &Team, b: &Team, of: fn(&Day) -> i64) -> i64 {
    let none = Day::default();
    let day = |team: &Team, at: usize| of(team.days.get(at).unwrap_or(&none));
    (0..a.days.len().max(b.days.len())).map(|at| (day(a, at) - day(b, at)).abs()).max().unwrap_or_default()
}

pub fn judge(plan: &Plan, runs: &[Run]) -> Vec<Finding> {
    let (Some(control), Some(lanes)) = (find(runs, Arrangement::Control), find(runs, Arrangement::Lanes)) else {
        let found = "a run is missing".to_owned();
        return vec![Finding { what: "The drill was played whole.".to_owned(), found, holds: false }];
    };
    let mut findings = vec![well_before(plan, runs), paused_first(lanes), contained(lanes), closed(lanes)];
    findings.push(untouched(&lanes.b));
    findings.push(equal(plan, runs));
    findings.extend(find(runs, Arrangement::Shared).map(|shared| harmed(plan, lanes, shared)));
    findings.push(quiet(control));
    findings
}

fn finding(what: &str, found: String, holds: bool) -> Finding {
    Finding { what: what.to_owned(), found, holds }
}

fn well_before(plan: &Plan, runs: &[Run]) -> Finding {
    let before = usize::from(plan.days_before);
    let teams = runs.iter().flat_map(|run| [&run.a, &run.b]);
    let incidents: i64 = teams.flat_map(|team| team.days.iter().take(before)).map(|day| day.incidents).sum();
    let found = format!("{before} working days, {incidents} incidents");
    finding("Before the bad list both teams are well.", found, incidents == 0)
}

fn quiet(control: &Run) -> Finding {
    let stops = control.a.stops.len() + control.b.stops.len();
    finding("Without the bad list nothing stops.", format!("{stops} incidents in the control run"), stops == 0)
}

fn paused_first(lanes: &Run) -> Finding {
    let first = lanes.a.stops.first();
    let found = first.map_or_else(
        || "nothing stopped".to_owned(),
        |stop| format!("{} “{}” at {}: {}", stop.part, stop.name, stop.at, stop.reason),
    );
    finding("A's source is paused first.", found, first.is_some_and(|stop| stop.part == "source"))
}

/// The smallest part that explains it is enough.
fn contained(lanes: &Run) -> Finding {
    let bad = |stop: &&super::Stop| stop.part == "tenant";
    let parts: Vec<&str> = lanes.a.stops.iter().map(|stop| stop.part.as_str()).collect();
    let found = format!("stopped: {}", if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") });
    finding("Of A no more stops than what explains it.", found, !lanes.a.stops.iter().any(|stop| bad(&stop)))
}

fn closed(lanes: &Run) -> Finding {
    let after: i64 = lanes.a.stops.iter().map(|stop| stop.mails_after).sum();
    let found = format!("{after} mails of it were claimed after it stood still");
    finding("What stands still sends nothing.", found, !lanes.a.stops.is_empty() && after == 0)
}

fn untouched(b: &Team) -> Finding {
    let found = format!("{} incidents of B", b.stops.len());
    finding("Nothing of B stops.", found, b.stops.is_empty())
}

fn equal(plan: &Plan, runs: &[Run]) -> Finding {
    let moved = compare(plan, runs);
    let beyond: Vec<String> = moved
        .iter()
        .filter(|it| !it.is_noise())
        .map(|it| format!("{}: moved by {}, noise {}", it.figure, it.by, it.noise))
        .collect();
    let holds = !moved.is_empty() && beyond.is_empty();
    let found = match holds {
        true => {
            format!("{} figures of every day, none moved further than between two runs without the list", moved.len())
        }
        false => beyond.join("; "),
    };
    finding("B's figures are those of the weeks without A's list, within the noise.", found, holds)
}

fn harmed(plan: &Plan, lanes: &Run, shared: &Run) -> Finding {
    let share = |team: &Team| {
        let days = team.days.iter().skip(usize::from(plan.days_before));
        let (inbox, placed) = days.fold((0, 0), |(i, p), day| (i + day.inbox, p + day.placed()));
        percent(inbox, placed).unwrap_or_default()
    };
    let (own, harmed) = (share(&lanes.b), share(&shared.b));
    let found = format!(
        "from the bad list's day on, {own} % of B's mails reached the inbox in lanes of their own, {harmed} % where they share"
    );
    finding("Where they share, B is harmed by the same list.", found, own - harmed >= HARM_MIN)
}

#[cfg(test)]
mod tests {
    use super::super::Stop;
    use super::*;

    fn team(sends: i64, inbox: i64, stops: &[&str]) -> Team {
        let day = Day { sends, inbox, spam: sends - inbox, ..Day::default() };
        let stop = |part: &&str| Stop {
            at: "2026-01-05T09:00:00Z".to_owned(),
            part: (*part).to_owned(),
            name: "Old".to_owned(),
            cause: "health".to_owned(),
            reason: "5 of 5".to_owned(),
            mails_after: 0,
        };
        Team { days: vec![day], stops: stops.iter().map(stop).collect() }
    }

    fn run(arrangement: Arrangement, a: Team, b: Team) -> Run {
        Run { arrangement, seed: 1, started_at: None, a, b }
    }

    const PLAN: Plan =
        Plan { seed: 1, days_before: 0, days_after: 1, mailboxes: 1, a_day: 80, bad_rows: 9, step_secs: 300 };

    fn runs() -> Vec<Run> {
        vec![
            run(Arrangement::Control, team(80, 80, &[]), team(80, 80, &[])),
            run(Arrangement::Control, team(80, 80, &[]), team(81, 80, &[])),
            run(Arrangement::Lanes, team(60, 60, &["source"]), team(81, 80, &[])),
            run(Arrangement::Shared, team(80, 20, &["source", "tenant"]), team(80, 40, &[])),
        ]
    }

    fn broken(runs: &[Run]) -> Vec<String> {
        judge(&PLAN, runs).into_iter().filter(|it| !it.holds).map(|it| it.what).collect()
    }

    #[test]
    fn a_drill_as_told_holds() {
        assert_eq!(broken(&runs()), Vec::<String>::new());
        let moved = compare(&PLAN, &runs());
        assert!(moved.contains(&Moved { figure: "Sends".to_owned(), by: 1, noise: 1, resolution: 0 }), "{moved:?}");
    }

    #[test]
    fn whatever_moves_the_neighbour_further_than_chance_is_named() {
        let mut moved = runs();
        moved[2].b = team(83, 80, &[]);
        let found = judge(&PLAN, &moved).into_iter().find(|it| !it.holds).unwrap().found;
        assert_eq!(found, "Sends: moved by 3, noise 1; In spam or blocked: moved by 3, noise 1");
        moved[2].b = team(81, 80, &["mailbox"]);
        assert_eq!(broken(&moved), ["Nothing of B stops."]);
    }

    #[test]
    fn too_late_too_much_or_nothing_is_no_containment() {
        let mut other = runs();
        other[2].a = team(60, 60, &["mailbox", "source"]);
        assert_eq!(broken(&other), ["A's source is paused first."]);
        other[2].a = team(60, 60, &["source", "tenant"]);
        assert_eq!(broken(&other), ["Of A no more stops than what explains it."]);
        other[2].a = team(80, 20, &[]);
        assert_eq!(broken(&other), ["A's source is paused first.", "What stands still sends nothing."]);
        other[2].a = team(60, 60, &["source"]);
        other[2].a.stops[0].mails_after = 1;
        assert_eq!(broken(&other), ["What stands still sends nothing."]);
    }

    #[test]
    fn a_drill_that_sees_no_harm_where_there_must_be_some_proves_nothing() {
        let mut blind = runs();
        blind[3].b = team(80, 79, &[]);
        assert_eq!(broken(&blind), ["Where they share, B is harmed by the same list."]);
        assert_eq!(broken(&blind[..1]), ["The drill was played whole."]);
    }
}
