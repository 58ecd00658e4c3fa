//! What SES holds as a whole, to be looked at and to be put back.

use super::World;
use crate::ses;
use serde_json::{Value, json};

impl World {
    /// All that SES holds, by place, identities as a Get would show them now. Without DNS records.
    pub fn snapshot(&self) -> Value {
        self.change(|inner| {
            let now = (self.0.now)();
            for (place, region) in &mut inner.state.regions {
                let dns = ses::Dns {
                    records: &inner.state.records,
                    troubles: &inner.troubles,
                    hold: inner.hold,
                    auto_verify: self.0.auto_verify,
                    known_domain: self.0.known_domain.as_deref(),
                };
                for identity in region.identities.values_mut() {
                    identity.refresh(place.region(), dns, now);
                }
            }
            serde_json::to_value(&inner.state.regions).unwrap_or_else(|error| json!({ "error": error.to_string() }))
        })
    }

    /// SES holds again what it held when this was taken; the rest of the world goes on. An error: it is no snapshot.
    pub fn restore(&self, snapshot: Value) -> Result<(), serde_json::Error> {
        let regions = serde_json::from_value(snapshot)?;
        self.change(|inner| inner.state.regions = regions);
        Ok(())
    }
}
