//! What every duty is handed: the way to the database, SES, DNS, the clock and the dice.

use crate::{Dns, Ses};
use db::scope::WorkerLogin;
use rules::time::{Chance, Clock, OffsetDateTime};
use std::sync::Arc;

#[derive(Clone)]
pub struct Context {
    pub login: WorkerLogin,
    pub ses: Arc<Ses>,
    pub dns: Arc<Dns>,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
}

impl Context {
    pub fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }
}
