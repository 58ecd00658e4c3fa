//! What a person can have done with a domain: a check now, its removal, and in the sandbox the publication of its records.
//! Each writes intent and ends at the domain's page; doing it twice is doing it once.

use crate::ssr::{Address, Member};
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use db::domains::{self, Domain};
use db::scope::TenantTx;
use rules::ids::DomainId;
use rules::limits;
use rules::time::Duration;

/// Of an address below one domain of a tenant.
pub type DomainAddress = Address<(String, DomainId)>;

pub(super) async fn find(tx: &mut TenantTx, domain: DomainId) -> Result<Domain> {
    domains::find(tx, domain).await?.ok_or(Refusal::NotFound)
}

pub async fn check(State(site): State<Site>, member: Member, address: DomainAddress) -> Result<Response> {
    let Address((_, id)) = address;
    let (mut tx, frame) = member.enter().await?;
    let domain = find(&mut tx, id).await?;
    let cool_down = Duration::seconds(limits::DOMAIN_CHECK_COOL_DOWN_SECS);
    domains::ask_check(&mut tx, domain.id, site.now(), cool_down).await?;
    tx.commit().await?;
    Ok(Redirect::to(&frame.address(&format!("/domains/{id}"))).into_response())
}

pub async fn remove(State(site): State<Site>, member: Member, address: DomainAddress) -> Result<Response> {
    let Address((_, id)) = address;
    let (mut tx, frame) = member.enter().await?;
    let domain = find(&mut tx, id).await?;
    domains::ask_removal(&mut tx, domain.id, site.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&frame.address("/domains")).into_response())
}

/// Plays the owner of the domain's DNS. Outside the sandbox there is no such address.
pub async fn publish(State(site): State<Site>, member: Member, address: DomainAddress) -> Result<Response> {
    let Address((_, id)) = address;
    let (mut tx, frame) = member.enter().await?;
    let domain = find(&mut tx, id).await?;
    let hands = site.world.hands().ok_or(Refusal::NotFound)?;
    domains::ask_check(&mut tx, domain.id, site.now(), Duration::ZERO).await?;
    tx.commit().await?;
    for record in &domain.records {
        hands.publish(&record.wanted);
    }
    Ok(Redirect::to(&frame.address(&format!("/domains/{id}"))).into_response())
}
