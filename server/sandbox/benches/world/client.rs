//! One signed request, over and over on one connection. It reads no more of an answer than it must.

use std::io::{Read, Write};
use std::net::TcpStream;

pub struct Request {
    path: String,
    body: String,
}

pub struct Caller {
    stream: TcpStream,
    address: String,
    answer: Vec<u8>,
}

const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=test/20260201/us-east-1/ses/aws4_request, \
                             SignedHeaders=host;x-amz-date, \
                             Signature=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

impl Request {
    pub fn post(path: &str, body: &str) -> Self {
        Self { path: path.to_owned(), body: body.to_owned() }
    }

    /// For wrk.
    pub fn lua(&self) -> String {
        let Self { path, body } = self;
        format!(
            "wrk.method = \"POST\"\nwrk.path = \"{path}\"\nwrk.headers[\"Authorization\"] = \"{AUTHORIZATION}\"\n\
             wrk.headers[\"Content-Type\"] = \"application/json\"\nwrk.body = [==[{body}]==]\n"
        )
    }
}

impl Caller {
    pub fn new(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, address: address.to_owned(), answer: Vec::new() }
    }

    /// Must be answered well.
    pub fn ok(&mut self, request: &Request) {
        let Request { path, body } = request;
        let message = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\nauthorization: {AUTHORIZATION}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.stream.write_all(message.as_bytes()).unwrap();
        self.answer.clear();
        let mut bytes = [0; 4096];
        while !self.is_whole() {
            let count = self.stream.read(&mut bytes).unwrap();
            assert_ne!(count, 0, "{}", self.text());
            self.answer.extend_from_slice(&bytes[..count]);
        }
        assert!(self.answer.starts_with(b"HTTP/1.1 20"), "{}", self.text());
    }

    fn is_whole(&self) -> bool {
        let Some(end) = self.answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { return false };
        let head = String::from_utf8_lossy(&self.answer[..end]).to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length = length.map_or(0, |length| length.trim().parse().unwrap());
        self.answer.len() >= end + 4 + length
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.answer).into_owned()
    }
}
