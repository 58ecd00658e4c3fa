//! An operator's word on what Ownlane asks about.

use crate::harness::{Browser, TestSite};

impl TestSite {
    /// An operator allows whatever Ownlane asks to put right at SES.
    pub async fn say_the_word(&self, operator: &mut Browser) {
        let asked = "select coalesce(string_agg(tenant_id || '/ses/drifts/' || id, ' '), '') from drifts
            where ended_at is null and allowed_at is null and kind <> 'foreign_tenant'";
        for path in self.database.text(asked).await.split_whitespace() {
            operator.post(&format!("/console/tenants/{path}"), &[("reason", "It was lost.")]).await;
        }
    }
}
