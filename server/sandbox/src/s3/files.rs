//! Bodies of objects: in a folder, a file each that says of which object it is, or in memory only.

use super::buckets::Object;
use crate::log::replace;
use axum::body::Bytes;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Clones share one. `None`: memory only.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files(Option<Arc<Folder>>);

#[derive(Debug)]
struct Folder {
    path: PathBuf,
    next: AtomicU64,
}

#[derive(Clone, Debug)]
pub(crate) enum Body {
    Memory(Bytes),
    /// In the file of that number, from there on.
    File {
        number: u64,
        start: u32,
        len: usize,
    },
}

/// To be read when nobody is held up. What is open stays readable when the object goes.
pub(super) enum Content {
    Memory(Bytes),
    File(File, Range<u64>),
}

/// The line before a body.
#[derive(Serialize, Deserialize)]
pub(super) struct Head<'a> {
    pub(super) bucket: Cow<'a, str>,
    pub(super) region: Cow<'a, str>,
    pub(super) key: Cow<'a, str>,
    len: usize,
    pub(super) object: Cow<'a, Object>,
}

const ENDING: &str = ".object";

impl Files {
    /// Tells all that are there, the oldest first, and gives back those that are of no use.
    pub(super) fn open(path: &Path, tell: &mut dyn FnMut(Head) -> Option<Body>) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        let mut numbers = Vec::new();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let name = entry.file_name();
            let digits = name.to_str().and_then(|name| name.strip_suffix(ENDING));
            match digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()) {
                Some(number) => numbers.push(number),
                None => fs::remove_file(entry.path())?, // it was not written to its end
            }
        }
        numbers.sort_unstable();
        let next = numbers.last().map_or(0, |last| last + 1);
        let files = Self(Some(Arc::new(Folder { path: path.to_owned(), next: AtomicU64::new(next) })));
        for number in numbers {
            let bytes = fs::read(path.join(name(number)))?;
            match read(number, &bytes) {
                Some(head) => drop(tell(head).map(|of_no_use| files.remove(&of_no_use))),
                None => tracing::warn!(number, "the file of an object cannot be read"),
            }
        }
        Ok(files)
    }

    /// Moves the body of an object into a file. What cannot be written stays in memory.
    pub(crate) fn keep(&self, region: &str, bucket: &str, key: &str, object: &mut Object) {
        let (Some(folder), Body::Memory(body)) = (&self.0, &object.body) else { return };
        let (bucket, region, key) = (Cow::Borrowed(bucket), Cow::Borrowed(region), Cow::Borrowed(key));
        let head = Head { bucket, region, key, len: body.len(), object: Cow::Borrowed(&*object) };
        let mut bytes = serde_json::to_vec(&head).unwrap_or_default(); // text has a form in JSON
        bytes.push(b'\n');
        let (start, len) = (u32::try_from(bytes.len()).unwrap_or_default(), body.len());
        bytes.extend_from_slice(body);
        let number = folder.next.fetch_add(1, Ordering::Relaxed);
        match replace(&folder.path.join(name(number)), &bytes) {
            Ok(()) => object.body = Body::File { number, start, len },
            Err(error) => tracing::error!(%error, "an object is kept in memory only"),
        }
    }

    pub(crate) fn remove(&self, body: &Body) {
        let (Some(folder), Body::File { number, .. }) = (&self.0, body) else { return };
        if let Err(error) = fs::remove_file(folder.path.join(name(*number))) {
            tracing::warn!(%error, number, "the file of an object is not removed");
        }
    }

    pub(super) fn content(&self, body: &Body, range: Range<usize>) -> io::Result<Content> {
        let (number, start) = match body {
            Body::Memory(bytes) => return Ok(Content::Memory(bytes.slice(range))),
            Body::File { number, start, .. } => (*number, u64::from(*start)),
        };
        let folder = self.0.as_ref().ok_or(io::ErrorKind::NotFound)?;
        let file = File::open(folder.path.join(name(number)))?;
        Ok(Content::File(file, start + range.start as u64..start + range.end as u64))
    }
}

impl Body {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Memory(bytes) => bytes.len(),
            Self::File { len, .. } => *len,
        }
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::Memory(Bytes::new())
    }
}

impl Content {
    pub(super) fn read(self) -> io::Result<Bytes> {
        let (file, range) = match self {
            Self::Memory(bytes) => return Ok(bytes),
            Self::File(file, range) => (file, range),
        };
        let mut bytes = vec![0; usize::try_from(range.end - range.start).unwrap_or_default()];
        file.read_exact_at(&mut bytes, range.start)?;
        Ok(bytes.into())
    }
}

fn name(number: u64) -> String {
    format!("{number:016x}{ENDING}")
}

fn read(number: u64, bytes: &[u8]) -> Option<Head<'_>> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let mut head: Head = serde_json::from_slice(bytes.get(..end)?).ok()?;
    let start = end + 1;
    if bytes.len() != start + head.len {
        return None;
    }
    head.object.to_mut().body = Body::File { number, start: u32::try_from(start).ok()?, len: head.len };
    Some(head)
}
