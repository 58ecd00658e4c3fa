//! What every duty is handed: the way to the database, SES, DNS, the clock and the dice.

use crate::{Accounts, Dns, Doors, Sending, Ses};
use db::scope::WorkerLogin;
use rules::addresses::EmailAddress;
use rules::time::{Chance, Clock, OffsetDateTime};
use std::sync::Arc;
use std::time::Duration;

#[derive(Clone)]
pub struct Context {
    pub login: WorkerLogin,
    /// In the platform's account.
    pub ses: Arc<Ses>,
    /// Teams' own.
    pub accounts: Arc<Accounts>,
    pub dns: Arc<Dns>,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    /// What links in mails begin with: scheme and host.
    pub public_url: Arc<str>,
    /// What the platform's own mail leaves from. `None`: it waits.
    pub mail_from: Option<EmailAddress>,
    /// Whose pages are tried. `None`: this process serves none.
    pub doors: Option<Arc<dyn Doors>>,
    /// What sending keeps between its turns.
    pub sending: Arc<Sending>,
    /// How long the queue of events is listened to at a time.
    pub event_wait: Duration,
}

impl Context {
    pub fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }
}
