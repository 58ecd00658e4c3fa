//! A foreign client: AWS's SDK for another language, with no line made for this sandbox, plays a whole run against the program
//! as anybody starts it. The SDK comes from PyPI into a virtual environment of its own, once for each version.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

const BOTO3: &str = "1.44.8";
const CLIENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/foreign/client.py");

/// Ended when it is dropped.
struct Sandbox {
    process: Child,
    url: String,
    /// Open as long as it may write.
    _said: BufReader<ChildStdout>,
}

impl Sandbox {
    fn start() -> Self {
        let arguments = ["--listen", "127.0.0.1:0", "--dns", "127.0.0.1:0", "--auto-verify", "--strict"];
        let mut process = Command::new(env!("CARGO_BIN_EXE_sandbox"))
            .args(arguments)
            .args(["--reply-domain", "in.ownlane.example", "--event-delay", "0.01"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("SES ").unwrap().to_owned();
        Self { process, url, _said: said }
    }

    /// What only whoever plays the world can say.
    fn control(&self, path: &str, body: &str) {
        let address = self.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!("POST /_sandbox/{path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
        write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn run(command: &mut Command) -> String {
    let done = command.stdin(Stdio::null()).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{command:?}: {said}");
    said
}

/// The interpreter that has the SDK.
fn python() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("boto3-{BOTO3}"));
    let python = folder.join("bin/python");
    let complete = folder.join("complete");
    if !complete.exists() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--timeout", "60"];
        run(Command::new(&python).args(install).arg(format!("boto3=={BOTO3}")));
        std::fs::write(complete, "").unwrap();
    }
    python
}

#[test]
fn a_foreign_client_takes_the_sandbox_for_amazons() {
    let python = python();
    let sandbox = Sandbox::start();
    sandbox.control("roles", r#"{"arn":"arn:aws:iam::210987654321:role/mail","external_id":"the-right-one"}"#);
    let mut client = Command::new("timeout");
    client.arg("120").arg(python).arg(CLIENT).env_clear();
    client.env("PATH", "/usr/bin:/bin").env("AWS_ENDPOINT_URL", &sandbox.url);
    client.env("AWS_ACCESS_KEY_ID", "anybody").env("AWS_SECRET_ACCESS_KEY", "anything");
    let said = run(&mut client);
    assert_eq!(said.trim(), format!("boto3 {BOTO3}: all as it should be"));
}
