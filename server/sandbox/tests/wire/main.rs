//! The sandbox as its callers meet it: over sockets, one file per noun.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod configuration_sets;
mod control;
mod dns;
mod events;
mod faults;
mod harness;
mod identities;
mod pages;
mod post;
mod sending;
mod signature;
mod sqs;
mod state;
mod suppression;
mod tags;
mod tenants;
