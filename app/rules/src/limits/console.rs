//! Bounds of the console.

/// An operator acts in a team for so long, then asks again: long enough to mend something, short enough to be noticed.
pub const VISIT_MINS: i64 = 60;

/// Visits that a page lists.
pub const VISITS_SHOWN_MAX: i64 = 20;

/// Steps of them that it lists.
pub const VISIT_STEPS_SHOWN_MAX: i64 = 200;

/// What is kept of an address that was opened.
pub const VISIT_PATH_CHARS_MAX: usize = 300;
