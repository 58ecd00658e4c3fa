//! Identities: domains and addresses, with their state of verification as a Get shows it. The DKIM keys and the MAIL
//! FROM domain are `dkim`'s and `mail_from`'s.

use super::dkim::Dkim;
use super::mail_from::MailFrom;
use super::members::tag_list;
use super::pages::Paging;
use super::tenant_resources::refuse_if_associated;
use super::{Dns, Operation, Request, arn, configuration_sets, nothing};
use crate::wire::{Answer, Failure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "CreateEmailIdentity",
        method: "POST",
        path: "/v2/email/identities",
        takes: "EmailIdentity Tags{Key Value} ConfigurationSetName \
             DkimSigningAttributes{DomainSigningAttributesOrigin DomainSigningSelector DomainSigningPrivateKey \
             NextSigningKeyLength}",
        run: create,
    },
    Operation { name: "GetEmailIdentity", method: "GET", path: "/v2/email/identities/{}", takes: "", run: get },
    Operation {
        name: "ListEmailIdentities",
        method: "POST",
        path: "/v2/email/list-identities",
        takes: "PageSize NextToken",
        run: list,
    },
    Operation {
        name: "ListEmailIdentities",
        method: "GET",
        path: "/v2/email/identities",
        takes: "PageSize NextToken",
        run: list,
    }, // older SDKs
    Operation {
        name: "DeleteEmailIdentity",
        method: "DELETE",
        path: "/v2/email/identities/{}",
        takes: "",
        run: delete,
    },
    Operation {
        name: "PutEmailIdentityFeedbackAttributes",
        method: "PUT",
        path: "/v2/email/identities/{}/feedback",
        takes: "EmailForwardingEnabled",
        run: put_feedback,
    },
    Operation {
        name: "PutEmailIdentityConfigurationSetAttributes",
        method: "PUT",
        path: "/v2/email/identities/{}/configuration-set",
        takes: "ConfigurationSetName",
        run: put_configuration_set,
    },
];

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) created: f64,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) configuration_set: Option<String>,
    pub(crate) feedback_forwarding: bool,
    pub(crate) dkim: Dkim,
    pub(crate) mail_from: Option<MailFrom>,
    /// Of the control API.
    pub(crate) mail_from_status_override: Option<String>,
}

const IDENTITIES_MAX: usize = 10_000; // per region

impl Identity {
    /// Looks at DNS again, unless someone has decided otherwise.
    pub(crate) fn refresh(&mut self, region: &str, mut dns: Dns, now: f64) {
        dns.auto_verify |= dns.known_domain == Some(self.domain());
        self.dkim.refresh(&self.name, dns, now);
        if let Some(mail_from) = self.mail_from.as_mut().filter(|_| self.mail_from_status_override.is_none()) {
            mail_from.refresh(region, dns);
        }
    }

    pub(super) fn is_domain(&self) -> bool {
        !self.name.contains('@')
    }

    /// The domain that the identity is or is in.
    pub(super) fn domain(&self) -> &str {
        self.name.rsplit_once('@').map_or(self.name.as_str(), |(_, domain)| domain)
    }

    pub(super) fn rejects_without_mail_from(&self) -> bool {
        let status_override = self.mail_from_status_override.as_deref();
        self.mail_from.as_ref().is_some_and(|mail_from| mail_from.rejects(status_override))
    }

    fn kind(&self) -> &'static str {
        if self.is_domain() { "DOMAIN" } else { "EMAIL_ADDRESS" }
    }

    /// The send gate: an identity that was verified keeps sending while its records are amiss for a time.
    pub(super) fn is_verified(&self) -> bool {
        matches!(self.dkim.status(), "SUCCESS" | "TEMPORARY_FAILURE")
    }
}

/// Domains ignore case, local parts do not.
pub(crate) fn normal_name(name: &str) -> String {
    match name.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", domain.to_ascii_lowercase()),
        None => name.to_ascii_lowercase(),
    }
}

/// As it was last seen.
pub(super) fn find<'a>(request: &'a Request, name: &str) -> Result<&'a Identity, Failure> {
    request.region.identities.get(&normal_name(name)).ok_or_else(|| not_found(name))
}

/// The identity in the path's first label.
pub(super) fn labelled<'a>(request: &'a mut Request) -> Result<&'a mut Identity, Failure> {
    let name = request.label(0).to_owned();
    request.region.identities.get_mut(&normal_name(&name)).ok_or_else(|| not_found(&name))
}

/// Whether mail may leave from this domain: an identity of its name or of one above it is verified.
pub(super) fn covers(request: &Request, domain: &str) -> bool {
    let mut name = domain;
    loop {
        if request.region.identities.get(name).is_some_and(Identity::is_verified) {
            return true;
        }
        match name.split_once('.') {
            Some((_, parent)) => name = parent,
            None => return false,
        }
    }
}

