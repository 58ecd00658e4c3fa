//! SendEmail, and what SendBulkEmail has in common with it: may this mail leave, and what comes of it at each recipient.
//! It sends nothing anywhere: `world` keeps the mail and its events.

use super::event_destinations::{Target, targets};
use super::identities::{self, Identity};
use super::letter::Letter;
use super::suppression::Rule;
use super::{Operation, Request, account, arn, configuration_sets};
use crate::crowd::Reaction;
use crate::people::{self, Fate, Scope};
use crate::place::Place;
use crate::providers::Sent;
use crate::wire::{Answer, Failure};
use crate::{ids, moment};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    name: SEND,
    method: "POST",
    path: "/v2/email/outbound-emails",
    takes: "FromEmailAddress Destination{ToAddresses CcAddresses BccAddresses} ReplyToAddresses EmailTags{Name Value} \
            ConfigurationSetName TenantName Content{Raw{Data} \
            Simple{Subject{Data Charset} Body{Text{Data Charset} Html{Data Charset}} Headers{Name Value} Attachments{RawContent FileName ContentDisposition ContentDescription \
            ContentId ContentTransferEncoding ContentType}} \
            Template{TemplateName TemplateArn TemplateContent{Subject Text Html} TemplateData Headers{Name Value} \
            Attachments{RawContent FileName ContentDisposition ContentDescription \
            ContentId ContentTransferEncoding ContentType}}}",
    run: send,
}];

/// A mail that SES has taken, and what will come of it.
pub(crate) struct Accepted {
    pub(crate) operation: &'static str,
    pub(crate) place: Place,
    pub(crate) message_id: String,
    /// Epoch seconds.
    pub(crate) at: f64,
    pub(crate) sender: Sender,
    pub(crate) letter: Letter,
    /// In the order of the recipients; none of a mail that could not be rendered.
    pub(crate) reactions: Vec<Reaction>,
    pub(crate) targets: Vec<Target>,
}

#[derive(Clone)]
pub(crate) struct Sender {
    pub(crate) tenant: Option<String>,
    /// Bare address.
    pub(crate) from: String,
    /// The one that counts for this address, or the address's domain where there is none.
    pub(crate) identity: String,
    /// The one that is in effect.
    pub(crate) configuration_set: Option<String>,
}

/// How SES says that a tenant is paused. Nobody has written down what the real one says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum PausedTenantError {
    #[default]
    SendingPaused,
    MessageRejected,
    AccessDenied,
}

pub(super) const SEND: &str = "SendEmail";

/// Of who names no pool: the IPs that all share.
const SHARED_POOL: &str = "shared";

fn send(request: &mut Request) -> Answer {
    let drafts = std::mem::replace(&mut request.drafts, Ok(Vec::new()))?;
    let draft = drafts.into_iter().next().ok_or_else(Failure::internal_error)?;
    let sender = permitted(request, draft.from)?;
    let message_id = accept(request, &sender, draft.letter?, SEND)?;
    Ok(json!({ "MessageId": message_id }))
}

/// Who sends, if it may. A draft's faults come to light after the tenant's.
pub(super) fn permitted(request: &mut Request, from: Result<String, Failure>) -> Result<Sender, Failure> {
    let tenant = request.members().text("TenantName")?.map(str::to_owned);
    if let Some(name) = &tenant
        && !request.region.tenants.contains_key(name)
    {
        return Err(Failure::not_found(format!(
            "Tenant {name} for AwsAccountId {} not found.",
            request.place.account()
        )));
    }
    let sender = sender(request, tenant, from?)?;
    check_resources(request, &sender)?;
    check_identity(request, &sender)?;
    check_pauses(request, &sender)?;
    Ok(sender)
}

