//! `/t/<slug>/messages`: the mails that a number counts. What is looked for stands in the address.

use super::words::{answers, fact_label, state};
use crate::page::render;
use crate::ssr::{Ask, Member};
use crate::ui::empty::Empty;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::state::State as StateWord;
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::messages::{self, Filter, Message};
use db::metrics::{DayRange, Fact};
use db::scope::TenantTx;
use db::{mailboxes, sequences};
use leptos::prelude::*;
use rules::ids::{MailboxId, MessageId, SequenceId};
use rules::limits;
use rules::messages::Provider;
use rules::metrics::is_day;
use rules::time::OffsetDateTime;
use serde::Deserialize;

/// What is looked for; each may be missing.
#[derive(Default, Deserialize)]
pub struct MessagesAsked {
    #[serde(default)]
    what: String,
    /// Local days like 2026-11-29.
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    mailbox: String,
    #[serde(default)]
    sequence: String,
    /// A provider's code; `unknown`: it is not known.
    #[serde(default)]
    provider: String,
    #[serde(default)]
    before: String,
}

/// The query under which a number's rows are found.
pub(crate) fn query(filter: &Filter) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(fact) = filter.fact {
        query.append_pair("what", fact.code());
    }
    if let Some(days) = &filter.days {
        query.append_pair("from", &days.from).append_pair("until", &days.until);
    }
    if let Some(mailbox) = filter.mailbox {
        query.append_pair("mailbox", &mailbox.to_string());
    }
    if let Some(sequence) = filter.sequence {
        query.append_pair("sequence", &sequence.to_string());
    }
    if let Some(provider) = &filter.provider {
        query.append_pair("provider", if provider.is_empty() { "unknown" } else { provider });
    }
    if let Some(before) = filter.before {
        query.append_pair("before", &before.to_string());
    }
    let query = query.finish();
    if query.is_empty() { query } else { format!("?{query}") }
}

/// What is asked for, and how it reads. Mailboxes and sequences of others do not exist.
async fn read(tx: &mut TenantTx, asked: &MessagesAsked) -> Result<(Filter, Vec<String>)> {
    let mut words = Vec::new();
    let mut filter = Filter { before: MessageId::parse(&asked.before), ..Filter::default() };
    if !asked.what.is_empty() {
        let fact = Fact::parse(&asked.what).ok_or(Refusal::NotFound)?;
        words.push(fact_label(fact).to_lowercase());
        filter.fact = Some(fact);
    }
    if !asked.from.is_empty() || !asked.until.is_empty() {
        if !is_day(&asked.from) || !is_day(&asked.until) {
            return Err(Refusal::NotFound);
        }
        let one = asked.from == asked.until;
        words.push(if one { format!("on {}", asked.from) } else { format!("{} to {}", asked.from, asked.until) });
        filter.days = Some(DayRange { from: asked.from.clone(), until: asked.until.clone() });
    }
    if !asked.mailbox.is_empty() {
        let id = MailboxId::parse(&asked.mailbox).ok_or(Refusal::NotFound)?;
        let address = mailboxes::find_address(tx, id).await?.ok_or(Refusal::NotFound)?;
        words.push(format!("from {address}"));
        filter.mailbox = Some(id);
    }
    if !asked.sequence.is_empty() {
        let id = SequenceId::parse(&asked.sequence).ok_or(Refusal::NotFound)?;
        let sequence = sequences::find_uncounted(tx, id).await?.ok_or(Refusal::NotFound)?;
        words.push(format!("of {}", sequence.name));
        filter.sequence = Some(id);
    }
    if !asked.provider.is_empty() {
        let provider = match asked.provider.as_str() {
            "unknown" => None,
            code => Some(Provider::parse(code).ok_or(Refusal::NotFound)?),
        };
        words.push(format!("to {}", provider.map_or("providers not known yet", Provider::name)));
        filter.provider = Some(provider.map_or("", Provider::as_str).to_owned());
    }
    Ok((filter, words))
}

pub async fn page(State(site): State<Site>, member: Member, Ask(asked): Ask<MessagesAsked>) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let (filter, words) = read(&mut tx, &asked).await?;
    let mut found = messages::list(&mut tx, &filter, limits::PAGE_ROWS_MAX + 1).await?;
    tx.commit().await?;
    let is_full = i64::try_from(found.len()).is_ok_and(|count| count > limits::PAGE_ROWS_MAX);
    if is_full {
        found.pop();
    }
    let now = frame.business_now;
    Ok(render(&site, StatusCode::OK, "Mails", move || {
        let next = found.last().filter(|_| is_full).map(|last| {
            let next = Filter { before: Some(last.id), ..filter };
            frame.address(&format!("/messages{}", query(&next)))
        });
        let list = if found.is_empty() {
            view! { <Empty sentence="No mail is like that."/> }.into_any()
        } else {
            table(&frame, found, now).into_any()
        };
        let back = frame.address("");
        view! {
            <Tenant frame section=TenantSection::Overview>
                <h1>"Mails"</h1>
                <p>{words.join(", ")}" "<a href=back>"Back to the overview"</a></p>
                {list}
                {next.map(|href| view! { <p><a href=href>"Next page"</a></p> })}
            </Tenant>
        }
    })
    .await)
}

/// Mails, a row each. `now` is business time.
pub(crate) fn table(frame: &TenantFrame, found: Vec<Message>, now: OffsetDateTime) -> impl IntoView + use<> {
    let rows: Vec<_> = found
        .into_iter()
        .map(|message| {
            let (tone, word) = state(message.state);
            let href = frame.address(&format!("/messages/{}", message.id));
            let provider = message.provider.map_or("", Provider::name);
            let answers = answers(&message);
            view! {
                <tr>
                    <th scope="row"><a href=href>{message.recipient}</a></th>
                    <td data-label="Subject">{message.subject}</td>
                    <td data-label="State"><StateWord tone word/>" "{answers}</td>
                    <td data-label="From">{message.from}</td>
                    <td data-label="Provider">{provider}</td>
                    <td data-label="When"><Time at=message.claimed_at now/></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let columns = ["To", "Subject", "State", "From", "Provider", "When"].map(Column::Text);
    view! { <Table columns=columns.into() rows/> }
}
