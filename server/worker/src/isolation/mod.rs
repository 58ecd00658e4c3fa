//! What tenants have at SES: each is provisioned by a saga ([`saga`]), again and again, so that what drifts is found; the list
//! of all that SES has is read now and then ([`sweep`]). Of a tenant that is closed it is taken down ([`closing`]).

pub(crate) mod account;
pub(crate) mod closing;
pub(crate) mod leftovers;
pub(crate) mod moving;
pub(crate) mod own;
pub(crate) mod pool;
pub(crate) mod pools;
pub(crate) mod saga;
mod standing;
pub(crate) mod sweep;

use crate::Context;
use crate::aws::{Control, SesError, SesErrorKind};
use crate::due::{Acting, act_on_due};
use crate::duty::{Error, Progress, Result};
use db::isolation::closures;
use db::isolation::drifts::{self, LookedFor};
use db::isolation::ses_tenants::{self, SesTenant};
use db::isolation::tiers;
use db::lease::{self, Lease, Leased};
use db::scope::TenantTx;
use db::{clock, domains, health};
use pool::Pooled;
use rules::ids::TenantId;
use rules::isolation::{DriftKind, PauseCause, TierWish, Urgency, wanted_policy};
use rules::limits;
use rules::time::Duration;
use saga::{Judgement, Saga, Wanted};

pub async fn provision(context: &Context) -> Result<Progress> {
    act_on_due(context, Leased::SesTenants, provision_one).await
}

/// What is known of a tenant before SES is asked.
struct Known {
    at_ses: SesTenant,
    tenant: String,
    set: String,
    allowed: Vec<(DriftKind, String)>,
    identities: Vec<String>,
    known_identities: Vec<String>,
    pool: Pooled,
    /// A pool of its own that it has left for long.
    left_pool: Option<String>,
    /// A pause of ours stands.
    is_paused: bool,
}

impl Known {
    fn wanted<'a>(&'a self, owner: &'a str) -> Wanted<'a> {
        let at_ses = &self.at_ses;
        Wanted {
            owner,
            tenant: &self.tenant,
            set: &self.set,
            policy: at_ses.wanted_policy,
            is_policy_new: at_ses.is_policy_new,
            shared_pool_mode: at_ses.wanted_shared_pool_mode,
            pool: self.pool.clone(),
            known_delivery: (at_ses.sending_pool.as_deref(), at_ses.shared_pool_mode.as_deref()),
            left_pool: self.left_pool.as_deref(),
            is_paused: self.is_paused,
            was_held: at_ses.is_held,
            identities: self.identities.clone(),
            known_identities: self.known_identities.clone(),
        }
    }
}

enum Found {
    Wanted(Box<Known>),
    /// It is wanted no more.
    Closing(Box<SesTenant>),
    /// Nothing is to be done, now or later.
    Nothing,
}

