//! `/t/<slug>/mailboxes/<id>/settings`: name, signature, pace and window of a mailbox; and its removal.

use super::fields::{self, MailboxFields};
use super::mailbox::{MailboxAddress, find};
use crate::form::Form;
use crate::page::render;
use crate::ssr::{Address, Member};
use crate::ui::button::Submit;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::summary::Summary;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::mailboxes::{self, Mailbox};
use leptos::prelude::*;

pub async fn page(State(site): State<Site>, member: Member, address: MailboxAddress) -> Result<Response> {
    let Address((_, id)) = address;
    let (mut tx, frame) = member.enter().await?;
    let mailbox = find(&mut tx, id).await?;
    tx.commit().await?;
    let form = fields::of(&mailbox.settings);
    Ok(show(&site, StatusCode::OK, frame, form, &mailbox).await)
}

pub async fn submit(
    State(site): State<Site>,
    member: Member,
    address: MailboxAddress,
    mut form: Form,
) -> Result<Response> {
    let Address((_, id)) = address;
    let (mut tx, frame) = member.enter().await?;
    let mailbox = find(&mut tx, id).await?;
    let Some(settings) = fields::read(&mut form) else {
        return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, form, &mailbox).await);
    };
    mailboxes::change(&mut tx, mailbox.id, &settings, site.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&frame.address(&format!("/mailboxes/{id}"))).into_response())
}

pub async fn remove(State(site): State<Site>, member: Member, address: MailboxAddress) -> Result<Response> {
    let Address((_, id)) = address;
    let (mut tx, frame) = member.enter().await?;
    let mailbox = find(&mut tx, id).await?;
    mailboxes::remove(&mut tx, mailbox.id, site.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&frame.address("/mailboxes")).into_response())
}

async fn show(site: &Site, status: StatusCode, frame: TenantFrame, form: Form, mailbox: &Mailbox) -> Response {
    let (id, address) = (mailbox.id, mailbox.address.to_string());
    render(site, status, format!("Change {address}"), move || {
        let action = frame.address(&format!("/mailboxes/{id}/settings"));
        view! {
            <Tenant frame section=TenantSection::Mailboxes>
                <h1>{format!("Change {address}")}</h1>
                <Summary form=&form/>
                <form class="column" method="post" novalidate action=action>
                    <MailboxFields form=&form/>
                    <Submit label="Save"/>
                </form>
            </Tenant>
        }
    })
    .await
}
