//! Whose and where: what SES and SQS hold is apart by account and region.

use crate::state::ACCOUNT;
use serde::{Deserialize, Serialize};

/// A region of an account.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Place(String); // `us-east-1` of the account that is home, `210987654321/us-east-1` of another one

impl Place {
    pub fn new(account: &str, region: &str) -> Self {
        match account {
            ACCOUNT => Self(region.to_owned()),
            other => Self(format!("{other}/{region}")),
        }
    }

    pub fn account(&self) -> &str {
        self.0.split_once('/').map_or(ACCOUNT, |(account, _)| account)
    }

    pub fn region(&self) -> &str {
        self.0.split_once('/').map_or(&self.0, |(_, region)| region)
    }

    /// It alone has this key.
    pub(crate) fn key(&self) -> &str {
        &self.0
    }

    /// `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE`
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region(), self.account())
    }
}

/// A region of the account that is home.
impl From<&str> for Place {
    fn from(region: &str) -> Self {
        Self::new(ACCOUNT, region)
    }
}

#[cfg(test)]
mod tests {
    use super::Place;
    use crate::state::ACCOUNT;

    #[test]
    fn a_place_says_whose_and_where_it_is() {
        let (home, other) = (Place::from("eu-west-1"), Place::new("210987654321", "eu-west-1"));
        assert_eq!((home.account(), home.region(), home.key()), (ACCOUNT, "eu-west-1", "eu-west-1"));
        assert_eq!((other.account(), other.region()), ("210987654321", "eu-west-1"));
        assert_eq!(other.arn("ses", "identity/a.example"), "arn:aws:ses:eu-west-1:210987654321:identity/a.example");
        assert_ne!(home.key(), other.key());
    }
}
