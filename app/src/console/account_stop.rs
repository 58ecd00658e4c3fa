//! `/console/ses/stops/<stop>`: the account stands still, and an operator lets mail leave all the same, with a reason. Where
//! Amazon takes none, nobody can.

use crate::form::Form;
use crate::page::render;
use crate::ssr::{Address, Operator};
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use crate::ui::{button::Submit, field::Field, summary::Summary};
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::isolation::account_stops::{self, AccountStop};
use db::scope::OperatorTx;
use leptos::prelude::*;
use rules::accounts::Reason;
use rules::ids::AccountStopId;
use rules::isolation::AccountWord;
use rules::time::OffsetDateTime;

type At = Address<AccountStopId>;

/// One that an operator can still act on.
async fn find(tx: &mut OperatorTx, id: AccountStopId) -> Result<AccountStop> {
    let stop = account_stops::find_of_console(tx, id).await?;
    stop.filter(|stop| stop.ended_at.is_none() && stop.allowed.is_none() && stop.may_send).ok_or(Refusal::NotFound)
}

pub async fn page(State(site): State<Site>, operator: Operator, Address(id): At) -> Result<Response> {
    let mut tx = operator.read().await?;
    let stop = find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(show(&site, &operator, StatusCode::OK, stop, Form::default()).await)
}

pub async fn submit(State(site): State<Site>, operator: Operator, Address(id): At, mut form: Form) -> Result<Response> {
    let Some(reason) = form.check("reason", Reason::parse(form.value("reason"))) else {
        let mut tx = operator.read().await?;
        let stop = find(&mut tx, id).await?;
        tx.commit().await?;
        return Ok(show(&site, &operator, StatusCode::UNPROCESSABLE_ENTITY, stop, form).await);
    };
    let mut tx = operator.act("allow_sending", reason.as_str(), None).await?;
    find(&mut tx, id).await?;
    account_stops::allow(&mut tx, id, operator.person.id, reason.as_str(), site.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to("/console/ses").into_response())
}

async fn show(site: &Site, operator: &Operator, status: StatusCode, stop: AccountStop, form: Form) -> Response {
    let name = operator.person.name.clone();
    let title = "Let mail leave";
    render(site, status, title, move || {
        view! {
            <Console name section=ConsoleSection::Ses>
                <p><a href="/console/ses">"Amazon SES"</a></p>
                <h1>{title}</h1>
                <p>
                    "Amazon says "<code>{stop.enforcement}</code>" of the account in "{stop.region}
                    ". It still takes mail; while it reviews, each bounce and each complaint counts against every team. Whatever \
                     else holds a team stays. If Amazon says something worse, everybody stands still again."
                </p>
                <Summary form=&form/>
                <form class="column" method="post" novalidate>
                    <Field form=&form name="reason" label="Reason" hint="It stays in the audit."/>
                    <Submit label="Let mail leave" danger=true/>
                </form>
            </Console>
        }
    })
    .await
}

/// All that there were, those of now first: for the account's page.
pub(super) fn list(stops: Vec<AccountStop>, now: OffsetDateTime) -> AnyView {
    if stops.is_empty() {
        return view! { <p class="soft">"None: Amazon was content with the account so far."</p> }.into_any();
    }
    let rows = stops
        .into_iter()
        .map(|stop| {
            let can_allow = stop.ended_at.is_none() && stop.allowed.is_none() && stop.may_send;
            let act = can_allow.then(|| {
                let href = format!("/console/ses/stops/{}", stop.id);
                view! { <a class="button quiet" href=href>"Let mail leave"</a> }
            });
            let (tone, word) = match (&stop.allowed, stop.ended_at) {
                (_, Some(_)) => (Tone::Good, "Over"),
                (Some(_), None) => (Tone::Warn, "Mail leaves"),
                (None, None) => (Tone::Bad, "Everybody is paused"),
            };
            let allowed = stop.allowed.map(|(at, why)| {
                view! { <p>"Mail leaves since "<Time at now/>": "{why}</p> }
            });
            let ended = stop.ended_at.map(|at| view! { <p>"Amazon is content again since "<Time at now/></p> });
            let told = if stop.told.is_empty() { "nobody".to_owned() } else { stop.told.join(", ") };
            view! {
                <tr>
                    <th scope="row"><StateWord tone word/></th>
                    <td data-label="Region">{stop.region}</td>
                    <td data-label="Amazon says"><code>{stop.enforcement.clone()}</code>" "{AccountWord::of(&stop.enforcement, stop.may_send).sentence()}{allowed}{ended}</td>
                    <td data-label="Since"><Time at=stop.opened_at now/></td>
                    <td data-label="Told">{told}</td>
                    <td>{act}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let columns = vec![
        Column::Text("State"),
        Column::Text("Region"),
        Column::Text("Amazon says"),
        Column::Text("Since"),
        Column::Text("Told"),
        Column::Action,
    ];
    view! { <Table columns rows/> }.into_any()
}
