//! `/console/tenants/<tenant>/pause`: stops one tenant's lane, with a reason.

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
use rules::ids::{PauseId, TenantId};

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
    let id = PauseId::new(now, site.chance());
    let mut tx = operator.act("pause_tenant", reason.as_str(), Some(tenant)).await?;
    let tenant = tenant::find(&mut tx, tenant).await?;
    db::isolation::pause(&mut tx, tenant.id, id, operator.person.id, reason.as_str(), now).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/console/tenants/{}", tenant.id)).into_response())
}

async fn show(site: &Site, status: StatusCode, operator: &Operator, tenant: Tenant, form: Form) -> Response {
    let name = operator.person.name.clone();
    let title = format!("Pause {}", tenant.name);
    render(site, status, title.clone(), move || {
        view! {
            <Console name section=ConsoleSection::Tenants>
                <h1>{title}</h1>
                <p>
                    {format!("Nothing of {} leaves until you resume it. ", tenant.name)}
                    "Its people keep their pages, and read your reason. Other tenants: none is touched."
                </p>
                <Summary form=&form/>
                <form class="column" method="post" novalidate action=format!("/console/tenants/{}/pause", tenant.id)>
                    <Field form=&form name="reason" label="Reason" hint="The team reads it; it stays in the audit."/>
                    <Submit label="Pause" danger=true/>
                </form>
            </Console>
        }
    })
    .await
}
