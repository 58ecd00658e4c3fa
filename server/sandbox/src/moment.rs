//! Moments as the protocols write them. It asks no clock.

const MILLIS_A_DAY: i64 = 86_400_000;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]; // day 0 of the epoch was a Thursday

/// Of epoch seconds.
#[expect(clippy::cast_possible_truncation, reason = "a moment that no i64 of milliseconds holds is none of this world")]
pub(crate) fn millis(seconds: f64) -> i64 {
    (seconds * 1000.0).round() as i64
}

/// Epoch seconds.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of this age are exact in an f64")]
pub(crate) fn seconds(millis: i64) -> f64 {
    millis as f64 / 1000.0
}

/// Whole days of the epoch.
pub(crate) fn day(seconds: f64) -> i64 {
    millis(seconds).div_euclid(MILLIS_A_DAY)
}

/// `2026-07-27T11:51:10.600Z`.
pub(crate) fn iso(millis: i64) -> String {
    let Civil { year, month, day, hour, minute, second, milli, .. } = civil(millis);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// `Mon, 27 Jul 2026 11:51:10 +0000` (RFC 5322 3.3).
pub(crate) fn rfc5322(millis: i64) -> String {
    let Civil { year, month, day, hour, minute, second, weekday, .. } = civil(millis);
    let (weekday, month) = (name(&WEEKDAYS, weekday), name(&MONTHS, month - 1));
    format!("{weekday}, {day} {month} {year:04} {hour:02}:{minute:02}:{second:02} +0000")
}

/// `Mon, 27 Jul 2026 11:51:10 GMT` (RFC 9110 5.6.7).
pub(crate) fn http(millis: i64) -> String {
    let Civil { year, month, day, hour, minute, second, weekday, .. } = civil(millis);
    let (weekday, month) = (name(&WEEKDAYS, weekday), name(&MONTHS, month - 1));
    format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

/// Of names in the order of their numbers, the first of which is 0.
pub(crate) fn name<'a>(names: &[&'a str], number: i64) -> &'a str {
    usize::try_from(number).ok().and_then(|number| names.get(number).copied()).unwrap_or_default()
}

/// A date and a time of day in UTC.
pub(crate) struct Civil {
    pub(crate) year: i64,
    /// From 1 on.
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    pub(crate) milli: i64,
    /// Thursday is 0.
    pub(crate) weekday: i64,
}

/// Days become dates by counting years from March, so that the leap day is a year's last.
pub(crate) fn civil(millis: i64) -> Civil {
    let days = millis.div_euclid(MILLIS_A_DAY);
    let rest = millis.rem_euclid(MILLIS_A_DAY);
    let shifted = days + 719_468; // since 0000-03-01
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    Civil {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month,
        day: day_of_year - (153 * shifted_month + 2) / 5 + 1,
        hour: rest / 3_600_000,
        minute: rest / 60_000 % 60,
        second: rest / 1000 % 60,
        milli: rest % 1000,
        weekday: days.rem_euclid(7),
    }
}

#[cfg(test)]
mod tests {
    use super::{http, iso, millis, rfc5322};

    #[test]
    fn moments_are_written_as_the_protocols_want_them() {
        for (seconds, date, header) in [
            (0.0, "1970-01-01T00:00:00.000Z", "Thu, 1 Jan 1970 00:00:00 +0000"),
            (951_782_399.5, "2000-02-28T23:59:59.500Z", "Mon, 28 Feb 2000 23:59:59 +0000"),
            (951_782_400.0, "2000-02-29T00:00:00.000Z", "Tue, 29 Feb 2000 00:00:00 +0000"),
            (1_785_153_070.6, "2026-07-27T11:51:10.600Z", "Mon, 27 Jul 2026 11:51:10 +0000"),
        ] {
            assert_eq!((iso(millis(seconds)).as_str(), rfc5322(millis(seconds)).as_str()), (date, header));
        }
        assert_eq!(http(1_000), "Thu, 01 Jan 1970 00:00:01 GMT");
    }
}
