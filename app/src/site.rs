//! What every request shares: the logins to the database, the clock, the dice, and how we are reached.

use crate::accounts::passwords::Passwords;
use db::scope::{OperatorLogin, WebLogin};
use leptos::config::LeptosOptions;
use rules::time::{Chance, Clock, OffsetDateTime};
use std::sync::Arc;

#[derive(Clone)]
pub struct Site(Arc<Parts>);

pub struct Parts {
    pub web: WebLogin,
    pub operator: OperatorLogin,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    pub passwords: Passwords,
    /// Scheme and host by which browsers reach us, for links in mails.
    pub public_url: String,
    pub leptos: LeptosOptions,
}

impl Site {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    pub fn now(&self) -> OffsetDateTime {
        self.0.clock.now()
    }

    pub fn chance(&self) -> &dyn Chance {
        &*self.0.chance
    }
}

impl std::ops::Deref for Site {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
