//! `make bench`: how the sandbox program bears many mails, as ratios within one run. Figures are shown, not asserted.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on is none")]

mod client;
mod program;

use client::{Caller, Request};
use program::{Program, moto, resident_mb, sandbox};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const ROUNDS: usize = 3;
const CONNECTIONS: usize = 8;
const SECS: usize = 5;
const FEW: usize = 10_000;
const MANY: usize = 1_000_000;
const ADDRESS: &str = "anna@acme.example";

fn main() {
    if std::env::args().any(|argument| argument == "--test") {
        return; // `cargo test --benches` wants to know only that it is built
    }
    let folder = tempfile::tempdir().unwrap();
    sends(folder.path());
    captured(folder.path());
    unread(folder.path());
}

/// W1: SendEmail against moto, which plays the same service.
fn sends(folder: &Path) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let sandbox = sandbox(&folder.join(format!("sends-{round}")));
        prepare(&sandbox, false);
        ours.push(under_wrk(&sandbox, folder));
        drop(sandbox);
        let moto = moto();
        Caller::new(&moto.address).ok(&identity());
        theirs.push(under_wrk(&moto, folder));
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!("W1  SendEmail under wrk, {CONNECTIONS} connections, {SECS} s, median of {ROUNDS}");
    println!("    moto     {theirs:>8.0} a second");
    println!("    sandbox  {ours:>8.0} a second, each mail in its folder");
    println!("    ratio    {:>8.1}   (wanted: 30 or more)", ours / theirs);
}

/// W2: a million captured mails.
fn captured(folder: &Path) {
    let state = folder.join("captured");
    let sandbox = sandbox(&state);
    prepare(&sandbox, false);
    fill(&sandbox, FEW, &mail());
    let few: [f64; ROUNDS] = std::array::from_fn(|_| latency(&sandbox));
    fill(&sandbox, MANY - FEW, &mail());
    let memory = resident_mb(&sandbox);
    let many: [f64; ROUNDS] = std::array::from_fn(|_| latency(&sandbox));
    let (few, many) = (median(few.into()), median(many.into()));
    println!("W2  {MANY} captured mails");
    println!("    resident                 {memory:>8.0} MB   (wanted: 300 or less)");
    println!("    p99 of a send at {FEW}    {few:>6.3} ms");
    println!("    p99 of a send at {MANY}  {many:>6.3} ms");
    println!("    ratio                    {:>8.2}   (wanted: 1.5 or less)", many / few);
    drop(sandbox);
    let begin = Instant::now();
    let sandbox = program::sandbox(&state);
    println!("    a start with them        {:>8.2} s", begin.elapsed().as_secs_f64());
    drop(sandbox);
    fs::remove_dir_all(state).unwrap();
}

/// W3: as many mails with two events each that nobody reads.
fn unread(folder: &Path) {
    let sandbox = sandbox(&folder.join("unread"));
    prepare(&sandbox, true);
    fill(&sandbox, MANY, &mail_with_events());
    println!("W3  {MANY} mails whose {} events nobody reads", 2 * MANY);
    println!("    resident                 {:>8.0} MB", resident_mb(&sandbox));
}

fn prepare(sandbox: &Program, events: bool) {
    let mut caller = Caller::new(&sandbox.address);
    caller.ok(&Request::post("/_sandbox/quota", r#"{"max_24_hours": -1, "max_rate": -1}"#));
    caller.ok(&identity());
    if events {
        caller.ok(&Request::post("/v2/email/configuration-sets", r#"{"ConfigurationSetName": "acme"}"#));
        let destination = r#"{"EventDestinationName": "events", "EventDestination": {"Enabled": true,
            "MatchingEventTypes": ["SEND", "DELIVERY"],
            "SnsDestination": {"TopicArn": "arn:aws:sns:us-east-1:123456789012:ownlane-events"}}}"#;
        caller.ok(&Request::post("/v2/email/configuration-sets/acme/event-destinations", destination));
    }
}

fn identity() -> Request {
    Request::post("/v2/email/identities", &format!(r#"{{"EmailIdentity": "{ADDRESS}"}}"#))
}

fn mail() -> Request {
    letter("")
}

fn mail_with_events() -> Request {
    letter(r#""ConfigurationSetName": "acme","#)
}

fn letter(more: &str) -> Request {
    let text = "Hi Bob,\\n\\nhow are you? We would like to show you what we have made of your advice.\\n".repeat(8);
    let body = format!(
        r#"{{"FromEmailAddress": "Anna <{ADDRESS}>", "Destination": {{"ToAddresses": ["bob@b.example"]}}, {more}
            "Content": {{"Simple": {{"Subject": {{"Data": "Hello"}}, "Body": {{"Text": {{"Data": "{text}"}}}}}}}}}}"#
    );
    Request::post("/v2/email/outbound-emails", &body)
}

/// Requests a second, all of them answered 200.
fn under_wrk(program: &Program, folder: &Path) -> f64 {
    let script = folder.join("send.lua");
    fs::write(&script, mail().lua()).unwrap();
    let mut wrk = Command::new("wrk");
    wrk.args(["-t1", &format!("-c{CONNECTIONS}"), &format!("-d{SECS}s"), "-s"]).arg(&script);
    let said = program::run(wrk.arg(format!("http://{}", program.address)));
    let refused = ["Non-2xx", "Socket errors"].iter().any(|sign| said.contains(sign));
    assert!(!refused, "{said}");
    let rate = said.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:")).unwrap();
    rate.trim().parse().unwrap()
}

fn fill(program: &Program, count: usize, request: &Request) {
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                let mut caller = Caller::new(&program.address);
                (0..count / CONNECTIONS).for_each(|_| caller.ok(request));
            });
        }
    });
}

/// The p99 of sends, in milliseconds, one after the other: so it is the sandbox that is measured, not who waits for a core.
fn latency(program: &Program) -> f64 {
    const SENDS: usize = 5000;
    let (mut caller, mail) = (Caller::new(&program.address), mail());
    let one = |_| {
        let begin = Instant::now();
        caller.ok(&mail);
        begin.elapsed()
    };
    let mut took: Vec<Duration> = (0..SENDS).map(one).collect();
    took.sort_unstable();
    took[SENDS * 99 / 100].as_secs_f64() * 1000.0
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures[figures.len() / 2]
}
