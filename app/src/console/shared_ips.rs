//! `/console/tenants/<tenant>/ses/shared-ips`: which shared IPs a tenant's mail may leave from (Global Shared Delivery).

use crate::console::tenant;
use crate::form::Form;
use crate::page::render;
use crate::ssr::{Address, Operator};
use crate::ui::choice::{Choice, Choose};
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::{button::Submit, field::Field, summary::Summary};
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::accounts::tenants::Tenant;
use db::isolation::ses_tenants;
use db::scope::OperatorTx;
use leptos::prelude::*;
use rules::accounts::Reason;
use rules::ids::TenantId;
use rules::isolation::SharedPoolMode;

pub async fn page(
    State(site): State<Site>,
    operator: Operator,
    Address(tenant): Address<TenantId>,
) -> Result<Response> {
    let mut tx = operator.read().await?;
    let found = find(&mut tx, tenant).await?;
    tx.commit().await?;
    Ok(show(&site, &operator, StatusCode::OK, found, Form::default()).await)
}

pub async fn submit(
    State(site): State<Site>,
    operator: Operator,
    Address(tenant): Address<TenantId>,
    mut form: Form,
) -> Result<Response> {
    let mode = SharedPoolMode::parse(form.value("mode"));
    let mode = form.check("mode", mode.ok_or("Choose one of the two."));
    let reason = form.check("reason", Reason::parse(form.value("reason")));
    let (Some(mode), Some(reason)) = (mode, reason) else {
        let mut tx = operator.read().await?;
        let found = find(&mut tx, tenant).await?;
        tx.commit().await?;
        return Ok(show(&site, &operator, StatusCode::UNPROCESSABLE_ENTITY, found, form).await);
    };
    let mut tx = operator.act("choose_shared_ips", reason.as_str(), Some(tenant)).await?;
    find(&mut tx, tenant).await?;
    ses_tenants::want_shared_pool_mode(&mut tx, tenant, mode, site.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/console/tenants/{tenant}/ses")).into_response())
}

async fn find(tx: &mut OperatorTx, tenant: TenantId) -> Result<(Tenant, SharedPoolMode)> {
    let tenant = tenant::find(tx, tenant).await?;
    let found = ses_tenants::find_of(tx, tenant.id).await?.ok_or(Refusal::NotFound)?;
    Ok((tenant, found.wanted_shared_pool_mode))
}

async fn show(
    site: &Site,
    operator: &Operator,
    status: StatusCode,
    (tenant, mode): (Tenant, SharedPoolMode),
    form: Form,
) -> Response {
    let name = operator.person.name.clone();
    let title = "Choose its shared IPs";
    render(site, status, title, move || {
        let options = SharedPoolMode::ALL.map(|mode| Choose {
            value: mode.as_str(),
            label: label(mode),
            meaning: match mode {
                SharedPoolMode::Regional => "Its mail leaves from where its data is.",
                SharedPoolMode::Global => {
                    "Where Amazon finds them better, shared IPs of other regions carry its mail too: more IPs, and mail \
                     that passes through other regions."
                }
            },
        });
        view! {
            <Console name section=ConsoleSection::Tenants>
                <p><a href=format!("/console/tenants/{}/ses", tenant.id)>{tenant.name.clone()}" at Amazon SES"</a></p>
                <h1>{title}</h1>
                <p>
                    "Either way others send from the same shared IPs. Mail that waits at Amazon keeps the choice it was taken \
                     with; other tenants: not touched."
                </p>
                <Summary form=&form/>
                <form class="column" method="post" novalidate>
                    <Choice form=&form name="mode" legend="Shared IPs" options=options.into() chosen=mode.as_str()/>
                    <Field form=&form name="reason" label="Reason" hint="It stays in the audit."/>
                    <Submit label="Choose"/>
                </form>
            </Console>
        }
    })
    .await
}

/// In plain words.
pub(super) const fn label(mode: SharedPoolMode) -> &'static str {
    match mode {
        SharedPoolMode::Regional => "The region's alone",
        SharedPoolMode::Global => "Of several regions",
    }
}
