//! Whether another tenant's figures moved while something of one tenant was taken badly: more than chance explains.

use super::{Measure, Tally};
use crate::limits;

/// One tenant that sent meanwhile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Neighbour {
    pub before: Tally,
    pub during: Tally,
}

impl Neighbour {
    /// What of it is worse than before. Two shares are held against each other (the z-test of two proportions); below a floor
    /// of events nothing is said.
    pub fn moved(&self) -> Option<Measure> {
        Measure::ALL.into_iter().find(|measure| {
            let (before, during) = (measure.of(self.before), measure.of(self.during));
            let is_worse = during * self.before.sends > before * self.during.sends;
            during >= limits::RADIUS_EVENTS_MIN
                && is_worse
                && deviations((before, self.before.sends), (during, self.during.sends)) >= limits::RADIUS_DEVIATIONS
        })
    }
}

/// How many standard deviations two shares are apart.
#[expect(clippy::cast_precision_loss, reason = "counts of mails are far below 2^52")]
fn deviations(before: (i64, i64), during: (i64, i64)) -> f64 {
    let (before_bad, before_all) = (before.0 as f64, before.1 as f64);
    let (during_bad, during_all) = (during.0 as f64, during.1 as f64);
    if before_all == 0.0 || during_all == 0.0 {
        return 0.0;
    }
    let pooled = (before_bad + during_bad) / (before_all + during_all);
    let spread = (pooled * (1.0 - pooled) * (1.0 / before_all + 1.0 / during_all)).sqrt();
    if spread == 0.0 { 0.0 } else { (during_bad / during_all - before_bad / before_all).abs() / spread }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_chance_explains_has_not_moved() {
        let check = |before: (i64, i64), during: (i64, i64)| {
            let tally = |(sends, hard_bounces)| Tally { sends, hard_bounces, complaints: 0 };
            Neighbour { before: tally(before), during: tally(during) }.moved()
        };
        assert_eq!(check((1000, 10), (1000, 10)), None);
        assert_eq!(check((1000, 10), (1000, 20)), None, "twice as many, and still chance");
        assert_eq!(check((1000, 10), (1000, 60)), Some(Measure::HardBounces));
        assert_eq!(check((1000, 60), (1000, 10)), None, "better");
        assert_eq!(check((10, 0), (10, 4)), None, "too few");
        assert_eq!(check((0, 0), (100, 50)), None, "nothing to hold it against");
    }
}
