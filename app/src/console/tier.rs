//! `/console/tenants/<tenant>/tier`: from whose IPs a tenant's mail leaves. What cannot be is refused here, with what to do.

use crate::console::tenant;
use crate::form::Form;
use crate::page::render;
use crate::ssr::{Address, Operator};
use crate::ui::choice::{Choice, Choose};
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::{button::Submit, field::Field, summary::Summary};
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::accounts::tenants::Tenant;
use db::isolation::{account_moves, ses_tenants, tiers};
use db::scope::OperatorTx;
use leptos::prelude::*;
use rules::accounts::Reason;
use rules::ids::TenantId;
use rules::isolation::{MoveFacts, PoolName, Role, Scaling, Tier, TierWish, check_move};
use rules::limits;
use rules::time::OffsetDateTime;

/// What the page shows.
struct Shown {
    tenant: Tenant,
    wish: TierWish,
    facts: MoveFacts,
}

pub async fn page(
    State(site): State<Site>,
    operator: Operator,
    Address(tenant): Address<TenantId>,
) -> Result<Response> {
    let shown = find(&operator, tenant).await?;
    let (pool, ips) = match &shown.wish {
        TierWish::Shared | TierWish::OwnAccount => (String::new(), String::new()),
        TierWish::ManagedPool(pool) => (pool.as_str().to_owned(), String::new()),
        TierWish::DedicatedPool(ips) => (String::new(), ips.to_string()),
    };
    let values = vec![("pool", pool), ("ips", ips)];
    Ok(show(&site, &operator, StatusCode::OK, shown, Form::of(values)).await)
}

pub async fn submit(
    State(site): State<Site>,
    operator: Operator,
    Address(tenant): Address<TenantId>,
    mut form: Form,
) -> Result<Response> {
    let wish = read(&mut form);
    let reason = form.check("reason", Reason::parse(form.value("reason")));
    if let (Some(wish), Some(reason)) = (wish, reason) {
        let now = site.now();
        let mut tx = operator.act("choose_tier", reason.as_str(), Some(tenant)).await?;
        tenant::find(&mut tx, tenant).await?;
        tiers::lock(&mut tx).await?;
        let facts = tiers::find_move_facts(&mut tx, tenant).await?;
        match check_move(&wish, &facts) {
            Ok(()) => {
                choose(&mut tx, tenant, (&wish, &facts), now).await?;
                ses_tenants::nudge_for(&mut tx, tenant, now).await?;
                tx.commit().await?;
                return Ok(Redirect::to(&format!("/console/tenants/{tenant}")).into_response());
            }
            Err(error) => form.refuse(field_of(&wish), error),
        }
    }
    let shown = find(&operator, tenant).await?;
    Ok(show(&site, &operator, StatusCode::UNPROCESSABLE_ENTITY, shown, form).await)
}

/// Where its mail leaves through another account than now, the tier changes with that, once all is ready there.
async fn choose(
    tx: &mut OperatorTx,
    tenant: TenantId,
    (wish, facts): (&TierWish, &MoveFacts),
    now: OffsetDateTime,
) -> Result<()> {
    match (wish, facts.is_away, &facts.role) {
        (TierWish::OwnAccount, false, Role::Works(role)) => {
            account_moves::begin(tx, tenant, Some(role.account()), now).await?;
        }
        (TierWish::Shared, true, _) => account_moves::begin(tx, tenant, None, now).await?,
        (TierWish::OwnAccount, ..) => account_moves::cancel(tx, tenant, now).await?,
        _ => {
            account_moves::cancel(tx, tenant, now).await?;
            tiers::choose(tx, tenant, wish, now).await?;
        }
    }
    Ok(())
}

