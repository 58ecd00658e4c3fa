//! Domains that a tenant connected, with their records. Connecting and removing write intent; the worker acts on it
//! ([`work`]). How a domain stands is computed from these rows ([`Domain::facts`]), never stored.

mod read;
pub mod work;

pub use read::{Ended, find, list, list_ended, list_ended_of, list_of};

use crate::Result;
use crate::isolation::{closures, ses_tenants};
use crate::scope::TenantTx;
use rules::addresses::DomainName;
use rules::domains::{DomainFacts, Found, Hold, Lapse, Observation, Purpose, SesStatus, WantedRecord};
use rules::ids::{ClaimId, DomainId, MailboxId, UserId};
use rules::limits;
use rules::time::{Duration, OffsetDateTime};

/// A domain with what is known of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Domain {
    pub id: DomainId,
    pub name: DomainName,
    /// The registrable name that the claim is on.
    pub root: DomainName,
    /// What the ownership record must say.
    pub challenge: String,
    pub created_at: OffsetDateTime,
    pub asked_at: OffsetDateTime,
    /// What SES gave to be published: tokens and the zone they are in.
    pub dkim: Option<(Vec<String>, String)>,
    pub dkim_status: Option<String>,
    pub mail_from_status: Option<String>,
    pub may_send: bool,
    pub is_associated: bool,
    /// What it has in the account that the team moves to.
    pub next: Option<work::Identity>,
    pub ses_read_at: Option<OffsetDateTime>,
    pub looked_at: Option<OffsetDateTime>,
    pub verified_at: Option<OffsetDateTime>,
    pub hold: Option<Hold>,
    /// What went wrong in the last turn, and since when turns fail.
    pub trouble: Option<(String, OffsetDateTime)>,
    /// When the claim ends if the ownership record is not seen until then, in business time.
    pub claim_ends_at: Option<OffsetDateTime>,
    pub removal_asked_at: Option<OffsetDateTime>,
    /// `None`: a person asked.
    pub removal_reason: Option<Lapse>,
    pub due_at: Option<OffsetDateTime>,
    pub records: Vec<Record>,
}

/// One record with what was last seen at its name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    pub wanted: WantedRecord,
    pub observation: Option<Observation>,
    /// What stood there when it was last seen.
    pub found: Vec<String>,
    pub observed_at: Option<OffsetDateTime>,
    pub unanswered_since: Option<OffsetDateTime>,
    pub found_at: Option<OffsetDateTime>,
}

/// A domain to be connected, with the records that are known before SES has given its keys.
pub struct NewDomain<'a> {
    pub id: DomainId,
    pub claim: ClaimId,
    pub name: &'a DomainName,
    pub root: &'a DomainName,
    pub challenge: &'a str,
    pub records: &'a [WantedRecord],
    pub claim_ends_at: OffsetDateTime,
    pub by: UserId,
}

/// What became of it. Commit on [`Connect::Done`] only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Connect {
    Done,
    /// Another tenant has the registrable name.
    ClaimedByAnother,
    /// This tenant has this very name.
    ConnectedAlready(DomainId),
    /// It was asked to be removed, and is not gone yet.
    BeingRemoved,
    TooMany,
    /// The tenant is being closed.
    Closing,
}

impl Domain {
    pub fn facts(&self) -> DomainFacts {
        let status = |text: &Option<String>| text.as_deref().map(SesStatus::parse);
        DomainFacts {
            is_removing: self.removal_asked_at.is_some(),
            hold: self.hold,
            dkim: status(&self.dkim_status),
            next_dkim: self.next.as_ref().map(|next| SesStatus::parse(&next.dkim_status)),
            mail_from: status(&self.mail_from_status),
            may_send: self.may_send,
            is_associated: self.is_associated,
            was_verified: self.verified_at.is_some(),
            records: self.records.iter().map(Record::found).collect(),
        }
    }
}

impl Domain {
    /// As it is in the account that the team moves to, where it can be judged by the same rules.
    pub fn in_next(mut self) -> Self {
        let next = self.next.take();
        self.records.retain(|record| record.wanted.purpose != Purpose::Dkim);
        for record in &mut self.records {
            if record.wanted.purpose == Purpose::NextDkim {
                record.wanted.purpose = Purpose::Dkim;
            }
        }
        Self {
            dkim: next.as_ref().map(|next| (next.dkim_tokens.clone(), next.dkim_zone.clone())),
            dkim_status: next.as_ref().map(|next| next.dkim_status.clone()),
            mail_from_status: next.as_ref().map(|next| next.mail_from_status.clone()),
            may_send: next.as_ref().is_some_and(|next| next.may_send),
            is_associated: next.as_ref().is_some_and(|next| next.is_associated),
            hold: None,
            verified_at: None,
            ..self
        }
    }
}

impl Record {
    pub fn found(&self) -> Found {
        Found {
            purpose: self.wanted.purpose,
            observation: self.observation,
            is_unanswered: self.unanswered_since.is_some(),
            was_found: self.found_at.is_some(),
        }
    }
}

