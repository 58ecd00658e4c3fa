//! The world that the machine acts in: the sandbox on this machine, or Amazon's SES and the real DNS. Which of them is
//! settled when the program is built, so that no setting can take the one for the other.

use crate::BoxError;
use crate::config::Config;
use rules::limits;
use std::time::Duration;
use worker::{Endpoint, NameServers, Replies, SesSettings};

#[cfg(feature = "sandbox")]
pub use played::{SandboxHands, World};
#[cfg(not(feature = "sandbox"))]
pub use real::World;

const SEND_TIMEOUT: Duration = Duration::from_secs(limits::SEND_SECS_MAX);

impl World {
    /// SES and DNS for the worker.
    pub async fn reach(&self, config: &Config) -> Result<(worker::Ses, worker::Dns), BoxError> {
        let ses = worker::Ses::new(self.ses(config)?).await;
        Ok((ses, worker::Dns::new(self.name_servers())?))
    }
}

#[cfg(feature = "sandbox")]
mod played {
    use super::{BoxError, Config, Endpoint, NameServers, Replies, SEND_TIMEOUT, SesSettings};
    use crate::config::WorldConfig;
    use crate::serve::Server;
    use crate::system::Machine;
    use app::site::Hands;
    use rules::domains::{RecordKind, WantedRecord};
    use rules::isolation::RoleArn;
    use rules::time::Clock;
    use sandbox::{MailIn, Options, Record, Sandbox};
    use std::net::SocketAddr;
    use std::path::PathBuf;
    use std::sync::Arc;
    use tokio::sync::watch;

    const REGION: &str = "us-east-1";
    const EVENT_DELAY_SECS: f64 = 0.5; // a person sees a mail go through its states
    const TTL_SECS: u32 = 3600;
    /// The topic and the queue by which the world tells of mail that arrived.
    const REPLIES: &str = "ownlane-replies";

    /// A sandbox: in this process, or one that runs elsewhere on this machine.
    pub struct World {
        address: SocketAddr,
        dns: SocketAddr,
        /// Ours alone: whose hands press its buttons.
        hands: Option<Arc<SandboxHands>>,
    }

    impl World {
        /// Starts the sandbox of this process, unless it uses another's. It goes on until `stop` says true, and keeps what
        /// it knows in `state`.
        pub async fn start(
            config: &Config,
            state: Option<PathBuf>,
            stop: watch::Receiver<bool>,
        ) -> Result<Self, BoxError> {
            Self::play_by(&Machine::real(), EVENT_DELAY_SECS, config, state, stop).await
        }

        /// The same by another clock and other dice. `event_delay`: see [`Options`].
        pub async fn play_by(
            Machine { clock, chance }: &Machine,
            event_delay: f64,
            config: &Config,
            state: Option<PathBuf>,
            stop: watch::Receiver<bool>,
        ) -> Result<Self, BoxError> {
            let (listen, dns) = match config.world {
                WorldConfig::Elsewhere { address, dns } => return Ok(Self { address, dns, hands: None }),
                WorldConfig::Own { listen, dns } => (listen, dns),
            };
            let (clock, chance) = (clock.clone(), chance.clone());
            let sandbox = Sandbox::bind(Options {
                listen,
                dns,
                auto_verify: false,
                known_domain: config.mail_from.as_ref().map(|address| address.domain().as_str().to_owned()),
                mail_in: config.world.reply_domain().map(|domain| MailIn {
                    domain: domain.as_str().to_owned(),
                    region: REGION.to_owned(),
                    bucket: "ownlane-mail".to_owned(),
                    prefix: "in/".to_owned(),
                    topic: format!("arn:aws:sns:{REGION}:{}:{REPLIES}", sandbox::ACCOUNT),
                }),
                strict: false,
                state,
                event_delay,
                now: Arc::new(move || seconds_now(&*clock)),
                chance: Arc::new(move |bytes| chance.fill(bytes)),
            })
            .await?;
            let (address, dns, world) = (sandbox.address, sandbox.dns, sandbox.world());
            tokio::spawn(sandbox.run(stop));
            Ok(Self { address, dns, hands: Some(Arc::new(SandboxHands(world))) })
        }

        /// How a server without a worker of its own sees it: the pages say that it is a sandbox.
        pub const fn of_pages_alone() -> app::site::World {
            app::site::World::Sandbox { hands: None }
        }

        pub fn for_pages(&self) -> app::site::World {
            let hands = self.hands.clone().map(|hands| hands as Arc<dyn Hands>);
            app::site::World::Sandbox { hands }
        }

        /// `None`: another process plays it.
        pub fn played(&self) -> Option<sandbox::World> {
            self.hands.as_ref().map(|hands| hands.0.clone())
        }

