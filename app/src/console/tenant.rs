//! `/console/tenants/<tenant>`: one tenant opened by the operator, which the audit remembers.

use crate::console::{closure, queue, ses};
use crate::page::render;
use crate::ssr::{Address, Operator};
use crate::ui::button::LinkButton;
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::pauses::Pauses;
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::time::Time;
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::accounts::invitations::{self, OpenInvitation};
use db::accounts::memberships::{self, Member};
use db::accounts::tenants::{self, Tenant};
use db::isolation::account_moves::{self, Move};
use db::isolation::tiers::{self, Chosen};
use db::isolation::{self, Pause, closures, drifts, ses_tenants};
use db::scope::OperatorTx;
use db::{clock, domains};
use leptos::prelude::*;
use rules::access::Role;
use rules::ids::TenantId;
use rules::isolation::{PauseCause, SharedPoolMode, TierWish};
use rules::time::OffsetDateTime;

/// The tenant of a page that is not this one; nothing is opened.
pub(super) async fn find(tx: &mut OperatorTx, tenant: TenantId) -> Result<Tenant> {
    tenants::find(tx, tenant).await?.ok_or(Refusal::NotFound)
}

pub async fn page(
    State(site): State<Site>,
    operator: Operator,
    Address(tenant): Address<TenantId>,
) -> Result<Response> {
    let mut tx = operator.act("open_tenant", "looked at its page in the console", Some(tenant)).await?;
    let tenant = find(&mut tx, tenant).await?;
    let pauses = isolation::list_pauses_of(&mut tx, tenant.id).await?;
    let at_ses = ses_tenants::find_of(&mut tx, tenant.id).await?;
    let domains = domains::list_of(&mut tx, tenant.id).await?;
    let ended = ses::list_ended(&mut tx, tenant.id, site.now()).await?;
    let asks = drifts::count_open_of(&mut tx, tenant.id).await?;
    let closing = closures::find_of(&mut tx, tenant.id).await?;
    let business_now = clock::business_time_of_console(&mut tx, site.now()).await?;
    let owners = memberships::list_owners(&mut tx, tenant.id).await?;
    let invited = invitations::list_open_of(&mut tx, tenant.id).await?;
    let tier = tiers::find_of(&mut tx, tenant.id).await?;
    let moving = account_moves::find_of(&mut tx, tenant.id).await?;
    let queue = queue::read(&mut tx, tenant.id, site.now()).await?;
    tx.commit().await?;
    let (now, name) = (site.now(), operator.person.name.clone());
    let invited: Vec<_> = invited.into_iter().filter(|invitation| invitation.role == Role::Owner).collect();
    Ok(render(&site, StatusCode::OK, tenant.name.clone(), move || {
        let at = format!("/console/tenants/{}", tenant.id);
        let mode = at_ses.as_ref().map_or(SharedPoolMode::Regional, |it| it.wanted_shared_pool_mode);
        let facts = ses::facts_of(at_ses, closing.as_ref(), now);
        let closing = closure::standing(&at, closing, business_now);
        let asks = (asks > 0).then(|| {
            let word = if asks == 1 { "It asks something of you" } else { "It asks several things of you" };
            view! { <p><StateWord tone=Tone::Warn word/></p> }
        });
        view! {
            <Console name section=ConsoleSection::Tenants>
                <h1>{tenant.name}</h1>
                <dl class="facts">
                    <dt>"Address"</dt>
                    <dd><code>"/t/"{tenant.slug}</code></dd>
                    <dt>"Created"</dt>
                    <dd><Time at=tenant.created_at now/></dd>
                </dl>
                {lane(&at, pauses, business_now)}
                {queue::view(&at, queue)}
                <h2>"Isolation tier"</h2>
                {chosen_tier(&at, tier, mode, moving.as_ref())}
                <h2>"At Amazon SES"</h2>
                {facts}
                {ses::identities(domains, ended, now)}
                {asks}
                <p><a href=format!("{at}/ses")>"Differences, and the calls that were made"</a></p>
                {owners_and_invited(&at, owners, invited, now)}
                <h2>"Closing"</h2>
                {closing}
                <h2>"Operators here"</h2>
                <p><LinkButton href=format!("{at}/visit") label="Act in this team" quiet=true/></p>
                <p><a href=format!("/console/audit?tenant={}", tenant.id)>"What operators did here"</a></p>
            </Console>
        }
    })
    .await)
}

fn chosen_tier(at: &str, chosen: Chosen, mode: SharedPoolMode, moving: Option<&Move>) -> impl IntoView + use<> {
    let tier = chosen.wish.tier();
    let named = match &chosen.wish {
        TierWish::Shared | TierWish::OwnAccount => String::new(),
        TierWish::ManagedPool(pool) => format!(" ({})", pool.as_str()),
        TierWish::DedicatedPool(1) => " (one IP)".to_owned(),
        TierWish::DedicatedPool(ips) => format!(" ({ips} IPs)"),
    };
    view! {
        <p><strong>{tier.label()}</strong>{named}". "{tier.ips(mode)}</p>
        {moving.map(|it| {
            let word = if it.account.is_some() { "It moves to its own AWS account" } else { "It moves to the platform's account" };
            view! { <p><StateWord tone=Tone::Waiting word/>": "<a href=format!("{at}/account")>"how far it is"</a></p> }
        })}
        <p><LinkButton href=format!("{at}/tier") label="Choose its tier" quiet=true/></p>
        <p><a href=format!("{at}/account")>"An AWS account of its own"</a></p>
        <p><a href=format!("{at}/evidence")>"Evidence, and the tests of its isolation"</a></p>
    }
}

fn lane(at: &str, pauses: Vec<Pause>, now: OffsetDateTime) -> impl IntoView + use<> {
    let ours = pauses.iter().any(|pause| pause.cause == PauseCause::Operator);
    let state = if pauses.is_empty() {
        view! { <p><StateWord tone=Tone::Good word="Open"/></p> }.into_any()
    } else {
        view! { <Pauses pauses now/> }.into_any()
    };
    let step = if ours {
        view! { <LinkButton href=format!("{at}/resume") label="Resume"/> }.into_any()
    } else {
        view! { <LinkButton href=format!("{at}/pause") label="Pause" quiet=true/> }.into_any()
    };
    view! {
        <h2>"Lane"</h2>
        {state}
        <p>{step}</p>
    }
}

fn owners_and_invited(
    at: &str,
    owners: Vec<Member>,
    invited: Vec<OpenInvitation>,
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let owners = owners.into_iter().map(|owner| {
        view! { <li>{owner.name}", "{owner.email}", since "<Time at=owner.since now/></li> }
    });
    let invited = invited.into_iter().map(|invitation| {
        let ends = if invitation.expires_at <= now { "; the link ran out " } else { "; the link runs out " };
        view! {
            <li>
                {invitation.email}", invited "<Time at=invitation.created_at now/>{ends}
                <Time at=invitation.expires_at now/>
            </li>
        }
    });
    view! {
        <h2>"Owners"</h2>
        <ul class="lines">{owners.collect_view()}{invited.collect_view()}</ul>
        <p><LinkButton href=format!("{at}/invite") label="Invite an owner" quiet=true/></p>
    }
}
