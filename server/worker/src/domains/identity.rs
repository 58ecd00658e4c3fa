//! Brings a domain's identity at SES to what is wanted. SES keeps one identity an account, whichever tenant asked for it:
//! that it is *this* tenant's is ours to see to, each time.

use super::Ready;
use crate::Context;
use crate::aws::{Control, Identity, MailFrom, SesError};
use crate::duty::Result;
use crate::isolation::{ensure_associated, resource_arn};
use db::domains::{Domain, work};
use db::isolation::drifts::Met;
use rules::domains::{Hold, SesStatus, return_path};
use rules::ids::{DriftId, TenantId};
use rules::isolation::{DriftKind, Urgency};

pub enum Outcome {
    Found(work::Identity),
    /// It is gone, and the team does not show that the name is theirs: none is made.
    Gone,
    /// It is not ours to touch.
    Held(Hold),
}

impl Outcome {
    /// What was found that is ours.
    pub const fn found(&self) -> Option<&work::Identity> {
        match self {
            Self::Found(found) => Some(found),
            Self::Gone | Self::Held(_) => None,
        }
    }

    pub const fn hold(&self) -> Option<Hold> {
        match self {
            Self::Held(hold) => Some(*hold),
            Self::Found(_) | Self::Gone => None,
        }
    }
}

/// What a look can meet that has drifted.
pub const LOOKED_FOR: [DriftKind; 5] = [
    DriftKind::IdentityGone,
    DriftKind::ForeignTenant,
    DriftKind::DefaultSet,
    DriftKind::FeedbackForwarding,
    DriftKind::MissingAssociation,
];

/// One look at one domain, and what it meets.
pub struct Look<'a> {
    pub context: &'a Context,
    pub tenant: TenantId,
    pub domain: &'a Domain,
    pub ready: Ready<'a>,
    pub met: Vec<Met>,
}

impl Look<'_> {
    pub async fn ensure(&mut self) -> Result<Outcome> {
        let (domain, ready) = (self.domain, self.ready);
        let (name, owner) = (domain.name.as_str(), self.tenant.to_string());
        let urgency = if domain.verified_at.is_some() { Urgency::Sweep } else { Urgency::Person };
        let control = &self.context.control_in(ready.account, self.tenant, urgency).await?;
        let mut found = match control.find_identity(name).await? {
            Some(found) => found,
            None if !domain.facts().is_seen_owned() => return Ok(Outcome::Gone),
            None => {
                self.meets(DriftKind::IdentityGone, name, "there", "not there");
                // Somebody may have made it in this moment: what is read now is judged, whoever made it.
                control.create_identity(name, &owner, ready.set).await?;
                reread(control, name).await?
            }
        };
        let arn = resource_arn(ready.arn, "identity", name)?;
        let holders = control.list_tenants_of(&arn).await?;
        let foreign: Vec<&str> = holders.iter().map(String::as_str).filter(|holder| *holder != ready.name).collect();
        if !foreign.is_empty() {
            self.meets(DriftKind::ForeignTenant, name, ready.name, &foreign.join(", "));
            return Ok(Outcome::Held(Hold::ForeignTenant));
        }
        match found.owner.as_deref() {
            Some(found) if found == owner => {}
            Some(_) => return Ok(Outcome::Held(Hold::ForeignTenant)),
            None => return Ok(Outcome::Held(Hold::UnknownIdentity)),
        }
        if self.put_what_differs(control, &found).await? {
            found = reread(control, name).await?;
            assert_as_wanted(domain, &found, ready.set)?;
        }
        self.put_right(name);
        // Mail can leave under it only from here on: not before the team has shown that the name is theirs.
        let is_owned = domain.facts().is_owned();
        let is_held = holders.iter().any(|holder| holder == ready.name);
        if is_owned {
            if domain.is_associated && !is_held {
                self.meets(DriftKind::MissingAssociation, &arn, "associated", "not associated");
            }
            ensure_associated(control, ready.name, &arn).await?;
            self.put_right(&arn);
        }
        Ok(Outcome::Found(work::Identity {
            dkim_tokens: found.dkim_tokens,
            dkim_zone: found.dkim_zone,
            dkim_status: found.dkim_status,
            mail_from_status: found.mail_from.map_or_else(|| "PENDING".to_owned(), |mail_from| mail_from.status),
            may_send: found.may_send,
            is_associated: is_owned || is_held,
        }))
    }

    /// Only what was read before can have drifted.
    fn meets(&mut self, kind: DriftKind, resource: &str, expected: &str, found: &str) {
        if self.domain.dkim.is_none() && kind != DriftKind::ForeignTenant {
            return;
        }
        self.met.push(Met {
            id: DriftId::new(self.context.now(), &*self.context.chance),
            kind,
            resource: resource.to_owned(),
            expected: expected.to_owned(),
            found: found.to_owned(),
            is_repaired: false,
        });
    }

    /// What was met there was put, and read back.
    fn put_right(&mut self, resource: &str) {
        for met in self.met.iter_mut().filter(|met| met.resource == resource) {
            met.is_repaired = true;
        }
    }

    /// Whether anything had to be put.
    async fn put_what_differs(&mut self, control: &Control<'_>, found: &Identity) -> Result<bool, SesError> {
        let (domain, set) = (self.domain, self.ready.set);
        let name = domain.name.as_str();
        let mut changed = false;
        if found.configuration_set.as_deref() != Some(set) {
            let said = found.configuration_set.as_deref().unwrap_or("none");
            self.meets(DriftKind::DefaultSet, name, set, said);
            control.put_identity_configuration_set(name, set).await?;
            changed = true;
        }
        if found.forwards_feedback {
            self.meets(DriftKind::FeedbackForwarding, name, "off", "on");
            control.stop_feedback_forwarding(name).await?;
            changed = true;
        }
        // SES stops looking after 72 hours; once the records are right, it is asked to look again.
        let is_right = domain.facts().records_are_right();
        let gave_up = |status: &str| is_right && SesStatus::parse(status) == SesStatus::Failed;
        let mail_from = return_path(&domain.name);
        let is_put = |current: &MailFrom| current.domain == mail_from && !gave_up(&current.status);
        if !found.mail_from.as_ref().is_some_and(is_put) {
            control.put_mail_from(name, &mail_from).await?;
            changed = true;
        }
        if gave_up(&found.dkim_status) {
            control.restart_dkim(name).await?;
            changed = true;
        }
        Ok(changed)
    }
}

async fn reread(control: &Control<'_>, name: &str) -> Result<Identity, SesError> {
    let found = control.find_identity(name).await?;
    found.ok_or_else(|| SesError::unexpected("GetEmailIdentity", "not there after it was made"))
}

fn assert_as_wanted(domain: &Domain, read: &Identity, set: &str) -> Result<(), SesError> {
    let mail_from = read.mail_from.as_ref().map(|mail_from| mail_from.domain.as_str());
    let is_wanted = read.configuration_set.as_deref() == Some(set)
        && !read.forwards_feedback
        && mail_from == Some(return_path(&domain.name).as_str());
    if is_wanted { Ok(()) } else { Err(SesError::unexpected("GetEmailIdentity", "not as put when read back")) }
}
