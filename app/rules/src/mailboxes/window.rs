//! When a mailbox may send: days of the week and hours, in a time zone. Always date first, then local time, then the
//! instant (and never the other way round), so that nothing shifts on the day on which the clock changes.

use super::ZoneName;
use crate::time::OffsetDateTime;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, ZonedDateTime};

/// How far ahead an opening is looked for: a window opens once a week at least, and a day may lose its hour to the clock.
const DAYS_AHEAD: usize = 15;

/// Days of the week; never none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WeekDays(u8);

/// Open on `days` from the minute `from` of the local day up to, and without, the minute `until`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SendWindow {
    days: WeekDays,
    from: u16,
    until: u16,
    zone: ZoneName,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WindowError {
    #[error("Choose at least one day.")]
    Days,
    #[error("Enter a time of day, like 09:00.")]
    Time,
    #[error("The window ends after it begins, on the same day.")]
    Order,
}

impl WeekDays {
    pub const NAMES: [&'static str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    /// Monday to Friday.
    pub const WORKING: Self = Self(0b001_1111);

    /// `bits`: Monday is the lowest.
    pub const fn from_bits(bits: u8) -> Result<Self, WindowError> {
        if bits == 0 || bits > 0b111_1111 { Err(WindowError::Days) } else { Ok(Self(bits)) }
    }

    pub const fn bits(self) -> u8 {
        self.0
    }

    /// `day`: 0 is Monday.
    pub const fn has(self, day: usize) -> bool {
        day < 7 && self.0 & (1 << day) != 0
    }

    fn has_date(self, date: Date) -> bool {
        usize::try_from(date.weekday().to_monday_zero_offset()).is_ok_and(|day| self.has(day))
    }

    /// `Mon–Fri`, `Mon, Wed, Fri`.
    pub fn describe(self) -> String {
        let days: Vec<usize> = (0..7).filter(|day| self.has(*day)).collect();
        let is_run = days.len() > 2 && days.windows(2).all(|pair| matches!(pair, [a, b] if a + 1 == *b));
        match days.as_slice() {
            [first, .., last] if is_run => format!("{}–{}", Self::NAMES[*first], Self::NAMES[*last]),
            days => days.iter().map(|day| Self::NAMES[*day]).collect::<Vec<_>>().join(", "),
        }
    }
}

impl SendWindow {
    /// `from` and `until` are minutes of the day, `until` up to 24:00.
    pub fn new(days: WeekDays, from: u16, until: u16, zone: ZoneName) -> Result<Self, WindowError> {
        if until > 24 * 60 {
            Err(WindowError::Time)
        } else if from >= until {
            Err(WindowError::Order)
        } else {
            Ok(Self { days, from, until, zone })
        }
    }

    /// `09:00` as minutes of the day; `24:00` is its end.
    pub fn parse_time(text: &str) -> Result<u16, WindowError> {
        let (hours, minutes) = text.trim().split_once(':').ok_or(WindowError::Time)?;
        let number = |text: &str| text.parse::<u16>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
        match (number(hours), number(minutes)) {
            (Some(24), Some(0)) => Ok(24 * 60),
            (Some(hours @ 0..24), Some(minutes @ 0..60)) => Ok(hours * 60 + minutes),
            _ => Err(WindowError::Time),
        }
    }

    /// The other way round.
    pub fn time_of_day(minutes: u16) -> String {
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }

    pub const fn days(&self) -> WeekDays {
        self.days
    }

    pub const fn from(&self) -> u16 {
        self.from
    }

    pub const fn until(&self) -> u16 {
        self.until
    }

    pub const fn zone(&self) -> &ZoneName {
        &self.zone
    }

    /// How long it is open on an ordinary day.
    pub const fn minutes(&self) -> u16 {
        self.until - self.from
    }

    /// `Mon–Fri 09:00–17:00, Europe/Berlin`.
    pub fn describe(&self) -> String {
        let (from, until) = (Self::time_of_day(self.from), Self::time_of_day(self.until));
        format!("{} {from}–{until}, {}", self.days.describe(), self.zone)
    }

    pub fn is_open(&self, now: OffsetDateTime) -> bool {
        self.is_open_at(&zoned(now, &self.zone.zone()))
    }

