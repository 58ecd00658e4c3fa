//! Teams' own accounts: entered by the role that their operators have named, with credentials that the SDK gets anew before they
//! end. What one process knows of them is kept for a while.

use super::{Ses, SesError, SesErrorKind, SesSettings};
use crate::Context;
use crate::duty::Result;
use aws_config::sts::AssumeRoleProvider;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::{IdentityCache, Region, SharedCredentialsProvider};
use db::isolation::own_accounts;
use db::scope::{TenantTx, WorkerTx};
use rules::ids::TenantId;
use rules::isolation::RoleArn;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// As CloudTrail of the account shows who it was.
const SESSION: &str = "ownlane";

/// How long a role stands without a look whether another was named.
const KNOWN_FOR: Duration = Duration::from_secs(60);

/// By the account.
#[derive(Default)]
pub struct Accounts(Mutex<HashMap<String, Entered>>);

struct Entered {
    role: RoleArn,
    ses: Arc<Ses>,
    known_at: Instant,
}

impl Context {
    /// SES in the account that a tenant is in. `None`: the platform's.
    pub(crate) async fn ses_in(&self, account: Option<&str>, tenant: TenantId) -> Result<Arc<Ses>> {
        let Some(account) = account else { return Ok(self.ses.clone()) };
        let mut entered = self.accounts.0.lock().await;
        if let Some(known) = entered.get(account).filter(|it| it.known_at.elapsed() < KNOWN_FOR) {
            return Ok(known.ses.clone());
        }
        let mut tx = TenantTx::begin_work(&self.login, tenant).await?;
        let found = own_accounts::find(&mut tx).await?;
        tx.commit().await?;
        let role = found.map(|found| found.role).filter(|role| role.account() == account);
        let role = role.ok_or_else(|| {
            let message = format!("no role is named by which the account {account} is entered");
            SesError { operation: "AssumeRole", kind: SesErrorKind::Refused, message }
        })?;
        let known = entered.remove(account).filter(|it| it.role == role);
        let ses = match known {
            Some(known) => known.ses,
            None => Arc::new(self.ses.enter(&role, &tenant.to_string()).await),
        };
        entered.insert(account.to_owned(), Entered { role, ses: ses.clone(), known_at: Instant::now() });
        Ok(ses)
    }

    /// Its credentials do not do any more: they are got anew at the next call.
    pub(crate) async fn forget_account(&self, account: Option<&str>) {
        if let Some(account) = account {
            self.accounts.0.lock().await.remove(account);
        }
    }

    /// All accounts that something of a team is in, with that team; the platform's is not among them.
    pub(crate) async fn list_accounts(&self) -> Result<Vec<(String, TenantId)>> {
        let mut tx = WorkerTx::begin(&self.login).await?;
        let listed = own_accounts::list_in_use(&mut tx).await?;
        tx.commit().await?;
        Ok(listed)
    }
}

impl Ses {
    /// SES in another account. Whether its role can be assumed the first call tells.
    pub(crate) async fn enter(&self, role: &RoleArn, external_id: &str) -> Self {
        // The SDK's own tries would come on top of ours.
        let found = self.found.to_builder().retry_config(RetryConfig::disabled());
        let found = found.timeout_config(super::timeouts(super::CONTROL_TIMEOUT)).build();
        let provider = AssumeRoleProvider::builder(role.as_str())
            .session_name(SESSION)
            .external_id(external_id)
            .region(Region::new(self.settings.region.clone()))
            .configure(&found)
            .build()
            .await;
        let found = self.found.to_builder();
        let found = found.credentials_provider(SharedCredentialsProvider::new(provider));
        let found = found.identity_cache(IdentityCache::lazy().build()).build();
        Self::with(found, self.settings.in_account(role.account()), Some(role.account().to_owned()))
    }
}

impl SesSettings {
    /// Its topic and its queue are called as the platform's are. Answers do not come in there.
    fn in_account(&self, account: &str) -> Self {
        let mut topic: Vec<&str> = self.events_topic.split(':').collect();
        if let Some(place) = topic.get_mut(4) {
            *place = account;
        }
        let (head, name) = self.events_queue.rsplit_once('/').unwrap_or((&self.events_queue, ""));
        let (host, _) = head.rsplit_once('/').unwrap_or((head, ""));
        Self {
            events_topic: topic.join(":"),
            events_queue: format!("{host}/{account}/{name}"),
            replies: None,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Endpoint;

    #[test]
    fn topic_and_queue_are_the_other_accounts() {
        let home = SesSettings {
            region: "eu-west-1".to_owned(),
            name_prefix: "ownlane".to_owned(),
            events_topic: "arn:aws:sns:eu-west-1:123456789012:ownlane-events".to_owned(),
            events_queue: "https://sqs.eu-west-1.amazonaws.com/123456789012/ownlane-events".to_owned(),
            replies: None,
            send_timeout: Duration::from_secs(1),
            control_pace: None,
            endpoint: Endpoint::Aws,
        };
        let other = home.in_account("210987654321");
        assert_eq!(other.events_topic, "arn:aws:sns:eu-west-1:210987654321:ownlane-events");
        assert_eq!(other.events_queue, "https://sqs.eu-west-1.amazonaws.com/210987654321/ownlane-events");
    }
}
