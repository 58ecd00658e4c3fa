//! A domain becomes verified: look at its records in DNS; once the ownership record is seen, bring its identity at SES to what
//! is wanted; write down what both said. One turn does all that can be done now, and says when to look again. A claim that
//! nobody shows to be theirs for long ends here.

mod identity;
mod look;
mod removal;

pub use look::observe;
pub(crate) use removal::remove_identity;

use crate::Context;
use crate::due::{Acting, act_on_due};
use crate::duty::{Progress, Result};
use db::clock;
use db::domains::work;
use db::domains::{self, Domain, Record};
use db::isolation::account_moves::{self, Move};
use db::isolation::drifts::{self, LookedFor, Met};
use db::isolation::ses_tenants::{self, SesTenant};
use db::lease::{self, Lease, Leased};
use db::messages::lanes;
use db::scope::TenantTx;
use identity::{Look, Outcome};
use rules::domains::{DomainState, Keys, check_again_after, ended, ends_at, wanted_records};
use rules::error::describe;
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
        let moving = account_moves::find(&mut tx).await?;
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
        let next = ready.zip(moving.as_ref()).and_then(|(ready, moving)| ready.next(moving));
        let mut turn = take_turn(context, tenant, domain, ready).await?;
        if let Some(next) = next {
            turn.moves = true;
            match look_at_next(context, tenant, &turn.domain, next).await {
                Ok(found) => turn.at_next = found,
                // Mail does not leave there yet: what holds here is written all the same.
                Err(error) => tracing::warn!(%tenant, "{} in the next account: {}", turn.domain.name, describe(&error)),
            }
        }
        write(context, tenant, &lease, turn).await
    })
}

/// What a domain needs of its tenant at SES.
#[derive(Clone, Copy)]
struct Ready<'a> {
    /// In which account it is. `None`: the platform's.
    account: Option<&'a str>,
    name: &'a str,
    set: &'a str,
    arn: &'a str,
    is_ready: bool,
}

impl<'a> Ready<'a> {
    fn of(found: &'a SesTenant) -> Option<Self> {
        let (name, set) = (found.name.as_deref()?, found.set_name.as_deref()?);
        let (account, is_ready) = (found.account.as_deref(), found.ready_at.is_some());
        Some(Self { account, name, set, arn: found.arn.as_deref()?, is_ready })
    }

    /// The same in the account that the tenant moves to, once it is ready there.
    fn next(self, moving: &'a Move) -> Option<Self> {
        let target = moving.ready.as_ref().filter(|_| !moving.is_cancelled)?;
        Some(Self { account: moving.account.as_deref(), arn: &target.arn, is_ready: true, ..self })
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
    /// The team moves to another account, and this is what that said.
    moves: bool,
    at_next: Option<Outcome>,
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
    Ok(Turn { domain, known, looked_at, at_ses, met, moves: false, at_next: None })
}

/// Brings the identity about in the account that the team moves to, beside the one that mail leaves under. `None`: the team
/// does not show that the name is theirs.
async fn look_at_next(
    context: &Context,
    tenant: TenantId,
    domain: &Domain,
    ready: Ready<'_>,
) -> Result<Option<Outcome>> {
    if !domain.facts().is_seen_owned() {
        return Ok(None);
    }
    let next = domain.clone().in_next();
    let mut look = Look { context, tenant, domain: &next, ready, met: Vec::new() };
    Ok(Some(look.ensure().await?))
}

/// SES takes few calls: it is asked when its answer can have changed, and now and then.
fn is_ses_to_be_asked(domain: &Domain, now: OffsetDateTime) -> bool {
    let facts = domain.facts();
    let is_made = domain.dkim.is_some() || domain.hold.is_some();
    if !is_made && !facts.is_seen_owned() {
        return false;
    }
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
        DomainState::NeedsOwnership | DomainState::Removing => false,
    }
}

