//! `/console/tenants/new`: makes a tenant and invites its owner.

use crate::accounts::mail::InvitationLetter;
use crate::form::Form;
use crate::page::render;
use crate::ssr::Operator;
use crate::ui::{
    button::Submit,
    field::Field,
    frame::{Console, ConsoleSection},
    summary::Summary,
};
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::accounts::tenants::{self, Creation, NewTenant};
use leptos::prelude::*;
use rules::access::Role;
use rules::accounts::{Slug, TenantName};
use rules::addresses::EmailAddress;
use rules::ids::TenantId;

pub async fn page(State(site): State<Site>, operator: Operator) -> Result<Response> {
    operator.read().await?.commit().await?;
    Ok(show(&site, &operator, StatusCode::OK, Form::default()).await)
}

pub async fn submit(State(site): State<Site>, operator: Operator, mut form: Form) -> Result<Response> {
    let name = form.check("name", TenantName::parse(form.value("name")));
    let slug = form.check("slug", Slug::parse(form.value("slug")));
    let owner = form.check("owner", EmailAddress::parse(form.value("owner")));
    let (Some(name), Some(slug), Some(owner)) = (name, slug, owner) else {
        return Ok(show(&site, &operator, StatusCode::UNPROCESSABLE_ENTITY, form).await);
    };
    match create(&site, &operator, &name, &slug, &owner).await? {
        Creation::Done(id) => Ok(Redirect::to(&format!("/console/tenants/{id}")).into_response()),
        Creation::SlugTaken => {
            form.refuse("slug", "Another tenant has this address. Choose another one.");
            Ok(show(&site, &operator, StatusCode::UNPROCESSABLE_ENTITY, form).await)
        }
    }
}

async fn create(
    site: &Site,
    operator: &Operator,
    name: &TenantName,
    slug: &Slug,
    owner: &EmailAddress,
) -> Result<Creation> {
    let now = site.now();
    let id = TenantId::new(now, site.chance());
    let letter = InvitationLetter::write(site, name.as_str(), id);
    let invitation = letter.invitation(owner, Role::Owner, None, now);
    let reason = format!("a new tenant named {} at /t/{} for {owner}", name.as_str(), slug.as_str());
    let mut tx = operator.act("create_tenant", &reason, Some(id)).await?;
    let outcome = tenants::create(&mut tx, &NewTenant { id, name, slug, owner: invitation }, now).await?;
    if outcome == Creation::Done(id) {
        tx.commit().await?;
    }
    Ok(outcome)
}

async fn show(site: &Site, operator: &Operator, status: StatusCode, form: Form) -> Response {
    let name = operator.person.name.clone();
    render(site, status, "Create a tenant", move || {
        view! {
            <Console name section=ConsoleSection::Tenants>
                <h1>"Create a tenant"</h1>
                <Summary form=&form/>
                <form class="column" method="post" novalidate action="/console/tenants/new">
                    <Field form=&form name="name" label="Name" hint="The team, as its people call it."/>
                    <Field
                        form=&form
                        name="slug"
                        label="Address"
                        hint="Its pages stand at /t/ and this. Small letters, digits and hyphens; it cannot be changed."
                    />
                    <Field
                        form=&form
                        name="owner"
                        label="Owner's mail address"
                        kind="email"
                        hint="Gets an invitation that is good for 14 days."
                    />
                    <Submit label="Create and invite"/>
                </form>
            </Console>
        }
    })
    .await
}
