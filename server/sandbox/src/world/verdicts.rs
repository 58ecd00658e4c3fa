//! What AWS decides by itself: how much the account may send and whether at all, what it finds about tenants and whom it
//! pauses, which IPs it gives. Nothing of it can be had through the API.

use super::World;
use super::bridge::{Standings, standings};
use crate::place::Place;
use crate::ses::account::EnforcementStatus;
use crate::ses::findings::Finding;
use crate::ses::reputation::{Reputation, SendingStatus};
use std::net::Ipv4Addr;

impl World {
    /// The same in every region of the account: recipients in 24 hours (−1: without limit) and recipients a second.
    pub fn set_quota(&self, account: &str, max_24_hours: f64, max_rate: f64) {
        self.change_quota(account, Some(max_24_hours), Some(max_rate), None);
    }

    /// The same in every region of the account: calls a second that do not send. Negative: without limit.
    pub fn set_control_rate(&self, account: &str, calls: f64) {
        self.change_quota(account, None, None, Some(calls));
    }

    /// `None` stays as it is.
    pub(crate) fn change_quota(
        &self,
        account: &str,
        max_24_hours: Option<f64>,
        max_rate: Option<f64>,
        control_rate: Option<f64>,
    ) {
        self.change(|inner| {
            let quota = &mut inner.state.terms_of(account).quota;
            quota.max_24_hours = max_24_hours.unwrap_or(quota.max_24_hours);
            quota.max_rate = max_rate.unwrap_or(quota.max_rate);
            quota.control_rate = control_rate.unwrap_or(quota.control_rate);
        });
    }

    /// The same in every region of the account.
    pub fn set_enforcement_status(&self, account: &str, status: EnforcementStatus) {
        self.change(|inner| inner.state.terms_of(account).standing.enforcement_status = status);
    }

    /// The same in every region of the account. Without it, recipients must be verified too.
    pub fn set_production_access(&self, account: &str, granted: bool) {
        self.change(|inner| inner.state.terms_of(account).standing.production_access = granted);
    }

    /// In every place that has the tenant; false: none has. Enabled leaves it to the tenant's policy again.
    pub fn decide_on_tenant(&self, tenant: &str, status: SendingStatus, cause: Option<&str>) -> bool {
        self.judge(tenant, |reputation, now| reputation.decide(status, cause.map(str::to_owned), now))
    }

    /// In every place that has the tenant; false: none has, or it is to be fixed there and is not open.
    pub fn report_finding(&self, tenant: &str, finding: &Finding) -> bool {
        let mut reported = false;
        self.judge(tenant, |reputation, now| reported |= reputation.report(finding.clone(), now));
        reported
    }

    /// Into the default pool of the place.
    pub fn give_dedicated_ip(&self, place: impl Into<Place>, ip: Ipv4Addr) {
        self.change(|inner| {
            let region = inner.state.regions.entry(place.into()).or_default();
            region.dedicated.give(ip, region.account.auto_warmup);
        });
    }

    fn judge(&self, tenant: &str, mut judge: impl FnMut(&mut Reputation, f64)) -> bool {
        let now = (self.0.now)();
        let places: Vec<(Place, Standings)> = {
            let inner = self.inner();
            inner.state.regions.iter().map(|(place, region)| (place.clone(), standings(Some(region)))).collect()
        };
        let found = self.change(|inner| {
            let mut found = false;
            for tenant in inner.state.regions.values_mut().filter_map(|region| region.tenants.get_mut(tenant)) {
                found = true;
                judge(&mut tenant.reputation, now);
            }
            found
        });
        places.iter().for_each(|(place, before)| self.tell_bridge(place, before));
        found
    }
}