async fn write(context: &Context, tenant: TenantId, lease: &Lease, turn: Turn) -> Result<()> {
    let Turn { mut domain, known, looked_at, at_ses, met, moves, at_next } = turn;
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    if at_next.is_some() {
        account_moves::nudge(&mut tx, context.now()).await?;
    }
    take_over(&mut domain, at_ses.as_ref());
    if let Some(at_next) = &at_next {
        domain.next = at_next.found().cloned();
    }
    let now = domain.dkim.as_ref().map(|(tokens, zone)| (tokens.as_slice(), zone.as_str()));
    let next = domain.next.as_ref().map(|next| (next.dkim_tokens.as_slice(), next.dkim_zone.as_str()));
    let wanted = wanted_records(&domain.name, &domain.challenge, Keys { now, next }, Some(context.ses.region()));
    let has_new_records = !wanted.iter().eq(known.iter().map(|record| &record.wanted));
    let (facts, business_now) = (domain.facts(), clock::business_time(&mut tx, looked_at).await?);
    let (state, proof) = (facts.state(), facts.proof());
    let claim_ends_at = ends_at(proof, domain.claim_ends_at, business_now);
    let verified_at = match state {
        DomainState::Verified => Some(domain.verified_at.unwrap_or(looked_at)),
        DomainState::Losing(_) => domain.verified_at,
        _ => None,
    };
    let pause = if has_new_records { Duration::ZERO } else { check_again_after(state, looked_at - domain.asked_at) };
    let is_awaited = moves && !domain.next.as_ref().is_some_and(work::Identity::is_ready);
    let pause = if is_awaited { pause.min(Duration::seconds(limits::MOVE_AGAIN_SECS)) } else { pause };
    // At the claim's end it is looked at once more, whatever else.
    let until_end = claim_ends_at.map(|at| at - business_now).filter(|left| left.is_positive());
    let next = context.now() + until_end.map_or(pause, |left| left.min(pause));
    if !lease::settle(&mut tx, Leased::Domains, lease, Some(next)).await? {
        return Ok(());
    }
    for record in domain.records.iter().filter(|record| !known.contains(record)) {
        work::write_record(&mut tx, domain.id, record).await?;
    }
    match &at_ses {
        Some(Outcome::Found(found)) => work::write_identity(&mut tx, domain.id, Some(found), looked_at).await?,
        Some(Outcome::Gone) => work::write_identity(&mut tx, domain.id, None, looked_at).await?,
        Some(Outcome::Held(hold)) => work::hold(&mut tx, domain.id, *hold).await?,
        None => {}
    }
    if let Some(at_next) = &at_next {
        account_moves::write_identity(&mut tx, domain.id, (at_next.found(), at_next.hold()), looked_at).await?;
    }
    if has_new_records {
        work::want_records(&mut tx, domain.id, &wanted).await?;
    }
    if at_ses.is_some() {
        let looked_for = LookedFor { kinds: &identity::LOOKED_FOR, resource: Some(domain.name.as_str()) };
        drifts::write(&mut tx, &met, looked_for, looked_at).await?;
    }
    work::write_look(&mut tx, domain.id, looked_at, verified_at, claim_ends_at).await?;
    if state == DomainState::Verified {
        lanes::lift_holds(&mut tx, &[Wait::NotAssociated, Wait::DomainNotVerified], domain.id).await?;
    }
    if let Some(why) = ended(proof, claim_ends_at, business_now) {
        work::end(&mut tx, domain.id, why, looked_at).await?;
    }
    Ok(tx.commit().await?)
}

/// What SES said, in the domain as it is judged now.
fn take_over(domain: &mut Domain, at_ses: Option<&Outcome>) {
    let found = match at_ses {
        None => return,
        Some(Outcome::Held(hold)) => {
            domain.hold = Some(*hold);
            return;
        }
        Some(Outcome::Gone) => None,
        Some(Outcome::Found(found)) => Some(found),
    };
    domain.hold = None;
    domain.dkim = found.map(|found| (found.dkim_tokens.clone(), found.dkim_zone.clone()));
    domain.dkim_status = found.map(|found| found.dkim_status.clone());
    domain.mail_from_status = found.map(|found| found.mail_from_status.clone());
    domain.may_send = found.is_some_and(|found| found.may_send);
    domain.is_associated = found.is_some_and(|found| found.is_associated);
}
