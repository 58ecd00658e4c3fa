//! A team's own AWS account: the role by which it is entered, and where something is when there are several accounts.

use crate::limits;
use std::fmt;

/// The ARN of an IAM role: `arn:aws:iam::210987654321:role/ownlane`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RoleArn(String);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RoleArnError;

impl fmt::Display for RoleArnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "The ARN of a role looks like arn:aws:iam::210987654321:role/ownlane: IAM shows it on the role's page.",
        )
    }
}

impl RoleArn {
    /// The form of IAM's ARNs; whether there is such a role, a call tells.
    pub fn parse(text: &str) -> Result<Self, RoleArnError> {
        let text = text.trim();
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next().unwrap_or_default();
        let (arn, partition, service, region, account, resource) = (next(), next(), next(), next(), next(), next());
        let is_partition = matches!(partition, "aws" | "aws-us-gov" | "aws-cn");
        let is_account = account.len() == ACCOUNT_DIGITS && account.bytes().all(|byte| byte.is_ascii_digit());
        let name = resource.strip_prefix("role/").unwrap_or_default();
        let is_known = |c: char| c.is_ascii_alphanumeric() || "+=,.@-_/".contains(c);
        let is_name = !name.is_empty() && !name.ends_with('/') && name.chars().all(is_known);
        let is_fine = arn == "arn" && is_partition && service == "iam" && region.is_empty() && is_account && is_name;
        if is_fine && text.len() <= limits::ROLE_ARN_CHARS_MAX { Ok(Self(text.to_owned())) } else { Err(RoleArnError) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Twelve digits.
    pub fn account(&self) -> &str {
        self.0.split(':').nth(4).unwrap_or_default()
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const ACCOUNT_DIGITS: usize = 12;

/// A region of an account by one name: `us-east-1` of the platform's own, `210987654321/us-east-1` of a team's.
pub fn place(account: Option<&str>, region: &str) -> String {
    match account {
        None => region.to_owned(),
        Some(account) => format!("{account}/{region}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_told_by_its_arn_alone() {
        for fine in [
            "arn:aws:iam::210987654321:role/ownlane",
            " arn:aws-us-gov:iam::210987654321:role/mail/ownlane+1 ",
            "arn:aws-cn:iam::210987654321:role/o",
        ] {
            let role = RoleArn::parse(fine).unwrap();
            assert_eq!((role.as_str(), role.account()), (fine.trim(), "210987654321"));
        }
        for wrong in [
            "",
            "ownlane",
            "arn:aws:iam::210987654321:user/ownlane",
            "arn:aws:iam::21098765432:role/ownlane",
            "arn:aws:iam::21098765432x:role/ownlane",
            "arn:aws:iam:us-east-1:210987654321:role/ownlane",
            "arn:aws:sts::210987654321:assumed-role/ownlane/x",
            "arn:aws:iam::210987654321:role/",
            "arn:aws:iam::210987654321:role/own lane",
            "arn:aws:iam::210987654321:role/a:b",
            &format!("arn:aws:iam::210987654321:role/{}", "x".repeat(limits::ROLE_ARN_CHARS_MAX)),
        ] {
            assert_eq!(RoleArn::parse(wrong), Err(RoleArnError), "{wrong}");
        }
    }

    #[test]
    fn a_place_has_one_name() {
        assert_eq!(place(None, "us-east-1"), "us-east-1");
        assert_eq!(place(Some("210987654321"), "us-east-1"), "210987654321/us-east-1");
    }
}
