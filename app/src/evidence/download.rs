//! A report as it was signed, its signatures, and the public keys (PEM, RFC 8410) that verify them.

use crate::ssr::{Address, Member};
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use db::isolation::evidence::{self, PublicKey, Signed};
use db::scope::AccountsTx;
use rules::ids::EvidenceId;

type At = Address<(String, EvidenceId)>;

async fn find(member: &Member, id: EvidenceId) -> Result<Signed> {
    let (mut tx, _) = member.enter().await?;
    let found = evidence::find(&mut tx, id).await?;
    tx.commit().await?;
    found.ok_or(Refusal::NotFound)
}

pub async fn report(State(_): State<Site>, member: Member, Address((_, id)): At) -> Result<Response> {
    let found = find(&member, id).await?;
    Ok(file("evidence.json", "application/json", found.report.0.into_bytes()))
}

pub async fn report_signature(State(_): State<Site>, member: Member, Address((_, id)): At) -> Result<Response> {
    let found = find(&member, id).await?;
    Ok(file("evidence.json.sig", "application/octet-stream", found.report.1))
}

pub async fn document(State(_): State<Site>, member: Member, Address((_, id)): At) -> Result<Response> {
    let found = find(&member, id).await?;
    Ok(file("evidence.html", "text/html; charset=utf-8", found.document.0.into_bytes()))
}

pub async fn document_signature(State(_): State<Site>, member: Member, Address((_, id)): At) -> Result<Response> {
    let found = find(&member, id).await?;
    Ok(file("evidence.html.sig", "application/octet-stream", found.document.1))
}

/// `/evidence/keys/<id>`: for everybody.
pub async fn key(State(site): State<Site>, Address(id): Address<String>) -> Result<Response> {
    let mut tx = AccountsTx::begin(&site.web).await?;
    let keys = evidence::list_keys(&mut tx).await?;
    tx.commit().await?;
    let key = keys.into_iter().find(|key| key.id == id).ok_or(Refusal::NotFound)?;
    Ok(file("ownlane-evidence.pem", "application/x-pem-file", pem(&key).into_bytes()))
}

/// A SubjectPublicKeyInfo of the algorithm 1.3.101.112.
fn pem(key: &PublicKey) -> String {
    const HEAD: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    let info: Vec<u8> = HEAD.iter().chain(&key.bytes).copied().collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", BASE64.encode(&info))
}

fn file(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, bytes).into_response()
}
