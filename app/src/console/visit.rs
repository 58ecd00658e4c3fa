//! `/console/tenants/<tenant>/visit`: an operator acts in a team as one of its admins, with a reason and for a while; and what
//! was done on visits before.

use crate::console::tenant;
use crate::form::Form;
use crate::page::render;
use crate::ssr::{Address, Operator};
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use crate::ui::{button::Submit, field::Field, summary::Summary};
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::accounts::tenants::Tenant;
use db::accounts::visits::{self, NewVisit, Visit, VisitStep};
use db::scope::OperatorTx;
use leptos::prelude::*;
use rules::accounts::Reason;
use rules::ids::{TenantId, VisitId};
use rules::limits;
use rules::time::{Duration, OffsetDateTime};

struct Shown {
    tenant: Tenant,
    visits: Vec<Visit>,
    steps: Vec<VisitStep>,
}

async fn read(tx: &mut OperatorTx, tenant: TenantId) -> Result<Shown> {
    let tenant = tenant::find(tx, tenant).await?;
    let (visits, steps) = visits::list_of(tx, tenant.id).await?;
    Ok(Shown { tenant, visits, steps })
}

pub async fn page(State(site): State<Site>, operator: Operator, Address(id): Address<TenantId>) -> Result<Response> {
    let mut tx = operator.read().await?;
    let shown = read(&mut tx, id).await?;
    tx.commit().await?;
    Ok(show(&site, &operator, StatusCode::OK, shown, Form::default()).await)
}

pub async fn submit(
    State(site): State<Site>,
    operator: Operator,
    Address(id): Address<TenantId>,
    mut form: Form,
) -> Result<Response> {
    let Some(reason) = form.check("reason", Reason::parse(form.value("reason"))) else {
        let mut tx = operator.read().await?;
        let shown = read(&mut tx, id).await?;
        tx.commit().await?;
        return Ok(show(&site, &operator, StatusCode::UNPROCESSABLE_ENTITY, shown, form).await);
    };
    let now = site.now();
    let mut tx = operator.act("visit_tenant", reason.as_str(), Some(id)).await?;
    let tenant = tenant::find(&mut tx, id).await?;
    let visit = NewVisit {
        id: VisitId::new(now, site.chance()),
        operator: operator.person.id,
        operator_name: &operator.person.name,
        reason: reason.as_str(),
        ends_at: now + Duration::minutes(limits::VISIT_MINS),
    };
    visits::begin(&mut tx, id, &visit, now).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/t/{}", tenant.slug)).into_response())
}

/// Ending what has ended changes nothing.
pub async fn end(
    State(site): State<Site>,
    operator: Operator,
    Address(id): Address<TenantId>,
    _: Form,
) -> Result<Response> {
    let mut tx = operator.act("end_visit", "ended by hand", Some(id)).await?;
    tenant::find(&mut tx, id).await?;
    visits::end(&mut tx, id, operator.person.id, site.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/console/tenants/{id}")).into_response())
}

async fn show(site: &Site, operator: &Operator, status: StatusCode, shown: Shown, form: Form) -> Response {
    let (name, now) = (operator.person.name.clone(), site.now());
    let title = format!("Act in {}", shown.tenant.name);
    render(site, status, title.clone(), move || {
        let Shown { tenant, visits, steps } = shown;
        let consequence = format!(
            "For {} minutes its pages are open to you as to an admin of the team: what you change there changes for them. Each \
             page that you open and each form that you send is kept, and the team reads your reason.",
            limits::VISIT_MINS
        );
        view! {
            <Console name section=ConsoleSection::Tenants>
                <p><a href=format!("/console/tenants/{}", tenant.id)>{tenant.name}</a></p>
                <h1>{title}</h1>
                <p>{consequence}</p>
                <Summary form=&form/>
                <form class="column" method="post" novalidate>
                    <Field form=&form name="reason" label="Reason" hint="The team reads it; it stays in the audit."/>
                    <Submit label="Act in this team" danger=true/>
                </form>
                <h2>"Visits"</h2>
                {history(visits, &steps, now)}
            </Console>
        }
    })
    .await
}

fn history(visits: Vec<Visit>, steps: &[VisitStep], now: OffsetDateTime) -> AnyView {
    if visits.is_empty() {
        return view! { <p class="soft">"Nobody has acted in this team."</p> }.into_any();
    }
    let rows = visits
        .into_iter()
        .map(|visit| {
            let own: Vec<_> = steps
                .iter()
                .filter(|step| step.visit == visit.id)
                .map(|step| view! { <li><code>{format!("{} {}", step.method, step.path)}</code>" "<Time at=step.at now/></li> })
                .collect();
            view! {
                <tr>
                    <th scope="row">{visit.operator_name}</th>
                    <td data-label="Why">{visit.reason}</td>
                    <td data-label="When"><Time at=visit.begun_at now/></td>
                    <td data-label="Steps"><ul class="lines">{own}</ul></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let columns = ["Who", "Why", "When", "Steps, the newest first"].map(Column::Text);
    view! { <Table columns=columns.into() rows/> }.into_any()
}
