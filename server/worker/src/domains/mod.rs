//! A domain becomes verified: look at its records in DNS, bring its identity at SES to what is wanted, write down what both
//! said. One turn does all that can be done now, and says when to look again.

mod identity;
mod look;
mod removal;

pub use look::observe;

use crate::Context;
use crate::due::{Acting, act_on_due};
use crate::duty::{Progress, Result};
use db::domains::work::{self, Identity};
use db::domains::{self, Domain, Record};
use db::isolation::drifts::{self, LookedFor, Met};
use db::isolation::ses_tenants::{self, SesTenant};
use db::lease::{self, Lease, Leased};
use db::messages::lanes;
use db::scope::TenantTx;
use identity::{Look, Outcome};
use rules::domains::{DomainState, check_again_after, wanted_records};
use rules::ids::TenantId;
use rules::limits;
use rules::messages::Wait;
use rules::time::{Duration, OffsetDateTime};

pub async fn verify(context: &Context) -> Result<Progress> {
    act_on_due(context, Leased::Domains, verify_one).await
}

fn verify_one(context: &Context, tenant: TenantId, lease: Lease) -> Acting<'_> {
    Box::pin(async move {
        let id = work::leased_domain(&lease);
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        let domain = domains::find(&mut tx, id).await?;
        let ses_tenant = ses_tenants::find(&mut tx).await?;
        tx.commit().await?;
        let Some(domain) = domain else {
            // Gone meanwhile: nothing is left to do, ever.
            let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
            lease::settle(&mut tx, Leased::Domains, &lease, None).await?;
            return Ok(tx.commit().await?);
        };
        let ready = ses_tenant.as_ref().and_then(Ready::of);
        if domain.removal_asked_at.is_some() {
            return removal::remove(context, tenant, &lease, &domain, ready).await;
        }
        let turn = take_turn(context, tenant, domain, ready).await?;
        write(context, tenant, &lease, turn).await
    })
}

/// What a domain needs of its tenant at SES.
#[derive(Clone, Copy)]
struct Ready<'a> {
    name: &'a str,
    set: &'a str,
    arn: &'a str,
    is_ready: bool,
}

impl<'a> Ready<'a> {
    fn of(found: &'a SesTenant) -> Option<Self> {
        let (name, set) = (found.name.as_deref()?, found.set_name.as_deref()?);
        Some(Self { name, set, arn: found.arn.as_deref()?, is_ready: found.ready_at.is_some() })
    }
}

/// What one turn found.
struct Turn {
    /// With what was seen in DNS.
    domain: Domain,
    /// As the records were before.
    known: Vec<Record>,
    looked_at: OffsetDateTime,
    /// `None`: SES was not asked.
    at_ses: Option<Outcome>,
    /// What of it had drifted.
    met: Vec<Met>,
}

async fn take_turn(context: &Context, tenant: TenantId, mut domain: Domain, ready: Option<Ready<'_>>) -> Result<Turn> {
    let looked_at = context.now();
    let known = domain.records.clone();
    look::look(context, &mut domain, looked_at).await;
    let (at_ses, met) = match ready.filter(|ready| ready.is_ready) {
        Some(ready) if is_ses_to_be_asked(&domain, looked_at) => {
            let mut look = Look { context, tenant, domain: &domain, ready, met: Vec::new() };
            let outcome = look.ensure().await;
            let met = look.met;
            if outcome.is_err() {
                // What the identity stands on may be gone; that is mended in its own turn.
                let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
                drifts::write(&mut tx, &met, LookedFor { kinds: &[], resource: None }, looked_at).await?;
                ses_tenants::nudge(&mut tx, context.now()).await?;
                tx.commit().await?;
            }
            (Some(outcome?), met)
        }
        _ => (None, Vec::new()),
    };
    Ok(Turn { domain, known, looked_at, at_ses, met })
}

/// SES takes few calls: it is asked when its answer can have changed, and now and then.
fn is_ses_to_be_asked(domain: &Domain, now: OffsetDateTime) -> bool {
    let facts = domain.facts();
    let Some(read_at) = domain.ses_read_at else {
        return true;
    };
    let is_stale = now - read_at >= Duration::minutes(limits::IDENTITY_READ_MINS);
    let was_asked = domain.asked_at > read_at;
    let waits_for_us = facts.is_owned() && !domain.is_associated;
    match facts.state() {
        DomainState::Preparing | DomainState::WaitingForSes | DomainState::SesFailed => true,
        DomainState::Verified | DomainState::Losing(_) | DomainState::Held(_) => true,
        DomainState::NeedsRecords(_) | DomainState::CannotTell => is_stale || was_asked || waits_for_us,
        DomainState::Removing => false,
    }
}

async fn write(context: &Context, tenant: TenantId, lease: &Lease, turn: Turn) -> Result<()> {
    let Turn { mut domain, known, looked_at, at_ses, met } = turn;
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    let known_dkim = domain.dkim.clone();
    match &at_ses {
        Some(Outcome::Found(found)) => take_over(&mut domain, found),
        Some(Outcome::Held(hold)) => domain.hold = Some(*hold),
        None => {}
    }
    let has_new_records = domain.dkim != known_dkim;
    let state = domain.facts().state();
    let verified_at = match state {
        DomainState::Verified => Some(domain.verified_at.unwrap_or(looked_at)),
        DomainState::Losing(_) => domain.verified_at,
        _ => None,
    };
    let next = if has_new_records {
        context.now()
    } else {
        context.now() + check_again_after(state, looked_at - domain.asked_at)
    };
    if !lease::settle(&mut tx, Leased::Domains, lease, Some(next)).await? {
        return Ok(());
    }
    for record in domain.records.iter().filter(|record| !known.contains(record)) {
        work::write_record(&mut tx, domain.id, record).await?;
    }
    match &at_ses {
        Some(Outcome::Found(found)) => {
            work::write_identity(&mut tx, domain.id, Some(found), looked_at).await?;
            let dkim = Some((found.dkim_tokens.as_slice(), found.dkim_zone.as_str()));
            let wanted = wanted_records(&domain.name, &domain.challenge, dkim, context.ses.region());
            work::want_records(&mut tx, domain.id, &wanted).await?;
        }
        Some(Outcome::Held(hold)) => work::hold(&mut tx, domain.id, *hold).await?,
        None => {}
    }
    if at_ses.is_some() {
        let looked_for = LookedFor { kinds: &identity::LOOKED_FOR, resource: Some(domain.name.as_str()) };
        drifts::write(&mut tx, &met, looked_for, looked_at).await?;
    }
    work::write_look(&mut tx, domain.id, looked_at, verified_at).await?;
    if state == DomainState::Verified {
        lanes::lift_holds(&mut tx, &[Wait::NotAssociated, Wait::DomainNotVerified], domain.id).await?;
    }
    Ok(tx.commit().await?)
}

/// What SES said, in the domain as it is judged now.
fn take_over(domain: &mut Domain, found: &Identity) {
    domain.hold = None;
    domain.dkim = Some((found.dkim_tokens.clone(), found.dkim_zone.clone()));
    domain.dkim_status = Some(found.dkim_status.clone());
    domain.mail_from_status = Some(found.mail_from_status.clone());
    domain.may_send = found.may_send;
    domain.is_associated = found.is_associated;
}
