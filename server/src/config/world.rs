//! Which world the machine acts in. A program with the feature `sandbox` knows none but one on this machine; one without it
//! knows none but Amazon's. So no setting can take the one for the other.

#[cfg(feature = "sandbox")]
pub use played::WorldConfig;
#[cfg(not(feature = "sandbox"))]
pub use real::WorldConfig;

#[cfg(feature = "sandbox")]
pub(super) use played::{MAIL_FROM, SETTINGS};
#[cfg(not(feature = "sandbox"))]
pub(super) use real::{MAIL_FROM, SETTINGS};

#[cfg(feature = "sandbox")]
mod played {
    use super::super::{ConfigError, invalid};
    use rules::addresses::DomainName;
    use std::collections::HashMap;
    use std::net::{IpAddr, Ipv4Addr, SocketAddr};
    use worker::NameServers;

    const SANDBOX_LISTEN: &str = "OWNLANE_SANDBOX_LISTEN";
    const SANDBOX_DNS: &str = "OWNLANE_SANDBOX_DNS";
    const SANDBOX_URL: &str = "OWNLANE_SANDBOX_URL";
    /// What the platform's own mail leaves from, when nobody says otherwise.
    pub const MAIL_FROM: Option<&str> = Some("mail@ownlane.example");
    /// Where answers come in.
    pub const REPLY_DOMAIN: &str = "in.ownlane.example";
    pub const SETTINGS: &[&str] = &[SANDBOX_LISTEN, SANDBOX_DNS, SANDBOX_URL];

    #[derive(Debug)]
    pub enum WorldConfig {
        /// A sandbox in this process, at these addresses.
        Own { listen: SocketAddr, dns: SocketAddr },
        /// One that runs already.
        Elsewhere { address: SocketAddr, dns: SocketAddr },
    }

    impl WorldConfig {
        pub const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

        /// Where answers come in.
        pub fn reply_domain(&self) -> Option<DomainName> {
            DomainName::parse(REPLY_DOMAIN).ok()
        }

        /// For a throw-away world, of which there may be several.
        pub fn take_any_port(&mut self) {
            if let Self::Own { listen, dns } = self {
                listen.set_port(0);
                dns.set_port(0);
            }
        }

        /// Those of the sandbox, whether it is this process that plays it or another one.
        pub const fn name_servers(&self) -> NameServers {
            match self {
                Self::Own { dns, .. } | Self::Elsewhere { dns, .. } => NameServers::One(*dns),
            }
        }

        pub fn read(given: &mut HashMap<&'static str, String>) -> Result<Self, ConfigError> {
            let mut loopback = |name, default: &str| {
                let text = given.remove(name).unwrap_or_else(|| default.to_owned());
                let address: SocketAddr = text
                    .trim_start_matches("http://")
                    .parse()
                    .map_err(|_| invalid(name, format!("{text:?} is no address with a port")))?;
                let is_loopback = address.ip().is_loopback();
                if is_loopback { Ok(address) } else { Err(invalid(name, format!("{text} is not on this machine"))) }
            };
            let (listen, dns) = (loopback(SANDBOX_LISTEN, "127.0.0.1:4579")?, loopback(SANDBOX_DNS, "127.0.0.1:5354")?);
            let none = "127.0.0.1:0";
            match loopback(SANDBOX_URL, none)? {
                address if address.port() == 0 => Ok(Self::Own { listen, dns }),
                address => Ok(Self::Elsewhere { address, dns }),
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::config::Config;

        fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
            Config::from_variables(variables.iter().map(|(name, value)| (name.into(), value.into())))
        }

        #[test]
        fn only_a_sandbox_on_this_machine_is_called() {
            for elsewhere in ["https://email.eu-west-1.amazonaws.com", "10.0.0.1:4579", "sandbox:4579"] {
                read(&[("OWNLANE_SANDBOX_URL", elsewhere)]).unwrap_err();
            }
            read(&[("OWNLANE_SANDBOX_LISTEN", "0.0.0.0:4579")]).unwrap_err();
            let config = read(&[("OWNLANE_SANDBOX_URL", "http://127.0.0.1:1")]).unwrap();
            assert!(matches!(config.world, WorldConfig::Elsewhere { .. }), "{:?}", config.world);
            let error = read(&[("OWNLANE_AWS_REGION", "eu-west-1")]).unwrap_err().to_string();
            assert!(error.starts_with("OWNLANE_AWS_REGION is not a setting"), "{error}");
        }
    }
}

#[cfg(not(feature = "sandbox"))]
mod real {
    use super::super::{ConfigError, invalid};
    use rules::addresses::DomainName;
    use std::collections::HashMap;
    use worker::NameServers;

