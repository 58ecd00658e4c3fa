//! The platform's own mail (invitations): it leaves by a tenant at SES that is nobody's but the platform's, so that pausing
//! a team never silences it. Where it is not known whether one left, it is sent again: twice harms nobody here.

use crate::aws::{Control, Mail, SesError, SesErrorKind};
use crate::duty::{Progress, Result};
use crate::isolation::account::{self, Whose};
use crate::isolation::pool::Pooled;
use crate::isolation::saga::{Judgement, Saga, Wanted};
use crate::isolation::{ensure_associated, resource_arn};
use crate::{Context, mime};
use db::accounts::platform_mail::{self, Leaving};
use db::events::Fact;
use db::isolation::platform_sender::{self, ReadBack};
use db::isolation::ses_tenants::{self, Route};
use db::isolation::tiers;
use db::scope::WorkerTx;
use rules::addresses::EmailAddress;
use rules::error::describe;
use rules::events::PLATFORM_TAG;
use rules::ids::PlatformMailId;
use rules::isolation::{ReputationPolicy, SharedPoolMode, Urgency};
use rules::limits;
use rules::messages::{MessageState, SendOutcome, Wait};
use rules::time::Duration;

const AT_ONCE: usize = 8;

/// The name of the platform's tenant and configuration set at SES.
pub(crate) fn ses_name(context: &Context) -> String {
    format!("{}-platform", context.ses.name_prefix())
}

/// Brings what the mail leaves from to what is wanted, and reads it back now and then.
pub async fn prepare(context: &Context) -> Result<Progress> {
    let Some(address) = &context.mail_from else { return Ok(Progress::Idle) };
    let (region, now) = (context.ses.region(), context.now());
    let mut tx = WorkerTx::begin(&context.login).await?;
    let known = platform_sender::find(&mut tx, region).await?;
    let is_due = known.is_none_or(|known| known.due_at <= now || known.address != address.as_str());
    let until = now + Duration::minutes(limits::LEASE_MINS);
    let is_taken = is_due && platform_sender::take(&mut tx, region, address.as_str(), now, until).await?;
    let has_ips = is_taken && tiers::has_ips_for_platform(&mut tx).await?;
    tx.commit().await?;
    if !is_taken {
        return Ok(Progress::Idle);
    }
    let pool = if has_ips { Pooled::Shared } else { Pooled::Usual };
    let outcome = ensure(context, address, pool).await;
    let now = context.now();
    let mut tx = WorkerTx::begin(&context.login).await?;
    match outcome {
        Ok(read) => {
            let hours = Duration::hours(limits::SES_TENANT_CHECK_HOURS);
            let next = now + if read.may_send { hours } else { Duration::seconds(limits::PLATFORM_CHECK_SECS) };
            platform_sender::write(&mut tx, region, &read, now, next).await?;
        }
        Err(error) => {
            let is_refused = error.kind != SesErrorKind::Later;
            let next = now + Duration::seconds(limits::PLATFORM_CHECK_SECS);
            tracing::warn!("what the platform's own mail leaves from: {error}");
            platform_sender::fail(&mut tx, region, &error.to_string(), is_refused, now, next).await?;
        }
    }
    tx.commit().await?;
    Ok(Progress::Idle)
}

/// Whatever differs is put right.
async fn provision(control: &Control<'_>, name: &str, pool: Pooled) -> Result<ses_tenants::ReadBack, SesError> {
    let wanted = Wanted {
        owner: PLATFORM_TAG,
        tenant: name,
        set: name,
        policy: ReputationPolicy::Strict,
        is_policy_new: false,
        shared_pool_mode: SharedPoolMode::Regional,
        pool,
        known_delivery: (None, None),
        left_pool: None,
        is_paused: false,
        was_held: false,
        identities: Vec::new(),
        known_identities: Vec::new(),
    };
    let judgement = Judgement { was_made: false, allowed: &[] };
    let mut saga = Saga::new(control, &wanted, &judgement, None);
    let read = saga.run().await?;
    read.ok_or_else(|| SesError::unexpected("GetTenant", "what is being made asks nobody"))
}

async fn ensure(context: &Context, address: &EmailAddress, pool: Pooled) -> Result<ReadBack, SesError> {
    let (control, name) = (context.control(Urgency::Person), ses_name(context));
    let domain = address.domain();
    let domain = domain.as_str();
    let tenant = provision(&control, &name, pool).await?;
    let find = || async { control.find_identity(domain).await };
    let mut found = find().await?;
    if found.is_none() {
        control.create_identity(domain, PLATFORM_TAG, &name).await?;
        found = find().await?;
    }
    let found = found.ok_or_else(|| SesError::unexpected("GetEmailIdentity", "not there after it was made"))?;
    // One without our tag was there before Ownlane, and is the operator's own: used, and left as it is.
    let arn = resource_arn(&tenant.arn, "identity", domain)?;
    let holders = control.list_tenants_of(&arn).await?;
    let is_a_teams = found.owner.as_deref().is_some_and(|owner| owner != PLATFORM_TAG);
    if is_a_teams || holders.iter().any(|holder| *holder != name) {
        let message = format!("{domain} is used for a team: the platform's own mail cannot leave from it");
        return Err(SesError { operation: "GetEmailIdentity", kind: SesErrorKind::Refused, message });
    }
    ensure_associated(&control, &name, &arn).await?;
    Ok(ReadBack { may_send: found.may_send, dkim_tokens: found.dkim_tokens, dkim_zone: found.dkim_zone })
}

