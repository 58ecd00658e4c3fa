//! Events of SES: how one is read, and what follows from it. Never fails on what SES may add or leave out, and never
//! looks at the order in which events come.

mod effect;
mod hint;
mod kind;
pub(crate) mod lenient;
mod parse;
#[cfg(test)]
mod samples;

pub use effect::{Effect, effect, is_simulator};
pub use hint::tenant_hint;
pub use kind::{Bounce, BounceClass, Complaint, EventKind};
pub(crate) use parse::open;
pub use parse::{EventError, MESSAGE_TAG, PLATFORM_TAG, SesEvent, TENANT_TAG, kind_name, parse, parse_with_id};
