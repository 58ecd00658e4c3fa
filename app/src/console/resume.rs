//! `/console/tenants/<tenant>/resume`: lifts the operator's own pause, with a reason. Other causes stay.

use crate::console::tenant;
use crate::form::Form;
use crate::page::render;
use crate::ssr::{Address, Operator};
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::{button::Submit, field::Field, summary::Summary};
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::accounts::tenants::Tenant;
use leptos::prelude::*;
use rules::accounts::Reason;
use rules::ids::TenantId;

pub async fn page(
    State(site): State<Site>,
    operator: Operator,
    Address(tenant): Address<TenantId>,
) -> Result<Response> {
    let mut tx = operator.read().await?;
    let tenant = tenant::find(&mut tx, tenant).await?;
    tx.commit().await?;
    Ok(show(&site, StatusCode::OK, &operator, tenant, Form::default()).await)
}

pub async fn submit(
    State(site): State<Site>,
    operator: Operator,
    Address(tenant): Address<TenantId>,
    mut form: Form,
) -> Result<Response> {
    let Some(reason) = form.check("reason", Reason::parse(form.value("reason"))) else {
        let mut tx = operator.read().await?;
        let tenant = tenant::find(&mut tx, tenant).await?;
        return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, &operator, tenant, form).await);
    };
    let now = site.now();
    let mut tx = operator.act("resume_tenant", reason.as_str(), Some(tenant)).await?;
    let tenant = tenant::find(&mut tx, tenant).await?;
    db::isolation::resume(&mut tx, tenant.id, operator.person.id, reason.as_str(), now).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/console/tenants/{}", tenant.id)).into_response())
}

async fn show(site: &Site, status: StatusCode, operator: &Operator, tenant: Tenant, form: Form) -> Response {
    let name = operator.person.name.clone();
    let title = format!("Resume {}", tenant.name);
    render(site, status, title.clone(), move || {
        view! {
            <Console name section=ConsoleSection::Tenants>
                <h1>{title}</h1>
                <p>
                    {format!("{} sends again, unless something else holds it too: only the operator's pause is lifted.", tenant.name)}
                </p>
                <Summary form=&form/>
                <form class="column" method="post" novalidate action=format!("/console/tenants/{}/resume", tenant.id)>
                    <Field form=&form name="reason" label="Reason" hint="The team reads it; it stays in the audit."/>
                    <Submit label="Resume"/>
                </form>
            </Console>
        }
    })
    .await
}
