//! `/t/<slug>/imports/<id>`: one file of leads. While it waits: how it is read and what each column becomes
//! ([`super::columns`]); from then on: how far it is, what it brought and what was refused ([`super::progress`]).

use super::columns::{self, Reviewed};
use super::progress::{Standing, standing};
use crate::form::Form;
use crate::page::{render, render_fragment};
use crate::ssr::{Address, Ask, Member};
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::leads::imports::{self, Import, Stage, Start, Started};
use db::leads::work;
use db::scope::TenantTx;
use frontend::region::Region;
use leptos::prelude::*;
use rules::access::Permission;
use rules::ids::{ImportId, SourceId};
use rules::limits;

/// Of an address below one import of a tenant.
pub type ImportAddress = Address<(String, ImportId)>;

pub(super) async fn find(tx: &mut TenantTx, import: ImportId) -> Result<Import> {
    imports::find(tx, import).await?.ok_or(Refusal::NotFound)
}

pub async fn page(
    State(site): State<Site>,
    member: Member,
    Address((_, id)): ImportAddress,
    Ask(asked): Ask<columns::ReadingAsked>,
) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let import = find(&mut tx, id).await?;
    if import.stage == Stage::Arrived && frame.role.may(Permission::ManageLeads) {
        let sample = read_sample(&mut tx, id).await?;
        tx.commit().await?;
        let reviewed = Reviewed::propose(&import, sample, &asked)?;
        return Ok(columns::show(&site, StatusCode::OK, frame, import, reviewed).await);
    }
    let standing = Standing::read(&mut tx, import).await?;
    tx.commit().await?;
    Ok(show(&site, frame, standing).await)
}

/// The part of the page that changes by itself.
pub async fn fragment(State(site): State<Site>, member: Member, address: ImportAddress) -> Result<Response> {
    let Address((_, id)) = address;
    let (mut tx, frame) = member.enter().await?;
    let import = find(&mut tx, id).await?;
    let found = Standing::read(&mut tx, import).await?;
    tx.commit().await?;
    Ok(render_fragment(|| standing(&frame, found, site.now())))
}

/// Begins the import, or shows what it would bring when `act` asks for that.
pub async fn submit(
    State(site): State<Site>,
    member: Member,
    Address((_, id)): ImportAddress,
    form: Form,
) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let import = find(&mut tx, id).await?;
    let to_itself = Redirect::to(&frame.address(&format!("/imports/{id}"))).into_response();
    if import.stage != Stage::Arrived {
        // Pressed twice: it goes on.
        return Ok(to_itself);
    }
    let is_preview = form.value("act") == "preview";
    let mut reviewed = Reviewed::of(&import, read_sample(&mut tx, id).await?, form)?;
    if is_preview {
        reviewed.check_columns();
        tx.commit().await?;
        return Ok(columns::show(&site, StatusCode::OK, frame, import, reviewed).await);
    }
    let Some(order) = reviewed.check() else {
        return Ok(columns::show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, import, reviewed).await);
    };
    let now = site.now();
    let start = Start {
        reading: &order.reading,
        headings: &order.headings,
        targets: &order.targets,
        fields: &order.fields,
        take_roles: order.take_roles,
        update_known: order.update_known,
        source: SourceId::new(now, site.chance()),
        source_name: &order.source_name,
        basis: order.basis,
        note: &order.note,
        by: frame.person.id,
    };
    match imports::start(&mut tx, id, &start, now).await? {
        Started::Begun => tx.commit().await?,
        Started::NotWaiting => {}
        Started::NameTaken => {
            reviewed.refuse_name();
            return Ok(columns::show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, import, reviewed).await);
        }
    }
    Ok(to_itself)
}

pub async fn cancel(State(site): State<Site>, member: Member, address: ImportAddress) -> Result<Response> {
    let Address((_, id)) = address;
    let (mut tx, frame) = member.enter().await?;
    let import = find(&mut tx, id).await?;
    imports::cancel(&mut tx, id, site.now()).await?;
    tx.commit().await?;
    let to = if import.source.is_some() { frame.address(&format!("/imports/{id}")) } else { frame.address("/leads") };
    Ok(Redirect::to(&to).into_response())
}

/// The first bytes of the file: a sample, and one more if it goes on.
async fn read_sample(tx: &mut TenantTx, import: ImportId) -> Result<Vec<u8>> {
    let mut sample = Vec::new();
    let mut number = 0;
    while sample.len() <= limits::LEAD_SAMPLE_BYTES_MAX
        && let Some(piece) = work::find_piece(tx, import, number).await?
    {
        sample.extend_from_slice(&piece);
        number += 1;
    }
    sample.truncate(limits::LEAD_SAMPLE_BYTES_MAX + 1);
    Ok(sample)
}

async fn show(site: &Site, frame: TenantFrame, found: Standing) -> Response {
    let now = site.now();
    let title = found.import.file_name.clone();
    render(site, StatusCode::OK, title.clone(), move || {
        let at = frame.address(&format!("/imports/{}", found.import.id));
        let is_running = matches!(found.import.stage, Stage::Importing | Stage::Arriving);
        let stop =
            (found.import.stage == Stage::Importing && frame.role.may(Permission::ManageLeads)).then(|| stop(&at));
        let content = standing(&frame, found, now);
        let content = if is_running {
            view! { <Region address=format!("{at}/progress")>{content}</Region> }.into_any()
        } else {
            content.into_any()
        };
        view! {
            <Tenant frame section=TenantSection::Leads>
                <h1>{title}</h1>
                {content}
                {stop}
            </Tenant>
        }
    })
    .await
}

fn stop(at: &str) -> impl IntoView + use<> {
    view! {
        <details class="danger">
            <summary>"Stop this import"</summary>
            <p>"Leads that are in stay, under this source. The rest of the file is not imported."</p>
            <form method="post" action=format!("{at}/cancellation") novalidate>
                <button class="button danger">"Stop"</button>
            </form>
        </details>
    }
}
