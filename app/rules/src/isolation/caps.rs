//! How much one tenant may send, set by the operator: mails in any 24 hours, in any 60 minutes (as SES counts its own quota:
//! no zone has a say in it), and in one second. Counted is what left or may have left; what SES definitely did not take is
//! given back. Times are business time.

use crate::limits;
use crate::time::{Duration, OffsetDateTime};

/// What a cap is over.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CapSpan {
    Day,
    Hour,
    Second,
}

/// `None`: the tenant has no such cap of its own.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Caps {
    day: Option<u32>,
    hour: Option<u32>,
    second: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CapsError {
    #[error(
        "Enter a whole number from 1 to {}, or nothing for no cap. To stop the team, pause it.",
        limits::TENANT_CAP_MAX
    )]
    Number,
    #[error("More than the cap of {0}: this one would never hold.")]
    Order(&'static str),
}

/// A tenant's caps, and what was claimed under them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Allowance {
    caps: Caps,
    /// The minutes in which something was claimed, by their beginnings, the oldest first.
    minutes: Vec<(OffsetDateTime, i64)>,
    /// The newest second in which something was (Unix time), and how much.
    second: (i64, i64),
}

/// A cap that is used up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Full {
    pub span: CapSpan,
    /// How many mails it is.
    pub cap: u32,
    /// When the next mail may leave.
    pub until: OffsetDateTime,
}

impl CapSpan {
    pub const ALL: [Self; 3] = [Self::Day, Self::Hour, Self::Second];

    /// As it stands in the database, in forms and in sentences.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Second => "second",
        }
    }

    /// What "a cap of 500 mails" goes on with.
    pub const fn a_span(self) -> &'static str {
        match self {
            Self::Day => "in 24 hours",
            Self::Hour => "an hour",
            Self::Second => "a second",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.as_str() == text)
    }

    const fn length(self) -> Duration {
        match self {
            Self::Day => Duration::hours(24),
            Self::Hour => Duration::hours(1),
            Self::Second => Duration::seconds(1),
        }
    }
}

impl Caps {
    /// One cap as it was typed: nothing is none.
    pub fn parse_one(text: &str) -> Result<Option<u32>, CapsError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let cap = text.parse().ok().filter(|cap| (1..=limits::TENANT_CAP_MAX).contains(cap));
        cap.map(Some).ok_or(CapsError::Number)
    }

    /// Refused, with the span that is wrong: what a longer span forbids anyway.
    pub fn new(day: Option<u32>, hour: Option<u32>, second: Option<u32>) -> Result<Self, (CapSpan, CapsError)> {
        let above = |cap: Option<u32>, other: Option<u32>| cap.zip(other).is_some_and(|(cap, other)| cap > other);
        if above(hour, day) {
            return Err((CapSpan::Hour, CapsError::Order("24 hours")));
        }
        if above(second, hour) {
            return Err((CapSpan::Second, CapsError::Order("an hour")));
        }
        if above(second, day) {
            return Err((CapSpan::Second, CapsError::Order("24 hours")));
        }
        Ok(Self { day, hour, second })
    }

    pub const fn of(self, span: CapSpan) -> Option<u32> {
        match span {
            CapSpan::Day => self.day,
            CapSpan::Hour => self.hour,
            CapSpan::Second => self.second,
        }
    }

    /// Those that there are, the longest span first.
    pub fn list(self) -> impl Iterator<Item = (CapSpan, u32)> {
        CapSpan::ALL.into_iter().filter_map(move |span| Some((span, self.of(span)?)))
    }

    pub fn is_none(self) -> bool {
        self == Self::default()
    }

    /// The first minute that any of them counts; `None`: they count no minutes.
    pub fn counts_since(self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let longest = self.list().map(|(span, _)| span).find(|span| *span != CapSpan::Second)?;
        Some(minute_of(now - longest.length()))
    }
}

/// What is claimed now is counted in this minute.
pub fn minute_of(now: OffsetDateTime) -> OffsetDateTime {
    now - Duration::seconds(now.unix_timestamp().rem_euclid(60)) - Duration::nanoseconds(i64::from(now.nanosecond()))
}

