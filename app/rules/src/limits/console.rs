//! Bounds of the console.

/// An operator acts in a team for so long, then asks again: long enough to mend something, short enough to be noticed.
pub const VISIT_MINS: i64 = 60;

/// Visits that a page lists.
pub const VISITS_SHOWN_MAX: i64 = 20;

/// Steps of them that it lists.
pub const VISIT_STEPS_SHOWN_MAX: i64 = 200;

/// What is kept of an address that was opened.
pub const VISIT_PATH_CHARS_MAX: usize = 300;

/// What a duty does is written down once in this time, and when it begins to fail or ends failing: a page that is a few
/// seconds old is new enough, and duties have ten turns a second.
pub const DUTY_WRITTEN_SECS: i64 = 10;

/// No duty of any worker ended a turn for so long: none runs.
pub const WORKER_SILENT_SECS_MAX: i64 = 60;

/// One duty may be about a long turn for so much longer than its period, or fail for so long, before it wants a person.
pub const DUTY_LATE_MINS_MAX: i64 = 10;

/// The account at SES is read once a minute; what was read before this says little.
pub const ACCOUNT_READ_MINS_MAX: i64 = 5;

/// Events that came wait for so long at most while a worker is well.
pub const EVENTS_WAITING_MINS_MAX: i64 = 10;

/// From here on the day's quota at SES may not last.
pub const QUOTA_USED_PERCENT_MAX: i64 = 80;
