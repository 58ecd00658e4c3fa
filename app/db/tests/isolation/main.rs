//! Who can reach what: tried on a real Postgres, through the logins that the product uses, for every table there is.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod catalog;
mod scopes;
mod tenants;
