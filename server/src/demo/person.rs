//! Somebody signed in, who sends forms and reads pages without a network between.

use super::fields;
use crate::BoxError;
use app::{Client, Site};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use db::accounts::people;
use db::scope::AccountsTx;
use rules::ids::UserId;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;
use tower::ServiceExt;

const PAGE_BYTES_MAX: usize = 8 * 1024 * 1024;
const LOOK_AGAIN: Duration = Duration::from_millis(300);

pub(super) struct Person {
    router: Router,
    cookie: String,
    origin: String,
}

impl Person {
    pub(super) fn new(site: &Site, router: Router, cookie: &str) -> Self {
        Self { router, cookie: cookie.to_owned(), origin: site.public_url.clone() }
    }

    /// Under which they sign in.
    pub(super) async fn own_address(&self, site: &Site, user: UserId) -> Result<String, BoxError> {
        let mut tx = AccountsTx::begin(&site.web).await?;
        let person = people::find_person(&mut tx, user).await?;
        tx.commit().await?;
        Ok(person.ok_or("whoever asked for it is gone")?.email)
    }

    pub(super) async fn read(&mut self, path: &str) -> Result<String, BoxError> {
        let answer = self.ask(Request::get(path).body(Body::empty())?).await?;
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), PAGE_BYTES_MAX).await?;
        match status {
            // Leptos marks where one text ends and another begins; a browser shows nothing there.
            StatusCode::OK => Ok(String::from_utf8_lossy(&bytes).replace("<!>", "")),
            _ => Err(format!("{path} answered {status}.").into()),
        }
    }

    /// Until the page says one of the two: the first is hoped for.
    pub(super) async fn read_until(&mut self, path: &str, hoped: &str, feared: Option<&str>) -> Result<(), BoxError> {
        loop {
            let page = self.read(path).await?;
            if page.contains(hoped) {
                return Ok(());
            }
            if feared.is_some_and(|feared| page.contains(feared)) {
                return Err(format!("{path} does not say “{hoped}”.").into());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Sends a form; where it leads.
    pub(super) async fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<String, BoxError> {
        let body = fields::encode(fields);
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.submit(path, request.header(header::ORIGIN, &self.origin).body(Body::from(body))?).await
    }

    /// Sends a form with one file; where it leads.
    pub(super) async fn upload(&mut self, path: &str, name: &str, file: &str) -> Result<String, BoxError> {
        let body = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n\
             {file}\r\n--edge--\r\n"
        );
        let request = Request::post(path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
        self.submit(path, request.header(header::ORIGIN, &self.origin).body(Body::from(body))?).await
    }

    /// The first link of the page with this in it.
    pub(super) async fn find_link(&mut self, path: &str, part: &str) -> Result<String, BoxError> {
        let page = self.read(path).await?;
        let start = page.find(part).ok_or_else(|| format!("{path} has no link to {part}."))?;
        let rest = page.get(start..).unwrap_or_default();
        let end = rest.find(|c: char| c.is_whitespace() || c == '<' || c == '"').unwrap_or(rest.len());
        Ok(rest.get(..end).unwrap_or_default().to_owned())
    }

    async fn submit(&mut self, path: &str, request: Request<Body>) -> Result<String, BoxError> {
        let answer = self.ask(request).await?;
        match answer.status() {
            StatusCode::SEE_OTHER | StatusCode::OK => {
                let location = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
                Ok(location.unwrap_or_default().to_owned())
            }
            status => Err(format!("The form at {path} was refused with {status}.").into()),
        }
    }

    async fn ask(&self, mut request: Request<Body>) -> Result<Response<Body>, BoxError> {
        request.headers_mut().insert(header::COOKIE, self.cookie.parse()?);
        request.extensions_mut().insert(Client(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        Ok(self.router.clone().oneshot(request).await?)
    }
}
