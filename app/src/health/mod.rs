//! Health: how a team's mail is taken, what stood still for it, and how that goes on.

pub mod incident;
pub mod overview;
pub mod recovery;
mod words;

pub(crate) use words::{facts, incident_table, measured, what};
