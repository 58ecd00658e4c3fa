//! Plays the drill that the console's button asks for, in a process of its own, as its Postgres must be started by a main
//! thread; and keeps the report.

use crate::BoxError;
use app::Site;
use db::drills;
use db::scope::AccountsTx;
use rules::drill::{Line, Report};
use rules::error::describe;
use rules::ids::DrillId;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration as Wait;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Command;
use tokio::sync::watch;

/// How often it is looked whether one is asked for.
const PERIOD: Wait = Wait::from_secs(1);
/// A drill that takes longer is given up.
const PATIENCE: Wait = Wait::from_secs(90 * 60);
/// Of what a drill that failed had said.
const TROUBLE_CHARS_MAX: usize = 600;

/// Plays what is asked for, until `stop` says true. What an earlier process left half played is given up.
pub async fn run(site: Site, mut stop: watch::Receiver<bool>) {
    let keeping = async {
        if let Err(error) = give_up_old(&site).await {
            tracing::error!("a drill of before: {}", describe(&*error));
        }
        loop {
            let played = match std::env::current_exe() {
                Ok(program) => play_next(&site, &program, &["noisy-neighbour"]).await,
                Err(error) => Err(error.into()),
            };
            if let Err(error) = played {
                tracing::error!("a drill: {}", describe(&*error));
            }
            tokio::time::sleep(PERIOD).await;
        }
    };
    tokio::select! {
        () = keeping => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

async fn give_up_old(site: &Site) -> Result<(), BoxError> {
    let Some(id) = find_open(site).await? else { return Ok(()) };
    finish(site, id, Err("The process ended while this was played. Press the button for another one.")).await
}

/// Plays one, if one is asked for. `program`: this one; `arguments`: which drill.
pub async fn play_next(site: &Site, program: &Path, arguments: &[&str]) -> Result<(), BoxError> {
    let Some(id) = find_open(site).await? else { return Ok(()) };
    let played = tokio::time::timeout(PATIENCE, play(site, id, program, arguments)).await;
    let played =
        played.unwrap_or_else(|_| Err(format!("It took longer than {} minutes.", PATIENCE.as_secs() / 60).into()));
    match played {
        Ok(report) => finish(site, id, Ok(&report)).await,
        Err(error) => finish(site, id, Err(&describe(&*error))).await,
    }
}

async fn play(site: &Site, id: DrillId, program: &Path, arguments: &[&str]) -> Result<Report, BoxError> {
    // A child that is killed leaves its Postgres's files behind.
    let folder = tempfile::tempdir()?;
    let mut child = Command::new(program)
        .env("TMPDIR", folder.path())
        .arg("drill")
        .args(arguments)
        .arg("--json")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let (out, err) = (child.stdout.take().ok_or("no output")?, child.stderr.take().ok_or("no errors")?);
    let errors = tokio::spawn(read_end(err));
    let (mut lines, mut report) = (BufReader::new(out).lines(), None);
    while let Some(line) = lines.next_line().await? {
        match serde_json::from_str(&line) {
            Ok(Line::Stage(stage)) => say(site, id, &stage).await?,
            Ok(Line::Report(found)) => report = Some(*found),
            Err(error) => tracing::warn!(%error, "a drill says what nobody understands"),
        }
    }
    let status = child.wait().await?;
    let said = errors.await?;
    // A report that does not hold is a report.
    report.ok_or_else(|| format!("The drill ended with {status} and no report. {said}").into())
}

/// The last of what it says.
async fn read_end(mut errors: impl tokio::io::AsyncRead + Unpin) -> String {
    let (mut end, mut piece) = (Vec::new(), [0; 4096]);
    while let Ok(length @ 1..) = errors.read(&mut piece).await {
        end.extend(piece.iter().take(length));
        let over = end.len().saturating_sub(TROUBLE_CHARS_MAX);
        end.drain(..over);
    }
    String::from_utf8_lossy(&end).trim().to_owned()
}

async fn find_open(site: &Site) -> Result<Option<DrillId>, BoxError> {
    let mut tx = AccountsTx::begin(&site.web).await?;
    let open = drills::find_open(&mut tx).await?;
    tx.commit().await?;
    Ok(open)
}

async fn say(site: &Site, id: DrillId, stage: &str) -> Result<(), BoxError> {
    let mut tx = AccountsTx::begin(&site.web).await?;
    drills::write_stage(&mut tx, id, stage).await?;
    Ok(tx.commit().await?)
}

async fn finish(site: &Site, id: DrillId, outcome: Result<&Report, &str>) -> Result<(), BoxError> {
    let mut tx = AccountsTx::begin(&site.web).await?;
    drills::finish(&mut tx, id, outcome, site.now()).await?;
    Ok(tx.commit().await?)
}
