//! Tags of whatever has an ARN here.

use super::arn::Resource;
use super::members::{missing, tag_list, within_tag_limit};
use super::{Operation, Request, identities, nothing};
use crate::wire::{Answer, Failure};
use serde_json::json;
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "TagResource",
        method: "POST",
        path: "/v2/email/tags",
        takes: "ResourceArn Tags{Key Value}",
        run: tag,
    },
    Operation {
        name: "UntagResource",
        method: "DELETE",
        path: "/v2/email/tags",
        takes: "ResourceArn TagKeys",
        run: untag,
    },
    Operation { name: "ListTagsForResource", method: "GET", path: "/v2/email/tags", takes: "ResourceArn", run: list },
];

fn tag(request: &mut Request) -> Answer {
    let arn = request.members().required_text("ResourceArn")?.to_owned();
    if !request.members().has("Tags") {
        return Err(missing("Tags"));
    }
    let given = request.members().tags()?;
    let tags = find(request, &arn)?;
    let mut merged = tags.clone();
    merged.extend(given);
    within_tag_limit(&merged)?;
    *tags = merged;
    Ok(nothing())
}

fn untag(request: &mut Request) -> Answer {
    let arn = queried_arn(request)?;
    let keys: Vec<String> =
        request.query.iter().filter(|(name, _)| name == "TagKeys").map(|(_, key)| key.clone()).collect();
    if keys.is_empty() {
        return Err(missing("TagKeys"));
    }
    find(request, &arn)?.retain(|key, _| !keys.contains(key));
    Ok(nothing())
}

fn list(request: &mut Request) -> Answer {
    let arn = queried_arn(request)?;
    Ok(json!({ "Tags": tag_list(find(request, &arn)?) }))
}

fn queried_arn(request: &Request) -> Result<String, Failure> {
    request.query("ResourceArn").map(str::to_owned).ok_or_else(|| missing("ResourceArn"))
}

fn find<'a>(request: &'a mut Request, arn: &str) -> Result<&'a mut BTreeMap<String, String>, Failure> {
    let missing = || Failure::not_found(format!("Resource <{arn}> does not exist."));
    let resource = Resource::parse(request, arn)?;
    let region = &mut *request.region;
    match resource {
        Resource::Identity(name) => {
            let identity = region.identities.get_mut(&identities::normal_name(&name));
            Ok(&mut identity.ok_or_else(missing)?.tags)
        }
        Resource::ConfigurationSet(name) => Ok(&mut region.configuration_sets.get_mut(&name).ok_or_else(missing)?.tags),
        Resource::DedicatedIpPool(name) => Ok(&mut region.dedicated.pools.get_mut(&name).ok_or_else(missing)?.tags),
        Resource::Template(_) => Err(missing()),
        Resource::Tenant { name, id } => {
            let tenant = region.tenants.get_mut(&name).filter(|tenant| tenant.id == id);
            // The missing space is the service's.
            let wrong = || Failure::not_found(format!("No Tenant present with name: {name}with tenantId: {id}"));
            Ok(&mut tenant.ok_or_else(wrong)?.tags)
        }
    }
}
