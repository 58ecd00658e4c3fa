//! The DNS of the world: records published and withdrawn, and what a question finds. Messages on the wire are `dns`'.

use super::World;
use crate::exchangers;
use crate::records::{self, Found, Record, RecordError, RecordKind, TXT_STRING_BYTES_MAX};
use crate::troubles::{DnsTrouble, Troubles};

/// What a server says to a question.
pub(crate) enum Said {
    Nothing,
    ServFail,
    Refused,
    /// "Ask at the root": it does not hold the zone.
    Referral,
    /// Nothing but that there is too much for UDP.
    Truncated,
    Found(Found),
}

const STALE_TTL_SECS: u32 = 30; // RFC 8767, 4

impl World {
    /// Adds it; an identical one is no change. One that DNS could not carry is refused with a line in the log.
    pub fn publish(&self, record: Record) {
        if let Err(error) = self.try_publish(record, None) {
            tracing::warn!(%error, "the record is not published");
        }
    }

    /// `strings`: of a TXT that is not cut into the longest strings. The value is all of them.
    pub(crate) fn try_publish(&self, record: Record, strings: Option<&[String]>) -> Result<(), RecordError> {
        let record = record.normal()?;
        let lengths: Option<Vec<usize>> = strings.map(|strings| strings.iter().map(String::len).collect());
        match &lengths {
            Some(_) if record.kind != RecordKind::Txt => return Err(RecordError::Strings),
            Some(lengths) if lengths.iter().any(|length| *length > TXT_STRING_BYTES_MAX) => {
                return Err(RecordError::Long);
            }
            Some(_) | None => {}
        }
        self.change(|inner| {
            match lengths {
                Some(lengths) => inner.state.cuts.set(&record.name, &record.value, lengths),
                None if record.kind == RecordKind::Txt => inner.state.cuts.forget(&record.name, Some(&record.value)),
                None => {}
            }
            records::publish(&mut inner.state.records, record);
        });
        Ok(())
    }

    /// Removes all of that kind at that name.
    pub fn withdraw(&self, name: &str, kind: RecordKind) {
        let Ok(name) = records::normal_name(name) else { return };
        self.change(|inner| {
            inner.state.records.retain(|record| record.name != name || record.kind != kind);
            if kind == RecordKind::Txt {
                inner.state.cuts.forget(&name, None);
            }
        });
    }

    /// In order of name.
    pub fn records(&self) -> Vec<Record> {
        self.inner().state.records.clone()
    }

    /// Of every answer. `None`: all is well, at every name.
    pub fn trouble(&self, trouble: Option<DnsTrouble>) {
        let mut inner = self.inner();
        let inner = &mut *inner;
        inner.troubles.set(None, trouble, &inner.state.records);
    }

    /// Of a name and of what is beneath it, whatever ails the others. `None`: as the others.
    pub fn trouble_at(&self, name: &str, trouble: Option<DnsTrouble>) {
        if let Err(error) = self.try_trouble_at(name, trouble) {
            tracing::warn!(%error, "nothing ails it");
        }
    }

    pub(crate) fn try_trouble_at(&self, name: &str, trouble: Option<DnsTrouble>) -> Result<(), RecordError> {
        let name = records::normal_name(name)?;
        let mut inner = self.inner();
        let inner = &mut *inner;
        inner.troubles.set(Some(&name), trouble, &inner.state.records);
        Ok(())
    }

    pub(crate) fn look_up(&self, name: &str, kind: Option<RecordKind>, udp: bool) -> Said {
        let inner = self.inner();
        let trouble = inner.troubles.of(name);
        match trouble {
            Some(DnsTrouble::Silence) => return Said::Nothing,
            Some(DnsTrouble::ServFail) => return Said::ServFail,
            Some(DnsTrouble::Refused) => return Said::Refused,
            Some(DnsTrouble::Lame) => return Said::Referral,
            Some(DnsTrouble::Truncation) if udp => return Said::Truncated,
            Some(DnsTrouble::Truncation | DnsTrouble::Stale) | None => {}
        }
        let shown = inner.troubles.shown(&inner.state.records, name).unwrap_or_default();
        let mut found = find(shown, name, kind);
        end_at_other_trouble(&mut found, &inner.troubles, kind, trouble);
        if let Some(last) = found.records.last() {
            found.cuts = inner.state.cuts.at(&last.name);
        }
        if trouble == Some(DnsTrouble::Stale) {
            found.records.iter_mut().for_each(|record| record.ttl = record.ttl.min(STALE_TTL_SECS));
        }
        Said::Found(found)
    }
}

/// A server follows a CNAME as far as it is well itself: the target is asked for by who wants it.
fn end_at_other_trouble(found: &mut Found, troubles: &Troubles, kind: Option<RecordKind>, trouble: Option<DnsTrouble>) {
    let leads_away = |record: &Record| {
        record.kind == RecordKind::Cname && kind != Some(RecordKind::Cname) && troubles.of(&record.value) != trouble
    };
    if let Some(last) = found.records.iter().position(leads_away) {
        found.records.truncate(last + 1);
        found.exists = true;
    }
}

/// Whoever has published anything at a name says all about it; other people have their mail exchangers.
fn find(records: &[Record], name: &str, kind: Option<RecordKind>) -> Found {
    let found = records::find(records, name, kind);
    match exchangers::of(name, kind) {
        Some(exchangers) if !records.iter().any(|record| record.name == name) => {
            Found { records: exchangers, exists: true, ..found }
        }
        Some(_) | None => found,
    }
}
