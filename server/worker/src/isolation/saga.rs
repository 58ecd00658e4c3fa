//! The way to what a tenant has at SES: the tenant with its own suppression list and a reputation policy, its configuration
//! set, and what is associated with it. Each step reads, compares, puts and reads back; so it can be run after a crash at
//! any step. Of a tenant that was made before, what differs has drifted, and is put right or asked about.

use super::pool::Pooled;
use super::{assert_ours, resource_arn};
use crate::aws::{ConfigurationSet, Control, HELD, Recommendation, Reputation, SesError, SesErrorKind, Tenant};
use crate::duty::Result;
use db::isolation::drifts::Met;
use db::isolation::ses_tenants::ReadBack;
use rules::ids::TenantId;
use rules::isolation::{DriftKind, Remedy, ReputationPolicy, SagaStep, SharedPoolMode};

/// What is to be there.
pub(crate) struct Wanted<'a> {
    /// Our tag.
    pub owner: &'a str,
    pub tenant: &'a str,
    pub set: &'a str,
    pub policy: ReputationPolicy,
    /// It has come to be wanted since SES was told: what stands there is no drift.
    pub is_policy_new: bool,
    pub shared_pool_mode: SharedPoolMode,
    pub pool: Pooled,
    /// Pool and shared IPs of the set as read back last; `None`: never.
    pub known_delivery: (Option<&'a str>, Option<&'a str>),
    /// A pool of its own that is to go.
    pub left_pool: Option<&'a str>,
    /// A pause of ours stands: SES is to refuse its mail.
    pub is_paused: bool,
    /// We have told SES so before.
    pub was_held: bool,
    /// Names of its identities that mail leaves under.
    pub identities: Vec<String>,
    /// Names of those that it has at all.
    pub known_identities: Vec<String>,
}

/// How differences are judged.
pub(crate) struct Judgement<'a> {
    /// It was as wanted once: what is missing has gone.
    pub was_made: bool,
    /// What an operator has said is to be put right.
    pub allowed: &'a [(DriftKind, String)],
}

pub(crate) struct Saga<'a> {
    pub control: &'a Control<'a>,
    pub wanted: &'a Wanted<'a>,
    pub judgement: &'a Judgement<'a>,
    /// Whose page tells each step. `None`: nobody waits for it.
    pub watched_by: Option<TenantId>,
    pub met: Vec<Met>,
    /// How the tenant stands, once that was read.
    pub standing: Option<(Reputation, Vec<Recommendation>)>,
    /// Pools or IPs are others than before.
    pub has_moved_ips: bool,
    /// The tenant is a new one: it has nothing yet.
    is_made_again: bool,
}

/// Taken.
const ENABLED: &str = "ENABLED";

/// What was met and is not put right.
struct Asks;

/// What a run looks for.
pub(crate) const LOOKED_FOR: [DriftKind; 14] = [
    DriftKind::TenantGone,
    DriftKind::SuppressionScope,
    DriftKind::PolicyWeakened,
    DriftKind::PolicyStricter,
    DriftKind::TenantDisabled,
    DriftKind::HoldLifted,
    DriftKind::SetGone,
    DriftKind::SendingOff,
    DriftKind::ReputationMetricsOff,
    DriftKind::SharedPoolMode,
    DriftKind::SendingPool,
    DriftKind::EventDestination,
    DriftKind::MissingAssociation,
    DriftKind::UnknownResource,
];

impl<'a> Saga<'a> {
    pub(crate) const fn new(
        control: &'a Control<'a>,
        wanted: &'a Wanted<'a>,
        judgement: &'a Judgement<'a>,
        watched_by: Option<TenantId>,
    ) -> Self {
        Self {
            control,
            wanted,
            judgement,
            watched_by,
            met: Vec::new(),
            standing: None,
            has_moved_ips: false,
            is_made_again: false,
        }
    }