/// The message's id.
pub(super) fn accept(
    request: &mut Request,
    sender: &Sender,
    letter: Letter,
    operation: &'static str,
) -> Result<String, Failure> {
    check_recipients(request, &letter)?;
    admit(request, &letter)?;
    let set = sender.configuration_set.as_ref().and_then(|name| request.region.configuration_sets.get(name));
    let targets = set.map(targets).unwrap_or_default();
    let message_id = ids::ses(request.place.region(), moment::millis(request.now), request.chance);
    let mut reactions = match letter.unrendered {
        Some(_) => Vec::new(),
        None => reactions(request, sender, &letter, &message_id)?,
    };
    // Only with a destination for it SES puts its picture into a mail, and only into HTML.
    if reactions.iter().any(|reaction| reaction.opens)
        && !(targets.iter().any(|target| target.wants("OPEN")) && letter.has_html())
    {
        reactions.iter_mut().for_each(|reaction| reaction.opens = false);
    }
    request.accepted.push(Accepted {
        operation,
        place: request.place.clone(),
        message_id: message_id.clone(),
        at: request.now,
        sender: sender.clone(),
        letter,
        reactions,
        targets,
    });
    Ok(message_id)
}

fn sender(request: &Request, tenant: Option<String>, from: String) -> Result<Sender, Failure> {
    let found = most_specific(request, &from);
    let given = request.members().text("ConfigurationSetName")?.map(str::to_owned);
    let configuration_set = given.or_else(|| found.and_then(|identity| identity.configuration_set.clone()));
    let identity = match found {
        Some(identity) => identity.name.clone(),
        None => domain(&from),
    };
    Ok(Sender { tenant, from, identity, configuration_set })
}

/// The address, its domain, then the domains above it.
fn most_specific<'a>(request: &'a Request, from: &str) -> Option<&'a Identity> {
    let identities = &request.region.identities;
    if let Some(identity) = identities.get(&identities::normal_name(from)) {
        return Some(identity);
    }
    let domain = domain(from);
    let mut name = domain.as_str();
    loop {
        match (identities.get(name), name.split_once('.')) {
            (Some(identity), _) => return Some(identity),
            (None, Some((_, parent))) => name = parent,
            (None, None) => return None,
        }
    }
}

/// A tenant sends with what is its own, and with a configuration set.
fn check_resources(request: &Request, sender: &Sender) -> Result<(), Failure> {
    let tenant = sender.tenant.as_ref().and_then(|name| request.region.tenants.get(name));
    if let Some(tenant) = tenant {
        let mut needed = vec![arn::identity(request.place, &sender.identity)];
        if let Some(set) = &sender.configuration_set {
            needed.push(arn::configuration_set(request.place, set));
        }
        needed.retain(|arn| !tenant.resources.contains_key(arn));
        if !needed.is_empty() {
            let message = format!("Tenant not associated with resources [{}].", needed.join(", "));
            return Err(Failure::access_denied(message));
        }
    }
    match &sender.configuration_set {
        Some(set) => configuration_sets::find(request, set).map(drop),
        None if tenant.is_some() => Err(Failure::bad_request("A tenant sends with a configuration set.")),
        None => Ok(()),
    }
}

/// What is verified is not looked up again at each mail: it stays so until someone gets or lists the identity.
fn check_identity(request: &mut Request, sender: &Sender) -> Result<(), Failure> {
    let (region, dns, now) = (request.place.region(), request.dns, request.now);
    let identity = request.region.identities.get_mut(&sender.identity);
    let Some(identity) = identity else { return Err(not_verified(region, &[sender.from.as_str()])) };
    if !identity.is_verified() || identity.rejects_without_mail_from() {
        identity.refresh(region, dns, now);
    }
    if !identity.is_verified() {
        return Err(not_verified(region, &[sender.from.as_str()]));
    }
    if identity.rejects_without_mail_from() {
        let message = format!("The MAIL FROM domain of <{}> is not verified.", identity.name);
        return Err(Failure::new(400, "MailFromDomainNotVerifiedException", message));
    }
    Ok(())
}

/// In the sandbox of SES, mail goes to verified identities and to the simulator only.
fn check_recipients(request: &Request, letter: &Letter) -> Result<(), Failure> {
    if request.standing.production_access {
        return Ok(());
    }
    let is_verified = |address: &str| most_specific(request, address).is_some_and(Identity::is_verified);
    let addresses = letter.recipients.iter().map(String::as_str);
    let failed: Vec<&str> =
        addresses.filter(|address| !people::is_simulated(address) && !is_verified(address)).collect();
    if failed.is_empty() { Ok(()) } else { Err(not_verified(request.place.region(), &failed)) }
}

