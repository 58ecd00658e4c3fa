//! Who hears by EventBridge how tenants stand. Real rules choose and change what they hand on; these hand on all of it.

use super::World;
use super::sending::Notice;
use crate::bridge::News;
use crate::events::Event;
use crate::place::Place;
use crate::ses::reputation::Reputation;
use crate::ses::send::Accepted;
use crate::state::Region;
use crate::{bridge, moment};
use std::collections::BTreeMap;

/// How the tenants of a place stand, by ARN.
pub(super) type Standings = BTreeMap<String, Reputation>;

pub(super) fn standings(region: Option<&Region>) -> Standings {
    let tenants = region.into_iter().flat_map(|region| region.tenants.values());
    tenants.map(|tenant| (tenant.arn.clone(), tenant.reputation.clone())).collect()
}

impl World {
    /// From now on the queue gets what EventBridge hears of the tenants in that place, and of mails whose configuration set
    /// sends its events there.
    pub fn add_rule(&self, place: impl Into<Place>, queue: &str) {
        self.change(|inner| inner.state.rules.entry(place.into()).or_default().insert(queue.to_owned()));
    }

    /// False: there is no such rule.
    pub fn remove_rule(&self, place: impl Into<Place>, queue: &str) -> bool {
        self.change(|inner| inner.state.rules.get_mut(&place.into()).is_some_and(|queues| queues.remove(queue)))
    }

    /// An event of a mail, for every queue that a rule of its place names. `message`: as SNS would get it.
    pub(super) fn on_the_bus(&self, accepted: &Accepted, event: &Event, message: &str, due: i64) -> Vec<Notice> {
        let queues = self.inner().state.rules.get(&accepted.place).cloned().unwrap_or_default();
        let news = News {
            detail_type: event.event_type.on_the_bus(),
            detail: serde_json::from_str(message).unwrap_or_default(), // it was JSON a moment ago
        };
        let set = accepted.sender.configuration_set.as_deref().unwrap_or_default();
        let resource = accepted.place.arn("ses", &format!("configuration-set/{set}"));
        let message = bridge::message(&accepted.place, &resource, &news, due, &*self.0.chance);
        queues.iter().map(|queue| self.bare_notice(queue, &message, due)).collect()
    }

    /// What is not as it was before.
    pub(super) fn tell_bridge(&self, place: &Place, before: &Standings) {
        let (queues, after) = {
            let inner = self.inner();
            (inner.state.rules.get(place).cloned().unwrap_or_default(), standings(inner.state.regions.get(place)))
        };
        let now = moment::millis((self.0.now)());
        let mut notices = Vec::new();
        for (arn, reputation) in &after {
            for news in before.get(arn).map(|before| reputation.news(before)).unwrap_or_default() {
                let message = bridge::message(place, arn, &news, now, &*self.0.chance);
                notices.extend(queues.iter().map(|queue| self.bare_notice(queue, &message, now)));
            }
        }
        self.put(place, notices);
    }
}
