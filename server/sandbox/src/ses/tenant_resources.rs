//! Which resources a tenant may send with. A resource may belong to several tenants: SES protects no ownership.

use super::arn::{self, Resource};
use super::pages::Paging;
use super::tenants::{find, valid_name};
use super::{Operation, Request, configuration_sets, identities, nothing};
use crate::wire::{Answer, Failure};
use serde_json::json;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "CreateTenantResourceAssociation",
        method: "POST",
        path: "/v2/email/tenants/resources",
        takes: "TenantName ResourceArn",
        run: associate,
    },
    Operation {
        name: "DeleteTenantResourceAssociation",
        method: "POST",
        path: "/v2/email/tenants/resources/delete",
        takes: "TenantName ResourceArn",
        run: disassociate,
    },
    Operation {
        name: "ListTenantResources",
        method: "POST",
        path: "/v2/email/tenants/resources/list",
        takes: "TenantName Filter PageSize NextToken",
        run: list_resources,
    },
    Operation {
        name: "ListResourceTenants",
        method: "POST",
        path: "/v2/email/resources/tenants/list",
        takes: "ResourceArn PageSize NextToken",
        run: list_tenants,
    },
];

/// What belongs to a tenant cannot be deleted.
pub(super) fn refuse_if_associated(request: &Request, arn: &str) -> Result<(), Failure> {
    if request.region.tenants.values().any(|tenant| tenant.resources.contains_key(arn)) {
        return Err(Failure::bad_request(format!(
            "Cannot delete <{arn}> because it has tenant associations. Remove all tenant associations and try again."
        )));
    }
    Ok(())
}

fn associate(request: &mut Request) -> Answer {
    let name = valid_name(request.members())?.to_owned();
    let arn = existing(request)?;
    let now = request.now;
    let tenant = find(request, &name)?;
    if tenant.resources.contains_key(&arn) {
        let message = format!("Resources <{arn}> has already been associated with tenant {name}");
        return Err(Failure::already_exists(message));
    }
    tenant.resources.insert(arn, now);
    Ok(nothing())
}

/// Silent about what is not associated, and about what does not exist.
fn disassociate(request: &mut Request) -> Answer {
    let name = valid_name(request.members())?.to_owned();
    let arn = normal(request)?;
    find(request, &name)?.resources.remove(&arn);
    Ok(nothing())
}

fn list_resources(request: &mut Request) -> Answer {
    let name = valid_name(request.members())?.to_owned();
    let filter = request.members().filter(&["RESOURCE_TYPE"])?;
    let wanted = filter.get("RESOURCE_TYPE")?.map(str::to_owned);
    if let Some(wanted) = &wanted
        && !["identity", "configuration-set", "template"].contains(&wanted.as_str())
    {
        return Err(Failure::bad_request(format!("Invalid resource type {wanted} specified.")));
    }
    let paging = Paging::read(request, &format!("ListTenantResources {name}"))?;
    let arns: Vec<String> = find(request, &name)?.resources.keys().cloned().collect();
    let mut items = Vec::new();
    for arn in arns {
        let kind = Resource::parse(request, &arn)?.kind();
        if wanted.as_ref().is_none_or(|wanted| wanted == kind) {
            items.push((arn.clone(), json!({ "ResourceType": kind, "ResourceArn": arn })));
        }
    }
    Ok(paging.answer(request, "TenantResources", items))
}

fn list_tenants(request: &mut Request) -> Answer {
    let arn = existing(request)?;
    let paging = Paging::read(request, &format!("ListResourceTenants {arn}"))?;
    let mut items = Vec::new();
    for (name, tenant) in &request.region.tenants {
        if let Some(associated) = tenant.resources.get(&arn) {
            let item = json!({
                "TenantName": name,
                "TenantId": tenant.id,
                "ResourceArn": arn,
                "AssociatedTimestamp": associated,
            });
            items.push((name.clone(), item));
        }
    }
    Ok(paging.answer(request, "ResourceTenants", items))
}

/// The ARN of a resource that exists, in normal form.
fn existing(request: &Request) -> Result<String, Failure> {
    match resource(request)? {
        Resource::Identity(name) => {
            identities::find(request, &name)?;
        }
        Resource::ConfigurationSet(name) => {
            configuration_sets::find(request, &name)?;
        }
        Resource::Template(name) => return Err(Failure::not_found(format!("Template {name} does not exist."))),
        kind @ (Resource::DedicatedIpPool(_) | Resource::Tenant { .. }) => {
            return Err(Failure::bad_request(format!("Unsupported resource type: {}", kind.kind())));
        }
    }
    normal(request)
}

fn normal(request: &Request) -> Result<String, Failure> {
    Ok(match resource(request)? {
        Resource::Identity(name) => arn::identity(request.place, &identities::normal_name(&name)),
        Resource::ConfigurationSet(name) => arn::configuration_set(request.place, &name),
        Resource::Template(_) | Resource::DedicatedIpPool(_) | Resource::Tenant { .. } => {
            request.members().required_text("ResourceArn")?.to_owned()
        }
    })
}

fn resource(request: &Request) -> Result<Resource, Failure> {
    Resource::parse(request, request.members().required_text("ResourceArn")?)
}
