//! Health: how recipients take what leaves. Bounces and complaints are counted in the hour in which their mail was sent
//! ([`Tally`]), held against limits ([`LIMITS`]), and what crosses one stands still: the smallest part that explains the
//! numbers first ([`judge`]). How a part comes back: [`Stage`]; whom else it touched:
//! [`Neighbour`]. Mail to Amazon's simulator counts nowhere.

mod judge;
mod limit;
mod radius;
mod recovery;
mod scope;
mod words;

pub use judge::{By, Crossing, Grounds, Group, Touched, judge, may_cross};
pub use limit::{LIMITS, Limit, Measure, Span, Standing, Tally, standing};
pub use radius::Neighbour;
pub use recovery::{Diagnosis, Proof, Stage, Trial};
pub use scope::Scope;
pub use words::{Letter, limit_words, percent, reason};
