//! What sends a little after it stood still for its health: how much of it this claim may still write. What has shown that it
//! is well goes on as before from here on.

use crate::duty::Result;
use db::health::probation;
use db::messages::due::{Candidate, Running};
use db::messages::lanes::DueLane;
use db::scope::TenantTx;
use rules::health::Scope;
use rules::ids::SourceId;
use rules::isolation::LanePart;
use rules::limits;
use rules::time::OffsetDateTime;

/// Scopes on probation, each with the mails that it may still send.
#[derive(Default)]
pub(super) struct Probation(Vec<(Scope, i64)>);

impl Probation {
    pub async fn find(tx: &mut TenantTx, now: OffsetDateTime, machine_now: OffsetDateTime) -> Result<Self> {
        let mut left = Vec::new();
        for it in probation::list(tx, now).await? {
            if it.trial.is_passed(now) {
                let reason = "It sent a little for some days, and was taken well.";
                probation::end(tx, it.scope, reason, now, machine_now).await?;
            } else {
                left.push((it.scope, limits::PROBATION_A_DAY - it.sent));
            }
        }
        Ok(Self(left))
    }

    fn is_used(&self, part: LanePart) -> bool {
        self.0.iter().any(|(scope, left)| *scope == Scope::Part(part) && *left <= 0)
    }

    /// Its mailbox, or its domain, has sent what it may.
    pub fn holds(&self, lane: &DueLane) -> bool {
        self.is_used(lane.mailbox.id.into()) || self.is_used(lane.mailbox.domain.into())
    }

    /// Those that have sent what they may.
    pub fn used_sources(&self) -> Vec<SourceId> {
        let used = self.0.iter().filter(|(_, left)| *left <= 0);
        used.filter_map(|(scope, _)| match scope {
            Scope::Part(LanePart::Source(id)) => Some(*id),
            Scope::Part(LanePart::Mailbox(_) | LanePart::Domain(_) | LanePart::Sequence(_)) | Scope::Tenant => None,
        })
        .collect()
    }

    /// Leaves out sequences and sources that have sent what they may.
    pub fn reduce(&self, running: &mut Vec<Running>) {
        running.retain(|it| !self.is_used(it.sequence.into()));
        running.iter_mut().for_each(|it| it.sources.retain(|source| !self.is_used((*source).into())));
    }

    /// Whether there is room for this mail; if so it takes it.
    pub fn admit(&mut self, lane: &DueLane, candidate: &Candidate) -> bool {
        let parts: [LanePart; 4] =
            [candidate.source.into(), lane.mailbox.id.into(), candidate.sequence.into(), lane.mailbox.domain.into()];
        if parts.iter().any(|part| self.is_used(*part)) {
            return false;
        }
        for (scope, left) in &mut self.0 {
            *left -= i64::from(parts.iter().any(|part| *scope == Scope::Part(*part)));
        }
        true
    }
}
