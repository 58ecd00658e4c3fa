//! The pages as a browser meets them, without a browser: the real router over a real Postgres, with a clock that the test
//! turns.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod account_stop;
mod accounts;
mod caps;
mod closing;
mod console;
mod demo;
mod domains;
mod drift;
mod drill;
mod evidence;
mod faults;
mod harness;
mod health;
mod hints;
mod leads;
mod lookups;
mod machine;
mod mailboxes;
mod messages;
mod own_account;
mod ownership;
mod parts;
mod people;
mod platform;
mod policy;
mod provisioning;
mod radius;
mod recovery;
mod replies;
mod sequences;
mod suppression;
mod teams;
mod tiers;
mod visits;
mod word;
mod world;
