//! `/console/ses`: how Amazon SES stands for the whole platform: the account that all teams share, the stream of events, and
//! mails that nobody answered for.

use crate::console::account_stop;
use crate::console::shared_ips::label;
use crate::page::render;
use crate::ssr::Operator;
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::isolation::account_stops;
use db::isolation::overview::{self, Asking, Inbox, Standing, Unanswered};
use db::isolation::ses_sweep::{self, Stray, Sweep};
use leptos::prelude::*;
use rules::isolation::{AccountWord, SharedPoolMode};
use rules::limits;
use rules::messages::Wait;
use rules::time::{Duration, OffsetDateTime};

pub async fn page(State(site): State<Site>, operator: Operator) -> Result<Response> {
    let mut tx = operator.read().await?;
    let standings = overview::list_standings(&mut tx).await?;
    let inbox = overview::find_inbox(&mut tx).await?;
    let unanswered = overview::list_unanswered(&mut tx).await?;
    let asking = overview::list_asking(&mut tx).await?;
    let sweeps = ses_sweep::list(&mut tx).await?;
    let strays = ses_sweep::list_strays(&mut tx).await?;
    let stops = account_stops::list(&mut tx).await?;
    tx.commit().await?;
    let (now, name) = (site.now(), operator.person.name.clone());
    Ok(render(&site, StatusCode::OK, "Amazon SES", move || {
        let none = standings.is_empty().then(|| {
            view! { <p class="soft">"It was not read yet. The worker reads it once a minute: does one run?"</p> }
        });
        view! {
            <Console name section=ConsoleSection::Ses>
                <h1>"Amazon SES"</h1>
                {none}
                {standings.into_iter().map(|it| account(it, now)).collect_view()}
                <p><a href="/console/pools">"Pools and dedicated IPs"</a></p>
                <h2>"Stops of everybody"</h2>
                {account_stop::list(stops, now)}
                <h2>"Differences from what is wanted"</h2>
                {differences(asking, strays, sweeps, now)}
                <h2>"Events"</h2>
                {events(inbox, now)}
                <h2>"Mails that nobody answered for"</h2>
                {silence(unanswered)}
            </Console>
        }
    })
    .await)
}

fn account(it: Standing, now: OffsetDateTime) -> impl IntoView {
    let (title, given) = match it.region.split_once('/') {
        None => (format!("The platform's account in {}", it.region), "given to teams, by their weights"),
        Some((account, region)) => (format!("Account {account} in {region}, a team's own"), "used"),
    };
    let is_spent = it.quota_a_day >= 0 && it.sent_today >= it.quota_a_day;
    let hold = it.hold.filter(|(until, _)| *until > now);
    let said = AccountWord::of(&it.enforcement, it.may_send);
    let (tone, word) = match (&hold, said, is_spent) {
        (_, AccountWord::Shutdown, _) => (Tone::Bad, "Amazon has stopped it"),
        (_, AccountWord::Probation, _) => (Tone::Warn, "Amazon reviews it"),
        (_, AccountWord::Well, true) => (Tone::Warn, "The day's quota is used up"),
        (Some(_), ..) => (Tone::Warn, "Nothing is sent for now"),
        _ => (Tone::Good, "Sends"),
    };
    let hold = hold.map(|(until, why)| {
        let why = Wait::parse(&why).map_or(why, |wait| wait.sentence().to_owned());
        view! { <dt>"Held"</dt><dd>{why}" Tried again "<Time at=until now/>"."</dd> }
    });
    let quota = match it.quota_a_day {
        ..0 => format!("{} sent, no limit", it.sent_today),
        quota => format!("{} of {quota} used", it.sent_today),
    };
    let is_listened =
        it.events_polled_at.is_some_and(|at| now - at < Duration::seconds(limits::EVENTS_POLLED_SECS_MAX));
    let (ear_tone, ear) = if is_listened { (Tone::Good, "Listened to") } else { (Tone::Bad, "Not listened to") };
    view! {
        <h2>{title}</h2>
        <dl class="facts">
            <dt>"State"</dt>
            <dd><StateWord tone word/>" read "<Time at=it.read_at now/></dd>
            {hold}
            <dt>"Amazon's judgement"</dt>
            <dd>{it.enforcement}</dd>
            <dt>"Shared IPs"</dt>
            <dd>{shared_ips(&it.shared_pool_mode)}</dd>
            <dt>"In 24 hours"</dt>
            <dd>{quota}</dd>
            <dt>"A second"</dt>
            <dd>{it.rate_a_second}", of which "{limits::ACCOUNT_RATE_PERCENT}" % are "{given}</dd>
            <dt>"Queue of events"</dt>
            <dd>
                <StateWord tone=ear_tone word=ear/>
                {it.event_received_at.map(|at| view! { ", the last event came "<Time at now/> })}
            </dd>
        </dl>
    }
}

