//! The bounds of what one tenant may send: its caps, and its weight.

/// Mails of one tenant in 24 hours, in an hour or in a second: a cap beyond what an account of Amazon's gets holds nothing.
pub const TENANT_CAP_MAX: u32 = 1_000_000;

/// The greatest weight: whoever has ten times the share of another leaves that one enough to be seen moving.
pub const TENANT_WEIGHT_MAX: u8 = 10;

/// What a tenant's lanes may be ahead of a neighbour's when capacity is short, in mails for each unit of weight: one claim's,
/// as smaller claims cost almost as much.
pub const FAIR_QUANTUM: i64 = super::LANES_AT_ONCE;

/// Tenants with lanes whose time has come that one turn looks at: so many that none waits outside, few enough for ten looks
/// a second.
pub const SENDING_TENANTS_MAX: i64 = 2000;

/// A queue is counted so far: what is longer is "more than".
pub const QUEUE_COUNTED_MAX: i64 = 10_000;
