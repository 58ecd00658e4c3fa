//! `/t/<slug>/domains/new`: claims a name for the team. The world is told later, by the worker.

use crate::form::Form;
use crate::page::render;
use crate::ssr::Member;
use crate::ui::button::Submit;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::{field::Field, summary::Summary};
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::domains::{self, Connect, NewDomain};
use leptos::prelude::*;
use rules::addresses::DomainName;
use rules::domains::{Keys, Lapse, root_of, wanted_records};
use rules::ids::{ClaimId, DomainId};
use rules::limits;
use rules::secrets::Secret;

pub async fn page(State(site): State<Site>, member: Member) -> Result<Response> {
    let (tx, frame) = member.enter().await?;
    tx.commit().await?;
    Ok(show(&site, StatusCode::OK, frame, Form::default()).await)
}

pub async fn submit(State(site): State<Site>, member: Member, mut form: Form) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let name = form.check("domain", DomainName::parse(form.value("domain")));
    let root = name.as_ref().and_then(|name| form.check("domain", root_of(name, &site.own_names())));
    let (Some(name), Some(root)) = (name, root) else {
        return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, form).await);
    };
    let now = site.now();
    let id = DomainId::new(now, site.chance());
    // It is published, so it is no secret; it only must not be guessed beforehand.
    let challenge = Secret::new(site.chance()).reveal();
    let new = NewDomain {
        id,
        claim: ClaimId::new(now, site.chance()),
        name: &name,
        root: &root,
        challenge: &challenge,
        records: &wanted_records(&name, &challenge, Keys::default(), None),
        claim_ends_at: frame.business_now + Lapse::Unproved.grace(),
        by: frame.person.id,
    };
    let refusal = match domains::connect(&mut tx, &new, now).await? {
        Connect::Done => {
            tx.commit().await?;
            return Ok(Redirect::to(&frame.address(&format!("/domains/{id}"))).into_response());
        }
        Connect::ClaimedByAnother => format!(
            "{root} is connected by another team. A name belongs to one team at a time, and a claim that is not proved ends by \
             itself after {} days. If it is yours, tell the operator.",
            limits::CLAIM_UNPROVED_DAYS
        ),
        Connect::ConnectedAlready(_) => format!("{name} is connected already: you find it in the list."),
        Connect::BeingRemoved => format!("{name} is being removed right now. Try again in a minute."),
        Connect::Closing => "This team is being closed: nothing new is connected to it.".to_owned(),
        Connect::TooMany => {
            format!("A team connects {} domains at most. Remove one that is not used.", limits::DOMAINS_MAX)
        }
    };
    form.refuse("domain", refusal);
    Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, form).await)
}

async fn show(site: &Site, status: StatusCode, frame: TenantFrame, form: Form) -> Response {
    render(site, status, "Connect a domain", move || {
        let action = frame.address("/domains/new");
        view! {
            <Tenant frame section=TenantSection::Domains>
                <h1>"Connect a domain"</h1>
                <Summary form=&form/>
                <form class="column" method="post" novalidate action=action>
                    <Field
                        form=&form
                        name="domain"
                        label="Domain"
                        hint="Where mail leaves from, like mail.example.com. A subdomain keeps the reputation of your main name apart. The name it belongs to (example.com) is then your team's alone on this platform."
                    />
                    <Submit label="Connect"/>
                </form>
            </Tenant>
        }
    })
    .await
}
