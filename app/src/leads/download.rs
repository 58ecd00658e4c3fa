//! Leads and refused rows as files. They are read page by page while they are sent; no cell becomes a formula.

use super::import::{ImportAddress, find};
use super::list::{self, LeadsAsked};
use crate::ssr::{Address, Ask, Member};
use crate::{Result, Site};
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use db::leads::{self, Filter, Lead, refused};
use futures_util::StreamExt;
use rules::leads::{BOM, csv_line};
use rules::limits;

/// The rows of an import that were refused, as they stood in the file, each with its reason.
pub async fn refused(State(_): State<Site>, member: Member, address: ImportAddress) -> Result<Response> {
    let Address((_, id)) = address;
    let (mut tx, _) = member.enter().await?;
    let import = find(&mut tx, id).await?;
    tx.commit().await?;
    let headings = import.headings.iter().map(String::as_str);
    let first = format!("{BOM}{}", csv_line(["Row", "Reason"].into_iter().chain(headings)));
    let rest = futures_util::stream::unfold((member, Some(-1)), move |(member, after)| async move {
        let next = next_refused(&member, id, after?).await;
        Some(match next {
            Ok((text, after)) => (Ok(text), (member, after)),
            Err(error) => (Err(broken_off(error)), (member, None)),
        })
    });
    Ok(file("refused-rows.csv", first, rest))
}

async fn next_refused(member: &Member, import: rules::ids::ImportId, after: i64) -> Result<(String, Option<i64>)> {
    let (mut tx, _) = member.enter().await?;
    let rows = refused::list(&mut tx, import, after, limits::DOWNLOAD_ROWS_MAX).await?;
    tx.commit().await?;
    let mut text = String::new();
    for row in &rows {
        let number = row.row.to_string();
        let cells = row.cells.iter().map(String::as_str);
        text.push_str(&csv_line([number.as_str(), &row.sentence].into_iter().chain(cells)));
    }
    Ok((text, rows.last().map(|row| row.row)))
}

/// The leads of the list as it was asked for, with all their fields.
pub async fn leads(State(_): State<Site>, member: Member, Ask(asked): Ask<LeadsAsked>) -> Result<Response> {
    let (mut tx, _) = member.enter().await?;
    let filter = list::filter(&mut tx, &asked).await?;
    let fields: Vec<String> = leads::list_fields(&mut tx).await?.into_iter().map(|(name, _)| name).collect();
    tx.commit().await?;
    let first = format!("{BOM}{}", csv_line(std::iter::once("email").chain(fields.iter().map(String::as_str))));
    let start = (member, fields, Some(Filter { after: None, ..filter }));
    let rest = futures_util::stream::unfold(start, |(member, fields, filter)| async move {
        let filter = filter?;
        Some(match next_leads(&member, &filter).await {
            Ok(leads) => {
                let next = leads.last().map(|lead| Filter { after: Some(lead.id), ..filter });
                (Ok(leads.iter().map(|lead| line(lead, &fields)).collect()), (member, fields, next))
            }
            Err(error) => (Err(broken_off(error)), (member, fields, None)),
        })
    });
    Ok(file("leads.csv", first, rest))
}

async fn next_leads(member: &Member, filter: &Filter) -> Result<Vec<Lead>> {
    let (mut tx, _) = member.enter().await?;
    let leads = leads::list(&mut tx, filter, limits::DOWNLOAD_ROWS_MAX).await?;
    tx.commit().await?;
    Ok(leads)
}

fn line(lead: &Lead, fields: &[String]) -> String {
    let values = fields.iter().map(|field| lead.fields.get(field).map_or("", String::as_str));
    csv_line(std::iter::once(lead.email.as_str()).chain(values))
}

fn file(
    name: &str,
    first: String,
    rest: impl futures_util::Stream<Item = std::io::Result<String>> + Send + 'static,
) -> Response {
    // Whoever compresses it asks once more behind its end.
    let whole = futures_util::stream::once(async { Ok(first) }).chain(rest).fuse();
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, Body::from_stream(whole)).into_response()
}

/// The file ends in the middle, and the browser says so.
fn broken_off(refusal: crate::Refusal) -> std::io::Error {
    tracing::error!("a download broke off: {refusal:?}");
    std::io::Error::other("the file could not be read to its end")
}
