//! `/t/<slug>/imports/new`: a file of leads comes in. It is kept piece by piece, each in a transaction of its own, and never
//! held whole; what it is and how it may be read is known when its last byte is here.

use crate::form::Form;
use crate::page::render;
use crate::ssr::Member;
use crate::ui::button::Submit;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::summary::Summary;
use crate::ui::upload::Upload as UploadField;
use crate::{Refusal, Result, Site};
use axum::body::Body;
use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::leads::imports::{self, Reading};
use futures_util::StreamExt;
use leptos::prelude::*;
use rules::ids::{ImportId, UserId};
use rules::leads::{Arrival, FileRefusal};
use rules::limits;
use rules::time::OffsetDateTime;

pub async fn page(State(site): State<Site>, member: Member) -> Result<Response> {
    let (tx, frame) = member.enter().await?;
    tx.commit().await?;
    Ok(show(&site, StatusCode::OK, frame, Form::default()).await)
}

pub async fn submit(State(site): State<Site>, member: Member, request: Request) -> Result<Response> {
    let (tx, frame) = member.enter().await?;
    tx.commit().await?;
    let outcome = match Multipart::from_request(request.map(one_by_one), &site).await {
        Ok(mut sent) => take(&site, &member, &frame, &mut sent).await?,
        Err(_) => Err("Choose a file.".to_owned()),
    };
    match outcome {
        Ok(import) => Ok(Redirect::to(&frame.address(&format!("/imports/{import}"))).into_response()),
        Err(sentence) => {
            let mut form = Form::default();
            form.refuse("file", sentence);
            Ok(show(&site, StatusCode::UNPROCESSABLE_ENTITY, frame, form).await)
        }
    }
}

/// The reader of forms (multer) takes whatever a body has ready before it gives anything on, so that a fast sender would
/// fill our memory: it gets one frame at a time. The end, too, comes by itself: together with data it is an error there.
fn one_by_one(body: Body) -> Body {
    Body::from_stream(futures_util::stream::unfold(body.into_data_stream(), |mut frames| async {
        tokio::task::yield_now().await;
        frames.next().await.map(|frame| (frame, frames))
    }))
}

/// The import that now waits for a person, or why the file is not taken.
async fn take(
    site: &Site,
    member: &Member,
    frame: &TenantFrame,
    sent: &mut Multipart,
) -> Result<Result<ImportId, String>> {
    let broken = |_| Refusal::BadRequest("The file did not arrive whole. Send it again.");
    let Some(mut field) = sent.next_field().await.map_err(broken)? else {
        return Ok(Err("Choose a file.".to_owned()));
    };
    let is_chosen = field.file_name().is_some_and(|name| !name.is_empty());
    let name = shown_name(field.file_name().unwrap_or_default());
    let now = site.now();
    let id = ImportId::new(now, site.chance());
    if !open(member, id, &name, frame.person.id, now).await? {
        let sentence = format!(
            "{} files wait already. Import or discard one of them first: they stand above the list of leads.",
            limits::IMPORTS_OPEN_MAX
        );
        drain(&mut field).await;
        return Ok(Err(sentence));
    }
    let mut upload = Upload::new(member, id);
    while let Some(bytes) = field.chunk().await.map_err(broken)? {
        if let Err(refusal) = upload.take(&bytes).await? {
            discard(site, member, id).await?;
            drain(&mut field).await;
            return Ok(Err(refusal.to_string()));
        }
    }
    let is_nothing = !is_chosen && upload.arrival.is_empty();
    let outcome = if is_nothing { Err("Choose a file.".to_owned()) } else { upload.end(site).await? };
    if outcome.is_err() {
        discard(site, member, id).await?;
    }
    Ok(outcome.map(|()| id))
}

/// Makes room; false when too many wait. Its transaction is over before the next byte is waited for.
async fn open(member: &Member, id: ImportId, name: &str, by: UserId, now: OffsetDateTime) -> Result<bool> {
    let (mut tx, _) = member.enter().await?;
    let is_open = imports::open(&mut tx, id, name, by, now).await?;
    tx.commit().await?;
    Ok(is_open)
}