impl Allowance {
    pub const fn new(caps: Caps, minutes: Vec<(OffsetDateTime, i64)>, second: (i64, i64)) -> Self {
        Self { caps, minutes, second }
    }

    pub const fn caps(&self) -> Caps {
        self.caps
    }

    /// How many were claimed in the span that ends now. A minute counts as long as any of it lies in the span, so that no
    /// 24 hours and no 60 minutes hold more than their cap.
    pub fn used(&self, span: CapSpan, now: OffsetDateTime) -> i64 {
        match span {
            // A process whose clock is behind counts into the second that another has begun.
            CapSpan::Second if self.second.0 >= now.unix_timestamp() => self.second.1,
            CapSpan::Second => 0,
            CapSpan::Day | CapSpan::Hour => self.counted(span, now).map(|(_, mails)| mails).sum(),
        }
    }

    /// How many more may be claimed now.
    pub fn left(&self, now: OffsetDateTime) -> i64 {
        let left = self.caps.list().map(|(span, cap)| i64::from(cap) - self.used(span, now));
        left.min().unwrap_or(i64::MAX).max(0)
    }

    /// So many more are claimed now.
    pub fn claim(&mut self, mails: i64, now: OffsetDateTime) {
        let (minute, second) = (minute_of(now), now.unix_timestamp());
        match self.minutes.last_mut() {
            Some((last, claimed)) if *last >= minute => *claimed += mails,
            _ => self.minutes.push((minute, mails)),
        }
        self.second = if self.second.0 >= second { (self.second.0, self.second.1 + mails) } else { (second, mails) };
    }

    /// The cap that is used up; of several the one that holds longest.
    pub fn full(&self, now: OffsetDateTime) -> Option<Full> {
        let full = self.caps.list().filter_map(|(span, cap)| {
            let over = self.used(span, now) - i64::from(cap);
            (over >= 0).then(|| Full { span, cap, until: self.frees_at(span, over, now) })
        });
        full.max_by_key(|full| full.until)
    }

    /// When more than `over` mails of the span lie behind it.
    fn frees_at(&self, span: CapSpan, over: i64, now: OffsetDateTime) -> OffsetDateTime {
        if span == CapSpan::Second {
            let next = self.second.0.max(now.unix_timestamp()) + 1;
            return OffsetDateTime::from_unix_timestamp(next).unwrap_or(now + span.length());
        }
        let mut gone = 0;
        let leaves = self.counted(span, now).find(|(_, mails)| {
            gone += mails;
            gone > over
        });
        leaves.map_or(now, |(minute, _)| minute + Duration::minutes(1)) + span.length()
    }

    fn counted(&self, span: CapSpan, now: OffsetDateTime) -> impl Iterator<Item = (OffsetDateTime, i64)> {
        let since = now - span.length() - Duration::minutes(1);
        self.minutes.iter().copied().filter(move |(minute, _)| *minute > since)
    }
}