    const AWS_REGION: &str = "OWNLANE_AWS_REGION";
    const EVENTS_TOPIC: &str = "OWNLANE_EVENTS_TOPIC";
    const EVENTS_QUEUE: &str = "OWNLANE_EVENTS_QUEUE";
    const REPLY_DOMAIN: &str = "OWNLANE_REPLY_DOMAIN";
    const REPLIES_QUEUE: &str = "OWNLANE_REPLIES_QUEUE";
    pub const MAIL_FROM: Option<&str> = None;
    pub const SETTINGS: &[&str] = &[AWS_REGION, EVENTS_TOPIC, EVENTS_QUEUE, REPLY_DOMAIN, REPLIES_QUEUE];

    #[derive(Debug)]
    pub struct WorldConfig {
        pub region: Option<String>,
        /// The ARN of the SNS topic that events go to.
        pub events_topic: Option<String>,
        /// The URL of the SQS queue that they arrive in.
        pub events_queue: Option<String>,
        /// Where answers come in, and the URL of the SQS queue that tells of them.
        pub replies: Option<(DomainName, String)>,
    }

    impl WorldConfig {
        /// The real world has no ports of ours.
        pub const fn take_any_port(&mut self) {}

        pub const fn name_servers(&self) -> NameServers {
            NameServers::System
        }

        pub fn read(given: &mut HashMap<&'static str, String>) -> Result<Self, ConfigError> {
            let [region, events_topic, events_queue] =
                [AWS_REGION, EVENTS_TOPIC, EVENTS_QUEUE].map(|name| given.remove(name));
            let replies = replies(given.remove(REPLY_DOMAIN), given.remove(REPLIES_QUEUE))?;
            Ok(Self { region, events_topic, events_queue, replies })
        }

        pub fn reply_domain(&self) -> Option<DomainName> {
            self.replies.as_ref().map(|(domain, _)| domain.clone())
        }

        pub fn region(&self) -> Result<String, ConfigError> {
            let missing = ConfigError::Missing { name: AWS_REGION, what: "the region of Amazon SES, like eu-west-1" };
            self.region.clone().ok_or(missing)
        }

        pub fn events_topic(&self) -> Result<String, ConfigError> {
            let what = "the ARN of the SNS topic that Amazon SES tells its events to";
            self.events_topic.clone().ok_or(ConfigError::Missing { name: EVENTS_TOPIC, what })
        }

        pub fn events_queue(&self) -> Result<String, ConfigError> {
            let what = "the URL of the SQS queue that is subscribed to that topic";
            self.events_queue.clone().ok_or(ConfigError::Missing { name: EVENTS_QUEUE, what })
        }
    }

    /// Both or none.
    fn replies(domain: Option<String>, queue: Option<String>) -> Result<Option<(DomainName, String)>, ConfigError> {
        let missing =
            |name| ConfigError::Missing { name, what: "answers come in by a domain and the queue that tells of them" };
        match (domain, queue) {
            (None, None) => Ok(None),
            (Some(_), None) => Err(missing(REPLIES_QUEUE)),
            (None, Some(_)) => Err(missing(REPLY_DOMAIN)),
            (Some(domain), Some(queue)) => {
                let domain = DomainName::parse(&domain)
                    .map_err(|error| invalid(REPLY_DOMAIN, format!("{domain:?}: {error}")))?;
                Ok(Some((domain, queue)))
            }
        }
    }
}