fn provision_one(context: &Context, tenant: TenantId, lease: Lease) -> Acting<'_> {
    Box::pin(async move {
        let known = match look_up(context, tenant).await? {
            Found::Wanted(known) => *known,
            Found::Closing(at_ses) => return closing::take_down(context, tenant, &lease, &at_ses).await,
            Found::Nothing => return leave(context, tenant, &lease).await,
        };
        let was_made = known.at_ses.made_at.is_some();
        let urgency = match known.at_ses.ready_at {
            _ if known.is_paused != known.at_ses.is_held => Urgency::Pause,
            Some(_) => Urgency::Sweep,
            None => Urgency::Person,
        };
        let account = known.at_ses.account.clone();
        let control = context.control_in(account.as_deref(), tenant, urgency).await?;
        // What Amazon says of the platform's account is everybody's, and written elsewhere.
        let word = match account {
            Some(_) => Some(control.read_account().await?.word()),
            None => None,
        };
        let owner = tenant.to_string();
        let wanted = known.wanted(&owner);
        let judgement = Judgement { was_made, allowed: &known.allowed };
        // Somebody may watch it being made; a look at what was made is nobody's to watch.
        let watched_by = (!was_made).then_some(tenant);
        let mut saga = Saga::new(&control, &wanted, &judgement, watched_by);
        let outcome = saga.run().await;
        let (met, found, has_moved_ips) = (saga.met, saga.standing, saga.has_moved_ips);
        let now = context.now();
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        let ended = match outcome {
            Ok(read) => {
                let looked_for = LookedFor { kinds: &saga::LOOKED_FOR, resource: None };
                let next = now + Duration::hours(limits::SES_TENANT_CHECK_HOURS);
                if !lease::settle(&mut tx, Leased::SesTenants, &lease, Some(next)).await? {
                    return Ok(());
                }
                drifts::write(&mut tx, &met, looked_for, now).await?;
                if known.left_pool.is_some() {
                    tiers::write_own_pool(&mut tx, None).await?;
                }
                match read {
                    Some(read) => ses_tenants::write_ready(&mut tx, &read, now).await?,
                    None => ses_tenants::write_unready(&mut tx).await?,
                }
                Ok(())
            }
            Err(error) => {
                // What was met before stays met; of what was not looked at nothing is known.
                drifts::write(&mut tx, &met, LookedFor { kinds: &[], resource: None }, now).await?;
                // Out of reach or throttled says nothing of how it stands: what was ready stays so.
                if error.kind != SesErrorKind::Later {
                    ses_tenants::write_unready(&mut tx).await?;
                }
                Err(error.into())
            }
        };
        if has_moved_ips {
            tiers::read_again(&mut tx, now).await?;
        }
        if let Some((reputation, findings)) = found {
            standing::write(context, &mut tx, reputation, findings, (known.is_paused, word)).await?;
        }
        tx.commit().await?;
        ended
    })
}

async fn leave(context: &Context, tenant: TenantId, lease: &Lease) -> Result<()> {
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    lease::settle(&mut tx, Leased::SesTenants, lease, None).await?;
    Ok(tx.commit().await?)
}

async fn look_up(context: &Context, tenant: TenantId) -> Result<Found> {
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    let closure = closures::find(&mut tx).await?.filter(|closure| closure.begun_at.is_some());
    if closure.is_none() {
        ses_tenants::name(&mut tx, &ses_name(context, tenant)).await?;
        let now = clock::business_time(&mut tx, context.now()).await?;
        if let Some(facts) = health::find_policy_facts(&mut tx, now).await? {
            let (policy, reason) = wanted_policy(&facts);
            ses_tenants::want_policy(&mut tx, policy, reason).await?;
        }
    }
    let at_ses = ses_tenants::find(&mut tx).await?;
    let pools = find_pools(context, &mut tx, tenant, at_ses.as_ref()).await?;
    let allowed = drifts::list_allowed(&mut tx).await?;
    let domains = domains::list(&mut tx).await?;
    let pauses = db::isolation::list_pauses(&mut tx).await?;
    tx.commit().await?;
    let Some(at_ses) = at_ses else { return Ok(Found::Nothing) };
    match closure {
        Some(closure) if closure.done_at.is_some() => return Ok(Found::Nothing),
        Some(_) => return Ok(Found::Closing(Box::new(at_ses))),
        None => {}
    }
    let (Some(name), Some(set)) = (at_ses.name.clone(), at_ses.set_name.clone()) else { return Ok(Found::Nothing) };
    let known_identities = domains.iter().map(|domain| domain.name.to_string()).collect();
    let is_used = |domain: &&domains::Domain| domain.is_associated && domain.removal_asked_at.is_none();
    let identities = domains.iter().filter(is_used).map(|domain| domain.name.to_string()).collect();
    // What Amazon said it holds by itself; what is being closed goes its own way.
    let is_paused = pauses.iter().any(|pause| !matches!(pause.cause, PauseCause::Aws | PauseCause::Closing));
    let (pool, left_pool) = pools;
    let known = Known { at_ses, tenant: name, set, allowed, identities, known_identities, pool, left_pool, is_paused };
    Ok(Found::Wanted(Box::new(known)))
}

