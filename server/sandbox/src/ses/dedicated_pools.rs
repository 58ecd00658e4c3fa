//! Pools of dedicated IPs: made, read, changed in their way of scaling, deleted. What is in them is `dedicated_ips`'.

use super::dedicated_ips::DedicatedIp;
use super::members::Members;
use super::pages::Paging;
use super::{Operation, Request, nothing};
use crate::wire::{Answer, Failure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "CreateDedicatedIpPool",
        method: "POST",
        path: "/v2/email/dedicated-ip-pools",
        takes: "PoolName ScalingMode Tags{Key Value}",
        run: create,
    },
    Operation {
        name: "GetDedicatedIpPool",
        method: "GET",
        path: "/v2/email/dedicated-ip-pools/{}",
        takes: "",
        run: get,
    },
    Operation {
        name: "ListDedicatedIpPools",
        method: "GET",
        path: "/v2/email/dedicated-ip-pools",
        takes: "PageSize NextToken",
        run: list,
    },
    Operation {
        name: "DeleteDedicatedIpPool",
        method: "DELETE",
        path: "/v2/email/dedicated-ip-pools/{}",
        takes: "",
        run: delete,
    },
    Operation {
        name: "PutDedicatedIpPoolScalingAttributes",
        method: "PUT",
        path: "/v2/email/dedicated-ip-pools/{}/scaling",
        takes: "ScalingMode",
        run: put_scaling,
    },
];

/// The pools of a region, and the IPs that AWS gave it.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Dedicated {
    pub(super) pools: BTreeMap<String, Pool>,
    pub(super) ips: BTreeMap<String, DedicatedIp>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Pool {
    scaling_mode: String,
    pub(super) tags: BTreeMap<String, String>,
}

pub(crate) const DEFAULT: &str = "ses-default-dedicated-pool";
const SHARED: &str = "ses-shared-pool";
const MANAGED: &str = "MANAGED";
const MODES: [&str; 2] = ["STANDARD", MANAGED];
const POOLS_MAX: usize = 50; // per region, fixed
const NAME_CHARS_MAX: usize = 64;

impl Dedicated {
    /// Whether SES itself looks after the IPs of this pool.
    pub(super) fn is_managed(&self, pool: &str) -> bool {
        self.pools.get(pool).is_some_and(|pool| pool.scaling_mode == MANAGED)
    }

    /// Whether IPs can be in it.
    pub(super) fn holds_ips(&self, pool: &str) -> bool {
        pool == DEFAULT || self.pools.contains_key(pool)
    }
}

/// Whether a configuration set may name it.
pub(super) fn sends(request: &Request, pool: &str) -> bool {
    pool == SHARED || request.region.dedicated.holds_ips(pool)
}

pub(super) fn not_found(pool: &str) -> Failure {
    Failure::not_found(format!("Dedicated IP pool <{pool}> does not exist."))
}

fn labelled<'a>(request: &'a mut Request) -> Result<&'a mut Pool, Failure> {
    let name = request.label(0).to_owned();
    request.region.dedicated.pools.get_mut(&name).ok_or_else(|| not_found(&name))
}

fn create(request: &mut Request) -> Answer {
    let members = request.members();
    let name = valid_name(members)?.to_owned();
    let scaling_mode = members.choice("ScalingMode", &MODES)?.unwrap_or("STANDARD").to_owned();
    let tags = members.tags()?;
    if sends(request, &name) {
        return Err(Failure::already_exists(format!("Dedicated IP pool <{name}> already exists.")));
    }
    let pools = &mut request.region.dedicated.pools;
    if pools.len() == POOLS_MAX {
        return Err(Failure::limit_exceeded("The maximum number of dedicated IP pools has been reached."));
    }
    pools.insert(name, Pool { scaling_mode, tags });
    Ok(nothing())
}

fn get(request: &mut Request) -> Answer {
    let name = request.label(0).to_owned();
    Ok(json!({ "DedicatedIpPool": { "PoolName": name, "ScalingMode": labelled(request)?.scaling_mode } }))
}

fn list(request: &mut Request) -> Answer {
    let paging = Paging::read(request, "ListDedicatedIpPools")?;
    let names = request.region.dedicated.pools.keys();
    let items: Vec<(String, Value)> = names.map(|name| (name.clone(), json!(name))).collect();
    Ok(paging.answer(request, "DedicatedIpPools", items))
}

/// Its IPs go back to the default pool.
fn delete(request: &mut Request) -> Answer {
    labelled(request)?;
    let name = request.label(0).to_owned();
    if let Some((set, _)) = request.region.configuration_sets.iter().find(|(_, set)| set.pool() == Some(name.as_str()))
    {
        return Err(Failure::bad_request(format!(
            "Cannot delete dedicated IP pool <{name}>: configuration set <{set}> sends from it."
        )));
    }
    let dedicated = &mut request.region.dedicated;
    dedicated.pools.remove(&name);
    for ip in dedicated.ips.values_mut().filter(|ip| ip.pool == name) {
        DEFAULT.clone_into(&mut ip.pool);
    }
    Ok(nothing())
}

/// There is no way back from MANAGED.
fn put_scaling(request: &mut Request) -> Answer {
    let mode = request.members().required_choice("ScalingMode", &MODES)?.to_owned();
    let name = request.label(0).to_owned();
    let pool = labelled(request)?;
    if pool.scaling_mode == MANAGED && mode != MANAGED {
        return Err(Failure::bad_request(format!("Managed dedicated IP pool <{name}> cannot become a standard one.")));
    }
    pool.scaling_mode = mode;
    Ok(nothing())
}

fn valid_name(members: Members<'_>) -> Result<&str, Failure> {
    let name = members.required_text("PoolName")?;
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !(1..=NAME_CHARS_MAX).contains(&name.len()) || !name.bytes().all(is_plain) {
        return Err(Failure::bad_request(format!(
            "Invalid PoolName <{name}>: only lower-case letters, digits and '-' are allowed, 1 to 64 of them."
        )));
    }
    Ok(name)
}
