//! Sessions for `tower-sessions`, kept in Postgres. The cookie holds the id; the database knows its SHA-256 only.

use crate::Site;
use crate::ssr::{Client, SESSION_USER};
use async_trait::async_trait;
use axum::http::{HeaderMap, header};
use db::accounts::sessions::{self, NewSession};
use db::scope::AccountsTx;
use rules::ids::UserId;
use rules::limits;
use rules::secrets::SecretHash;
use std::collections::HashMap;
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::Duration;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};

const COOKIE: &str = "ownlane";

/// Where a session was begun, kept for the person to recognise it.
const SESSION_ADDRESS: &str = "address";
const SESSION_AGENT: &str = "agent";

/// Begins a session for somebody who has just shown who they are. A new id: whoever knew the old one knows nothing.
pub async fn begin(session: &Session, user: UserId, client: Client, headers: &HeaderMap) -> crate::Result<()> {
    if session.id().is_some() {
        session.flush().await?;
    }
    session.insert(SESSION_USER, user).await?;
    session.insert(SESSION_ADDRESS, client.0).await?;
    session.insert(SESSION_AGENT, agent(headers)).await?;
    Ok(())
}

fn agent(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    agent.chars().take(limits::USER_AGENT_CHARS_MAX).collect()
}

/// A session in which the sandbox acts for whoever pressed its button, as the value of a cookie; ended by [`give_back`].
/// Where mail really leaves nobody gets one.
pub async fn lend(site: &Site, user: UserId) -> crate::Result<String> {
    if !site.world.is_sandbox() {
        return Err(crate::Refusal::NotFound);
    }
    begin_for(site, user, "The sandbox").await
}

/// A session of whoever tries the doors of pages and is in no team; ended by [`give_back`].
pub async fn begin_probe(site: &Site) -> crate::Result<String> {
    begin_for(site, UserId::from_uuid(PROBE), "A test of isolation").await
}

/// Made by migration 0027.
const PROBE: uuid::Uuid = uuid::Uuid::from_u128(0x7000_8000_0000_0000_00ed);

async fn begin_for(site: &Site, user: UserId, agent: &str) -> crate::Result<String> {
    let user = serde_json::to_value(user).map_err(|error| crate::Refusal::Fault(error.into()))?;
    let data = HashMap::from([
        (SESSION_USER.to_owned(), user),
        (SESSION_ADDRESS.to_owned(), "127.0.0.1".into()),
        (SESSION_AGENT.to_owned(), agent.into()),
    ]);
    let mut record = Record { id: Id::default(), data, expiry_date: site.now() + Duration::hours(1) };
    PostgresSessions(site.clone()).create(&mut record).await.map_err(fault)?;
    Ok(format!("{COOKIE}={}", record.id))
}

/// The session of this cookie ends.
pub async fn give_back(site: &Site, cookie: &str) -> crate::Result<()> {
    let id = cookie.split_once('=').and_then(|(_, id)| id.parse::<Id>().ok());
    match id {
        Some(id) => PostgresSessions(site.clone()).delete(&id).await.map_err(fault),
        None => Ok(()),
    }
}

#[derive(Clone)]
pub struct PostgresSessions(Site);

impl std::fmt::Debug for PostgresSessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PostgresSessions")
    }
}

/// The layer that gives every request its session. `secure` exactly when we are reached by https.
pub fn layer(site: Site, secure: bool) -> SessionManagerLayer<PostgresSessions> {
    SessionManagerLayer::new(PostgresSessions(site))
        .with_name(COOKIE)
        .with_secure(secure)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(Duration::days(limits::SESSION_DAYS_MAX)))
}

#[async_trait]
impl SessionStore for PostgresSessions {
    /// Begins a session; called for nobody but a person who has just signed in.
    async fn create(&self, record: &mut Record) -> Result<()> {
        let text = |key: &str| record.data.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        let user = record.data.get(SESSION_USER).cloned().unwrap_or_default();
        let user: UserId = serde_json::from_value(user).map_err(|error| Error::Encode(error.to_string()))?;
        let (address, agent) = (text(SESSION_ADDRESS), text(SESSION_AGENT));
        let now = self.0.now();
        let mut tx = AccountsTx::begin(&self.0.web).await.map_err(backend)?;
        loop {
            let session = NewSession { token: &hash(&record.id), user, address: &address, agent: &agent };
            if sessions::start(&mut tx, &session, now).await.map_err(backend)? {
                break;
            }
            record.id = Id::default();
        }
        tx.commit().await.map_err(backend)
    }

    /// Nothing in a session changes after its beginning, and one that was revoked must not come back.
    async fn save(&self, _: &Record) -> Result<()> {
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let mut tx = AccountsTx::begin(&self.0.web).await.map_err(backend)?;
        let found = sessions::find_live(&mut tx, &hash(id), self.0.now()).await.map_err(backend)?;
        tx.commit().await.map_err(backend)?;
        found
            .map(|session| {
                let user = serde_json::to_value(session.user).map_err(|error| Error::Decode(error.to_string()))?;
                let data = HashMap::from([
                    (SESSION_USER.to_owned(), user),
                    (SESSION_ADDRESS.to_owned(), session.address.into()),
                    (SESSION_AGENT.to_owned(), session.agent.into()),
                ]);
                Ok(Record { id: *id, data, expiry_date: session.ends_at })
            })
            .transpose()
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let mut tx = AccountsTx::begin(&self.0.web).await.map_err(backend)?;
        sessions::revoke(&mut tx, &hash(id), self.0.now()).await.map_err(backend)?;
        tx.commit().await.map_err(backend)
    }
}

/// Under which a session is remembered.
pub fn hash(id: &Id) -> SecretHash {
    SecretHash::of(&id.0.to_be_bytes())
}

fn fault(error: Error) -> crate::Refusal {
    crate::Refusal::Fault(error.into())
}

fn backend(error: db::Error) -> Error {
    Error::Backend(error.to_string())
}
