//! What a tenant may send, what waits and what its lanes can bear: a part of its page in the console.

use crate::Result;
use crate::isolation::used;
use crate::ui::button::LinkButton;
use crate::ui::number::thousands;
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::time::Time;
use db::clock;
use db::isolation::caps::{self, Standing};
use db::isolation::overview;
use db::messages::queue::{self, Queue};
use db::scope::OperatorTx;
use leptos::prelude::*;
use rules::ids::TenantId;
use rules::isolation::CapSpan;
use rules::limits;
use rules::time::OffsetDateTime;

/// What the part shows. Times are business time.
pub struct Shown {
    standing: Standing,
    queue: Queue,
    accounts: Vec<overview::Standing>,
    now: OffsetDateTime,
}

pub async fn read(tx: &mut OperatorTx, tenant: TenantId, machine_now: OffsetDateTime) -> Result<Shown> {
    let now = clock::business_time_of_console(tx, machine_now).await?;
    Ok(Shown {
        standing: caps::find_of(tx, tenant, now).await?,
        queue: queue::find_of(tx, tenant, now).await?,
        accounts: overview::list_standings_of(tx, tenant).await?,
        now,
    })
}

/// `at` is the tenant's address.
pub fn view(at: &str, shown: Shown) -> impl IntoView + use<> {
    let Shown { standing, queue, accounts, now } = shown;
    let allowance = standing.allowance;
    let full = allowance.full(now).map(|full| {
        view! { <p><StateWord tone=Tone::Waiting word="Cap used"/>" The next mail can leave "<Time at=full.until now/>"."</p> }
    });
    let caps = CapSpan::ALL.map(|span| {
        let label = match span {
            CapSpan::Day => "Cap in 24 hours",
            CapSpan::Hour => "Cap an hour",
            CapSpan::Second => "Cap a second",
        };
        view! { <dt>{label}</dt><dd>{used(&allowance, span, now).unwrap_or_else(|| "none of its own".to_owned())}</dd> }
    });
    let weight = match standing.weight.get() {
        1 => "1, as everybody by default".to_owned(),
        weight => format!("{weight}: when capacity is short, {weight} mails for each 1 of a team of weight 1"),
    };
    let since = |since: Option<OffsetDateTime>| since.map(|since| view! { ", the oldest since "<Time at=since now/> });
    view! {
        <h2>"Caps and queue"</h2>
        {full}
        <dl class="facts">
            {caps.collect_view()}
            <dt>"Weight"</dt>
            <dd>{weight}</dd>
            <dt>"Mailboxes that wait for their turn"</dt>
            <dd>{format!("{} of {}", thousands(queue.lanes_due), thousands(queue.mailboxes))}{since(queue.lanes_due_since)}</dd>
            <dt>"Follow-ups that are due"</dt>
            <dd>{counted(queue.follow_ups)}{since(queue.follow_ups_since)}</dd>
            <dt>"Leads that wait for a first mail"</dt>
            <dd>{counted(queue.first_mails)}</dd>
            <dt>"Capacity"</dt>
            <dd>
                {format!("{} mails a day by its mailboxes' own caps. ", thousands(queue.mails_a_day))}
                {accounts.into_iter().map(|it| account(&it)).collect_view()}
            </dd>
        </dl>
        <p><LinkButton href=format!("{at}/caps") label="Set caps and weight" quiet=true/></p>
    }
}

fn account(it: &overview::Standing) -> String {
    let quota = match it.quota_a_day {
        ..0 => "no limit".to_owned(),
        quota => thousands(quota),
    };
    let whose = if it.account().is_some() { "Its own account" } else { "All tenants together" };
    format!("{whose}: {quota} in 24 hours, {} a second ({}). ", thousands(it.rate_a_second), it.region)
}

fn counted(count: i64) -> String {
    if count > limits::QUEUE_COUNTED_MAX {
        format!("more than {}", thousands(limits::QUEUE_COUNTED_MAX))
    } else {
        thousands(count)
    }
}
