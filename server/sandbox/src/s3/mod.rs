//! S3 in path style, as far as received mail needs it: which operation a request is for, and buckets. What it does not
//! know it refuses; it keeps nothing but what is put.

pub(crate) mod buckets;
mod chunked;
pub(crate) mod files;
mod list;
mod object;
mod upload;
mod wire;

pub(crate) use upload::Upload;
pub(crate) use wire::{Reply, response};

use crate::body::Unread;
use crate::place::Place;
use crate::state::ACCOUNT;
use crate::wire::Failure;
use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use buckets::{Bucket, Buckets};
use files::Files;
use percent_encoding::percent_decode_str;
use wire::no_body;

pub(crate) struct Operation {
    pub(crate) name: &'static str,
    method: &'static str,
    /// It is about an object, not about a bucket.
    of_object: bool,
    /// In the query of this operation and of none else.
    mark: Option<(&'static str, &'static str)>,
    /// What else its query may hold.
    takes: &'static [&'static str],
    run: fn(&mut Request) -> Answer,
}

/// Of one request: the operation, and what it is about.
pub(crate) struct Call {
    pub(crate) operation: &'static Operation,
    pub(crate) region: String,
    bucket: String,
    key: String,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    /// Read outside every lock. Only an operation that puts has one.
    pub(crate) upload: Option<Upload>,
}

struct Request<'a> {
    call: &'a mut Call,
    buckets: &'a mut Buckets,
}

pub(crate) type Answer = Result<Reply, Failure>;

/// Unsigned requests to these are SES's to refuse.
const SES_PATH: &str = "/v2/";
const PUT_BYTES_MAX: usize = 50 * 1_048_576;
const CHUNK_BYTES_MAX: usize = 2 * 1_048_576; // what chunks and trailers add to a body
const OTHER_BYTES_MAX: usize = 65_536;
const KEY_BYTES_MAX: usize = 1024;
const HEADERS_TAKEN: &[&str] = &[
    "x-amz-checksum-crc32",
    "x-amz-checksum-mode",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-expected-bucket-owner",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-security-token",
    "x-amz-trailer",
    "x-amz-user-agent",
];
const CONDITIONS: &[&str] = &["if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range"];

const OPERATIONS: &[Operation] = &[
    Operation { name: "GetObject", method: "GET", of_object: true, mark: None, takes: &[], run: object::get },
    Operation { name: "HeadObject", method: "HEAD", of_object: true, mark: None, takes: &[], run: object::head },
    Operation { name: PUT, method: "PUT", of_object: true, mark: None, takes: &[], run: object::put },
    Operation { name: "DeleteObject", method: "DELETE", of_object: true, mark: None, takes: &[], run: object::delete },
    Operation {
        name: "ListObjectsV2",
        method: "GET",
        of_object: false,
        mark: Some(("list-type", "2")),
        takes: &[
            "prefix",
            "delimiter",
            "max-keys",
            "continuation-token",
            "start-after",
            "encoding-type",
            "fetch-owner",
        ],
        run: list::list,
    },
    Operation { name: "CreateBucket", method: "PUT", of_object: false, mark: None, takes: &[], run: create_bucket },
    Operation { name: "HeadBucket", method: "HEAD", of_object: false, mark: None, takes: &[], run: head_bucket },
];
const PUT: &str = "PutObject";

/// By the service in the scope of its signature; what nobody signed well and nobody else answers is S3's to refuse.
pub(crate) fn is_for(head: &Parts, signed_for: Option<&str>) -> bool {
    let elsewhere = head.uri.path() == "/" || head.uri.path().starts_with(SES_PATH);
    match signed_for {
        Some(service) => service == "s3",
        None => !elsewhere,
    }
}

impl Operation {
    pub(crate) fn body_bytes_max(&self) -> usize {
        if self.name == PUT { PUT_BYTES_MAX + CHUNK_BYTES_MAX } else { OTHER_BYTES_MAX }
    }

    pub(crate) fn changes(&self) -> bool {
        matches!(self.method, "PUT" | "DELETE")
    }
}

impl Call {
    /// What a head asks for.
    pub(crate) fn of(head: &Parts, place: &Place) -> Result<Self, Failure> {
        if place.account() != ACCOUNT {
            return Err(Failure::new(403, "AccessDenied", "Access Denied")); // buckets are home's alone here
        }
        let region = place.region().to_owned();
        let query: Vec<(String, String)> =
            form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let path = head.uri.path().trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let (bucket, key) = (decoded(bucket)?, decoded(key)?);
        let is_of = |operation: &&Operation| {
            let fits = |(name, value): &(String, String)| {
                name == "x-id"
                    || operation.mark == Some((name.as_str(), value.as_str()))
                    || operation.takes.contains(&name.as_str())
            };
            let is_marked = operation.mark.is_none_or(|(mark, _)| query.iter().any(|(name, _)| name == mark));
            operation.method == head.method.as_str()
                && operation.of_object != key.is_empty()
                && is_marked
                && query.iter().all(fits)
        };
        let found = OPERATIONS.iter().find(is_of).filter(|_| !bucket.is_empty());
        let Some(operation) = found else { return Err(not_implemented(head)) };
        if let Some(header) = head.headers.keys().map(HeaderName::as_str).find(|name| !is_taken(name)) {
            tracing::warn!(header, operation = operation.name, "the sandbox's S3 does not know this header");
            return Err(wire::header_not_implemented(header));
        }
        if key.len() > KEY_BYTES_MAX {
            return Err(Failure::new(400, "KeyTooLongError", "Your key is too long"));
        }
        Ok(Self { operation, region, bucket, key, query, headers: head.headers.clone(), upload: None })
    }

