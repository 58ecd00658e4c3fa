//! The options of a configuration set: checked member by member, kept and returned as they came. A Put replaces them.

use super::members::{Members, missing};
use super::{Operation, Request, configuration_sets, identities, nothing};
use crate::wire::{Answer, Failure};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "PutConfigurationSetDeliveryOptions",
        method: "PUT",
        path: "/v2/email/configuration-sets/{}/delivery-options",
        run: |request| put(request, "DeliveryOptions", delivery),
    },
    Operation {
        name: "PutConfigurationSetReputationOptions",
        method: "PUT",
        path: "/v2/email/configuration-sets/{}/reputation-options",
        run: |request| put(request, "ReputationOptions", reputation),
    },
    Operation {
        name: "PutConfigurationSetSendingOptions",
        method: "PUT",
        path: "/v2/email/configuration-sets/{}/sending", // not sending-options
        run: |request| put(request, "SendingOptions", sending),
    },
    Operation {
        name: "PutConfigurationSetSuppressionOptions",
        method: "PUT",
        path: "/v2/email/configuration-sets/{}/suppression-options",
        run: |request| put(request, "SuppressionOptions", suppression),
    },
    Operation {
        name: "PutConfigurationSetTrackingOptions",
        method: "PUT",
        path: "/v2/email/configuration-sets/{}/tracking-options",
        run: |request| put(request, "TrackingOptions", tracking),
    },
    Operation {
        name: "PutConfigurationSetVdmOptions",
        method: "PUT",
        path: "/v2/email/configuration-sets/{}/vdm-options",
        run: put_vdm,
    },
];

/// By the member's name, like `DeliveryOptions`. What is not set is not there.
pub(super) type Options = BTreeMap<String, Value>;

type Check = fn(&Request, Members) -> Result<Value, Failure>;

const SWITCH: [&str; 2] = ["ENABLED", "DISABLED"];
const MODE: &str = "SharedPoolDeliveryMode";

/// As CreateConfigurationSet carries them.
pub(super) fn of_new(request: &Request) -> Result<Options, Failure> {
    let members = request.members();
    let mut options = Options::new();
    let checks: [(&str, Check); 6] = [
        ("DeliveryOptions", delivery),
        ("ReputationOptions", reputation),
        ("SendingOptions", sending),
        ("SuppressionOptions", suppression),
        ("TrackingOptions", tracking),
        ("VdmOptions", vdm),
    ];
    for (member, check) in checks {
        if let Some(given) = members.object(member)? {
            set(&mut options, member, check(request, given)?);
        }
    }
    if let Some(given) = members.object("ArchivingOptions")? {
        set(&mut options, "ArchivingOptions", json!(given.0));
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

fn put_vdm(request: &mut Request) -> Answer {
    configuration_sets::labelled(request)?;
    let value = match request.members().object("VdmOptions")? {
        Some(given) => vdm(request, given)?,
        None => nothing(),
    };
    set(&mut configuration_sets::labelled(request)?.options, "VdmOptions", value);
    Ok(nothing())
}

fn set(options: &mut Options, member: &str, value: Value) {
    if value.as_object().is_some_and(Map::is_empty) {
        options.remove(member);
    } else {
        options.insert(member.to_owned(), value);
    }
}

fn delivery(_: &Request, given: Members) -> Result<Value, Failure> {
    let mut value = json!({ "TlsPolicy": given.choice("TlsPolicy", &["REQUIRE", "OPTIONAL"])?.unwrap_or("OPTIONAL") });
    if let Some(pool) = given.text("SendingPoolName")? {
        if !["ses-shared-pool", "ses-default-dedicated-pool"].contains(&pool) {
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
    if let Some(reasons) = given.choices("SuppressedReasons", &["BOUNCE", "COMPLAINT"])? {
        value["SuppressedReasons"] = json!(reasons);
    }
    if let Some(scope) = given.choice("SuppressionScope", &["ACCOUNT", "TENANT"])? {
        value["SuppressionScope"] = json!(scope);
    }
    if let Some(validation) = given.object("ValidationOptions")? {
        value["ValidationOptions"] = json!(validation.0);
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
        if let Some(choice) = given.object(part)?.map(|part| part.choice(member, &SWITCH)).transpose()?.flatten() {
            value[part] = json!({ member: choice });
        }
    }
    Ok(value)
}
