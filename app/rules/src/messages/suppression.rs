//! Who is never written to again, and why. A reason never turns into another one: who opted out did not bounce.

use crate::addresses::{AddressError, DomainName, DomainNameError, EmailAddress};
use crate::limits;

/// What put an address on a tenant's list.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SuppressionReason {
    HardBounce,
    Complaint,
    OptOut,
    /// Bounced for a passing reason again and again.
    SoftBounces,
    /// A person of the team put it there.
    Manual,
}

impl SuppressionReason {
    pub const ALL: [Self; 5] = [Self::HardBounce, Self::Complaint, Self::OptOut, Self::SoftBounces, Self::Manual];

    /// As it stands in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HardBounce => "hard_bounce",
            Self::Complaint => "complaint",
            Self::OptOut => "opt_out",
            Self::SoftBounces => "soft_bounces",
            Self::Manual => "manual",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }

    /// Whether the team may take it back.
    pub const fn may_be_lifted(self) -> bool {
        match self {
            Self::HardBounce | Self::Complaint | Self::OptOut => false,
            Self::SoftBounces | Self::Manual => true,
        }
    }

    /// As it stands in a list.
    pub const fn label(self) -> &'static str {
        match self {
            Self::HardBounce => "Bounced",
            Self::Complaint => "Complained",
            Self::OptOut => "Opted out",
            Self::SoftBounces => "Kept bouncing",
            Self::Manual => "Added by hand",
        }
    }

    /// As a page says it, behind "it".
    pub const fn word(self) -> &'static str {
        match self {
            Self::HardBounce => "bounced",
            Self::Complaint => "complained",
            Self::OptOut => "opted out",
            Self::SoftBounces => "kept bouncing",
            Self::Manual => "added by hand",
        }
    }
}

/// Whom a suppression is about.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Suppressed {
    Address(EmailAddress),
    /// Every address at exactly this domain.
    Domain(DomainName),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SuppressedError {
    #[error("Write an address like anna@example.com, or @example.com for a whole domain.")]
    NoAt,
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error(transparent)]
    Domain(#[from] DomainNameError),
}

impl Suppressed {
    /// `anna@example.com`, or `@example.com` for a whole domain.
    pub fn parse(text: &str) -> Result<Self, SuppressedError> {
        let text = text.trim();
        match text.strip_prefix('@') {
            Some(domain) => Ok(Self::Domain(DomainName::parse(domain)?)),
            None if !text.contains('@') => Err(SuppressedError::NoAt),
            None => Ok(Self::Address(EmailAddress::parse(text)?)),
        }
    }

    /// As it stands in the database: the form in which two spellings are equal.
    pub fn key(&self) -> String {
        match self {
            Self::Address(address) => address.key(),
            Self::Domain(domain) => format!("@{domain}"),
        }
    }
}

/// A line that says nobody, and why not.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RefusedLine {
    #[error("Enter an address or a domain.")]
    None,
    #[error("Enter at most {} lines at once.", limits::SUPPRESSED_LINES_MAX)]
    TooMany,
    #[error("Line {line}, {text}: {why}")]
    Line { line: usize, text: String, why: SuppressedError },
}

/// One on each line; empty lines are passed over. All of them, or each line that is refused.
pub fn parse_suppressed(text: &str) -> Result<Vec<Suppressed>, Vec<RefusedLine>> {
    let lines: Vec<(usize, &str)> =
        (1..).zip(text.lines().map(str::trim)).filter(|(_, line)| !line.is_empty()).collect();
    if lines.is_empty() {
        return Err(vec![RefusedLine::None]);
    }
    if lines.len() > limits::SUPPRESSED_LINES_MAX {
        return Err(vec![RefusedLine::TooMany]);
    }
    let (mut found, mut refused) = (Vec::new(), Vec::new());
    for (line, text) in lines {
        match Suppressed::parse(text) {
            Ok(whom) => found.push(whom),
            Err(why) => {
                let text = text.chars().take(limits::SEARCH_CHARS_MAX).collect();
                refused.push(RefusedLine::Line { line, text, why });
            }
        }
    }
    if refused.is_empty() { Ok(found) } else { Err(refused) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_an_address_or_a_domain() {
        let found = parse_suppressed("Anna@North.example\r\n\r\n  @SOUTH.example \n").unwrap();
        let keys: Vec<String> = found.iter().map(Suppressed::key).collect();
        assert_eq!(keys, ["anna@north.example", "@south.example"]);
    }

    #[test]
    fn each_refused_line_is_named_with_its_reason() {
        let refused = parse_suppressed("a@b.example\nnorth.example\n\n@localhost\na b@c.example").unwrap_err();
        let sentences: Vec<String> = refused.iter().map(ToString::to_string).collect();
        assert_eq!(
            sentences,
            [
                "Line 2, north.example: Write an address like anna@example.com, or @example.com for a whole domain.",
                "Line 4, @localhost: A domain name has at least two parts, like example.com.",
                "Line 5, a b@c.example: The part before the @ may hold letters, digits and .!#$%&'*+/=?^_`{|}~- only.",
            ]
        );
        assert_eq!(parse_suppressed(" \n"), Err(vec![RefusedLine::None]));
        let many = "a@b.example\n".repeat(limits::SUPPRESSED_LINES_MAX + 1);
        assert_eq!(parse_suppressed(&many), Err(vec![RefusedLine::TooMany]));
    }

    #[test]
    fn a_reason_survives_the_database() {
        for reason in SuppressionReason::ALL {
            assert_eq!(SuppressionReason::parse(reason.as_str()), Some(reason));
        }
        assert_eq!(SuppressionReason::parse("OptOut"), None);
    }
}
