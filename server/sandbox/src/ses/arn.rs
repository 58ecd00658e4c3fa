//! ARNs of SES resources. It reads and writes them; whether the resource exists is for others to say.

use super::Request;
use crate::place::Place;
use crate::wire::Failure;

/// A resource of this account and region.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Resource {
    Identity(String),
    ConfigurationSet(String),
    DedicatedIpPool(String),
    Template(String),
    Tenant { name: String, id: String },
}

impl Resource {
    pub(crate) fn parse(request: &Request, arn: &str) -> Result<Self, Failure> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", _, service, region, account, resource] = parts.as_slice() else {
            return Err(Failure::bad_request("Provided ARN is not in SES resource ARN format"));
        };
        if *service != "ses" {
            return Err(Failure::bad_request("Provided resource identifier is not an SES resource"));
        }
        let Some((kind, name)) = resource.split_once('/').filter(|(_, name)| !name.is_empty()) else {
            return Err(Failure::bad_request("Provided ARN is not in SES resource ARN format"));
        };
        if *region != request.place.region() {
            return Err(Failure::bad_request(format!("Resource <{arn}> must be in the same region")));
        }
        if *account != request.place.account() {
            return Err(Failure::bad_request(format!("Resource <{arn}> must be in the same account")));
        }
        let name = name.to_owned();
        match kind {
            "identity" => Ok(Self::Identity(name)),
            "configuration-set" => Ok(Self::ConfigurationSet(name)),
            "dedicated-ip-pool" => Ok(Self::DedicatedIpPool(name)),
            "template" => Ok(Self::Template(name)),
            "tenant" => match name.split_once('/') {
                Some((name, id)) => Ok(Self::Tenant { name: name.to_owned(), id: id.to_owned() }),
                None => Err(Failure::bad_request("Provided ARN is not in SES resource ARN format")),
            },
            other => Err(Failure::bad_request(format!("Unsupported resource type: {other}"))),
        }
    }

    /// As it is written on the wire, which is not as the model has it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Identity(_) => "identity",
            Self::ConfigurationSet(_) => "configuration-set",
            Self::DedicatedIpPool(_) => "dedicated-ip-pool",
            Self::Template(_) => "template",
            Self::Tenant { .. } => "tenant",
        }
    }
}

pub(crate) fn identity(place: &Place, name: &str) -> String {
    place.arn("ses", &format!("identity/{name}"))
}

pub(crate) fn configuration_set(place: &Place, name: &str) -> String {
    place.arn("ses", &format!("configuration-set/{name}"))
}

pub(crate) fn tenant(place: &Place, name: &str, id: &str) -> String {
    place.arn("ses", &format!("tenant/{name}/{id}"))
}