/// What was typed, or `None` with each error at its field.
fn read(form: &mut Form) -> Option<TierWish> {
    let tier = Tier::parse(form.value("tier")).ok_or("Choose one of these.");
    match form.check("tier", tier)? {
        Tier::Shared => Some(TierWish::Shared),
        Tier::ManagedPool => {
            let pool = PoolName::parse(form.value("pool"));
            form.check("pool", pool).map(TierWish::ManagedPool)
        }
        Tier::DedicatedPool => {
            let is_fine = |ips: &u16| (1..=limits::TENANT_IPS_MAX).contains(ips);
            let ips = form.value("ips").trim().parse().ok().filter(is_fine);
            let ips = ips.ok_or_else(|| format!("A whole number from 1 to {}.", limits::TENANT_IPS_MAX));
            form.check("ips", ips).map(TierWish::DedicatedPool)
        }
        Tier::OwnAccount => Some(TierWish::OwnAccount),
    }
}

const fn field_of(wish: &TierWish) -> &'static str {
    match wish {
        TierWish::Shared | TierWish::OwnAccount => "tier",
        TierWish::ManagedPool(_) => "pool",
        TierWish::DedicatedPool(_) => "ips",
    }
}

async fn find(operator: &Operator, id: TenantId) -> Result<Shown> {
    let mut tx: OperatorTx = operator.read().await?;
    let tenant = tenant::find(&mut tx, id).await?;
    let wish = tiers::find_of(&mut tx, id).await?.wish;
    let facts = tiers::find_move_facts(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Shown { tenant, wish, facts })
}

async fn show(site: &Site, operator: &Operator, status: StatusCode, shown: Shown, form: Form) -> Response {
    let name = operator.person.name.clone();
    let title = format!("Isolation tier of {}", shown.tenant.name);
    render(site, status, title.clone(), move || {
        let Shown { tenant, wish, facts } = shown;
        let options = Tier::ALL.map(|tier| Choose {
            value: tier.as_str(),
            label: tier.label(),
            meaning: match tier {
                Tier::Shared => "Amazon's shared IPs, which Amazon looks after. For new and small teams.",
                Tier::ManagedPool => {
                    "A managed dedicated pool that only teams of yours are in, those you name. Amazon warms it up and sizes it."
                }
                Tier::DedicatedPool => {
                    "IPs of its own. It needs steady volume, about 1,000 mails a day to each large provider, to keep them warm."
                }
                Tier::OwnAccount => {
                    "An AWS account of the team's own, with a quota, a rate and a standing of its own. Its domains need the keys of \
                     that account too."
                }
            },
        });
        let managed = facts.pools.iter().filter(|pool| pool.scaling == Scaling::Managed.as_str());
        let managed: Vec<_> = managed.map(|pool| pool.name.clone()).collect();
        let there = match managed.as_slice() {
            [] => "There is no managed pool yet.".to_owned(),
            names => format!("There: {}.", names.join(", ")),
        };
        let room = format!(
            "{} of {} pools of the region are taken. {there} {} free for this team.",
            facts.pools.len(),
            limits::POOLS_MAX,
            match facts.free_ips {
                0 => "No dedicated IP is".to_owned(),
                1 => "One dedicated IP is".to_owned(),
                ips => format!("{ips} dedicated IPs are"),
            },
        );
        view! {
            <Console name section=ConsoleSection::Tenants>
                <p><a href=format!("/console/tenants/{}", tenant.id)>{tenant.name.clone()}</a></p>
                <h1>{title}</h1>
                <p>
                    "The move happens while mail goes on, and every event finds its mail. What Amazon has taken already leaves as \
                     it was taken. Other tenants: not touched."
                </p>
                <p class="soft">{room}" "<a href="/console/pools">"Pools and dedicated IPs"</a></p>
                <p><a href=format!("/console/tenants/{}/account", tenant.id)>"An AWS account of its own"</a></p>
                <Summary form=&form/>
                <form class="column" method="post" novalidate>
                    <Choice form=&form name="tier" legend="Tier" options=options.into() chosen=wish.tier().as_str()/>
                    <Field
                        form=&form
                        name="pool"
                        label="Name of the pool"
                        hint="For a managed pool: one that is there, or a new name, which is made."
                    />
                    <Field form=&form name="ips" label="How many IPs" hint="For a dedicated pool."/>
                    <Field form=&form name="reason" label="Reason" hint="It stays in the audit."/>
                    <Submit label="Move"/>
                </form>
            </Console>
        }
    })
    .await
}
