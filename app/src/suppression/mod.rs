//! Who is not written to any more, and how they say so.

pub mod opt_out;
