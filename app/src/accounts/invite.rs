//! `/t/<slug>/invitations/…`: inviting somebody into the team, and taking an invitation back.

use crate::accounts::mail::InvitationLetter;
use crate::accounts::person::choices;
use crate::form::Form;
use crate::page::render;
use crate::ssr::{Address, Member, allow};
use crate::ui::button::Submit;
use crate::ui::choice::Choice;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::{field::Field, summary::Summary};
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::accounts::invitations::{self, Invite};
use leptos::prelude::*;
use rules::access::{Permission, Role};
use rules::addresses::EmailAddress;
use rules::ids::InvitationId;

pub async fn page(State(site): State<Site>, member: Member) -> Result<Response> {
    let (tx, frame) = member.enter().await?;
    tx.commit().await?;
    Ok(show(&site, StatusCode::OK, frame, Form::default()).await)
}

pub async fn submit(State(site): State<Site>, member: Member, mut form: Form) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let email = form.check("email", EmailAddress::parse(form.value("email")));
    let role = Role::parse(form.value("role")).filter(|role| frame.role.may_assign(*role));
    let role = form.check("role", role.ok_or("Choose a role that you may give."));
    let (Some(email), Some(role)) = (email, role) else {
        return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, form).await);
    };
    let now = site.now();
    let letter = InvitationLetter::write(&site, &frame.tenant.name, frame.tenant.id);
    let invitation = letter.invitation(&email, role, Some(frame.person.id), now);
    if invitations::invite(&mut tx, &invitation, now).await? == Invite::MemberAlready {
        form.refuse("email", "Somebody with this address belongs to the team already.");
        return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, form).await);
    }
    tx.commit().await?;
    Ok(Redirect::to(&frame.address("/people")).into_response())
}

/// Withdrawing twice, or one that was answered meanwhile, ends at the same page.
pub async fn withdraw(
    State(site): State<Site>,
    member: Member,
    Address((_, id)): Address<(String, InvitationId)>,
) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let role = invitations::find_role(&mut tx, id).await?.ok_or(Refusal::NotFound)?;
    if !frame.role.may_assign(role) {
        allow(frame.role, Permission::ManageOwners)?;
    }
    invitations::withdraw(&mut tx, id, site.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&frame.address("/people")).into_response())
}

async fn show(site: &Site, status: StatusCode, frame: TenantFrame, form: Form) -> Response {
    render(site, status, "Invite somebody", move || {
        let action = frame.address("/invitations/new");
        let options = choices(frame.role);
        view! {
            <Tenant frame section=TenantSection::People>
                <h1>"Invite somebody"</h1>
                <Summary form=&form/>
                <form class="column" method="post" novalidate action=action>
                    <Field
                        form=&form
                        name="email"
                        label="Address"
                        kind="email"
                        hint="Gets a link that is good for 14 days. An earlier open invitation for it ends."
                    />
                    <Choice form=&form name="role" legend="Role" options chosen="member"/>
                    <Submit label="Invite"/>
                </form>
            </Tenant>
        }
    })
    .await
}
