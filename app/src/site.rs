//! What every request shares: the logins to the database, the clock, the dice, how we are reached, and whether the world
//! is real.

use crate::accounts::passwords::Passwords;
use db::scope::{OperatorLogin, WebLogin};
use leptos::config::LeptosOptions;
use rules::addresses::{DomainName, EmailAddress};
use rules::domains::WantedRecord;
use rules::isolation::RoleArn;
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
    /// What the platform's own mail leaves from. `None`: it waits.
    pub mail_from: Option<EmailAddress>,
    /// Where answers come in. `None`: at the mailboxes themselves.
    pub reply_domain: Option<DomainName>,
    pub leptos: LeptosOptions,
    pub world: World,
}

/// Whether Amazon SES and DNS are the real ones.
pub enum World {
    Real,
    /// Played on this machine. Every page says so.
    Sandbox {
        /// `None`: it runs in another process, and what its buttons do here is done there.
        hands: Option<Arc<dyn Hands>>,
    },
}

/// What others do in the world, in the sandbox's at the press of a button. In memory: it waits for nothing.
pub trait Hands: Send + Sync {
    /// As the owner of a domain's DNS.
    fn publish(&self, record: &WantedRecord);

    /// As the owner of an AWS account: the role lets in whoever knows the external id.
    fn let_in(&self, role: &RoleArn, external_id: &str);
}

impl World {
    pub const fn is_sandbox(&self) -> bool {
        matches!(self, Self::Sandbox { .. })
    }

    pub fn hands(&self) -> Option<&dyn Hands> {
        match self {
            Self::Real => None,
            Self::Sandbox { hands } => hands.as_deref(),
        }
    }
}

impl Site {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    pub fn now(&self) -> OffsetDateTime {
        self.0.clock.now()
    }

    /// The names by which browsers reach us, under which our own mail leaves and where answers come in: no team may claim
    /// them.
    pub fn own_names(&self) -> Vec<DomainName> {
        let host = self.0.public_url.split("://").nth(1).and_then(|host| host.split(':').next());
        let mail = self.0.mail_from.as_ref().map(|address| address.domain().clone());
        host.and_then(|host| DomainName::parse(host).ok())
            .into_iter()
            .chain(mail)
            .chain(self.0.reply_domain.clone())
            .collect()
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
