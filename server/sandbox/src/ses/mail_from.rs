//! The custom MAIL FROM domain of an identity: one MX to SES and an SPF record that admits it.

use super::{Dns, Operation, Request, identities, nothing};
use crate::records::RecordKind;
use crate::wire::{Answer, Failure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    name: "PutEmailIdentityMailFromAttributes",
    method: "PUT",
    path: "/v2/email/identities/{}/mail-from",
    takes: "MailFromDomain BehaviorOnMxFailure",
    run: put,
}];

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct MailFrom {
    domain: String,
    behavior_on_mx_failure: String,
    status: String,
}

impl MailFrom {
    pub(super) fn refresh(&mut self, region: &str, dns: Dns) {
        let stands = if dns.auto_verify { Some(true) } else { self.stands_in_dns(region, dns) };
        let Some(stands) = stands else { return };
        let status = match self.status.as_str() {
            "SUCCESS" | "TEMPORARY_FAILURE" if !stands => "TEMPORARY_FAILURE",
            "SUCCESS" => return,
            _ if stands && !dns.hold => "SUCCESS",
            _ => return,
        };
        status.clone_into(&mut self.status);
    }

    /// `None`: the name does not answer.
    fn stands_in_dns(&self, region: &str, dns: Dns) -> Option<bool> {
        let wanted = format!("10 feedback-smtp.{region}.amazonses.com");
        let exchanges = dns.look_up(&self.domain, RecordKind::Mx)?;
        let only = matches!(exchanges.as_slice(), [record] if record.value == wanted);
        let admits = |text: &str| {
            text.to_ascii_lowercase()
                .strip_prefix("v=spf1 ")
                .is_some_and(|rest| rest.split(' ').any(|term| term.trim_start_matches('+') == "include:amazonses.com"))
        };
        Some(only && dns.look_up(&self.domain, RecordKind::Txt)?.iter().any(|record| admits(&record.value)))
    }

    /// Whether mail must not leave at present.
    pub(super) fn rejects(&self, status_override: Option<&str>) -> bool {
        self.behavior_on_mx_failure == "REJECT_MESSAGE" && status_override.unwrap_or(&self.status) != "SUCCESS"
    }

    pub(super) fn attributes(&self, status_override: Option<&str>) -> Value {
        json!({
            "MailFromDomain": self.domain,
            "MailFromDomainStatus": status_override.unwrap_or(&self.status),
            "BehaviorOnMxFailure": self.behavior_on_mx_failure,
        })
    }
}

/// No domain removes it. Verification starts over when the domain is put.
fn put(request: &mut Request) -> Answer {
    let members = request.members();
    let behavior = members.choice("BehaviorOnMxFailure", &["USE_DEFAULT_VALUE", "REJECT_MESSAGE"])?;
    let behavior = behavior.unwrap_or("USE_DEFAULT_VALUE").to_owned();
    let given = members.text("MailFromDomain")?.unwrap_or_default().to_owned();
    let identity = identities::labelled(request)?;
    let domain = given.to_ascii_lowercase();
    if domain.is_empty() {
        identity.mail_from = None;
    } else {
        let parent = identity.domain();
        let is_below = domain.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.'));
        if !is_below || !identities::is_domain(&domain) {
            return Err(Failure::bad_request(format!(
                "Provided MAIL-FROM domain <{given}> is not subdomain of the domain of the identity <{parent}>."
            )));
        }
        let status = "PENDING".to_owned();
        identity.mail_from = Some(MailFrom { domain, behavior_on_mx_failure: behavior, status });
    }
    identity.mail_from_status_override = None;
    Ok(nothing())
}
