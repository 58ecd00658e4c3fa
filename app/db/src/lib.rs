//! What Ownlane remembers: the only crate with SQL. Queries are named by intent, one module a noun, and each asks for
//! the scope it runs in ([`scope`]). Nothing here decides anything or reads a clock.

pub mod accounts;
pub mod clock;
pub mod console;
pub mod demos;
pub mod domains;
pub mod drills;
pub mod embedded_postgres;
pub mod error;
pub mod events;
pub mod fixtures;
pub mod health;
pub mod isolation;
pub mod leads;
pub mod lease;
pub mod mailboxes;
pub mod messages;
pub mod metrics;
pub mod migrate;
pub mod providers;
pub mod replies;
pub mod scope;
pub mod sequences;
pub mod suppression;

pub use error::{Error, Result};
