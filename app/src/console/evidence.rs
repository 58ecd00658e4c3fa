//! `/console/tenants/<tenant>/evidence`: the newest report of a tenant's isolation, and having one made now.

use crate::console::tenant;
use crate::evidence::report::{self, verdict};
use crate::form::Form;
use crate::page::render;
use crate::ssr::{Address, Operator};
use crate::ui::button::Submit;
use crate::ui::empty::Empty;
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::time::Time;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::isolation::evidence;
use leptos::prelude::*;
use rules::evidence::Report;
use rules::ids::TenantId;

pub async fn page(
    State(site): State<Site>,
    operator: Operator,
    Address(tenant): Address<TenantId>,
) -> Result<Response> {
    let mut tx = operator.read().await?;
    let tenant = tenant::find(&mut tx, tenant).await?;
    let last = evidence::find_last_of(&mut tx, tenant.id).await?;
    tx.commit().await?;
    let (now, name) = (site.now(), operator.person.name.clone());
    let title = format!("Evidence of {}", tenant.name);
    Ok(render(&site, StatusCode::OK, title.clone(), move || {
        let newest = last.and_then(|signed| {
            let report: Report = serde_json::from_str(&signed.report.0).ok()?;
            Some(view! {
                <p>{verdict(&signed.made)}" · made "<Time at=signed.made.at now/></p>
                {report::view(report)}
            })
        });
        let none = newest.is_none().then(|| view! { <Empty sentence="No report was made yet."/> });
        view! {
            <Console name section=ConsoleSection::Tenants>
                <p><a href=format!("/console/tenants/{}", tenant.id)>{tenant.name}</a></p>
                <h1>{title}</h1>
                <form method="post">
                    <Submit label="Make a new one now"/>
                </form>
                {none}
                {newest}
            </Console>
        }
    })
    .await)
}

pub async fn ask(
    State(site): State<Site>,
    operator: Operator,
    Address(tenant): Address<TenantId>,
    _: Form,
) -> Result<Response> {
    let mut tx = operator.act("ask_for_evidence", "had the tests of isolation run", Some(tenant)).await?;
    tenant::find(&mut tx, tenant).await?;
    evidence::ask_for(&mut tx, tenant, operator.person.id, site.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/console/tenants/{tenant}/evidence")).into_response())
}
