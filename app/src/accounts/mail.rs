//! What the platform writes to people: plain text, short, with the one link that matters.

use crate::Site;
use rules::ids::TenantId;
use rules::limits;
use rules::secrets::Secret;

pub struct Mail {
    pub subject: String,
    pub body: String,
}

/// The invitation into a tenant. Its link carries tenant and secret.
pub fn invitation(site: &Site, tenant_name: &str, tenant: TenantId, secret: &Secret) -> Mail {
    let link = format!("{}/invitation/{tenant}.{}", site.public_url, secret.reveal());
    Mail {
        subject: format!("Join {tenant_name} on Ownlane"),
        body: format!(
            "You are invited to {tenant_name} on Ownlane.\n\n\
             Open this link to come in. It is good for {} days and for you alone:\n\n{link}\n\n\
             If you did not expect this, there is nothing to do.\n",
            limits::INVITATION_DAYS
        ),
    }
}
