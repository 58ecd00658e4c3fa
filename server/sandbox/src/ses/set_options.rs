//! The options of a configuration set: checked member by member, kept and returned as they came. A Put replaces them.

use super::account::switch_in;
use super::members::{Members, missing};
use super::suppression::{self, REASONS};
use super::{Operation, Request, configuration_sets, dedicated_pools, identities, nothing};
use crate::wire::{Answer, Failure};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "PutConfigurationSetDeliveryOptions",
        method: "PUT",
        path: "/v2/email/configuration-sets/{}/delivery-options",
        takes: "TlsPolicy SendingPoolName MaxDeliverySeconds SharedPoolDeliveryMode",
        run: |request| put(request, "DeliveryOptions", delivery),
    },
    Operation {
        name: "PutConfigurationSetReputationOptions",
        method: "PUT",
        path: "/v2/email/configuration-sets/{}/reputation-options",
        takes: "ReputationMetricsEnabled",
        run: |request| put(request, "ReputationOptions", reputation),
    },
    Operation {
        name: "PutConfigurationSetSendingOptions",
        method: "PUT",
        path: "/v2/email/configuration-sets/{}/sending", // not sending-options
        takes: "SendingEnabled",
        run: |request| put(request, "SendingOptions", sending),
    },
    Operation {
        name: "PutConfigurationSetSuppressionOptions",
        method: "PUT",
        path: "/v2/email/configuration-sets/{}/suppression-options",
        takes: "SuppressedReasons SuppressionScope ValidationOptions{ConditionThreshold{ConditionThresholdEnabled \
                OverallConfidenceThreshold{ConfidenceVerdictThreshold}}}",
        run: |request| put(request, "SuppressionOptions", suppression),
    },
    Operation {
        name: "PutConfigurationSetTrackingOptions",
        method: "PUT",
        path: "/v2/email/configuration-sets/{}/tracking-options",
        takes: "CustomRedirectDomain HttpsPolicy",
        run: |request| put(request, "TrackingOptions", tracking),
    },
    Operation {
        name: "PutConfigurationSetVdmOptions",
        method: "PUT",
        path: "/v2/email/configuration-sets/{}/vdm-options",
        takes: "VdmOptions{DashboardOptions{EngagementMetrics} GuardianOptions{OptimizedSharedDelivery}}",
        run: |request| put_within(request, "VdmOptions", vdm),
    },
    Operation {
        name: "PutConfigurationSetArchivingOptions",
        method: "PUT",
        path: "/v2/email/configuration-sets/{}/archiving-options",
        takes: "ArchiveArn",
        run: |request| put(request, "ArchivingOptions", archiving),
    },
    // Of all options only these, whatever its name says.
    Operation {
        name: "UpdateConfigurationSet",
        method: "POST",
        path: "/v2/email/update-configuration-sets",
        takes: "ConfigurationSetName MessageSecurityOptions{SigningScheme{DefaultScheme SmimeScheme{SignatureFormat}}}",
        run: update,
    },
];

/// By the member's name, like `DeliveryOptions`. What is not set is not there.
pub(super) type Options = BTreeMap<String, Value>;

type Check = fn(&Request, Members) -> Result<Value, Failure>;

const SECURITY: &str = "MessageSecurityOptions";
const MODE: &str = "SharedPoolDeliveryMode";

/// As CreateConfigurationSet carries them.
pub(super) fn of_new(request: &Request) -> Result<Options, Failure> {
    let members = request.members();
    let mut options = Options::new();
    let checks: [(&str, Check); 8] = [
        ("DeliveryOptions", delivery),
        ("ReputationOptions", reputation),
        ("SendingOptions", sending),
        ("SuppressionOptions", suppression),
        ("TrackingOptions", tracking),
        ("VdmOptions", vdm),
        ("ArchivingOptions", archiving),
        (SECURITY, security),
    ];
    for (member, check) in checks {
        if let Some(given) = members.object(member)? {
            set(&mut options, member, check(request, given)?);
        }
    }
    let delivery = options.entry("DeliveryOptions".to_owned()).or_insert_with(|| json!({ "TlsPolicy": "OPTIONAL" }));
    if delivery.get(MODE).is_none() {
        delivery[MODE] = json!("ACCOUNT"); // follows the account
    }
    options.entry("ReputationOptions".to_owned()).or_insert_with(|| json!({ "ReputationMetricsEnabled": false }));
    options.entry("SendingOptions".to_owned()).or_insert_with(|| json!({ "SendingEnabled": true }));
    Ok(options)
}

fn put(request: &mut Request, member: &str, check: Check) -> Answer {
    configuration_sets::labelled(request)?;
    let mut value = check(request, request.members())?;
    let options = &mut configuration_sets::labelled(request)?.options;
    // The one member that stays when a Put does not name it.
    if member == "DeliveryOptions"
        && value.get(MODE).is_none()
        && let Some(mode) = options.get(member).and_then(|before| before.get(MODE))
    {
        value[MODE] = mode.clone();
    }
    set(options, member, value);
    Ok(nothing())
}

/// Of a call that carries the options in a member of their name.
fn put_within(request: &mut Request, member: &str, check: Check) -> Answer {
    configuration_sets::labelled(request)?;
    let value = match request.members().object(member)? {
        Some(given) => check(request, given)?,
        None => nothing(),
    };
    set(&mut configuration_sets::labelled(request)?.options, member, value);
    Ok(nothing())
}

