//! The one door between a request and the data: who asks, for which tenant, and may they.
//!
//! What an address needs stands in [`crate::routes`]; it reaches the extractors here as [`Need`]. A member's role is read
//! in the transaction that acts ([`Member::enter`]), never kept in the session.

use crate::routes::Need;
use crate::ui::frame::TenantFrame;
use crate::{Refusal, Result, Site};
use axum::extract::{FromRequestParts, Path, Query, RawPathParams};
use axum::http::Method;
use axum::http::request::Parts;
use db::accounts::memberships::{self, TenantOf};
use db::accounts::people::{self, Person};
use db::accounts::visits::{self, Visit};
use db::scope::{AccountsTx, OperatorAct, OperatorTx, TenantTx};
use rules::access::{Permission, Role};
use rules::ids::{AuditId, TenantId, UserId, VisitStepId};
use rules::limits;
use rules::secrets::TenantLink;
use serde::de::DeserializeOwned;
use std::net::IpAddr;
use tower_sessions::Session;

/// The key under which a session holds who signed in.
pub const SESSION_USER: &str = "user";

/// Where a request comes from; the server puts it beside the request.
#[derive(Clone, Copy, Debug)]
pub struct Client(pub IpAddr);

/// The variable parts of an address. What cannot be one does not exist.
pub struct Address<T>(pub T);

/// The query of an address.
pub struct Ask<T>(pub T);

/// Whoever asks: perhaps signed in.
pub struct Visitor(pub Option<Person>);

/// Somebody who is signed in, at an address that needs that or more.
pub struct SignedIn(pub Person);

/// An operator, at an address for operators: the only way to an [`OperatorTx`].
pub struct Operator {
    pub person: Person,
    site: Site,
}

/// A person at an address of a tenant that they belong to, or an operator who visits it: the only way to a [`TenantTx`].
pub struct Member {
    pub person: Person,
    pub tenant: TenantOf,
    tenants: Vec<TenantOf>,
    permission: Permission,
    /// What is asked for, as a visit keeps it.
    step: (Method, String),
    site: Site,
}

impl Operator {
    pub async fn read(&self) -> Result<OperatorTx> {
        Ok(OperatorTx::read(&self.site.operator, self.person.id).await?)
    }

    /// Opens a transaction that changes something. `action` is a verb_noun, `reason` what the operator wrote.
    pub async fn act(&self, action: &'static str, reason: &str, about: Option<TenantId>) -> Result<OperatorTx> {
        let now = self.site.now();
        let id = AuditId::new(now, self.site.chance());
        let act = OperatorAct { id, actor: self.person.id, now, action, reason, about };
        Ok(OperatorTx::act(&self.site.operator, act).await?)
    }
}

impl Member {
    /// Opens a transaction on the tenant's data, if the person may do what the address needs: their role as it is now.
    pub async fn enter(&self) -> Result<(TenantTx, TenantFrame)> {
        let mut tx = TenantTx::begin(&self.site.web, self.tenant.id).await?;
        let role = memberships::find_role(&mut tx, self.person.id).await?;
        let (role, visit) = match role {
            Some(role) => (role, None),
            None => (Role::Admin, Some(self.visit().await?)),
        };
        allow(role, self.permission)?;
        let frame = TenantFrame {
            person: self.person.clone(),
            tenant: self.tenant.clone(),
            tenants: self.tenants.clone(),
            role,
            business_now: db::clock::business_time(&mut tx, self.site.now()).await?,
            pauses: db::isolation::list_pauses(&mut tx).await?,
            visit,
        };
        Ok((tx, frame))
    }

    /// The visit of an operator who does not belong to the team: its step is kept whatever becomes of it. For everybody else
    /// the team does not exist.
    async fn visit(&self) -> Result<Visit> {
        if !self.person.is_operator {
            return Err(Refusal::NotFound);
        }
        let (now, (method, path)) = (self.site.now(), &self.step);
        let mut tx = TenantTx::begin(&self.site.web, self.tenant.id).await?;
        let visit = visits::find_open(&mut tx, self.person.id, now).await?.ok_or(Refusal::NotFound)?;
        let step = VisitStepId::new(now, self.site.chance());
        visits::write_step(&mut tx, visit.id, step, (method.as_str(), path), now).await?;
        tx.commit().await?;
        Ok(visit)
    }
}

