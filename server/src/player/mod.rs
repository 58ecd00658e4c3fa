//! Somebody who uses the product in the sandbox's stead: sends forms and reads pages, without a network between. It must never
//! write what a form could.

pub mod fields;
pub mod team;

use crate::BoxError;
use app::{Client, Site};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use db::accounts::people;
use db::scope::AccountsTx;
use rules::ids::UserId;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::Arc;
use tower::ServiceExt;

const PAGE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What happens while somebody waits before looking again.
pub type Meanwhile = Arc<dyn Fn() -> Waiting + Send + Sync>;
pub type Waiting = Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>>;

pub struct Player {
    router: Router,
    cookie: String,
    origin: String,
    meanwhile: Meanwhile,
}

impl Player {
    /// `cookie`: of a session, or nothing before they sign in.
    pub fn new(site: &Site, router: Router, cookie: &str, meanwhile: Meanwhile) -> Self {
        Self { router, cookie: cookie.to_owned(), origin: site.public_url.clone(), meanwhile }
    }

    /// Under which they sign in.
    pub async fn own_address(&self, site: &Site, user: UserId) -> Result<String, BoxError> {
        let mut tx = AccountsTx::begin(&site.web).await?;
        let person = people::find_person(&mut tx, user).await?;
        tx.commit().await?;
        Ok(person.ok_or("whoever asked for it is gone")?.email)
    }

    pub async fn read(&mut self, path: &str) -> Result<String, BoxError> {
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
    pub async fn read_until(&mut self, path: &str, hoped: &str, feared: Option<&str>) -> Result<(), BoxError> {
        loop {
            let page = self.read(path).await?;
            if page.contains(hoped) {
                return Ok(());
            }
            if feared.is_some_and(|feared| page.contains(feared)) {
                return Err(format!("{path} does not say “{hoped}”.").into());
            }
            self.wait().await?;
        }
    }

    pub async fn sign_in(&mut self, email: &str, password: &str) -> Result<(), BoxError> {
        self.send("/sign-in", &[("email", email), ("password", password)]).await.map(drop)
    }

    pub async fn wait(&self) -> Result<(), BoxError> {
        (self.meanwhile)().await
    }

    /// Sends a form; where it leads.
    pub async fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<String, BoxError> {
        let body = fields::encode(fields);
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.submit(path, request.header(header::ORIGIN, &self.origin).body(Body::from(body))?).await
    }

    /// Sends a form with one file; where it leads.
    pub async fn upload(&mut self, path: &str, name: &str, file: &str) -> Result<String, BoxError> {
        let body = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n\
             {file}\r\n--edge--\r\n"
        );
        let request = Request::post(path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
        self.submit(path, request.header(header::ORIGIN, &self.origin).body(Body::from(body))?).await
    }

    /// The first link of the page with this in it.
    pub async fn find_link(&mut self, path: &str, part: &str) -> Result<String, BoxError> {
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

    async fn ask(&mut self, mut request: Request<Body>) -> Result<Response<Body>, BoxError> {
        request.headers_mut().insert(header::COOKIE, self.cookie.parse()?);
        request.extensions_mut().insert(Client(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        let answer = self.router.clone().oneshot(request).await?;
        if let Some(cookie) = answer.headers().get(header::SET_COOKIE) {
            self.cookie = cookie.to_str()?.split(';').next().unwrap_or_default().to_owned();
        }
        Ok(answer)
    }
}
