//! What a tenant has at SES goes: what it leaves behind is read before, and what is gone already is no error.

use super::SesError;
use super::SesErrorKind;
use super::control::Control;
use super::error::settled;
use super::tenants::{EVENTS, PAGE};
use aws_sdk_sesv2::types::SuppressionListReason;
use rules::messages::SuppressionReason;

impl Control<'_> {
    /// Whom SES holds back for this tenant alone, as SES spells them.
    pub async fn list_suppressed(&self, tenant: &str) -> Result<Vec<(String, SuppressionReason)>, SesError> {
        let mut listed = Vec::new();
        let mut token = None;
        loop {
            let request = self.client().list_suppressed_destinations().tenant_name(tenant).page_size(PAGE);
            let page = self.call("ListSuppressedDestinations", tenant, request.set_next_token(token).send()).await?;
            listed.extend(page.suppressed_destination_summaries().iter().map(|entry| {
                let reason = match entry.reason() {
                    SuppressionListReason::Complaint => SuppressionReason::Complaint,
                    // Whatever else SES comes to hold somebody back for: it is never written to again.
                    _ => SuppressionReason::HardBounce,
                };
                (entry.email_address().to_owned(), reason)
            }));
            token = page.next_token;
            if token.is_none() {
                return Ok(listed);
            }
        }
    }

    pub async fn delete_event_destination(&self, set: &str) -> Result<(), SesError> {
        let request = self.client().delete_configuration_set_event_destination().configuration_set_name(set);
        let request = request.event_destination_name(EVENTS);
        let answer = self.call("DeleteConfigurationSetEventDestination", set, request.send()).await;
        settled(answer, SesErrorKind::NotFound)
    }

    pub async fn delete_configuration_set(&self, set: &str) -> Result<(), SesError> {
        let request = self.client().delete_configuration_set().configuration_set_name(set);
        settled(self.call("DeleteConfigurationSet", set, request.send()).await, SesErrorKind::NotFound)
    }

    pub async fn delete_tenant(&self, name: &str) -> Result<(), SesError> {
        let request = self.client().delete_tenant().tenant_name(name);
        settled(self.call("DeleteTenant", name, request.send()).await, SesErrorKind::NotFound)
    }
}