    /// The first moment from `after` on at which it is open; `None` for a window that no day of the next two weeks has.
    pub fn next_open(&self, after: OffsetDateTime) -> Option<OffsetDateTime> {
        let zone = self.zone.zone();
        let local = zoned(after, &zone);
        if self.is_open_at(&local) {
            return Some(after);
        }
        let mut date = local.date();
        for _ in 0..DAYS_AHEAD {
            // On the day on which an hour comes twice, an opening may come twice too.
            let ambiguous = zone.to_ambiguous_timestamp(date.to_datetime(time(self.from)));
            for opening in [ambiguous.earlier(), ambiguous.later()].into_iter().flatten() {
                let opening = opening.to_zoned_datetime(zone.clone());
                if opening.timestamp() >= local.timestamp() && self.is_open_at(&opening) {
                    return instant(opening.timestamp());
                }
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    /// When a step is due that waits `days` sending days after `sent`: at the same local time, or at the first moment
    /// after it that is open.
    pub fn after_sending_days(&self, sent: OffsetDateTime, days: u16) -> Option<OffsetDateTime> {
        let zone = self.zone.zone();
        let local = zoned(sent, &zone);
        let mut date = local.date();
        let mut left = days;
        while left > 0 {
            date = date.tomorrow().ok()?;
            if self.days.has_date(date) {
                left -= 1;
            }
        }
        let due = zone.to_timestamp(DateTime::from_parts(date, local.time())).ok()?;
        self.next_open(instant(due)?)
    }

    /// The local day: what a cap counts, and what the page names.
    pub fn day_of(&self, now: OffsetDateTime) -> String {
        zoned(now, &self.zone.zone()).date().to_string()
    }

    /// The local day with its first moment and that of the next: a day begins when its first hour does, be it 01:00.
    pub fn day_bounds(&self, now: OffsetDateTime) -> Option<(OffsetDateTime, OffsetDateTime)> {
        let start = zoned(now, &self.zone.zone()).start_of_day().ok()?;
        let next = start.checked_add(1.day()).ok()?.start_of_day().ok()?;
        Some((instant(start.timestamp())?, instant(next.timestamp())?))
    }

    fn is_open_at(&self, local: &ZonedDateTime) -> bool {
        let minute = minute_of_day(local.time());
        self.days.has_date(local.date()) && (self.from..self.until).contains(&minute)
    }
}

fn minute_of_day(time: Time) -> u16 {
    u16::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).unwrap_or(0)
}

fn time(minutes: u16) -> Time {
    let part = |number: u16| i8::try_from(number).unwrap_or(0);
    Time::new(part(minutes / 60 % 24), part(minutes % 60), 0, 0).unwrap_or(Time::midnight())
}

fn zoned(time: OffsetDateTime, zone: &TimeZone) -> ZonedDateTime {
    let timestamp = Timestamp::from_nanosecond(time.unix_timestamp_nanos()).unwrap_or(Timestamp::MAX);
    timestamp.to_zoned_datetime(zone.clone())
}

fn instant(timestamp: Timestamp) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(timestamp.as_nanosecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> OffsetDateTime {
        instant(text.parse().unwrap()).unwrap()
    }

    fn window(from: &str, until: &str, zone: &str) -> SendWindow {
        let time = |text| SendWindow::parse_time(text).unwrap();
        SendWindow::new(WeekDays::WORKING, time(from), time(until), ZoneName::parse(zone).unwrap()).unwrap()
    }

    fn every_day(from: &str, until: &str, zone: &str) -> SendWindow {
        SendWindow { days: WeekDays::from_bits(127).unwrap(), ..window(from, until, zone) }
    }

    #[test]
    fn a_window_opens_at_its_local_time_on_its_days() {
        let berlin = window("09:00", "17:00", "Europe/Berlin");
        let check = |after: &str, opens: &str| assert_eq!(berlin.next_open(at(after)), Some(at(opens)), "{after}");
        check("2026-11-30T07:59:59Z", "2026-11-30T08:00:00Z");
        check("2026-11-30T12:00:00Z", "2026-11-30T12:00:00Z");
        check("2026-11-30T16:00:00Z", "2026-12-01T08:00:00Z");
        check("2026-11-27T16:00:00Z", "2026-11-30T08:00:00Z");
        assert!(berlin.is_open(at("2026-11-30T15:59:59Z")) && !berlin.is_open(at("2026-11-30T16:00:00Z")));
        assert!(!berlin.is_open(at("2026-11-28T10:00:00Z")), "a Saturday");
        assert_eq!(berlin.describe(), "Mon–Fri 09:00–17:00, Europe/Berlin");
    }

    #[test]
    fn the_day_on_which_the_clock_changes_shifts_nothing_for_good() {
        let berlin = window("09:00", "17:00", "Europe/Berlin");
        let check = |sent: &str, days, due: &str| {
            assert_eq!(berlin.after_sending_days(at(sent), days), Some(at(due)), "{sent} and {days}");
        };
        // 2027-03-28 is the Sunday on which Berlin's clock goes forward.
        check("2027-03-26T09:30:00Z", 1, "2027-03-29T08:30:00Z");
        check("2027-03-26T09:30:00Z", 3, "2027-03-31T08:30:00Z");
        check("2027-03-26T08:00:00Z", 1, "2027-03-29T07:00:00Z");
        check("2027-03-25T15:59:00Z", 1, "2027-03-26T15:59:00Z");
        check("2027-03-25T15:59:00Z", 0, "2027-03-25T15:59:00Z");
    }

    #[test]
    fn a_window_in_the_night_of_the_change_is_shorter_or_longer_and_never_elsewhere() {
        let night = every_day("01:30", "03:30", "Europe/Berlin");
        assert_eq!(night.next_open(at("2027-03-27T23:00:00Z")), Some(at("2027-03-28T00:30:00Z")));
        assert!(night.is_open(at("2027-03-28T01:29:00Z")), "03:29, half an hour after 01:59");
        assert!(!night.is_open(at("2027-03-28T01:30:00Z")), "03:30");
        // 02:00 to 02:30 does not exist that night.
        let lost = every_day("02:00", "02:30", "Europe/Berlin");
        assert_eq!(lost.next_open(at("2027-03-27T23:00:00Z")), Some(at("2027-03-29T00:00:00Z")));
        // 2027-10-31: the hour from 02:00 comes twice, and so does the opening.
        let twice = every_day("02:30", "02:45", "Europe/Berlin");
        assert_eq!(twice.next_open(at("2027-10-30T22:00:00Z")), Some(at("2027-10-31T00:30:00Z")));
        assert_eq!(twice.next_open(at("2027-10-31T00:50:00Z")), Some(at("2027-10-31T01:30:00Z")));
    }

    #[test]
    fn a_day_begins_with_its_first_hour_whatever_that_is() {
        let check = |zone, now: &str, start: &str, next: &str| {
            let bounds = every_day("00:00", "24:00", zone).day_bounds(at(now));
            assert_eq!(bounds, Some((at(start), at(next))), "{zone}");
        };
        // In Cairo the clock goes forward at midnight: 2027-04-30 begins at 01:00.
        check("Africa/Cairo", "2027-04-30T08:00:00Z", "2027-04-29T22:00:00Z", "2027-04-30T21:00:00Z");
        check("Asia/Shanghai", "2026-11-28T15:00:00Z", "2026-11-27T16:00:00Z", "2026-11-28T16:00:00Z");
        assert_eq!(every_day("00:00", "24:00", "Asia/Shanghai").day_of(at("2026-11-28T16:00:00Z")), "2026-11-29");
    }

    #[test]
    fn what_is_no_window_is_refused() {
        for wrong in ["", "9", "09:60", "25:00", "24:01", "+9:00", "09:00:00"] {
            assert_eq!(SendWindow::parse_time(wrong), Err(WindowError::Time), "{wrong}");
        }
        let utc = || ZoneName::parse("UTC").unwrap();
        assert_eq!(SendWindow::new(WeekDays::WORKING, 540, 540, utc()), Err(WindowError::Order));
        assert_eq!(WeekDays::from_bits(0), Err(WindowError::Days));
        assert_eq!(WeekDays::from_bits(0b10101).unwrap().describe(), "Mon, Wed, Fri");
        assert_eq!(SendWindow::time_of_day(24 * 60), "24:00");
    }
}
