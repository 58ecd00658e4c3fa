//! `/account`: a person's own matters: who they are here, and where they are signed in.

use crate::accounts::sessions::hash;
use crate::form::Form;
use crate::page::render;
use crate::ssr::SignedIn;
use crate::ui::{button::LinkButton, frame::Plain, time::Time};
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use db::accounts::sessions::{self, SessionLine};
use db::scope::AccountsTx;
use leptos::prelude::*;
use rules::secrets::SecretHash;
use rules::time::OffsetDateTime;
use tower_sessions::Session;

pub async fn page(State(site): State<Site>, SignedIn(person): SignedIn, session: Session) -> Result<Response> {
    let now = site.now();
    let this = session.id().map(|id| hash(&id));
    let mut tx = AccountsTx::begin(&site.web).await?;
    let lines = sessions::list_live(&mut tx, person.id, now).await?;
    tx.commit().await?;
    let others = lines.iter().any(|line| Some(line.token) != this);
    Ok(render(&site, StatusCode::OK, "Your account", move || {
        view! {
            <Plain person=Some(person.name.clone())>
                <h1>"Your account"</h1>
                <dl class="facts">
                    <dt>"Name"</dt>
                    <dd>{person.name}</dd>
                    <dt>"Address"</dt>
                    <dd>{person.email}</dd>
                </dl>
                <p><LinkButton href="/account/password" label="Change the password" quiet=true/></p>
                <h2>"Where you are signed in"</h2>
                <ul class="cards">{lines.into_iter().map(|line| card(line, this, now)).collect_view()}</ul>
                {others.then(|| {
                    view! {
                        <form method="post" action="/account/sessions">
                            <button class="button danger" name="session" value="others">"Sign out everywhere else"</button>
                        </form>
                    }
                })}
            </Plain>
        }
    })
    .await)
}

/// `session` names one session, or `others`: all but this one.
pub async fn end_sessions(
    State(site): State<Site>,
    SignedIn(person): SignedIn,
    session: Session,
    form: Form,
) -> Result<Redirect> {
    let now = site.now();
    let this = session.id().map(|id| hash(&id)).ok_or(Refusal::NotFound)?;
    let mut tx = AccountsTx::begin(&site.web).await?;
    match form.value("session") {
        "others" => sessions::revoke_others(&mut tx, person.id, &this, now).await?,
        one => {
            let token = SecretHash::decode(one).ok_or(Refusal::NotFound)?;
            sessions::revoke_of(&mut tx, person.id, &token, now).await?;
        }
    }
    tx.commit().await?;
    Ok(Redirect::to("/account"))
}

fn card(line: SessionLine, this: Option<SecretHash>, now: OffsetDateTime) -> impl IntoView {
    let action = if Some(line.token) == this {
        view! { <strong>"This one"</strong> }.into_any()
    } else {
        view! {
            <form method="post" action="/account/sessions">
                <button class="button quiet" name="session" value=line.token.encode()>"Sign out"</button>
            </form>
        }
        .into_any()
    };
    let agent = if line.agent.is_empty() { "A program without a name".to_owned() } else { line.agent };
    view! {
        <li class="card">
            <p>{agent}</p>
            <p class="soft">
                "From "<code>{line.address}</code>", since "<Time at=line.created_at now/>", used "<Time at=line.seen_at now/>
            </p>
            {action}
        </li>
    }
}