fn not_verified(region: &str, addresses: &[&str]) -> Failure {
    let region = region.to_ascii_uppercase();
    Failure::message_rejected(format!(
        "Email address is not verified. The following identities failed the check in region {region}: {}",
        addresses.join(", ")
    ))
}

fn check_pauses(request: &Request, sender: &Sender) -> Result<(), Failure> {
    account::check(request)?;
    if let Some(name) = &sender.configuration_set {
        let set = configuration_sets::find(request, name)?;
        if !set.sends() {
            return Err(Failure::sending_paused(format!(
                "Sending paused for configuration set <{name}>. For more information, please check the inbox of the \
                 email address associated with your AWS account."
            )));
        }
        if sender.tenant.is_none() && set.suppression().is_some_and(|options| options["SuppressionScope"] == "TENANT") {
            return Err(Failure::message_rejected(format!(
                "Configuration set <{name}> has the suppression scope TENANT, and no tenant is named."
            )));
        }
    }
    let Some(name) = &sender.tenant else { return Ok(()) };
    let tenant = request.region.tenants.get(name);
    if tenant.is_some_and(|tenant| tenant.reputation.sending_status() == "DISABLED") {
        let message = format!("Sending paused for tenant {name}.");
        return Err(match request.paused_tenant_error {
            PausedTenantError::SendingPaused => Failure::sending_paused(message),
            PausedTenantError::MessageRejected => Failure::message_rejected(message),
            PausedTenantError::AccessDenied => Failure::access_denied(message),
        });
    }
    Ok(())
}

/// The quota of the day, then the rate. Both count suppressed recipients too.
fn admit(request: &mut Request, letter: &Letter) -> Result<(), Failure> {
    let count = |addresses: usize| u32::try_from(addresses).unwrap_or(u32::MAX);
    let recipients = &letter.recipients;
    let of_day = count(recipients.iter().filter(|address| !people::is_simulated(address)).count());
    let now = moment::millis(request.now);
    request.quota.admit_to_day(&mut request.region.account.sent, now, of_day)?;
    request.rates.take(request.place.key(), request.quota.max_rate, request.now, count(recipients.len()))?;
    request.region.account.sent.add(now, of_day);
    Ok(())
}

/// Hard bounces and complaints go onto the list at once, those of the simulator do not.
fn reactions(
    request: &mut Request,
    sender: &Sender,
    letter: &Letter,
    message_id: &str,
) -> Result<Vec<Reaction>, Failure> {
    let set = match &sender.configuration_set {
        Some(name) => Some(configuration_sets::find(request, name)?),
        None => None,
    };
    let pool = set.and_then(|set| set.pool()).unwrap_or(SHARED_POOL);
    let sent = Sent {
        pool: format!("{} {pool}", request.place.key()),
        domain: domain(&sender.from),
        mailbox: sender.from.to_ascii_lowercase(),
    };
    let suppression = set.and_then(|set| set.suppression());
    let tenant = sender.tenant.as_ref().and_then(|name| request.region.tenants.get(name));
    let reasons = &request.region.account.suppressed_reasons;
    let rule = Rule::of(suppression, tenant.and_then(|tenant| tenant.suppression.as_ref()), reasons);
    let now = request.now;
    let list = match (rule.scope, &sender.tenant) {
        (Scope::Tenant, Some(name)) => request.region.tenants.get_mut(name).map(|tenant| &mut tenant.suppressed),
        (Scope::Tenant, None) => None,
        (Scope::Account, _) => Some(&mut request.region.account.suppressed),
    };
    let list = list.ok_or_else(Failure::internal_error)?;
    let react = |address: &String| {
        if rule.holds_back(list, address) {
            let fate = Fate::Suppressed(rule.scope);
            return Reaction { fate, opens: false, mood: None, placement: None };
        }
        let reaction = request.crowd.react(address, &sent, request.dns.records, now);
        if reaction.fate.is_hard_bounce() {
            rule.record(list, address, "BOUNCE", message_id, now);
        } else if reaction.fate == Fate::Complained {
            rule.record(list, address, "COMPLAINT", message_id, now);
        }
        reaction
    };
    Ok(letter.recipients.iter().map(react).collect())
}

fn domain(address: &str) -> String {
    address.rsplit_once('@').map_or(address, |(_, domain)| domain).to_ascii_lowercase()
}
