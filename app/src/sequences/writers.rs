//! Who writes a sequence: its mailboxes, chosen on its page.

use super::{SequenceAddress, find};
use crate::form::Form;
use crate::ssr::{Address, Member};
use crate::ui::frame::TenantFrame;
use crate::ui::ticks::Ticks;
use crate::{Result, Site};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use db::mailboxes::Mailbox;
use db::sequences::{self, Sequence};
use leptos::prelude::*;
use rules::ids::MailboxId;

pub async fn submit(
    State(_): State<Site>,
    member: Member,
    Address((_, id)): SequenceAddress,
    form: Form,
) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let sequence = find(&mut tx, id).await?;
    let chosen: Vec<MailboxId> = form.values_of("mailbox").filter_map(MailboxId::parse).collect();
    sequences::set_mailboxes(&mut tx, sequence.id, &chosen).await?;
    tx.commit().await?;
    Ok(Redirect::to(&frame.address(&format!("/sequences/{id}"))).into_response())
}

pub(super) fn view(
    frame: &TenantFrame,
    sequence: &Sequence,
    mailboxes: &[Mailbox],
    manages: bool,
) -> impl IntoView + use<> {
    let own = |mailbox: &&Mailbox| sequence.mailboxes.contains(&mailbox.id);
    let create = frame.address("/mailboxes/new");
    let content = if mailboxes.is_empty() {
        view! { <p class="soft">"Your team has no mailbox yet. "<a href=create>"Create one"</a></p> }.into_any()
    } else if manages {
        let chosen = mailboxes.iter().filter(own).map(|mailbox| ("mailbox", mailbox.id.to_string()));
        let form = Form::of(chosen);
        let options = mailboxes.iter().map(|mailbox| (mailbox.id.to_string(), label(mailbox))).collect();
        let action = frame.address(&format!("/sequences/{}/mailboxes", sequence.id));
        view! {
            <form method="post" action=action novalidate>
                <Ticks form=&form name="mailbox" legend="Mailboxes" options/>
                <button class="button quiet">"Save who writes"</button>
            </form>
        }
        .into_any()
    } else {
        let names: Vec<_> = mailboxes.iter().filter(own).map(|mailbox| view! { <li>{label(mailbox)}</li> }).collect();
        view! { <ul class="lines">{names}</ul> }.into_any()
    };
    view! { <h2>"Who writes"</h2>{content} }
}

fn label(mailbox: &Mailbox) -> String {
    let a_day = mailbox.settings.daily_cap.mails();
    let state = if mailbox.may_send { "" } else { ", its domain is not verified" };
    format!("{} ({a_day} a day{state})", mailbox.address)
}
