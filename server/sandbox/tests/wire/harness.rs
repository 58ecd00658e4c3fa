//! A sandbox that runs for the length of a test, and an HTTP client with nothing clever in it.

use sandbox::{Options, Record, RecordKind, Sandbox, World};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub const REGION: &str = "eu-west-1";
pub const ACCOUNT: &str = sandbox::ACCOUNT;

pub struct Running {
    pub address: SocketAddr,
    pub dns: SocketAddr,
    pub world: World,
    pub now: Arc<Mutex<f64>>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    /// Of `x-amzn-ErrorType`.
    pub error: Option<String>,
    pub headers: String,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()
    }

    pub fn message(&self) -> Option<String> {
        let body = self.json();
        body.get("message").or(body.get("Message")).and_then(Value::as_str).map(str::to_owned)
    }

    pub fn refused(&self, status: u16, error: &str, message: &str) {
        let found = (self.status, self.error.as_deref(), self.message());
        assert_eq!(found, (status, Some(error), Some(message.to_owned())));
    }
}

pub async fn start() -> Running {
    start_with(|_| {}).await
}

pub async fn start_with(change: impl FnOnce(&mut Options)) -> Running {
    let now = Arc::new(Mutex::new(1_770_000_000.125));
    let seed = AtomicU64::new(1);
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    let clock = now.clone();
    let mut options = Options {
        listen: loopback,
        dns: loopback,
        auto_verify: false,
        known_domain: None,
        mail_in: None,
        strict: true,
        state: None,
        event_delay: 0.0,
        now: Arc::new(move || *clock.lock().unwrap()),
        chance: Arc::new(move |bytes| {
            for byte in bytes {
                let state = seed.load(Ordering::Relaxed).wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                seed.store(state, Ordering::Relaxed);
                *byte = state.to_be_bytes()[0];
            }
        }),
    };
    change(&mut options);
    let sandbox = Sandbox::bind(options).await.unwrap();
    let (stop, stopped) = watch::channel(false);
    let (address, dns, world) = (sandbox.address, sandbox.dns, sandbox.world());
    Running { address, dns, world, now, stop, task: tokio::spawn(sandbox.run(stopped)) }
}

pub async fn start_with_state(path: PathBuf) -> Running {
    start_with(|options| options.state = Some(path)).await
}

impl Running {
    pub async fn end(self) {
        self.stop.send_replace(true);
        self.task.await.unwrap();
    }

    /// What is not on disk by now is lost.
    pub async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }

    /// Signed, in `REGION`.
    pub async fn call(&self, method: &str, path: &str, body: Value) -> Reply {
        self.call_in(REGION, method, path, body).await
    }

    pub async fn call_in(&self, region: &str, method: &str, path: &str, body: Value) -> Reply {
        let headers = format!("authorization: {}\r\n", authorization(region));
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.request(method, path, &headers, &body).await.unwrap()
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.call("POST", path, body).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, Value::Null).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.call("PUT", path, body).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.call("DELETE", path, Value::Null).await
    }

    /// A call to the control API that must succeed.
    pub async fn control(&self, path: &str, body: Value) {
        let reply = self.request("POST", &format!("/_sandbox/{path}"), "", &body.to_string()).await.unwrap();
        assert_eq!(reply.status, 204, "{reply:?}");
    }

    /// A call to SQS in `REGION`.
    pub async fn sqs(&self, operation: &str, body: Value) -> Reply {
        self.try_sqs(operation, body).await.unwrap()
    }

    pub async fn try_sqs(&self, operation: &str, body: Value) -> Option<Reply> {
        let headers = format!(
            "authorization: {}\r\nx-amz-target: AmazonSQS.{operation}\r\ncontent-type: application/x-amz-json-1.0\r\n",
            authorization_for(REGION, "sqs")
        );
        self.request("POST", "/", &headers, &body.to_string()).await
    }

    /// `None`: the connection ended without an answer.
    pub async fn request(&self, method: &str, path: &str, headers: &str, body: &str) -> Option<Reply> {
        let host = if headers.contains("host:") { String::new() } else { format!("host: {}\r\n", self.address) };
        let head = format!(
            "{method} {path} HTTP/1.1\r\n{host}{headers}content-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let _ = stream.write_all(head.as_bytes()).await; // what is too long is not read to its end
        let _ = stream.write_all(body.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8(answer).unwrap();
        let (headers, text) = answer.split_once("\r\n\r\n")?;
        let status = headers.split(' ').nth(1).unwrap().parse().unwrap();
        let error = headers.lines().find_map(|line| line.strip_prefix("x-amzn-errortype: ")).map(str::to_owned);
        Some(Reply { status, error, headers: headers.to_owned(), text: text.to_owned() })
    }

    pub async fn tenant(&self, name: &str) -> Value {
        self.post("/v2/email/tenants", json!({ "TenantName": name })).await.ok()
    }

    pub async fn configuration_set(&self, name: &str) -> String {
        self.post("/v2/email/configuration-sets", json!({ "ConfigurationSetName": name })).await.ok();
        format!("arn:aws:ses:{REGION}:{ACCOUNT}:configuration-set/{name}")
    }

    /// The domain's tokens.
    pub async fn identity(&self, name: &str) -> Vec<String> {
        let made = self.post("/v2/email/identities", json!({ "EmailIdentity": name })).await.ok();
        made["DkimAttributes"]["Tokens"]
            .as_array()
            .unwrap()
            .iter()
            .map(|token| token.as_str().unwrap().to_owned())
            .collect()
    }

    pub fn publish_dkim(&self, domain: &str, tokens: &[String]) {
        for token in tokens {
            let name = format!("{token}._domainkey.{domain}");
            self.publish(&name, RecordKind::Cname, &format!("{token}.dkim.amazonses.com"));
        }
    }

    pub fn publish(&self, name: &str, kind: RecordKind, value: &str) {
        self.world.publish(Record { name: name.to_owned(), kind, value: value.to_owned(), ttl: 60 });
    }
}

pub fn authorization(region: &str) -> String {
    authorization_for(region, "ses")
}

pub fn authorization_for(region: &str, service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20260201/{region}/{service}/aws4_request, SignedHeaders=host;x-amz-date, \
         Signature={}",
        "0123456789abcdef".repeat(4)
    )
}

/// As the Rust SDK writes an ARN into a path.
pub fn encoded(arn: &str) -> String {
    arn.replace(':', "%3A").replace('/', "%2F")
}
