//! `/console/tenants/<tenant>/invite`: invites an owner, when the first invitation was lost or nobody owns the tenant.

use crate::accounts::mail::InvitationLetter;
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
use db::accounts::invitations::{self, Invite};
use db::accounts::tenants::Tenant;
use leptos::prelude::*;
use rules::access::Role;
use rules::addresses::EmailAddress;
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
    let Some(email) = form.check("email", EmailAddress::parse(form.value("email"))) else {
        let mut tx = operator.read().await?;
        let tenant = tenant::find(&mut tx, tenant).await?;
        return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, &operator, tenant, form).await);
    };
    let now = site.now();
    let mut tx = operator.act("invite_owner", &format!("{email} as owner"), Some(tenant)).await?;
    let tenant = tenant::find(&mut tx, tenant).await?;
    let letter = InvitationLetter::write(&site, &tenant.name, tenant.id);
    let invitation = letter.invitation(&email, Role::Owner, None, now);
    if invitations::invite_owner(&mut tx, tenant.id, &invitation, now).await? == Invite::MemberAlready {
        form.refuse(
            "email",
            "Somebody with this address belongs to the team. One of its owners can make them an owner.",
        );
        return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, &operator, tenant, form).await);
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/console/tenants/{}", tenant.id)).into_response())
}

async fn show(site: &Site, status: StatusCode, operator: &Operator, tenant: Tenant, form: Form) -> Response {
    let name = operator.person.name.clone();
    let title = format!("Invite an owner of {}", tenant.name);
    render(site, status, title.clone(), move || {
        view! {
            <Console name section=ConsoleSection::Tenants>
                <h1>{title}</h1>
                <Summary form=&form/>
                <form class="column" method="post" novalidate action=format!("/console/tenants/{}/invite", tenant.id)>
                    <Field
                        form=&form
                        name="email"
                        label="Address"
                        kind="email"
                        hint="Gets a link that is good for 14 days. An earlier open invitation for it ends."
                    />
                    <Submit label="Invite"/>
                </form>
            </Console>
        }
    })
    .await
}
