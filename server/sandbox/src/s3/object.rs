//! One object: got, whole or in part, looked at, put, deleted.

use super::buckets::Object;
use super::files::Content;
use super::wire::no_body;
use super::{Answer, Reply, Request, Upload};
use crate::moment;
use crate::wire::Failure;
use std::ops::Range;

pub(super) fn get(request: &mut Request) -> Answer {
    let object = find(request)?;
    let size = object.body.len();
    let range = match request.call.header("range") {
        Some(range) => wanted(range, size)?,
        None => None,
    };
    let reply = match &range {
        Some(range) => {
            let shown = format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1));
            Reply::of(206, content(request, &object, range.clone())?).with("content-range", shown)
        }
        None => Reply::of(200, content(request, &object, 0..size)?),
    };
    Ok(described(reply, request, &object, range.is_none()))
}

pub(super) fn head(request: &mut Request) -> Answer {
    let object = find(request)?;
    let reply = no_body(200).with("content-length", object.body.len().to_string());
    Ok(described(reply, request, &object, true))
}

pub(super) fn put(request: &mut Request) -> Answer {
    request.bucket()?;
    let Upload(object) = request.call.upload.take().ok_or_else(Failure::internal_error)?;
    let reply = no_body(200).with("etag", object.etag());
    let reply = reply.with("x-amz-checksum-crc32", object.checksum()).with("x-amz-checksum-type", "FULL_OBJECT");
    let key = request.call.key.clone();
    let before = request.bucket()?.objects.insert(key, object);
    remove(request, before);
    Ok(reply)
}

/// What is not there is gone too.
pub(super) fn delete(request: &mut Request) -> Answer {
    let key = request.call.key.clone();
    let before = request.bucket()?.objects.remove(&key);
    remove(request, before);
    Ok(no_body(204))
}

fn remove(request: &Request, object: Option<Object>) {
    if let Some(object) = object {
        request.buckets.files.remove(&object.body);
    }
}

fn content(request: &Request, object: &Object, range: Range<usize>) -> Result<Content, Failure> {
    request.buckets.files.content(&object.body, range).map_err(|error| {
        tracing::error!(%error, "an object cannot be read");
        Failure::internal_error()
    })
}

fn find(request: &mut Request) -> Result<Object, Failure> {
    let key = request.call.key.clone();
    let missing = || Failure::new(404, "NoSuchKey", "The specified key does not exist.");
    request.bucket()?.objects.get(&key).cloned().ok_or_else(missing)
}

/// The checksum is the whole object's, and only of use to whoever has it whole.
fn described(reply: Reply, request: &Request, object: &Object, whole: bool) -> Reply {
    let mut reply = reply
        .with("etag", object.etag())
        .with("last-modified", moment::http(object.modified))
        .with("accept-ranges", "bytes")
        .with("content-type", &object.content_type);
    if let Some(encoding) = &object.content_encoding {
        reply = reply.with("content-encoding", encoding);
    }
    for (name, value) in &object.metadata {
        reply = reply.with(format!("x-amz-meta-{name}"), value);
    }
    let asked = request.call.header("x-amz-checksum-mode").is_some_and(|mode| mode.eq_ignore_ascii_case("ENABLED"));
    if asked && whole {
        reply = reply.with("x-amz-checksum-crc32", object.checksum()).with("x-amz-checksum-type", "FULL_OBJECT");
    }
    reply
}

/// `None`: the whole; so is what is not one range of bytes (RFC 9110 14.2).
fn wanted(range: &str, size: usize) -> Result<Option<Range<usize>>, Failure> {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Ok(None);
    };
    let number = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Some(text.parse::<usize>().unwrap_or(usize::MAX)),
        false => None,
    };
    let range = match (first, last) {
        ("", "") => return Ok(None),
        ("", last) => number(last).map(|count| (if count == 0 { size } else { size.saturating_sub(count) }, size)),
        (first, "") => number(first).map(|first| (first, size)),
        (first, last) => number(first).zip(number(last)).map(|(first, last)| (first, last.saturating_add(1).min(size))),
    };
    let Some((start, end)) = range else { return Ok(None) };
    if start >= size {
        return Err(Failure::new(416, "InvalidRange", "The requested range is not satisfiable"));
    }
    Ok((start < end).then_some(start..end))
}

#[cfg(test)]
mod tests {
    use super::wanted;

    #[test]
    fn a_range_is_read_as_http_has_it() {
        let check = |range: &str, expected| assert_eq!(wanted(range, 10).ok(), expected, "{range}");
        check("bytes=0-3", Some(Some(0..4)));
        check("bytes=8-99", Some(Some(8..10)));
        check("bytes=3-", Some(Some(3..10)));
        check("bytes=-4", Some(Some(6..10)));
        check("bytes=-99", Some(Some(0..10)));
        check("bytes=0-99999999999999999999999", Some(Some(0..10)));
        for whole in ["bytes=3-1", "lines=1-2", "bytes=-", "bytes=a-b", "bytes=0-1,3-4"] {
            check(whole, Some(None));
        }
        for nothing in ["bytes=10-", "bytes=10-12", "bytes=-0"] {
            check(nothing, None);
        }
        assert!(wanted("bytes=0-0", 0).is_err());
    }
}
