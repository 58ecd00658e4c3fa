//! Identities at SES: a domain that mail leaves under.

use super::control::Control;
use super::error::{found, settled};
use super::{SesError, SesErrorKind, find_owner, owner_tag};
use aws_sdk_sesv2::types::{
    BehaviorOnMxFailure, DkimSigningAttributes, DkimSigningAttributesOrigin, DkimSigningKeyLength,
};

/// An identity as SES gives it back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    /// Whose it is, by our tag.
    pub owner: Option<String>,
    pub may_send: bool,
    pub configuration_set: Option<String>,
    pub forwards_feedback: bool,
    pub dkim_tokens: Vec<String>,
    pub dkim_zone: String,
    pub dkim_status: String,
    pub mail_from: Option<MailFrom>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MailFrom {
    pub domain: String,
    pub status: String,
}

impl Control<'_> {
    pub async fn find_identity(&self, domain: &str) -> Result<Option<Identity>, SesError> {
        const OPERATION: &str = "GetEmailIdentity";
        let request = self.client().get_email_identity().email_identity(domain);
        let Some(answer) = found(self.call(OPERATION, domain, request.send()).await)? else {
            return Ok(None);
        };
        let dkim = answer.dkim_attributes().ok_or_else(|| SesError::unexpected(OPERATION, "no DKIM attributes"))?;
        let zone = dkim.signing_hosted_zone().filter(|_| !dkim.tokens().is_empty());
        let zone = zone.ok_or_else(|| SesError::unexpected(OPERATION, "no DKIM tokens"))?;
        let mail_from = answer.mail_from_attributes().filter(|mail_from| !mail_from.mail_from_domain().is_empty());
        Ok(Some(Identity {
            owner: find_owner(answer.tags.as_deref()),
            may_send: answer.verified_for_sending_status,
            configuration_set: answer.configuration_set_name().map(str::to_owned),
            forwards_feedback: answer.feedback_forwarding_status,
            dkim_tokens: dkim.tokens().to_vec(),
            dkim_zone: zone.to_owned(),
            dkim_status: dkim.status().map_or("PENDING", |status| status.as_str()).to_owned(),
            mail_from: mail_from.map(|mail_from| MailFrom {
                domain: mail_from.mail_from_domain().to_owned(),
                status: mail_from.mail_from_domain_status().as_str().to_owned(),
            }),
        }))
    }

    /// Makes the identity; one that is there already is left as it is.
    pub async fn create_identity(&self, domain: &str, owner: &str, set: &str) -> Result<(), SesError> {
        let request = self.client().create_email_identity().email_identity(domain).tags(owner_tag(owner)?);
        let request = request.configuration_set_name(set).dkim_signing_attributes(long_key());
        settled(self.call("CreateEmailIdentity", domain, request.send()).await, SesErrorKind::AlreadyExists)
    }

    pub async fn put_identity_configuration_set(&self, domain: &str, set: &str) -> Result<(), SesError> {
        let request = self.client().put_email_identity_configuration_set_attributes().email_identity(domain);
        let request = request.configuration_set_name(set);
        self.call("PutEmailIdentityConfigurationSetAttributes", domain, request.send()).await.map(drop)
    }

    /// Bounces and complaints come as events; forwarded by mail as well they would come twice.
    pub async fn stop_feedback_forwarding(&self, domain: &str) -> Result<(), SesError> {
        let request = self.client().put_email_identity_feedback_attributes().email_identity(domain);
        let request = request.email_forwarding_enabled(false);
        self.call("PutEmailIdentityFeedbackAttributes", domain, request.send()).await.map(drop)
    }

    /// A slip in the MX must not refuse mail: SES falls back to its own return path.
    pub async fn put_mail_from(&self, domain: &str, mail_from: &str) -> Result<(), SesError> {
        let request = self.client().put_email_identity_mail_from_attributes().email_identity(domain);
        let request = request.mail_from_domain(mail_from).behavior_on_mx_failure(BehaviorOnMxFailure::UseDefaultValue);
        self.call("PutEmailIdentityMailFromAttributes", domain, request.send()).await.map(drop)
    }

    /// Has SES look for the DKIM records again after it gave up.
    pub async fn restart_dkim(&self, domain: &str) -> Result<(), SesError> {
        let request = self.client().put_email_identity_dkim_signing_attributes().email_identity(domain);
        let request =
            request.signing_attributes_origin(DkimSigningAttributesOrigin::AwsSes).signing_attributes(long_key());
        self.call("PutEmailIdentityDkimSigningAttributes", domain, request.send()).await.map(drop)
    }

    pub async fn delete_identity(&self, domain: &str) -> Result<(), SesError> {
        let request = self.client().delete_email_identity().email_identity(domain);
        settled(self.call("DeleteEmailIdentity", domain, request.send()).await, SesErrorKind::NotFound)
    }
}

fn long_key() -> DkimSigningAttributes {
    DkimSigningAttributes::builder().next_signing_key_length(DkimSigningKeyLength::Rsa2048Bit).build()
}
