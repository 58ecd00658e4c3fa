//! What the platform writes to people: plain text, short, with the one link that matters.

use crate::Site;
use db::accounts::invitations::NewInvitation;
use db::accounts::platform_mail::NewPlatformMail;
use rules::access::Role;
use rules::addresses::EmailAddress;
use rules::ids::{InvitationId, PlatformMailId, TenantId, UserId};
use rules::limits;
use rules::secrets::{Secret, SecretHash};
use rules::time::{Duration, OffsetDateTime};

/// An invitation as a letter, with the secret of its link drawn and the ids it will be stored under.
pub struct InvitationLetter {
    id: InvitationId,
    mail: PlatformMailId,
    tenant: TenantId,
    token: SecretHash,
    subject: String,
    body: String,
}

impl InvitationLetter {
    /// Its link carries tenant and secret.
    pub fn write(site: &Site, tenant_name: &str, tenant: TenantId) -> Self {
        let now = site.now();
        let secret = Secret::new(site.chance());
        let link = format!("{}/invitation/{tenant}.{}", site.public_url, secret.reveal());
        let body = format!(
            "You are invited to {tenant_name} on Ownlane.\n\n\
             Open this link to come in. It is good for {} days and for you alone:\n\n{link}\n\n\
             If you did not expect this, there is nothing to do.\n",
            limits::INVITATION_DAYS
        );
        Self {
            id: InvitationId::new(now, site.chance()),
            mail: PlatformMailId::new(now, site.chance()),
            tenant,
            token: secret.hash(),
            subject: format!("Join {tenant_name} on Ownlane"),
            body,
        }
    }

    /// What is stored: invitation and mail. `invited_by` is `None` for the platform.
    pub fn invitation<'a>(
        &'a self,
        email: &'a EmailAddress,
        role: Role,
        invited_by: Option<UserId>,
        now: OffsetDateTime,
    ) -> NewInvitation<'a> {
        NewInvitation {
            id: self.id,
            email,
            role,
            token: &self.token,
            invited_by,
            expires_at: now + Duration::days(limits::INVITATION_DAYS),
            mail: NewPlatformMail {
                id: self.mail,
                about: Some(self.tenant),
                recipient: email,
                subject: &self.subject,
                body: &self.body,
            },
        }
    }
}
