//! `/t/<slug>/people`: who belongs to the team, and who is invited.

use crate::page::render;
use crate::ssr::Member;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::table::{Column, Table};
use crate::ui::{button::LinkButton, time::Time};
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::accounts::invitations::{self, OpenInvitation};
use db::accounts::memberships::{self, Member as Person};
use db::accounts::visits::{self, Visit};
use leptos::prelude::*;
use rules::access::Permission;
use rules::time::OffsetDateTime;

pub async fn page(State(site): State<Site>, member: Member) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let people = memberships::list(&mut tx).await?;
    let open = invitations::list_open(&mut tx).await?;
    let visits = visits::list(&mut tx).await?;
    tx.commit().await?;
    let now = site.now();
    Ok(render(&site, StatusCode::OK, "People", move || {
        let invite = frame.role.may(Permission::ManagePeople).then(|| frame.address("/invitations/new"));
        let people = members(&frame, people, now);
        let open = (!open.is_empty()).then(|| invited(&frame, open, now));
        view! {
            <Tenant frame section=TenantSection::People>
                <div class="heading">
                    <h1>"People"</h1>
                    {invite.map(|href| view! { <LinkButton href label="Invite somebody"/> })}
                </div>
                {people}
                {open}
                {(!visits.is_empty()).then(|| operators(visits, now))}
            </Tenant>
        }
    })
    .await)
}

fn members(frame: &TenantFrame, people: Vec<Person>, now: OffsetDateTime) -> impl IntoView + use<> {
    let rows: Vec<_> = people
        .into_iter()
        .map(|person| {
            let href = frame.address(&format!("/people/{}", person.user));
            let you = (person.user == frame.person.id).then_some(" (you)");
            view! {
                <tr>
                    <th scope="row"><a href=href>{person.name}</a>{you}</th>
                    <td data-label="Address">{person.email}</td>
                    <td data-label="Role">{person.role.as_str()}</td>
                    <td data-label="Joined"><Time at=person.since now/></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <Table columns=vec![Column::Text("Name"), Column::Text("Address"), Column::Text("Role"), Column::Text("Joined")] rows/>
    }
}

fn invited(frame: &TenantFrame, open: Vec<OpenInvitation>, now: OffsetDateTime) -> impl IntoView + use<> {
    let rows: Vec<_> = open
        .into_iter()
        .map(|invitation| {
            let withdraw = frame.role.may_assign(invitation.role).then(|| {
                let action = frame.address(&format!("/invitations/{}/withdrawal", invitation.id));
                let label = format!("Withdraw the invitation of {}", invitation.email);
                view! {
                    <form method="post" action=action novalidate>
                        <button class="button quiet" aria-label=label>"Withdraw"</button>
                    </form>
                }
            });
            let ends = if invitation.expires_at <= now { "ran out " } else { "runs out " };
            view! {
                <tr>
                    <th scope="row">{invitation.email}</th>
                    <td data-label="Role">{invitation.role.as_str()}</td>
                    <td data-label="Invited"><Time at=invitation.created_at now/></td>
                    <td data-label="Link">{ends}<Time at=invitation.expires_at now/></td>
                    <td>{withdraw}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <h2>"Invited"</h2>
        <Table columns=vec![Column::Text("Address"), Column::Text("Role"), Column::Text("Invited"), Column::Text("Link"), Column::Action] rows/>
    }
}

/// Who of the operators acted in the team, and why.
fn operators(visits: Vec<Visit>, now: OffsetDateTime) -> impl IntoView {
    let lines = visits.into_iter().map(|visit| {
        view! { <li>{visit.operator_name}", "<Time at=visit.begun_at now/>": "{visit.reason}</li> }
    });
    view! {
        <h2>"Operators who acted here"</h2>
        <ul class="lines">{lines.collect_view()}</ul>
    }
}