/// What is not given stays.
fn update(request: &mut Request) -> Answer {
    let name = request.members().required_text("ConfigurationSetName")?.to_owned();
    let given = request.members().object(SECURITY)?.map(|given| security(request, given)).transpose()?;
    let found = configuration_sets::named(request, &name)?;
    if let Some(security) = given {
        set(&mut found.options, SECURITY, security);
    }
    Ok(nothing())
}

fn set(options: &mut Options, member: &str, value: Value) {
    if value.as_object().is_some_and(Map::is_empty) {
        options.remove(member);
    } else {
        options.insert(member.to_owned(), value);
    }
}

fn delivery(request: &Request, given: Members) -> Result<Value, Failure> {
    let mut value = json!({ "TlsPolicy": given.choice("TlsPolicy", &["REQUIRE", "OPTIONAL"])?.unwrap_or("OPTIONAL") });
    if let Some(pool) = given.text("SendingPoolName")? {
        if !dedicated_pools::sends(request, pool) {
            return Err(Failure::bad_request(format!("SendingPool <{pool}> doesn't exist")));
        }
        value["SendingPoolName"] = json!(pool);
    }
    if let Some(seconds) = given.integer("MaxDeliverySeconds")? {
        if !(300..=50_400).contains(&seconds) {
            return Err(Failure::bad_request("MaxDeliverySeconds must be between 300 and 50400."));
        }
        value["MaxDeliverySeconds"] = json!(seconds);
    }
    if let Some(mode) = given.choice(MODE, &["GLOBAL", "REGIONAL", "ACCOUNT"])? {
        value[MODE] = json!(mode);
    }
    Ok(value)
}

fn reputation(_: &Request, given: Members) -> Result<Value, Failure> {
    Ok(json!({ "ReputationMetricsEnabled": given.flag("ReputationMetricsEnabled")?.unwrap_or_default() }))
}

fn sending(_: &Request, given: Members) -> Result<Value, Failure> {
    Ok(json!({ "SendingEnabled": given.flag("SendingEnabled")?.unwrap_or_default() }))
}

/// Nothing given leaves the matter to the tenant and the account.
fn suppression(_: &Request, given: Members) -> Result<Value, Failure> {
    let mut value = nothing();
    if let Some(reasons) = given.choices("SuppressedReasons", &REASONS)? {
        value["SuppressedReasons"] = json!(reasons);
    }
    if let Some(scope) = given.choice("SuppressionScope", &["ACCOUNT", "TENANT"])? {
        value["SuppressionScope"] = json!(scope);
    }
    if let Some(validation) = given.object("ValidationOptions")? {
        value["ValidationOptions"] = suppression::validation(validation)?;
    }
    Ok(value)
}

/// No domain removes the tracking domain.
fn tracking(request: &Request, given: Members) -> Result<Value, Failure> {
    let policy = given.choice("HttpsPolicy", &["REQUIRE", "REQUIRE_OPEN_ONLY", "OPTIONAL"])?;
    let Some(domain) = given.text("CustomRedirectDomain")? else {
        return if policy.is_some() { Err(missing("CustomRedirectDomain")) } else { Ok(nothing()) };
    };
    if !identities::covers(request, &domain.to_ascii_lowercase()) {
        return Err(Failure::bad_request(format!("Domain <{domain}> is not verified under this account.")));
    }
    Ok(json!({ "CustomRedirectDomain": domain, "HttpsPolicy": policy.unwrap_or("OPTIONAL") }))
}

fn vdm(_: &Request, given: Members) -> Result<Value, Failure> {
    let parts = [("DashboardOptions", "EngagementMetrics"), ("GuardianOptions", "OptimizedSharedDelivery")];
    let mut value = nothing();
    for (part, member) in parts {
        if let Some(choice) = switch_in(given, part, member)? {
            value[part] = json!({ member: choice });
        }
    }
    Ok(value)
}

/// No archive ends the archiving. Whether it exists, Mail Manager knows.
fn archiving(request: &Request, given: Members) -> Result<Value, Failure> {
    let Some(archive) = given.text("ArchiveArn")? else { return Ok(nothing()) };
    let parent = request.place.arn("ses", "mailmanager-archive/");
    if archive.strip_prefix(&parent).is_none_or(str::is_empty) {
        return Err(Failure::bad_request(format!("Invalid ArchiveArn <{archive}>.")));
    }
    Ok(json!({ "ArchiveArn": archive }))
}

/// One scheme of two. Nothing is signed.
fn security(_: &Request, given: Members) -> Result<Value, Failure> {
    let scheme = given.required_object("SigningScheme")?;
    let scheme = match (scheme.object("DefaultScheme")?, scheme.object("SmimeScheme")?) {
        (Some(_), None) => json!({ "DefaultScheme": {} }),
        (None, Some(smime)) => {
            let format = smime.choice("SignatureFormat", &["DETACHED"])?.unwrap_or("DETACHED");
            json!({ "SmimeScheme": { "SignatureFormat": format } })
        }
        (None, None) | (Some(_), Some(_)) => {
            return Err(Failure::bad_request("SigningScheme names exactly one scheme."));
        }
    };
    Ok(json!({ "SigningScheme": scheme }))
}
