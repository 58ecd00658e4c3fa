//! Brings a domain's identity at SES to what is wanted. SES keeps one identity an account, whichever tenant asked for it:
//! that it is *this* tenant's is ours to see to, each time.

use super::Ready;
use crate::Context;
use crate::aws::{Identity, MailFrom, SesError};
use crate::isolation::{ensure_associated, resource_arn};
use db::domains::{Domain, work};
use rules::domains::{Hold, SesStatus, return_path};
use rules::ids::TenantId;

pub enum Outcome {
    Found(work::Identity),
    /// It is not ours to touch.
    Held(Hold),
}

pub async fn ensure(
    context: &Context,
    tenant: TenantId,
    domain: &Domain,
    ready: Ready<'_>,
) -> Result<Outcome, SesError> {
    let (ses, name, owner) = (&context.ses, domain.name.as_str(), tenant.to_string());
    let mut found = match ses.find_identity(name).await? {
        Some(found) => found,
        None => {
            ses.create_identity(name, &owner, ready.name).await?;
            reread(context, name).await?
        }
    };
    let arn = resource_arn(ready.arn, "identity", name)?;
    let holders = ses.list_tenants_of(&arn).await?;
    if holders.iter().any(|holder| holder != ready.name) {
        return Ok(Outcome::Held(Hold::ForeignTenant));
    }
    if found.owner.as_deref() != Some(&owner) {
        return Ok(Outcome::Held(Hold::UnknownIdentity));
    }
    if put_what_differs(context, domain, &found, ready.name).await? {
        found = reread(context, name).await?;
        assert_as_wanted(domain, &found, ready.name)?;
    }
    // Mail can leave under it only from here on: not before the team has shown that the name is theirs.
    let is_owned = domain.facts().is_owned();
    if is_owned {
        ensure_associated(context, ready.name, &arn).await?;
    }
    let is_associated = is_owned || holders.iter().any(|holder| holder == ready.name);
    Ok(Outcome::Found(work::Identity {
        dkim_tokens: found.dkim_tokens,
        dkim_zone: found.dkim_zone,
        dkim_status: found.dkim_status,
        mail_from_status: found.mail_from.map_or_else(|| "PENDING".to_owned(), |mail_from| mail_from.status),
        may_send: found.may_send,
        is_associated,
    }))
}

async fn reread(context: &Context, name: &str) -> Result<Identity, SesError> {
    let found = context.ses.find_identity(name).await?;
    found.ok_or_else(|| SesError::unexpected("GetEmailIdentity", "not there after it was made"))
}

/// Whether anything had to be put.
async fn put_what_differs(context: &Context, domain: &Domain, found: &Identity, set: &str) -> Result<bool, SesError> {
    let (ses, name) = (&context.ses, domain.name.as_str());
    let mut changed = false;
    if found.configuration_set.as_deref() != Some(set) {
        ses.put_identity_configuration_set(name, set).await?;
        changed = true;
    }
    if found.forwards_feedback {
        ses.stop_feedback_forwarding(name).await?;
        changed = true;
    }
    // SES stops looking after 72 hours; once the records are right, it is asked to look again.
    let is_right = domain.facts().records_are_right();
    let gave_up = |status: &str| is_right && SesStatus::parse(status) == SesStatus::Failed;
    let mail_from = return_path(&domain.name);
    let is_put = |current: &MailFrom| current.domain == mail_from && !gave_up(&current.status);
    if !found.mail_from.as_ref().is_some_and(is_put) {
        ses.put_mail_from(name, &mail_from).await?;
        changed = true;
    }
    if gave_up(&found.dkim_status) {
        ses.restart_dkim(name).await?;
        changed = true;
    }
    Ok(changed)
}

fn assert_as_wanted(domain: &Domain, read: &Identity, set: &str) -> Result<(), SesError> {
    let mail_from = read.mail_from.as_ref().map(|mail_from| mail_from.domain.as_str());
    let is_wanted = read.configuration_set.as_deref() == Some(set)
        && !read.forwards_feedback
        && mail_from == Some(return_path(&domain.name).as_str());
    if is_wanted { Ok(()) } else { Err(SesError::unexpected("GetEmailIdentity", "not as put when read back")) }
}
