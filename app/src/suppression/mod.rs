//! Who is not written to any more: how they say so, and what the team sees and says of it.

pub mod add;
pub mod list;
pub mod opt_out;
