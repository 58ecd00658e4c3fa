//! `/sign-in`: one door for members and operators. A wrong address and a wrong password look and take the same.

use crate::accounts::sessions::{SESSION_ADDRESS, SESSION_AGENT};
use crate::form::Form;
use crate::ssr::{Client, SESSION_USER, SignedIn, Visitor, render};
use crate::ui::{button::Submit, field::Field, frame::Plain, summary::Summary};
use crate::{Result, Site};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use db::accounts::people;
use db::accounts::sign_in_attempts::{self, Attempt};
use db::scope::AccountsTx;
use leptos::prelude::*;
use rules::accounts::network;
use rules::addresses::EmailAddress;
use rules::ids::{AttemptId, UserId};
use rules::limits;
use rules::secrets::SecretHash;
use tower_sessions::Session;

pub async fn page(State(site): State<Site>, Visitor(person): Visitor) -> Response {
    match person {
        Some(_) => Redirect::to("/").into_response(),
        None => show(&site, StatusCode::OK, Form::default()).await,
    }
}

pub async fn submit(
    State(site): State<Site>,
    client: Client,
    session: Session,
    headers: HeaderMap,
    mut form: Form,
) -> Result<Response> {
    let password = form.take_secret("password");
    match try_password(&site, client, form.value("email"), password).await? {
        Outcome::Right(user) => {
            // A new id at sign-in: whoever knew the old one knows nothing.
            if session.id().is_some() {
                session.flush().await?;
            }
            session.insert(SESSION_USER, user).await?;
            session.insert(SESSION_ADDRESS, client.0).await?;
            session.insert(SESSION_AGENT, agent(&headers)).await?;
            Ok(Redirect::to("/").into_response())
        }
        Outcome::Wrong => {
            form.refuse("", "This address and password do not belong together. Check both and try again.");
            Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, form).await)
        }
        Outcome::TooMany => {
            let minutes = limits::SIGN_IN_WINDOW_MINS;
            form.refuse("", format!("Too many tries did not succeed. Wait {minutes} minutes, then try again."));
            Ok(show(&site, StatusCode::TOO_MANY_REQUESTS, form).await)
        }
    }
}

pub async fn sign_out(SignedIn(_): SignedIn, session: Session) -> Result<Redirect> {
    session.flush().await?;
    Ok(Redirect::to("/sign-in"))
}

enum Outcome {
    Right(UserId),
    Wrong,
    TooMany,
}

/// Count → hash, in no transaction → forget. What is counted is the address as typed, so that the answer is the same
/// whether somebody signs in with it or not.
async fn try_password(site: &Site, client: Client, typed: &str, password: String) -> Result<Outcome> {
    let now = site.now();
    let address = SecretHash::of(typed.trim().to_lowercase().as_bytes());
    let network = network(client.0);
    let attempt = Attempt { id: AttemptId::new(now, site.chance()), address: &address, network: &network };
    let mut tx = AccountsTx::begin(&site.web).await?;
    if sign_in_attempts::record(&mut tx, &attempt, now).await?.is_too_many() {
        return Ok(Outcome::TooMany);
    }
    let credentials = match EmailAddress::parse(typed) {
        Ok(email) => people::find_credentials(&mut tx, &email).await?,
        Err(_) => None,
    };
    tx.commit().await?;
    // Longer than any password of ours: nothing to hash, nothing to learn from the time it takes.
    if password.len() > limits::PASSWORD_BYTES_MAX {
        return Ok(Outcome::Wrong);
    }
    let user = credentials.as_ref().map(|found| found.user);
    let right = site.passwords.verify(password, credentials.map(|found| found.password_hash)).await?;
    let Some(user) = user.filter(|_| right) else {
        return Ok(Outcome::Wrong);
    };
    let mut tx = AccountsTx::begin(&site.web).await?;
    sign_in_attempts::forget(&mut tx, &attempt).await?;
    tx.commit().await?;
    Ok(Outcome::Right(user))
}

fn agent(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    agent.chars().take(limits::USER_AGENT_CHARS_MAX).collect()
}

async fn show(site: &Site, status: StatusCode, form: Form) -> Response {
    render(site, status, "Sign in", move || {
        view! {
            <Plain>
                <h1>"Sign in"</h1>
                <Summary form=&form/>
                <form method="post" action="/sign-in">
                    <Field form=&form name="email" label="Address" kind="email" autocomplete="username"/>
                    <Field form=&form name="password" label="Password" kind="password" autocomplete="current-password"/>
                    <Submit label="Sign in"/>
                </form>
            </Plain>
        }
    })
    .await
}
