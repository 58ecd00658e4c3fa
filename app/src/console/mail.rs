//! `/console/mail`: the platform's own mail, how each stands, and what it leaves from. The operator can read it, to pass a
//! link on by hand.

use crate::messages;
use crate::page::render;
use crate::ssr::Operator;
use crate::ui::copy::Copy;
use crate::ui::empty::Empty;
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::accounts::platform_mail::{self, PlatformMail};
use db::isolation::platform_sender::{self, PlatformSender};
use leptos::prelude::*;
use rules::addresses::EmailAddress;
use rules::limits::PAGE_ROWS_MAX;
use rules::messages::MessageState;
use rules::time::OffsetDateTime;

pub async fn page(State(site): State<Site>, operator: Operator) -> Result<Response> {
    let mut tx = operator.act("read_platform_mail", "looked at the platform's own mail", None).await?;
    let mails = platform_mail::list(&mut tx, PAGE_ROWS_MAX).await?;
    let sender = platform_sender::find_last(&mut tx).await?;
    tx.commit().await?;
    let (now, name, address) = (site.now(), operator.person.name.clone(), site.mail_from.clone());
    Ok(render(&site, StatusCode::OK, "Mail", move || {
        let empty = mails.is_empty().then(|| view! { <Empty sentence="The platform has written no mail yet."/> });
        view! {
            <Console name section=ConsoleSection::Mail>
                <h1>"The platform's own mail"</h1>
                {leaves_from(address, sender, now)}
                <p class="soft">
                    "Invitations; the newest "{PAGE_ROWS_MAX}" are shown. A link opens the door for whoever has it; that you \
                     read this page is in the audit."
                </p>
                {empty}
                <ul class="cards">{mails.into_iter().map(|mail| card(mail, now)).collect_view()}</ul>
            </Console>
        }
    })
    .await)
}

/// The address, whether mail can leave from it, and what that needs.
fn leaves_from(address: Option<EmailAddress>, sender: Option<PlatformSender>, now: OffsetDateTime) -> impl IntoView {
    let Some(address) = address else {
        return view! {
            <p>
                <StateWord tone=Tone::Warn word="It waits"/>
                " No address is set that it could leave from: set "<code>"OWNLANE_MAIL_FROM"</code>
                " and start again. Until then, pass a link on by hand."
            </p>
        }
        .into_any();
    };
    // What was read of another address says nothing of this one.
    let sender = sender.filter(|sender| sender.address == address.as_str());
    let (tone, word, sentence) = match &sender {
        Some(sender) if sender.may_send => (Tone::Good, "Ready", ""),
        Some(sender) if sender.dkim.is_some() => (
            Tone::Warn,
            "Needs records",
            " It waits until these records stand in DNS, which Amazon SES looks for by itself.",
        ),
        _ => (Tone::Waiting, "Being made", " It waits until Amazon SES knows the address."),
    };
    let trouble = sender.as_ref().and_then(|sender| sender.trouble.clone());
    let trouble = trouble.map(|(text, since)| view! { <p>{text}" (since "<Time at=since now/>")"</p> });
    let dkim = sender.filter(|sender| !sender.may_send).and_then(|sender| sender.dkim);
    let records = dkim.map(|(tokens, zone)| records(address.domain().as_str(), tokens, &zone));
    view! {
        <p>"It leaves from "<strong>{address.to_string()}</strong>": "<StateWord tone word/>{sentence}</p>
        {trouble}
        {records}
    }
    .into_any()
}

fn records(domain: &str, tokens: Vec<String>, zone: &str) -> impl IntoView + use<> {
    let rows = tokens
        .into_iter()
        .map(|token| {
            let (name, value) = (format!("{token}._domainkey.{domain}"), format!("{token}.{zone}"));
            view! {
                <tr>
                    <th scope="row">"CNAME"</th>
                    <td data-label="Name"><Copy what="name" text=name/></td>
                    <td data-label="Value"><Copy what="value" text=value/></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let columns = vec![Column::Text("Type"), Column::Text("Name"), Column::Text("Value")];
    view! { <section class="records"><Table columns rows/></section> }
}

fn card(mail: PlatformMail, now: OffsetDateTime) -> impl IntoView {
    let (tone, word) = match mail.state {
        MessageState::Returned => (Tone::Waiting, "waits"),
        state => messages::state(state),
    };
    view! {
        <li class="card">
            <p><strong>{mail.subject}</strong>" "<StateWord tone word/></p>
            <p class="soft">"To "{mail.recipient}", "<Time at=mail.created_at now/></p>
            {mail.trouble.map(|trouble| view! { <p class="soft">{trouble}</p> })}
            <details>
                <summary>"Read"</summary>
                <pre class="letter">{mail.body}</pre>
            </details>
        </li>
    }
}
