//! The shape of the house, as far as a machine can see it: which crate may use which, where SQL and AWS may stand, and
//! how files look. The arrows are those of the README's code map.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every arrow between our own crates, and none else.
const ARROWS: [(&str, &[&str]); 7] = [
    ("rules", &[]),
    ("db", &["rules"]),
    ("frontend", &["rules"]),
    ("app", &["rules", "db", "frontend"]),
    ("worker", &["rules", "db"]),
    ("server", &["app", "worker", "db", "rules", "sandbox"]),
    ("sandbox", &[]),
];

/// Longer files are two things.
const FILE_LINES_MAX: usize = 400;

#[test]
fn crates_use_only_what_the_arrows_allow() {
    let ours: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    let packages = packages();
    let names: BTreeSet<&str> = packages.iter().map(|package| text(&package["name"])).collect();
    assert_eq!(names, ours, "a crate was added or removed: say so in the arrows");
    for package in &packages {
        let name = text(&package["name"]);
        let (_, allowed) = ARROWS.iter().find(|(crate_name, _)| *crate_name == name).unwrap();
        for used in dependencies(package, false).filter(|used| ours.contains(used)) {
            assert!(allowed.contains(&used), "{name} → {used}");
        }
    }
}

#[test]
fn sql_and_aws_stand_in_one_crate_each() {
    for package in &packages() {
        let name = text(&package["name"]);
        // The sandbox's tests call it as its callers do.
        for used in dependencies(package, name != "sandbox") {
            assert!(used != "sqlx" || name == "db", "{name} uses sqlx: queries belong into db");
            assert!(!used.starts_with("aws-") || name == "worker", "{name} uses {used}: AWS belongs into worker");
            let network = ["reqwest", "hickory-resolver", "hyper"].contains(&used);
            assert!(
                !network || ["worker", "server"].contains(&name),
                "{name} uses {used}: the world belongs to worker"
            );
        }
    }
}

#[test]
fn rules_reach_for_nothing_outside() {
    let forbidden = ["tokio", "rand", "axum", "leptos", "tracing"];
    for package in packages().iter().filter(|package| package["name"] == "rules") {
        for used in dependencies(package, false) {
            assert!(!forbidden.contains(&used), "rules uses {used}");
        }
    }
}

#[test]
fn every_file_says_what_it_owns_and_stays_small() {
    for path in files(&root(), "rs") {
        let source = fs::read_to_string(&path).unwrap();
        let shown = path.display();
        assert!(source.starts_with("//!"), "{shown} does not open with //!");
        let lines = source.lines().count();
        assert!(lines <= FILE_LINES_MAX, "{shown} has {lines} lines");
        // Spelt in two parts, so that this file does not find itself.
        for word in [concat!("#[", "allow("), concat!("#[", "ignore"), concat!("un", "implemented!")] {
            assert!(!source.contains(word), "{shown} holds {word}");
        }
    }
}

#[test]
fn sql_asks_no_clock_and_no_dice() {
    let words = ["now()", "clock_timestamp()", "current_timestamp", "random()", "gen_random_uuid()", "set_config("];
    let sources = files(&root().join("app/db/src"), "rs").into_iter().chain(files(&root().join("migrations"), "sql"));
    for path in sources.filter(|path| !path.ends_with("fixtures.rs")) {
        // A monotonic clock measures how long something takes; it does not say what the hour is.
        let source = fs::read_to_string(&path).unwrap().to_lowercase().replace("instant::now()", "");
        for word in words {
            assert!(!source.contains(word), "{} holds {word}: it comes from the application", path.display());
        }
    }
}

#[test]
fn only_the_tokens_hold_literal_colours() {
    for path in files(&root().join("style"), "css").iter().filter(|path| !path.ends_with("tokens.css")) {
        let source = fs::read_to_string(path).unwrap();
        for word in ["oklch(", "rgb(", "hsl(", "#0", "#f"] {
            assert!(!source.contains(word), "{} holds {word}: colours are tokens", path.display());
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline", "--locked"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// What a package uses; with those of its tests and build script if `all`.
fn dependencies(package: &Value, all: bool) -> impl Iterator<Item = &str> {
    package["dependencies"]
        .as_array()
        .unwrap()
        .iter()
        .filter(move |used| all || used["kind"].is_null())
        .map(|used| text(&used["name"]))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Our files with this ending, not those of a build or of npm.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && name != "target" && name != "node_modules" {
                found.extend(files(&path, ending));
            }
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found
}
