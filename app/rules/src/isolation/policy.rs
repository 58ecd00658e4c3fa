//! Which reputation policy a tenant is to have at SES: the strict one stops it at the first finding of Amazon's; the standard
//! one is earned.

use super::ReputationPolicy;
use crate::health::Tally;
use crate::limits;
use crate::time::Duration;

/// What is known of a tenant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PolicyFacts {
    pub age: Duration,
    /// How long ago the last incident by health or by Amazon was over; zero: one is open. `None`: there never was one.
    pub since_incident: Option<Duration>,
    /// Of the last [`limits::POLICY_DAYS`].
    pub tally: Tally,
}

/// The policy, and the sentence that says why.
pub fn wanted_policy(facts: &PolicyFacts) -> (ReputationPolicy, &'static str) {
    let Tally { sends, hard_bounces, complaints } = facts.tally;
    let days = Duration::days(limits::POLICY_DAYS);
    if facts.age < days {
        return (ReputationPolicy::Strict, "It is in its first 30 days.");
    }
    if facts.since_incident.is_some_and(|since| since < days) {
        return (ReputationPolicy::Strict, "It has had an incident in the last 30 days.");
    }
    if sends < limits::POLICY_SENDS_MIN {
        return (ReputationPolicy::Strict, "It has sent too little in the last 30 days to be judged.");
    }
    if hard_bounces * 10_000 >= limits::POLICY_HARD_BOUNCES * sends
        || complaints * 10_000 >= limits::POLICY_COMPLAINTS * sends
    {
        return (ReputationPolicy::Strict, "Too much of its mail of the last 30 days bounced or was complained about.");
    }
    (ReputationPolicy::Standard, "It has sent well for 30 days.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_policy_is_earned_and_lost() {
        let check = |age: i64, since_incident: Option<i64>, sends, hard_bounces, complaints| {
            let facts = PolicyFacts {
                age: Duration::days(age),
                since_incident: since_incident.map(Duration::days),
                tally: Tally { sends, hard_bounces, complaints },
            };
            wanted_policy(&facts).0 == ReputationPolicy::Standard
        };
        assert!(check(30, None, 1000, 19, 0) && check(90, Some(30), 2000, 0, 1));
        assert!(!check(29, None, 1000, 0, 0), "new");
        assert!(!check(90, Some(0), 1000, 0, 0), "an incident is open");
        assert!(!check(90, Some(29), 1000, 0, 0));
        assert!(!check(90, None, 999, 0, 0), "too little");
        assert!(!check(90, None, 1000, 20, 0) && !check(90, None, 1000, 0, 1), "2 %, 0.1 %");
    }
}
