//! `/t/<slug>/sequences/new`: a draft with a name; it is written on its own page.

use crate::form::Form;
use crate::page::render;
use crate::ssr::Member;
use crate::ui::button::Submit;
use crate::ui::field::Field;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::summary::Summary;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::sequences::{self, Create};
use leptos::prelude::*;
use rules::ids::SequenceId;
use rules::limits;
use rules::sequences::parse_sequence_name;

pub async fn page(State(site): State<Site>, member: Member) -> Result<Response> {
    let (tx, frame) = member.enter().await?;
    tx.commit().await?;
    Ok(show(&site, StatusCode::OK, frame, Form::default()).await)
}

pub async fn submit(State(site): State<Site>, member: Member, mut form: Form) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let Some(name) = form.check("name", parse_sequence_name(form.value("name"))) else {
        return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, form).await);
    };
    let now = site.now();
    let id = SequenceId::new(now, site.chance());
    let refusal = match sequences::create(&mut tx, id, &name, frame.person.id, now).await? {
        Create::Done => {
            tx.commit().await?;
            return Ok(Redirect::to(&frame.address(&format!("/sequences/{id}"))).into_response());
        }
        Create::NameTaken => "Your team has a sequence of this name. Name it apart.".to_owned(),
        Create::TooMany => format!("A team has {} sequences at most.", limits::SEQUENCES_MAX),
    };
    form.refuse("name", refusal);
    Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, form).await)
}

async fn show(site: &Site, status: StatusCode, frame: TenantFrame, form: Form) -> Response {
    render(site, status, "Write a sequence", move || {
        let action = frame.address("/sequences/new");
        view! {
            <Tenant frame section=TenantSection::Sequences>
                <h1>"Write a sequence"</h1>
                <Summary form=&form/>
                <form class="column" method="post" novalidate action=action>
                    <Field form=&form name="name" label="Name" hint="For your team only: Logistics, first contact."/>
                    <Submit label="Create the draft"/>
                </form>
            </Tenant>
        }
    })
    .await
}
