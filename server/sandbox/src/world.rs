//! The state that HTTP, DNS and tests share. Every method is short and synchronous; nothing here waits or listens.

use crate::faults::{Fault, FaultKind, Faults};
use crate::records::{self, DnsTrouble, Found, Record, RecordError, RecordKind};
use crate::ses::{self, Operation, pages::Pages};
use crate::state::{Region, State, StateFile};
use crate::wire::{Answer, Failure};
use crate::{Chance, Now, Options, StartError};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A handle; clones share one world.
#[derive(Clone)]
pub struct World(Arc<Shared>);

struct Shared {
    inner: Mutex<Inner>,
    auto_verify: bool,
    now: Now,
    chance: Chance,
}

struct Inner {
    state: State,
    file: StateFile,
    pages: Pages,
    trouble: Option<DnsTrouble>,
    hold: bool,
    faults: Faults,
    calls: VecDeque<Call>,
}

/// A call to the API as it was answered.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Call {
    /// Its name, like `CreateTenant`; of a call that this world does not know, its method and path.
    pub operation: String,
    pub path: String,
    /// 0: no answer went out.
    pub status: u16,
    /// `null` without a body in JSON.
    pub body: Value,
}

/// A signed request for an operation that exists.
pub(crate) struct Incoming {
    pub(crate) operation: &'static Operation,
    pub(crate) region: String,
    pub(crate) labels: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Map<String, Value>,
}

pub(crate) enum Outcome {
    Answer(Answer),
    Garbage,
    Hang,
    Reset,
}

const CALLS_KEPT: usize = 10_000;

impl World {
    pub(crate) fn open(options: Options) -> Result<Self, StartError> {
        let (file, state) = StateFile::load(options.state)?;
        let inner = Inner {
            state,
            file,
            pages: Pages::default(),
            trouble: None,
            hold: false,
            faults: Faults::default(),
            calls: VecDeque::new(),
        };
        let Options { auto_verify, now, chance, .. } = options;
        Ok(Self(Arc::new(Shared { inner: Mutex::new(inner), auto_verify, now, chance })))
    }

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

    pub fn fail(&self, fault: Fault) {
        self.inner().faults.push(fault);
    }

    /// While true, nothing becomes SUCCESS by itself.
    pub fn hold_verification(&self, hold: bool) {
        self.inner().hold = hold;
    }

    /// In every region that has the identity. Stays until "" is set or the signing attributes are put again.
    pub fn set_dkim_status(&self, identity: &str, status: &str) {
        self.override_status(identity, |identity| &mut identity.dkim.status_override, status);
    }

    /// In every region that has the identity. Stays until "" is set or the MAIL FROM domain is put again.
    pub fn set_mail_from_status(&self, identity: &str, status: &str) {
        self.override_status(identity, |identity| &mut identity.mail_from_status_override, status);
    }

    /// The last 10 000, the oldest first.
    pub fn calls(&self) -> Vec<Call> {
        self.inner().calls.iter().cloned().collect()
    }

    /// All that SES holds, per region, identities as a Get would show them now. Without DNS records.
    pub fn snapshot(&self) -> Value {
        self.change(|inner| {
            let now = (self.0.now)();
            for (name, region) in &mut inner.state.regions {
                let dns = ses::Dns {
                    records: &inner.state.records,
                    trouble: inner.trouble.is_some(),
                    hold: inner.hold,
                    auto_verify: self.0.auto_verify,
                };
                for identity in region.identities.values_mut() {
                    identity.refresh(name, dns, now);
                }
            }
            serde_json::to_value(&inner.state.regions).unwrap_or_else(|error| json!({ "error": error.to_string() }))
        })
    }

    /// Memory lost: all that SES held is gone, DNS records stay.
    pub fn forget(&self) {
        self.change(|inner| inner.state.regions.clear());
    }

    pub(crate) fn has_identity(&self, name: &str) -> bool {
        self.inner().state.regions.values().any(|region| region.identities.contains_key(name))
    }

