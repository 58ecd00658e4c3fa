//! What a team has at SES, as SES says now, and mails that it must refuse.

use super::Known;
use crate::Context;
use crate::aws::{Control, Ses, SesError};
use crate::mime::{self, Draft};
use crate::platform;
use rules::error::describe;
use rules::evidence::{Area, Attempt, Fact, Outcome, Section, Test, judge_attempt};
use rules::limits;
use rules::time::OffsetDateTime;

/// Takes every mail and keeps none: if one is not refused, nobody is written to.
const SIMULATOR: &str = "success@simulator.amazonses.com";

pub(super) async fn read(control: &Control<'_>, known: &Known) -> Result<Section, SesError> {
    let mut facts = Vec::new();
    let mut say = |what: &str, found: String, source: &str| facts.push(Fact::new(what, found, source));
    let none = || "none".to_owned();
    let Some(tenant) = control.find_tenant(&known.name).await? else {
        say("Tenant", format!("{} is not there", known.name), "GetTenant");
        return Ok(section(facts));
    };
    say("Tenant", known.name.clone(), "GetTenant");
    say("Its ARN", tenant.arn.clone(), "GetTenant");
    let scope = tenant.suppression_scope.clone().unwrap_or_else(none);
    say("Suppression list", format!("{scope}: {}", tenant.suppressed_reasons.join(", ")), "GetTenant");
    let reputation = control.find_reputation(&tenant.arn).await?;
    say("Reputation policy", reputation.policy.clone(), "GetReputationEntity");
    say("Sending status", reputation.aggregate.unwrap_or_else(none), "GetReputationEntity");
    say("Set by Amazon", reputation.aws.unwrap_or_else(none), "GetReputationEntity");
    say("Set by Ownlane", reputation.ours.unwrap_or_else(none), "GetReputationEntity");
    match control.find_configuration_set(&known.set).await? {
        Some(set) => {
            let or = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
            say("Configuration set", known.set.clone(), "GetConfigurationSet");
            say("Pool of IPs that it names", or(&set.delivery.pool, "none: shared IPs"), "GetConfigurationSet");
            say("Shared IPs", or(&set.delivery.shared_pool_mode, "Amazon does not say"), "GetConfigurationSet");
            let events = match control.find_event_destination(&known.set).await? {
                Some(true) => "all, to the topic that Ownlane listens to",
                Some(false) => "not all, or elsewhere",
                None => "none",
            };
            say("Events", events.to_owned(), "GetConfigurationSetEventDestinations");
        }
        None => say("Configuration set", format!("{} is not there", known.set), "GetConfigurationSet"),
    }
    let resources = control.list_resources(&known.name).await?;
    say("Associated with the tenant", resources.join(", "), "ListTenantResources");
    for domain in known.domains.iter().take(limits::EVIDENCE_IDENTITIES_MAX) {
        let found = match control.find_identity(domain).await? {
            Some(identity) => format!(
                "{}, DKIM {}, own set {}",
                if identity.may_send { "verified" } else { "not verified" },
                identity.dkim_status,
                identity.configuration_set.unwrap_or_else(none)
            ),
            None => "not there".to_owned(),
        };
        say(&format!("Identity {domain}"), found, "GetEmailIdentity");
    }
    Ok(section(facts))
}

fn section(facts: Vec<Fact>) -> Section {
    Section { title: "At Amazon SES, read now".to_owned(), facts }
}

/// Three mails that mix what is the team's with what is not: the platform's own, so that no other team's is touched.
pub(super) async fn try_all(control: &Control<'_>, context: &Context, known: &Known) -> Vec<Test> {
    let other = platform::ses_name(context);
    let ours = known.domains.first().map(|domain| format!("evidence@{domain}"));
    let theirs = context.mail_from.as_ref().map(ToString::to_string);
    let (tenant, set) = (known.name.as_str(), known.set.as_str());
    let attempts = [
        ("Send as this team with an identity of another tenant", theirs.as_deref(), Some(tenant), Some(set)),
        (
            "Send as this team by the configuration set of another tenant",
            ours.as_deref(),
            Some(tenant),
            Some(other.as_str()),
        ),
        (
            "Send by this team's configuration set and identity without naming a tenant",
            ours.as_deref(),
            None,
            Some(set),
        ),
    ];
    let mut tests = Vec::new();
    for (what, from, tenant, set) in attempts {
        let (found, outcome) = match from {
            Some(from) => {
                let attempt = attempt(control.ses(), context.now(), from, (tenant, set)).await;
                (attempt.words(), judge_attempt(&attempt))
            }
            None => ("There is no such identity to try it with.".to_owned(), Outcome::NotRun),
        };
        let expected = "refused by Amazon SES".to_owned();
        tests.push(Test { area: Area::Ses, what: what.to_owned(), expected, found, outcome });
    }
    tests
}

async fn attempt(ses: &Ses, now: OffsetDateTime, from: &str, (tenant, set): (Option<&str>, Option<&str>)) -> Attempt {
    let draft = Draft {
        from_name: "",
        from_email: from,
        to: SIMULATOR,
        reply_to: None,
        subject: "A test of isolation",
        text: "This mail must be refused.\n",
        opt_out_url: None,
        message_id: "evidence@ownlane.invalid",
        in_reply_to: None,
        references: &[],
        date: now,
    };
    match mime::build(&draft) {
        Ok(raw) => ses.try_to_send((from, SIMULATOR), &raw, tenant, set).await,
        Err(error) => Attempt::Unanswered(describe(&error)),
    }
}
