//! `/invitation/<tenant>.<secret>`: somebody who is invited comes in: as a new person with a password of their own, or,
//! signed in under the invited address, as who they are. Looking at the page uses nothing up.

use crate::accounts::{sessions, sign_in};
use crate::form::Form;
use crate::page::render;
use crate::ssr::{Address, Client, Visitor};
use crate::ui::{button::LinkButton, button::Submit, field::Field, frame::Plain, summary::Summary};
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use db::accounts::invitations::{self, Found, State as Standing};
use db::accounts::people::{NewPerson, Person};
use db::scope::AccountsTx;
use leptos::prelude::*;
use rules::accounts::{NewPassword, PersonName};
use rules::addresses::EmailAddress;
use rules::ids::UserId;
use rules::secrets::TenantLink;
use tower_sessions::Session;

fn parse(link: &str) -> Result<TenantLink> {
    TenantLink::parse(link).ok_or(Refusal::NotFound)
}

pub async fn page(
    State(site): State<Site>,
    Visitor(person): Visitor,
    Address(link): Address<String>,
) -> Result<Response> {
    let link = parse(&link)?;
    let mut tx = AccountsTx::begin(&site.web).await?;
    let found = invitations::find(&mut tx, link.tenant, &link.secret.hash(), site.now()).await?;
    tx.commit().await?;
    show(&site, StatusCode::OK, &link, found.ok_or(Refusal::NotFound)?, person, Form::default()).await
}

pub async fn submit(
    State(site): State<Site>,
    Visitor(person): Visitor,
    Address(link): Address<String>,
    client: Client,
    session: Session,
    headers: HeaderMap,
    mut form: Form,
) -> Result<Response> {
    let link = parse(&link)?;
    let typed = form.take_secret("password");
    let mut tx = AccountsTx::begin(&site.web).await?;
    let found = invitations::find(&mut tx, link.tenant, &link.secret.hash(), site.now()).await?;
    tx.commit().await?;
    let found = found.ok_or(Refusal::NotFound)?;
    let joined = match (&person, found.state) {
        (Some(person), Standing::Open) if is_invited(person, &found) => join(&site, &link, person).await?,
        (None, Standing::Open) if !found.has_account => {
            let name = form.check("name", PersonName::parse(form.value("name")));
            let password = form.check("password", NewPassword::parse(&typed, &found.email));
            let (Some(name), Some(password)) = (name, password) else {
                return show(&site, StatusCode::UNPROCESSABLE_ENTITY, &link, found, None, form).await;
            };
            let user = sign_up(&site, &link, &found, &name, &password).await?;
            if let Some(user) = user {
                sessions::begin(&session, user, client, &headers).await?;
            }
            user.is_some()
        }
        _ => false,
    };
    if joined {
        return Ok(Redirect::to(&format!("/t/{}", found.slug)).into_response());
    }
    // It was answered, withdrawn or replaced, or is for somebody else: the page says which.
    page(State(site), Visitor(person), Address(link.reveal())).await
}

/// Whoever is signed in is the person who was invited.
fn is_invited(person: &Person, found: &Found) -> bool {
    person.email.eq_ignore_ascii_case(&found.email)
}

async fn join(site: &Site, link: &TenantLink, person: &Person) -> Result<bool> {
    let now = site.now();
    let mut tx = AccountsTx::begin(&site.web).await?;
    let found = invitations::lock(&mut tx, link.tenant, &link.secret.hash(), now).await?;
    let Some(found) = found.filter(|found| found.state == Standing::Open) else {
        return Ok(false);
    };
    invitations::accept_as(&mut tx, &found, person, now).await?;
    tx.commit().await?;
    Ok(true)
}

