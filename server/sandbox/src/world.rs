//! The state that HTTP, DNS and tests share. Every method is short and synchronous, but for the long poll of a queue;
//! nothing here listens.

mod accounts;
mod begin;
mod bridge;
mod buckets;
mod crowd;
mod faults;
mod queues;
mod receiving;
mod records;
mod sending;
mod snapshot;
mod verdicts;

pub use begin::NotAhead;
use begin::{Ahead, Dice};
use faults::{after, instead};
pub(crate) use queues::QueueCall;
pub(crate) use records::Said;

use crate::crowd::Crowd;
use crate::events::EventPlan;
use crate::faults::Faults;
use crate::history::History;
use crate::mail::Outbox;
use crate::mail_in::MailIn;
use crate::place::Place;
use crate::s3::files::Files;
use crate::ses::letter::Drafts;
use crate::ses::pages::Pages;
use crate::ses::quota::Rates;
use crate::ses::send::{Accepted, PausedTenantError};
use crate::ses::{self, Operation};
use crate::state::{Region, State, StateFolder, Terms};
use crate::troubles::Troubles;
use crate::wire::{Answer, Failure};
use crate::{Chance, Now, Options, StartError, ids, moment};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// A handle; clones share one world.
#[derive(Clone)]
pub struct World(Arc<Shared>);

struct Shared {
    inner: Mutex<Inner>,
    outbox: Outbox,
    files: Files,
    /// Wakes those who wait at a queue.
    arrivals: Notify,
    address: SocketAddr,
    auto_verify: bool,
    known_domain: Option<String>,
    mail_in: Option<MailIn>,
    strict: bool,
    /// In seconds.
    event_delay: f64,
    now: Now,
    chance: Chance,
    ahead: Ahead,
    dice: Dice,
}

struct Inner {
    state: State,
    folder: StateFolder,
    pages: Pages,
    troubles: Troubles,
    hold: bool,
    faults: Faults,
    calls: VecDeque<Call>,
    rates: Rates,
    history: History,
    crowd: Crowd,
    plan: EventPlan,
    paused_tenant_error: PausedTenantError,
    /// Mails and queues change too often to write the state each time.
    unsaved: bool,
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
    /// Members of body and query that this world does not know, like `Content.Simple.Colour`. It looks at none of them.
    pub unknown: Vec<String>,
}

/// A signed request for an operation that exists.
pub(crate) struct Incoming {
    pub(crate) operation: &'static Operation,
    pub(crate) place: Place,
    pub(crate) labels: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Map<String, Value>,
    pub(crate) unknown: Vec<String>,
    /// Of the operations that send: taken out of the body.
    pub(crate) drafts: Drafts,
}

pub(crate) enum Outcome<T = Value> {
    Answer(Result<T, Failure>),
    Garbage,
    Hang,
    Reset,
    /// Byte by byte.
    Drip(Result<T, Failure>),
}

impl<T> Outcome<T> {
    /// 0: no answer goes out.
    fn status(&self) -> u16 {
        match self {
            Self::Answer(Ok(_)) | Self::Drip(Ok(_)) | Self::Garbage => 200,
            Self::Answer(Err(failure)) | Self::Drip(Err(failure)) => failure.status,
            Self::Hang | Self::Reset => 0,
        }
    }
}

const CALLS_KEPT: usize = 10_000;

