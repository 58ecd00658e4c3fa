//! An append-only log in a folder: records in segments, each with its length and checksum, read by their place. The oldest
//! segments go when nothing in them is of use. It knows nothing of what the records say.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Where bytes stand in the log, over all segments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) at: u64,
    pub(crate) len: u32,
}

#[derive(Debug)]
pub(crate) struct Log {
    folder: PathBuf,
    segment_bytes: u64,
    /// One at least, the oldest first.
    segments: VecDeque<Segment>,
    head: Vec<u8>,
}

#[derive(Debug)]
struct Segment {
    start: u64,
    len: u64,
    /// Records in use.
    live: u64,
    file: File,
}

const FRAME_BYTES: usize = 8; // length and CRC32 of what follows
const RECORD_BYTES_MAX: usize = 128 * 1_048_576; // a length beyond it is none
const READ_BYTES: usize = 1_048_576;

impl Log {
    /// Tells every record, the oldest first: which are in use is the caller's to say, see `forget`. What a process did not
    /// write to its end is cut off.
    pub(crate) fn open(folder: &Path, segment_bytes: u64, tell: &mut dyn FnMut(Place, &[u8])) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut starts = Vec::new();
        for entry in fs::read_dir(folder)? {
            let name = entry?.file_name();
            let digits = name.to_str().and_then(|name| name.strip_suffix(".log"));
            starts.extend(digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()));
        }
        starts.sort_unstable();
        let mut log = Self { folder: folder.to_owned(), segment_bytes, segments: VecDeque::new(), head: Vec::new() };
        for start in starts {
            let mut segment = Segment::open(log.path(start), start)?;
            segment.read(tell)?;
            log.segments.push_back(segment);
        }
        if log.segments.is_empty() {
            log.begin(0)?;
        }
        Ok(log)
    }

    /// Where the parts stand, one behind the other. When it returns, they outlive this process. A record of no use is read
    /// again by `open` all the same.
    pub(crate) fn append(&mut self, parts: &[&[u8]], in_use: bool) -> io::Result<Place> {
        let bytes = parts.iter().map(|part| part.len()).sum::<usize>();
        let too_large = || io::Error::new(io::ErrorKind::InvalidInput, "a record is too large");
        let len =
            u32::try_from(bytes).ok().filter(|_| (1..=RECORD_BYTES_MAX).contains(&bytes)).ok_or_else(too_large)?;
        if let Some(last) = self.segments.back()
            && last.len >= self.segment_bytes
        {
            self.begin(last.start + last.len)?;
        }
        let mut crc = crc32fast::Hasher::new();
        parts.iter().for_each(|part| crc.update(part));
        self.head.clear();
        self.head.extend_from_slice(&len.to_le_bytes());
        self.head.extend_from_slice(&crc.finalize().to_le_bytes());
        parts.iter().for_each(|part| self.head.extend_from_slice(part));
        let Some(last) = self.segments.back_mut() else { return Err(gone()) };
        last.file.write_all_at(&self.head, last.len)?; // what fails half way is written over by the next
        let place = Place { at: last.start + last.len + FRAME_BYTES as u64, len };
        last.len += self.head.len() as u64;
        last.live += u64::from(in_use);
        if self.head.capacity() > READ_BYTES {
            self.head = Vec::new();
        }
        Ok(place)
    }

    pub(crate) fn read(&self, place: Place) -> io::Result<Vec<u8>> {
        let segment = self.segment(place.at).and_then(|index| self.segments.get(index)).ok_or_else(gone)?;
        let mut bytes = vec![0; usize::try_from(place.len).unwrap_or_default()];
        segment.file.read_exact_at(&mut bytes, place.at - segment.start)?;
        Ok(bytes)
    }

    /// The record with these bytes is of no use any more. A segment goes only when all before it are gone, so that what
    /// later records take back does not come again. Where the log now begins.
    pub(crate) fn forget(&mut self, at: u64) -> u64 {
        if let Some(segment) = self.segment(at).and_then(|index| self.segments.get_mut(index)) {
            segment.live = segment.live.saturating_sub(1);
        }
        while self.segments.len() > 1 && self.segments.front().is_some_and(|oldest| oldest.live == 0) {
            self.drop_oldest();
        }
        self.begins()
    }

    /// The oldest segments go until no more than so many bytes are left. Where the log now begins.
    pub(crate) fn shorten(&mut self, bytes_max: u64) -> u64 {
        while self.segments.len() > 1 && self.bytes() > bytes_max {
            self.drop_oldest();
        }
        self.begins()
    }

    pub(crate) fn clear(&mut self) -> io::Result<()> {
        let end = self.begins() + self.bytes();
        while !self.segments.is_empty() {
            self.drop_oldest();
        }
        self.begin(end)
    }

    fn begins(&self) -> u64 {
        self.segments.front().map_or(0, |oldest| oldest.start)
    }

    fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.len).sum()
    }

    fn begin(&mut self, start: u64) -> io::Result<()> {
        let segment = Segment::open(self.path(start), start)?;
        self.segments.push_back(segment);
        Ok(())
    }

    fn drop_oldest(&mut self) {
        let Some(oldest) = self.segments.pop_front() else { return };
        let path = self.path(oldest.start);
        if let Err(error) = fs::remove_file(&path) {
            tracing::warn!(%error, path = %path.display(), "a segment is not removed");
        }
    }

    fn segment(&self, at: u64) -> Option<usize> {
        let index = self.segments.partition_point(|segment| segment.start <= at).checked_sub(1)?;
        let segment = self.segments.get(index)?;
        (at < segment.start + segment.len).then_some(index)
    }

    fn path(&self, start: u64) -> PathBuf {
        self.folder.join(format!("{start:016x}.log"))
    }
}

impl Segment {
    fn open(path: PathBuf, start: u64) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        Ok(Self { start, len: 0, live: 0, file })
    }

    fn read(&mut self, tell: &mut dyn FnMut(Place, &[u8])) -> io::Result<()> {
        let whole = self.file.metadata()?.len();
        let mut reader = BufReader::with_capacity(READ_BYTES, &self.file);
        let mut record = Vec::new();
        while let Some(frame) = frame(&mut reader)? {
            let [a, b, c, d, e, f, g, h] = frame;
            let len = u32::from_le_bytes([a, b, c, d]);
            let bytes = usize::try_from(len).unwrap_or(usize::MAX);
            let left = whole.saturating_sub(self.len + FRAME_BYTES as u64);
            if !(1..=RECORD_BYTES_MAX).contains(&bytes) || u64::from(len) > left {
                break;
            }
            record.resize(bytes, 0);
            reader.read_exact(&mut record)?;
            if crc32fast::hash(&record) != u32::from_le_bytes([e, f, g, h]) {
                break;
            }
            let place = Place { at: self.start + self.len + FRAME_BYTES as u64, len };
            self.len += FRAME_BYTES as u64 + u64::from(len);
            self.live += 1;
            tell(place, &record);
        }
        if self.len < whole {
            let (start, cut) = (self.start, whole - self.len);
            tracing::warn!(start, cut, "a log ends with a record that is not whole: it is cut off");
            self.file.set_len(self.len)?;
        }
        Ok(())
    }
}

/// `None`: there is none left.
fn frame(reader: &mut impl Read) -> io::Result<Option<[u8; FRAME_BYTES]>> {
    let mut frame = [0; FRAME_BYTES];
    match reader.read_exact(&mut frame) {
        Ok(()) => Ok(Some(frame)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

fn gone() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "the log does not reach back so far")
}

/// In place of another file of that name, at once and whole.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    drop(file);
    fs::rename(&beside, path)
}