        /// Does what its buttons ask for, as long as it goes on.
        pub fn play(&self, server: &Server, stop: watch::Receiver<bool>) -> impl Future<Output = ()> + Send + use<> {
            let (site, router, played) = (server.site.clone(), server.router.clone(), self.played());
            async move {
                let Some(world) = played else { return };
                let drills = crate::drill::keeper::run(site.clone(), stop.clone());
                tokio::join!(crate::demo::run(site, router, world, stop), drills);
            }
        }

        /// For a command that plays the world by hand.
        pub fn variables(&self) -> Vec<(&'static str, String)> {
            vec![("OWNLANE_SANDBOX_URL", format!("http://{}", self.address))]
        }

        pub fn describe(&self) -> String {
            format!("The sandbox plays Amazon SES at http://{} and DNS at {}.", self.address, self.dns)
        }

        #[expect(clippy::unnecessary_wraps, reason = "the other world's settings can be missing")]
        pub(super) fn ses(&self, config: &Config) -> Result<SesSettings, BoxError> {
            let account = sandbox::ACCOUNT;
            Ok(SesSettings {
                region: REGION.to_owned(),
                name_prefix: config.ses_prefix.clone(),
                events_topic: format!("arn:aws:sns:{REGION}:{account}:ownlane-events"),
                events_queue: format!("http://{}/{account}/ownlane-events", self.address),
                replies: config
                    .world
                    .reply_domain()
                    .map(|domain| Replies { domain, queue: format!("http://{}/{account}/{REPLIES}", self.address) }),
                send_timeout: SEND_TIMEOUT,
                control_pace: None,
                endpoint: Endpoint::Sandbox(format!("http://{}", self.address)),
            })
        }

        pub(super) const fn name_servers(&self) -> NameServers {
            NameServers::One(self.dns)
        }
    }

    /// Epoch seconds.
    #[expect(clippy::cast_precision_loss, reason = "microseconds of this century are exact in a double")]
    fn seconds_now(clock: &dyn Clock) -> f64 {
        let micros = clock.now().unix_timestamp_nanos() / 1000;
        micros as f64 / 1_000_000.0
    }

    /// What is done in a sandbox of this process.
    pub struct SandboxHands(pub sandbox::World);

    impl Hands for SandboxHands {
        fn let_in(&self, role: &RoleArn, external_id: &str) {
            if let Err(error) = self.0.add_role(role.as_str(), Some(external_id)) {
                tracing::warn!("the sandbox takes no such role: {error}");
            }
        }

        /// As an owner does: what stood there for the same use is replaced.
        fn publish(&self, record: &WantedRecord) {
            let kind = match record.kind {
                RecordKind::Txt => sandbox::RecordKind::Txt,
                RecordKind::Cname => sandbox::RecordKind::Cname,
                RecordKind::Mx => sandbox::RecordKind::Mx,
            };
            self.0.withdraw(&record.name, kind);
            self.0.publish(Record { name: record.name.clone(), kind, value: record.full_value(), ttl: TTL_SECS });
        }
    }
}

#[cfg(not(feature = "sandbox"))]
mod real {
    use super::{BoxError, Config, Endpoint, NameServers, Replies, SEND_TIMEOUT, SesSettings};
    use crate::serve::Server;
    use std::path::PathBuf;
    use tokio::sync::watch;

    /// Amazon's SES and the machine's name servers.
    pub struct World;

    impl World {
        #[expect(clippy::unused_async, reason = "the other world has to be started")]
        pub async fn start(_: &Config, _: Option<PathBuf>, _: watch::Receiver<bool>) -> Result<Self, BoxError> {
            Ok(Self)
        }

        pub const fn of_pages_alone() -> app::site::World {
            app::site::World::Real
        }

        pub const fn for_pages(&self) -> app::site::World {
            app::site::World::Real
        }

        pub fn play(&self, _: &Server, _: watch::Receiver<bool>) -> impl Future<Output = ()> + Send + use<> {
            std::future::ready(())
        }

        pub const fn variables(&self) -> Vec<(&'static str, String)> {
            Vec::new()
        }

        pub fn describe(&self) -> String {
            "Mail leaves through Amazon SES.".to_owned()
        }

        pub(super) fn ses(&self, config: &Config) -> Result<SesSettings, BoxError> {
            Ok(SesSettings {
                region: config.world.region()?,
                name_prefix: config.ses_prefix.clone(),
                events_topic: config.world.events_topic()?,
                events_queue: config.world.events_queue()?,
                replies: config.world.replies.clone().map(|(domain, queue)| Replies { domain, queue }),
                send_timeout: SEND_TIMEOUT,
                control_pace: Some(worker::CONTROL_PACE),
                endpoint: Endpoint::Aws,
            })
        }

        pub(super) const fn name_servers(&self) -> NameServers {
            NameServers::System
        }
    }
}
