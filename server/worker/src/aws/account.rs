//! The account that all tenants share.

use super::SesError;
use super::control::Control;
use super::raw;
use rules::isolation::AccountWord;

/// As SES gives it back. A number that is missing is one that lets nothing leave.
pub(crate) struct Account {
    /// Recipients a second.
    pub rate_a_second: f64,
    /// Recipients in 24 hours; -1: without end.
    pub quota_a_day: f64,
    pub sent_today: f64,
    pub may_send: bool,
    pub enforcement: String,
    /// Which shared IPs mail leaves from whose configuration set does not say so itself; empty: SES says nothing.
    pub shared_pool_mode: String,
}

impl Account {
    pub fn word(&self) -> AccountWord {
        AccountWord::of(&self.enforcement, self.may_send)
    }
}

impl Control<'_> {
    pub(crate) async fn read_account(&self) -> Result<Account, SesError> {
        let seen = raw::Seen::default();
        let request = self.client().get_account().customize().interceptor(seen.clone());
        let answer = self.call("GetAccount", "", request.send()).await?;
        let quota = answer.send_quota();
        Ok(Account {
            rate_a_second: quota.map_or(0.0, |quota| quota.max_send_rate),
            quota_a_day: quota.map_or(0.0, |quota| quota.max24_hour_send),
            sent_today: quota.map_or(0.0, |quota| quota.sent_last24_hours),
            may_send: answer.sending_enabled,
            enforcement: answer.enforcement_status.unwrap_or_default(),
            shared_pool_mode: seen.text("/DeliveryAttributes/SharedPoolDeliveryMode"),
        })
    }
}
