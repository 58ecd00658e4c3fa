//! Buckets and what is in them. Their names are one space for all regions; each lives in one.

use crate::digest::md5_hex;
use axum::body::Bytes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::collections::BTreeMap;

#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Buckets(BTreeMap<String, Bucket>);

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Bucket {
    pub(crate) region: String,
    /// By key, in the order of its bytes, in which S3 lists them.
    #[serde(default)]
    pub(crate) objects: BTreeMap<String, Object>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Object {
    #[serde(serialize_with = "as_base64", deserialize_with = "of_base64")]
    pub(crate) body: Bytes,
    /// The MD5 of the body, in hexadecimal digits.
    pub(crate) md5: String,
    pub(crate) crc32: u32,
    /// Epoch milliseconds.
    pub(crate) modified: i64,
    pub(crate) content_type: String,
    pub(crate) content_encoding: Option<String>,
    /// What the sender wrote beside it, by the name after `x-amz-meta-`.
    #[serde(default)]
    pub(crate) metadata: BTreeMap<String, String>,
}

pub(crate) const CONTENT_TYPE: &str = "binary/octet-stream";

impl Buckets {
    pub(crate) fn get(&self, name: &str) -> Option<&Bucket> {
        self.0.get(name)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Bucket> {
        self.0.get_mut(name)
    }

    /// One that is there stays as it is.
    pub(crate) fn make(&mut self, name: &str, region: &str) -> &mut Bucket {
        let empty = || Bucket { region: region.to_owned(), objects: BTreeMap::new() };
        self.0.entry(name.to_owned()).or_insert_with(empty)
    }
}

impl Object {
    pub(crate) fn new(body: Bytes) -> Self {
        Self {
            md5: md5_hex(&body),
            crc32: crc32fast::hash(&body),
            body,
            modified: 0,
            content_type: CONTENT_TYPE.to_owned(),
            content_encoding: None,
            metadata: BTreeMap::new(),
        }
    }

    pub(crate) fn etag(&self) -> String {
        format!("\"{}\"", self.md5)
    }

    /// As `x-amz-checksum-crc32` has it.
    pub(crate) fn checksum(&self) -> String {
        STANDARD.encode(self.crc32.to_be_bytes())
    }
}

fn as_base64<S: Serializer>(body: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(body))
}

fn of_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map(Bytes::from).map_err(de::Error::custom)
}
