//! People whose addresses say nothing, by shares: what comes of a mail and who opens and answers it is a function of a seed,
//! the address and the number of mails to it before. Without shares all of them get their mail and do nothing.

use super::{Fate, Intent, OPEN, meaning};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `shares`: by the word of a local part that does the same, and `open`; each from 0 to 1.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shares {
    #[serde(default)]
    pub seed: u64,
    #[serde(default)]
    pub shares: BTreeMap<String, f64>,
}

#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum SharesError {
    #[error("No word of a local part: {0:?}.")]
    Word(String),
    #[error("A share is from 0 to 1, and so is the sum of those of which one person can have only one. {0:?} is not.")]
    Share(String),
}

impl Shares {
    pub(crate) fn check(&self) -> Result<(), SharesError> {
        let (mut fates, mut intents) = (0.0, 0.0);
        for (word, share) in &self.shares {
            let sum = match (meaning(word), Intent::meant(word)) {
                (Some(_), _) => &mut fates,
                (None, Some(_)) => &mut intents,
                (None, None) if word == OPEN => &mut 0.0,
                (None, None) => return Err(SharesError::Word(word.clone())),
            };
            *sum += share;
            if !(0.0..=1.0).contains(share) || *sum > 1.0 + f64::EPSILON {
                return Err(SharesError::Share(word.clone()));
            }
        }
        Ok(())
    }

    /// Whether somebody is there is the same for every mail; what somebody does with it is not.
    pub(crate) fn fate(&self, address: &str, number: u32) -> Option<Fate> {
        let is_of_address = |fate: Fate| matches!(fate, Fate::Bounced | Fate::Silent);
        let of_address =
            self.pick(roll(self.seed, "person", address, 0), |word| meaning(word).filter(|it| is_of_address(*it)));
        of_address.or_else(|| {
            let of_mail = |word: &str| meaning(word).filter(|fate| !is_of_address(*fate));
            self.pick(roll(self.seed, "mail", address, number), of_mail)
        })
    }

    pub(crate) fn opens(&self, address: &str, number: u32) -> bool {
        let share = self.shares.get(OPEN).copied().unwrap_or_default();
        roll(self.seed, OPEN, address, number) < share
    }

    pub(crate) fn intent(&self, address: &str, number: u32) -> Option<Intent> {
        self.pick(roll(self.seed, "answer", address, number), Intent::meant)
    }

    fn pick<T>(&self, roll: f64, meant: impl Fn(&str) -> Option<T>) -> Option<T> {
        let mut upto = 0.0;
        for (word, share) in &self.shares {
            if let Some(meant) = meant(word) {
                upto += share;
                if roll < upto {
                    return Some(meant);
                }
            }
        }
        None
    }
}

/// From 0 to below 1. `what` keeps one question from deciding another.
pub(crate) fn roll(seed: u64, what: &str, address: &str, number: u32) -> f64 {
    let parts = [&seed.to_be_bytes()[..], what.as_bytes(), b"\0", address.as_bytes(), b"\0", &number.to_be_bytes()];
    // FNV-1a, and the last step of SplitMix64: neighbours are far apart.
    let mut hash = parts
        .into_iter()
        .flatten()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let top = u32::try_from((hash ^ (hash >> 31)) >> 32).unwrap_or_default();
    f64::from(top) / 4_294_967_296.0
}
