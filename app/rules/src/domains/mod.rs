//! Domains: which name a team may claim, which DNS records it needs, what a look at them means, and how the whole stands.

mod claim;
mod dmarc;
mod lapse;
mod macros;
mod records;
mod spf;
mod state;

pub use claim::{ClaimError, is_free_mail, registrable, root_of};
pub use dmarc::{DmarcError, DmarcRecord, Policy, find_dmarc};
pub use lapse::{Lapse, Proof, ended, ends_at};
pub use records::{Keys, Lookup, Observation, Purpose, RecordKind, WantedRecord, return_path, wanted_records};
pub use spf::{LOOKUPS_MAX, Mechanism, SpfError, SpfRecord, find_spf};
pub use state::{DomainFacts, DomainState, Found, Hold, RecordState, SesStatus, check_again_after};

/// The label under which the ownership record stands.
const OWNERSHIP_LABEL: &str = "_ownlane-verify";
/// What the value of the ownership record begins with.
const OWNERSHIP_PREFIX: &str = "ownlane-verify=";
/// The label of the return path (MAIL FROM): a name of its own, as SES asks for one that neither sends nor receives.
const RETURN_PATH_LABEL: &str = "bounce";
