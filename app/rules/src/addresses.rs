//! Mail addresses and domain names, parsed once at the edge. A value of these types is valid and in normal form.

use crate::limits;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Amazon SES's own, whose mailboxes are named after what they do with mail (SES developer guide, "mailbox simulator").
pub const SIMULATOR_DOMAIN: &str = "simulator.amazonses.com";

/// A mailbox's address (RFC 5321): an ASCII dot-atom, `@`, a domain name. The local part keeps the case in which it was
/// typed; the domain is lower case, in A-labels (IDNA).
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress {
    text: String,
    at: usize,
}

/// A domain name of at least two labels: lower case, in A-labels, no trailing dot.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DomainName(String);

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AddressError {
    #[error("Enter an address.")]
    Empty,
    #[error("An address has exactly one @, like anna@example.com.")]
    At,
    #[error("The part before the @ may hold letters, digits and .!#$%&'*+/=?^_`{{|}}~- only.")]
    LocalPart,
    #[error("The part before the @ has at most 64 characters.")]
    LocalPartLong,
    #[error("The part after the @ is not a domain name.")]
    Domain,
    #[error("An address has at most 254 characters.")]
    Long,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DomainNameError {
    #[error("Enter a domain name.")]
    Empty,
    #[error("This is not a domain name. One looks like example.com.")]
    Invalid,
    #[error("A domain name has at least two parts, like example.com.")]
    OneLabel,
    #[error("A domain name has at most 253 characters.")]
    Long,
}

impl EmailAddress {
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        let (local, domain) = text.split_once('@').ok_or(AddressError::At)?;
        if domain.contains('@') {
            return Err(AddressError::At);
        }
        if local.len() > limits::LOCAL_PART_BYTES_MAX {
            return Err(AddressError::LocalPartLong);
        }
        if !local.split('.').all(is_atom) {
            return Err(AddressError::LocalPart);
        }
        // RFC 5321 4.1.2: a mailbox's domain has no last dot. Where one stands, a sentence ended.
        if domain.ends_with('.') {
            return Err(AddressError::Domain);
        }
        let domain = DomainName::parse(domain).map_err(|_| AddressError::Domain)?;
        let text = format!("{local}@{domain}");
        if text.len() > limits::ADDRESS_BYTES_MAX {
            return Err(AddressError::Long);
        }
        Ok(Self { at: local.len(), text })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn local_part(&self) -> &str {
        &self.text[..self.at]
    }

    pub fn domain(&self) -> DomainName {
        DomainName(self.text[self.at + 1..].to_owned())
    }

    /// The form in which two spellings of one mailbox are equal: no provider of weight tells capitals apart.
    pub fn key(&self) -> String {
        self.text.to_ascii_lowercase()
    }
}

impl DomainName {
    pub fn parse(text: &str) -> Result<Self, DomainNameError> {
        let text = text.trim();
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.is_empty() {
            return Err(DomainNameError::Empty);
        }
        let name = idna::domain_to_ascii_strict(text).map_err(|_| DomainNameError::Invalid)?;
        if name.len() > limits::DOMAIN_BYTES_MAX {
            return Err(DomainNameError::Long);
        }
        let labels: Vec<&str> = name.split('.').collect();
        if !labels.iter().all(|label| is_host_label(label)) {
            return Err(DomainNameError::Invalid);
        }
        match labels.as_slice() {
            [] | [_] => Err(DomainNameError::OneLabel),
            // A last label of digits is an IPv4 address (WHATWG URL, "ends in a number").
            [.., last] if last.bytes().all(|b| b.is_ascii_digit()) => Err(DomainNameError::Invalid),
            _ => Ok(Self(name)),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// RFC 5322 3.2.3 `atom`.
fn is_atom(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b))
}

/// RFC 1123 2.1: letters, digits and inner hyphens.
fn is_host_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

macro_rules! text_form {
    ($name:ident, $error:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, $error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.as_str().to_owned()
            }
        }
    };
}

text_form!(EmailAddress, AddressError);
text_form!(DomainName, DomainNameError);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_local_part_and_normalises_its_domain() {
        let address = EmailAddress::parse("  Anna.Maria+crm@BÜCHER.Example ").unwrap();
        assert_eq!(address.as_str(), "Anna.Maria+crm@xn--bcher-kva.example");
        assert_eq!(address.key(), "anna.maria+crm@xn--bcher-kva.example");
        assert_eq!(address.local_part(), "Anna.Maria+crm");
        assert_eq!(address.domain().as_str(), "xn--bcher-kva.example");
    }

    #[test]
    fn a_broken_address_is_refused_with_its_reason() {
        use AddressError::{At, Domain, Empty, LocalPart, LocalPartLong, Long};
        let check = |text: &str, reason| assert_eq!(EmailAddress::parse(text), Err(reason), "{text:?}");
        check(" ", Empty);
        check("anna.example.com", At);
        check("anna@home@example.com", At);
        check("anna..m@example.com", LocalPart);
        check(".anna@example.com", LocalPart);
        check("анна@example.com", LocalPart);
        check("anna m@example.com", LocalPart);
        check("anna@example", Domain);
        check("anna@exa_mple.com", Domain);
        check("anna@-example.com", Domain);
        check("anna@example.com.", Domain);
        check("anna@192.0.2.1", Domain);
        check(&format!("{}@example.com", "a".repeat(65)), LocalPartLong);
        let domain = ["a".repeat(60), "b".repeat(60), "c".repeat(60), "example".to_owned()].join(".");
        check(&format!("{}@{domain}", "a".repeat(64)), Long);
    }
}
