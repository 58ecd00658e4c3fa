//! Who hears by EventBridge how tenants stand. Real rules choose and change what they hand on; these hand on all of it.

use super::World;
use crate::ses::reputation::Reputation;
use crate::state::Region;
use crate::{bridge, moment};
use std::collections::BTreeMap;

/// How the tenants of a region stand, by ARN.
pub(super) type Standings = BTreeMap<String, Reputation>;

pub(super) fn standings(region: Option<&Region>) -> Standings {
    let tenants = region.into_iter().flat_map(|region| region.tenants.values());
    tenants.map(|tenant| (tenant.arn.clone(), tenant.reputation.clone())).collect()
}

impl World {
    /// From now on the queue gets what EventBridge hears of the tenants in that region.
    pub fn add_rule(&self, region: &str, queue: &str) {
        self.change(|inner| inner.state.rules.entry(region.to_owned()).or_default().insert(queue.to_owned()));
    }

    /// What is not as it was before.
    pub(super) fn tell_bridge(&self, region: &str, before: &Standings) {
        let (queues, after) = {
            let inner = self.inner();
            (inner.state.rules.get(region).cloned().unwrap_or_default(), standings(inner.state.regions.get(region)))
        };
        let now = moment::millis((self.0.now)());
        let mut notices = Vec::new();
        for (arn, reputation) in &after {
            for news in before.get(arn).map(|before| reputation.news(before)).unwrap_or_default() {
                let message = bridge::message(region, arn, &news, now, &*self.0.chance);
                notices.extend(queues.iter().map(|queue| self.bare_notice(queue, &message, now)));
            }
        }
        self.put(region, notices);
    }
}
