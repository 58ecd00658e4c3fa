//! Pausing parts of a team's own lane. That of a whole tenant is the operator's ([`crate::console`]).

pub mod pause;
mod standing;

pub(crate) use standing::{of_part, pause_link};