/// Claims the name and writes down that it is wanted.
pub async fn connect(tx: &mut TenantTx, new: &NewDomain<'_>, now: OffsetDateTime) -> Result<Connect> {
    if closures::find(tx).await?.is_some() {
        return Ok(Connect::Closing);
    }
    if !claim(tx, new, now).await? {
        return Ok(Connect::ClaimedByAnother);
    }
    let tenant = tx.tenant();
    let known: Option<(uuid::Uuid, bool)> = sqlx::query_as(
        "select id, removal_asked_at is not null from domains where tenant_id = $1 and name = $2 and removed_at is null",
    )
    .bind(tenant.uuid())
    .bind(new.name.as_str())
    .fetch_optional(tx.sql())
    .await?;
    match known {
        Some((_, true)) => return Ok(Connect::BeingRemoved),
        Some((id, false)) => return Ok(Connect::ConnectedAlready(DomainId::from_uuid(id))),
        None => {}
    }
    let live: i64 = sqlx::query_scalar("select count(*) from domains where tenant_id = $1 and removed_at is null")
        .bind(tenant.uuid())
        .fetch_one(tx.sql())
        .await?;
    if live >= limits::DOMAINS_MAX {
        return Ok(Connect::TooMany);
    }
    sqlx::query(
        "insert into domains (tenant_id, id, name, root, challenge, created_at, created_by, asked_at, may_send,
                is_associated, claim_ends_at, due_at, attempts)
         values ($1, $2, $3, $4, $5, $6, $7, $6, false, false, $8, $6, 0)",
    )
    .bind(tenant.uuid())
    .bind(new.id.uuid())
    .bind(new.name.as_str())
    .bind(new.root.as_str())
    .bind(new.challenge)
    .bind(now)
    .bind(new.by.uuid())
    .bind(new.claim_ends_at)
    .execute(tx.sql())
    .await?;
    take_back(tx, new).await?;
    work::want_records(tx, new.id, new.records).await?;
    ses_tenants::want(tx, now).await?;
    Ok(Connect::Done)
}

/// What the tenant had under this name before: mailboxes that outlived it, and what held it back.
async fn take_back(tx: &mut TenantTx, new: &NewDomain<'_>) -> Result<()> {
    let tenant = tx.tenant();
    for statement in [
        "update mailboxes set domain_id = $2 where tenant_id = $1 and removed_at is null and domain_id = (
            select id from domains where tenant_id = $1 and name = $3 and removed_at is not null
            order by removed_at desc limit 1)",
        "update part_pauses set part_id = $2
         where tenant_id = $1 and resumed_at is null and part = 'domain' and part_id = (
            select id from domains where tenant_id = $1 and name = $3 and removed_at is not null
            order by removed_at desc limit 1)",
    ] {
        sqlx::query(statement)
            .bind(tenant.uuid())
            .bind(new.id.uuid())
            .bind(new.name.as_str())
            .execute(tx.sql())
            .await?;
    }
    Ok(())
}

/// Whether the registrable name is this tenant's now. Waits for another tenant that claims it in this moment, and holds
/// the claim until the end, so that it is not let go meanwhile.
async fn claim(tx: &mut TenantTx, new: &NewDomain<'_>, now: OffsetDateTime) -> Result<bool> {
    let tenant = tx.tenant();
    sqlx::query(
        "insert into domain_claims (root, id, holder, claimed_at) values ($1, $2, $3, $4) on conflict do nothing",
    )
    .bind(new.root.as_str())
    .bind(new.claim.uuid())
    .bind(tenant.uuid())
    .bind(now)
    .execute(tx.sql())
    .await?;
    lock_claim(tx, new.root.as_str()).await
}

/// Whether this tenant holds the claim on `root`; nobody else changes it until the end.
async fn lock_claim(tx: &mut TenantTx, root: &str) -> Result<bool> {
    let tenant = tx.tenant();
    let ours = sqlx::query("select from domain_claims where root = $1 and holder = $2 for update")
        .bind(root)
        .bind(tenant.uuid())
        .fetch_optional(tx.sql())
        .await?;
    Ok(ours.is_some())
}

/// Has a domain looked at now. Asking again within `cool_down` changes nothing.
pub async fn ask_check(tx: &mut TenantTx, domain: DomainId, now: OffsetDateTime, cool_down: Duration) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update domains set asked_at = $3, due_at = $3
         where tenant_id = $1 and id = $2 and removed_at is null and asked_at <= $4",
    )
    .bind(tenant.uuid())
    .bind(domain.uuid())
    .bind(now)
    .bind(now - cool_down)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Has a domain removed that no mailbox sends from. Asking twice changes nothing.
pub async fn ask_removal(tx: &mut TenantTx, domain: DomainId, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    // Whoever makes a mailbox under it locks it first.
    sqlx::query("select from domains where tenant_id = $1 and id = $2 for update")
        .bind(tenant.uuid())
        .bind(domain.uuid())
        .execute(tx.sql())
        .await?;
    sqlx::query(
        "update domains set removal_asked_at = $3, due_at = $3
         where tenant_id = $1 and id = $2 and removed_at is null and removal_asked_at is null and not exists (
            select from mailboxes m where m.tenant_id = $1 and m.domain_id = $2 and m.removed_at is null)",
    )
    .bind(tenant.uuid())
    .bind(domain.uuid())
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Has the domains of these mailboxes looked at: SES does not see one of them as verified.
pub async fn nudge_of(tx: &mut TenantTx, mailboxes: &[MailboxId], now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update domains set due_at = $3 where tenant_id = $1 and removed_at is null and id in (
            select domain_id from mailboxes where tenant_id = $1 and id = any($2))",
    )
    .bind(tenant.uuid())
    .bind(mailboxes.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}