impl World {
    /// `address`: where it can be called.
    pub(crate) fn open(options: Options, address: SocketAddr) -> Result<Self, StartError> {
        let (folder, state, outbox) = StateFolder::open(options.state)?;
        let files = state.buckets.files.clone();
        let (ahead, dice) = (Ahead::of(state.ahead_millis), Dice::default());
        let inner = Inner { folder, ..Inner::of(state) };
        let Options { auto_verify, known_domain, mail_in, strict, event_delay, now, chance, .. } = options;
        let (inner, arrivals) = (Mutex::new(inner), Notify::new());
        let world = Self(Arc::new(Shared {
            inner,
            outbox,
            files,
            arrivals,
            address,
            auto_verify,
            known_domain,
            mail_in,
            strict,
            event_delay,
            now: ahead.on(now),
            chance: dice.or(chance),
            ahead,
            dice,
        }));
        world.furnish();
        Ok(world)
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

    /// How many of them there are, without a copy.
    pub fn call_count(&self) -> usize {
        self.inner().calls.len()
    }

    /// Memory lost: all that SES held is gone, with queues, buckets and captured mail. DNS records stay, and what AWS thinks of the
    /// account.
    pub fn forget(&self) {
        self.change(|inner| {
            inner.state.regions.clear();
            inner.state.queues.clear();
            inner.state.buckets.clear();
            inner.rates = Rates::default();
            inner.history = History::default();
        });
        self.0.outbox.clear();
        self.furnish();
    }

    /// Memory lost by SES alone: queues, buckets and captured mail stay.
    pub fn forget_ses(&self) {
        self.change(|inner| {
            inner.state.regions.clear();
            inner.rates = Rates::default();
            inner.history = History::default();
        });
    }

    /// Writes to the state what is not written yet.
    pub(crate) fn save(&self) {
        let now = moment::millis((self.0.now)());
        let mut inner = self.inner();
        let inner = &mut *inner;
        inner.state.queues.expire(now);
        if std::mem::take(&mut inner.unsaved) {
            inner.folder.keep(&inner.state);
        }
    }

    pub(crate) fn has_identity(&self, name: &str) -> bool {
        self.inner().state.regions.values().any(|region| region.identities.contains_key(name))
    }

    pub(crate) fn fill(&self, bytes: &mut [u8]) {
        (self.0.chance)(bytes);
    }

    pub(crate) fn uuid(&self) -> String {
        ids::uuid(&*self.0.chance)
    }

    /// Runs the operation, or the fault that awaits it, and keeps the call.
    pub(crate) fn answer(&self, incoming: Incoming, path: &str) -> Outcome {
        let operation = incoming.operation.name;
        let (body, unknown) = (Value::Object(incoming.body.clone()), incoming.unknown.clone());
        let mut inner = self.inner();
        let before = operation.starts_with("UpdateReputationEntity").then(|| {
            let place = incoming.place.clone();
            (bridge::standings(inner.state.regions.get(&place)), place)
        });
        let fault = inner.faults.take(operation, &*self.0.chance);
        let (outcome, accepted) = match instead(fault) {
            Some(outcome) => (outcome, Vec::new()),
            None => {
                let (answer, accepted) = self.perform(&mut inner, incoming);
                (after(fault, answer), accepted)
            }
        };
        let status = outcome.status();
        keep_call(
            &mut inner.calls,
            Call { operation: operation.to_owned(), path: path.to_owned(), status, body, unknown },
        );
        if accepted.is_empty() {
            let kept = &mut *inner;
            kept.folder.keep(&kept.state);
            drop(inner);
        } else {
            inner.unsaved = true;
            drop(inner);
            accepted.iter().for_each(|accepted| self.deliver(accepted));
        }
        if let Some((before, place)) = before {
            self.tell_bridge(&place, &before);
        }
        outcome
    }

    /// A call that ended before its operation ran.
    pub(crate) fn keep_call(&self, call: Call) {
        keep_call(&mut self.inner().calls, call);
    }

    fn perform(&self, inner: &mut Inner, incoming: Incoming) -> (Answer, Vec<Accepted>) {
        if let (true, Some(member)) = (self.0.strict, incoming.unknown.first()) {
            return (Err(Failure::bad_request(format!("Unknown member {member}."))), Vec::new());
        }
        let place = incoming.place;
        let Terms { quota, standing } = inner.state.terms(place.account());
        if !incoming.operation.sends()
            && let Err(failure) = inner.rates.take_control(place.key(), quota.control_rate, (self.0.now)())
        {
            return (Err(failure), Vec::new());
        }
        let region = inner.state.regions.entry(place.clone()).or_default();
        let mut request = ses::Request {
            place: &place,
            region,
            labels: incoming.labels,
            query: incoming.query,
            body: incoming.body,
            now: (self.0.now)(),
            chance: &*self.0.chance,
            pages: &mut inner.pages,
            dns: ses::Dns {
                records: &inner.state.records,
                troubles: &inner.troubles,
                hold: inner.hold,
                auto_verify: self.0.auto_verify,
                known_domain: self.0.known_domain.as_deref(),
            },
            quota,
            rates: &mut inner.rates,
            standing,
            paused_tenant_error: inner.paused_tenant_error,
            drafts: incoming.drafts,
            accepted: Vec::new(),
            history: &inner.history,
            crowd: &mut inner.crowd,
        };
        let answer = (incoming.operation.run)(&mut request);
        let accepted = request.accepted;
        if *region == Region::default() {
            inner.state.regions.remove(&place); // looking at a region does not make it
        }
        (answer, accepted)
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
        inner.folder.keep(&inner.state);
        result
    }
}

impl Inner {
    /// In memory only.
    fn of(state: State) -> Self {
        Self {
            state,
            folder: StateFolder::default(),
            pages: Pages::default(),
            troubles: Troubles::default(),
            hold: false,
            faults: Faults::default(),
            calls: VecDeque::new(),
            rates: Rates::default(),
            history: History::default(),
            crowd: Crowd::default(),
            plan: EventPlan::default(),
            paused_tenant_error: PausedTenantError::default(),
            unsaved: false,
        }
    }
}

fn keep_call(calls: &mut VecDeque<Call>, call: Call) {
    if calls.len() == CALLS_KEPT {
        calls.pop_front();
    }
    calls.push_back(call);
}
