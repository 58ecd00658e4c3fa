//! Pausing parts of a team's own lane, and what the operator allows it. Pausing a whole tenant, and setting its caps, is the
//! operator's ([`crate::console`]).

mod caps;
pub mod pause;
mod standing;

pub(crate) use caps::{allowed, cap_is_used, used};
pub(crate) use standing::{home, of_part, pause_link};
