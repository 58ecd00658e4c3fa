//! `/console/mail`: the platform's own mail that waits. It leaves once sending is connected; until then the operator can
//! pass it on.

use crate::page::render;
use crate::ssr::Operator;
use crate::ui::empty::Empty;
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::time::Time;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::accounts::platform_mail::{self, PlatformMail};
use leptos::prelude::*;
use rules::limits::PAGE_ROWS_MAX;
use rules::time::OffsetDateTime;

pub async fn page(State(site): State<Site>, operator: Operator) -> Result<Response> {
    let mut tx = operator.act("read_platform_mail", "looked at the mail that waits", None).await?;
    let mails = platform_mail::list(&mut tx, PAGE_ROWS_MAX).await?;
    tx.commit().await?;
    let (now, name) = (site.now(), operator.person.name.clone());
    Ok(render(&site, StatusCode::OK, "Mail", move || {
        let empty = mails.is_empty().then(|| view! { <Empty sentence="No mail of the platform waits."/> });
        view! {
            <Console name section=ConsoleSection::Mail>
                <h1>"Mail that waits"</h1>
                <p class="soft">
                    "The platform's own mail: invitations. None of it leaves yet, so pass a link on by hand. The newest "
                    {PAGE_ROWS_MAX}" are shown. A link opens the door for whoever has it; that you read this page is in the audit."
                </p>
                {empty}
                <ul class="cards">{mails.into_iter().map(|mail| card(mail, now)).collect_view()}</ul>
            </Console>
        }
    })
    .await)
}

fn card(mail: PlatformMail, now: OffsetDateTime) -> impl IntoView {
    view! {
        <li class="card">
            <p><strong>{mail.subject}</strong></p>
            <p class="soft">"To "{mail.recipient}", "<Time at=mail.created_at now/></p>
            <details>
                <summary>"Read"</summary>
                <pre class="letter">{mail.body}</pre>
            </details>
        </li>
    }
}
