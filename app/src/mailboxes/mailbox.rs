//! `/t/<slug>/mailboxes/<id>`: what leaves from it today, and why not more?

use super::standing;
use crate::isolation::{of_part, pause_link};
use crate::messages::lane_sentence;
use crate::messages::list::query;
use crate::page::render;
use crate::ssr::{Address, Member};
use crate::ui::button::LinkButton;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::pauses::Pauses;
use crate::ui::state::State as StateWord;
use crate::ui::time::Time;
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::isolation::{Pause, caps, parts};
use db::mailboxes::{self, Mailbox};
use db::messages::Filter;
use db::messages::lanes;
use db::metrics::DayRange;
use db::scope::TenantTx;
use leptos::prelude::*;
use rules::access::Permission;
use rules::ids::MailboxId;
use rules::isolation::LanePart;
use rules::mailboxes::zone_data_version;
use rules::time::OffsetDateTime;

/// Of an address below one mailbox of a tenant.
pub type MailboxAddress = Address<(String, MailboxId)>;

pub(super) async fn find(tx: &mut TenantTx, mailbox: MailboxId) -> Result<Mailbox> {
    mailboxes::find(tx, mailbox).await?.ok_or(Refusal::NotFound)
}

pub async fn page(State(site): State<Site>, member: Member, address: MailboxAddress) -> Result<Response> {
    let Address((_, id)) = address;
    let (mut tx, frame) = member.enter().await?;
    let mailbox = find(&mut tx, id).await?;
    let today = mailbox.settings.window.day_of(frame.business_now);
    let sent = lanes::count_of_days(&mut tx, &[(id, today)]).await?.get(&id).copied().unwrap_or(0);
    let lane_row = lanes::find(&mut tx, id).await?;
    let allowance = caps::find(&mut tx, frame.business_now).await?;
    let paused = parts::list(&mut tx).await?;
    tx.commit().await?;
    let now = site.now();
    let waits = lane_sentence(lane_row, allowance.as_ref(), frame.business_now);
    Ok(render(&site, StatusCode::OK, mailbox.address.to_string(), move || {
        let at = frame.address(&format!("/mailboxes/{id}"));
        let manages = frame.role.may(Permission::ManageMailboxes);
        let acts = manages.then(|| acts(&at, &of_part(&paused, id)));
        let removal = manages.then(|| removal(&at, &mailbox));
        view! {
            <Tenant frame=frame.clone() section=TenantSection::Mailboxes>
                <div class="heading">
                    <h1>{mailbox.address.to_string()}</h1>
                    {acts}
                </div>
                {lane(&frame, &mailbox, &paused, (sent, waits), now)}
                {preview(&mailbox)}
                {removal}
            </Tenant>
        }
    })
    .await)
}

fn acts(at: &str, pauses: &[Pause]) -> impl IntoView + use<> {
    view! {
        <div class="acts">
            {pause_link(at, pauses)}
            <LinkButton href=format!("{at}/settings") label="Change" quiet=true/>
        </div>
    }
}

/// `sent` is how many mails count on its day so far, `waits` why nothing leaves now.
fn lane(
    frame: &TenantFrame,
    mailbox: &Mailbox,
    paused: &[(LanePart, Pause)],
    (sent, waits): (i64, String),
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let settings = &mailbox.settings;
    let (tone, word, sentence) = standing(frame, mailbox, paused);
    let (pauses, of_domain) = (of_part(paused, mailbox.id), of_part(paused, mailbox.domain));
    let (cap, fit) = (settings.daily_cap.mails(), settings.gap.mails_that_fit(&settings.window));
    let consequence = if fit < cap {
        format!("Its window has room for about {fit} at this pace, so {cap} are not reached.")
    } else {
        format!("Its window has room for about {fit} at this pace, so the cap decides.")
    };
    let today = settings.window.day_of(frame.business_now);
    let filter = Filter {
        mailbox: Some(mailbox.id),
        days: Some(DayRange { from: today.clone(), until: today.clone() }),
        ..Filter::default()
    };
    let todays = frame.address(&format!("/messages{}", query(&filter)));
    let gap = format!("{} to {} minutes", settings.gap.min_mins(), settings.gap.max_mins());
    let name = mailbox.address.domain().to_string();
    let domain = if mailbox.is_domain_gone {
        name.into_any()
    } else {
        view! { <a href=frame.address(&format!("/domains/{}", mailbox.domain))>{name}</a> }.into_any()
    };
    view! {
        <p role="status"><StateWord tone word/>" "{sentence}</p>
        <Pauses pauses now=frame.business_now health=Some(frame.address("/health"))/>
        <dl class="facts">
            <dt>"Now"</dt>
            <dd>{waits}</dd>
            <dt>"Today"</dt>
            <dd><a href=todays>{format!("{sent} of {cap}")}</a></dd>
            <dt>"Mails a day"</dt>
            <dd>{format!("{cap}. {consequence}")}</dd>
            <dt>"Window"</dt>
            <dd>{format!("{} (time zone data {})", settings.window.describe(), zone_data_version())}</dd>
            <dt>"Its day"</dt>
            <dd>{format!("{today} in {}: what the cap counts", settings.window.zone())}</dd>
            <dt>"Gap"</dt>
            <dd>{gap}</dd>
            <dt>"Domain"</dt>
            <dd>
                {domain}
                <Pauses pauses=of_domain now=frame.business_now health=Some(frame.address("/health"))/>
            </dd>
            <dt>"Created"</dt>
            <dd><Time at=mailbox.created_at now/></dd>
        </dl>
    }
}

fn preview(mailbox: &Mailbox) -> impl IntoView + use<> {
    let settings = &mailbox.settings;
    let from = format!("{} <{}>", settings.display_name, mailbox.address);
    let signature = if settings.signature.is_empty() {
        view! { <p class="soft">"No signature."</p> }.into_any()
    } else {
        view! { <pre class="letter">{settings.signature.clone()}</pre> }.into_any()
    };
    view! {
        <h2>"As recipients see it"</h2>
        <div class="card">
            <p><span class="soft">"From "</span>{from}</p>
            {signature}
        </div>
    }
}

fn removal(at: &str, mailbox: &Mailbox) -> impl IntoView + use<> {
    let sentence = format!(
        "Nothing leaves from {} any more. Your other mailboxes, and other teams: not touched.",
        mailbox.address
    );
    view! {
        <details class="danger">
            <summary>"Remove this mailbox"</summary>
            <p>{sentence}</p>
            <form method="post" action=format!("{at}/removal") novalidate>
                <button class="button danger">"Remove"</button>
            </form>
        </details>
    }
}