impl Full {
    /// When the lane that is `place`th in the row, from 0, is looked at again: where a second's cap holds, so many a second;
    /// else all when it frees, in this order.
    pub fn look_at(&self, place: u32) -> OffsetDateTime {
        match self.span {
            CapSpan::Second => self.until + Duration::seconds(i64::from(place / self.cap.max(1))),
            CapSpan::Day | CapSpan::Hour => self.until + Duration::milliseconds(i64::from(place)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2024-10-04 00:00.
    fn at(minutes: i64, seconds: i64) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::minutes(minutes) + Duration::seconds(seconds)
    }

    fn caps(day: u32, hour: u32, second: u32) -> Caps {
        let some = |cap| (cap > 0).then_some(cap);
        Caps::new(some(day), some(hour), some(second)).unwrap()
    }

    fn allowance(caps: Caps) -> Allowance {
        Allowance::new(caps, Vec::new(), (0, 0))
    }

    #[test]
    fn a_cap_is_a_number_that_can_hold() {
        assert_eq!(Caps::parse_one(" "), Ok(None));
        assert_eq!(Caps::parse_one(" 500 "), Ok(Some(500)));
        for wrong in ["0", "-1", "1.5", "1000001", "many", "99999999999999"] {
            assert_eq!(Caps::parse_one(wrong), Err(CapsError::Number), "{wrong}");
        }
        assert_eq!(Caps::new(Some(10), Some(11), None).unwrap_err().0, CapSpan::Hour);
        assert_eq!(Caps::new(None, Some(1), Some(2)).unwrap_err().0, CapSpan::Second);
        assert_eq!(Caps::new(Some(1), None, Some(2)).unwrap_err().0, CapSpan::Second);
        assert!(Caps::new(Some(10), Some(10), Some(10)).is_ok());
        assert!(caps(0, 0, 0).is_none());
    }

    #[test]
    fn an_hours_cap_frees_as_its_minutes_go_by() {
        let mut hour = allowance(caps(0, 5, 0));
        hour.claim(2, at(0, 30));
        hour.claim(3, at(10, 59));
        assert_eq!(hour.left(at(20, 0)), 0);
        let full = Full { span: CapSpan::Hour, cap: 5, until: at(61, 0) };
        assert_eq!(hour.full(at(20, 0)), Some(full));
        assert_eq!(
            (hour.left(at(60, 59)), hour.left(at(61, 0))),
            (0, 2),
            "the last second of its minute is an hour ago"
        );
        assert_eq!(hour.full(at(61, 0)), None);
        hour.claim(2, at(61, 0));
        assert_eq!(hour.full(at(61, 0)).unwrap().until, at(71, 0));
    }

    #[test]
    fn a_cap_below_what_left_frees_when_enough_is_past() {
        let mut hour = allowance(caps(0, 2, 0));
        for minute in 0..10 {
            hour.claim(1, at(minute, 0));
        }
        assert_eq!(hour.left(at(30, 0)), 0, "never less than none");
        assert_eq!(hour.full(at(30, 0)).unwrap().until, at(69, 0), "nine of ten are an hour ago");
    }

    #[test]
    fn the_cap_that_holds_longest_is_named() {
        let mut both = allowance(caps(4, 4, 4));
        both.claim(4, at(0, 0));
        assert_eq!(both.full(at(0, 0)).unwrap().span, CapSpan::Day);
        assert_eq!(both.full(at(0, 0)).unwrap().until, at(24 * 60 + 1, 0));
        let mut second = allowance(caps(9, 9, 4));
        second.claim(4, at(0, 0));
        let full = second.full(at(0, 0)).unwrap();
        assert_eq!((full.span, full.until), (CapSpan::Second, at(0, 1)));
        assert_eq!((second.left(at(0, 1)), second.used(CapSpan::Second, at(0, 1))), (4, 0));
        assert_eq!([0, 3, 4, 8].map(|place| full.look_at(place)), [1, 1, 2, 3].map(|seconds| at(0, seconds)));
    }

    #[test]
    fn a_clock_that_is_behind_counts_into_the_newest_second() {
        let mut second = allowance(caps(0, 0, 3));
        second.claim(2, at(0, 5));
        second.claim(1, at(0, 4));
        assert_eq!((second.left(at(0, 4)), second.left(at(0, 5)), second.left(at(0, 6))), (0, 0, 3));
    }

    #[test]
    fn whoever_claims_whenever_there_is_room_never_passes_a_cap() {
        let caps = caps(40, 7, 2);
        let mut allowance = allowance(caps);
        let (mut sent, mut dice) = (Vec::new(), 7_u64);
        let mut now = at(0, 0);
        while now < at(3 * 24 * 60, 0) {
            for _ in 0..allowance.left(now) {
                sent.push(now);
            }
            allowance.claim(allowance.left(now), now);
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            now += Duration::milliseconds(1 + i64::try_from(dice >> 44).unwrap());
        }
        assert!(sent.len() > 100, "{}", sent.len());
        for (span, cap) in caps.list() {
            let cap = usize::try_from(cap).unwrap();
            for some in sent.windows(cap + 1) {
                // A second is one of the clock.
                let is_over = match span {
                    CapSpan::Second => some[0].unix_timestamp() == some[cap].unix_timestamp(),
                    CapSpan::Day | CapSpan::Hour => some[cap] - some[0] < span.length(),
                };
                assert!(!is_over, "{span:?}: {} mails from {}", cap + 1, some[0]);
            }
        }
    }
}
