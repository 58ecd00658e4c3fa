//! `/sign-in`: one door for members and operators. A wrong address and a wrong password look and take the same.

use crate::accounts::sessions::{SESSION_ADDRESS, SESSION_AGENT};
use crate::form::Form;
use crate::ssr::{SESSION_USER, SignedIn, Visitor, render};
use crate::ui::{button::Submit, field::Field, frame::Plain, summary::Summary};
use crate::{Result, Site};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use db::scope::AccountsTx;
use leptos::prelude::*;
use rules::addresses::EmailAddress;
use rules::ids::UserId;
use rules::limits;
use tower_sessions::Session;

pub async fn page(State(site): State<Site>, Visitor(person): Visitor) -> Response {
    match person {
        Some(_) => Redirect::to("/").into_response(),
        None => show(&site, StatusCode::OK, Form::default()).await,
    }
}

pub async fn submit(
    State(site): State<Site>,
    session: Session,
    headers: HeaderMap,
    mut form: Form,
) -> Result<Response> {
    let password = form.take_secret("password");
    let Some(user) = find_user(&site, form.value("email"), password).await? else {
        form.refuse("", "This address and password do not belong together. Both stay as secret as they are.");
        return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, form).await);
    };
    // A new id at sign-in: whoever knew the old one knows nothing.
    if session.id().is_some() {
        session.flush().await?;
    }
    session.insert(SESSION_USER, user).await?;
    session.insert(SESSION_ADDRESS, "").await?;
    session.insert(SESSION_AGENT, agent(&headers)).await?;
    Ok(Redirect::to("/").into_response())
}

pub async fn sign_out(SignedIn(_): SignedIn, session: Session) -> Result<Redirect> {
    session.flush().await?;
    Ok(Redirect::to("/sign-in"))
}

async fn find_user(site: &Site, email: &str, password: String) -> Result<Option<UserId>> {
    let credentials = match EmailAddress::parse(email) {
        Err(_) => None,
        Ok(email) => {
            let mut tx = AccountsTx::begin(&site.web).await?;
            let found = db::accounts::find_credentials(&mut tx, &email).await?;
            tx.commit().await?;
            found
        }
    };
    if password.len() > limits::PASSWORD_BYTES_MAX {
        return Ok(None);
    }
    let user = credentials.as_ref().map(|found| found.user);
    let right = site.passwords.verify(password, credentials.map(|found| found.password_hash)).await?;
    Ok(user.filter(|_| right))
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