/// A browser shows no answer before it has sent all: what is too much is read and forgotten, up to some end.
async fn drain(field: &mut Field<'_>) {
    let mut left = limits::LEAD_FILE_BYTES_MAX * 2;
    while let Ok(Some(bytes)) = field.chunk().await {
        left = left.saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if left == 0 {
            return;
        }
    }
}

async fn discard(site: &Site, member: &Member, import: ImportId) -> Result<()> {
    let (mut tx, _) = member.enter().await?;
    imports::cancel(&mut tx, import, site.now()).await?;
    Ok(tx.commit().await?)
}

/// A file between its first byte and its last.
struct Upload<'a> {
    member: &'a Member,
    id: ImportId,
    arrival: Arrival,
    /// What is not a whole piece yet.
    buffer: Vec<u8>,
    pieces: i32,
}

impl<'a> Upload<'a> {
    fn new(member: &'a Member, id: ImportId) -> Self {
        Self { member, id, arrival: Arrival::new(), buffer: Vec::new(), pieces: 0 }
    }

    /// Keeps what came; the inner error says why the file is not taken.
    async fn take(&mut self, bytes: &[u8]) -> Result<Result<(), FileRefusal>> {
        match self.arrival.push(bytes) {
            Ok(stored) => Ok(Ok(self.keep(&stored).await?)),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    async fn keep(&mut self, stored: &[u8]) -> Result<()> {
        self.buffer.extend_from_slice(stored);
        while self.buffer.len() >= limits::LEAD_FILE_PIECE_BYTES {
            let rest = self.buffer.split_off(limits::LEAD_FILE_PIECE_BYTES);
            let piece = std::mem::replace(&mut self.buffer, rest);
            self.write(&piece).await?;
        }
        Ok(())
    }

    async fn write(&mut self, piece: &[u8]) -> Result<()> {
        let (mut tx, _) = self.member.enter().await?;
        if !imports::add_piece(&mut tx, self.id, self.pieces, piece).await? {
            return Err(Refusal::BadRequest("The file was thrown away while it came in. Send it again."));
        }
        self.pieces += 1;
        Ok(tx.commit().await?)
    }

    async fn end(mut self, site: &Site) -> Result<Result<(), String>> {
        let arrived = match std::mem::replace(&mut self.arrival, Arrival::new()).finish() {
            Ok(arrived) => arrived,
            Err(refusal) => return Ok(Err(refusal.to_string())),
        };
        self.keep(&arrived.rest).await?;
        let last = std::mem::take(&mut self.buffer);
        if !last.is_empty() {
            self.write(&last).await?;
        }
        let layout = arrived.layout;
        let reading = Reading {
            encoding: layout.encoding.label().to_owned(),
            delimiter: layout.delimiter.as_str().to_owned(),
            header: layout.header.map(i64::from),
        };
        let bytes = i64::try_from(arrived.bytes).unwrap_or(i64::MAX);
        let (mut tx, _) = self.member.enter().await?;
        imports::arrived(&mut tx, self.id, bytes, &reading, site.now()).await?;
        tx.commit().await?;
        Ok(Ok(()))
    }
}

/// The name without a path and without what cannot be shown.
fn shown_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = name.chars().filter(|c| !c.is_control()).take(limits::FILE_NAME_CHARS_MAX).collect();
    if shown.trim().is_empty() { "file without a name".to_owned() } else { shown }
}

async fn show(site: &Site, status: StatusCode, frame: TenantFrame, form: Form) -> Response {
    render(site, status, "Import leads", move || {
        let action = frame.address("/imports/new");
        let most = limits::LEAD_FILE_BYTES_MAX / (1024 * 1024);
        let hint = format!(
            "CSV, as spreadsheets and CRMs export it, up to {most} MB. Next you see how it is read, and choose what each \
             column becomes; nothing is imported before that."
        );
        view! {
            <Tenant frame section=TenantSection::Leads>
                <h1>"Import leads"</h1>
                <Summary form=&form/>
                <form class="column" method="post" enctype="multipart/form-data" novalidate action=action>
                    <UploadField form=&form name="file" label="File" hint/>
                    <Submit label="Upload"/>
                </form>
            </Tenant>
        }
    })
    .await
}
