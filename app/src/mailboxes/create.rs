//! `/t/<slug>/mailboxes/new`: a mailbox at a verified domain.

use super::fields::{self, MailboxFields};
use crate::form::Form;
use crate::page::render;
use crate::ssr::Member;
use crate::ui::button::{LinkButton, Submit};
use crate::ui::empty::Empty;
use crate::ui::field::Field;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::select::Select;
use crate::ui::summary::Summary;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::domains::{self, Domain};
use db::mailboxes::{self, Create, NewMailbox};
use db::scope::TenantTx;
use leptos::prelude::*;
use rules::addresses::{AddressError, EmailAddress};
use rules::ids::{DomainId, MailboxId};
use rules::limits;

pub async fn page(State(site): State<Site>, member: Member) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let domains = ready_domains(&mut tx).await?;
    tx.commit().await?;
    let mut values = fields::defaults();
    // Most people write as themselves.
    values.push(("name", frame.person.name.clone()));
    Ok(show(&site, StatusCode::OK, frame, Form::of(values), domains).await)
}

pub async fn submit(State(site): State<Site>, member: Member, mut form: Form) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let domains = ready_domains(&mut tx).await?;
    let domain = domains.iter().find(|domain| Some(domain.id) == DomainId::parse(form.value("domain")));
    let domain = form.check("domain", domain.ok_or("Choose one of your verified domains."));
    let address = domain.and_then(|domain| {
        let typed = form.value("local").trim();
        let parsed = if typed.is_empty() { Err(AddressError::Empty) } else { whole_address(typed, domain) };
        form.check("local", parsed)
    });
    let settings = fields::read(&mut form);
    let (Some(domain), Some(address), Some(settings)) = (domain, address, settings) else {
        return Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, form, domains).await);
    };
    let now = site.now();
    let id = MailboxId::new(now, site.chance());
    let new = NewMailbox { id, domain: domain.id, address: &address, settings: &settings, by: frame.person.id };
    let (field, refusal) = match mailboxes::create(&mut tx, &new, now).await? {
        Create::Done => {
            tx.commit().await?;
            return Ok(Redirect::to(&frame.address(&format!("/mailboxes/{id}"))).into_response());
        }
        Create::AddressTaken => ("local", format!("{address} is a mailbox of your team already.")),
        Create::DomainNotReady => ("domain", format!("{} is not verified any more.", domain.name)),
        Create::TooMany => ("", format!("A team has {} mailboxes at most.", limits::MAILBOXES_MAX)),
    };
    form.refuse(field, refusal);
    Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, form, domains).await)
}

/// What stands before the @, or the whole address if somebody typed that.
fn whole_address(typed: &str, domain: &Domain) -> Result<EmailAddress, AddressError> {
    let suffix = format!("@{}", domain.name);
    let local = typed.strip_suffix(&suffix).unwrap_or(typed);
    EmailAddress::parse(&format!("{local}{suffix}"))
}

async fn ready_domains(tx: &mut TenantTx) -> Result<Vec<Domain>> {
    let mut domains = domains::list(tx).await?;
    domains.retain(|domain| domain.verified_at.is_some() && domain.removal_asked_at.is_none());
    Ok(domains)
}

async fn show(site: &Site, status: StatusCode, frame: TenantFrame, form: Form, domains: Vec<Domain>) -> Response {
    render(site, status, "Create a mailbox", move || {
        let action = frame.address("/mailboxes/new");
        let connect = frame.address("/domains");
        let options: Vec<_> =
            domains.iter().map(|domain| (domain.id.to_string(), format!("@{}", domain.name))).collect();
        let content = if options.is_empty() {
            let sentence = "A mailbox needs a verified domain, and there is none yet.";
            view! { <Empty sentence/><LinkButton href=connect label="To your domains"/> }.into_any()
        } else {
            view! {
                <form class="column" method="post" novalidate action=action>
                    <div class="fields">
                        <Field form=&form name="local" label="Address"/>
                        <Select form=&form name="domain" label="At the domain" options/>
                    </div>
                    <MailboxFields form=&form/>
                    <Submit label="Create"/>
                </form>
            }
            .into_any()
        };
        view! {
            <Tenant frame section=TenantSection::Mailboxes>
                <h1>"Create a mailbox"</h1>
                <Summary form=&form/>
                {content}
            </Tenant>
        }
    })
    .await
}
