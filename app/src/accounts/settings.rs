//! `/t/<slug>/settings`: what the team says of itself in every mail.

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
use db::accounts::settings;
use leptos::prelude::*;
use rules::access::Permission;
use rules::sequences::parse_postal_address;

pub async fn page(State(site): State<Site>, member: Member) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let address = settings::find_postal_address(&mut tx).await?;
    tx.commit().await?;
    let form = Form::of([("postal", address.unwrap_or_default())]);
    Ok(show(&site, StatusCode::OK, frame, form).await)
}

pub async fn submit(State(site): State<Site>, member: Member, mut form: Form) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let Some(address) = form.check("postal", parse_postal_address(form.value("postal"))) else {
        return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, form).await);
    };
    settings::set_postal_address(&mut tx, &address, frame.person.id, site.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&frame.address("/settings")).into_response())
}

async fn show(site: &Site, status: StatusCode, frame: TenantFrame, form: Form) -> Response {
    render(site, status, "Settings", move || {
        let action = frame.address("/settings");
        let content = if frame.role.may(Permission::ManageMailboxes) {
            view! {
                <form class="column" method="post" novalidate action=action>
                    <Area
                        form=&form
                        name="postal"
                        label="Postal address"
                        hint="Company, street, town, country. It stands under every mail; without it nothing is sent."
                        rows=5
                    />
                    <Submit label="Save"/>
                </form>
            }
            .into_any()
        } else {
            let address = form.value("postal").to_owned();
            view! { <h2>"Postal address"</h2><pre class="letter">{address}</pre> }.into_any()
        };
        view! {
            <Tenant frame section=TenantSection::Settings>
                <h1>"Settings"</h1>
                <Summary form=&form/>
                {content}
            </Tenant>
        }
    })
    .await
}
