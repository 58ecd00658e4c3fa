//! What Amazon says of the account that all tenants share, and how its rate is given away.

use crate::limits;

/// Its word, as far as we know it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AccountWord {
    /// Nothing stands in the way.
    Well,
    /// Under review: it still takes mail, and each that is taken badly counts.
    Probation,
    /// It takes no mail.
    Shutdown,
}

impl AccountWord {
    /// From SES's own words (GetAccount: EnforcementStatus and SendingEnabled). A word that we do not know stops nobody while
    /// SES takes mail.
    pub fn of(enforcement: &str, may_send: bool) -> Self {
        match (enforcement, may_send) {
            ("SHUTDOWN", _) | (_, false) => Self::Shutdown,
            ("PROBATION", true) => Self::Probation,
            (_, true) => Self::Well,
        }
    }

    /// For people of a team whose own account it is said of.
    pub const fn of_own(self) -> &'static str {
        match self {
            Self::Well => "Amazon SES takes the mail of the team's own account.",
            Self::Probation => {
                "Amazon SES reviews the team's own AWS account. Nothing leaves meanwhile; what is planned is kept."
            }
            Self::Shutdown => {
                "Amazon SES has stopped the team's own AWS account. Nothing leaves; what is planned is kept."
            }
        }
    }

    /// For people: what it means.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Well => "Amazon SES takes the platform's mail.",
            Self::Probation => {
                "Amazon SES reviews the platform's account. Nothing leaves meanwhile; what is planned is kept."
            }
            Self::Shutdown => "Amazon SES has stopped the platform's account. Nothing leaves; what is planned is kept.",
        }
    }
}

/// Of `rate` mails a second, how many may have left when so many milliseconds of it have gone by: at least one, and all of
/// them well before its end.
pub fn released(rate: i64, millis: i64) -> i64 {
    let step = limits::RATE_STEP_MILLIS;
    let gone = (millis.clamp(0, 999) / step + 2) * step;
    rate.saturating_mul(gone).saturating_add(999).saturating_div(1000).min(rate)
}

#[cfg(test)]
mod tests {
    use super::AccountWord::{self, Probation, Shutdown, Well};
    use super::released;

    #[test]
    fn a_second_is_given_away_as_it_goes() {
        assert_eq!([0, 49, 50, 500, 899, 900, 999].map(|at| released(100, at)), [10, 10, 15, 60, 95, 100, 100]);
        assert_eq!([0, 950].map(|at| released(1, at)), [1, 1], "whoever has one a second need not wait for its end");
        assert_eq!(released(14, 300), 6);
        assert_eq!(released(i64::MAX, 500), i64::MAX / 1000, "no overflow");
        assert_eq!(released(90, -5), released(90, 0), "a clock that is set back");
    }

    #[test]
    fn what_amazon_says_next_stops_nobody_while_it_takes_mail() {
        let words = [("HEALTHY", true), ("", true), ("WATCHED", true), ("PROBATION", true), ("SHUTDOWN", true)];
        assert_eq!(words.map(|(word, may)| AccountWord::of(word, may)), [Well, Well, Well, Probation, Shutdown]);
        assert_eq!(AccountWord::of("HEALTHY", false), Shutdown, "somebody switched it off");
    }
}
