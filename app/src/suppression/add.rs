//! `/t/<slug>/suppressions/new`: addresses and whole domains that nobody of the team is to write to any more. All of the
//! lines are taken, or none.

use crate::form::Form;
use crate::page::render;
use crate::ssr::Member;
use crate::ui::area::Area;
use crate::ui::button::Submit;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::summary::Summary;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::suppression;
use leptos::prelude::*;
use rules::limits;
use rules::messages::{RefusedLine, parse_suppressed};

pub async fn page(State(site): State<Site>, member: Member) -> Result<Response> {
    let (tx, frame) = member.enter().await?;
    tx.commit().await?;
    Ok(show(&site, StatusCode::OK, frame, Form::default()).await)
}

pub async fn submit(State(site): State<Site>, member: Member, mut form: Form) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    match parse_suppressed(form.value("lines")) {
        Ok(whom) => suppression::suppress_by_hand(&mut tx, &whom, frame.business_now).await?,
        Err(refused) => {
            refuse(&mut form, &refused);
            return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, form).await);
        }
    }
    tx.commit().await?;
    Ok(Redirect::to(&frame.address("/suppressions")).into_response())
}

fn refuse(form: &mut Form, refused: &[RefusedLine]) {
    for line in refused.iter().take(limits::REFUSED_LINES_SHOWN_MAX) {
        form.refuse("lines", line);
    }
    let more = refused.len().saturating_sub(limits::REFUSED_LINES_SHOWN_MAX);
    if more > 0 {
        form.refuse("lines", format!("And {more} more lines."));
    }
}

async fn show(site: &Site, status: StatusCode, frame: TenantFrame, form: Form) -> Response {
    let title = "Suppress by hand";
    render(site, status, title, move || {
        let hint = "One a line: an address like anna@example.com, or @example.com for everybody at exactly this domain.";
        view! {
            <Tenant frame section=TenantSection::Suppression>
                <h1>{title}</h1>
                <p>
                    "Your team never writes to these again, unless they are removed from the list. What is planned for them \
                     is stopped at once. Other teams: not touched."
                </p>
                <Summary form=&form/>
                <form class="column" method="post" novalidate>
                    <Area form=&form name="lines" label="Addresses and domains" hint rows=8/>
                    <Submit label="Suppress" danger=true/>
                </form>
            </Tenant>
        }
    })
    .await
}
