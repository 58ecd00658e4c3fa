//! The world on localhost: Amazon SES v2, the SQS queues of its events, the S3 buckets of the mail it receives and a DNS
//! server over their wire protocols, for development and for tests.
//!
//! It owns what the world would own: tenants, identities, configuration sets, mails and the
//! people who get them, queues, buckets, DNS records. It must never reach beyond
//! loopback, never send mail, and never be asked by our code in any other way than AWS and DNS would be; `World` is for
//! whoever plays the world: tests, the operator of a development server.

mod answers;
mod body;
mod bounces;
mod bridge;
mod control;
mod crowd;
mod digest;
mod dns;
mod events;
mod exchangers;
mod faults;
mod headers;
mod history;
mod http;
mod ids;
mod log;
mod mail;
mod mail_in;
mod moment;
mod people;
mod place;
mod providers;
mod records;
mod s3;
mod ses;
mod signature;
mod sns;
mod sqs;
mod state;
mod sts;
mod troubles;
mod wire;
mod world;
mod xml;

pub use events::EventPlan;
pub use faults::{Fault, FaultKind, Odds};
pub use mail::Mail;
pub use mail_in::{MailIn, NotReceived};
pub use people::shares::{Shares, SharesError};
pub use place::Place;
pub use providers::{Placement, Provider};
pub use records::{Record, RecordKind};
pub use ses::account::EnforcementStatus;
pub use ses::findings::{Finding, FindingStatus, FindingType, Impact};
pub use ses::reputation::SendingStatus;
pub use ses::send::PausedTenantError;
pub use state::ACCOUNT;
pub use troubles::DnsTrouble;
pub use world::{Call, NotAhead, World};

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::watch;

/// Epoch seconds.
pub type Now = Arc<dyn Fn() -> f64 + Send + Sync>;
/// Fills the bytes at random.
pub type Chance = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

pub struct Options {
    /// SES, SQS, S3 and the control API over HTTP; port 0 picks one.
    pub listen: SocketAddr,
    /// UDP and TCP; port 0 picks one, the same for both.
    pub dns: SocketAddr,
    /// Identities verify without DNS records.
    pub auto_verify: bool,
    /// A domain that verifies without DNS records, as if they had stood there all along.
    pub known_domain: Option<String>,
    /// Mail to this domain is received.
    pub mail_in: Option<MailIn>,
    /// Calls with members that their operation does not know are refused.
    pub strict: bool,
    /// A folder of this sandbox alone. `None`: memory only.
    pub state: Option<PathBuf>,
    /// Seconds from a mail to its Send; twice that to Delivery or Bounce, three times to what follows and to the answer of a
    /// program, six times to that of a person. 0: at once.
    pub event_delay: f64,
    pub now: Now,
    pub chance: Chance,
}

/// Bound, so that callers know the ports; it answers once `run` is polled.
pub struct Sandbox {
    pub address: SocketAddr,
    pub dns: SocketAddr,
    world: World,
    http: TcpListener,
    udp: UdpSocket,
    tcp: TcpListener,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("The sandbox listens on loopback only, and {0} is not a loopback address. Use 127.0.0.1 or [::1].")]
    NotLoopback(SocketAddr),
    #[error("Cannot listen on {address}.")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("Cannot read the state in {path}.")]
    ReadState { path: PathBuf, source: io::Error },
    #[error("The state file {path} is not a sandbox's. Move it away to start afresh.")]
    ParseState { path: PathBuf, source: serde_json::Error },
    #[error("Another sandbox keeps its state in {0}. Stop it, or name another folder.")]
    StateInUse(PathBuf),
}

impl Sandbox {
    pub async fn bind(options: Options) -> Result<Self, StartError> {
        for address in [options.listen, options.dns] {
            if !address.ip().is_loopback() {
                return Err(StartError::NotLoopback(address));
            }
        }
        let listen = options.listen;
        let dns = options.dns;
        let http = TcpListener::bind(listen).await.map_err(|source| StartError::Listen { address: listen, source })?;
        let address = http.local_addr().map_err(|source| StartError::Listen { address: listen, source })?;
        let world = World::open(options, address)?;
        let (udp, tcp) = dns::bind(dns).await.map_err(|source| StartError::Listen { address: dns, source })?;
        let dns = udp.local_addr().map_err(|source| StartError::Listen { address: dns, source })?;
        Ok(Self { address, dns, world, http, udp, tcp })
    }

    pub fn world(&self) -> World {
        self.world.clone()
    }

    /// Until `stop` says true or its sender is gone. Open connections are dropped then.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        tokio::select! {
            () = http::serve(self.http, self.world.clone()) => {}
            () = dns::serve(self.udp, self.tcp, self.world.clone()) => {}
            () = save(&self.world) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
        self.world.save();
    }
}

/// What changed reaches the state within a second.
async fn save(world: &World) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        world.save();
    }
}
