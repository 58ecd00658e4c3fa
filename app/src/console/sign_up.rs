//! `/operator/<secret>`: the first operator signs up by the link that the server prints at its start. Looking at the
//! page uses nothing up.

use crate::form::Form;
use crate::page::render;
use crate::ssr::Address;
use crate::ui::{button::Submit, field::Field, frame::Plain, summary::Summary};
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::accounts::people::NewPerson;
use db::console::SignUp;
use db::scope::OperatorTx;
use leptos::prelude::*;
use rules::accounts::{NewPassword, PersonName};
use rules::addresses::EmailAddress;
use rules::ids::{AuditId, UserId};
use rules::limits;
use rules::secrets::Secret;
use rules::time::Duration;

/// A link for the first operator, which replaces earlier ones. `None` when there is an operator already.
pub async fn issue_link(site: &Site) -> db::Result<Option<String>> {
    let secret = Secret::new(site.chance());
    let now = site.now();
    let expires_at = now + Duration::hours(limits::OPERATOR_LINK_HOURS);
    let mut tx = OperatorTx::bootstrap(&site.operator).await?;
    let issued = db::console::issue_operator_link(&mut tx, &secret.hash(), now, expires_at).await?;
    tx.commit().await?;
    Ok(issued.then(|| format!("{}/operator/{}", site.public_url, secret.reveal())))
}

pub async fn page(State(site): State<Site>, Address(secret): Address<String>) -> Result<Response> {
    let secret = Secret::parse(&secret).ok_or(Refusal::NotFound)?;
    let mut tx = OperatorTx::bootstrap(&site.operator).await?;
    let open = db::console::operator_link_is_open(&mut tx, &secret.hash(), site.now()).await?;
    tx.commit().await?;
    if open { Ok(show(&site, StatusCode::OK, &secret, Form::default()).await) } else { Err(Refusal::NotFound) }
}

pub async fn submit(State(site): State<Site>, Address(secret): Address<String>, mut form: Form) -> Result<Response> {
    let secret = Secret::parse(&secret).ok_or(Refusal::NotFound)?;
    let typed = form.take_secret("password");
    let name = form.check("name", PersonName::parse(form.value("name")));
    let email = form.check("email", EmailAddress::parse(form.value("email")));
    let password = form.check("password", NewPassword::parse(&typed, form.value("email")));
    let (Some(name), Some(email), Some(password)) = (name, email, password) else {
        return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, &secret, form).await);
    };
    match sign_up(&site, &secret, &name, &email, &password).await? {
        SignUp::Done => Ok(Redirect::to("/sign-in").into_response()),
        SignUp::LinkRefused => Err(Refusal::NotFound),
        SignUp::AddressTaken => {
            form.refuse("email", "Somebody signs in with this address already.");
            Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, &secret, form).await)
        }
    }
}

async fn sign_up(
    site: &Site,
    secret: &Secret,
    name: &PersonName,
    email: &EmailAddress,
    password: &NewPassword,
) -> Result<SignUp> {
    let password_hash = site.passwords.hash(password, site.chance()).await?;
    let now = site.now();
    let id = UserId::new(now, site.chance());
    let person = NewPerson { id, name: name.as_str(), email, password_hash: &password_hash };
    let audit = AuditId::new(now, site.chance());
    let mut tx = OperatorTx::bootstrap(&site.operator).await?;
    let outcome = db::console::sign_up_operator(&mut tx, &secret.hash(), &person, audit, now).await?;
    if outcome == SignUp::Done {
        tx.commit().await?;
    }
    Ok(outcome)
}

async fn show(site: &Site, status: StatusCode, secret: &Secret, form: Form) -> Response {
    let action = format!("/operator/{}", secret.reveal());
    render(site, status, "Become the operator", move || {
        view! {
            <Plain>
                <h1>"Become the operator"</h1>
                <p>"You run Ownlane for the teams that send with it. This link makes one account, and is gone then."</p>
                <Summary form=&form/>
                <form method="post" action=action novalidate>
                    <Field form=&form name="name" label="Your name" autocomplete="name"/>
                    <Field form=&form name="email" label="Address" kind="email" hint="You sign in with it." autocomplete="username"/>
                    <Field
                        form=&form
                        name="password"
                        label="Password"
                        kind="password"
                        hint="At least 12 characters. A few words in a row do well."
                        autocomplete="new-password"
                    />
                    <Submit label="Create the account"/>
                </form>
            </Plain>
        }
    })
    .await
}