/// The pool that its tier wants, and the one of its own that is to go. Its own is named before it is made.
async fn find_pools(
    context: &Context,
    tx: &mut TenantTx,
    tenant: TenantId,
    at_ses: Option<&SesTenant>,
) -> Result<(Pooled, Option<String>)> {
    let chosen = tiers::find(tx).await?;
    let own = at_ses.and_then(|it| it.own_pool.clone());
    let kept_until = chosen.changed_at.map(|at| at + Duration::hours(limits::POOL_KEPT_HOURS));
    let left = own.clone().filter(|_| kept_until.is_some_and(|until| until <= context.now()));
    Ok(match chosen.wish {
        // Its account's own IPs, or Amazon's shared ones: as the account is set up.
        TierWish::OwnAccount => (Pooled::Usual, None),
        TierWish::Shared if tiers::has_ips(tx).await? => (Pooled::Shared, left),
        TierWish::Shared => (Pooled::Usual, left),
        TierWish::ManagedPool(name) => (Pooled::Managed(name.as_str().to_owned()), left),
        TierWish::DedicatedPool(ips) => {
            let name = own.unwrap_or_else(|| pool_name(context, tenant));
            tiers::write_own_pool(tx, Some(&name)).await?;
            (Pooled::Own { name, ips: ips.into() }, None)
        }
    })
}

/// As [`ses_name`], in the letters that SES takes for pools.
fn pool_name(context: &Context, tenant: TenantId) -> String {
    ses_name(context, tenant).to_ascii_lowercase().replace('_', "-")
}

/// `<prefix>-<the id without hyphens>`: at most 64 characters, the same for ever.
pub(crate) fn ses_name(context: &Context, tenant: TenantId) -> String {
    format!("{}-{}", context.ses.name_prefix(), tenant.uuid().simple())
}

/// The tenant that has this name there.
pub(crate) fn tenant_of(context: &Context, name: &str) -> Option<TenantId> {
    let id = name.strip_prefix(context.ses.name_prefix())?.strip_prefix('-')?;
    TenantId::parse(id).filter(|tenant| ses_name(context, *tenant) == name)
}

pub(crate) async fn ensure_associated(control: &Control<'_>, tenant: &str, resource: &str) -> Result<(), SesError> {
    let is_there = |names: Vec<String>| names.iter().any(|name| name == tenant);
    if is_there(control.list_tenants_of(resource).await?) {
        return Ok(());
    }
    control.associate(tenant, resource).await?;
    if is_there(control.list_tenants_of(resource).await?) {
        Ok(())
    } else {
        Err(SesError::unexpected("CreateTenantResourceAssociation", "not there when read back"))
    }
}

/// What carries our name and not our tag was made by somebody else: it is never taken over.
fn assert_ours(operation: &'static str, name: &str, found: Option<&str>, owner: &str) -> Result<(), SesError> {
    if found == Some(owner) {
        return Ok(());
    }
    let message = format!("{name} is tagged {found:?} and not {owner:?}: it was made by somebody else");
    Err(SesError { operation, kind: SesErrorKind::Refused, message })
}

/// The ARN of another resource in the account and region of a tenant.
pub(crate) fn resource_arn(tenant_arn: &str, kind: &str, name: &str) -> Result<String, SesError> {
    let account = tenant_arn.split_inclusive(':').take(5).collect::<String>();
    if account.matches(':').count() == 5 {
        Ok(format!("{account}{kind}/{name}"))
    } else {
        Err(SesError::unexpected("GetTenant", format!("{tenant_arn:?} is no ARN")))
    }
}

impl From<SesError> for Error {
    fn from(error: SesError) -> Self {
        Self::Ses(Box::new(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_keeps_partition_region_and_account() {
        let tenant = "arn:aws-us-gov:ses:us-gov-west-1:123456789012:tenant/ownlane-7f/tn-1";
        let arn = resource_arn(tenant, "identity", "acme.com").unwrap();
        assert_eq!(arn, "arn:aws-us-gov:ses:us-gov-west-1:123456789012:identity/acme.com");
        assert!(resource_arn("tenant/x", "identity", "acme.com").is_err());
    }
}
