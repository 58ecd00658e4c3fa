//! The entrances for time and chance. The real ones live in the server's `system.rs`; everything else is handed a time,
//! bytes, or one of these traits, so that a test decides what the hour is and what the dice show.

pub use ::time::{Duration, OffsetDateTime};

/// Machine time, in UTC: for sessions, limits, leases and time-outs.
pub trait Clock: Send + Sync {
    fn now(&self) -> OffsetDateTime;
}

/// The source of unpredictable bytes.
pub trait Chance: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// A time seen from `now`, in words: `just now`, `5 min ago`, `in 3 h`. Two units are never mixed.
pub fn relative(then: OffsetDateTime, now: OffsetDateTime) -> String {
    let span = now - then;
    let amount = match span.abs() {
        span if span < Duration::minutes(1) => return "just now".to_owned(),
        span if span < Duration::hours(1) => format!("{} min", span.whole_minutes()),
        span if span < Duration::days(2) => format!("{} h", span.whole_hours()),
        span => format!("{} days", span.whole_days()),
    };
    if span.is_negative() { format!("in {amount}") } else { format!("{amount} ago") }
}

/// `2026-11-28 10:05 UTC`.
pub fn absolute(time: OffsetDateTime) -> String {
    let time = time.to_offset(::time::UtcOffset::UTC);
    let (year, month, day) = time.to_calendar_date();
    let (hour, minute, _) = time.to_hms();
    format!("{year:04}-{:02}-{day:02} {hour:02}:{minute:02} UTC", u8::from(month))
}

/// RFC 3339 to the second, for `<time datetime>`.
pub fn machine_readable(time: OffsetDateTime) -> String {
    let time = time.to_offset(::time::UtcOffset::UTC);
    let (year, month, day) = time.to_calendar_date();
    let (hour, minute, second) = time.to_hms();
    format!("{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z", u8::from(month))
}

/// RFC 3339, with any offset.
pub fn parse_rfc3339(text: &str) -> Option<OffsetDateTime> {
    let timestamp: jiff::Timestamp = text.parse().ok()?;
    OffsetDateTime::from_unix_timestamp_nanos(timestamp.as_nanosecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_from_now() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let check = |then, words: &str| assert_eq!(relative(then, now), words);
        check(now - Duration::seconds(59), "just now");
        check(now - Duration::minutes(5), "5 min ago");
        check(now - Duration::hours(47), "47 h ago");
        check(now - Duration::days(3), "3 days ago");
        check(now + Duration::hours(3), "in 3 h");
        assert_eq!(absolute(now), "2024-10-04 00:00 UTC");
        assert_eq!(machine_readable(now), "2024-10-04T00:00:00Z");
        assert_eq!(parse_rfc3339("2024-10-04T02:00:00+02:00"), Some(now));
        assert_eq!(parse_rfc3339("yesterday"), None);
    }
}