/// For the recipient of a mail: the link names the tenant, and only what the link leads to is shown.
pub async fn enter_by_link(site: &Site, link: &TenantLink) -> Result<TenantTx> {
    Ok(TenantTx::begin(&site.web, link.tenant).await?)
}

/// Refuses a role that is too low, in words that say whose it would be.
pub fn allow(role: Role, permission: Permission) -> Result<()> {
    if role.may(permission) { Ok(()) } else { Err(Refusal::RoleTooLow { role, permission }) }
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let client = parts.extensions.get::<Self>().copied();
        client.ok_or_else(|| Refusal::Fault("nobody said where the request comes from".into()))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Address<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let Path(address) = Path::from_request_parts(parts, state).await.map_err(|_| Refusal::NotFound)?;
        Ok(Self(address))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Ask<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        // Postgres keeps no NUL in a text: nothing is found by one.
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(Refusal::NotFound);
        }
        let Query(query) = Query::from_request_parts(parts, state).await.map_err(|_| Refusal::NotFound)?;
        Ok(Self(query))
    }
}

/// The user of the session, if there is one.
async fn find_user(parts: &Parts) -> Result<Option<UserId>> {
    let session = parts.extensions.get::<Session>().cloned();
    let session = session.ok_or_else(|| Refusal::Fault("the session layer is missing".into()))?;
    Ok(session.get::<UserId>(SESSION_USER).await?)
}

/// Sends a person who is not signed in to the door, and back to a page that they asked for.
fn not_signed_in(parts: &Parts) -> Refusal {
    let page = parts.uri.path_and_query().filter(|_| parts.method == Method::GET);
    Refusal::NotSignedIn { next: page.map_or_else(|| "/".to_owned(), ToString::to_string) }
}

impl FromRequestParts<Site> for Visitor {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self> {
        let Some(user) = find_user(parts).await? else {
            return Ok(Self(None));
        };
        let mut tx = AccountsTx::begin(&site.web).await?;
        let person = people::find_person(&mut tx, user).await?;
        tx.commit().await?;
        Ok(Self(person))
    }
}

impl FromRequestParts<Site> for SignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self> {
        let person = Visitor::from_request_parts(parts, site).await?.0;
        person.map(Self).ok_or_else(|| not_signed_in(parts))
    }
}

impl FromRequestParts<Site> for Operator {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self> {
        if parts.extensions.get::<Need>() != Some(&Need::Operator) {
            return Err(Refusal::Fault("an address that is not for operators asked for one".into()));
        }
        let SignedIn(person) = SignedIn::from_request_parts(parts, site).await?;
        if person.is_operator { Ok(Self { person, site: site.clone() }) } else { Err(Refusal::NotFound) }
    }
}

impl FromRequestParts<Site> for Member {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self> {
        let Some(&Need::Tenant(permission)) = parts.extensions.get::<Need>() else {
            return Err(Refusal::Fault("an address that is not a tenant's asked for a member".into()));
        };
        let user = find_user(parts).await?.ok_or_else(|| not_signed_in(parts))?;
        let mut tx = AccountsTx::begin(&site.web).await?;
        let person = people::find_person(&mut tx, user).await?.ok_or_else(|| not_signed_in(parts))?;
        let tenants = memberships::list_tenants_of(&mut tx, user).await?;
        let path = RawPathParams::from_request_parts(parts, site).await.map_err(|_| Refusal::NotFound)?;
        let slug = path.iter().find(|(name, _)| *name == "slug").map(|(_, slug)| slug).unwrap_or_default();
        let tenant = match tenants.iter().find(|tenant| tenant.slug == slug) {
            Some(tenant) => Some(tenant.clone()),
            None if person.is_operator => memberships::find_tenant_at(&mut tx, slug).await?,
            None => None,
        };
        tx.commit().await?;
        let tenant = tenant.ok_or(Refusal::NotFound)?;
        let path = parts.uri.path().chars().take(limits::VISIT_PATH_CHARS_MAX).collect();
        let step = (parts.method.clone(), path);
        Ok(Self { person, tenant, tenants, permission, step, site: site.clone() })
    }
}