fn not_found(name: &str) -> Failure {
    Failure::not_found(format!("Email identity <{name}> does not exist."))
}

fn create(request: &mut Request) -> Answer {
    let members = request.members();
    let given = members.required_text("EmailIdentity")?;
    let name = normal_name(given);
    if !is_identity(&name) {
        return Err(Failure::bad_request(format!(
            "Invalid email identity <{given}>: neither a domain nor an address."
        )));
    }
    let tags = members.tags()?;
    let configuration_set = members.text("ConfigurationSetName")?.map(str::to_owned);
    if let Some(set) = &configuration_set {
        configuration_sets::find(request, set)?;
    }
    if request.region.identities.contains_key(&name) {
        return Err(Failure::already_exists(format!("Email identity {name} already exist.")));
    }
    if request.region.identities.len() == IDENTITIES_MAX {
        return Err(Failure::limit_exceeded("The maximum number of identities has been reached."));
    }
    let dkim = match members.object("DkimSigningAttributes")? {
        _ if name.contains('@') => Dkim::of_address(),
        attributes => Dkim::new(request, attributes)?,
    };
    let identity = Identity {
        name: name.clone(),
        created: request.now,
        tags,
        configuration_set,
        feedback_forwarding: true,
        dkim,
        mail_from: None,
        mail_from_status_override: None,
    };
    let answer = json!({
        "IdentityType": identity.kind(),
        "VerifiedForSendingStatus": false,
        "DkimAttributes": identity.dkim.attributes(),
    });
    request.region.identities.insert(name, identity);
    Ok(answer)
}

fn get(request: &mut Request) -> Answer {
    let (region, dns, now) = (request.place.region(), request.dns, request.now);
    let identity = labelled(request)?;
    identity.refresh(region, dns, now);
    let mail_from = match &identity.mail_from {
        Some(mail_from) => mail_from.attributes(identity.mail_from_status_override.as_deref()),
        None => json!({ "BehaviorOnMxFailure": "USE_DEFAULT_VALUE" }),
    };
    let mut answer = json!({
        "IdentityType": identity.kind(),
        "FeedbackForwardingStatus": identity.feedback_forwarding,
        "VerifiedForSendingStatus": identity.is_verified(),
        "DkimAttributes": identity.dkim.attributes(),
        "MailFromAttributes": mail_from,
        "Policies": {},
        "Tags": tag_list(&identity.tags),
        "VerificationStatus": identity.dkim.status(),
        "VerificationInfo": identity.dkim.verification_info(now),
    });
    if let Some(set) = &identity.configuration_set {
        answer["ConfigurationSetName"] = json!(set);
    }
    Ok(answer)
}

fn list(request: &mut Request) -> Answer {
    let paging = Paging::read(request, "ListEmailIdentities")?;
    let (region, dns, now) = (request.place.region(), request.dns, request.now);
    let items = request.region.identities.values_mut().map(|identity| {
        identity.refresh(region, dns, now);
        let item = json!({
            "IdentityType": identity.kind(),
            "IdentityName": identity.name,
            "SendingEnabled": identity.is_verified(),
            "VerificationStatus": identity.dkim.status(),
        });
        (identity.name.clone(), item)
    });
    let items: Vec<(String, Value)> = items.collect();
    Ok(paging.answer(request, "EmailIdentities", items))
}

fn delete(request: &mut Request) -> Answer {
    let name = labelled(request)?.name.clone();
    refuse_if_associated(request, &arn::identity(request.place, &name))?;
    request.region.identities.remove(&name);
    Ok(nothing())
}

fn put_feedback(request: &mut Request) -> Answer {
    let enabled = request.members().flag("EmailForwardingEnabled")?.unwrap_or_default();
    labelled(request)?.feedback_forwarding = enabled;
    Ok(nothing())
}

fn put_configuration_set(request: &mut Request) -> Answer {
    let set = request.members().text("ConfigurationSetName")?.filter(|set| !set.is_empty()).map(str::to_owned);
    labelled(request)?;
    if let Some(set) = &set {
        configuration_sets::find(request, set)?;
    }
    labelled(request)?.configuration_set = set;
    Ok(nothing())
}

fn is_identity(name: &str) -> bool {
    match name.rsplit_once('@') {
        Some((local, domain)) => {
            let is_local = |byte: u8| byte.is_ascii_graphic() && !b"@\"(),:;<>[\\]".contains(&byte);
            !local.is_empty() && local.len() <= 64 && local.bytes().all(is_local) && is_domain(domain)
        }
        None => is_domain(name),
    }
}

/// At least two labels of letters, digits and hyphens.
pub(super) fn is_domain(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.len() <= 253 && name.contains('.') && name.split('.').all(is_label)
}
