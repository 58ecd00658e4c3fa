//! `/sign-in`: one door for members and operators. A wrong address and a wrong password look and take the same.

use crate::accounts::sessions;
use crate::form::Form;
use crate::page::render;
use crate::ssr::{Ask, Client, SignedIn, Visitor};
use crate::ui::{button::Submit, field::Field, frame::Plain, summary::Summary};
use crate::{Result, Site};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use db::accounts::people;
use db::accounts::sign_in_attempts::{self, Attempt};
use db::scope::AccountsTx;
use form_urlencoded::Serializer;
use leptos::prelude::*;
use rules::accounts::network;
use rules::addresses::EmailAddress;
use rules::ids::{AttemptId, UserId};
use rules::limits;
use rules::secrets::SecretHash;
use serde::Deserialize;
use tower_sessions::Session;

#[derive(Deserialize)]
pub struct Next {
    /// The page that somebody asked for before they were sent here.
    #[serde(default)]
    next: String,
}

/// This page, with where to go afterwards.
pub fn address(next: &str) -> String {
    match next {
        "" | "/" => "/sign-in".to_owned(),
        next => format!("/sign-in?{}", Serializer::new(String::new()).append_pair("next", next).finish()),
    }
}

pub async fn page(State(site): State<Site>, Visitor(person): Visitor, Ask(ask): Ask<Next>) -> Response {
    match person {
        Some(_) => Redirect::to(own_page(&ask.next)).into_response(),
        None => show(&site, StatusCode::OK, Form::of([("next", ask.next)])).await,
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
            sessions::begin(&session, user, client, &headers).await?;
            Ok(Redirect::to(own_page(form.value("next"))).into_response())
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

pub async fn sign_out(SignedIn(_): SignedIn, session: Session, form: Form) -> Result<Redirect> {
    session.flush().await?;
    Ok(Redirect::to(&address(own_page(form.value("next")))))
}

/// `next` if it is a page of ours, else the start: nobody is led elsewhere by a link to our door.
fn own_page(next: &str) -> &str {
    let plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if plain && next.starts_with('/') && !next.starts_with("//") { next } else { "/" }
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

async fn show(site: &Site, status: StatusCode, form: Form) -> Response {
    render(site, status, "Sign in", move || {
        view! {
            <Plain>
                <h1>"Sign in"</h1>
                <Summary form=&form/>
                <form method="post" action="/sign-in" novalidate>
                    <input type="hidden" name="next" value=form.value("next").to_owned()/>
                    <Field form=&form name="email" label="Address" kind="email" autocomplete="username"/>
                    <Field form=&form name="password" label="Password" kind="password" autocomplete="current-password"/>
                    <Submit label="Sign in"/>
                </form>
            </Plain>
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::own_page;

    #[test]
    fn the_door_leads_to_our_own_pages_only() {
        for page in ["/", "/console?after=1", "/t/acme/people"] {
            assert_eq!(own_page(page), page);
        }
        for page in ["", "https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "evil"] {
            assert_eq!(own_page(page), "/", "{page:?}");
        }
    }
}
