//! `/console/tenants/<tenant>/pause` and `/resume`: stops one tenant's lane, and lifts that pause again, each with a
//! reason. Other causes stay as they are.

use crate::console::tenant;
use crate::form::Form;
use crate::page::render;
use crate::ssr::{Address, Operator};
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::{button::Submit, field::Field, summary::Summary};
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::accounts::tenants::Tenant;
use db::clock;
use db::health::incidents::{self, Addressed, Closing, Opening};
use db::scope::OperatorTx;
use leptos::prelude::*;
use rules::accounts::Reason;
use rules::health::{Letter, Scope};
use rules::ids::{IncidentId, PauseId, PlatformMailId, TenantId, UserId};
use rules::isolation::PauseCause;
use rules::time::OffsetDateTime;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Pause,
    Resume,
}

pub async fn page(state: State<Site>, operator: Operator, tenant: Address<TenantId>) -> Result<Response> {
    ask(&state, &operator, tenant.0, Step::Pause, StatusCode::OK, Form::default()).await
}

pub async fn resume_page(state: State<Site>, operator: Operator, tenant: Address<TenantId>) -> Result<Response> {
    ask(&state, &operator, tenant.0, Step::Resume, StatusCode::OK, Form::default()).await
}

pub async fn submit(state: State<Site>, operator: Operator, tenant: Address<TenantId>, form: Form) -> Result<Response> {
    take(&state, &operator, tenant.0, Step::Pause, form).await
}

pub async fn submit_resume(
    state: State<Site>,
    operator: Operator,
    tenant: Address<TenantId>,
    form: Form,
) -> Result<Response> {
    take(&state, &operator, tenant.0, Step::Resume, form).await
}

async fn take(site: &Site, operator: &Operator, id: TenantId, step: Step, mut form: Form) -> Result<Response> {
    let Some(reason) = form.check("reason", Reason::parse(form.value("reason"))) else {
        return ask(site, operator, id, step, StatusCode::UNPROCESSABLE_ENTITY, form).await;
    };
    let by = operator.person.id;
    let action = match step {
        Step::Pause => "pause_tenant",
        Step::Resume => "resume_tenant",
    };
    let mut tx = operator.act(action, reason.as_str(), Some(id)).await?;
    let tenant = tenant::find(&mut tx, id).await?;
    let now = clock::business_time_of_console(&mut tx, site.now()).await?;
    match step {
        Step::Pause => pause(site, &mut tx, &tenant, by, reason.as_str(), now).await?,
        Step::Resume => {
            let closing = Closing {
                scope: Scope::Tenant,
                cause: PauseCause::Operator,
                by: Some(by),
                reason: reason.as_str(),
                now,
                machine_now: site.now(),
            };
            incidents::close_for(&mut tx, id, closing).await?;
        }
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/console/tenants/{id}")).into_response())
}

/// Pausing what the operator has paused already changes nothing.
async fn pause(
    site: &Site,
    tx: &mut OperatorTx,
    tenant: &Tenant,
    by: UserId,
    reason: &str,
    now: OffsetDateTime,
) -> Result<()> {
    let (machine_now, chance) = (site.now(), site.chance());
    let id = IncidentId::new(now, chance);
    let page = format!("{}/t/{}/incidents/{id}", site.public_url, tenant.slug);
    let letter = Letter::write(&tenant.name, Scope::Tenant, &tenant.name, reason, &page);
    let to: Vec<_> = incidents::list_addresses_of(tx, tenant.id)
        .await?
        .into_iter()
        .map(|recipient| Addressed { recipient, mail: PlatformMailId::new(machine_now, chance) })
        .collect();
    let opening = Opening {
        id,
        pause: Some(PauseId::new(now, chance)),
        scope: Scope::Tenant,
        name: &tenant.name,
        cause: PauseCause::Operator,
        reason,
        judged: None,
        by: Some(by),
        now,
        machine_now,
    };
    incidents::open_for(tx, tenant.id, &opening, &letter, &to).await?;
    Ok(())
}

async fn ask(
    site: &Site,
    operator: &Operator,
    id: TenantId,
    step: Step,
    status: StatusCode,
    form: Form,
) -> Result<Response> {
    let mut tx = operator.read().await?;
    let tenant = tenant::find(&mut tx, id).await?;
    tx.commit().await?;
    let name = operator.person.name.clone();
    let (title, consequence, action) = words(step, &tenant);
    Ok(render(site, status, title.clone(), move || {
        let (label, danger, hint) = match step {
            Step::Pause => ("Pause", true, "The team reads it; it stays in the audit."),
            Step::Resume => ("Resume", false, "It stays in the audit."),
        };
        view! {
            <Console name section=ConsoleSection::Tenants>
                <h1>{title}</h1>
                <p>{consequence}</p>
                <Summary form=&form/>
                <form class="column" method="post" novalidate action=action>
                    <Field form=&form name="reason" label="Reason" hint=hint/>
                    <Submit label danger/>
                </form>
            </Console>
        }
    })
    .await)
}

/// Title, consequence and address of a step.
fn words(step: Step, tenant: &Tenant) -> (String, String, String) {
    let (id, name) = (tenant.id, &tenant.name);
    match step {
        Step::Pause => (
            format!("Pause {name}"),
            format!(
                "Nothing of {name} leaves until you resume it. Its people keep their pages, and read your reason. Other \
                 tenants: none is touched."
            ),
            format!("/console/tenants/{id}/pause"),
        ),
        Step::Resume => (
            format!("Resume {name}"),
            format!("{name} sends again, unless something else holds it too: only the operator's pause is lifted."),
            format!("/console/tenants/{id}/resume"),
        ),
    }
}
