//! `/account/password`: a new password for the old one. Every other session of the person ends with it.

use crate::accounts::sessions::hash;
use crate::form::Form;
use crate::page::render;
use crate::ssr::SignedIn;
use crate::ui::{button::Submit, field::Field, frame::Plain, summary::Summary};
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::accounts::{people, sessions};
use db::scope::AccountsTx;
use leptos::prelude::*;
use rules::accounts::NewPassword;
use rules::limits;
use tower_sessions::Session;

pub async fn page(State(site): State<Site>, SignedIn(person): SignedIn) -> Response {
    show(&site, StatusCode::OK, person.name, Form::default()).await
}

/// Read → hash, in no transaction → write.
pub async fn submit(
    State(site): State<Site>,
    SignedIn(person): SignedIn,
    session: Session,
    mut form: Form,
) -> Result<Response> {
    let this = session.id().map(|id| hash(&id)).ok_or(Refusal::NotFound)?;
    let (old, new) = (form.take_secret("old"), form.take_secret("new"));
    let new = form.check("new", NewPassword::parse(&new, &person.email));
    let mut tx = AccountsTx::begin(&site.web).await?;
    let known = people::find_password_hash(&mut tx, person.id).await?;
    tx.commit().await?;
    if old.len() > limits::PASSWORD_BYTES_MAX || !site.passwords.verify(old, known).await? {
        form.refuse("old", "This is not your password.");
    }
    let Some(new) = new.filter(|_| form.errors().is_empty()) else {
        return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, person.name, form).await);
    };
    let password_hash = site.passwords.hash(&new, site.chance()).await?;
    let mut tx = AccountsTx::begin(&site.web).await?;
    people::change_password(&mut tx, person.id, &password_hash).await?;
    sessions::revoke_others(&mut tx, person.id, &this, site.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to("/account").into_response())
}

async fn show(site: &Site, status: StatusCode, name: String, form: Form) -> Response {
    render(site, status, "Change the password", move || {
        view! {
            <Plain person=Some(name)>
                <h1>"Change the password"</h1>
                <p>"You stay signed in here; everywhere else you are signed out."</p>
                <Summary form=&form/>
                <form method="post" action="/account/password" novalidate>
                    <Field form=&form name="old" label="Password now" kind="password" autocomplete="current-password"/>
                    <Field
                        form=&form
                        name="new"
                        label="New password"
                        kind="password"
                        hint="At least 12 characters. A few words in a row do well."
                        autocomplete="new-password"
                    />
                    <Submit label="Change it"/>
                </form>
            </Plain>
        }
    })
    .await
}
