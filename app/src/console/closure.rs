//! `/console/tenants/<tenant>/close` and `/keep`: closes a team, which holds its lane at once and takes down what it has at
//! Amazon SES when the grace is over; and takes that back meanwhile. Each with a reason.

use crate::console::tenant;
use crate::form::Form;
use crate::page::render;
use crate::ssr::{Address, Operator};
use crate::ui::button::{LinkButton, Submit};
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::time::Time;
use crate::ui::{field::Field, summary::Summary};
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::clock;
use db::isolation::closures::{self, Closure, NewClosure};
use leptos::prelude::*;
use rules::accounts::Reason;
use rules::ids::{ClosureId, PauseId, TenantId};
use rules::limits;
use rules::time::{Duration, OffsetDateTime, absolute};

pub async fn page(state: State<Site>, operator: Operator, tenant: Address<TenantId>) -> Result<Response> {
    ask(&state, &operator, tenant.0, StatusCode::OK, Form::default()).await
}

pub async fn submit(
    State(site): State<Site>,
    operator: Operator,
    Address(id): Address<TenantId>,
    mut form: Form,
) -> Result<Response> {
    let reason = form.check("reason", Reason::parse(form.value("reason")));
    let mut tx = operator.read().await?;
    let tenant = tenant::find(&mut tx, id).await?;
    tx.commit().await?;
    if form.value("name").trim() != tenant.name {
        form.refuse("name", format!("Write its name as it stands above: {}.", tenant.name));
    }
    let Some(reason) = reason.filter(|_| form.errors().is_empty()) else {
        return ask(&site, &operator, id, StatusCode::UNPROCESSABLE_ENTITY, form).await;
    };
    let machine_now = site.now();
    let mut tx = operator.act("close_tenant", reason.as_str(), Some(id)).await?;
    let now = clock::business_time_of_console(&mut tx, machine_now).await?;
    let new = NewClosure {
        tenant: id,
        id: ClosureId::new(machine_now, site.chance()),
        pause: PauseId::new(machine_now, site.chance()),
        by: operator.person.id,
        reason: reason.as_str(),
        grace: Duration::days(limits::CLOSURE_GRACE_DAYS),
    };
    closures::ask(&mut tx, &new, now).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/console/tenants/{id}")).into_response())
}

async fn ask(site: &Site, operator: &Operator, id: TenantId, status: StatusCode, form: Form) -> Result<Response> {
    let mut tx = operator.read().await?;
    let tenant = tenant::find(&mut tx, id).await?;
    let known = closures::find_of(&mut tx, id).await?.is_some();
    tx.commit().await?;
    let name = operator.person.name.clone();
    let title = format!("Close {}", tenant.name);
    let days = limits::CLOSURE_GRACE_DAYS;
    Ok(render(site, status, title.clone(), move || {
        let known = known.then(|| view! { <p>"It is being closed already: once more changes nothing."</p> });
        view! {
            <Console name section=ConsoleSection::Tenants>
                <h1>{title}</h1>
                {known}
                <p>
                    "Nothing of it leaves from now on. For "{days}" days you can keep it after all; then its domains, its                      configuration set and its tenant at Amazon SES are deleted, for good, and its names are free for other                      teams. Its people keep their pages, its history and its suppression list stay, and every way out that                      it ever sent goes on working. Other tenants: none is touched."
                </p>
                <Summary form=&form/>
                <form class="column" method="post" novalidate action=format!("/console/tenants/{id}/close")>
                    <Field form=&form name="reason" label="Reason" hint="The team reads it; it stays in the audit."/>
                    <Field form=&form name="name" label="Its name" hint="As it stands above: to be sure."/>
                    <Submit label="Close" danger=true/>
                </form>
            </Console>
        }
    })
    .await)
}

pub async fn keep_page(state: State<Site>, operator: Operator, tenant: Address<TenantId>) -> Result<Response> {
    ask_keep(&state, &operator, tenant.0, StatusCode::OK, Form::default()).await
}

pub async fn submit_keep(
    State(site): State<Site>,
    operator: Operator,
    Address(id): Address<TenantId>,
    mut form: Form,
) -> Result<Response> {
    let Some(reason) = form.check("reason", Reason::parse(form.value("reason"))) else {
        return ask_keep(&site, &operator, id, StatusCode::UNPROCESSABLE_ENTITY, form).await;
    };
    let mut tx = operator.act("keep_tenant", reason.as_str(), Some(id)).await?;
    tenant::find(&mut tx, id).await?;
    let now = clock::business_time_of_console(&mut tx, site.now()).await?;
    if !closures::keep(&mut tx, id, operator.person.id, reason.as_str(), now).await? {
        form.refuse("", "It is not being closed, or what it has at Amazon SES is being taken down already.");
        return ask_keep(&site, &operator, id, StatusCode::UNPROCESSABLE_ENTITY, form).await;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/console/tenants/{id}")).into_response())
}

async fn ask_keep(site: &Site, operator: &Operator, id: TenantId, status: StatusCode, form: Form) -> Result<Response> {
    let mut tx = operator.read().await?;
    let tenant = tenant::find(&mut tx, id).await?;
    tx.commit().await?;
    let name = operator.person.name.clone();
    let title = format!("Keep {}", tenant.name);
    Ok(render(site, status, title.clone(), move || {
        view! {
            <Console name section=ConsoleSection::Tenants>
                <h1>{title}</h1>
                <p>"It is not closed, and sends again, unless something else holds it too."</p>
                <Summary form=&form/>
                <form class="column" method="post" novalidate action=format!("/console/tenants/{id}/keep")>
                    <Field form=&form name="reason" label="Reason" hint="It stays in the audit."/>
                    <Submit label="Keep"/>
                </form>
            </Console>
        }
    })
    .await)
}

/// How far the closing is, on the tenant's page; or the way to it. `now` is business time.
pub(super) fn standing(at: &str, closure: Option<Closure>, now: OffsetDateTime) -> impl IntoView + use<> {
    let Some(closure) = closure else {
        return view! { <p><LinkButton href=format!("{at}/close") label="Close this team" quiet=true/></p> }.into_any();
    };
    let asked = view! {
        <p>"Asked for "<Time at=closure.asked_at now/>": "{closure.reason}</p>
    };
    let taken_over = closure.taken_over.filter(|count| *count > 0).map(|count| {
        let addresses = if count == 1 { "1 address".to_owned() } else { format!("{count} addresses") };
        view! { <p>{addresses}" of its suppression list at Amazon SES: kept."</p> }
    });
    let standing = match (closure.begun_at, closure.done_at) {
        (_, Some(done)) => view! {
            <p><strong>"Closed"</strong>" "<Time at=done now/>": nothing of it is left at Amazon SES."</p>
        }
        .into_any(),
        (Some(begun), None) => view! {
            <p><StateWord tone=Tone::Waiting word="Being taken down"/>" since "<Time at=begun now/>"."</p>
        }
        .into_any(),
        (None, None) => view! {
            <p>
                <StateWord tone=Tone::Warn word="To be closed"/>" "<Time at=closure.ends_at now/>", on "
                {absolute(closure.ends_at)}". Until then it can be kept."
            </p>
            <p><LinkButton href=format!("{at}/keep") label="Keep it" quiet=true/></p>
        }
        .into_any(),
    };
    view! {
        {standing}
        {asked}
        {taken_over}
    }
    .into_any()
}