    /// `None`: a person is asked first.
    pub(crate) async fn run(&mut self) -> Result<Option<ReadBack>, SesError> {
        self.begin(SagaStep::Tenant).await?;
        let Ok(tenant) = self.tenant().await? else { return Ok(None) };
        self.begin(SagaStep::Suppression).await?;
        let tenant = self.suppression(tenant).await?;
        self.begin(SagaStep::Policy).await?;
        let reputation = self.policy(&tenant.arn).await?;
        self.begin(SagaStep::Status).await?;
        let reputation = self.status(&tenant.arn, reputation).await?;
        let is_held = reputation.ours.as_deref() == Some(HELD);
        let policy = reputation.policy.clone();
        let findings = self.control.list_recommendations(&tenant.arn).await?;
        self.standing = Some((reputation, findings));
        self.begin(SagaStep::ConfigurationSet).await?;
        let set = self.configuration_set().await?;
        let sends = set.sends;
        self.begin(SagaStep::EventDestination).await?;
        self.event_destination().await?;
        self.begin(SagaStep::Resources).await?;
        self.resources(&tenant.arn).await?;
        // Last, as they may have to wait for IPs while all else goes on.
        self.begin(SagaStep::Pool).await?;
        self.pool().await?;
        self.begin(SagaStep::Delivery).await?;
        let delivery = self.delivery(set).await?;
        self.leave_pool().await?;
        let is_as_wanted = sends && is_held == self.wanted.is_paused;
        Ok(is_as_wanted.then_some(ReadBack {
            arn: tenant.arn,
            policy,
            suppression_scope: tenant.suppression_scope.unwrap_or_default(),
            shared_pool_mode: delivery.shared_pool_mode,
            sending_pool: delivery.pool,
        }))
    }

    async fn begin(&self, step: SagaStep) -> Result<(), SesError> {
        match self.watched_by {
            Some(tenant) => self.control.write_step(tenant, step).await,
            None => Ok(()),
        }
    }

    /// Whether to put right what differs.
    pub(super) fn meets(&mut self, kind: DriftKind, resource: &str, expected: &str, found: &str) -> bool {
        let is_being_made = !self.judgement.was_made || self.is_made_again;
        if is_being_made && kind != DriftKind::UnknownResource {
            return true;
        }
        let is_allowed = self.judgement.allowed.iter().any(|(other, of)| (*other, of.as_str()) == (kind, resource));
        let puts_right = match kind.remedy() {
            Remedy::ByItself => true,
            Remedy::Allowed(_) => is_allowed,
            Remedy::ByHand => false,
        };
        self.met.push(Met {
            id: self.control.new_drift(),
            kind,
            resource: resource.to_owned(),
            expected: expected.to_owned(),
            found: found.to_owned(),
            is_repaired: false,
        });
        puts_right
    }

    /// It was put, and read back.
    pub(super) fn put_right(&mut self, kind: DriftKind, resource: &str) {
        for met in self.met.iter_mut().filter(|met| met.kind == kind && met.resource == resource) {
            met.is_repaired = true;
        }
    }

    async fn tenant(&mut self) -> Result<Result<Tenant, Asks>, SesError> {
        const STEP: &str = "GetTenant";
        let (control, name) = (self.control, self.wanted.tenant);
        let tenant = match control.find_tenant(name).await? {
            Some(tenant) => tenant,
            None if self.meets(DriftKind::TenantGone, name, "there", "not there") => {
                control.create_tenant(name, self.wanted.owner).await?;
                let read = control.find_tenant(name).await?;
                let made = read.ok_or_else(|| SesError::unexpected(STEP, "not there after it was made"))?;
                self.put_right(DriftKind::TenantGone, name);
                self.is_made_again = true;
                made
            }
            None => return Ok(Err(Asks)),
        };
        assert_ours(STEP, name, tenant.owner.as_deref(), self.wanted.owner)?;
        Ok(Ok(tenant))
    }

