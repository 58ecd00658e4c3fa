//! A file of leads from its first byte to its last: what of it is stored, how it is read, or why it is not taken. Keeps no
//! more of it than the sample.

use super::{
    intake::{Evidence, Intake, Unreadable},
    layout::Layout,
    sample::Sample,
};
use crate::limits;

/// Takes the chunks of one file, in order.
pub struct Arrival {
    intake: Intake,
    sample: Vec<u8>,
    bytes: u64,
}

/// A file that is here.
#[derive(Debug)]
pub struct Arrived {
    /// The last bytes to be stored.
    pub rest: Vec<u8>,
    /// Stored bytes in all.
    pub bytes: u64,
    /// What [`Sample::of`] takes.
    pub sample: Vec<u8>,
    pub layout: Layout,
    pub evidence: Evidence,
}

/// Why a file is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FileRefusal {
    #[error("{0}")]
    Unreadable(#[from] Unreadable),
    #[error(
        "The file is larger than {} MB. Split it, and send the parts one by one.",
        limits::LEAD_FILE_BYTES_MAX / (1024 * 1024)
    )]
    Large,
    #[error("The file is empty. Choose one that holds leads.")]
    Empty,
}

impl Arrival {
    #[expect(clippy::new_without_default, reason = "a file that begins is an act, not a default")]
    pub fn new() -> Self {
        Self { intake: Intake::new(), sample: Vec::new(), bytes: 0 }
    }

    /// What is to be stored after what was given before.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<u8>, FileRefusal> {
        let stored = self.intake.push(bytes);
        if let Some(unreadable) = self.intake.unreadable() {
            return Err(unreadable.into());
        }
        self.count(&stored)?;
        Ok(stored)
    }

    /// Whether nothing is to be stored so far.
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    pub fn finish(mut self) -> Result<Arrived, FileRefusal> {
        let taken = std::mem::replace(&mut self.intake, Intake::new()).finish();
        if let Some(unreadable) = taken.unreadable {
            return Err(unreadable.into());
        }
        self.count(&taken.rest)?;
        if self.bytes == 0 {
            return Err(FileRefusal::Empty);
        }
        let layout = Layout::guess(Sample::of(&self.sample), taken.encoding);
        Ok(Arrived { rest: taken.rest, bytes: self.bytes, sample: self.sample, layout, evidence: taken.evidence })
    }

    fn count(&mut self, stored: &[u8]) -> Result<(), FileRefusal> {
        self.bytes += u64::try_from(stored.len()).unwrap_or(u64::MAX);
        if self.bytes > limits::LEAD_FILE_BYTES_MAX {
            return Err(FileRefusal::Large);
        }
        // One byte more than a sample tells that the file goes on.
        let room = (limits::LEAD_SAMPLE_BYTES_MAX + 1).saturating_sub(self.sample.len());
        self.sample.extend(stored.iter().take(room));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrive(bytes: &[u8]) -> Result<Arrived, FileRefusal> {
        let mut arrival = Arrival::new();
        arrival.push(bytes)?;
        arrival.finish()
    }

    #[test]
    fn a_file_is_taken_with_its_layout_or_refused_with_its_reason() {
        let arrived = arrive(b"\xef\xbb\xbfemail;name\na@b.example;Anna\n").unwrap();
        assert_eq!((arrived.layout.delimiter.as_str(), arrived.layout.header), ("semicolon", Some(0)));
        assert_eq!(arrived.bytes, 28);
        assert!(arrived.sample.starts_with(b"email"));
        assert_eq!(arrive(b"").unwrap_err(), FileRefusal::Empty);
        assert_eq!(arrive(b"\xef\xbb\xbf").unwrap_err(), FileRefusal::Empty);
        assert_eq!(arrive(b"%PDF-1.7").unwrap_err(), FileRefusal::Unreadable(Unreadable::Pdf));
    }

    #[test]
    fn a_file_that_is_too_large_is_refused_while_it_comes_in() {
        let mut arrival = Arrival::new();
        arrival.bytes = limits::LEAD_FILE_BYTES_MAX - 4;
        assert!(arrival.push(b"abcd").is_ok());
        assert_eq!(arrival.push(b"e"), Err(FileRefusal::Large));
        assert!(FileRefusal::Large.to_string().contains("250 MB"));
    }

    #[test]
    fn the_sample_has_one_byte_more_than_is_looked_at() {
        let mut arrival = Arrival::new();
        arrival.push(&vec![b'a'; limits::LEAD_SAMPLE_BYTES_MAX + 100]).unwrap();
        let arrived = arrival.finish().unwrap();
        assert_eq!(arrived.sample.len(), limits::LEAD_SAMPLE_BYTES_MAX + 1);
        assert!(!Sample::of(&arrived.sample).is_whole);
    }
}
