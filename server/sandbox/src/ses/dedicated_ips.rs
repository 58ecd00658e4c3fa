//! Dedicated IPs: in which pool each is and how far it is warmed up. They come from AWS alone: no operation makes one.

use super::dedicated_pools::{DEFAULT, Dedicated, not_found};
use super::members::missing;
use super::pages::Paging;
use super::{Operation, Request, nothing};
use crate::wire::{Answer, Failure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::net::Ipv4Addr;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation { name: "GetDedicatedIp", method: "GET", path: "/v2/email/dedicated-ips/{}", takes: "", run: get },
    Operation {
        name: "GetDedicatedIps",
        method: "GET",
        path: "/v2/email/dedicated-ips",
        takes: "PoolName PageSize NextToken",
        run: list,
    },
    Operation {
        name: "PutDedicatedIpInPool",
        method: "PUT",
        path: "/v2/email/dedicated-ips/{}/pool",
        takes: "DestinationPoolName",
        run: put_in_pool,
    },
    Operation {
        name: "PutDedicatedIpWarmupAttributes",
        method: "PUT",
        path: "/v2/email/dedicated-ips/{}/warmup",
        takes: "WarmupPercentage",
        run: put_warmup,
    },
];

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct DedicatedIp {
    pub(super) pool: String,
    warmup_percentage: i64,
}

const WARM: i64 = 100;

impl Dedicated {
    /// A new one in the default pool: cold where the account warms up by itself.
    pub(crate) fn give(&mut self, ip: Ipv4Addr, auto_warmup: bool) {
        let warmup_percentage = if auto_warmup { 0 } else { WARM };
        self.ips.entry(ip.to_string()).or_insert(DedicatedIp { pool: DEFAULT.to_owned(), warmup_percentage });
    }

    fn shown(&self, address: &str, ip: &DedicatedIp) -> Value {
        let (status, percentage) = match ip.warmup_percentage {
            _ if self.is_managed(&ip.pool) => ("NOT_APPLICABLE", -1),
            WARM => ("DONE", WARM),
            percentage => ("IN_PROGRESS", percentage),
        };
        json!({ "Ip": address, "WarmupStatus": status, "WarmupPercentage": percentage, "PoolName": ip.pool })
    }
}

fn labelled<'a>(request: &'a mut Request) -> Result<&'a mut DedicatedIp, Failure> {
    let address = request.label(0).to_owned();
    let missing = || Failure::not_found(format!("Dedicated IP <{address}> does not exist."));
    request.region.dedicated.ips.get_mut(&address).ok_or_else(missing)
}

fn get(request: &mut Request) -> Answer {
    let ip = labelled(request)?.clone();
    Ok(json!({ "DedicatedIp": request.region.dedicated.shown(request.label(0), &ip) }))
}

fn list(request: &mut Request) -> Answer {
    let pool = request.query("PoolName").map(str::to_owned);
    let paging = Paging::read(request, &format!("GetDedicatedIps {pool:?}"))?;
    let dedicated = &request.region.dedicated;
    if let Some(pool) = pool.as_ref().filter(|pool| !dedicated.holds_ips(pool)) {
        return Err(not_found(pool));
    }
    let wanted = dedicated.ips.iter().filter(|(_, ip)| pool.as_ref().is_none_or(|pool| *pool == ip.pool));
    let items = wanted.map(|(address, ip)| (address.clone(), dedicated.shown(address, ip))).collect();
    Ok(paging.answer(request, "DedicatedIps", items))
}

/// SES alone fills and empties managed pools.
fn put_in_pool(request: &mut Request) -> Answer {
    let pool = request.members().required_text("DestinationPoolName")?.to_owned();
    let before = labelled(request)?.pool.clone();
    let dedicated = &request.region.dedicated;
    if !dedicated.holds_ips(&pool) {
        return Err(not_found(&pool));
    }
    if let Some(managed) = [&before, &pool].into_iter().find(|pool| dedicated.is_managed(pool)) {
        return Err(Failure::bad_request(format!("The IPs of managed dedicated IP pool <{managed}> cannot be moved.")));
    }
    labelled(request)?.pool = pool;
    Ok(nothing())
}

fn put_warmup(request: &mut Request) -> Answer {
    let percentage = request.members().integer("WarmupPercentage")?.ok_or_else(|| missing("WarmupPercentage"))?;
    if !(0..=WARM).contains(&percentage) {
        return Err(Failure::bad_request("WarmupPercentage must be between 0 and 100."));
    }
    let pool = labelled(request)?.pool.clone();
    if request.region.dedicated.is_managed(&pool) {
        return Err(Failure::bad_request(format!("SES warms up the IPs of managed dedicated IP pool <{pool}>.")));
    }
    labelled(request)?.warmup_percentage = percentage;
    Ok(nothing())
}