    /// Reads the body, and of a put its checksums, and keeps it.
    pub(crate) fn take(&mut self, body: Bytes, files: &Files, now: i64) -> Result<(), Failure> {
        if self.operation.name == PUT {
            let Upload(mut object) = Upload::read(&self.headers, body, PUT_BYTES_MAX)?;
            object.modified = now;
            files.keep(&self.region, &self.bucket, &self.key, &mut object);
            self.upload = Some(Upload(object));
        }
        Ok(())
    }

    pub(crate) fn perform(&mut self, buckets: &mut Buckets) -> Answer {
        let run = self.operation.run;
        let answer = run(&mut Request { call: self, buckets });
        self.drop_upload(&buckets.files);
        answer
    }

    /// What was not put is not kept.
    pub(crate) fn drop_upload(&mut self, files: &Files) {
        if let Some(Upload(object)) = self.upload.take() {
            files.remove(&object.body);
        }
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Request<'_> {
    /// The bucket, of the account and the region that the caller takes it to be in.
    fn bucket(&mut self) -> Result<&mut Bucket, Failure> {
        let Call { bucket: name, region, .. } = &*self.call;
        if self.call.header("x-amz-expected-bucket-owner").is_some_and(|owner| owner != ACCOUNT) {
            return Err(Failure::new(403, "AccessDenied", "Access Denied"));
        }
        let missing = || Failure::new(404, "NoSuchBucket", "The specified bucket does not exist");
        let bucket = self.buckets.get_mut(name).ok_or_else(missing)?;
        if bucket.region != *region {
            let message = format!(
                "The authorization header is malformed; the region '{region}' is wrong; expecting '{}'",
                bucket.region
            );
            return Err(Failure::new(400, "AuthorizationHeaderMalformed", message));
        }
        Ok(bucket)
    }
}

fn create_bucket(request: &mut Request) -> Answer {
    let Call { bucket: name, region, .. } = &*request.call;
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.';
    let ends_well = |end: Option<char>| end.is_some_and(|letter| letter.is_ascii_alphanumeric());
    let is_name = (3..=63).contains(&name.len())
        && name.bytes().all(is_plain)
        && ends_well(name.chars().next())
        && ends_well(name.chars().next_back());
    if !is_name {
        return Err(Failure::new(400, "InvalidBucketName", "The specified bucket is not valid."));
    }
    let is_known = request.buckets.get(name).is_some();
    if is_known && region != "us-east-1" {
        let message = "Your previous request to create the named bucket succeeded and you already own it.";
        return Err(Failure::new(409, "BucketAlreadyOwnedByYou", message));
    }
    request.buckets.make(name, region);
    Ok(no_body(200).with("location", format!("/{name}")))
}

fn head_bucket(request: &mut Request) -> Answer {
    let region = request.bucket()?.region.clone();
    Ok(no_body(200).with("x-amz-bucket-region", region))
}

pub(crate) fn unread(unread: Unread) -> Failure {
    match unread {
        Unread::TooLarge => too_large(),
        Unread::TooSlow => Failure::new(
            400,
            "RequestTimeout",
            "Your socket connection to the server was not read from or written to within the timeout period. Idle \
             connections will be closed.",
        ),
        Unread::Broken => upload::incomplete(),
    }
}

fn too_large() -> Failure {
    Failure::new(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
}

fn is_taken(header: &str) -> bool {
    let is_own = header.starts_with("x-amz-") && !header.starts_with("x-amz-meta-");
    (!is_own || HEADERS_TAKEN.contains(&header)) && !CONDITIONS.contains(&header)
}

fn decoded(part: &str) -> Result<String, Failure> {
    let decoded = percent_decode_str(part).decode_utf8();
    let wrong = |_| Failure::new(400, "InvalidURI", "Couldn't parse the specified URI.");
    decoded.map(std::borrow::Cow::into_owned).map_err(wrong)
}

fn not_implemented(head: &Parts) -> Failure {
    let (method, path) = (head.method.as_str(), head.uri.path());
    tracing::warn!(method, path, "the sandbox's S3 does not know this operation");
    Failure::not_implemented(&format!("{method} {path} of S3"))
}
