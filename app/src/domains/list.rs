//! `/t/<slug>/domains`: the names that mail can leave under, and how each stands.

use super::{domain_sentence, domain_state, ended_sentence};
use crate::page::render;
use crate::ssr::Member;
use crate::ui::button::LinkButton;
use crate::ui::empty::Empty;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::state::State as StateWord;
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::domains::{self, Domain, Ended};
use leptos::prelude::*;
use rules::access::Permission;
use rules::limits;
use rules::time::{Duration, OffsetDateTime};

pub async fn page(State(site): State<Site>, member: Member) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let now = site.now();
    let domains = domains::list(&mut tx).await?;
    let ended = domains::list_ended(&mut tx, now - Duration::days(limits::DOMAIN_ENDED_SHOWN_DAYS)).await?;
    tx.commit().await?;
    Ok(render(&site, StatusCode::OK, "Domains", move || {
        let connect = frame.role.may(Permission::ManageDomains).then(|| frame.address("/domains/new"));
        let list = if domains.is_empty() {
            let sentence = "No domain yet. Mail leaves under a name of your own: connect one, publish its records, and it \
                            turns green by itself.";
            view! { <Empty sentence/> }.into_any()
        } else {
            table(&frame, domains, now).into_any()
        };
        view! {
            <Tenant frame section=TenantSection::Domains>
                <div class="heading">
                    <h1>"Domains"</h1>
                    {connect.map(|href| view! { <LinkButton href label="Connect a domain"/> })}
                </div>
                {list}
                {ended_list(ended, now)}
            </Tenant>
        }
    })
    .await)
}

fn table(frame: &TenantFrame, domains: Vec<Domain>, now: OffsetDateTime) -> impl IntoView + use<> {
    let rows: Vec<_> = domains
        .into_iter()
        .map(|domain| {
            let href = frame.address(&format!("/domains/{}", domain.id));
            let (tone, word) = domain_state(domain.facts().state());
            let sentence = domain_sentence(&domain);
            view! {
                <tr>
                    <th scope="row"><a href=href>{domain.name.to_string()}</a></th>
                    <td data-label="State"><StateWord tone word/></td>
                    <td data-label="What it means" class="soft">{sentence}</td>
                    <td data-label="Connected"><Time at=domain.created_at now/></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let columns =
        vec![Column::Text("Name"), Column::Text("State"), Column::Text("What it means"), Column::Text("Connected")];
    view! { <Table columns rows/> }
}

/// Those that went without anybody's asking.
fn ended_list(ended: Vec<Ended>, now: OffsetDateTime) -> Option<impl IntoView> {
    let lines: Vec<_> = ended
        .into_iter()
        .map(|domain| {
            let sentence = ended_sentence(domain.why);
            view! { <li><strong>{domain.name.to_string()}</strong>", "<Time at=domain.at now/>": "{sentence}</li> }
        })
        .collect();
    (!lines.is_empty()).then(|| view! { <h2>"Ended"</h2><ul class="lines">{lines}</ul> })
}
