//! `/console/tenants/<tenant>/ses/drifts/<drift>`: an operator says that a difference at Amazon SES is to be put right, and
//! why. Before that Ownlane does not touch it: somebody may have meant it.

use crate::console::tenant;
use crate::form::Form;
use crate::page::render;
use crate::ssr::{Address, Operator};
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::{button::Submit, field::Field, summary::Summary};
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::accounts::tenants::Tenant;
use db::isolation::drifts::{self, Drift};
use db::isolation::ses_tenants;
use db::scope::OperatorTx;
use leptos::prelude::*;
use rules::accounts::Reason;
use rules::ids::{DriftId, TenantId};
use rules::isolation::{DriftKind, Remedy};

type At = Address<(TenantId, DriftId)>;

pub async fn page(State(site): State<Site>, operator: Operator, Address((tenant, drift)): At) -> Result<Response> {
    let mut tx = operator.read().await?;
    let asked = find(&mut tx, tenant, drift).await?;
    tx.commit().await?;
    Ok(show(&site, &operator, StatusCode::OK, asked, Form::default()).await)
}

pub async fn submit(
    State(site): State<Site>,
    operator: Operator,
    Address((tenant, drift)): At,
    mut form: Form,
) -> Result<Response> {
    let Some(reason) = form.check("reason", Reason::parse(form.value("reason"))) else {
        let mut tx = operator.read().await?;
        let asked = find(&mut tx, tenant, drift).await?;
        tx.commit().await?;
        return Ok(show(&site, &operator, StatusCode::UNPROCESSABLE_ENTITY, asked, form).await);
    };
    let now = site.now();
    let mut tx = operator.act("allow_repair", reason.as_str(), Some(tenant)).await?;
    find(&mut tx, tenant, drift).await?;
    drifts::allow(&mut tx, tenant, drift, operator.person.id, reason.as_str(), now).await?;
    ses_tenants::nudge_for(&mut tx, tenant, now).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/console/tenants/{tenant}/ses")).into_response())
}

/// One that is open and waits for a person's word.
async fn find(tx: &mut OperatorTx, tenant: TenantId, drift: DriftId) -> Result<(Tenant, Drift, &'static str)> {
    let tenant = tenant::find(tx, tenant).await?;
    let drift = drifts::find_of(tx, tenant.id, drift).await?.filter(|drift| drift.ended_at.is_none());
    let drift = drift.ok_or(Refusal::NotFound)?;
    match drift.kind.remedy() {
        Remedy::Allowed(label) => Ok((tenant, drift, label)),
        Remedy::ByItself | Remedy::ByHand => Err(Refusal::NotFound),
    }
}

async fn show(
    site: &Site,
    operator: &Operator,
    status: StatusCode,
    (tenant, drift, label): (Tenant, Drift, &'static str),
    form: Form,
) -> Response {
    let name = operator.person.name.clone();
    render(site, status, label, move || {
        view! {
            <Console name section=ConsoleSection::Tenants>
                <p><a href=format!("/console/tenants/{}/ses", tenant.id)>{tenant.name.clone()}" at Amazon SES"</a></p>
                <h1>{label}</h1>
                <p>{drift.kind.to_string()}": "<code>{drift.resource}</code>"."</p>
                <p>{consequence(drift.kind)}" Other tenants: not touched."</p>
                <Summary form=&form/>
                <form class="column" method="post" novalidate>
                    <Field form=&form name="reason" label="Reason" hint="It stays in the audit."/>
                    <Submit label/>
                </form>
            </Console>
        }
    })
    .await
}

const fn consequence(kind: DriftKind) -> &'static str {
    match kind {
        DriftKind::TenantGone => {
            "A tenant of the same name is made at Amazon SES, with an empty suppression list and a new id, and what the team \
             has is associated with it. Until then nothing of the team leaves."
        }
        DriftKind::PolicyWeakened => "The policy is set to what is wanted. Amazon may stop the team by it sooner.",
        DriftKind::TenantDisabled => "Amazon SES is told to take the team's mail again.",
        DriftKind::SendingOff => "The team's mail leaves by the configuration set again.",
        DriftKind::UnknownResource => "The association is taken away; the resource itself stays.",
        DriftKind::SuppressionScope
        | DriftKind::PolicyStricter
        | DriftKind::HoldLifted
        | DriftKind::SetGone
        | DriftKind::ReputationMetricsOff
        | DriftKind::SharedPoolMode
        | DriftKind::SendingPool
        | DriftKind::EventDestination
        | DriftKind::MissingAssociation
        | DriftKind::ForeignTenant
        | DriftKind::DefaultSet
        | DriftKind::FeedbackForwarding
        | DriftKind::IdentityGone => "It is put right.",
    }
}
