//! ListObjectsV2: keys in their order, page by page, those behind a delimiter rolled up. A page's token is opaque.

use super::buckets::{Bucket, Object};
use super::{Answer, Call, Reply, Request};
use crate::moment;
use crate::wire::Failure;
use crate::xml;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt::Write;
use std::ops::Bound;

const NAME_SPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
const KEYS_MAX: usize = 1000;

struct Page<'a> {
    keys: Vec<(&'a str, &'a Object)>,
    prefixes: Vec<&'a str>,
    /// Where the next one begins.
    next: Option<After>,
}

/// What a page stands behind.
#[derive(Clone, PartialEq, Eq, Debug)]
enum After {
    Key(String),
    /// And all that begins with it.
    Prefix(String),
}

pub(super) fn list(request: &mut Request) -> Answer {
    request.bucket()?;
    let call = &*request.call;
    let bucket = request.buckets.get(&call.bucket).ok_or_else(Failure::internal_error)?;
    let max = match call.parameter("max-keys") {
        Some(text) => {
            text.parse::<usize>().ok().filter(|max| i32::try_from(*max).is_ok()).ok_or_else(|| invalid("max-keys"))?
        }
        None => KEYS_MAX,
    };
    let encode = match call.parameter("encoding-type") {
        None => false,
        Some("url") => true,
        Some(_) => return Err(argument("Invalid Encoding Method specified in Request")),
    };
    let after = match (call.parameter("continuation-token"), call.parameter("start-after")) {
        (Some(token), _) => {
            let wrong = || argument("The continuation token provided is incorrect");
            Some(After::of(token).ok_or_else(wrong)?)
        }
        (None, Some(key)) if !key.is_empty() => Some(After::Key(key.to_owned())),
        (None, _) => None,
    };
    let delimiter = call.parameter("delimiter").filter(|delimiter| !delimiter.is_empty());
    let page = page(bucket, call.parameter("prefix").unwrap_or_default(), delimiter, after, max.min(KEYS_MAX));
    Ok(Reply::new(200, written(call, &page, max, encode)).with("content-type", "application/xml"))
}

fn page<'a>(bucket: &'a Bucket, prefix: &str, delimiter: Option<&str>, after: Option<After>, max: usize) -> Page<'a> {
    let mut page = Page { keys: Vec::new(), prefixes: Vec::new(), next: None };
    if max == 0 {
        return page;
    }
    let from = match &after {
        Some(After::Key(key)) if key.as_str() >= prefix => Bound::Excluded(key.as_str()),
        Some(After::Prefix(gone)) if gone.as_str() >= prefix => Bound::Included(gone.as_str()),
        Some(_) | None => Bound::Included(prefix),
    };
    let mut last = after.clone();
    for (key, object) in bucket.objects.range::<str, _>((from, Bound::Unbounded)) {
        let Some(rest) = key.strip_prefix(prefix) else { break };
        if matches!(&last, Some(After::Prefix(gone)) if key.starts_with(gone.as_str())) {
            continue;
        }
        if page.keys.len() + page.prefixes.len() == max {
            page.next = last;
            return page;
        }
        let rolled = delimiter.and_then(|delimiter| Some(rest.find(delimiter)? + delimiter.len()));
        last = match rolled.and_then(|end| key.get(..prefix.len() + end)) {
            Some(common) => {
                page.prefixes.push(common);
                Some(After::Prefix(common.to_owned()))
            }
            None => {
                page.keys.push((key, object));
                Some(After::Key(key.clone()))
            }
        };
    }
    page
}

fn written(call: &Call, page: &Page, max: usize, encode: bool) -> String {
    let shown = |text: &str| match encode {
        true => form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace("%2F", "/"),
        false => text.to_owned(),
    };
    let mut xml = format!("{}<ListBucketResult xmlns=\"{}\">", xml::HEAD, NAME_SPACE);
    let mut put = |name: &str, text: &str| xml::element(&mut xml, name, text);
    put("Name", &call.bucket);
    put("Prefix", &shown(call.parameter("prefix").unwrap_or_default()));
    for (parameter, name) in [("delimiter", "Delimiter"), ("start-after", "StartAfter")] {
        if let Some(text) = call.parameter(parameter) {
            put(name, &shown(text));
        }
    }
    put("MaxKeys", &max.min(KEYS_MAX).to_string());
    put("KeyCount", &(page.keys.len() + page.prefixes.len()).to_string());
    put("IsTruncated", if page.next.is_some() { "true" } else { "false" });
    if encode {
        put("EncodingType", "url");
    }
    if let Some(token) = call.parameter("continuation-token") {
        put("ContinuationToken", token);
    }
    if let Some(next) = &page.next {
        put("NextContinuationToken", &next.token());
    }
    for (key, object) in &page.keys {
        xml.push_str("<Contents>");
        for (name, text) in [
            ("Key", shown(key)),
            ("LastModified", moment::iso(object.modified)),
            ("ETag", object.etag()),
            ("ChecksumAlgorithm", "CRC32".to_owned()),
            ("ChecksumType", "FULL_OBJECT".to_owned()),
            ("Size", object.body.len().to_string()),
            ("StorageClass", "STANDARD".to_owned()),
        ] {
            xml::element(&mut xml, name, &text);
        }
        xml.push_str("</Contents>");
    }
    for prefix in &page.prefixes {
        xml.push_str("<CommonPrefixes>");
        xml::element(&mut xml, "Prefix", &shown(prefix));
        xml.push_str("</CommonPrefixes>");
    }
    let _ = write!(xml, "</ListBucketResult>"); // a String takes everything
    xml
}

impl After {
    fn token(&self) -> String {
        let (kind, text) = match self {
            Self::Key(key) => ('k', key),
            Self::Prefix(prefix) => ('p', prefix),
        };
        URL_SAFE_NO_PAD.encode(format!("{kind}{text}"))
    }

    fn of(token: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        match text.split_at_checked(1)? {
            ("k", key) => Some(Self::Key(key.to_owned())),
            ("p", prefix) => Some(Self::Prefix(prefix.to_owned())),
            _ => None,
        }
    }
}

fn invalid(parameter: &str) -> Failure {
    argument(&format!("Provided {parameter} not an integer or within integer range"))
}

fn argument(message: &str) -> Failure {
    Failure::new(400, "InvalidArgument", message)
}
