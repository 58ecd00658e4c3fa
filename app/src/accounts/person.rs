//! `/t/<slug>/people/<user>`: one person of the team: their role, and taking them out.

use crate::form::Form;
use crate::page::render;
use crate::ssr::{Address, Member, allow};
use crate::ui::button::Submit;
use crate::ui::choice::{Choice, Choose};
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::{summary::Summary, time::Time};
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::accounts::memberships::{self, Change, Member as Person};
use leptos::prelude::*;
use rules::access::{Permission, Role};
use rules::ids::UserId;

const LAST_OWNER: &str = "This is the only owner. Make somebody else an owner first.";

pub async fn page(
    State(site): State<Site>,
    member: Member,
    Address((_, user)): Address<(String, UserId)>,
) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let person = memberships::find(&mut tx, user).await?.ok_or(Refusal::NotFound)?;
    tx.commit().await?;
    Ok(show(&site, StatusCode::OK, frame, person, Form::default()).await)
}

/// Changes the role.
pub async fn submit(
    State(site): State<Site>,
    member: Member,
    Address((_, user)): Address<(String, UserId)>,
    mut form: Form,
) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let person = memberships::find(&mut tx, user).await?.ok_or(Refusal::NotFound)?;
    let Some(role) = form.check("role", Role::parse(form.value("role")).ok_or("Choose a role.")) else {
        return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, person, form).await);
    };
    allow_assigning(frame.role, person.role)?;
    allow_assigning(frame.role, role)?;
    match memberships::change_role(&mut tx, user, role).await? {
        Change::Done => tx.commit().await?,
        Change::NotThere => return Err(Refusal::NotFound),
        Change::LastOwner => {
            form.refuse("role", LAST_OWNER);
            return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, person, form).await);
        }
    }
    Ok(Redirect::to(&frame.address("/people")).into_response())
}

pub async fn remove(
    State(site): State<Site>,
    member: Member,
    Address((_, user)): Address<(String, UserId)>,
) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let person = memberships::find(&mut tx, user).await?.ok_or(Refusal::NotFound)?;
    allow_assigning(frame.role, person.role)?;
    match memberships::remove(&mut tx, user).await? {
        Change::Done => tx.commit().await?,
        Change::NotThere => return Err(Refusal::NotFound),
        Change::LastOwner => {
            let mut form = Form::default();
            form.refuse("", LAST_OWNER);
            return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, person, form).await);
        }
    }
    Ok(Redirect::to(&frame.address("/people")).into_response())
}

fn allow_assigning(giver: Role, role: Role) -> Result<()> {
    if giver.may_assign(role) { Ok(()) } else { allow(giver, Permission::ManageOwners) }
}

async fn show(site: &Site, status: StatusCode, frame: TenantFrame, person: Person, form: Form) -> Response {
    let now = site.now();
    render(site, status, person.name.clone(), move || {
        let controls = frame.role.may_assign(person.role).then(|| controls(&frame, &person, &form));
        let is_self = (person.user == frame.person.id).then_some(" (you)");
        view! {
            <Tenant frame section=TenantSection::People>
                <h1>{person.name.clone()}{is_self}</h1>
                <Summary form=&form/>
                <dl class="facts">
                    <dt>"Address"</dt>
                    <dd>{person.email.clone()}</dd>
                    <dt>"Role"</dt>
                    <dd>{format!("{}: {}", person.role, person.role.describe())}</dd>
                    <dt>"Joined"</dt>
                    <dd><Time at=person.since now/></dd>
                </dl>
                {controls}
            </Tenant>
        }
    })
    .await
}

fn controls(frame: &TenantFrame, person: &Person, form: &Form) -> impl IntoView + use<> {
    let action = frame.address(&format!("/people/{}", person.user));
    let removal = format!("{action}/removal");
    let sentence = format!(
        "{} can open nothing of {} any more, from the next click on. What they made stays. Other teams of theirs are not touched.",
        person.name, frame.tenant.name
    );
    view! {
        <form class="column" method="post" novalidate action=action>
            <Choice form=form name="role" legend="Change the role" options=choices(frame.role) chosen=person.role.as_str()/>
            <Submit label="Save the role"/>
        </form>
        <details class="danger">
            <summary>"Take out of the team"</summary>
            <p>{sentence}</p>
            <form method="post" action=removal><Submit label="Take out" danger=true/></form>
        </details>
    }
}

/// The roles that somebody of role `giver` may give.
pub fn choices(giver: Role) -> Vec<Choose> {
    Role::ALL
        .into_iter()
        .filter(|role| giver.may_assign(*role))
        .map(|role| Choose { value: role.as_str(), label: label(role), meaning: role.describe() })
        .collect()
}

const fn label(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Admin => "Admin",
        Role::Member => "Member",
        Role::Viewer => "Viewer",
    }
}
