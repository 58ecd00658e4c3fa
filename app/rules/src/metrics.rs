//! Numbers as they may be read: a rate stands with its fraction, and not at all where there is too little to judge by.

use crate::limits;
use crate::time::{Duration, OffsetDateTime};

/// The last `count` local days, the latest last, like `2026-11-29`. The latest is the day that has begun somewhere on Earth
/// (UTC+14), so that no mailbox's today is missing.
pub fn recent_days(now: OffsetDateTime, count: usize) -> Vec<String> {
    let latest = now.to_offset(time::UtcOffset::UTC) + Duration::hours(14);
    let mut days = Vec::with_capacity(count);
    let mut day = Some(latest.date());
    while let Some(date) = day.filter(|_| days.len() < count) {
        days.push(format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day()));
        day = date.previous_day();
    }
    days.reverse();
    days
}

/// Whether a text is a day like those, and there is such a day.
pub fn is_day(text: &str) -> bool {
    let shape = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    let mut parts = text.split('-').map(str::parse::<u16>);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) if shape => {
            let month = u8::try_from(month).ok().and_then(|month| time::Month::try_from(month).ok());
            let day = u8::try_from(day).ok();
            let date = month.zip(day).map(|(month, day)| time::Date::from_calendar_date(i32::from(year), month, day));
            year > 0 && matches!(date, Some(Ok(_)))
        }
        _ => false,
    }
}

/// `1.4 % · 3 of 214`; under the floor the fraction alone, and that it is too few to judge.
pub fn rate(part: i64, whole: i64) -> String {
    if whole < limits::RATE_SENDS_MIN {
        return format!("{part} of {whole}: too few to judge");
    }
    let tenths = (part * 1000 + whole / 2) / whole;
    format!("{}.{} % · {part} of {whole}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_stands_only_where_there_is_enough_to_judge_by() {
        let check = |part, whole, words: &str| assert_eq!(rate(part, whole), words);
        check(1, 13, "1 of 13: too few to judge");
        check(0, 0, "0 of 0: too few to judge");
        check(3, 214, "1.4 % · 3 of 214");
        check(214, 214, "100.0 % · 214 of 214");
        check(1, 2500, "0.0 % · 1 of 2500");
    }

    #[test]
    fn only_days_that_there_are_can_be_asked_for() {
        assert!(["2026-11-29", "2024-02-29", "0001-01-01"].into_iter().all(is_day));
        let wrong =
            ["", "2026-02-29", "2026-13-01", "2026-1-01", "26-11-2901", "2026-11-2a", "0000-01-01", "+026-11-29"];
        assert!(!wrong.into_iter().any(is_day));
    }

    #[test]
    fn days_run_up_to_the_one_that_has_begun_somewhere() {
        // 2024-10-04 10:00 UTC: on Kiritimati it is the 5th.
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::hours(10);
        assert_eq!(recent_days(now, 3), ["2024-10-03", "2024-10-04", "2024-10-05"]);
        let now = now - Duration::hours(10) - Duration::days(3);
        assert_eq!(recent_days(now, 2), ["2024-09-30", "2024-10-01"]);
    }
}
