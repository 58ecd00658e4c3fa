//! `/console/replies`: mail that came in and is nobody's, or that cannot be read. None of it is a team's; what is, stands there.

use crate::page::render;
use crate::replies::{marks, words};
use crate::ssr::Operator;
use crate::ui::empty::Empty;
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::time::Time;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::replies::inbound::{self, InboundMail, Nobodys};
use leptos::prelude::*;
use rules::addresses::DomainName;
use rules::limits::PAGE_ROWS_MAX;
use rules::time::OffsetDateTime;

pub async fn page(State(site): State<Site>, operator: Operator) -> Result<Response> {
    let mut tx = operator.act("read_inbound_mail", "looked at mail that came in and is nobody's", None).await?;
    let mails = inbound::list_nobodys(&mut tx, PAGE_ROWS_MAX).await?;
    tx.commit().await?;
    let (now, name, domain) = (site.now(), operator.person.name.clone(), site.reply_domain.clone());
    Ok(render(&site, StatusCode::OK, "Answers", move || {
        let empty = mails.is_empty().then(|| view! { <Empty sentence="Every mail that came in found its team."/> });
        view! {
            <Console name section=ConsoleSection::Replies>
                <h1>"Answers that are nobody's"</h1>
                {comes_in(domain)}
                <p class="soft">
                    "Mail that came in and answers no mail of a team, or that could not be read; the newest "{PAGE_ROWS_MAX}
                    " are shown. That you read this page is in the audit."
                </p>
                {empty}
                <ul class="cards">{mails.into_iter().map(|mail| card(mail, now)).collect_view()}</ul>
            </Console>
        }
    })
    .await)
}

fn comes_in(domain: Option<DomainName>) -> impl IntoView {
    match domain {
        Some(domain) => view! { <p>"Answers come in at "<strong>{domain.to_string()}</strong>"."</p> }.into_any(),
        None => view! {
            <p>
                <StateWord tone=Tone::Warn word="Answers do not come in here"/>
                " They go to the mailboxes that mails leave from, and sequences do not stop for them. Set "
                <code>"OWNLANE_REPLY_DOMAIN"</code>" and "<code>"OWNLANE_REPLIES_QUEUE"</code>"."
            </p>
        }
        .into_any(),
    }
}

fn card(mail: InboundMail, now: OffsetDateTime) -> impl IntoView {
    let to = mail.recipients.join(", ");
    let content = match mail.content {
        Some(content) => read(content, mail.is_spam, mail.has_virus).into_any(),
        None => unread(mail.id, mail.trouble.unwrap_or_default(), mail.due_at, now).into_any(),
    };
    view! {
        <li class="card">
            {content}
            <p class="soft">"To "{to}", "<Time at=mail.received_at now/></p>
        </li>
    }
}

fn read(content: Nobodys, is_spam: bool, has_virus: bool) -> impl IntoView {
    let from = if content.from_address.is_empty() { "nobody that it names".to_owned() } else { content.from_address };
    let subject = if content.subject.is_empty() { "No subject".to_owned() } else { content.subject };
    view! {
        <p><strong>{subject}</strong></p>
        <p class="soft">"From "{from}</p>
        {marks(is_spam, has_virus)}
        <p>{content.why}</p>
        <details>
            <summary>"Read"</summary>
            {words(content.body, has_virus)}
        </details>
    }
}

/// Where it lies in S3 is named by its id.
fn unread(id: String, trouble: String, due_at: Option<OffsetDateTime>, now: OffsetDateTime) -> impl IntoView {
    let next = match due_at {
        Some(at) => view! { <p class="soft">"It is tried again "<Time at now/>"."</p> }.into_any(),
        None => view! { <p>"It is not tried any more; it lies in S3 as it came."</p> }.into_any(),
    };
    view! {
        <p><strong>{id}</strong>" "<StateWord tone=Tone::Bad word="Not read"/></p>
        <p>{trouble}</p>
        {next}
    }
}
