//! Pure decisions: what is allowed, what follows. No IO, no clock, no randomness, so a function here fails only by
//! refusing its input. Builds for the browser and for the server.

pub mod access;
pub mod accounts;
pub mod addresses;
pub mod checks;
pub mod domains;
pub mod drill;
pub mod error;
pub mod events;
pub mod evidence;
pub mod health;
pub mod ids;
pub mod isolation;
pub mod leads;
pub mod limits;
pub mod mailboxes;
pub mod messages;
pub mod metrics;
pub mod replies;
pub mod secrets;
pub mod sequences;
pub mod time;
