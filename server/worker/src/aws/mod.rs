//! Amazon SES, and what it hands over in SQS and S3, spoken to by the AWS SDK: the only place that knows its types. What comes back is ours: strings of AWS
//! stay strings, so that a new one fails nothing, and an outcome is decided on values that are there, as the SDK makes up
//! what is missing.
//!
//! The SDK's retries are off: its allowance is one for the whole process, and a duty that fails is due again later.

mod account;
mod accounts;
mod bucket;
mod control;
mod error;
mod identities;
mod pace;
mod pools;
mod queue;
mod raw;
mod removal;
mod reputation;
mod sending;
mod tenants;

pub use accounts::Accounts;
pub(crate) use control::Control;
pub use error::{SesError, SesErrorKind};
pub(crate) use identities::{Identity, MailFrom};
pub(crate) use queue::{BATCH, Queue, Received};
pub(crate) use reputation::{HELD, Recommendation, Reputation};
pub(crate) use sending::Mail;
pub(crate) use tenants::{ConfigurationSet, Delivery, Tenant};

use aws_config::SdkConfig;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::config::{BehaviorVersion, Credentials, Region};
use rules::addresses::DomainName;
use std::time::Duration;

/// What a call that does not send may take.
const CONTROL_TIMEOUT: Duration = Duration::from_secs(10);

/// The largest mail that SES hands over has 40 MB.
const BUCKET_TIMEOUT: Duration = Duration::from_secs(60);

/// Where SES is, and what is ours there.
#[derive(Clone, Debug)]
pub struct SesSettings {
    pub region: String,
    /// What the names of tenants and configuration sets begin with: up to 31 of `A-Za-z0-9_-`.
    pub name_prefix: String,
    /// The ARN of the SNS topic that events go to.
    pub events_topic: String,
    /// The URL of the SQS queue that they arrive in.
    pub events_queue: String,
    /// Where answers come in. `None`: they go to the mailboxes themselves.
    pub replies: Option<Replies>,
    /// How long one mail may take.
    pub send_timeout: Duration,
    /// How long calls that do not send are apart. `None`: as fast as they come.
    pub control_pace: Option<Duration>,
    pub endpoint: Endpoint,
}

/// What SES takes of calls that do not send: one a second, for account and region together.
pub const CONTROL_PACE: Duration = Duration::from_secs(1);

/// A receipt rule of SES puts what arrives for a domain into S3, and tells so to a queue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replies {
    /// Its MX is SES.
    pub domain: DomainName,
    /// The URL of the SQS queue that arrivals are told to.
    pub queue: String,
}

#[derive(Clone, Debug)]
pub enum Endpoint {
    /// Amazon's own, with the credentials that the SDK finds.
    Aws,
    /// The sandbox, at `http://127.0.0.1:…`: no credentials.
    Sandbox(String),
}

/// SES, its queues, and the bucket of what arrives.
pub struct Ses {
    /// For everything but sending.
    client: aws_sdk_sesv2::Client,
    sender: aws_sdk_sesv2::Client,
    queue: aws_sdk_sqs::Client,
    bucket: aws_sdk_s3::Client,
    settings: SesSettings,
    /// What the clients were made from.
    found: SdkConfig,
    /// A team's own. `None`: the platform's.
    account: Option<String>,
    /// Who waits to make a call.
    line: pace::Line,
}

impl Ses {
    pub async fn new(settings: SesSettings) -> Self {
        let region = Region::new(settings.region.clone());
        let found = aws_config::defaults(BehaviorVersion::latest()).region(region);
        let found = match &settings.endpoint {
            Endpoint::Aws => found.load().await,
            Endpoint::Sandbox(url) => {
                let credentials = Credentials::new("sandbox", "sandbox", None, None, "sandbox");
                found.endpoint_url(url).credentials_provider(credentials).load().await
            }
        };
        Self::with(found, settings, None)
    }

    fn with(found: SdkConfig, settings: SesSettings, account: Option<String>) -> Self {
        let ses = aws_sdk_sesv2::config::Builder::from(&found);
        let sqs = aws_sdk_sqs::config::Builder::from(&found);
        // The sandbox has one name for all buckets.
        let s3 = aws_sdk_s3::config::Builder::from(&found)
            .force_path_style(matches!(settings.endpoint, Endpoint::Sandbox(_)))
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts(BUCKET_TIMEOUT));
        let ses = ses.retry_config(RetryConfig::disabled());
        let client = ses.clone().timeout_config(timeouts(CONTROL_TIMEOUT));
        let sender = ses.timeout_config(timeouts(settings.send_timeout));
        // Longer than the longest wait for a message, else each wait is thrown away and asked again.
        let queue = sqs.retry_config(RetryConfig::disabled()).timeout_config(timeouts(Duration::from_secs(30)));
        Self {
            client: aws_sdk_sesv2::Client::from_conf(client.build()),
            sender: aws_sdk_sesv2::Client::from_conf(sender.build()),
            queue: aws_sdk_sqs::Client::from_conf(queue.build()),
            bucket: aws_sdk_s3::Client::from_conf(s3.build()),
            settings,
            found,
            account,
            line: pace::Line::default(),
        }
    }

    pub fn region(&self) -> &str {
        &self.settings.region
    }

    /// Which account it is in. `None`: the platform's.
    pub(crate) fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// Account and region, by one name.
    pub(crate) fn place(&self) -> String {
        rules::isolation::place(self.account(), self.region())
    }

    /// The domain that answers come in at.
    pub(crate) fn reply_domain(&self) -> Option<&DomainName> {
        self.settings.replies.as_ref().map(|replies| &replies.domain)
    }

    pub(crate) fn name_prefix(&self) -> &str {
        &self.settings.name_prefix
    }
}

/// `whole` for one call; a connection takes three seconds of it at most.
fn timeouts(whole: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3).min(whole))
        .read_timeout(whole)
        .operation_timeout(whole)
        .build()
}

/// The tag by which we know what we made.
const OWNER_TAG: &str = "ownlane:tenant";

fn owner_tag(owner: &str) -> Result<aws_sdk_sesv2::types::Tag, SesError> {
    let tag = aws_sdk_sesv2::types::Tag::builder().key(OWNER_TAG).value(owner).build();
    tag.map_err(SesError::unbuilt("Tag"))
}

/// The value of our tag.
fn find_owner(tags: Option<&[aws_sdk_sesv2::types::Tag]>) -> Option<String> {
    tags?.iter().find(|tag| tag.key() == OWNER_TAG).map(|tag| tag.value().to_owned())
}
