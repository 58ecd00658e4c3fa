//! The noisy neighbour, small: played by the program itself in worlds of its own, and kept as a report that says what moved.

use crate::harness::TestSite;
use axum::http::StatusCode;
use rules::drill::{Arrangement, Report, Team};
use server::drill::keeper;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

/// Where the newest drill is shown.
async fn page_of_drill(site: &TestSite) -> String {
    format!("/console/sandbox/drills/{}", site.database.text("select max(id::text) from drills").await)
}

#[tokio::test]
async fn a_bad_list_stops_its_own_source_and_moves_nothing_of_the_neighbour() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    for _ in 0..2 {
        let pressed = operator.post("/console/sandbox/drills", &[]).await;
        assert_eq!((pressed.status, pressed.location.as_str()), (StatusCode::SEE_OTHER, "/console/sandbox"));
    }
    assert_eq!(site.database.count("drills").await, 1, "pressed twice, it is played once");
    assert!(operator.get("/console/sandbox").await.text.contains("Being played"));
    let program = Path::new(env!("CARGO_BIN_EXE_ownlane"));
    keeper::play_next(&site.site, program, &["noisy-neighbour", "--small"]).await.unwrap();

    let at = page_of_drill(&site).await;
    let page = operator.get(&at).await.text;
    let report: Report = serde_json::from_str(&operator.get(&format!("{at}/report.json")).await.text).unwrap();
    assert!(report.holds(), "{report}");
    assert!(page.contains(">Holds<") && !page.contains("Does not"), "{report}");
    for words in ["In lanes of their own: team B", "Deliberately shared: team B", "“The old list”", "How far B moved"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    // What the report concludes, from its own rows.
    let [control, lanes, shared] = [Arrangement::Control, Arrangement::Lanes, Arrangement::Shared]
        .map(|arrangement| report.run(arrangement).unwrap());
    let sends = |team: &Team| team.days.iter().map(|day| day.sends).collect::<Vec<_>>();
    assert_eq!(sends(&lanes.b), sends(&control.b));
    assert_eq!(sends(&lanes.b), [40; 4], "two mailboxes, twenty mails a day");
    assert_eq!(lanes.a.stops.iter().map(|stop| stop.part.as_str()).collect::<Vec<_>>(), ["source"]);
    let bounced = |team: &Team| team.days.iter().map(|day| day.hard_bounces).sum::<i64>();
    assert!(bounced(&lanes.a) < bounced(&shared.a), "{report}");
    let last = |team: &Team| team.days.last().unwrap().inbox_percent().unwrap();
    assert!(last(&lanes.b) >= 95 && last(&shared.b) + 15 <= last(&lanes.b), "{report}");
    assert!(operator.get("/console/sandbox").await.text.contains(&at), "it is kept");
}

#[tokio::test]
async fn a_drill_that_nobody_listens_to_ends() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ownlane"))
        .args(["drill", "noisy-neighbour", "--small", "--json"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.next_line().await.unwrap().unwrap().contains("day 1 of 4"));
    drop(lines); // as when the process that started it is gone
    let ended = tokio::time::timeout(Duration::from_secs(60), child.wait()).await;
    assert!(!ended.expect("it ends by itself").unwrap().success());
}

#[tokio::test]
async fn a_drill_that_cannot_be_played_says_why_and_another_can_be_asked_for() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    operator.post("/console/sandbox/drills", &[]).await;
    let program = Path::new(env!("CARGO_BIN_EXE_ownlane"));
    keeper::play_next(&site.site, program, &["quiet-neighbour"]).await.unwrap();
    let at = page_of_drill(&site).await;
    let page = operator.get(&at).await.text;
    assert!(page.contains("Given up") && page.contains("quiet-neighbour"), "{page}");
    assert_eq!(operator.get(&format!("{at}/report.json")).await.status, StatusCode::NOT_FOUND);
    assert!(operator.get("/console/sandbox").await.text.contains("Play the drill"));
}
