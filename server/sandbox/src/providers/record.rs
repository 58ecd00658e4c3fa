//! What one provider remembers of one sender, and what that is worth. The formula stands in `providers`.

use super::{BLOCK_BELOW, Mark, NO_INBOX_BELOW, SPAM_BELOW};
use serde_json::{Value, json};

/// In thousandths, of the day they were last looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    day: i64,
    delivered: u64,
    complaints: u64,
    unknown_users: u64,
    blocked: u64,
}

const ONE: u64 = 1000;
const NEVER_WERE: u64 = 500 * ONE;
const COMPLAINT_WEIGHT: u64 = 100;
const UNKNOWN_USER_WEIGHT: u64 = 10;
const DAYS_REMEMBERED: i64 = 60; // of a million mails less than one is left

impl Record {
    /// As it is on that day. A clock that goes back makes nothing younger.
    pub(super) fn at(&mut self, day: i64) -> &mut Self {
        let days = (day - self.day).clamp(0, DAYS_REMEMBERED);
        self.day = self.day.max(day);
        for count in [&mut self.delivered, &mut self.complaints, &mut self.unknown_users, &mut self.blocked] {
            for _ in 0..days {
                *count -= count.div_ceil(4);
            }
        }
        self
    }

    pub(super) fn add(&mut self, mark: Mark) {
        match mark {
            Mark::Delivered => self.delivered += ONE,
            Mark::Complaint => self.complaints += ONE,
            Mark::UnknownUser => self.unknown_users += ONE,
            Mark::Blocked => self.blocked += ONE,
        }
    }

    /// From 0 to 1000.
    pub(super) fn score(&self) -> u32 {
        let bad = COMPLAINT_WEIGHT * self.complaints + UNKNOWN_USER_WEIGHT * self.unknown_users;
        let lost = 1000 * bad / (self.delivered + self.unknown_users + NEVER_WERE);
        1000 - u32::try_from(lost.min(1000)).unwrap_or(1000)
    }

    pub(super) fn shown(&self) -> Value {
        let score = self.score();
        let standing = match score {
            SPAM_BELOW.. => "good",
            NO_INBOX_BELOW.. => "doubtful",
            BLOCK_BELOW.. => "bad",
            _ => "blocked",
        };
        let thousandths = |count: u64| json!(f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / 1000.0);
        json!({
            "delivered": thousandths(self.delivered),
            "complaints": thousandths(self.complaints),
            "unknown_users": thousandths(self.unknown_users),
            "blocked": thousandths(self.blocked),
            "score": score,
            "standing": standing,
        })
    }
}
