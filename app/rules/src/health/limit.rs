//! The limits of health, and where numbers stand beside them.

use crate::limits;
use std::iter::Sum;
use std::ops::Add;

/// Mails that SES took, and what became of them. Simulated ones are not among them.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tally {
    pub sends: i64,
    pub hard_bounces: i64,
    pub complaints: i64,
}

impl Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            sends: self.sends + other.sends,
            hard_bounces: self.hard_bounces + other.hard_bounces,
            complaints: self.complaints + other.complaints,
        }
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Self::add)
    }
}

/// What is bad about a mail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Measure {
    HardBounces,
    Complaints,
}

impl Measure {
    pub const ALL: [Self; 2] = [Self::HardBounces, Self::Complaints];

    pub const fn of(self, tally: Tally) -> i64 {
        match self {
            Self::HardBounces => tally.hard_bounces,
            Self::Complaints => tally.complaints,
        }
    }

    /// As it stands in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HardBounces => "hard_bounces",
            Self::Complaints => "complaints",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.as_str() == text)
    }
}

/// Over how long a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Span {
    Hour,
    Day,
}

impl Span {
    pub const ALL: [Self; 2] = [Self::Hour, Self::Day];

    pub const fn hours(self) -> usize {
        match self {
            Self::Hour => 1,
            Self::Day => 24,
        }
    }

    /// As it stands in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.as_str() == text)
    }

    pub const fn words(self) -> &'static str {
        match self {
            Self::Hour => "an hour",
            Self::Day => "24 hours",
        }
    }
}

/// A rate at which something stands still, and one at which somebody should look. Neither speaks below its floors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limit {
    pub measure: Measure,
    pub span: Span,
    /// Hundredths of a percent of the sends, as is the next.
    pub warn: i64,
    pub pause: i64,
    pub sends_min: i64,
    pub events_min: i64,
}

/// All of them.
pub const LIMITS: [Limit; 4] = [
    Limit {
        measure: Measure::Complaints,
        span: Span::Hour,
        warn: limits::COMPLAINTS_HOUR_WARN,
        pause: limits::COMPLAINTS_HOUR_PAUSE,
        sends_min: limits::HOUR_SENDS_MIN,
        events_min: limits::COMPLAINTS_HOUR_EVENTS_MIN,
    },
    Limit {
        measure: Measure::Complaints,
        span: Span::Day,
        warn: limits::COMPLAINTS_DAY_WARN,
        pause: limits::COMPLAINTS_DAY_PAUSE,
        sends_min: limits::DAY_SENDS_MIN,
        events_min: limits::COMPLAINTS_DAY_EVENTS_MIN,
    },
    Limit {
        measure: Measure::HardBounces,
        span: Span::Hour,
        warn: limits::HARD_BOUNCES_HOUR_WARN,
        pause: limits::HARD_BOUNCES_HOUR_PAUSE,
        sends_min: limits::HOUR_SENDS_MIN,
        events_min: limits::HARD_BOUNCES_HOUR_EVENTS_MIN,
    },
    Limit {
        measure: Measure::HardBounces,
        span: Span::Day,
        warn: limits::HARD_BOUNCES_DAY_WARN,
        pause: limits::HARD_BOUNCES_DAY_PAUSE,
        sends_min: limits::DAY_SENDS_MIN,
        events_min: limits::HARD_BOUNCES_DAY_EVENTS_MIN,
    },
];

impl Limit {
    pub(super) const fn pauses(&self, tally: Tally) -> bool {
        self.reaches(tally, self.pause)
    }

    /// Whether it could, as far as what is bad tells, whatever was sent.
    pub(super) fn may_pause(&self, tally: Tally) -> bool {
        self.pauses(Tally { sends: self.sends_min.max(self.measure.of(tally)), ..tally })
    }

    const fn reaches(&self, tally: Tally, rate: i64) -> bool {
        let bad = self.measure.of(tally);
        tally.sends >= self.sends_min && bad >= self.events_min && bad * 10_000 >= rate * tally.sends
    }
}

/// Where something that sends stands now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Below the floors of every rate.
    TooFew,
    Good,
    Warn(Limit),
    /// Bad enough to stand still. It was judged when it came to that; this is for numbers that are read later.
    Bad(Limit),
}

/// `hour` and `day`: what was sent in the last hour and in the last 24.
pub fn standing(hour: Tally, day: Tally) -> Standing {
    let of = |limit: &Limit| match limit.span {
        Span::Hour => hour,
        Span::Day => day,
    };
    if let Some(limit) = LIMITS.iter().find(|limit| limit.pauses(of(limit))) {
        return Standing::Bad(*limit);
    }
    if let Some(limit) = LIMITS.iter().find(|limit| limit.reaches(of(limit), limit.warn)) {
        return Standing::Warn(*limit);
    }
    if LIMITS.iter().any(|limit| of(limit).sends >= limit.sends_min) { Standing::Good } else { Standing::TooFew }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_never_looser_than_its_warning_and_each_has_floors() {
        for limit in LIMITS {
            assert!(limit.warn < limit.pause && limit.sends_min > 0 && limit.events_min > 1, "{limit:?}");
            assert_eq!(Measure::parse(limit.measure.as_str()), Some(limit.measure));
            assert_eq!(Span::parse(limit.span.as_str()), Some(limit.span));
        }
    }

    #[test]
    fn a_rate_speaks_above_both_floors_only() {
        let hour = |sends, hard_bounces| standing(Tally { sends, hard_bounces, complaints: 0 }, Tally::default());
        assert_eq!(hour(199, 199), Standing::TooFew, "too few sends");
        assert_eq!(hour(200, 19), Standing::Good, "9.5 %, and too few events");
        assert!(matches!(hour(200, 20), Standing::Bad(_)), "10 %");
        assert!(matches!(hour(201, 20), Standing::Warn(_)), "9.95 %");
        assert_eq!(hour(1000, 49), Standing::Good, "4.9 %");
        let day = |sends, complaints| standing(Tally::default(), Tally { sends, hard_bounces: 0, complaints });
        assert_eq!(day(999, 20), Standing::TooFew);
        assert!(matches!(day(3333, 10), Standing::Bad(_)), "0.3 %");
        assert!(matches!(day(3334, 10), Standing::Warn(_)));
        assert_eq!(day(6667, 10), Standing::Good);
    }
}
