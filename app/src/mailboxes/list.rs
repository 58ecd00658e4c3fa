//! `/t/<slug>/mailboxes`: who the team writes as, and how each mailbox stands.

use super::standing;
use crate::page::render;
use crate::ssr::Member;
use crate::ui::button::LinkButton;
use crate::ui::empty::Empty;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::state::State as StateWord;
use crate::ui::table::{Column, Table};
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::isolation::{Pause, parts};
use db::mailboxes::{self, Mailbox};
use leptos::prelude::*;
use rules::access::Permission;
use rules::isolation::LanePart;

pub async fn page(State(site): State<Site>, member: Member) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let mailboxes = mailboxes::list(&mut tx).await?;
    let paused = parts::list(&mut tx).await?;
    tx.commit().await?;
    Ok(render(&site, StatusCode::OK, "Mailboxes", move || {
        let create = frame.role.may(Permission::ManageMailboxes).then(|| frame.address("/mailboxes/new"));
        let list = if mailboxes.is_empty() {
            let sentence = "No mailbox yet. A mailbox is who you write as: a name and an address at one of your verified \
                            domains, with its own pace.";
            view! { <Empty sentence/> }.into_any()
        } else {
            table(&frame, mailboxes, &paused).into_any()
        };
        view! {
            <Tenant frame section=TenantSection::Mailboxes>
                <div class="heading">
                    <h1>"Mailboxes"</h1>
                    {create.map(|href| view! { <LinkButton href label="Create a mailbox"/> })}
                </div>
                {list}
            </Tenant>
        }
    })
    .await)
}

fn table(frame: &TenantFrame, mailboxes: Vec<Mailbox>, paused: &[(LanePart, Pause)]) -> impl IntoView + use<> {
    let rows: Vec<_> = mailboxes
        .into_iter()
        .map(|mailbox| {
            let href = frame.address(&format!("/mailboxes/{}", mailbox.id));
            let (tone, word, _) = standing(frame, &mailbox, paused);
            view! {
                <tr>
                    <th scope="row"><a href=href>{mailbox.address.to_string()}</a></th>
                    <td data-label="Name">{mailbox.settings.display_name}</td>
                    <td data-label="State"><StateWord tone word/></td>
                    <td data-label="Window">{mailbox.settings.window.describe()}</td>
                    <td data-label="A day" class="number">{mailbox.settings.daily_cap.mails()}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let columns = vec![
        Column::Text("Address"),
        Column::Text("Name"),
        Column::Text("State"),
        Column::Text("Window"),
        Column::Number("A day"),
    ];
    view! { <Table columns rows/> }
}
