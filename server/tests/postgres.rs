//! Our own Postgres, by way of the real program: what is there after a stop, after a kill, and who may look meanwhile.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_ownlane");
const PATIENCE: Duration = Duration::from_secs(40);

#[test]
fn an_operator_link_works_after_a_stop_and_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let (mut first, link) = start(folder.path());
    assert!(link.contains("/operator/"), "{link}");

    // Until the worker has made what it needs in the sandbox, there is something to mend.
    let give_up = Instant::now() + PATIENCE;
    let found = loop {
        let found = run(folder.path(), &["doctor"]);
        if found.status.success() {
            break shown(&found);
        }
        assert!(Instant::now() < give_up, "{}", shown(&found));
        std::thread::sleep(Duration::from_millis(200));
    };
    assert!(found.contains("nobody is operator yet") && found.contains("ok    Workers: At work."), "{found}");

    end(&mut first, "-TERM");
    assert!(!folder.path().join("postgres/postmaster.pid").exists(), "Postgres was not shut down");
    let log = std::fs::read_to_string(folder.path().join("postgres.log")).unwrap();
    assert!(log.contains("database system is shut down"), "{log}");

    let (mut second, _) = start(folder.path());
    end(&mut second, "-KILL");
    let (mut third, again) = start(folder.path());
    assert_ne!(link, again, "a link is made anew at each start");
    end(&mut third, "-TERM");
}

#[test]
fn an_unknown_setting_and_a_missing_login_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = command(folder.path()).env("OWNLANE_LISTN", "x").arg("serve").output().unwrap();
    assert!(!output.status.success() && shown(&output).contains("OWNLANE_LISTN"), "{}", shown(&output));
    let output = command(folder.path()).env("DATABASE_URL", "postgres://o@127.0.0.1/x").arg("work").output().unwrap();
    assert!(!output.status.success() && shown(&output).contains("OWNLANE_DB_WORKER"), "{}", shown(&output));
}

#[test]
fn every_subcommand_has_help_with_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in
        [&["--help"][..], &["serve", "--help"], &["work", "--help"], &["migrate", "--help"], &["doctor", "--help"]]
    {
        let output = run(folder.path(), arguments);
        assert!(output.status.success() && shown(&output).contains("OWNLANE_TRUSTED_PROXIES"), "{arguments:?}");
    }
}

/// The whole program on a folder of its own, and the line with the operator's link.
fn start(data: &Path) -> (Child, String) {
    let mut child = command(data).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let link = lines.by_ref().map_while(Result::ok).find(|line| line.contains("Become one here"));
    let Some(link) = link else {
        drop(child.kill());
        unreachable!("it ended without a link: {:?}", child.wait());
    };
    (child, link)
}

fn end(child: &mut Child, signal: &str) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let give_up = Instant::now() + PATIENCE;
    while child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < give_up, "it does not end after {signal}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn run(data: &Path, arguments: &[&str]) -> Output {
    command(data).args(arguments).output().unwrap()
}

fn command(data: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .env("OWNLANE_DATA", data)
        .env("OWNLANE_LISTEN", "127.0.0.1:0")
        .env("OWNLANE_SANDBOX_LISTEN", "127.0.0.1:0")
        .env("OWNLANE_SANDBOX_DNS", "127.0.0.1:0")
        .env_remove("DATABASE_URL")
        .stdin(Stdio::null());
    command
}

fn shown(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
