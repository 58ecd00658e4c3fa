//! The world that tests play: a sandbox of their own, and the worker's way to it.

use crate::harness::{TestClock, TestSite};
use rules::addresses::DomainName;
use rules::time::{Chance, Clock};
use server::system::SystemChance;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Where answers come in.
pub const REPLY_DOMAIN: &str = "in.ownlane.example";

pub async fn start_sandbox(clock: Arc<TestClock>) -> sandbox::Sandbox {
    let any_port: SocketAddr = "127.0.0.1:0".parse().unwrap();
    sandbox::Sandbox::bind(sandbox::Options {
        listen: any_port,
        dns: any_port,
        auto_verify: false,
        known_domain: Some("ownlane.example".to_owned()),
        mail_in: Some(sandbox::MailIn {
            domain: REPLY_DOMAIN.to_owned(),
            region: "us-east-1".to_owned(),
            bucket: "ownlane-mail".to_owned(),
            prefix: "in/".to_owned(),
            topic: "arn:aws:sns:us-east-1:123456789012:ownlane-replies".to_owned(),
        }),
        strict: true,
        state: None,
        event_delay: 0.0,
        now: Arc::new(move || clock.now().unix_timestamp_nanos() as f64 / 1e9),
        chance: Arc::new(|bytes| SystemChance.fill(bytes)),
    })
    .await
    .unwrap()
}

pub async fn reach(sandbox: SocketAddr) -> worker::Ses {
    reach_at(sandbox, None).await
}

/// `pace`: how long calls that do not send are apart.
pub async fn reach_at(sandbox: SocketAddr, pace: Option<std::time::Duration>) -> worker::Ses {
    worker::Ses::new(worker::SesSettings {
        region: "us-east-1".to_owned(),
        name_prefix: "ownlane".to_owned(),
        events_topic: "arn:aws:sns:us-east-1:123456789012:ownlane-events".to_owned(),
        events_queue: format!("http://{sandbox}/123456789012/ownlane-events"),
        replies: Some(worker::Replies {
            domain: DomainName::parse(REPLY_DOMAIN).unwrap(),
            queue: format!("http://{sandbox}/123456789012/ownlane-replies"),
        }),
        send_timeout: std::time::Duration::from_secs(1),
        control_pace: pace,
        endpoint: worker::Endpoint::Sandbox(format!("http://{sandbox}")),
    })
    .await
}

/// What stands at SES, without what differs from one run to the next.
pub fn shape_of(world: &sandbox::World) -> String {
    let mut state = world.snapshot();
    let region = &mut state["us-east-1"];
    for kind in ["tenants", "identities", "configuration_sets"] {
        // What a process of its own makes for the platform's mail.
        let keep = |name: &String| !name.ends_with("-platform") && name != "nowhere.example";
        region[kind].as_object_mut().unwrap().retain(|name, _| keep(name));
    }
    let count = |kind: &str| region[kind].as_object().map_or(0, serde_json::Map::len);
    let text = region["tenants"].to_string();
    let has = |word: &str| text.matches(word).count();
    format!(
        "{} tenant, {} identity, {} set; {} and {} associated; strict {}, own list {}",
        count("tenants"),
        count("identities"),
        count("configuration_sets"),
        has(":identity/"),
        has(":configuration-set/"),
        has("reputation-policy/strict"),
        has("\"TENANT\""),
    )
}

impl TestSite {
    /// What somebody does at Amazon by hand, past Ownlane.
    pub async fn by_hand(&self, method: &str, path: &str, body: &serde_json::Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\nauthorization: \
             AWS4-HMAC-SHA256 Credential=hand/20260201/us-east-1/ses/aws4_request, SignedHeaders=host, Signature={}\r\n\r\n",
            self.sandbox.0,
            body.len(),
            "0".repeat(64),
        );
        let mut stream = TcpStream::connect(self.sandbox.0).await.unwrap();
        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{method} {path}: {answer}");
    }
}
