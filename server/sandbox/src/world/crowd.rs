//! Whom mail reaches: what share of the people does what, and what providers remember of the senders.

use super::World;
use crate::moment;
use crate::people::shares::{Shares, SharesError};
use serde_json::Value;

impl World {
    /// Of those whose addresses say nothing, from now on. No shares: they get their mail and do nothing.
    pub fn people(&self, shares: Shares) -> Result<(), SharesError> {
        shares.check()?;
        self.inner().crowd.shares = shares;
        Ok(())
    }

    /// While false, every mailbox takes all mail into its inbox; what was remembered is forgotten.
    pub fn provider_reputation(&self, on: bool) {
        self.inner().crowd.providers.switch(on);
    }

    /// What each provider remembers now.
    pub fn providers(&self) -> Value {
        let today = moment::day((self.0.now)());
        self.inner().crowd.providers.shown(today)
    }
}
