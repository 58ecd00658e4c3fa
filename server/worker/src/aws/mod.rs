//! Amazon SES, spoken to by the AWS SDK: the only place that knows its types. What comes back is ours: strings of AWS
//! stay strings, so that a new one fails nothing, and an outcome is decided on values that are there, as the SDK makes up
//! what is missing.
//!
//! The SDK's retries are off: its allowance is one for the whole process, and a duty that fails is due again later.

mod error;
mod identities;
mod tenants;

pub use error::{SesError, SesErrorKind};
pub(crate) use identities::{Identity, MailFrom};
pub(crate) use tenants::Tenant;

use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::config::{BehaviorVersion, Credentials, Region};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// SES takes one call other than a send a second, for account and region together.
const PACE: Duration = Duration::from_secs(1);

/// Where SES is, and what is ours there.
#[derive(Clone, Debug)]
pub struct SesSettings {
    pub region: String,
    /// What the names of tenants and configuration sets begin with: up to 31 of `A-Za-z0-9_-`.
    pub name_prefix: String,
    /// The ARN of the SNS topic that events go to.
    pub events_topic: String,
    pub endpoint: Endpoint,
}

#[derive(Clone, Debug)]
pub enum Endpoint {
    /// Amazon's own, with the credentials that the SDK finds.
    Aws,
    /// The sandbox, at `http://127.0.0.1:…`: no credentials, no pace.
    Sandbox(String),
}

/// SES, for everything but sending.
pub struct Ses {
    client: aws_sdk_sesv2::Client,
    settings: SesSettings,
    /// When the next call may be made. `None`: at once.
    pace: Option<Mutex<Instant>>,
}

impl Ses {
    pub async fn new(settings: SesSettings) -> Self {
        let region = Region::new(settings.region.clone());
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            .read_timeout(Duration::from_secs(10))
            .operation_timeout(Duration::from_secs(15))
            .build();
        let config = match &settings.endpoint {
            Endpoint::Aws => {
                let found = aws_config::defaults(BehaviorVersion::latest()).region(region).load().await;
                aws_sdk_sesv2::config::Builder::from(&found)
            }
            Endpoint::Sandbox(url) => aws_sdk_sesv2::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(region)
                .endpoint_url(url)
                .credentials_provider(Credentials::new("sandbox", "sandbox", None, None, "sandbox")),
        };
        let config = config.retry_config(RetryConfig::disabled()).timeout_config(timeouts).build();
        let pace = matches!(settings.endpoint, Endpoint::Aws).then(|| Mutex::new(Instant::now()));
        Self { client: aws_sdk_sesv2::Client::from_conf(config), settings, pace }
    }

    pub fn region(&self) -> &str {
        &self.settings.region
    }

    pub(crate) fn name_prefix(&self) -> &str {
        &self.settings.name_prefix
    }

    /// The client, once the pace allows a call.
    async fn client(&self) -> &aws_sdk_sesv2::Client {
        if let Some(pace) = &self.pace {
            let mut next = pace.lock().await;
            tokio::time::sleep_until(*next).await;
            *next = Instant::now() + PACE;
        }
        &self.client
    }
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