    async fn suppression(&mut self, tenant: Tenant) -> Result<Tenant, SesError> {
        if tenant.suppresses_for_itself() {
            return Ok(tenant);
        }
        let name = self.wanted.tenant;
        let scope = tenant.suppression_scope.as_deref().unwrap_or("ACCOUNT");
        let found = format!("{scope}: {}", tenant.suppressed_reasons.join(", "));
        if !self.meets(DriftKind::SuppressionScope, name, "TENANT: BOUNCE, COMPLAINT", &found) {
            return Ok(tenant);
        }
        self.control.put_suppression(name).await?;
        let read = self.control.find_tenant(name).await?.filter(Tenant::suppresses_for_itself);
        let read =
            read.ok_or_else(|| SesError::unexpected("PutTenantSuppressionAttributes", "not as put when read back"))?;
        self.put_right(DriftKind::SuppressionScope, name);
        Ok(read)
    }

    async fn policy(&mut self, tenant_arn: &str) -> Result<Reputation, SesError> {
        let wanted = self.wanted.policy.arn(self.control.region());
        let reputation = self.control.find_reputation(tenant_arn).await?;
        let found = reputation.policy.clone();
        if found == wanted {
            return Ok(reputation);
        }
        let is_stricter = ReputationPolicy::of_arn(&found).is_some_and(|found| found > self.wanted.policy);
        let kind = if is_stricter { DriftKind::PolicyStricter } else { DriftKind::PolicyWeakened };
        if !self.wanted.is_policy_new && !self.meets(kind, self.wanted.tenant, &wanted, &found) {
            return Ok(reputation);
        }
        self.control.put_policy(tenant_arn, &wanted).await?;
        let read = self.control.find_reputation(tenant_arn).await?;
        if read.policy == wanted {
            self.put_right(kind, self.wanted.tenant);
            return Ok(read);
        }
        Err(SesError::unexpected("UpdateReputationEntityPolicy", format!("{:?} when read back", read.policy)))
    }

    /// A pause of ours stands at SES too, and nobody else's word in our name.
    async fn status(&mut self, tenant_arn: &str, found: Reputation) -> Result<Reputation, SesError> {
        let wanted = if self.wanted.is_paused { HELD } else { ENABLED };
        let is_held = found.ours.as_deref() == Some(HELD);
        if is_held == self.wanted.is_paused {
            return Ok(found);
        }
        let said = found.ours.clone().unwrap_or_else(|| "nothing".to_owned());
        // What we did not say somebody else has.
        let differs = match (self.wanted.is_paused, self.wanted.was_held) {
            (true, true) => Some(DriftKind::HoldLifted),
            (false, false) => Some(DriftKind::TenantDisabled),
            (true, false) | (false, true) => None,
        };
        if let Some(kind) = differs
            && !self.meets(kind, self.wanted.tenant, wanted, &said)
        {
            return Ok(found);
        }
        self.control.put_status(tenant_arn, wanted).await?;
        let read = self.control.find_reputation(tenant_arn).await?;
        if (read.ours.as_deref() == Some(HELD)) == self.wanted.is_paused {
            differs.into_iter().for_each(|kind| self.put_right(kind, self.wanted.tenant));
            return Ok(read);
        }
        let message = format!("{:?} when read back", read.ours);
        Err(SesError::unexpected("UpdateReputationEntityCustomerManagedStatus", message))
    }

