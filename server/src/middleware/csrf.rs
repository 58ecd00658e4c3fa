//! Refuses whatever changes something and was not sent from our own pages. Browsers say where a request comes from
//! (`Sec-Fetch-Site`, `Origin`); what says nothing is let in only if it brings no session.

use crate::config::PublicUrl;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Whoever holds such a link may use it from anywhere: mail programs do (RFC 8058). It needs no session and uses none.
const OPT_OUT: &str = "/u/";

pub async fn refuse_foreign_posts(State(ours): State<PublicUrl>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || request.uri().path().starts_with(OPT_OUT) || is_own(&ours, request.headers()) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, "This form was not sent from a page of ours. Open the page again and send it from there.\n")
        .into_response()
}

fn is_own(ours: &PublicUrl, headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    match headers.get(header::ORIGIN) {
        Some(origin) => origin.to_str().is_ok_and(|origin| origin == ours.origin()),
        None => !headers.contains_key(header::COOKIE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_from_elsewhere_is_refused() {
        let ours = PublicUrl::parse("https://mail.example.com").unwrap();
        let check = |headers: &[(&'static str, &str)]| {
            let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
            is_own(&ours, &headers.collect())
        };
        assert!(check(&[("sec-fetch-site", "same-origin"), ("cookie", "ownlane=1")]));
        assert!(check(&[("origin", "https://mail.example.com"), ("cookie", "ownlane=1")]));
        assert!(check(&[]), "a program without a session");
        assert!(!check(&[("sec-fetch-site", "cross-site")]));
        assert!(!check(&[("sec-fetch-site", "same-site"), ("origin", "https://mail.example.com")]));
        assert!(!check(&[("origin", "https://evil.example")]));
        assert!(!check(&[("origin", "null")]));
        assert!(!check(&[("cookie", "ownlane=1")]), "a session and no word where it comes from");
    }
}
