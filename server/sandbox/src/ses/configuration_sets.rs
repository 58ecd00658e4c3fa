//! Configuration sets: made, read, deleted. Their options one by one are `set_options`'.

use super::event_destinations::EventDestinations;
use super::members::{Members, tag_list};
use super::pages::Paging;
use super::set_options::{self, Options};
use super::tenant_resources::refuse_if_associated;
use super::{Operation, Request, arn, nothing};
use crate::wire::{Answer, Failure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "CreateConfigurationSet",
        method: "POST",
        path: "/v2/email/configuration-sets",
        takes: "ConfigurationSetName Tags{Key Value} TrackingOptions{CustomRedirectDomain HttpsPolicy} \
                DeliveryOptions{TlsPolicy SendingPoolName MaxDeliverySeconds SharedPoolDeliveryMode} \
                ReputationOptions{ReputationMetricsEnabled} SendingOptions{SendingEnabled} \
                SuppressionOptions{SuppressedReasons SuppressionScope \
                ValidationOptions{ConditionThreshold{ConditionThresholdEnabled \
                OverallConfidenceThreshold{ConfidenceVerdictThreshold}}}} \
                VdmOptions{DashboardOptions{EngagementMetrics} GuardianOptions{OptimizedSharedDelivery}} \
                ArchivingOptions{ArchiveArn} \
                MessageSecurityOptions{SigningScheme{DefaultScheme SmimeScheme{SignatureFormat}}}",
        run: create,
    },
    Operation {
        name: "GetConfigurationSet",
        method: "GET",
        path: "/v2/email/configuration-sets/{}",
        takes: "",
        run: get,
    },
    Operation {
        name: "ListConfigurationSets",
        method: "POST",
        path: "/v2/email/list-configuration-sets",
        takes: "PageSize NextToken",
        run: list,
    },
    // Older SDKs.
    Operation {
        name: "ListConfigurationSets",
        method: "GET",
        path: "/v2/email/configuration-sets",
        takes: "PageSize NextToken",
        run: list,
    },
    Operation {
        name: "DeleteConfigurationSet",
        method: "DELETE",
        path: "/v2/email/configuration-sets/{}",
        takes: "",
        run: delete,
    },
];

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct ConfigurationSet {
    pub(crate) tags: BTreeMap<String, String>,
    pub(super) options: Options,
    pub(super) event_destinations: EventDestinations,
}

impl ConfigurationSet {
    pub(super) fn sends(&self) -> bool {
        let enabled = self.options.get("SendingOptions").and_then(|options| options.get("SendingEnabled"));
        enabled.and_then(Value::as_bool).unwrap_or(true)
    }

    /// The pool that it names.
    pub(super) fn pool(&self) -> Option<&str> {
        self.options.get("DeliveryOptions").and_then(|options| options.get("SendingPoolName")?.as_str())
    }

    pub(super) fn suppression(&self) -> Option<&Value> {
        self.options.get("SuppressionOptions")
    }
}

const SETS_MAX: usize = 10_000; // per region, not adjustable

pub(super) fn find<'a>(request: &'a Request, name: &str) -> Result<&'a ConfigurationSet, Failure> {
    request.region.configuration_sets.get(name).ok_or_else(|| not_found(name))
}

/// The set in the path's first label.
pub(super) fn labelled<'a>(request: &'a mut Request) -> Result<&'a mut ConfigurationSet, Failure> {
    let name = request.label(0).to_owned();
    named(request, &name)
}

pub(super) fn named<'a>(request: &'a mut Request, name: &str) -> Result<&'a mut ConfigurationSet, Failure> {
    request.region.configuration_sets.get_mut(name).ok_or_else(|| not_found(name))
}

fn not_found(name: &str) -> Failure {
    Failure::not_found(format!("Configuration set <{name}> does not exist."))
}

fn create(request: &mut Request) -> Answer {
    let members = request.members();
    let name = valid_name(members, "ConfigurationSetName")?.to_owned();
    let tags = members.tags()?;
    let options = set_options::of_new(request)?;
    if request.region.configuration_sets.contains_key(&name) {
        return Err(Failure::already_exists(format!("Configuration set <{name}> already exists.")));
    }
    if request.region.configuration_sets.len() == SETS_MAX {
        return Err(Failure::limit_exceeded("The maximum number of configuration sets has been reached."));
    }
    let set = ConfigurationSet { tags, options, event_destinations: EventDestinations::new() };
    request.region.configuration_sets.insert(name, set);
    Ok(nothing())
}

fn get(request: &mut Request) -> Answer {
    let set = find(request, request.label(0))?;
    let mut answer = json!({ "ConfigurationSetName": request.label(0), "Tags": tag_list(&set.tags) });
    for (member, options) in &set.options {
        answer[member] = options.clone();
    }
    Ok(answer)
}

fn list(request: &mut Request) -> Answer {
    let paging = Paging::read(request, "ListConfigurationSets")?;
    let items: Vec<(String, Value)> =
        request.region.configuration_sets.keys().map(|name| (name.clone(), json!(name))).collect();
    Ok(paging.answer(request, "ConfigurationSets", items))
}

fn delete(request: &mut Request) -> Answer {
    labelled(request)?;
    let name = request.label(0).to_owned();
    refuse_if_associated(request, &arn::configuration_set(request.place, &name))?;
    request.region.configuration_sets.remove(&name);
    Ok(nothing())
}

/// Of sets and of their event destinations.
pub(super) fn valid_name<'a>(members: Members<'a>, member: &str) -> Result<&'a str, Failure> {
    let name = members.required_text(member)?;
    if !(1..=64).contains(&name.len())
        || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    {
        return Err(Failure::bad_request(format!(
            "Invalid {member} <{name}>: only alphanumeric ASCII characters, '_', and '-' are allowed, 1 to 64 of them."
        )));
    }
    Ok(name)
}
