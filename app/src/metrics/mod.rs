//! A team's own numbers: what was sent and what became of it, by day, mailbox and provider. Each number opens the mails
//! that it counts.

mod chart;

use crate::Result;
use crate::messages::fact_label;
use crate::messages::list::query;
use crate::ui::frame::TenantFrame;
use crate::ui::number::thousands;
use crate::ui::table::{Column, Table};
use db::mailboxes;
use db::messages::Filter;
use db::metrics::{self, DayRange, Fact, Numbers};
use db::scope::TenantTx;
use leptos::prelude::*;
use rules::ids::{MailboxId, SequenceId};
use rules::limits;
use rules::messages::Provider;
use rules::metrics::{rate, recent_days};

/// What the overview shows.
pub(crate) struct Shown {
    days: Vec<String>,
    total: Numbers,
    by_day: Vec<(String, Numbers)>,
    /// With the mailboxes' addresses.
    by_mailbox: Vec<(MailboxId, String, Numbers)>,
    by_provider: Vec<(String, Numbers)>,
}

/// What a table has a row for.
struct Line {
    label: String,
    filter: Filter,
    numbers: Numbers,
}

/// What a team looks at first; the rest is on the rows.
const COLUMNS: [Fact; 7] = [
    Fact::Sent,
    Fact::Delivered,
    Fact::HardBounced,
    Fact::SoftBounced,
    Fact::Complained,
    Fact::OptedOut,
    Fact::Answered,
];

pub(crate) async fn read(tx: &mut TenantTx, frame: &TenantFrame) -> Result<Shown> {
    let days = recent_days(frame.business_now, limits::OVERVIEW_DAYS);
    let range = range(&days);
    let addresses = mailboxes::list_addresses(tx).await?;
    let mut by_mailbox = Vec::new();
    for (mailbox, numbers) in metrics::by_mailbox(tx, &range).await? {
        let address = addresses.get(&mailbox).cloned().unwrap_or_default();
        by_mailbox.push((mailbox, address, numbers));
    }
    by_mailbox.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(Shown {
        total: metrics::total(tx, &range).await?,
        by_day: metrics::by_day(tx, &range).await?,
        by_mailbox,
        by_provider: metrics::by_provider(tx, &range).await?,
        days,
    })
}

fn range(days: &[String]) -> DayRange {
    let day = |day: Option<&String>| day.cloned().unwrap_or_default();
    DayRange { from: day(days.first()), until: day(days.last()) }
}

pub(crate) fn view(frame: &TenantFrame, shown: Shown) -> impl IntoView + use<> {
    let Shown { days, total, by_day, by_mailbox, by_provider } = shown;
    let heading = format!("The last {} days", days.len());
    let base = Filter { days: Some(range(&days)), ..Filter::default() };
    if total == Numbers::default() {
        return view! { <h2>{heading}</h2><p class="soft">"No mail has left yet."</p> }.into_any();
    }
    let chart = chart::view(frame, &days, &by_day);
    let mailboxes = by_mailbox.into_iter().map(|(id, label, numbers)| Line {
        label,
        numbers,
        filter: Filter { mailbox: Some(id), ..base.clone() },
    });
    let providers = by_provider.into_iter().map(|(code, numbers)| {
        let label = Provider::parse(&code).map_or("Not known", Provider::name).to_owned();
        Line { label, numbers, filter: Filter { provider: Some(code), ..base.clone() } }
    });
    let by_day = by_day.into_iter().rev().map(|(day, numbers)| {
        let days = Some(DayRange { from: day.clone(), until: day.clone() });
        Line { label: day, numbers, filter: Filter { days, ..Filter::default() } }
    });
    let tables = (
        table(frame, "Mailbox", mailboxes.collect()),
        table(frame, "Provider", providers.collect()),
        table(frame, "Day", by_day.collect()),
    );
    view! {
        <h2>{heading}</h2>
        {summary(frame, &base, total)}
        {chart}
        <h3>"By mailbox"</h3>
        {tables.0}
        <h3>"By recipient's provider"</h3>
        {tables.1}
        <details>
            <summary>"By day"</summary>
            {tables.2}
        </details>
        <p class="soft">
            "A mail counts on its mailbox's day on which it was sent, whatever becomes of it later. Sent is what Amazon SES \
             took: delivered, bounced, soft bounced and on their way together. Mails to Amazon's simulator count nowhere."
        </p>
    }
    .into_any()
}

/// Every fact with its number, and the rates that decide.
fn summary(frame: &TenantFrame, base: &Filter, numbers: Numbers) -> impl IntoView + use<> {
    let cards: Vec<_> = Fact::ALL
        .into_iter()
        .filter(|fact| numbers.of(*fact) > 0 || COLUMNS.contains(fact))
        .map(|fact| {
            let href = address(frame, base, fact);
            let rate = match fact {
                Fact::Delivered | Fact::HardBounced | Fact::Complained | Fact::OptedOut | Fact::Answered => {
                    Some(rate(numbers.of(fact), numbers.sent))
                }
                Fact::Sent | Fact::SoftBounced | Fact::OnTheWay | Fact::Refused | Fact::Unknown => None,
            };
            view! {
                <li>
                    <span class="soft">{fact_label(fact)}</span>
                    <a href=href aria-label=format!("{} {}", thousands(numbers.of(fact)), fact_label(fact).to_lowercase())>
                        {thousands(numbers.of(fact))}
                    </a>
                    {rate.map(|words| view! { <span class="soft">{words}</span> })}
                </li>
            }
        })
        .collect();
    view! { <ul class="numbers">{cards}</ul> }
}

fn table(frame: &TenantFrame, head: &'static str, lines: Vec<Line>) -> impl IntoView + use<> {
    let rows: Vec<_> = lines
        .into_iter()
        .map(|line| {
            let cells: Vec<_> = COLUMNS
                .into_iter()
                .map(|fact| {
                    let href = address(frame, &line.filter, fact);
                    let number = thousands(line.numbers.of(fact));
                    view! { <td data-label=fact_label(fact) class="number"><a href=href>{number}</a></td> }
                })
                .collect();
            view! { <tr><th scope="row">{line.label}</th>{cells}</tr> }.into_any()
        })
        .collect();
    let mut columns = vec![Column::Text(head)];
    columns.extend(COLUMNS.map(|fact| Column::Number(fact_label(fact))));
    view! { <Table columns rows/> }
}

fn address(frame: &TenantFrame, filter: &Filter, fact: Fact) -> String {
    let filter = Filter { fact: Some(fact), ..filter.clone() };
    frame.address(&format!("/messages{}", query(&filter)))
}

/// The numbers of one sequence, in one line; each opens its rows.
pub(crate) fn of_sequence(frame: &TenantFrame, sequence: SequenceId, numbers: Numbers) -> impl IntoView + use<> {
    let base = Filter { sequence: Some(sequence), ..Filter::default() };
    (numbers != Numbers::default()).then(|| summary(frame, &base, numbers))
}
