//! Steps of the saga: the pool of IPs that a tenant's tier wants, and the configuration set that names it. The pool is filled
//! before it is named and named no more before it goes, so that no mail is given to one that is not there.

use super::saga::Saga;
use crate::aws::{ConfigurationSet, Delivery, SesError, SesErrorKind};
use rules::isolation::{DEFAULT_POOL, DriftKind, SHARED_POOL, Scaling};

/// The pool that mail is to leave from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Pooled {
    /// The account has no IPs of its own: whatever SES takes for the usual is shared.
    Usual,
    /// Named, as mail would leave from IPs that nobody was given else.
    Shared,
    Managed(String),
    /// Its own, with so many IPs.
    Own {
        name: String,
        ips: usize,
    },
}

impl Pooled {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Usual => "",
            Self::Shared => SHARED_POOL,
            Self::Managed(name) | Self::Own { name, .. } => name,
        }
    }
}

impl Saga<'_> {
    /// It is there, with its IPs.
    pub(super) async fn pool(&mut self) -> Result<(), SesError> {
        match &self.wanted.pool {
            Pooled::Usual | Pooled::Shared => Ok(()),
            // It is nobody's own.
            Pooled::Managed(name) => self.ensure_pool(name, Scaling::Managed, rules::events::PLATFORM_TAG).await,
            Pooled::Own { name, ips } => {
                self.ensure_pool(name, Scaling::Standard, self.wanted.owner).await?;
                self.fill(name, *ips).await
            }
        }
    }

    async fn ensure_pool(&mut self, name: &str, scaling: Scaling, owner: &str) -> Result<(), SesError> {
        const STEP: &str = "GetDedicatedIpPool";
        let mut found = self.control.find_pool(name).await?;
        if found.is_none() {
            self.has_moved_ips = true;
            self.control.create_pool(name, scaling, owner).await?;
            found = self.control.find_pool(name).await?;
        }
        match found {
            Some(found) if found == scaling.as_str() => Ok(()),
            Some(found) => Err(waits(STEP, format!("the pool {name} is {found} and not {}", scaling.as_str()))),
            None => Err(SesError::unexpected(STEP, "not there after it was made")),
        }
    }

    /// The warmest of those that nobody has; the coldest go back where there are too many.
    async fn fill(&mut self, name: &str, wanted: usize) -> Result<(), SesError> {
        const STEP: &str = "GetDedicatedIps";
        let mut has = self.control.list_ips(Some(name)).await?;
        if has.len() == wanted {
            return Ok(());
        }
        self.has_moved_ips = true;
        has.sort_by_key(|ip| ip.warmup_percent);
        for ip in has.iter().take(has.len().saturating_sub(wanted)) {
            self.control.put_ip(&ip.ip, DEFAULT_POOL).await?;
        }
        let missing = wanted.saturating_sub(has.len());
        if missing > 0 {
            let mut free = self.control.list_ips(Some(DEFAULT_POOL)).await?;
            if free.len() < missing {
                return Err(waits(
                    STEP,
                    format!("{missing} more IPs are wanted in {name}, and {} are free", free.len()),
                ));
            }
            free.sort_by_key(|ip| -ip.warmup_percent);
            for ip in free.iter().take(missing) {
                self.control.put_ip(&ip.ip, name).await?;
            }
        }
        match self.control.list_ips(Some(name)).await?.len() {
            read if read == wanted => Ok(()),
            read => Err(SesError::unexpected("PutDedicatedIpInPool", format!("{read} IPs when read back"))),
        }
    }

    pub(super) async fn delivery(&mut self, set: ConfigurationSet) -> Result<Delivery, SesError> {
        let (control, wanted, found) = (self.control, self.wanted, set.delivery);
        let name = wanted.set;
        let (pool, mode) = (wanted.pool.name(), wanted.shared_pool_mode.as_str());
        let is_as_wanted = |found: &Delivery| found.pool == pool && found.shared_pool_mode == mode;
        if is_as_wanted(&found) {
            return Ok(found);
        }
        // What was read back last, and is wanted no more, nobody else has changed.
        let (known_pool, known_mode) = wanted.known_delivery;
        let mut drifted = Vec::new();
        if found.shared_pool_mode != mode && known_mode.is_none_or(|known| known != found.shared_pool_mode) {
            drifted.push((DriftKind::SharedPoolMode, mode, found.shared_pool_mode.as_str()));
        }
        if found.pool != pool && known_pool.is_some_and(|known| known != found.pool) {
            drifted.push((DriftKind::SendingPool, pool, found.pool.as_str()));
        }
        let said = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
        for (kind, expected, found) in &drifted {
            self.meets(*kind, name, &said(expected), &said(found));
        }
        control.put_delivery(name, &Delivery { pool: pool.to_owned(), shared_pool_mode: mode.to_owned() }).await?;
        let gone = || SesError::unexpected("GetConfigurationSet", "gone meanwhile");
        let read = control.find_configuration_set(name).await?.ok_or_else(gone)?.delivery;
        if is_as_wanted(&read) {
            drifted.iter().for_each(|(kind, ..)| self.put_right(*kind, name));
            return Ok(read);
        }
        Err(SesError::unexpected("PutConfigurationSetDeliveryOptions", format!("{read:?} when read back")))
    }

    /// One that the tenant has left goes.
    pub(super) async fn leave_pool(&mut self) -> Result<(), SesError> {
        let Some(name) = self.wanted.left_pool else { return Ok(()) };
        self.has_moved_ips = true;
        self.control.delete_pool(name).await?;
        match self.control.find_pool(name).await? {
            None => Ok(()),
            Some(_) => Err(SesError::unexpected("GetDedicatedIpPool", "still there after it was deleted")),
        }
    }
}

/// Mail goes on as before while it cannot be had.
const fn waits(operation: &'static str, message: String) -> SesError {
    SesError { operation, kind: SesErrorKind::Later, message }
}
