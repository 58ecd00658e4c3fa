//! What outlives a restart, in a folder: `state.json`, replaced whole, has SES in every region, the queues, the buckets and
//! the DNS records; `mail`, `queues` and `objects` beside it have what is too much for that.

use crate::mail::Outbox;
use crate::place::Place;
use crate::records::{Cuts, Record};
use crate::s3::buckets::Buckets;
use crate::ses::account::{Account, Standing};
use crate::ses::configuration_sets::ConfigurationSet;
use crate::ses::dedicated_pools::Dedicated;
use crate::ses::identities::Identity;
use crate::ses::quota::Quota;
use crate::ses::tenants::Tenant;
use crate::sqs::Queues;
use crate::sts::Sts;
use crate::{StartError, log};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The AWS account that is home: every key is one of its keys, but those of roles.
pub const ACCOUNT: &str = "123456789012";

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) regions: BTreeMap<Place, Region>,
    pub(crate) records: Vec<Record>,
    #[serde(default)]
    pub(crate) cuts: Cuts,
    #[serde(default)]
    pub(crate) queues: Queues,
    #[serde(default)]
    pub(crate) buckets: Buckets,
    /// Topics, by ARN, whose queue gets their messages without an envelope.
    #[serde(default)]
    pub(crate) raw_topics: BTreeSet<String>,
    /// Queues by place: what EventBridge hears reaches them.
    #[serde(default)]
    pub(crate) rules: BTreeMap<Place, BTreeSet<String>>,
    /// Of the account that is home.
    #[serde(flatten)]
    pub(crate) terms: Terms,
    /// Of the others, by account.
    #[serde(default)]
    pub(crate) others: BTreeMap<String, Terms>,
    #[serde(default)]
    pub(crate) sts: Sts,
    /// By how much time is ahead.
    #[serde(default)]
    pub(crate) ahead_millis: i64,
}

/// On which an account may send.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Terms {
    #[serde(default)]
    pub(crate) quota: Quota,
    #[serde(default)]
    pub(crate) standing: Standing,
}

impl State {
    pub(crate) fn terms(&self, account: &str) -> Terms {
        match account {
            ACCOUNT => self.terms,
            other => self.others.get(other).copied().unwrap_or_default(),
        }
    }

    pub(crate) fn terms_of(&mut self, account: &str) -> &mut Terms {
        match account {
            ACCOUNT => &mut self.terms,
            other => self.others.entry(other.to_owned()).or_default(),
        }
    }
}

#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Region {
    pub(crate) account: Account,
    pub(crate) tenants: BTreeMap<String, Tenant>,
    pub(crate) identities: BTreeMap<String, Identity>,
    pub(crate) configuration_sets: BTreeMap<String, ConfigurationSet>,
    #[serde(default)]
    pub(crate) dedicated: Dedicated,
}

/// The folder, if any, and what its `state.json` holds: nothing is written that it holds already.
#[derive(Default)]
pub(crate) struct StateFolder {
    path: Option<PathBuf>,
    written: String,
    /// Held as long as this process uses the folder.
    _lock: Option<File>,
}

const STATE: &str = "state.json";
const LOCK: &str = "lock";

impl StateFolder {
    /// `None`: memory only.
    pub(crate) fn open(path: Option<PathBuf>) -> Result<(Self, State, Outbox), StartError> {
        let Some(path) = path else {
            return Ok((Self { path, written: String::new(), _lock: None }, State::default(), Outbox::default()));
        };
        let failed = |source| StartError::ReadState { path: path.clone(), source };
        take_over_file(&path)?;
        fs::create_dir_all(&path).map_err(failed)?;
        let lock = File::create(path.join(LOCK)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StartError::StateInUse(path)),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let (written, mut state) = read(&path.join(STATE))?;
        state.queues.open(&path.join("queues")).map_err(failed)?;
        state.buckets.open(&path.join("objects")).map_err(failed)?;
        let outbox = Outbox::open(&path.join("mail")).map_err(failed)?;
        let mut folder = Self { path: Some(path), written, _lock: Some(lock) };
        folder.keep(&state);
        Ok((folder, state, outbox))
    }

    /// A file that cannot be written is told to the log: the world goes on in memory.
    pub(crate) fn keep(&mut self, state: &State) {
        let Some(path) = &self.path else { return };
        let text = match serde_json::to_string_pretty(state) {
            Ok(text) => text,
            Err(error) => {
                tracing::error!(%error, "the state has no form in JSON");
                return;
            }
        };
        if text == self.written {
            return;
        }
        match log::replace(&path.join(STATE), text.as_bytes()) {
            Ok(()) => self.written = text,
            Err(error) => tracing::error!(%error, path = %path.display(), "the state is not written"),
        }
    }
}

/// The state was a file once: it moves into a folder of its name.
fn take_over_file(path: &Path) -> Result<(), StartError> {
    let failed = |source| StartError::ReadState { path: path.to_owned(), source };
    let mut before = path.as_os_str().to_owned();
    before.push(".before");
    let before = Path::new(&before);
    if path.is_file() {
        read(path)?;
        fs::rename(path, before).map_err(failed)?;
    }
    let state = path.join(STATE);
    if before.exists() && !state.exists() {
        fs::create_dir_all(path).map_err(failed)?;
        fs::rename(before, state).map_err(failed)?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<(String, State), StartError> {
    let written = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(StartError::ReadState { path: path.to_owned(), source }),
    };
    let state = match written.as_str() {
        "" => Ok(State::default()),
        text => serde_json::from_str(text),
    };
    match state {
        Ok(state) => Ok((written, state)),
        Err(source) => Err(StartError::ParseState { path: path.to_owned(), source }),
    }
}
