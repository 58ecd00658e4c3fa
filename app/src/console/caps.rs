//! `/console/tenants/<tenant>/caps`: how much one tenant may send, and its share when capacity is short.

use crate::console::tenant;
use crate::form::Form;
use crate::isolation::allowed;
use crate::page::render;
use crate::ssr::{Address, Operator};
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::{button::Submit, field::Field, summary::Summary};
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::accounts::tenants::Tenant;
use db::clock;
use db::isolation::caps::{self, Standing};
use leptos::prelude::*;
use rules::accounts::Reason;
use rules::ids::TenantId;
use rules::isolation::{CapSpan, Caps, Weight};

pub async fn page(
    State(site): State<Site>,
    operator: Operator,
    Address(tenant): Address<TenantId>,
) -> Result<Response> {
    let (tenant, found) = find(&site, &operator, tenant).await?;
    let of = |span| found.allowance.caps().of(span).map_or_else(String::new, |cap| cap.to_string());
    let mut values = CapSpan::ALL.map(|span| (span.as_str(), of(span))).to_vec();
    values.push(("weight", found.weight.get().to_string()));
    Ok(show(&site, &operator, StatusCode::OK, tenant, Form::of(values)).await)
}

pub async fn submit(
    State(site): State<Site>,
    operator: Operator,
    Address(tenant): Address<TenantId>,
    mut form: Form,
) -> Result<Response> {
    let caps = read(&mut form);
    let weight = form.check("weight", Weight::parse(form.value("weight")));
    let reason = form.check("reason", Reason::parse(form.value("reason")));
    let (Some(caps), Some(weight), Some(reason)) = (caps, weight, reason) else {
        let (tenant, _) = find(&site, &operator, tenant).await?;
        return Ok(show(&site, &operator, StatusCode::UNPROCESSABLE_ENTITY, tenant, form).await);
    };
    let (now, by) = (site.now(), operator.person.id);
    let reason = format!("{}, weight {}: {}", allowed(caps), weight.get(), reason.as_str());
    let mut tx = operator.act("set_caps", &reason, Some(tenant)).await?;
    tenant::find(&mut tx, tenant).await?;
    let business_now = clock::business_time_of_console(&mut tx, now).await?;
    caps::set(&mut tx, tenant, (caps, weight), by, now, business_now).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/console/tenants/{tenant}")).into_response())
}

/// What was typed, or `None` with each error at its field.
fn read(form: &mut Form) -> Option<Caps> {
    let [day, hour, second] = CapSpan::ALL.map(|span| {
        let typed = Caps::parse_one(form.value(span.as_str()));
        form.check(span.as_str(), typed)
    });
    let caps = Caps::new(day?, hour?, second?);
    caps.map_err(|(span, error)| form.refuse(span.as_str(), error)).ok()
}

async fn find(site: &Site, operator: &Operator, id: TenantId) -> Result<(Tenant, Standing)> {
    let mut tx = operator.read().await?;
    let tenant = tenant::find(&mut tx, id).await?;
    let now = clock::business_time_of_console(&mut tx, site.now()).await?;
    let found = caps::find_of(&mut tx, id, now).await?;
    tx.commit().await?;
    Ok((tenant, found))
}

async fn show(site: &Site, operator: &Operator, status: StatusCode, tenant: Tenant, form: Form) -> Response {
    let name = operator.person.name.clone();
    let title = format!("Caps and weight of {}", tenant.name);
    render(site, status, title.clone(), move || {
        let consequence = format!(
            "They hold from the next mail on. What left in the last 24 hours counts: a cap below it stops {} until enough of \
             that is past. Other tenants: not touched.",
            tenant.name
        );
        view! {
            <Console name section=ConsoleSection::Tenants>
                <p><a href=format!("/console/tenants/{}", tenant.id)>{tenant.name.clone()}</a></p>
                <h1>{title}</h1>
                <p>{consequence}</p>
                <Summary form=&form/>
                <form class="column" method="post" novalidate>
                    <Field form=&form name="day" label="Mails in 24 hours" hint="In any 24 hours, whatever the zone. Nothing: no cap of its own."/>
                    <Field form=&form name="hour" label="Mails an hour" hint="In any 60 minutes."/>
                    <Field form=&form name="second" label="Mails a second"/>
                    <Field
                        form=&form
                        name="weight"
                        label="Weight"
                        hint="From 1 to 10. When the account's rate is short, a team of weight 3 gets three mails where one of weight 1 gets one."
                    />
                    <Field form=&form name="reason" label="Reason" hint="It stays in the audit."/>
                    <Submit label="Set"/>
                </form>
            </Console>
        }
    })
    .await
}
