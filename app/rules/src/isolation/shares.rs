//! Who sends next when the account's capacity is short: deficit round robin over tenants with weights, kept as what each has
//! had for its weight. Whoever has had least comes first; nobody who waits gets further ahead of another who waits than
//! [`limits::FAIR_QUANTUM`] mails for each unit of weight, and whoever is away saves nothing up.

use crate::limits;
use std::collections::HashMap;
use std::hash::Hash;

/// A tenant's share beside others': 3 gets three mails where 1 gets one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Weight(u8);

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WeightError {
    #[error("Enter a whole number from 1 to {}.", limits::TENANT_WEIGHT_MAX)]
    Number,
}

/// Mails of one tenant that could leave now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backlog<K> {
    pub who: K,
    pub weight: Weight,
    pub mails: i64,
}

/// What each has had beyond the one that has had least, in parts of a mail for a weight of 1. Kept for those only who are
/// ahead.
#[derive(Debug)]
pub struct Shares<K> {
    ahead: HashMap<K, i64>,
}

/// A mail costs this by its tenant's weight: a multiple of every weight, so that nothing is rounded.
const MAIL: i64 = 2520;

impl Weight {
    pub fn parse(text: &str) -> Result<Self, WeightError> {
        text.trim().parse().ok().and_then(Self::new).ok_or(WeightError::Number)
    }

    pub fn new(weight: u8) -> Option<Self> {
        (1..=limits::TENANT_WEIGHT_MAX).contains(&weight).then_some(Self(weight))
    }

    pub const fn get(self) -> u8 {
        self.0
    }

    fn cost(self) -> i64 {
        MAIL / i64::from(self.0)
    }
}

impl Default for Weight {
    fn default() -> Self {
        Self(1)
    }
}

impl<K> Default for Shares<K> {
    fn default() -> Self {
        Self { ahead: HashMap::new() }
    }
}

impl<K: Copy + Eq + Hash> Shares<K> {
    /// Shares `mails` out among `places` of those who wait, at most [`limits::LANES_AT_ONCE`] to each. Among equals the order
    /// of `waiting` decides. Something is shared out whenever there is something and somebody waits; what is not is for those
    /// whose turn it is next.
    pub fn share(&mut self, waiting: &[Backlog<K>], mails: i64, places: usize) -> Vec<(K, i64)> {
        let mut turns: Vec<Turn<K>> = waiting
            .iter()
            .filter(|it| it.mails > 0)
            .map(|it| Turn { backlog: *it, ahead: self.ahead.get(&it.who).copied().unwrap_or(0), given: 0 })
            .collect();
        turns.sort_by_key(|turn| turn.ahead);
        // Behind those who have a place, the first has had least.
        let outside = turns.get(places).map_or(i64::MAX, |turn| turn.ahead);
        let served = turns.len().min(places);
        for _ in 0..mails {
            let least = turns[..served].iter().filter(|turn| turn.waits()).map(|turn| turn.ahead).min();
            let least = least.unwrap_or(i64::MAX).min(outside);
            let next = turns[..served].iter_mut().filter(|turn| turn.may_take()).min_by_key(|turn| turn.ahead);
            match next {
                Some(turn) if turn.ahead.saturating_sub(least) < limits::FAIR_QUANTUM * MAIL => turn.take(),
                _ => break,
            }
        }
        self.remember(&turns);
        let given = turns.into_iter().filter(|turn| turn.given > 0);
        given.map(|turn| (turn.backlog.who, turn.given)).collect()
    }

    /// So many of what was shared out to somebody could not leave.
    pub fn give_back(&mut self, who: K, weight: Weight, mails: i64) {
        if let Some(ahead) = self.ahead.get_mut(&who) {
            *ahead = (*ahead - mails * weight.cost()).max(0);
        }
    }

    /// Counts from the one that still waits and has had least. Where nobody does, capacity was not short, and nobody owes
    /// anybody anything.
    fn remember(&mut self, turns: &[Turn<K>]) {
        let Some(least) = turns.iter().filter(|turn| turn.waits()).map(|turn| turn.ahead).min() else {
            self.ahead.clear();
            return;
        };
        self.ahead.extend(turns.iter().map(|turn| (turn.backlog.who, turn.ahead)));
        self.ahead.retain(|_, ahead| {
            *ahead -= least;
            *ahead > 0
        });
    }
}

struct Turn<K> {
    backlog: Backlog<K>,
    ahead: i64,
    given: i64,
}

impl<K> Turn<K> {
    const fn waits(&self) -> bool {
        self.given < self.backlog.mails
    }

    const fn may_take(&self) -> bool {
        self.waits() && self.given < limits::LANES_AT_ONCE
    }

