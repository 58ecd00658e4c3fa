//! What outlives a restart: the state of SES in every region, the queues, the buckets, and the DNS records. One JSON file, replaced whole.

use crate::StartError;
use crate::records::{Cuts, Record};
use crate::s3::buckets::Buckets;
use crate::ses::account::{Account, Standing};
use crate::ses::configuration_sets::ConfigurationSet;
use crate::ses::dedicated_pools::Dedicated;
use crate::ses::identities::Identity;
use crate::ses::quota::Quota;
use crate::ses::tenants::Tenant;
use crate::sqs::Queues;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The one AWS account there is.
pub const ACCOUNT: &str = "123456789012";

#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) regions: BTreeMap<String, Region>,
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
    /// Queues by region: what EventBridge hears of tenants reaches them.
    #[serde(default)]
    pub(crate) rules: BTreeMap<String, BTreeSet<String>>,
    #[serde(default)]
    pub(crate) quota: Quota,
    #[serde(default)]
    pub(crate) standing: Standing,
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

/// The file, if any, and what it holds: nothing is written that it holds already.
pub(crate) struct StateFile {
    path: Option<PathBuf>,
    written: String,
}

impl StateFile {
    pub(crate) fn load(path: Option<PathBuf>) -> Result<(Self, State), StartError> {
        let Some(path) = path else { return Ok((Self { path, written: String::new() }, State::default())) };
        let written = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(StartError::ReadState { path, source }),
        };
        let state = match written.as_str() {
            "" => State::default(),
            text => match serde_json::from_str(text) {
                Ok(state) => state,
                Err(source) => return Err(StartError::ParseState { path, source }),
            },
        };
        Ok((Self { path: Some(path), written }, state))
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
        match replace(path, &text) {
            Ok(()) => self.written = text,
            Err(error) => tracing::error!(%error, path = %path.display(), "the state file is not written"),
        }
    }
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    fs::write(&beside, text)?;
    fs::rename(&beside, path)
}
