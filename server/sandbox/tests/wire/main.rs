//! The sandbox as its callers meet it: over sockets, one file per noun.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod account;
mod accounts;
mod answers;
mod beginning;
mod bridge;
mod buckets;
mod bulk;
mod configuration_sets;
mod control;
mod dedicated_ips;
mod dns;
mod dns_troubles;
mod events;
mod faults;
mod findings;
mod folder;
mod harness;
mod identities;
mod insights;
mod lookups;
mod malformed;
mod members;
mod metrics;
mod objects;
mod operations;
mod pages;
mod people;
mod post;
mod providers;
mod queues;
mod receiving;
mod sending;
mod signature;
mod sqs;
mod state;
mod suppression;
mod tags;
mod templates;
mod tenants;
