//! The sandbox as a program of its own. It reads the machine's clock and randomness on behalf of the library, and must
//! hold no behaviour of the world itself.

use clap::Parser;
use sandbox::{ACCOUNT, MailIn, Options, Sandbox};
use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

/// Amazon SES v2, SQS, S3 and a DNS server on localhost, over the real protocols.
///
/// Point an AWS SDK at it with AWS_ENDPOINT_URL_SESV2, AWS_ENDPOINT_URL_SQS and AWS_ENDPOINT_URL_S3=http://ADDRESS, any
/// credentials, and path style for S3. The control API is under http://ADDRESS/_sandbox/ (GET it for a list): DNS
/// records, faults, statuses of identities, captured mail, mail from outside (POST /_sandbox/mail-in), calls
/// made, all state.
///
/// With a reply domain, people answer mail whose Reply-To (else From) is there, as their local part says: answer,
/// notnow, decline, question, wrongperson, remove, and by a program left, away, autoreply; in the language ru, de, es or
/// fr, else English; with gmail, outlook, apple, thunderbird or webmail, else any of them. Like bob.question.de@b.example.
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
    /// A domain for which SES receives mail, in us-east-1: into the bucket ownlane-mail under in/, told in the queue
    /// ownlane-replies.
    #[arg(long)]
    reply_domain: Option<String>,
    /// Calls with members that their operation does not know are refused, not only noted in the list of calls.
    #[arg(long)]
    strict: bool,
    /// A folder that keeps the state and all mail. Without it, memory only: of mail, the newest 10 000.
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
    let Arguments { listen, dns, auto_verify, known_domain, reply_domain, strict, state, event_delay } = arguments;
    let mail_in = reply_domain.map(mail_in);
    let (now, chance) = (Arc::new(now), Arc::new(chance));
    let options = Options { listen, dns, auto_verify, known_domain, mail_in, strict, state, event_delay, now, chance };
    let sandbox = Sandbox::bind(options).await?;
    // In one piece: whoever has read the first line may close the pipe.
    let addresses = format!("SES http://{}\nDNS {}\n", sandbox.address, sandbox.dns);
    print!("{addresses}");
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

fn mail_in(domain: String) -> MailIn {
    MailIn {
        domain,
        region: "us-east-1".to_owned(),
        bucket: "ownlane-mail".to_owned(),
        prefix: "in/".to_owned(),
        topic: format!("arn:aws:sns:us-east-1:{ACCOUNT}:ownlane-replies"),
    }
}

#[expect(clippy::disallowed_methods, reason = "the program's one look at the clock")]
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

#[expect(clippy::disallowed_methods, reason = "the program's one source of chance")]
fn chance(bytes: &mut [u8]) {
    rand::fill(bytes);
}