    async fn configuration_set(&mut self) -> Result<ConfigurationSet, SesError> {
        const STEP: &str = "GetConfigurationSet";
        let (control, name) = (self.control, self.wanted.set);
        let gone = || SesError::unexpected(STEP, "not there after it was made");
        let mut set = match control.find_configuration_set(name).await? {
            Some(found) => found,
            None => {
                self.meets(DriftKind::SetGone, name, "there", "not there");
                control.create_configuration_set(name, self.wanted.owner).await?;
                let made = control.find_configuration_set(name).await?.ok_or_else(gone)?;
                self.put_right(DriftKind::SetGone, name);
                made
            }
        };
        assert_ours(STEP, name, set.owner.as_deref(), self.wanted.owner)?;
        let mut is_put = false;
        if !set.counts_reputation && self.meets(DriftKind::ReputationMetricsOff, name, "on", "off") {
            control.put_reputation_metrics(name).await?;
            is_put = true;
        }
        if !set.suppresses_by_tenant
            && self.meets(DriftKind::SuppressionScope, name, "TENANT: BOUNCE, COMPLAINT", "not the tenant's own")
        {
            control.put_set_suppression(name).await?;
            is_put = true;
        }
        if !set.sends && self.meets(DriftKind::SendingOff, name, "on", "off") {
            control.put_sending(name).await?;
            is_put = true;
        }
        if is_put {
            set = control.find_configuration_set(name).await?.ok_or_else(gone)?;
            if !set.counts_reputation || !set.suppresses_by_tenant {
                return Err(SesError::unexpected(STEP, "not as put when read back"));
            }
            self.put_right(DriftKind::ReputationMetricsOff, name);
            self.put_right(DriftKind::SuppressionScope, name);
            if set.sends {
                self.put_right(DriftKind::SendingOff, name);
            }
        }
        Ok(set)
    }

    async fn event_destination(&mut self) -> Result<(), SesError> {
        let (control, set) = (self.control, self.wanted.set);
        let (kind, expected) = (DriftKind::EventDestination, "all events to our topic");
        match control.find_event_destination(set).await? {
            Some(true) => return Ok(()),
            Some(false) => {
                self.meets(kind, set, expected, "off, not all, or elsewhere");
                control.put_event_destination(set).await?;
            }
            None => {
                self.meets(kind, set, expected, "not there");
                control.create_event_destination(set).await?;
            }
        }
        match control.find_event_destination(set).await? {
            Some(true) => {
                self.put_right(kind, set);
                Ok(())
            }
            _ => Err(SesError::unexpected("GetConfigurationSetEventDestinations", "not as put when read back")),
        }
    }

    /// The set and the identities that mail leaves under are associated, and nothing that we do not know.
    async fn resources(&mut self, tenant_arn: &str) -> Result<(), SesError> {
        let (control, wanted) = (self.control, self.wanted);
        let mut needed = vec![resource_arn(tenant_arn, "configuration-set", wanted.set)?];
        for name in &wanted.identities {
            needed.push(resource_arn(tenant_arn, "identity", name)?);
        }
        let mut known = needed.clone();
        for name in &wanted.known_identities {
            known.push(resource_arn(tenant_arn, "identity", name)?);
        }
        let found = control.list_resources(wanted.tenant).await?;
        let mut put = Vec::new();
        for (place, arn) in needed.iter().enumerate().filter(|(_, arn)| !found.contains(arn)) {
            if !self.meets(DriftKind::MissingAssociation, arn, "associated", "not associated") {
                continue;
            }
            match control.associate(wanted.tenant, arn).await {
                Ok(()) => put.push(arn),
                // An identity that is gone is made again in its domain's turn, and associated there.
                Err(error) if error.kind == SesErrorKind::NotFound && place > 0 => {}
                Err(error) => return Err(error),
            }
        }
        // The platform's own identity may have been there before it.
        let judges_others = wanted.owner != rules::events::PLATFORM_TAG;
        for arn in found.iter().filter(|arn| judges_others && !known.contains(arn)) {
            if self.meets(DriftKind::UnknownResource, arn, "not associated", "associated") {
                control.disassociate(wanted.tenant, arn).await?;
                self.put_right(DriftKind::UnknownResource, arn);
            }
        }
        if !put.is_empty() {
            let read = control.list_resources(wanted.tenant).await?;
            if let Some(missing) = put.iter().find(|arn| !read.contains(**arn)) {
                let message = format!("{missing} is not there when read back");
                return Err(SesError::unexpected("CreateTenantResourceAssociation", message));
            }
            put.into_iter().for_each(|arn| self.put_right(DriftKind::MissingAssociation, arn));
        }
        Ok(())
    }
}