/// Hash, in no transaction → write. `None` when the invitation, or its address, is taken meanwhile.
async fn sign_up(
    site: &Site,
    link: &TenantLink,
    found: &Found,
    name: &PersonName,
    password: &NewPassword,
) -> Result<Option<UserId>> {
    let email = EmailAddress::parse(&found.email).map_err(|error| Refusal::Fault(error.into()))?;
    let password_hash = site.passwords.hash(password, site.chance()).await?;
    let now = site.now();
    let id = UserId::new(now, site.chance());
    let mut tx = AccountsTx::begin(&site.web).await?;
    let found = invitations::lock(&mut tx, link.tenant, &link.secret.hash(), now).await?;
    let Some(found) = found.filter(|found| found.state == Standing::Open) else {
        return Ok(None);
    };
    let person = NewPerson { id, name: name.as_str(), email: &email, password_hash: &password_hash };
    if !invitations::accept_as_new(&mut tx, &found, &person, now).await? {
        return Ok(None);
    }
    tx.commit().await?;
    Ok(Some(id))
}

async fn show(
    site: &Site,
    status: StatusCode,
    link: &TenantLink,
    found: Found,
    person: Option<Person>,
    form: Form,
) -> Result<Response> {
    let status = if found.state == Standing::Open { status } else { StatusCode::GONE };
    let action = format!("/invitation/{}", link.reveal());
    let title = format!("Join {}", found.tenant_name);
    let name = person.as_ref().map(|person| person.name.clone());
    Ok(render(site, status, title.clone(), move || {
        let body = match (found.state, person) {
            (Standing::Open, Some(person)) if is_invited(&person, &found) => welcome(action, &found).into_any(),
            (Standing::Open, Some(person)) => other_person(action, &found, &person).into_any(),
            (Standing::Open, None) if found.has_account => known(&action, &found).into_any(),
            (Standing::Open, None) => new_person(action, &found, &form).into_any(),
            (Standing::Expired, _) => over("This invitation ran out. Ask the team for a new one.").into_any(),
            (Standing::Withdrawn, _) => over(
                "This invitation was withdrawn, or a newer one took its place. Look for a later mail, or ask the team.",
            )
            .into_any(),
            (Standing::Accepted, _) => over("This invitation has been used. If it was you, sign in.").into_any(),
        };
        view! { <Plain person=name><h1>{title}</h1>{body}</Plain> }
    })
    .await)
}

fn role(found: &Found) -> String {
    format!("As {} you come in as {}: one who {}.", found.email, found.role, found.role.describe())
}

fn new_person(action: String, found: &Found, form: &Form) -> impl IntoView {
    view! {
        <p>{role(found)}</p>
        <Summary form=form/>
        <form method="post" action=action novalidate>
            <input type="hidden" name="email" value=found.email.clone() autocomplete="username"/>
            <Field form=form name="name" label="Your name" hint="As your team knows you." autocomplete="name"/>
            <Field
                form=form
                name="password"
                label="Password"
                kind="password"
                hint="At least 12 characters. A few words in a row do well."
                autocomplete="new-password"
            />
            <Submit label="Come in"/>
        </form>
    }
}

fn welcome(action: String, found: &Found) -> impl IntoView {
    view! {
        <p>{role(found)}</p>
        <form method="post" action=action novalidate>
            <Submit label="Join the team"/>
        </form>
    }
}

fn known(action: &str, found: &Found) -> impl IntoView {
    let email = found.email.clone();
    view! {
        <p>"You have an account as "<strong>{email}</strong>". Sign in with it, and you come back here."</p>
        <p><LinkButton href=sign_in::address(action) label="Sign in"/></p>
    }
}

fn other_person(action: String, found: &Found, person: &Person) -> impl IntoView {
    let (invited, here) = (found.email.clone(), person.email.clone());
    view! {
        <p>"This invitation is for "<strong>{invited}</strong>". You are signed in as "<strong>{here}</strong>"."</p>
        <form method="post" action="/sign-out">
            <input type="hidden" name="next" value=action/>
            <Submit label="Sign out and go on"/>
        </form>
    }
}

fn over(sentence: &'static str) -> impl IntoView {
    view! {
        <p>{sentence}</p>
        <p><LinkButton href="/" label="Go to the start" quiet=true/></p>
    }
}