    fn take(&mut self) {
        self.given += 1;
        self.ahead += self.backlog.weight.cost();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const ENDLESS: i64 = 1_000_000;

    fn waits(who: usize, weight: u8, mails: i64) -> Backlog<usize> {
        Backlog { who, weight: Weight::new(weight).unwrap(), mails }
    }

    /// A number below `bound`, from a seed.
    fn draw(seed: &mut u64, bound: i64) -> i64 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(*seed >> 33).unwrap() % bound
    }

    #[test]
    fn a_weight_is_a_small_number() {
        assert_eq!(Weight::parse(" 3 ").unwrap().get(), 3);
        for wrong in ["", "0", "11", "-1", "1.5", "300", "x"] {
            assert_eq!(Weight::parse(wrong), Err(WeightError::Number), "{wrong}");
        }
        for weight in 1..=limits::TENANT_WEIGHT_MAX {
            assert_eq!(MAIL % i64::from(weight), 0, "{weight}");
        }
    }

    #[test]
    fn what_is_short_is_shared_by_weight_mail_by_mail() {
        let mut shares = Shares::default();
        let (mut got, waiting) = ([0; 2], [waits(0, 1, ENDLESS), waits(1, 3, ENDLESS)]);
        for second in 1..=50 {
            for (who, mails) in shares.share(&waiting, 4, 8) {
                got[who] += mails;
            }
            assert_eq!(got, [second, 3 * second]);
        }
    }

    #[test]
    fn what_is_ample_goes_to_whoever_wants_it_and_is_forgotten() {
        let mut shares = Shares::default();
        let all = [waits(0, 1, 20), waits(1, 10, 3)];
        assert_eq!(shares.share(&all, 1000, 8).into_iter().collect::<BTreeMap<_, _>>(), [(0, 20), (1, 3)].into());
        assert!(shares.ahead.is_empty());
    }

    #[test]
    fn who_was_away_has_saved_nothing_up() {
        let mut shares = Shares::default();
        let one = waits(0, 1, ENDLESS);
        for _ in 0..100 {
            assert_eq!(shares.share(&[one], 4, 8), [(0, 4)]);
        }
        let two = [one, waits(1, 1, ENDLESS)];
        let got: BTreeMap<_, _> = shares.share(&two, 40, 8).into_iter().collect();
        assert_eq!(got, [(0, 20), (1, 20)].into());
    }

    #[test]
    fn what_could_not_leave_is_not_held_against_anybody() {
        let mut shares = Shares::default();
        let waiting = [waits(0, 1, ENDLESS), waits(1, 1, ENDLESS)];
        for _ in 0..9 {
            for (who, mails) in shares.share(&waiting, 6, 8) {
                assert_eq!(mails, 3);
                shares.give_back(who, Weight::default(), mails);
            }
        }
    }

    /// Whatever waits, whatever the weights, whatever is there in each turn: nobody starves, nobody is favoured.
    #[test]
    fn whoever_waits_gets_the_share_of_its_weight_but_for_a_quantum() {
        for seed in 0..300_u64 {
            let mut dice = seed;
            let tenants = usize::try_from(2 + draw(&mut dice, 40)).unwrap();
            let places = usize::try_from(1 + draw(&mut dice, 8)).unwrap();
            let mut waiting: Vec<_> =
                (0..tenants).map(|who| waits(who, u8::try_from(1 + draw(&mut dice, 10)).unwrap(), ENDLESS)).collect();
            let (mut shares, mut got) = (Shares::default(), vec![0; tenants]);
            let most = [3, 12, 300][usize::try_from(draw(&mut dice, 3)).unwrap()];
            for _ in 0..400 {
                // Some come and go: they are in nobody's way.
                for (who, it) in waiting.iter_mut().enumerate().skip(tenants / 2 + 1) {
                    it.mails = if draw(&mut dice, 2) == 0 { 0 } else { draw(&mut dice, 50) };
                    assert_eq!(it.who, who);
                }
                let mails = 1 + draw(&mut dice, most);
                let shared = shares.share(&waiting, mails, places);
                let sum: i64 = shared.iter().map(|(_, mails)| mails).sum();
                assert!(sum > 0 && sum <= mails && shared.len() <= places, "seed {seed}: {shared:?} of {mails}");
                for (who, mails) in shared {
                    assert!(mails <= limits::LANES_AT_ONCE.min(waiting[who].mails), "seed {seed}");
                    got[who] += mails;
                }
            }
            let always = || (0..=tenants / 2).map(|who| (got[who], i64::from(waiting[who].weight.get())));
            for (one, of) in always() {
                for (other, others) in always() {
                    // For each unit of weight, counted with the mail that was begun below the bound.
                    let behind = other * of - one * others;
                    assert!(
                        behind <= limits::FAIR_QUANTUM * of * others + of,
                        "seed {seed}: {one}/{of}, {other}/{others}"
                    );
                }
            }
        }
    }
}
