//! `/t/<slug>/evidence`: the newest report of the team's isolation, the earlier ones, and how to verify them elsewhere.

use super::report::{self, verdict};
use crate::form::Form;
use crate::page::render;
use crate::ssr::Member;
use crate::ui::button::Submit;
use crate::ui::empty::Empty;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::summary::Summary;
use crate::ui::table::{Column, Table};
use crate::ui::time::Time;
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::isolation::evidence::{self, Asked, Made, Making, Signed};
use db::scope::TenantTx;
use leptos::prelude::*;
use rules::access::Permission;
use rules::evidence::Report;
use rules::limits;
use rules::time::{OffsetDateTime, absolute};

struct Shown {
    making: Option<Making>,
    last: Option<Signed>,
    all: Vec<Made>,
}

async fn read(tx: &mut TenantTx) -> Result<Shown> {
    Ok(Shown {
        making: evidence::find_making(tx).await?,
        last: evidence::find_last(tx).await?,
        all: evidence::list(tx, limits::EVIDENCE_SHOWN_MAX).await?,
    })
}

pub async fn page(State(site): State<Site>, member: Member) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let shown = read(&mut tx).await?;
    tx.commit().await?;
    Ok(show(&site, StatusCode::OK, frame, shown, Form::default()).await)
}

/// Has one made soon.
pub async fn ask(State(site): State<Site>, member: Member, mut form: Form) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let asked = evidence::ask(&mut tx, frame.person.id, site.now()).await?;
    let refusal = match asked {
        Asked::Soon => {
            tx.commit().await?;
            return Ok(Redirect::to(&frame.address("/evidence")).into_response());
        }
        Asked::TooSoon(again) => format!("One was asked for a moment ago. Ask again at {}.", absolute(again)),
        Asked::NothingYet => "There is nothing to be proved yet: connect a domain first.".to_owned(),
    };
    form.refuse("", refusal);
    let shown = read(&mut tx).await?;
    tx.commit().await?;
    Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, shown, form).await)
}

async fn show(site: &Site, status: StatusCode, frame: TenantFrame, shown: Shown, form: Form) -> Response {
    let (now, origin) = (site.now(), site.public_url.clone());
    render(site, status, "Evidence", move || {
        let Shown { making, last, all } = shown;
        let newest = last.and_then(|signed| {
            let report: Report = serde_json::from_str(&signed.report.0).ok()?;
            let address = frame.address(&format!("/evidence/{}", signed.made.id));
            Some(view! {
                <h2>"The newest"</h2>
                <p>{verdict(&signed.made)}" · made "<Time at=signed.made.at now/></p>
                {downloads(&address)}
                {verifying(&origin, &signed.made.key)}
                {report::view(report)}
            })
        });
        let none = newest.is_none().then_some(making.as_ref()).and_then(|making| {
            let sentence = match making {
                None => "There is nothing to be proved yet: connect a domain first.",
                Some(making) if making.asked_at.is_some() => return None,
                Some(_) => "The first report is made ten minutes after the team is ready at Amazon SES.",
            };
            Some(view! { <Empty sentence/> })
        });
        let back = frame.address("/health");
        let act = asking(&frame, making.as_ref(), all.first(), now);
        let earlier = earlier(&frame, &all, now);
        view! {
            <Tenant frame section=TenantSection::Health>
                <p><a href=back>"Health"</a></p>
                <h1>"Evidence"</h1>
                <p>
                    "What keeps this team apart from every other, as Amazon SES, the database and the pages say it themselves, \
                     with tests that try the opposite. Made every night and whenever you ask, and signed."
                </p>
                <Summary form=&form/>
                {act}
                {none}
                {newest}
                {earlier}
            </Tenant>
        }
    })
    .await
}

fn asking(frame: &TenantFrame, making: Option<&Making>, last: Option<&Made>, now: OffsetDateTime) -> AnyView {
    let Some(making) = making else { return ().into_any() };
    let is_being_made = making.asked_at.is_some_and(|asked| last.is_none_or(|last| last.at < asked));
    if is_being_made {
        let trouble =
            making.trouble.clone().map(|trouble| view! { <p class="soft">{trouble}". It is tried again."</p> });
        let asked = making.asked_at.unwrap_or(now);
        return view! { <p>"A new one is being made, asked for "<Time at=asked now/>". Open this page again in a moment."</p>{trouble} }
            .into_any();
    }
    if !frame.role.may(Permission::ManageDomains) {
        return ().into_any();
    }
    view! {
        <form method="post">
            <Submit label="Make a new one now"/>
        </form>
    }
    .into_any()
}

fn downloads(address: &str) -> impl IntoView + use<> {
    let files = [
        ("evidence.json", "/report"),
        ("evidence.json.sig", "/report-signature"),
        ("evidence.html", "/document"),
        ("evidence.html.sig", "/document-signature"),
    ];
    let files = files.map(|(name, page)| {
        view! { <li><a href=format!("{address}{page}") download=name>{name}</a></li> }
    });
    view! { <ul class="lines">{files.into_iter().collect_view()}</ul> }
}

fn verifying(origin: &str, key: &str) -> impl IntoView + use<> {
    let address = format!("{origin}/evidence/keys/{key}");
    let command = format!(
        "curl -sO {address} && openssl pkeyutl -verify -pubin -inkey {key} -rawin -in evidence.json -sigfile \
         evidence.json.sig"
    );
    view! {
        <details>
            <summary>"Verify it elsewhere"</summary>
            <p>"The signature is Ed25519, by the key "<a href=address><code>{key.to_owned()}</code></a>
                ". With a file and its signature in one folder, OpenSSL 3 verifies it on any machine:"</p>
            <pre>{command}</pre>
        </details>
    }
}

fn earlier(frame: &TenantFrame, all: &[Made], now: OffsetDateTime) -> AnyView {
    let rows: Vec<_> = all
        .iter()
        .skip(1)
        .map(|made| {
            let address = frame.address(&format!("/evidence/{}/document", made.id));
            let why = if made.was_asked { "asked for" } else { "at its time" };
            view! {
                <tr>
                    <th scope="row"><a href=address><Time at=made.at now/></a></th>
                    <td data-label="Tests">{verdict(made)}</td>
                    <td data-label="Why">{why}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    if rows.is_empty() {
        return ().into_any();
    }
    view! {
        <h2>"Earlier ones"</h2>
        <Table columns=["Made", "Tests", "Why"].map(Column::Text).into() rows/>
    }
    .into_any()
}
