//! Buckets and what is in them. Their names are one space for all regions; each lives in one.

use super::files::{Body, Files, Head};
use crate::digest::md5_hex;
use axum::body::Bytes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Buckets {
    buckets: BTreeMap<String, Bucket>,
    #[serde(skip)]
    pub(crate) files: Files,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Bucket {
    pub(crate) region: String,
    /// By key, in the order of its bytes, in which S3 lists them. They were in the state before they had files.
    #[serde(default, skip_serializing)]
    pub(crate) objects: BTreeMap<String, Object>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Object {
    #[serde(default, skip_serializing, deserialize_with = "of_base64")]
    pub(crate) body: Body,
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
    /// With the objects that a process before this one left in the folder, or in the state itself.
    pub(crate) fn open(&mut self, folder: &Path) -> io::Result<()> {
        let buckets = &mut self.buckets;
        if buckets.values().any(|bucket| !bucket.objects.is_empty()) && folder.exists() {
            fs::remove_dir_all(folder)?; // it was not taken over to the end
        }
        let old = |Head { bucket, region, key, object, .. }: Head| {
            let empty = || Bucket { region: region.into_owned(), objects: BTreeMap::new() };
            let bucket = buckets.entry(bucket.into_owned()).or_insert_with(empty);
            bucket.objects.insert(key.into_owned(), object.into_owned()).map(|before| before.body)
        };
        self.files = Files::open(folder, &mut { old })?;
        for (name, bucket) in &mut self.buckets {
            for (key, object) in &mut bucket.objects {
                self.files.keep(&bucket.region, name, key, object);
            }
        }
        Ok(())
    }

    pub(crate) fn clear(&mut self) {
        for bucket in std::mem::take(&mut self.buckets).into_values() {
            bucket.objects.values().for_each(|object| self.files.remove(&object.body));
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Bucket> {
        self.buckets.get(name)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Bucket> {
        self.buckets.get_mut(name)
    }

    /// One that is there stays as it is.
    pub(crate) fn make(&mut self, name: &str, region: &str) -> &mut Bucket {
        let empty = || Bucket { region: region.to_owned(), objects: BTreeMap::new() };
        self.buckets.entry(name.to_owned()).or_insert_with(empty)
    }
}

impl Object {
    pub(crate) fn new(body: Bytes) -> Self {
        Self {
            md5: md5_hex(&body),
            crc32: crc32fast::hash(&body),
            body: Body::Memory(body),
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

fn of_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Body, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map(|body| Body::Memory(body.into())).map_err(de::Error::custom)
}
