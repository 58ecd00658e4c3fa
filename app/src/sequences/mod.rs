//! Sequences: who gets what, when? Writing them, choosing who is in and who writes, starting and pausing.

pub mod create;
pub mod leads;
pub mod list;
mod preview;
pub mod sequence;
pub mod start;
pub mod step;
mod words;
pub mod writers;

use crate::ssr::Address;
use crate::{Refusal, Result};
use db::scope::TenantTx;
use db::sequences::{self, Sequence};
use rules::ids::SequenceId;

/// Of an address below one sequence of a tenant.
pub type SequenceAddress = Address<(String, SequenceId)>;

async fn find(tx: &mut TenantTx, sequence: SequenceId) -> Result<Sequence> {
    sequences::find(tx, sequence).await?.ok_or(Refusal::NotFound)
}
