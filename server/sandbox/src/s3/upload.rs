//! What a put sends: the body out of its chunks, compared with every checksum that was given for it.

use super::buckets::{CONTENT_TYPE, Object};
use super::chunked::{self, Unchunked};
use crate::wire::Failure;
use axum::body::Bytes;
use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub(crate) struct Upload(pub(super) Object);

const CRC32: &str = "x-amz-checksum-crc32";
const META: &str = "x-amz-meta-";
const CHUNKED: &str = "aws-chunked";

impl Upload {
    pub(super) fn read(headers: &HeaderMap, sent: Bytes, bytes_max: usize) -> Result<Self, Failure> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let encodings: Vec<&str> =
            text("content-encoding").unwrap_or_default().split(',').map(str::trim).filter(|e| !e.is_empty()).collect();
        let streams = text("x-amz-content-sha256").is_some_and(|hash| hash.starts_with("STREAMING-"));
        let is_chunked = streams || encodings.contains(&CHUNKED);
        let Unchunked { body, trailers } = match is_chunked {
            true => chunked::read(&sent).ok_or_else(incomplete)?,
            false => Unchunked { body: sent, trailers: Vec::new() },
        };
        let length = text("x-amz-decoded-content-length").map(str::parse::<usize>);
        if is_chunked && length != Some(Ok(body.len())) {
            return Err(incomplete());
        }
        if body.len() > bytes_max {
            return Err(super::too_large());
        }
        let trailer = trailers.iter().find(|(name, _)| name == CRC32).map(|(_, value)| value.as_str());
        let announced = text("x-amz-trailer");
        if let Some(other) = announced.filter(|name| !name.eq_ignore_ascii_case(CRC32)) {
            return Err(super::wire::header_not_implemented(other));
        }
        if announced.is_some() && trailer.is_none() {
            return Err(Failure::new(
                400,
                "MalformedTrailerError",
                "The request contained trailing data that was not well-formed.",
            ));
        }
        let mut object = Object::new(body);
        compare(&object, text("content-md5"), text(CRC32).or(trailer))?;
        let kept: Vec<&str> = encodings.into_iter().filter(|encoding| *encoding != CHUNKED).collect();
        object.content_encoding = (!kept.is_empty()).then(|| kept.join(","));
        object.content_type = text("content-type").unwrap_or(CONTENT_TYPE).to_owned();
        for (name, value) in headers {
            if let (Some(name), Ok(value)) = (name.as_str().strip_prefix(META), value.to_str()) {
                object.metadata.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(Self(object))
    }
}

fn compare(object: &Object, md5: Option<&str>, crc32: Option<&str>) -> Result<(), Failure> {
    if let Some(md5) = md5 {
        let given = STANDARD.decode(md5).ok().filter(|bytes| bytes.len() == 16);
        let invalid = || Failure::new(400, "InvalidDigest", "The Content-MD5 you specified was invalid.");
        let given: String = given.ok_or_else(invalid)?.iter().map(|byte| format!("{byte:02x}")).collect();
        if given != object.md5 {
            return Err(bad("The Content-MD5 you specified did not match what we received."));
        }
    }
    match crc32 {
        Some(given) if given != object.checksum() => {
            Err(bad("The CRC32 you specified did not match the calculated checksum."))
        }
        Some(_) | None => Ok(()),
    }
}

fn bad(message: &str) -> Failure {
    Failure::new(400, "BadDigest", message)
}

pub(super) fn incomplete() -> Failure {
    let message = "The request body terminated unexpectedly";
    Failure::new(400, "IncompleteBody", message)
}
