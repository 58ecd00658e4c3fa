//! Dates as they stand in files of leads, and how they are written. Never guesses between two days, never gives a text
//! back that it could not read.

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::{strtime, temporal};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ZonedDateTime};
use time::OffsetDateTime;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum DateError {
    Unreadable,
    /// 03/04/2026: a day in March in the United States, one in April elsewhere.
    Ambiguous,
}

/// `2026-12-17`, `17.12.2026`, `12/17/2026`, `17 Dec 2026`, `December 17, 2026`, with or without a time; ISO forms with
/// an offset too. Without one it is UTC.
pub(super) fn read(text: &str) -> Result<ZonedDateTime, DateError> {
    let text = text.trim();
    if let Some(zoned) = iso(text) {
        return Ok(zoned);
    }
    let (date, time) = match text.find(':') {
        None => (text, Time::midnight()),
        Some(colon) => {
            let at = text[..colon].rfind(char::is_whitespace).ok_or(DateError::Unreadable)?;
            let (date, time) = (text[..at].trim_end(), text[at..].trim_start());
            (date.strip_suffix(',').unwrap_or(date), clock_time(time).ok_or(DateError::Unreadable)?)
        }
    };
    let date = match slashed(date) {
        Some(found) => found?,
        None => DATE_FORMS.iter().find_map(|form| Date::strptime(form, date).ok()).ok_or(DateError::Unreadable)?,
    };
    in_utc(DateTime::from_parts(date, time)).filter(is_plausible).ok_or(DateError::Unreadable)
}

/// In a format of strftime. None if it is not one.
pub(super) fn write(date: &ZonedDateTime, format: &str) -> Option<String> {
    strtime::format(format, date).ok()
}

pub(super) fn from_now(now: OffsetDateTime) -> Option<ZonedDateTime> {
    let seconds = Timestamp::from_second(now.unix_timestamp()).ok()?;
    Some(seconds.to_zoned_datetime(TimeZone::UTC))
}

/// Whether `format` is one, tried on some day.
pub(super) fn is_format(format: &str) -> bool {
    write(&Timestamp::UNIX_EPOCH.to_zoned_datetime(TimeZone::UTC), format).is_some_and(|text| !text.is_empty())
}

const DATE_FORMS: &[&str] = &["%Y/%m/%d", "%d.%m.%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y"];

const TIME_FORMS: &[&str] = &["%H:%M:%S", "%H:%M", "%I:%M %p", "%I:%M:%S %p"];

/// Liquid writes an offset with a blank before it.
fn iso(text: &str) -> Option<ZonedDateTime> {
    static PARSER: temporal::DateTimeParser = temporal::DateTimeParser::new();
    let joined = text.replacen(" +", "+", 1).replacen(" -", "-", 1);
    let pieces = PARSER.parse_pieces(&joined).ok()?;
    // Digits alone are a number of something, as spreadsheets write days.
    if !text.contains('-') || pieces.time_zone_annotation().is_some() {
        return None;
    }
    let at = DateTime::from_parts(pieces.date(), pieces.time().unwrap_or_else(Time::midnight));
    let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
    at.to_zoned_datetime(TimeZone::fixed(offset)).ok().filter(is_plausible)
}

fn clock_time(text: &str) -> Option<Time> {
    TIME_FORMS.iter().find_map(|form| Time::strptime(form, text).ok())
}

/// Day and month in the only order that is possible. None if it is not of this form at all.
fn slashed(text: &str) -> Option<Result<Date, DateError>> {
    let numbers: Vec<i16> = text.split('/').map(str::parse).collect::<Result<_, _>>().ok()?;
    let &[first, second, year] = numbers.as_slice() else { return None };
    if !(1000..=9999).contains(&year) {
        return None;
    }
    let (month, day) = match (first > 12, second > 12) {
        (false, false) if first != second => return Some(Err(DateError::Ambiguous)),
        (true, _) => (second, first),
        (false, _) => (first, second),
    };
    let part = |number| i8::try_from(number).map_err(|_| DateError::Unreadable);
    let date = part(month).and_then(|month| {
        let day = part(day)?;
        Date::new(year, month, day).map_err(|_| DateError::Unreadable)
    });
    Some(date)
}

fn in_utc(at: DateTime) -> Option<ZonedDateTime> {
    at.to_zoned_datetime(TimeZone::UTC).ok()
}

/// A year of two digits is not one.
fn is_plausible(date: &ZonedDateTime) -> bool {
    (1000..=9999).contains(&date.year())
}
