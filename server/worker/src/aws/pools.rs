//! Pools of dedicated IPs, and the IPs that AWS gave the account.

use super::control::Control;
use super::error::{found, settled};
use super::tenants::PAGE;
use super::{SesError, SesErrorKind, owner_tag};
use aws_sdk_sesv2::types::{DedicatedIp, ScalingMode};
use db::isolation::tiers;
use rules::isolation::Scaling;

impl Control<'_> {
    /// SES's word for how the pool is filled. `None`: it is not there.
    pub(crate) async fn find_pool(&self, name: &str) -> Result<Option<String>, SesError> {
        const OPERATION: &str = "GetDedicatedIpPool";
        let request = self.client().get_dedicated_ip_pool().pool_name(name);
        let Some(answer) = found(self.call(OPERATION, name, request.send()).await)? else { return Ok(None) };
        let pool = answer.dedicated_ip_pool.ok_or_else(|| SesError::unexpected(OPERATION, "no pool"))?;
        Ok(Some(pool.scaling_mode.as_str().to_owned()))
    }

    /// Makes the pool; one that is there already is left as it is.
    pub(crate) async fn create_pool(&self, name: &str, scaling: Scaling, owner: &str) -> Result<(), SesError> {
        let request = self.client().create_dedicated_ip_pool().pool_name(name).tags(owner_tag(owner)?);
        let request = request.scaling_mode(ScalingMode::from(scaling.as_str()));
        settled(self.call("CreateDedicatedIpPool", name, request.send()).await, SesErrorKind::AlreadyExists)
    }

    /// Its IPs go back to the pool that AWS puts new ones into.
    pub(crate) async fn delete_pool(&self, name: &str) -> Result<(), SesError> {
        let request = self.client().delete_dedicated_ip_pool().pool_name(name);
        settled(self.call("DeleteDedicatedIpPool", name, request.send()).await, SesErrorKind::NotFound)
    }

    /// The names of all pools of the region.
    pub(crate) async fn list_pools(&self) -> Result<Vec<String>, SesError> {
        let mut names = Vec::new();
        let mut token = None;
        loop {
            let request = self.client().list_dedicated_ip_pools().page_size(PAGE).set_next_token(token);
            let page = self.call("ListDedicatedIpPools", "", request.send()).await?;
            names.extend_from_slice(page.dedicated_ip_pools());
            token = page.next_token;
            if token.is_none() {
                return Ok(names);
            }
        }
    }

    /// Those of one pool, or all.
    pub(crate) async fn list_ips(&self, pool: Option<&str>) -> Result<Vec<tiers::DedicatedIp>, SesError> {
        let mut ips = Vec::new();
        let mut token = None;
        loop {
            let request = self.client().get_dedicated_ips().set_pool_name(pool.map(str::to_owned));
            let request = request.page_size(PAGE).set_next_token(token);
            let page = self.call("GetDedicatedIps", pool.unwrap_or_default(), request.send()).await?;
            ips.extend(page.dedicated_ips().iter().map(read));
            token = page.next_token;
            if token.is_none() {
                return Ok(ips);
            }
        }
    }

    pub(crate) async fn put_ip(&self, ip: &str, pool: &str) -> Result<(), SesError> {
        let request = self.client().put_dedicated_ip_in_pool().ip(ip).destination_pool_name(pool);
        self.call("PutDedicatedIpInPool", ip, request.send()).await.map(drop)
    }
}

fn read(ip: &DedicatedIp) -> tiers::DedicatedIp {
    tiers::DedicatedIp {
        ip: ip.ip.clone(),
        pool: ip.pool_name.clone().unwrap_or_default(),
        warmup: ip.warmup_status.as_str().to_owned(),
        warmup_percent: ip.warmup_percentage.into(),
    }
}