/// Of sets that do not name them; ours all do.
fn shared_ips(mode: &str) -> String {
    match (SharedPoolMode::parse(mode), mode) {
        (Some(known), _) => format!("{} ({mode}), where a configuration set does not say otherwise", label(known)),
        (None, "") => "Amazon does not say".to_owned(),
        (None, other) => other.to_owned(),
    }
}

fn differences(asking: Vec<Asking>, strays: Vec<Stray>, sweeps: Vec<Sweep>, now: OffsetDateTime) -> impl IntoView {
    let read = sweeps.into_iter().filter_map(|sweep| Some((sweep.done_at?, sweep))).map(|(at, sweep)| {
        view! {
            <p class="soft">{sweep.tenants}" tenants at Amazon in "{sweep.region}", listed "<Time at now/>"."</p>
        }
    });
    let none = (asking.is_empty() && strays.is_empty()).then(|| view! { <p>"Nothing is asked of you."</p> });
    let asking = asking.into_iter().map(|Asking { tenant, name, open }| {
        let count = if open == 1 { "one thing".to_owned() } else { format!("{open} things") };
        view! { <li><a href=format!("/console/tenants/{tenant}/ses")>{name}</a>" asks "{count}" of you"</li> }
    });
    let strays = strays.into_iter().map(|stray| {
        view! {
            <li>
                <code>{stray.name}</code>" is at Amazon and no team's, since "<Time at=stray.found_at now/>
                ". It costs money; nothing is sent by it."
            </li>
        }
    });
    view! {
        {read.collect_view()}
        {none}
        <ul class="lines">{asking.collect_view()}{strays.collect_view()}</ul>
    }
}

fn events(inbox: Inbox, now: OffsetDateTime) -> impl IntoView {
    let waiting = match inbox.waiting_since {
        None => view! { <p>"All that came is applied."</p> }.into_any(),
        Some(since) => {
            view! { <p>{inbox.waiting}" wait to be applied, the oldest since "<Time at=since now/>"."</p> }.into_any()
        }
    };
    let rows: Vec<_> = inbox
        .troubles
        .into_iter()
        .map(|(at, trouble)| {
            view! {
                <tr>
                    <th scope="row"><Time at now/></th>
                    <td data-label="Why">{trouble}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let troubles = (!rows.is_empty()).then(|| {
        let columns = vec![Column::Text("Came"), Column::Text("Why it could not be used")];
        view! { <Table columns rows/> }
    });
    view! { {waiting}{troubles} }
}

fn silence(unanswered: Vec<Unanswered>) -> AnyView {
    if unanswered.is_empty() {
        return view! { <p class="soft">"None: SES has told of every mail."</p> }.into_any();
    }
    let rows = unanswered
        .into_iter()
        .map(|it| {
            view! {
                <tr>
                    <th scope="row"><a href=format!("/console/tenants/{}", it.tenant)>{it.name}</a></th>
                    <td class="number" data-label="Events may tell">{it.open}</td>
                    <td class="number" data-label="Never known">{it.closed}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let columns = vec![Column::Text("Tenant"), Column::Number("Events may tell"), Column::Number("Never known")];
    view! {
        <p class="soft">
            "Their leads may have had them, so none is sent again but those that Amazon SES failed at itself, once. The team \
             sees each among its mails."
        </p>
        <Table columns rows/>
    }
    .into_any()
}
