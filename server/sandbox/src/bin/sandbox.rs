//! The sandbox as a program of its own. It reads the machine's clock and randomness on behalf of the library, and must
//! hold no behaviour of the world itself.

use clap::Parser;
use sandbox::{Options, Sandbox};
use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

/// Amazon SES v2, SQS and a DNS server on localhost, over the real protocols.
///
/// Point an AWS SDK at it with AWS_ENDPOINT_URL_SESV2 and AWS_ENDPOINT_URL_SQS=http://ADDRESS and any credentials. The control API is under
/// http://ADDRESS/_sandbox/ (GET it for a list): DNS records, faults, statuses of identities, calls made, all state.
#[derive(Parser)]
#[command(name = "sandbox", version)]
struct Arguments {
    /// Where SES and the control API listen: a loopback address.
    #[arg(long, default_value = "127.0.0.1:4579")]
    listen: SocketAddr,
    /// Where DNS listens, UDP and TCP: a loopback address.
    #[arg(long, default_value = "127.0.0.1:5354")]
    dns: SocketAddr,
    /// Identities verify without DNS records.
    #[arg(long)]
    auto_verify: bool,
    /// A domain that verifies without DNS records.
    #[arg(long)]
    known_domain: Option<String>,
    /// Calls with members that their operation does not know are refused, not only noted in the list of calls.
    #[arg(long)]
    strict: bool,
    /// A JSON file that keeps the state. Without it, memory only.
    #[arg(long)]
    state: Option<PathBuf>,
    /// Seconds from a mail to its first event.
    #[arg(long, default_value_t = 0.5)]
    event_delay: f64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_new("info").unwrap_or_default();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut sentence = error.to_string();
            let mut source = error.source();
            while let Some(cause) = source {
                sentence = format!("{sentence} {cause}");
                source = cause.source();
            }
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let Arguments { listen, dns, auto_verify, known_domain, strict, state, event_delay } = arguments;
    let (now, chance) = (Arc::new(now), Arc::new(chance));
    let options = Options { listen, dns, auto_verify, known_domain, strict, state, event_delay, now, chance };
    let sandbox = Sandbox::bind(options).await?;
    println!("SES http://{}", sandbox.address);
    println!("DNS {}", sandbox.dns);
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
        stop.send_replace(true);
    });
    sandbox.run(stopped).await;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the program's one look at the clock")]
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

#[expect(clippy::disallowed_methods, reason = "the program's one source of chance")]
fn chance(bytes: &mut [u8]) {
    rand::fill(bytes);
}