/// Sends some of what waits.
pub async fn send(context: &Context) -> Result<Progress> {
    let Some(address) = &context.mail_from else { return Ok(Progress::Idle) };
    let now = context.now();
    let mut tx = WorkerTx::begin(&context.login).await?;
    let sender = platform_sender::find(&mut tx, context.ses.region()).await?;
    if !sender.is_some_and(|sender| sender.may_send && sender.address == address.as_str()) {
        return Ok(Progress::Idle);
    }
    let until = now + Duration::seconds(limits::SEND_LEASE_SECS);
    let mails = platform_mail::take(&mut tx, now, until, i64::try_from(AT_ONCE).unwrap_or(1)).await?;
    tx.commit().await?;
    for mail in &mails {
        let outcome = if now - mail.created_at > Duration::days(limits::INVITATION_DAYS) {
            SendOutcome::Refused { reason: "It waited for longer than its link is good for.".to_owned() }
        } else if account::take_tokens(context, None, Whose::Platform, 1).await? == 0 {
            SendOutcome::Later(Wait::Throttled)
        } else {
            give(context, address, mail).await
        };
        write(context, mail, &outcome).await?;
    }
    Ok(if mails.is_empty() { Progress::Idle } else { Progress::More })
}

async fn give(context: &Context, from: &EmailAddress, mail: &Leaving) -> SendOutcome {
    let message_id = format!("{}@{}", mail.id, from.domain().as_str());
    let draft = mime::Draft {
        from_name: "Ownlane",
        from_email: from.as_str(),
        to: &mail.recipient,
        reply_to: None,
        subject: &mail.subject,
        text: &mail.body,
        opt_out_url: None,
        message_id: &message_id,
        in_reply_to: None,
        references: &[],
        date: mail.created_at,
    };
    let raw = match mime::build(&draft) {
        Ok(raw) => raw,
        Err(error) => return SendOutcome::Refused { reason: describe(&error) },
    };
    let request = Mail {
        from: from.as_str(),
        to: &mail.recipient,
        raw,
        route: &Route { account: None, tenant: ses_name(context), set: ses_name(context) },
        tenant: PLATFORM_TAG.to_owned(),
        message: mail.id.to_string(),
    };
    let (outcome, said) = context.ses.send_email(request).await;
    if let Some(said) = said {
        tracing::warn!(mail = %mail.id, "the platform's own mail: {said}");
    }
    outcome
}

async fn write(context: &Context, mail: &Leaving, outcome: &SendOutcome) -> Result<()> {
    let now = context.now();
    let mut tx = WorkerTx::begin(&context.login).await?;
    match outcome {
        SendOutcome::Accepted { ses_id } => {
            platform_mail::raise(&mut tx, mail.id, MessageState::Accepted, Some(ses_id), None, now).await?;
        }
        SendOutcome::Refused { reason } => {
            platform_mail::raise(&mut tx, mail.id, MessageState::Refused, None, Some(reason), now).await?;
        }
        SendOutcome::Unknown { .. } if mail.attempts >= limits::PLATFORM_MAIL_TRIES => {
            let said = "Amazon SES never told whether it took this mail.";
            platform_mail::raise(&mut tx, mail.id, MessageState::UnknownFinal, None, Some(said), now).await?;
        }
        SendOutcome::Unknown { .. } => {
            let said = "Amazon SES did not tell whether it took this mail: it is sent again when nothing is heard.";
            let next = now + Duration::minutes(limits::UNKNOWN_QUIET_MINS);
            platform_mail::put_off(&mut tx, mail.id, MessageState::Unknown, said, next).await?;
        }
        SendOutcome::Later(wait) => {
            let next = now + later(mail.attempts);
            platform_mail::put_off(&mut tx, mail.id, MessageState::Returned, wait.sentence(), next).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// Longer each time, a quarter of an hour at most.
fn later(attempts: i64) -> Duration {
    Duration::seconds(2 << attempts.clamp(0, 8)).min(Duration::minutes(15))
}

/// Writes what events say of mails of the platform.
pub(crate) async fn apply(context: &Context, facts: impl Iterator<Item = &Fact>) -> Result<()> {
    let now = context.now();
    let mut tx = WorkerTx::begin(&context.login).await?;
    for fact in facts {
        let Some(to) = fact.effect.raises_to else { continue };
        let id = PlatformMailId::from_uuid(fact.message.uuid());
        platform_mail::raise(&mut tx, id, to, Some(&fact.ses_id), fact.detail.as_deref(), now).await?;
    }
    Ok(tx.commit().await?)
}