    /// `None`: silence.
    pub(crate) fn look_up(&self, name: &str, kind: Option<RecordKind>) -> Option<Result<Found, ServFail>> {
        let inner = self.inner();
        match inner.trouble {
            Some(DnsTrouble::Silence) => None,
            Some(DnsTrouble::ServFail) => Some(Err(ServFail)),
            None => Some(Ok(records::find(&inner.state.records, name, kind))),
        }
    }

    pub(crate) fn fill(&self, bytes: &mut [u8]) {
        (self.0.chance)(bytes);
    }

    /// Runs the operation, or the fault that awaits it, and keeps the call.
    pub(crate) fn answer(&self, incoming: Incoming, path: &str) -> Outcome {
        let operation = incoming.operation.name;
        let body = Value::Object(incoming.body.clone());
        self.change(|inner| {
            let outcome = match inner.faults.take(operation) {
                None => Outcome::Answer(self.perform(inner, incoming)),
                Some(FaultKind::TooManyRequests) => Outcome::Answer(Err(Failure::too_many_requests())),
                Some(FaultKind::InternalError) => Outcome::Answer(Err(Failure::internal_error())),
                Some(FaultKind::ServiceUnavailable) => Outcome::Answer(Err(Failure::service_unavailable())),
                Some(FaultKind::Garbage) => Outcome::Garbage,
                Some(FaultKind::Hang) => Outcome::Hang,
                Some(FaultKind::AcceptThenHang) => self
                    .perform(inner, incoming)
                    .map_or_else(|failure| Outcome::Answer(Err(failure)), |_| Outcome::Hang),
                Some(FaultKind::AcceptThenReset) => self
                    .perform(inner, incoming)
                    .map_or_else(|failure| Outcome::Answer(Err(failure)), |_| Outcome::Reset),
            };
            let status = match &outcome {
                Outcome::Answer(Ok(_)) | Outcome::Garbage => 200,
                Outcome::Answer(Err(failure)) => failure.status,
                Outcome::Hang | Outcome::Reset => 0,
            };
            keep_call(&mut inner.calls, Call { operation: operation.to_owned(), path: path.to_owned(), status, body });
            outcome
        })
    }

    /// A call that ended before its operation ran.
    pub(crate) fn keep_call(&self, call: Call) {
        keep_call(&mut self.inner().calls, call);
    }

    fn perform(&self, inner: &mut Inner, incoming: Incoming) -> Answer {
        let name = incoming.region;
        let region = inner.state.regions.entry(name.clone()).or_default();
        let answer = (incoming.operation.run)(&mut ses::Request {
            region_name: &name,
            region,
            labels: incoming.labels,
            query: incoming.query,
            body: incoming.body,
            now: (self.0.now)(),
            chance: &*self.0.chance,
            pages: &mut inner.pages,
            dns: ses::Dns {
                records: &inner.state.records,
                trouble: inner.trouble.is_some(),
                hold: inner.hold,
                auto_verify: self.0.auto_verify,
            },
        });
        if *region == Region::default() {
            inner.state.regions.remove(&name); // looking at a region does not make it
        }
        answer
    }

    fn override_status(
        &self,
        identity: &str,
        field: impl Fn(&mut ses::identities::Identity) -> &mut Option<String>,
        status: &str,
    ) {
        let name = ses::identities::normal_name(identity);
        let status = (!status.is_empty()).then(|| status.to_owned());
        self.change(|inner| {
            let mut found = false;
            for identity in inner.state.regions.values_mut().filter_map(|region| region.identities.get_mut(&name)) {
                found = true;
                field(identity).clone_from(&status);
            }
            if !found {
                tracing::warn!(identity = name, "no region has this identity");
            }
        });
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        let mut inner = self.inner();
        let inner = &mut *inner;
        let result = change(inner);
        inner.file.keep(&inner.state);
        result
    }
}

pub(crate) struct ServFail;

fn keep_call(calls: &mut VecDeque<Call>, call: Call) {
    if calls.len() == CALLS_KEPT {
        calls.pop_front();
    }
    calls.push_back(call);
}
