//! The DNS of the world: records published and withdrawn, and what a question finds. Messages on the wire are `dns`'.

use super::World;
use crate::exchangers;
use crate::records::{self, DnsTrouble, Found, Record, RecordError, RecordKind};

pub(crate) struct ServFail;

impl World {
    /// Adds it; an identical one is no change. One that DNS could not carry is refused with a line in the log.
    pub fn publish(&self, record: Record) {
        if let Err(error) = self.try_publish(record) {
            tracing::warn!(%error, "the record is not published");
        }
    }

    pub(crate) fn try_publish(&self, record: Record) -> Result<(), RecordError> {
        let record = record.normal()?;
        self.change(|inner| records::publish(&mut inner.state.records, record));
        Ok(())
    }

    /// Removes all of that kind at that name.
    pub fn withdraw(&self, name: &str, kind: RecordKind) {
        let Ok(name) = records::normal_name(name) else { return };
        self.change(|inner| inner.state.records.retain(|record| record.name != name || record.kind != kind));
    }

    /// In order of name.
    pub fn records(&self) -> Vec<Record> {
        self.inner().state.records.clone()
    }

    /// `None`: all is well.
    pub fn trouble(&self, trouble: Option<DnsTrouble>) {
        self.inner().trouble = trouble;
    }

    /// `None`: silence.
    pub(crate) fn look_up(&self, name: &str, kind: Option<RecordKind>) -> Option<Result<Found, ServFail>> {
        let inner = self.inner();
        match inner.trouble {
            Some(DnsTrouble::Silence) => None,
            Some(DnsTrouble::ServFail) => Some(Err(ServFail)),
            None => Some(Ok(find(&inner.state.records, name, kind))),
        }
    }
}

/// Whoever has published anything at a name says all about it; other people have their mail exchangers.
fn find(records: &[Record], name: &str, kind: Option<RecordKind>) -> Found {
    let found = records::find(records, name, kind);
    if kind == Some(RecordKind::Mx)
        && found.records.is_empty()
        && !records.iter().any(|record| record.name == name)
        && let Some(exchanger) = exchangers::of(name)
    {
        return Found { records: vec![exchanger], exists: true };
    }
    found
}
